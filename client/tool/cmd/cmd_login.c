/* SPDX-License-Identifier: Apache-2.0 */
/* login, logout, and the agent behind them. */
#include "tool/cmd_login.h"

#include "tool/agent.h"
#include "tool/context.h"
#include "tool/out.h"

#include "lib/fault.h"
#include "lib/when.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

/* --- login ----------------------------------------------------------------------------------------------- */

static void tell_login(const struct cli *cli, const struct buf *cert, int64_t hold_ms)
{
    struct cw_wall until = {when_now().ms + hold_ms};
    char name[100], division[20], when[WHEN_TEXT_LEN_MAX], utc[WHEN_TEXT_LEN_MAX];
    struct certificate parsed;

    if (cli->quiet || certificate_parse(buf_slice(cert), &parsed) != CW_OK)
        return;
    fault_clean_text(parsed.name, name, sizeof(name));
    fault_clean_text(parsed.division, division, sizeof(division));
    when_london(until, false, when);
    when_utc(until, utc);
    if (cli->json)
        json_print(cli, json_pack("{s:s, s:s, s:s}", "name", name, "division", division, "until", utc));
    else
        printf("%s (%s) is logged in until %s; casewire logout ends it\n", name, division, when);
}

static enum exit_code start(const struct cli *cli, const struct buf *key, const struct buf *cert, int64_t hold_ms)
{
    struct agent_order order = {.certificate = buf_slice(cert), .key_file = buf_slice(key), .hold_ms = hold_ms};
    struct buf passphrase = {0};
    struct cw_fault fault = {0};
    enum exit_code code = EXIT_DONE;

    if (keyfile_needs_passphrase(buf_slice(key)))
        code = passphrase_get(cli, "passphrase-file", "Passphrase of your key: ", false, &passphrase);
    order.passphrase = buf_slice(&passphrase);
    if (code == EXIT_DONE && agent_start(&order, &fault) != CW_OK)
        code = complain_fault(cli, "you are not logged in", &fault);
    passphrase_done(&passphrase);
    return code;
}

static enum exit_code run_login(struct cli *cli)
{
    struct buf key = {0}, cert = {0};
    char home[PATH_LEN_MAX];
    int64_t hold_ms;
    enum exit_code code;

    if (!cli_duration(cli, "for", AGENT_HOLD_MS_MAX, AGENT_HOLD_MS_DEFAULT, &hold_ms))
        return EXIT_USAGE;
    code = context_home(cli, NULL, home);
    if (code == EXIT_DONE)
        code = context_read_keys(cli, home, &key, &cert);
    if (code == EXIT_DONE)
        code = start(cli, &key, &cert, hold_ms);
    if (code == EXIT_DONE)
        tell_login(cli, &cert, hold_ms);
    passphrase_done(&key); /* without a passphrase the file is the secret itself */
    buf_done(&cert);
    return code;
}

/* --- logout ---------------------------------------------------------------------------------------------- */

static bool stop(int folder, const char *name)
{
    uint8_t packet[AGENT_ANSWER_LEN_MAX];
    struct cw_slice body;

    return agent_ask(folder, name, &(struct agent_request){.op = AGENT_STOP}, packet, &body) == CW_OK;
}

static unsigned stop_all(int folder)
{
    DIR *dir = fdopendir(dup(folder));
    const struct dirent *entry;
    unsigned count = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, "agent-", 6) == 0 && strlen(entry->d_name) < AGENT_NAME_LEN_MAX)
            count += stop(folder, entry->d_name);
    if (dir != NULL)
        closedir(dir);
    return count;
}

static enum exit_code stop_own(const struct cli *cli, int folder, unsigned *out_count)
{
    struct buf key = {0}, cert = {0};
    char home[PATH_LEN_MAX], name[AGENT_NAME_LEN_MAX];
    struct cert_id id;
    enum exit_code code = context_home(cli, NULL, home);

    if (code == EXIT_DONE)
        code = context_read_keys(cli, home, &key, &cert);
    if (code == EXIT_DONE) {
        cert_id_of(buf_slice(&cert), &id);
        agent_name_of(&id, name);
        *out_count = stop(folder, name);
    }
    passphrase_done(&key);
    buf_done(&cert);
    return code;
}

static enum exit_code run_logout(struct cli *cli)
{
    struct cw_fault fault = {0};
    unsigned count = 0;
    int folder;
    enum exit_code code = EXIT_DONE;
    enum cw_err err = agent_folder_open(NULL, false, &folder, &fault);

    if (err == CW_OK) {
        if (cli_flag(cli, "all"))
            count = stop_all(folder);
        else
            code = stop_own(cli, folder, &count);
        close(folder);
    } else if (err != CW_LOCAL_NOT_FOUND) {
        return complain_fault(cli, "it is not known whether you are logged in", &fault);
    }
    if (code != EXIT_DONE)
        return code;
    if (cli->json)
        json_print(cli, json_pack("{s:i}", "logged_out", (int)count));
    else if (!cli->quiet)
        printf(count != 0 ? "logged out: the key is forgotten\n" : "nobody was logged in\n");
    return EXIT_DONE;
}

/* --- the agent --------------------------------------------------------------------------------------------- */

static enum exit_code run_agent(struct cli *cli)
{
    (void)cli;
    return exit_code_of(agent_main());
}

static const struct cli_option login_options[] = {
    {"for", "TIME", "how long, like 30m or 8h (default 10h, at most 24h)"},
    {NULL, NULL, NULL},
};
static const struct cli_option logout_options[] = {
    {"all", NULL, "everybody who is logged in as this user of the machine"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_login = {
    .noun = "login",
    .group = GROUP_YOU,
    .summary = "give your passphrase once, for a shift",
    .about = "A process of your own keeps the key in locked memory and signs what you say; other commands do not ask "
             "for the "
             "passphrase until logout, or until the time is over.",
    .examples =
        "  casewire login\n  casewire login --for 30m\n  casewire login --passphrase-file /run/user/1000/passphrase\n",
    .options = login_options,
    .json = "name:s division:s until:t",
    .run = run_login,
};
const struct cli_command cmd_logout = {
    .noun = "logout",
    .group = GROUP_YOU,
    .summary = "forget the key again",
    .examples = "  casewire logout\n  casewire logout --all\n",
    .options = logout_options,
    .json = "logged_out:i",
    .run = run_logout,
};
const struct cli_command cmd_agent = {
    .noun = "agent",
    .summary = "what login starts: keeps the key, signs what you say",
    .run = run_agent,
    .hidden = true,
};
