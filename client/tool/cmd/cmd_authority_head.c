/* SPDX-License-Identifier: Apache-2.0 */
/* What a daemon knows of an authority's log: asked before anything is signed, and after everything is published. */
#include "tool/cmd_authority_sign.h"
#include "tool/out.h"

#include "lib/fault.h"

#define RECOVERY "keep one branch only: \"When an authority's log has forked\" in docs/operations.md"

/* A log that a daemon is asked about. */
struct known_log {
    const char *where; /* folder or file: for people */
    const struct network_id *network;
    struct log_id log;
    const struct authority_ends *ends;
};

/* The end of this log that a daemon named; zero when it has none of it. */
static struct authority_end end_of(const struct known_log *mine, const Cw__AuthorityView *view)
{
    struct authority_end end = {0};

    for (size_t i = 0; view != NULL && i < view->n_logs; i++) {
        const Cw__Position *head = view->logs[i]->head;

        if (head == NULL || !slice_eq(wire_slice(head->log), slice(mine->log.b, ID_LEN)) ||
            head->seal.len != sizeof(end.seal.b))
            continue;
        end.seq = head->seq;
        memcpy(end.seal.b, head->seal.data, sizeof(end.seal.b));
    }
    return end;
}

/* Whether the daemon's next seal stands on the last one here. Only asked where the daemon knows more. */
static bool goes_on(const struct known_log *mine, const Cw__ExportChunk *chunk)
{
    const struct authority_end *last = mine->ends->count > 0 ? &mine->ends->at[mine->ends->count - 1] : NULL;
    const Cw__SealedBatch *batch =
        chunk != NULL && chunk->entries != NULL && chunk->entries->n_batches > 0 ? chunk->entries->batches[0] : NULL;
    struct seal seal;

    if (last == NULL)
        return true;
    return batch != NULL && batch->seal != NULL && seal_parse(wire_slice(batch->seal->seal), &seal) == CW_OK &&
           seal.first == last->seq + 1 && ID_EQ(&seal.prev, &last->seal);
}

static enum exit_code open_client(const struct cli *cli, const struct known_log *mine, const char *socket,
                                  struct cw_client **out)
{
    struct cw_client_options options = {.size = sizeof(options), .admin_socket = socket};
    struct cw_fault fault = {0};

    memcpy(options.network_id, mine->network->b, CW_ID_LEN);
    return cw_client_open(&options, out, &fault) == CW_OK
               ? EXIT_DONE
               : complain_fault(cli, "the daemon could not be asked", &fault);
}

static enum exit_code ask_end(const struct cli *cli, const struct known_log *mine, const char *socket,
                              struct authority_end *out)
{
    struct cw_client *client = NULL;
    struct cw_answer *answer = NULL;
    enum exit_code code = open_client(cli, mine, socket, &client);

