/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/context.h"

#include <casewire/signer.h>

#include "proto/id.h"
#include "proto/keyfile.h"
#include "proto/message.h"

#include <stdlib.h>

#define CONTEXT_LEN_MAX 65536

static void copy(char *out, size_t cap, const char *text)
{
    snprintf(out, cap, "%s", text);
}

void context_lab(const struct cli *cli, char out[static PATH_LEN_MAX])
{
    const char *lab = cli_value(cli, "lab");

    if (lab == NULL)
        lab = cli_value(cli, "dir");
    if (lab == NULL)
        lab = getenv("CASEWIRE_LAB");
    copy(out, PATH_LEN_MAX, lab != NULL ? lab : "casewire-lab");
}

enum exit_code context_home(const struct cli *cli, const char *as, char out[static PATH_LEN_MAX])
{
    const char *home = cli_value(cli, "home");
    char lab[PATH_LEN_MAX];

    if (as == NULL)
        as = cli_value(cli, "as");
    if (as == NULL && home == NULL)
        as = getenv("CASEWIRE_AS");
    if (as != NULL) {
        context_lab(cli, lab);
        if (strchr(as, '/') != NULL || !path_join(out, lab, "people/%s", as))
            return complain(cli, EXIT_USAGE,
                            &(struct trouble){"nobody has that name", as, "it is WHO@DIVISION", "casewire lab status"});
        if (!file_exists(out))
            return complain(cli, EXIT_NOT_FOUND,
                            &(struct trouble){"there is nobody of that name in this lab", out,
                                              "the lab has no such person, or it is another folder (--lab DIR)",
                                              "casewire lab status"});
        return EXIT_DONE;
    }
    if (home == NULL)
        home = getenv("CASEWIRE_HOME");
    if (home != NULL) {
        copy(out, PATH_LEN_MAX, home);
        return EXIT_DONE;
    }
    home = getenv("HOME");
    if (home != NULL && path_join(out, home, ".config/casewire") && file_exists(out))
        return EXIT_DONE;
    return complain(cli, EXIT_CONFIG,
                    &(struct trouble){"it is not known who you are", "--as, --home, CASEWIRE_HOME",
                                      "none of them names a folder with keys and a daemon",
                                      "casewire --lab DIR --as officer@north ..."});
}

/* --- the context file --------------------------------------------------------------------------------- */

static bool set_one(struct context *c, const char *name, const char *value)
{
    if (strcmp(name, "address") == 0)
        copy(c->address, sizeof(c->address), value);
    else if (strcmp(name, "daemon-key") == 0)
        return hex_parse(value, c->daemon_key, CW_ID_LEN) == CW_OK;
    else if (strcmp(name, "admin-socket") == 0)
        copy(c->admin_socket, sizeof(c->admin_socket), value);
    else if (strcmp(name, "synthetic") == 0)
        c->synthetic = strcmp(value, "yes") == 0;
    else
        return false;
    return true;
}

static char *trim(char *text)
{
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t' || text[len - 1] == '\r'))
        text[--len] = '\0';
    return text;
}

static enum exit_code read_lines(const struct cli *cli, struct context *c, const char *path, char *text)
{
    unsigned number = 0;
    char *line, *rest = text;

    while ((line = strsep(&rest, "\n")) != NULL) {
        char where[PATH_LEN_MAX + 16], *value = strchr(line, '=');

        number++;
        line = trim(line);
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (value != NULL) {
            *value = '\0';
            if (set_one(c, trim(line), trim(value + 1)))
                continue;
        }
        snprintf(where, sizeof(where), "%s:%u", path, number);
        return complain(cli, EXIT_CONFIG,
                        &(struct trouble){"a setting was not understood", where,
                                          "it is: address, daemon-key (64 hexadecimal digits), admin-socket, synthetic",
                                          NULL});
    }
    return EXIT_DONE;
}

static enum exit_code read_context(const struct cli *cli, struct context *c)
{
    struct buf bytes = {0};
    char path[PATH_LEN_MAX];
    enum exit_code code;

    if (!path_join(path, c->home, "context") || file_read(path, CONTEXT_LEN_MAX, &bytes) != CW_OK ||
        buf_add(&bytes, slice("", 1)) != CW_OK) {
        buf_done(&bytes);
        return complain(cli, EXIT_CONFIG,
                        &(struct trouble){"the folder has no context", path,
                                          "it says which daemon to talk to; `casewire authority issue --address ... "
                                          "--daemon-cert ...` and `lab start` write it",
                                          NULL});
    }
    code = read_lines(cli, c, path, (char *)bytes.data);
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
                                          "the network genesis is missing or damaged", NULL});
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
    buf_done(&key);
    buf_done(&cert);
    return code;
}

enum exit_code context_connect(const struct cli *cli, struct context *c, bool admin)
{
    struct cw_client_options options = {.size = sizeof(options)};
    struct cw_daemon daemon = {.address = c->address};
    struct cw_fault fault = {0};
    enum exit_code code = EXIT_DONE;

    if (!admin)
        code = open_identity(cli, c);
    if (code != EXIT_DONE)
        return code;
    memcpy(options.network_id, c->network, CW_ID_LEN);
    memcpy(daemon.key, c->daemon_key, CW_ID_LEN);
    if (admin) {
        options.admin_socket = c->admin_socket;
    } else {
        options.identity = c->identity;
        options.daemons = &daemon;
        options.daemon_count = 1;
    }
    if (cw_client_open(&options, &c->client, &fault) != CW_OK)
        return complain_fault(cli, "no connection could be made", &fault);
    return EXIT_DONE;
}

void context_close(struct context *c)
{
    cw_client_close(c->client);
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
