/* SPDX-License-Identifier: Apache-2.0 */
/* How this division is: in sync or not first, then every reason, then what it holds. */
#include "tool/cmd_status.h"
#include "tool/admin.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

static void print_alarms(const struct cli *cli, const Cw__Status *s)
{
    char text[PLAIN_LEN_MAX];

    for (size_t i = 0; i < s->n_alarms; i++) {
        TEXT(s->alarms[i]->text, text);
        printf("%s%-*s%s", tone_on(cli, TONE_BAD), VIEW_LABEL, "ALARM", tone_off(cli));
        view_wrap(text, VIEW_LABEL);
    }
}

/* Alarms have their own lines, and divisions that are not in step theirs. */
static bool is_told_elsewhere(const Cw__Status *s, const Cw__Peers *peers, struct cw_slice reason)
{
    static const char alarm[] = "alarm: ";

    for (size_t i = 0; peers != NULL && i < peers->n_rows; i++)
        if (plain_is_about(reason, peers->rows[i]) && !plain_in_step(peers->rows[i]))
            return true;
    return s->n_alarms != 0 && reason.len >= sizeof(alarm) - 1 && memcmp(reason.data, alarm, sizeof(alarm) - 1) == 0;
}

static void print_reasons(const struct cli *cli, const Cw__Status *s, const Cw__Peers *peers)
{
    char text[PLAIN_LEN_MAX];
    bool first = true;

    for (size_t i = 0; i < s->n_reasons; i++) {
        if (is_told_elsewhere(s, peers, wire_slice(s->reasons[i])))
            continue;
        plain_reason(wire_slice(s->reasons[i]), text);
        view_label(cli, first ? "here" : "");
        view_wrap(text, VIEW_LABEL);
        first = false;
    }
}

static void print_peer(const struct cli *cli, const Cw__PeerRow *row, const struct plain_names *names)
{
    char division[24], state[40], text[2 * PLAIN_LEN_MAX];
    enum tone tone = plain_in_step(row) ? TONE_GOOD : TONE_CAREFUL;

    TEXT(row->division, division);
    plain_state(row, state);
    plain_peer(row, names, when_now(), text);
    printf("%s%-*s%s", tone_on(cli, TONE_HEAD), VIEW_LABEL - 1, division, tone_off(cli));
    printf(" %s%s%s\n", tone_on(cli, tone), state, tone_off(cli));
    if (text[0] == '\0')
        return;
    printf("%*s", VIEW_LABEL, "");
    view_wrap(text, VIEW_LABEL);
}

static void print_holdings(const struct cli *cli, const Cw__Status *s)
{
    char line[200], none[60] = "";

    if (s->void_count != 0)
        snprintf(none, sizeof(none), "; %llu without effect (void)", (unsigned long long)s->void_count);
    snprintf(line, sizeof(line), "%llu case%s, %llu signed record%s%s", (unsigned long long)s->case_count,
             s->case_count == 1 ? "" : "s", (unsigned long long)s->entry_count, s->entry_count == 1 ? "" : "s", none);
    view_label(cli, "holds");
    view_wrap(line, VIEW_LABEL);
}

/* What administrators compare by telephone. */
static void print_positions(const struct cli *cli, const Cw__Status *s)
{
    char log[2 * SHORT_ID_LEN + 1], digest[2 * SHORT_ID_LEN + 1], text[260];

    short_id(s->log, log);
    short_id(s->digest, digest);
    view_label(cli, "log");
    printf("%s entry %llu, incarnation %llu\n", log, (unsigned long long)s->seq, (unsigned long long)s->n);
    TEXT(s->authority, text);
    view_label(cli, "authority");
    printf("%s\n", text);
    view_label(cli, "digest");
    printf("%s\n", digest[0] != '\0' ? digest : "not known yet");
    TEXT(s->version, text);
    view_label(cli, "release");
    printf("%s\n", text);
    for (size_t i = 0; i < s->n_counters; i++) {
        TEXT(s->counters[i]->name, text);
        printf("%*s%-24s %llu\n", VIEW_LABEL, "", text, (unsigned long long)s->counters[i]->value);
    }
}

static const char *headline(const Cw__Status *s)
{
    if (s->in_sync)
        return "in sync";
    return status_exchanged(s, false) ? "all is exchanged, but something must be decided" : "NOT IN SYNC";
}

static void print_status(const struct cli *cli, const Cw__Status *s, const Cw__Peers *peers,
                         const struct plain_names *names)
{
    char division[20], network[90];

    TEXT(s->division, division);
    TEXT(s->network_name, network);
    printf("%s%s%s of %s: %s%s%s\n", tone_on(cli, TONE_HEAD), division, tone_off(cli), network,
           tone_on(cli, s->in_sync ? TONE_GOOD : TONE_CAREFUL), headline(s), tone_off(cli));
    print_alarms(cli, s);
    print_reasons(cli, s, peers);
    for (size_t i = 0; peers != NULL && i < peers->n_rows; i++)
        print_peer(cli, peers->rows[i], names);
    print_holdings(cli, s);
    if (cli->verbose)
        print_positions(cli, s);
}

static void tell(const struct cli *cli, struct context *c, const Cw__Status *s)
{
    struct cw_answer *peers = NULL, *list;
    struct plain_names names;
    const Cw__Peers *rows;

    /* Without them there is less to tell, but what is known is told. */
    if (cw_client_peers(c->client, cli->timeout_ms, &peers) != CW_OK)
        peers = NULL;
    rows = peers != NULL ? answer_message(peers)->peers : NULL;
    list = status_names(cli, c, rows, &names);
    print_status(cli, s, rows, &names);
    cw_answer_close(list);
    cw_answer_close(peers);
}

static enum exit_code run_status(struct cli *cli)
{
    struct context context;
    struct cw_answer *answer = NULL;
    enum exit_code code = admin_or_context(cli, &context);

    if (code == EXIT_DONE && cw_client_status(context.client, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the daemon did not say how it is", cw_client_fault(context.client));
    if (answer != NULL && cli->json)
        json_print_message(cli, &answer_message(answer)->status->base);
    else if (answer != NULL)
        tell(cli, &context, answer_message(answer)->status);
    cw_answer_close(answer);
    context_close(&context);
    return code;
}

static const struct cli_option status_options[] = {ADMIN_DOOR_OPTIONS, {NULL, NULL, NULL}};

const struct cli_command cmd_status = {
    .noun = "status",
    .group = GROUP_DAEMON,
    .operands = "[NAME]",
    .operand_max = 1,
    .summary = "is this division in sync, and if not, why",
    .about = "First whether it is in sync; then every reason why not, and for each other division how it is, what it "
             "lacks, since when, and of which cases. -v adds what administrators compare.\n\nNAME is that of the unit "
             "casewired@NAME, whose daemon is asked as its administrator: no keys are needed.",
    .examples = "  casewire status\n  casewire status -v\n  casewire status --json\n  casewire status north\n",
    .options = status_options,
    .json = "@Status",
    .run = run_status,
};
