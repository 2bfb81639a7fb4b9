/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/context.h"

#include <casewire/signer.h>

#include "lib/client.h"
#include "proto/id.h"
#include "proto/keyfile.h"
#include "proto/message.h"

#include <stdlib.h>

#define CONTEXT_LEN_MAX 65536

static void copy(char *out, size_t cap, const char *text)
{
    snprintf(out, cap, "%s", text);
}

/* --- the folder --------------------------------------------------------------------------------------- */

static enum exit_code read_context(const struct cli *cli, struct context *c)
{
    struct buf bytes = {0};
    struct cw_fault fault = {0};
    char path[PATH_LEN_MAX];
    enum exit_code code = EXIT_DONE;

    if (!path_join(path, c->home, "context") || file_read(path, CONTEXT_LEN_MAX, &bytes) != CW_OK)
        code = complain(cli, EXIT_CONFIG,
                        &(struct trouble){"the folder has no context", path,
                                          "it says which daemon to talk to, and who issued your key wrote it: lines "
                                          "address = tcp://HOST:PORT and daemon-key = KEY",
                                          "casewire context list"});
    else if (context_file_read(buf_slice(&bytes), &c->file, &fault) != CW_OK)
        code = complain(
            cli, EXIT_CONFIG,
            &(struct trouble){"the context was not understood", fault.where, fault.text, "casewire context list"});
    buf_done(&bytes);
    return code;
}

static enum exit_code read_network(const struct cli *cli, struct context *c)
{
    struct network_genesis genesis;
    struct network_id network;
    char path[PATH_LEN_MAX];

    if (!path_join(path, c->home, "network") || file_read(path, NETWORK_GENESIS_LEN_MAX, &c->genesis) != CW_OK ||
        network_genesis_parse(buf_slice(&c->genesis), &genesis) != CW_OK)
        return complain(cli, EXIT_CONFIG,
                        &(struct trouble){"the folder does not say which network this is", path,
                                          "the network genesis is missing or damaged", "casewire context show"});
    network_id_of(buf_slice(&c->genesis), &network);
    memcpy(c->network, network.b, CW_ID_LEN);
    return EXIT_DONE;
}

enum exit_code context_open(const struct cli *cli, const char *home, struct context *out)
{
    enum exit_code code;

    *out = (struct context){0};
    copy(out->home, sizeof(out->home), home);
    code = read_context(cli, out);
    return code == EXIT_DONE ? read_network(cli, out) : code;
}

/* --- connecting --------------------------------------------------------------------------------------- */

enum exit_code context_read_keys(const struct cli *cli, const char *home, struct buf *out_key, struct buf *out_cert)
{
    char path[PATH_LEN_MAX];

    if (path_join(path, home, "key") && file_read(path, KEYFILE_LEN_MAX, out_key) == CW_OK &&
        path_join(path, home, "cert") && file_read(path, CERT_LEN_MAX, out_cert) == CW_OK)
        return EXIT_DONE;
    return complain(cli, EXIT_DENIED,
                    &(struct trouble){"keys or certificate cannot be read", path, "the file is missing or not yours",
                                      "casewire whoami"});
}

static enum exit_code open_key_file(const struct cli *cli, struct context *c, const struct buf *key,
                                    const struct buf *cert)
{
    struct cw_identity_options options = {
        .size = sizeof(options), .key_file = buf_slice(key), .certificate = buf_slice(cert)};
    struct buf passphrase = {0};
    struct cw_fault fault = {0};
    enum exit_code code = EXIT_DONE;

    if (keyfile_needs_passphrase(buf_slice(key)))
        code = passphrase_get(cli, "passphrase-file", "Passphrase of the key: ", false, &passphrase);
    options.passphrase = buf_slice(&passphrase);
    if (code == EXIT_DONE && cw_identity_open(&options, &c->identity, &fault) != CW_OK)
        code = complain_fault(cli, "the key does not open", &fault);
    passphrase_done(&passphrase);
    return code;
}

/* Whoever is logged in is asked to sign; a passphrase given with the command means the key file. */
static enum exit_code open_identity(const struct cli *cli, struct context *c)
{
    struct buf key = {0}, cert = {0};
    enum exit_code code = context_read_keys(cli, c->home, &key, &cert);

    if (code == EXIT_DONE) {
        c->logged_in = cli_value(cli, "passphrase-file") == NULL &&
                       cw_identity_from_agent(NULL, buf_slice(&cert), &c->identity, NULL) == CW_OK;
        if (!c->logged_in)
            code = open_key_file(cli, c, &key, &cert);
    }
    passphrase_done(&key); /* without a passphrase the file is the secret itself */
    buf_done(&cert);
    return code;
}

enum exit_code context_connect(const struct cli *cli, struct context *c, bool admin)
{
    struct cw_client_options options = {.size = sizeof(options)};
    struct cw_fault fault = {0};
    enum exit_code code = EXIT_DONE;

    if (!admin)
        code = open_identity(cli, c);
    if (code != EXIT_DONE)
        return code;
    memcpy(options.network_id, c->network, CW_ID_LEN);
    if (admin) {
        options.admin_socket = c->file.admin_socket;
    } else {
        options.identity = c->identity;
        options.daemons = c->file.daemons;
        options.daemon_count = c->file.daemon_count;
    }
    if (cw_client_open(&options, &c->client, &fault) != CW_OK)
        return complain_fault(cli, "no connection could be made", &fault);
    return EXIT_DONE;
}

void context_close(struct context *c)
{
    client_leave(c->client);
    cw_identity_close(c->identity);
    buf_done(&c->genesis);
    c->client = NULL;
    c->identity = NULL;
}

enum exit_code context_start(const struct cli *cli, struct context *out)
{
    char home[PATH_LEN_MAX];
    enum exit_code code = context_home(cli, NULL, home);

    *out = (struct context){0};
    if (code == EXIT_DONE)
        code = context_open(cli, home, out);
    if (code == EXIT_DONE)
        code = context_connect(cli, out, false);
    if (code != EXIT_DONE)
        context_close(out);
    return code;
}
