/* SPDX-License-Identifier: Apache-2.0 */
/* What a daemon knows of an authority's log: asked before anything is signed, and after everything is published. */
#include "tool/cmd_authority_sign.h"
#include "tool/out.h"

#include "lib/fault.h"

#define RECOVERY "keep one branch only: \"When an authority's log has forked\" in docs/operations.md"

/* The end of this authority's log that a daemon named; zero when it has none of it. */
static struct authority_end end_of(const struct authority *a, const Cw__AuthorityView *view)
{
    struct authority_end end = {0};

    for (size_t i = 0; view != NULL && i < view->n_logs; i++) {
        const Cw__Position *head = view->logs[i]->head;

        if (head == NULL || !slice_eq(wire_slice(head->log), slice(a->log.log.b, ID_LEN)) ||
            head->seal.len != sizeof(end.seal.b))
            continue;
        end.seq = head->seq;
        memcpy(end.seal.b, head->seal.data, sizeof(end.seal.b));
    }
    return end;
}

static enum exit_code ask_daemon(const struct cli *cli, const struct authority *a, const char *socket,
                                 struct authority_end *out)
{
    struct cw_client_options options = {.size = sizeof(options), .admin_socket = socket};
    struct cw_client *client = NULL;
    struct cw_answer *answer = NULL;
    struct cw_fault fault = {0};
    enum exit_code code = EXIT_DONE;

    memcpy(options.network_id, a->network.b, CW_ID_LEN);
    if (cw_client_open(&options, &client, &fault) != CW_OK)
        return complain_fault(cli, "the daemon could not be asked", &fault);
    if (cw_client_authority(client, 0, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the daemon could not be asked how long the log is", cw_client_fault(client));
    else
        *out = end_of(a, answer_message(answer)->authority);
    cw_answer_close(answer);
    cw_client_close(client);
    return code;
}

static enum exit_code complain_behind(const struct cli *cli, const struct authority *a, const char *what)
{
    return complain(
        cli, EXIT_CONFLICT,
        &(struct trouble){what, a->dir,
                          "the daemon knows more of this authority's log than the folder does: the folder is an "
                          "old copy, or a branch",
                          "use the newest copy of the folder; where there is none, " RECOVERY});
}

static enum exit_code complain_apart(const struct cli *cli, const struct authority *a, const char *what,
                                     const struct authority_end *known)
{
    char why[160];

    snprintf(why, sizeof(why),
             "two copies of this folder were written on: the daemon has another entry %llu of this authority's log",
             (unsigned long long)known->seq);
    return complain(cli, EXIT_CONFLICT, &(struct trouble){what, a->dir, why, RECOVERY});
}

/* --- before ------------------------------------------------------------------------------------------------- */

/* Signing where the daemon knows more, or other, of the log would fork it. */
static enum exit_code compare_head(const struct cli *cli, const struct authority *a, const char *socket)
{
    struct authority_end known = {0};
    enum exit_code code = ask_daemon(cli, a, socket, &known);

    if (code != EXIT_DONE)
        return code;
    switch (authority_stands(a, &known)) {
    case AUTHORITY_BEHIND:
        return complain_behind(cli, a, "nothing was signed: this folder is an old copy");
    case AUTHORITY_APART:
        return complain_apart(cli, a, "nothing was signed: this authority's log has forked", &known);
    case AUTHORITY_SAME:
    case AUTHORITY_AHEAD:
        break;
    }
    return EXIT_DONE;
}

const char *authority_socket(const struct cli *cli)
{
    const char *socket = cli_value(cli, "socket");

    return socket != NULL ? socket : "/run/casewire/NAME/admin.sock";
}

static enum exit_code check_head(const struct cli *cli, const struct authority *a)
{
    const char *socket = cli_value(cli, "socket");

    if (socket != NULL)
        return compare_head(cli, a, socket);
    if (cli_flag(cli, "offline")) {
        fprintf(stderr,
                "casewire: --offline: no daemon was asked whether this folder is the newest copy. When it is not,\n"
                "  what is signed now forks the authority's log, and every daemon will raise an alarm.\n");
        return EXIT_DONE;
    }
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"nothing was signed", "--socket or --offline",
                                      "a daemon is asked first whether this folder is the newest copy",
                                      "casewire authority ... --socket /run/casewire/NAME/admin.sock"});
}

enum exit_code authority_open_to_sign(const struct cli *cli, struct buf *passphrase, struct authority *out)
{
    struct cw_fault fault = {0};
    const char *dir;
    enum exit_code code = authority_need(cli, "dir", &dir);

    if (code == EXIT_DONE && authority_needs_passphrase(dir))
        code = passphrase_get(cli, "passphrase-file", "Passphrase of the authority: ", false, passphrase);
    if (code != EXIT_DONE)
        return code;
    if (authority_open(dir, true, buf_slice(passphrase), out, &fault) != CW_OK)
        return complain_fault(cli, "the authority does not open", &fault);
    code = check_head(cli, out);
    if (code != EXIT_DONE)
        authority_close(out);
    return code;
}

/* --- after --------------------------------------------------------------------------------------------------- */

enum exit_code authority_check_published(const struct cli *cli, const char *dir, const struct authority *before,
                                         const char *socket)
{
    struct authority_end known = {0};
    struct authority a;
    struct cw_fault fault = {0};
    enum exit_code code = ask_daemon(cli, before, socket, &known);

    if (code != EXIT_DONE)
        return code;
    /* Read anew: others may have written and published meanwhile. */
    if (authority_open(dir, false, slice(NULL, 0), &a, &fault) != CW_OK)
        return complain_fault(cli, "the authority does not open", &fault);
    enum authority_standing stands = authority_stands(&a, &known);
    if (stands == AUTHORITY_APART)
        code = complain_apart(cli, &a, "the daemon did not take this branch of the authority's log", &known);
    else if (stands == AUTHORITY_BEHIND)
        code = complain_behind(cli, &a, "nothing of this is new to the daemon");
    else if (known.seq < before->log.seq)
        code = complain(cli, EXIT_CONFLICT,
                        &(struct trouble){"the daemon did not take the whole log", dir,
                                          "its journal says what is wrong with the next entry",
                                          "journalctl -u 'casewired@*' -p warning"});
    authority_close(&a);
    return code;
}
