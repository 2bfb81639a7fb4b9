/* SPDX-License-Identifier: Apache-2.0 */
/* board children: figures of a period, each traceable to the statements that it counts. */
#include "tool/cmd_board.h"

#include "tool/board.h"
#include "tool/cmd_case.h"
#include "tool/context.h"
#include "tool/gather.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/buf.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

/* --- the period ---------------------------------------------------------------------------------------------- */

static enum exit_code read_end(const struct cli *cli, const char *option, bool end, struct cw_wall *out)
{
    const char *text = cli_value(cli, option);
    char why[WHEN_WHY_LEN_MAX];
    struct cw_wall earliest, latest;

    if (text == NULL)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"the period is not known", option, "say --from and --to: days, or times",
                                          "casewire board children --help"});
    if (!when_read(slice_of(text), when_now(), WHEN_PAST, &earliest, &latest, why))
        return complain(cli, EXIT_USAGE, &(struct trouble){"the time was not understood", text, why, NULL});
    *out = end ? latest : earliest;
    if (end && latest.ms != earliest.ms) /* a day, to its end */
        out->ms++;
    return EXIT_DONE;
}

/* What is due later than that is not breached yet. */
static enum exit_code read_known(const struct cli *cli, struct board *b)
{
    struct known_when when = {.at = b->now};
    enum exit_code code = known_read(cli, &when);

    b->now = when.at;
    return code;
}

static enum exit_code read_period(const struct cli *cli, struct board *b)
{
    struct cw_wall from = {0}, to = {0};
    enum exit_code code = read_end(cli, "from", false, &from);

    if (code == EXIT_DONE)
        code = read_end(cli, "to", true, &to);
    if (code != EXIT_DONE)
        return code;
    if (to.ms <= from.ms)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"the period has no length", "--to", "it ends before it begins", NULL});
    board_begin(b, from, to, when_now());
    return read_known(cli, b);
}

/* --- the cases ------------------------------------------------------------------------------------------------ */

#define PAGES_MAX 200 /* of one case's events: 100,000 of them */

/* How the board looks at cases. */
struct looking {
    const struct cli *cli;
    struct context *context;
    struct board *b;
    const char *division; /* as that division knew them at b->now; NULL: as they are known now */
};

/* One case's answers, as long as they are counted. */
struct read_case {
    struct cw_answer *answers[PAGES_MAX];
    const Cw__CaseView *pages[PAGES_MAX];
    size_t count;
};

static void read_done(struct read_case *r)
{
    for (size_t i = 0; i < r->count; i++)
        cw_answer_close(r->answers[i]);
    r->count = 0;
}

static enum cw_err read_page(const struct looking *l, struct cw_slice name, const struct cw_op_id *before,
                             struct read_case *r)
{
    struct cw_case_query query = {.size = sizeof(query), .name = name, .events_before = before};
    struct cw_answer *answer = NULL;
    enum cw_err err;

    if (l->division != NULL) {
        query.division = slice_of(l->division);
        query.at = l->b->now;
    }
    err = cw_client_case(l->context->client, &query, l->cli->timeout_ms, &answer);
    if (err != CW_OK)
        return err;
    r->answers[r->count] = answer;
    r->pages[r->count++] = answer_message(answer)->view;
    return CW_OK;
}

/* Events that came between two pages are in neither, and are newer than what was asked about. */
static enum cw_err read_case(const struct looking *l, ProtobufCBinaryData id, struct read_case *r)
{
    char hex[2 * CW_ID_LEN + 1];
    enum cw_err err;

    hex_of(wire_slice(id), hex);
    err = read_page(l, slice_of(hex), NULL, r);
    while (err == CW_OK && r->pages[r->count - 1]->more_events && r->count < PAGES_MAX) {
        const Cw__CaseView *page = r->pages[r->count - 1];
        struct cw_op_id before;

        if (page->n_events == 0 || page->events[page->n_events - 1]->op.len != CW_ID_LEN)
            return CW_PEER_MALFORMED;
        memcpy(before.b, page->events[page->n_events - 1]->op.data, CW_ID_LEN);
        err = read_page(l, slice_of(hex), &before, r);
    }
    return err == CW_REFUSED_UNKNOWN_CASE && l->division != NULL ? CW_OK : err; /* not known then */
}

/* As of an earlier time, cases are one child's where one of them says so then. */
static bool says_merged(const struct board_record *record)
{
    for (size_t p = 0; p < record->page_count; p++)
        for (size_t i = 0; i < record->pages[p]->n_events; i++) {
            const Cw__ViewEvent *e = record->pages[p]->events[i];

            if (e->type == EVENT_IDENTITY_MERGED && !e->proposal && !e->has_withdrawn_by && !e->has_corrected_by)
                return true;
        }
    return false;
}

