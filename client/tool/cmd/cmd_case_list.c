/* SPDX-License-Identifier: Apache-2.0 */
/* case list, case history. */
#include "tool/cmd_case.h"
#include "tool/lookup.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

enum exit_code list_query_kind(const struct cli *cli, struct cw_list_query *out)
{
    const char *kind = cli_value(cli, "kind");

    if (kind == NULL)
        return EXIT_DONE;
    out->kind = schema_kind_by_name(slice_of(kind));
    if (out->kind != KIND_NONE)
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"there is no such kind of case", kind,
                                      "it is ocg, county_line, missing_child or operation", "casewire schema"});
}

static enum exit_code read_query(struct cli *cli, struct cw_list_query *out)
{
    const char *prefix = cli_value(cli, "prefix");
    int64_t limit;

    *out = (struct cw_list_query){.size = sizeof(*out)};
    if (!cli_number(cli, "limit", 1, CW_LIST_LIMIT_MAX, 50, &limit))
        return EXIT_USAGE;
    out->limit = (uint32_t)limit;
    out->conflicts_only = cli_flag(cli, "conflicts");
    if (prefix != NULL)
        out->prefix = slice_of(prefix);
    return list_query_kind(cli, out);
}

static void list_row(struct table *t, const Cw__CaseRow *row)
{
    const char *kind = schema_kind_name(row->kind);
    char text[200], when[WHEN_TEXT_LEN_MAX];

    TEXT(row->human_ref, text);
    table_add(t, text);
    table_add(t, kind != NULL ? kind : "unrecognised");
    TEXT(row->status, text);
    table_add(t, text);
    TEXT(row->owner, text);
    table_add(t, text);
    TEXT(row->risk, text);
    table_add(t, text);
    snprintf(text, sizeof(text), "%u", row->conflicts);
    table_add(t, row->conflicts != 0 ? text : "-");
    if (t->cli->terminal)
        when_relative(hlc_wall(row->updated_hlc), when_now(), when);
    else
        when_utc(hlc_wall(row->updated_hlc), when);
    table_add(t, when);
    TEXT(row->title, text);
    table_add(t, text);
}

static void list_text(const struct cli *cli, const Cw__CaseList *list)
{
    static const char *const heading[] = {"case",      "kind",    "status", "owner", "risk",
                                          "conflicts", "changed", "title",  NULL};
    struct table t;

    table_begin(&t, cli, heading);
    for (size_t i = 0; i < list->n_rows; i++)
        list_row(&t, list->rows[i]);
    table_end(&t);
    if (list->next.len != 0)
        fprintf(stderr, "there are more: --limit, --kind or --prefix narrow it down\n");
}

static void list_ids(const Cw__CaseList *list)
{
    char hex[2 * CW_ID_LEN + 1];

    for (size_t i = 0; i < list->n_rows; i++) {
        if (list->rows[i]->case_id.len != CW_ID_LEN)
            continue;
        hex_of(wire_slice(list->rows[i]->case_id), hex);
        printf("%s\n", hex);
    }
}

static enum exit_code run_list(struct cli *cli)
{
    struct context context;
    struct cw_list_query query;
    struct cw_answer *answer = NULL;
    enum exit_code code = read_query(cli, &query);

    if (code != EXIT_DONE)
        return code;
    code = context_start(cli, &context);
    if (code == EXIT_DONE && cw_client_list(context.client, &query, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the cases could not be listed", cw_client_fault(context.client));
    if (answer != NULL) {
        if (cli->json)
            json_print_message(cli, &answer_message(answer)->list->base);
        else if (cli->quiet)
            list_ids(answer_message(answer)->list);
        else
            list_text(cli, answer_message(answer)->list);
    }
    cw_answer_close(answer);
    context_close(&context);
    return code;
}

/* --- history ------------------------------------------------------------------------------------------ */

static void history_item(const struct cli *cli, const Cw__HistoryItem *item)
{
    char op[2 * SHORT_ID_LEN + 1], when[WHEN_TEXT_LEN_MAX], origin[20], verdict[24], what[200], name[90] = "",
                                                                                                line[240];

    short_id(item->op, op);
    when_london(hlc_wall(item->hlc), true, when);
    TEXT(item->origin, origin);
    TEXT(item->verdict, verdict);
    TEXT(item->what, what);
    if (item->author != NULL)
        TEXT(item->author->name, name);
    printf("%s%s%s  %s  by %s, entry %llu of %s%s%s\n  %s\n", tone_on(cli, TONE_HEAD), op, tone_off(cli), when, name,
           (unsigned long long)item->seq, origin, strcmp(verdict, "effective") == 0 ? "" : "  ",
           strcmp(verdict, "effective") == 0 ? "" : verdict, what);
    for (size_t i = 0; cli->verbose && i < item->n_lines; i++) {
        TEXT(item->lines[i], line);
        printf("    %s\n", line);
    }
    for (size_t i = 0; i < item->n_flags; i++) {
        TEXT(item->flags[i], line);
        printf("    flag: %s\n", line);
    }
}

static enum exit_code run_history(struct cli *cli)
{
    struct context context;
    struct cw_answer *answer = NULL;
    struct cw_slice none = {NULL, 0};
    char known[LOOKUP_LEN_MAX];
    int64_t limit;
    enum exit_code code;

    if (!cli_number(cli, "limit", 1, CW_LIST_LIMIT_MAX, 50, &limit))
        return EXIT_USAGE;
    code = context_start(cli, &context);
    if (code == EXIT_DONE &&
        (lookup_case(&context, cli->operands[0], cli->timeout_ms, known) != CW_OK ||
         cw_client_history(context.client, slice_of(known), (uint32_t)limit, none, cli->timeout_ms, &answer) != CW_OK))
        code = complain_fault(cli, "the history was not found", cw_client_fault(context.client));
    if (answer != NULL && cli->json)
        json_print_message(cli, &answer_message(answer)->history->base);
    else if (answer != NULL)
        for (size_t i = 0; i < answer_message(answer)->history->n_items; i++)
            history_item(cli, answer_message(answer)->history->items[i]);
    cw_answer_close(answer);
    context_close(&context);
    return code;
}

static const struct cli_option list_options[] = {
    {"kind", "KIND", "only ocg, county_line, missing_child or operation"},
    {"conflicts", NULL, "only cases with an open conflict"},
    {"prefix", "TEXT", "reference, title or operation name begins with this"},
    {"limit", "N", "at most so many (default 50, at most 200)"},
    {NULL, NULL, NULL},
};
static const struct cli_option history_options[] = {
    {"limit", "N", "at most so many (default 50, at most 200)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_case_list = {
    .noun = "case",
    .group = GROUP_CASES,
    .verb = "list",
    .summary = "cases, newest change first",
    .examples =
        "  casewire case list --kind missing_child\n  casewire case list --conflicts\n  casewire case list -q | head\n",
    .options = list_options,
    .json = "@CaseList",
    .run = run_list,
};
const struct cli_command cmd_case_history = {
    .noun = "case",
    .group = GROUP_CASES,
    .verb = "history",
    .operands = "CASE",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "every signed statement about a case, in order",
    .about = "Also those without effect, and why.",
    .examples = "  casewire case history K7Q2M4X\n  casewire case history K7Q2M4X -v --limit 10\n",
    .options = history_options,
    .json = "@History",
    .run = run_history,
};
