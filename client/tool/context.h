/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CONTEXT_H
#define CASEWIRE_TOOL_CONTEXT_H

/*
 * Who speaks, to which daemon of which network. A home folder holds
 *
 *   network   the network genesis: its hash is the pinned network id
 *   key cert  secret keys and certificate
 *   context   lines "name = value": daemon ("tcp://HOST:PORT KEY", tried in this order), admin-socket, synthetic;
 *             address and daemon-key are the first daemon in two lines
 */

#include "tool/cli.h"
#include "tool/files.h"

#define CONTEXT_DAEMONS_MAX 8

struct context_daemon {
    char address[256];
    uint8_t key[CW_ID_LEN]; /* CURVE public key */
};

struct context {
    char home[PATH_LEN_MAX];
    uint32_t daemon_count;
    struct context_daemon daemons[CONTEXT_DAEMONS_MAX]; /* the first is the holder's own division's */
    char admin_socket[PATH_LEN_MAX];
    bool synthetic;
    struct buf genesis;
    uint8_t network[CW_ID_LEN];
    struct cw_identity *identity; /* NULL until connected as somebody */
    bool logged_in;               /* the agent keeps its key */
    struct cw_client *client;
};

/* The home folder that the options, the environment and the context in use mean; `as` may override --as. */
enum exit_code context_home(const struct cli *cli, const char *as, char out[static PATH_LEN_MAX]);
/* The lab folder likewise. */
void context_lab(const struct cli *cli, char out[static PATH_LEN_MAX]);

/* Whether the agent keeps the key of this folder's certificate: no passphrase is needed then. */
bool context_is_logged_in(const char *home);

/* Reads the folder; no connection yet. Complains by itself. */
enum exit_code context_open(const struct cli *cli, const char *home, struct context *out);
/* Opens keys and connection (admin: the Unix socket instead, which needs no keys). */
enum exit_code context_connect(const struct cli *cli, struct context *context, bool admin);
void context_close(struct context *context);

/* Home, context and connection at once: what most commands begin with. */
enum exit_code context_start(const struct cli *cli, struct context *out);

/* Key file and certificate of a home folder. Complains. */
enum exit_code context_read_keys(const struct cli *cli, const char *home, struct buf *out_key, struct buf *out_cert);

/* The passphrase for a key file: from the file that the option names, or the terminal. Complains. */
enum exit_code passphrase_get(const struct cli *cli, const char *option, const char *what, bool confirm,
                              struct buf *out);
void passphrase_done(struct buf *passphrase); /* wipes it */

#endif