    if (code != EXIT_DONE)
        return code;
    if (cw_client_authority(client, 0, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the daemon could not be asked how long the log is", cw_client_fault(client));
    else
        *out = end_of(mine, answer_message(answer)->authority);
    cw_answer_close(answer);
    cw_client_close(client);
    return code;
}

/* How what is here stands to the end that the daemon named. Where that is beyond, it is asked for what comes after. */
static enum exit_code compare(const struct cli *cli, const struct known_log *mine, const char *socket,
                              const struct authority_end *known, enum authority_standing *out)
{
    uint64_t last = mine->ends->count > 0 ? mine->ends->at[mine->ends->count - 1].seq : 0;
    struct cw_client *client = NULL;
    struct cw_answer *answer = NULL;
    enum exit_code code;

    *out = authority_stands(mine->ends, known);
    if (*out != AUTHORITY_BEHIND)
        return EXIT_DONE;
    code = open_client(cli, mine, socket, &client);
    if (code != EXIT_DONE)
        return code;
    if (cw_client_export(client, mine->log.b, last, 0, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the daemon could not be asked how the log goes on", cw_client_fault(client));
    else if (!goes_on(mine, answer_message(answer)->export))
        *out = AUTHORITY_APART;
    cw_answer_close(answer);
    cw_client_close(client);
    return code;
}

static struct known_log log_of(const struct authority *a)
{
    return (struct known_log){a->dir, &a->network, a->log.log, &a->ends};
}

static enum exit_code complain_behind(const struct cli *cli, const struct authority *a, const char *what)
{
    char next[PATH_LEN_MAX + 80];

    snprintf(next, sizeof(next), "casewire authority restore --dir %s --socket %s", a->dir, authority_socket(cli));
    return complain(
        cli, EXIT_CONFLICT,
        &(struct trouble){what, a->dir,
                          "the daemon knows more of this authority's log than the folder does: the folder is an old "
                          "copy. Use the newest one; where there is none, get the log from the daemon",
                          next});
}

static enum exit_code complain_apart(const struct cli *cli, const struct known_log *mine, const char *what,
                                     const struct authority_end *known)
{
    uint64_t last = mine->ends->at[mine->ends->count - 1].seq;
    char why[200];

    snprintf(why, sizeof(why),
             "two copies of the authority's folder were written on: the daemon has another entry %llu of its log",
             (unsigned long long)(known->seq < last ? known->seq : last));
    return complain(cli, EXIT_CONFLICT, &(struct trouble){what, mine->where, why, RECOVERY});
}

/* --- before ------------------------------------------------------------------------------------------------- */

/* Signing where the daemon knows more, or other, of the log would fork it. */
static enum exit_code compare_head(const struct cli *cli, const struct authority *a, const char *socket)
{
    struct authority_end known = {0};
    struct known_log mine = log_of(a);
    enum authority_standing stands = AUTHORITY_SAME;
    enum exit_code code = ask_end(cli, &mine, socket, &known);

    if (code == EXIT_DONE)
        code = compare(cli, &mine, socket, &known, &stands);
    if (code != EXIT_DONE)
        return code;
    switch (stands) {
    case AUTHORITY_BEHIND:
        return complain_behind(cli, a, "nothing was signed: this folder is an old copy");
    case AUTHORITY_APART:
        return complain_apart(cli, &mine, "nothing was signed: this authority's log has forked", &known);
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

static enum exit_code complain_short(const struct cli *cli, const char *where)
{
    return complain(cli, EXIT_CONFLICT,
                    &(struct trouble){"the daemon did not take the whole log", where,
                                      "its journal says what is wrong with the next entry",
                                      "journalctl -u 'casewired@*' -p warning"});
}

enum exit_code authority_check_published(const struct cli *cli, const char *dir, const struct authority *before,
                                         const char *socket)
{
    struct authority_end known = {0};
    struct authority a;
    struct cw_fault fault = {0};
    struct known_log mine = log_of(before);
    enum authority_standing stands = AUTHORITY_SAME;
    enum exit_code code = ask_end(cli, &mine, socket, &known);

    if (code != EXIT_DONE)
        return code;
    /* Read anew: others may have written and published meanwhile. */
    if (authority_open(dir, false, slice(NULL, 0), &a, &fault) != CW_OK)
        return complain_fault(cli, "the authority does not open", &fault);
    mine = log_of(&a);
    code = compare(cli, &mine, socket, &known, &stands);
    if (code == EXIT_DONE && stands == AUTHORITY_APART)
        code = complain_apart(cli, &mine, "the daemon did not take this branch of the authority's log", &known);
    else if (code == EXIT_DONE && stands == AUTHORITY_BEHIND)
        code = complain_behind(cli, &a, "nothing of this is new to the daemon");
    else if (code == EXIT_DONE && known.seq < before->log.seq)
        code = complain_short(cli, dir);
    authority_close(&a);
    return code;
}

enum exit_code authority_check_bundle(const struct cli *cli, const char *file, const struct network_id *network,
                                      const struct log_id *log, const struct authority_ends *ends, const char *socket)
{
    struct known_log mine = {file, network, *log, ends};
    struct authority_end known = {0};
    enum authority_standing stands = AUTHORITY_SAME;
    enum exit_code code = ask_end(cli, &mine, socket, &known);

    if (code == EXIT_DONE)
        code = compare(cli, &mine, socket, &known, &stands);
    if (code == EXIT_DONE && stands == AUTHORITY_APART)
        code = complain_apart(cli, &mine, "the daemon did not take this branch of the authority's log", &known);
    else if (code == EXIT_DONE && stands == AUTHORITY_AHEAD)
        code = complain_short(cli, file);
    return code;
}
