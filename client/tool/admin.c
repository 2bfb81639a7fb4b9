/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/admin.h"

#include "tool/settings_ask.h"

#include "lib/fault.h"
#include "proto/sign.h"

#define NAME_LEN_MAX_OF_INSTANCE 64

enum cw_err admin_open_at(const char *socket, const char *network, struct cw_client **out, struct cw_fault *fault)
{
    struct cw_client_options options = {.size = sizeof(options), .admin_socket = socket};
    struct buf genesis = {0};
    struct network_id id;
    enum cw_err err = file_read(network, NETWORK_GENESIS_LEN_MAX, &genesis);

    if (err != CW_OK)
        return fault_set(fault, err, network, "the network's genesis cannot be read");
    network_id_of(buf_slice(&genesis), &id);
    memcpy(options.network_id, id.b, CW_ID_LEN);
    buf_done(&genesis);
    return cw_client_open(&options, out, fault);
}

/* --- where ------------------------------------------------------------------------------------------------------ */

static bool is_instance(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len <= NAME_LEN_MAX_OF_INSTANCE &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == len;
}

/* The folders of casewired@.service. */
static bool name_places(const char *name, struct admin_at *out)
{
    return is_instance(name) && path_join(out->socket, "/run/casewire", "%s/admin.sock", name) &&
           path_join(out->metrics, "/run/casewire", "%s/metrics.sock", name) &&
           path_join(out->network, "/etc/casewire", "%s/network", name) &&
           path_join(out->config, "/etc/casewire", "%s/casewire.conf", name);
}

/* metrics.sock beside it. */
static void name_neighbour(struct admin_at *out)
{
    char folder[PATH_LEN_MAX];
    char *slash;

    if (out->metrics[0] != '\0')
        return;
    snprintf(folder, sizeof(folder), "%s", out->socket);
    slash = strrchr(folder, '/');
    if (slash == NULL)
        return;
    *slash = '\0';
    if (!path_join(out->metrics, folder, "metrics.sock"))
        out->metrics[0] = '\0';
}

static enum exit_code find_by_context(const struct cli *cli, struct admin_at *out)
{
    char home[PATH_LEN_MAX];
    enum exit_code code = context_home(cli, NULL, home);

    if (code == EXIT_DONE)
        code = context_open(cli, home, &out->context);
    if (code != EXIT_DONE)
        return code;
    out->has_context = true;
    snprintf(out->socket, sizeof(out->socket), "%s", out->context.file.admin_socket);
    if (out->socket[0] != '\0')
        return EXIT_DONE;
    return complain(
        cli, EXIT_USAGE,
        &(struct trouble){"which daemon?", home, "the context names no admin socket", "casewire doctor NAME"});
}

static bool take(const struct cli *cli, const char *option, char out[static PATH_LEN_MAX])
{
    const char *value = cli_value(cli, option);

    if (value == NULL)
        return true;
    snprintf(out, PATH_LEN_MAX, "%s", value);
    return strlen(value) < PATH_LEN_MAX;
}

static enum exit_code no_instance(const struct cli *cli, const char *name)
{
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"there is no such instance", name, "it is the NAME of casewired@NAME", NULL});
}

static enum exit_code too_long(const struct cli *cli)
{
    return complain(cli, EXIT_USAGE, &(struct trouble){"a path is too long", NULL, "at most 1023 bytes", NULL});
}

enum exit_code admin_find(const struct cli *cli, const char *name, struct admin_at *out)
{
    bool socket = cli_value(cli, "socket") != NULL, network = cli_value(cli, "network") != NULL;
    enum exit_code code = EXIT_DONE;

    memset(out, 0, sizeof(*out));
    if (name != NULL && !name_places(name, out))
        return no_instance(cli, name);
    if (name == NULL && socket != network)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"one of two options is missing", "--socket and --network",
                                          "a daemon is found by both, by its instance's name, or by the context",
                                          NULL});
    if (!take(cli, "socket", out->socket) || !take(cli, "network", out->network) || !take(cli, "metrics", out->metrics))
        return too_long(cli);
    if (name == NULL && !socket)
        code = find_by_context(cli, out);
    name_neighbour(out);
    return code;
}

void admin_settle_pages(const struct cli *cli, struct admin_at *at)
{
    struct settings_said said;
    char where[PATH_LEN_MAX];

    if (cli_value(cli, "metrics") == NULL && at->config[0] != '\0' &&
        settings_ask(at->config, "--print-settings", false, &said) &&
        settings_value(said.text, "listen_metrics", where, sizeof(where)))
        snprintf(at->metrics, sizeof(at->metrics), "%s", strcmp(where, "off") != 0 ? where : "");
}

enum exit_code admin_find_pages(const struct cli *cli, const char *name, struct admin_at *out)
{
    memset(out, 0, sizeof(*out));
    if (name != NULL && !name_places(name, out))
        return no_instance(cli, name);
    if (!take(cli, "metrics", out->metrics))
        return too_long(cli);
    admin_settle_pages(cli, out);
    return EXIT_DONE;
}

enum cw_err admin_connect(struct admin_at *at, struct cw_fault *fault)
{
    struct cw_client_options options = {.size = sizeof(options), .admin_socket = at->socket};

    if (!at->has_context)
        return admin_open_at(at->socket, at->network, &at->client, fault);
    memcpy(options.network_id, at->context.network, CW_ID_LEN);
    return cw_client_open(&options, &at->client, fault);
}

void admin_close(struct admin_at *at)
{
    cw_client_close(at->client);
    if (at->has_context)
        context_close(&at->context);
}

/* --- an administrator, or somebody ------------------------------------------------------------------------------- */

static enum exit_code start_admin(const struct cli *cli, const char *name, struct context *out)
{
    struct admin_at at;
    struct cw_fault fault = {0};
    enum exit_code code = admin_find(cli, name, &at);

    if (code == EXIT_DONE && admin_connect(&at, &fault) != CW_OK)
        code = complain_fault(cli, "no connection could be made", &fault);
    out->client = code == EXIT_DONE ? at.client : NULL;
    return code;
}

enum exit_code admin_or_context(const struct cli *cli, struct context *out)
{
    const char *name = cli->operand_count > 0 ? cli->operands[0] : NULL;

    *out = (struct context){0};
    if (name == NULL && cli_value(cli, "socket") == NULL && cli_value(cli, "network") == NULL)
        return context_start(cli, out);
    return start_admin(cli, name, out);
}
