/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CONTEXT_H
#define CASEWIRE_TOOL_CONTEXT_H

/*
 * Who speaks, to which daemons of which network, as <casewire/context.h> describes the folder. The library's own
 * cw_context asks nobody for a passphrase and needs an identity: here each is wanted later, or not at all.
 */

#include "lib/context.h"
#include "tool/cli.h"
#include "tool/files.h"

struct context {
    char home[PATH_LEN_MAX];
    struct context_file file; /* points into itself: not to be copied */
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
/* At the end of a command, and so of the process: its connection is left to the kernel (client_leave()). */
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
