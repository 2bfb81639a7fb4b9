/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/cmd_status.h"

#include "lib/fault.h"
#include "lib/link.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <time.h>

/* --- status ------------------------------------------------------------------------------------------- */

static void print_status(const struct cli *cli, const Cw__Status *s)
{
    char division[20], network[90], log[2 * SHORT_ID_LEN + 1], digest[2 * SHORT_ID_LEN + 1], authority[60], text[260];

    TEXT(s->division, division);
    TEXT(s->network_name, network);
    TEXT(s->authority, authority);
    short_id(s->log, log);
    short_id(s->digest, digest);
    printf("%s%s%s of %s\n", tone_on(cli, TONE_HEAD), division, tone_off(cli), network);
    printf("  log        %s entry %llu, incarnation %llu\n", log, (unsigned long long)s->seq, (unsigned long long)s->n);
    printf("  holds      %llu entries, %llu cases, %llu in conflict, %llu pending, %llu void\n",
           (unsigned long long)s->entry_count, (unsigned long long)s->case_count, (unsigned long long)s->conflict_count,
           (unsigned long long)s->pending_count, (unsigned long long)s->void_count);
    printf("  authority  %s\n", authority);
    printf("  digest     %s\n", digest[0] != '\0' ? digest : "not known yet");
    printf("  in sync    %s%s%s\n", tone_on(cli, s->in_sync ? TONE_GOOD : TONE_CAREFUL), s->in_sync ? "yes" : "no",
           tone_off(cli));
    for (size_t i = 0; i < s->n_reasons; i++) {
        TEXT(s->reasons[i], text);
        printf("    - %s\n", text);
    }
    for (size_t i = 0; i < s->n_alarms; i++) {
        TEXT(s->alarms[i]->text, text);
        printf("  %sALARM%s      %s\n", tone_on(cli, TONE_BAD), tone_off(cli), text);
    }
    for (size_t i = 0; cli->verbose && i < s->n_counters; i++) {
        TEXT(s->counters[i]->name, text);
        printf("  %-24s %llu\n", text, (unsigned long long)s->counters[i]->value);
    }
}

static enum exit_code run_status(struct cli *cli)
{
    struct context context;
    struct cw_answer *answer = NULL;
    enum exit_code code = context_start(cli, &context);

