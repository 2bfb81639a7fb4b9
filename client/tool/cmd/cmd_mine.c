/* SPDX-License-Identifier: Apache-2.0 */
/* mine: the own division's cases, highest risk first. */
#include "tool/cmd_inbox.h"

#include "tool/cmd_case.h"

#include "tool/lookup.h"
#include "tool/view.h"
#include "tool/waiting.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <stdlib.h>

struct own {
    const Cw__CaseView *view;
    int64_t risk;
    size_t overdue, disputes;
};

static int by_risk(const void *a, const void *b)
{
    const struct own *left = a, *right = b;

    if (left->risk != right->risk)
        return left->risk < right->risk ? 1 : -1;
    if ((left->overdue != 0) != (right->overdue != 0))
        return left->overdue != 0 ? -1 : 1;
    if (left->view->updated_hlc != right->view->updated_hlc)
        return left->view->updated_hlc < right->view->updated_hlc ? 1 : -1;
    return slice_compare(wire_slice(left->view->case_id), wire_slice(right->view->case_id));
}

static size_t pick(const struct gather *cases, const struct waiting_for *who, struct own *out)
{
    size_t count = 0;

    for (size_t i = 0; i < cases->count; i++) {
        const Cw__CaseView *view = gather_view(cases, i);

        if (!waiting_is_own(view, who))
            continue;
        out[count++] = (struct own){.view = view,
                                    .risk = waiting_risk(view),
                                    .overdue = waiting_overdue(view, who->now),
                                    .disputes = view->n_conflicts};
    }
    qsort(out, count, sizeof(*out), by_risk);
    return count;
}

/* "2 overdue, 1 disputed" */
static void waits(const struct own *own, char *out, size_t cap)
{
    out[0] = '\0';
    if (own->overdue > 0 && own->disputes > 0)
        snprintf(out, cap, "%zu overdue, %zu disputed", own->overdue, own->disputes);
    else if (own->overdue > 0)
        snprintf(out, cap, "%zu overdue", own->overdue);
    else if (own->disputes > 0)
        snprintf(out, cap, "%zu disputed", own->disputes);
}

static void add_row(struct table *t, const struct own *own)
{
    char text[200], when[WHEN_TEXT_LEN_MAX], chars[CHARS_LEN_MAX];

    lookup_chars(wire_slice(own->view->human_ref), chars);
    table_add(t, chars);
    TEXT(own->view->risk, text);
    table_add(t, text);
    TEXT(own->view->status, text);
    table_add(t, text);
    waits(own, text, sizeof(text));
    table_add(t, text);
    if (t->cli->terminal)
        when_relative(hlc_wall(own->view->updated_hlc), when_now(), when);
    else
        when_utc(hlc_wall(own->view->updated_hlc), when);
    table_add(t, when);
    TEXT(own->view->title, text);
    table_add(t, text);
}

static json_t *row_json(const struct own *own)
{
    char id[2 * CW_ID_LEN + 1] = "", reference[64], title[200], risk[40], status[60], kind[40],
                            updated[WHEN_TEXT_LEN_MAX];

    if (own->view->case_id.len == CW_ID_LEN)
        hex_of(wire_slice(own->view->case_id), id);
    TEXT(own->view->human_ref, reference);
    TEXT(own->view->kind_name, kind);
    TEXT(own->view->title, title);
    TEXT(own->view->risk, risk);
    TEXT(own->view->status, status);
    when_utc(hlc_wall(own->view->updated_hlc), updated);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "case_id", id, "human_ref", reference, "kind",
                     kind, "title", title, "risk", risk, "status", status, "overdue", (int)own->overdue, "disputed",
                     (int)own->disputes, "updated", updated);
}

static void print_rows(const struct cli *cli, const struct own *own, size_t count)
{
    static const char *const heading[] = {"case", "risk", "status", "waits", "changed", "title", NULL};
    static const char *const spare[] = {NULL}, *const shorten[] = {"title", NULL};
    struct table t;

    table_begin(&t, cli, heading);
    table_fit(&t, spare, shorten);
    for (size_t i = 0; i < count; i++)
        add_row(&t, &own[i]);
    table_end(&t);
}

static void print_ids(const struct own *own, size_t count)
{
    char id[2 * CW_ID_LEN + 1];

    for (size_t i = 0; i < count; i++) {
        if (own[i].view->case_id.len != CW_ID_LEN)
            continue;
        hex_of(wire_slice(own[i].view->case_id), id);
        printf("%s\n", id);
    }
}

static void print_json(const struct cli *cli, const struct own *own, size_t count, bool more)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, row_json(&own[i]));
    json_print(cli, json_pack("{s:o, s:b}", "cases", array, "more", more));
}

static void print_all(const struct cli *cli, const struct gather *cases, const struct waiting_for *who)
{
    struct own *own = calloc(cases->count + 1, sizeof(*own));
    size_t count;

    CW_ASSERT(own != NULL);
    count = pick(cases, who, own);
    if (cli->json)
        print_json(cli, own, count, cases->more);
    else if (cli->quiet)
        print_ids(own, count);
    else
        print_rows(cli, own, count);
    if (cases->more && !cli->json)
        fprintf(stderr, "of %zu cases, children missing now first; --cases N looks at more\n", cases->count);
    free(own);
}

static enum exit_code run_mine(struct cli *cli)
{
    struct cw_list_query query = {.size = sizeof(query)};
    struct gather *cases = calloc(1, sizeof(*cases));
    struct waiting_for who;
    struct context context;
    enum exit_code code;
    int64_t max;

    CW_ASSERT(cases != NULL);
    code = cli_number(cli, "cases", 1, GATHER_MAX, 200, &max) ? list_query_kind(cli, &query) : EXIT_USAGE;
    if (code != EXIT_DONE) {
        free(cases);
        return code;
    }
    code = context_start(cli, &context);
    if (code == EXIT_DONE && (query.kind == 0 || query.kind == KIND_CHILD))
        code = gather_missing(cli, &context, cases);
    if (code == EXIT_DONE)
        code = gather_list(cli, &context, &query, cases->count + (size_t)max, cases);
    if (code == EXIT_DONE) {
        waiting_for_context(&context, 4, &who);
        print_all(cli, cases, &who);
    }
    gather_done(cases);
    free(cases);
    context_close(&context);
    return code;
}

static const struct cli_option options[] = {
    {"kind", "KIND", "only this kind of case, as county_line, or of entity, as phone"},
    {"cases", "N", "look at the N cases changed last, and at all children missing now (default 200, at most 1000)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_mine = {
    .noun = "mine",
    .group = GROUP_WORK,
    .summary = "your division's cases, highest risk first",
    .about = "What waits: duties whose time is over, and conflicts.",
    .examples = "  casewire mine\n  casewire mine --kind missing_child -q\n",
    .options = options,
    .json = "cases:[OwnCase] more:b",
    .run = run_mine,
};
