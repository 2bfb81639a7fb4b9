/* SPDX-License-Identifier: Apache-2.0 */
/* reload: what `systemctl reload` runs. */
#include "tool/admin.h"
#include "tool/cmd_status.h"

#include "lib/fault.h"
#include "proto/wire.h"

#define SAID_LEN_MAX 500

static enum exit_code tell(const struct cli *cli, struct cw_client *client)
{
    struct cw_answer *answer = NULL;
    char said[SAID_LEN_MAX];

    if (cw_client_admin(client, CW_ADMIN_RELOAD, NULL, cli->timeout_ms, &answer) != CW_OK)
        return complain_fault(cli, "the settings were not reloaded", cw_client_fault(client));
    fault_clean_text(wire_slice(answer_message(answer)->text), said, sizeof(said));
    if (cli->json)
        json_print(cli, json_pack("{s:s}", "changed", said));
    else if (!cli->quiet)
        printf("reloaded: %s\n", said);
    cw_answer_close(answer);
    return EXIT_DONE;
}

static enum exit_code tell_context(const struct cli *cli)
{
    char home[PATH_LEN_MAX];
    struct context c;
    enum exit_code code = context_home(cli, NULL, home);

    if (code == EXIT_DONE)
        code = context_open(cli, home, &c);
    if (code != EXIT_DONE)
        return code;
    code = context_connect(cli, &c, true);
    if (code == EXIT_DONE)
        code = tell(cli, c.client);
    context_close(&c);
    return code;
}

static enum exit_code run_reload(struct cli *cli)
{
    const char *socket = cli_value(cli, "socket"), *network = cli_value(cli, "network");
    struct cw_client *client = NULL;
    struct cw_fault fault = {0};

    if (socket == NULL && network == NULL)
        return tell_context(cli);
    if (socket == NULL || network == NULL)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"one of two options is missing", "--socket and --network",
                                          "a daemon is found by both, or by the context's admin-socket", NULL});
    if (admin_open_at(socket, network, &client, &fault) != CW_OK)
        return complain_fault(cli, "the settings were not reloaded", &fault);
    enum exit_code code = tell(cli, client);
    cw_client_close(client);
    return code;
}

static const struct cli_option reload_options[] = {
    {"socket", "PATH", "the daemon's admin socket; else the context's"},
    {"network", "FILE", "the network's genesis, with --socket"},
    {"wait", NULL, "until it is done, which it is in any case"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_reload = {
    .noun = "reload",
    .group = GROUP_DAEMON,
    .summary = "let the daemon read its settings again",
    .about =
        "Peers and log_level take effect at once, and no connection is lost; other settings are named as needing a "
        "restart. A file that is wrong anywhere is refused, and nothing changes.",
    .examples = "  casewire reload\n"
                "  casewire reload --wait --network /etc/casewire/north/network \\\n"
                "      --socket /run/casewire/north/admin.sock\n",
    .options = reload_options,
    .json = "changed:s",
    .run = run_reload,
};