static void count_records(const struct looking *l, const struct board_record *records, size_t count)
{
    bool merged = l->division == NULL;

    for (size_t i = 0; i < count && !merged; i++)
        merged = says_merged(&records[i]);
    if (merged && count > 0) {
        board_count(l->b, records, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        board_count(l->b, &records[i], 1);
}

/* A row is a child: the case that stays, and others that were merged into it. */
static enum cw_err count_child(const struct looking *l, const Cw__CaseRow *row, struct read_case *reads)
{
    struct board_record records[BOARD_RECORDS_MAX];
    size_t count = 0, reads_count = 0;
    enum cw_err err = CW_OK;

    for (size_t i = 0; err == CW_OK && i <= row->n_also_ids && i < BOARD_RECORDS_MAX; i++) {
        ProtobufCBinaryData id = i == 0 ? row->case_id : row->also_ids[i - 1];
        struct read_case *r = &reads[reads_count];

        if (id.len != CW_ID_LEN)
            continue;
        reads_count++;
        err = read_case(l, id, r);
        if (err == CW_OK && r->count > 0)
            records[count++] = (struct board_record){r->count, r->pages};
        if (err == CW_OK && r->count > 0 && r->pages[0]->known != NULL)
            l->b->unsure += r->pages[0]->known->unsure;
    }
    if (err == CW_OK)
        count_records(l, records, count);
    for (size_t i = 0; i < reads_count; i++)
        read_done(&reads[i]);
    return err;
}

static enum cw_err count_page(const struct looking *l, const Cw__CaseList *list)
{
    struct read_case *reads = calloc(BOARD_RECORDS_MAX, sizeof(*reads));
    enum cw_err err = CW_OK;

    CW_ASSERT(reads != NULL);
    for (size_t i = 0; err == CW_OK && i < list->n_rows; i++)
        err = count_child(l, list->rows[i], reads);
    free(reads);
    return err;
}

static enum cw_err count_all(const struct looking *l)
{
    const char *division = cli_value(l->cli, "division");
    struct cw_list_query query = {.size = sizeof(query),
                                  .kind = KIND_CHILD,
                                  .limit = CW_LIST_LIMIT_MAX,
                                  .division = division == NULL ? slice(NULL, 0) : slice_of(division)};
    struct buf after = {0};
    bool more = true;
    enum cw_err err = CW_OK;

    while (err == CW_OK && more) {
        struct cw_answer *answer = NULL;

        query.after = buf_slice(&after);
        err = cw_client_list(l->context->client, &query, l->cli->timeout_ms, &answer);
        if (err == CW_OK)
            err = count_page(l, answer_message(answer)->list);
        more = err == CW_OK && list_goes_on(answer_message(answer)->list, buf_slice(&after));
        buf_clear(&after);
        if (more)
            err = buf_add(&after, wire_slice(answer_message(answer)->list->next));
        cw_answer_close(answer);
    }
    buf_done(&after);
    return err;
}

/* --- telling ---------------------------------------------------------------------------------------------------- */

static const char *trace_text(const json_t *trace, const char *name)
{
    return json_string_value(json_object_get(trace, name));
}

static void trace_when(const json_t *trace, char out[static WHEN_TEXT_LEN_MAX])
{
    when_utc((struct cw_wall){json_integer_value(json_object_get(trace, "at_ms"))}, out);
}

static void tell_text(const struct cli *cli, const struct board *b)
{
    char when[WHEN_TEXT_LEN_MAX];

    for (int f = 0; f < BOARD_FIGURES; f++) {
        printf("%6zu  %s\n", json_array_size(b->traces[f]), board_words[f]);
        for (size_t i = 0; cli_flag(cli, "trace") && i < json_array_size(b->traces[f]); i++) {
            const json_t *trace = json_array_get(b->traces[f], i);

            trace_when(trace, when);
            printf("          %s  %s  %.10s  %s\n", when, trace_text(trace, "case"), trace_text(trace, "op"),
                   trace_text(trace, "what"));
        }
    }
    if (b->unsure > 0)
        fprintf(stderr, "of %llu statements nobody here can say whether they were known then: they are not counted\n",
                (unsigned long long)b->unsure);
    if (b->incomplete > 0)
        fprintf(stderr, "%llu of %llu cases cannot be read whole here\n", (unsigned long long)b->incomplete,
                (unsigned long long)b->cases);
}

static void tell_csv(const struct cli *cli, const struct board *b)
{
    static const char *const counted[] = {"figure", "count"}, *const told[] = {"figure", "case", "op", "what", "at"};
    char when[WHEN_TEXT_LEN_MAX], count[24];
    bool traced = cli_flag(cli, "trace");

    csv_row(stdout, traced ? told : counted, traced ? CW_COUNT(told) : CW_COUNT(counted));
    for (int f = 0; f < BOARD_FIGURES; f++) {
        snprintf(count, sizeof(count), "%zu", json_array_size(b->traces[f]));
        if (!traced)
            csv_row(stdout, (const char *const[]){board_names[f], count}, 2);
        for (size_t i = 0; traced && i < json_array_size(b->traces[f]); i++) {
            const json_t *trace = json_array_get(b->traces[f], i);

            trace_when(trace, when);
            csv_row(stdout,
                    (const char *const[]){board_names[f], trace_text(trace, "case"), trace_text(trace, "op"),
                                          trace_text(trace, "what"), when},
                    CW_COUNT(told));
        }
    }
}

static json_t *traces_json(const json_t *traces)
{
    char when[WHEN_TEXT_LEN_MAX];
    json_t *out = json_array();

    for (size_t i = 0; i < json_array_size(traces); i++) {
        const json_t *trace = json_array_get(traces, i);

        trace_when(trace, when);
        json_array_append_new(out, json_pack("{s:s, s:s, s:s, s:s}", "case", trace_text(trace, "case"), "op",
                                             trace_text(trace, "op"), "what", trace_text(trace, "what"), "at", when));
    }
    return out;
}

static void tell_json(const struct cli *cli, const struct board *b)
{
    const char *division = cli_value(cli, "division"), *known = cli_value(cli, "as-known-at");
    char from[WHEN_TEXT_LEN_MAX], to[WHEN_TEXT_LEN_MAX];
    json_t *figures = json_array(), *out;

    for (int f = 0; f < BOARD_FIGURES; f++) {
        json_t *figure =
            json_pack("{s:s, s:I}", "name", board_names[f], "count", (json_int_t)json_array_size(b->traces[f]));

        if (cli_flag(cli, "trace"))
            json_object_set_new(figure, "statements", traces_json(b->traces[f]));
        json_array_append_new(figures, figure);
    }
    when_utc(b->from, from);
    when_utc(b->to, to);
    out = json_pack("{s:s, s:s, s:I, s:I, s:o}", "from", from, "to", to, "cases", (json_int_t)b->cases, "incomplete",
                    (json_int_t)b->incomplete, "figures", figures);
    if (division != NULL)
        json_object_set_new(out, "division", json_string(division));
    if (known != NULL) {
        when_utc(b->now, from);
        json_object_set_new(out, "as_known_at", json_string(known));
        json_object_set_new(out, "as_of", json_string(from));
        json_object_set_new(out, "unsure", json_integer((json_int_t)b->unsure));
    }
    json_print(cli, out);
}

static enum exit_code run_children(struct cli *cli)
{
    struct context context;
    struct board b;
    enum exit_code code = read_period(cli, &b);

    if (code != EXIT_DONE)
        return code;
    code = context_start(cli, &context);
    if (code == EXIT_DONE && count_all(&(struct looking){cli, &context, &b, cli_value(cli, "as-known-at")}) != CW_OK)
        code = complain_fault(cli, "the cases could not be counted", cw_client_fault(context.client));
    board_end(&b);
    if (code == EXIT_DONE && cli->json)
        tell_json(cli, &b);
    else if (code == EXIT_DONE && cli_flag(cli, "csv"))
        tell_csv(cli, &b);
    else if (code == EXIT_DONE)
        tell_text(cli, &b);
    board_done(&b);
    context_close(&context);
    return code;
}

static const struct cli_option options[] = {
    {"from", "TIME", "the period begins: a day, or a time"},
    {"to", "TIME", "it ends: with this day, or before this time"},
    {"division", "DIVISION", "only cases that this division opened"},
    {"as-known-at", "DIVISION", "only what this division had received by the time that --at names"},
    {"at", "TIME", "as of when: by when it was received, not by when it occurred"},
    {"trace", NULL, "the statements that each number counts, too"},
    {"csv", NULL, "as comma-separated values"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_board_children = {
    .noun = "board",
    .verb = "children",
    .group = GROUP_CASES,
    .summary = "figures about missing children in a period",
    .about =
        "Episodes; children missing three times in 90 days; returns, and interviews within 72 hours of them; duties "
        "that were not done in time. Each number counts statements, which --trace names; divisions that hold the same "
        "print the same. A child that was recorded twice is one child: an absence that both records tell of counts "
        "once, "
        "and three absences are three whichever records tell of them.",
    .examples = "  casewire board children --from 2026-10-01 --to 2026-12-31\n"
                "  casewire board children --from today --to today --trace --csv\n"
                "  casewire board children --from 2026-10-01 --to 2026-12-31 \\\n"
                "      --as-known-at NTH --at 2027-01-05\n",
    .options = options,
    .json = "from:t to:t division:s? as_known_at:s? as_of:t? unsure:i? cases:i incomplete:i figures:[BoardFigure]",
    .run = run_children,
};