    if (code == EXIT_DONE && cw_client_status(context.client, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the daemon did not say how it is", cw_client_fault(context.client));
    if (answer != NULL && cli->json)
        json_print_message(cli, &answer_message(answer)->status->base);
    else if (answer != NULL)
        print_status(cli, answer_message(answer)->status);
    cw_answer_close(answer);
    context_close(&context);
    return code;
}

/* --- peers -------------------------------------------------------------------------------------------- */

static void peer_cells(struct table *t, const Cw__PeerRow *row)
{
    char text[260], when[WHEN_TEXT_LEN_MAX] = "never";

    TEXT(row->division, text);
    table_add(t, text);
    TEXT(row->state, text);
    table_add(t, row->cut ? "cut" : text);
    snprintf(text, sizeof(text), "%llu", (unsigned long long)row->behind);
    table_add(t, text);
    snprintf(text, sizeof(text), "%llu", (unsigned long long)row->ahead);
    table_add(t, text);
    if (row->has_last_seen_ms && t->cli->terminal)
        when_relative((struct cw_wall){(int64_t)row->last_seen_ms}, when_now(), when);
    else if (row->has_last_seen_ms)
        when_utc((struct cw_wall){(int64_t)row->last_seen_ms}, when);
    table_add(t, when);
    TEXT(row->digest, text);
    table_add(t, text);
}

static void print_when(const struct cli *cli, uint64_t ms)
{
    char when[WHEN_TEXT_LEN_MAX];

    if (cli->terminal)
        when_relative((struct cw_wall){(int64_t)ms}, when_now(), when);
    else
        when_utc((struct cw_wall){(int64_t)ms}, when);
    fputs(when, stdout);
}

/* What a number in the table does not say: why, since when, and of which cases something is missing there. */
static void print_why(const struct cli *cli, const Cw__PeerRow *row)
{
    char text[260], hex[2 * CW_ID_LEN + 1];

    if (row->has_why) {
        TEXT(row->division, text);
        printf("%s: ", text);
        TEXT(row->why, text);
        printf("%s (since ", text);
        print_when(cli, row->why_since_ms);
        printf(")\n");
    }
    if (row->n_lacks_cases == 0)
        return;
    printf("  it lacks, since ");
    print_when(cli, row->lacks_since_ms);
    printf(", something of");
    for (size_t i = 0; i < row->n_lacks_cases; i++) {
        hex_of(wire_slice(row->lacks_cases[i]), hex);
        printf(" %.12s", hex);
    }
    printf("\n");
}

static void print_peers(const struct cli *cli, const Cw__Peers *peers)
{
    static const char *const heading[] = {"division", "state", "behind", "ahead", "heard", "digest", NULL};
    struct table t;

    if (cli->verbose)
        printf("behind: entries it lacks; ahead: entries it holds that are not here; digest: the same state from the "
               "same\n"
               "statements, compared case by case\n");
    table_begin(&t, cli, heading);
    for (size_t i = 0; i < peers->n_rows; i++)
        peer_cells(&t, peers->rows[i]);
    table_end(&t);
    for (size_t i = 0; i < peers->n_rows; i++)
        print_why(cli, peers->rows[i]);
}

static enum exit_code run_peers(struct cli *cli)
{
    struct context context;
    struct cw_answer *answer = NULL;
    enum exit_code code = context_start(cli, &context);

    if (code == EXIT_DONE && cw_client_peers(context.client, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the daemon did not list its peers", cw_client_fault(context.client));
    if (answer != NULL && cli->json)
        json_print_message(cli, &answer_message(answer)->peers->base);
    else if (answer != NULL)
        print_peers(cli, answer_message(answer)->peers);
    cw_answer_close(answer);
    context_close(&context);
    return code;
}

/* --- wait-sync ---------------------------------------------------------------------------------------- */

/* Between two questions; the daemon is asked, never the disk. */
#define ASK_AGAIN_MS 50

static bool only_people_can_settle(ProtobufCBinaryData reason)
{
    static const char end[] = "cases are in conflict";
    size_t len = sizeof(end) - 1;

    return reason.len >= len && memcmp(reason.data + reason.len - len, end, len) == 0;
}

bool status_exchanged(const Cw__Status *status, bool strict)
{
    for (size_t i = 0; i < status->n_reasons; i++)
        if (strict || !only_people_can_settle(status->reasons[i]))
            return false;
    return status->in_sync || (!strict && status->n_reasons > 0);
}

static bool all_in_step(const Cw__Peers *peers, int64_t wanted)
{
    int64_t in_step = 0;

    for (size_t i = 0; i < peers->n_rows; i++)
        in_step += slice_eq(wire_slice(peers->rows[i]->state), slice_of("in step")) ||
                   slice_eq(wire_slice(peers->rows[i]->state), slice_of("in-step"));
    return in_step >= wanted;
}

/* One look: *out_reached, and the first reason why not for the complaint at the end. */
static enum exit_code look(const struct cli *cli, struct context *c, int64_t peers_wanted, bool *out_reached,
                           char reason[static 260])
{
    struct cw_answer *status, *peers;
    const Cw__Status *s;

    if (cw_client_status(c->client, cli->timeout_ms, &status) != CW_OK)
        return complain_fault(cli, "the daemon did not say how it is", cw_client_fault(c->client));
    s = answer_message(status)->status;
    *out_reached = status_exchanged(s, cli_flag(cli, "strict"));
    snprintf(reason, 260, "fewer divisions are connected than asked for");
    if (!*out_reached && s->n_reasons > 0)
        fault_clean_text(wire_slice(s->reasons[0]), reason, 260);
    cw_answer_close(status);
    if (!*out_reached || peers_wanted == 0)
        return EXIT_DONE;
    if (cw_client_peers(c->client, cli->timeout_ms, &peers) != CW_OK)
        return complain_fault(cli, "the daemon did not list its peers", cw_client_fault(c->client));
    *out_reached = all_in_step(answer_message(peers)->peers, peers_wanted);
    cw_answer_close(peers);
    return EXIT_DONE;
}

static enum exit_code wait_loop(struct cli *cli, struct context *c, struct cw_mono deadline)
{
    const struct timespec pause = {0, ASK_AGAIN_MS * 1000000L};
    int64_t peers;

    if (!cli_number(cli, "peers", 0, 300, 0, &peers))
        return EXIT_USAGE;
    for (;;) {
        char reason[260];
        bool reached = false;
        enum exit_code code = look(cli, c, peers, &reached, reason);

        if (code != EXIT_DONE || reached)
            return code;
        if (link_ms_left(deadline) == 0)
            return complain(cli, EXIT_TIMED_OUT,
                            &(struct trouble){"not in sync in the time given", NULL, reason, "casewire peers"});
        nanosleep(&pause, NULL);
    }
}

static enum exit_code run_wait_sync(struct cli *cli)
{
    struct context context;
    struct cw_mono deadline = mono_after(link_now(), cli->timeout_ms);
    enum exit_code code = context_start(cli, &context);

    if (code == EXIT_DONE)
        code = wait_loop(cli, &context, deadline);
    context_close(&context);
    if (code == EXIT_DONE && cli->json)
        json_print(cli, json_pack("{s:b}", "in_sync", 1));
    else if (code == EXIT_DONE && !cli->quiet)
        printf("in sync\n");
    return code;
}

static const struct cli_option wait_options[] = {
    {"peers", "N", "at least so many divisions are connected and in step"},
    {"strict", NULL, "also until no case is in conflict"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_status = {
    .noun = "status",
    .group = GROUP_DAEMON,
    .summary = "is this division in sync, and if not, why",
    .examples = "  casewire status\n  casewire status --json\n",
    .json = "@Status",
    .run = run_status,
};
const struct cli_command cmd_peers = {
    .noun = "peers",
    .group = GROUP_DAEMON,
    .summary = "the other divisions: who is behind, by how much",
    .examples = "  casewire peers -v\n",
    .json = "@Peers",
    .run = run_peers,
};
const struct cli_command cmd_wait_sync = {
    .noun = "wait-sync",
    .group = GROUP_DAEMON,
    .summary = "wait until nothing is left to exchange",
    .about = "Ends with 5 when --timeout came first. Open conflicts are for people, so they do not hold it up unless "
             "--strict is "
             "given.",
    .examples = "  casewire wait-sync --timeout 60 --peers 2\n",
    .options = wait_options,
    .json = "in_sync:b",
    .run = run_wait_sync,
};
