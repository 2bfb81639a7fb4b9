/* SPDX-License-Identifier: Apache-2.0 */
/* case list, case history. */
#include "tool/cmd_case.h"
#include "tool/kinds.h"
#include "tool/lookup.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

#define PAGE_MARK_LEN_MAX 160
#define EMPTY_PAGES_MAX 1000 /* of a daemon that looked at much and found nothing that fits */

enum exit_code list_query_kind(const struct cli *cli, struct cw_list_query *out)
{
    const char *kind = cli_value(cli, "kind");

    return kind == NULL ? EXIT_DONE : kind_read(cli, kind, &out->kind);
}

static void read_filters(const struct cli *cli, struct cw_list_query *out)
{
    const struct {
        const char *option;
        struct cw_slice *text;
    } filters[] = {
        {"status", &out->status}, {"division", &out->division}, {"risk", &out->risk},
        {"owner", &out->owner},   {"area", &out->area},         {"entity", &out->entity},
    };

    for (size_t i = 0; i < CW_COUNT(filters); i++) {
        const char *value = cli_value(cli, filters[i].option);

        if (value != NULL)
            *filters[i].text = slice_of(value);
    }
}

/* Where the page before ended, as it was printed. */
static enum exit_code read_mark(const struct cli *cli, uint8_t memory[static PAGE_MARK_LEN_MAX],
                                struct cw_list_query *out)
{
    const char *mark = cli_value(cli, "after");
    size_t len = mark == NULL ? 0 : strlen(mark) / 2;

    if (mark == NULL)
        return EXIT_DONE;
    if (len > 0 && len <= PAGE_MARK_LEN_MAX && hex_parse(mark, memory, len) == CW_OK) {
        out->after = slice(memory, len);
        return EXIT_DONE;
    }
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"the page mark was not understood", mark,
                                      "it is what the list before ended with, whole", "casewire case list --help"});
}

static enum exit_code read_query(struct cli *cli, uint8_t memory[static PAGE_MARK_LEN_MAX], struct cw_list_query *out)
{
    const char *prefix = cli_value(cli, "prefix");
    enum exit_code code;
    int64_t limit;

    *out = (struct cw_list_query){.size = sizeof(*out)};
    if (!cli_number(cli, "limit", 1, CW_LIST_LIMIT_MAX, 50, &limit))
        return EXIT_USAGE;
    out->limit = (uint32_t)limit;
    out->conflicts_only = cli_flag(cli, "conflicts");
    out->overdue_only = cli_flag(cli, "overdue");
    if (prefix != NULL)
        out->prefix = slice_of(prefix);
    read_filters(cli, out);
    code = read_mark(cli, memory, out);
    return code == EXIT_DONE ? list_query_kind(cli, out) : code;
}

/* "Child M (also MC/EST/2026/4X1K2PQ-B)": another record of the same child, shown as this one. */
static void put_also(const Cw__CaseRow *row, char *out, size_t cap, const char *title)
{
    size_t used = (size_t)snprintf(out, cap, "%s", title);
    char reference[64];

    for (size_t i = 0; i < row->n_also && used < cap; i++) {
        TEXT(row->also[i], reference);
        used += (size_t)snprintf(out + used, cap - used, "%s%s", i == 0 ? " (also " : ", ", reference);
    }
    if (row->n_also > 0 && used < cap)
        (void)snprintf(out + used, cap - used, ")");
}

/* "Child M, missing 4 times: REPEAT_MISSING": the first time says nothing new. */
static void put_episodes(const Cw__CaseRow *row, char *title, size_t cap)
{
    size_t used = strlen(title);

    if (row->episodes > 1)
        snprintf(title + used, cap - used, "%smissing %u times%s", used > 0 ? ", " : "", row->episodes,
                 row->repeat_missing ? ": REPEAT_MISSING" : "");
}

static void list_row(struct table *t, const Cw__CaseRow *row)
{
    const char *kind = schema_kind_name(row->kind);
    char text[500], title[260], when[WHEN_TEXT_LEN_MAX];
    struct cw_wall at;

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
    at = cli_flag(t->cli, "overdue") && row->has_due_ms ? (struct cw_wall){(int64_t)row->due_ms}
                                                        : hlc_wall(row->updated_hlc);
    if (t->cli->terminal)
        when_relative(at, when_now(), when);
    else
        when_utc(at, when);
    table_add(t, when);
    TEXT(row->title, title);
    put_episodes(row, title, sizeof(title));
    put_also(row, text, sizeof(text), title);
    table_add(t, text);
}

static void list_text(const struct cli *cli, const Cw__CaseList *list)
{
    static const char *const spare[] = {"kind", NULL}; /* the reference begins with the kind */
    static const char *const shorten[] = {"title", NULL};
    const char *heading[] = {"case", "kind", "status", "owner", "risk", "conf.", "changed", "title", NULL};
    struct table t;

    if (cli_flag(cli, "overdue"))
        heading[6] = "due since";
    table_begin(&t, cli, heading);
    table_fit(&t, spare, shorten);
    for (size_t i = 0; i < list->n_rows; i++)
        list_row(&t, list->rows[i]);
    table_end(&t);
    if (list->revising)
        fprintf(stderr, "cases are being read anew: some may be missing here\n");
    if (list->next.len != 0) {
        fprintf(stderr, "there are more: narrow it down, or go on with --after ");
        for (size_t i = 0; i < list->next.len; i++)
            fprintf(stderr, "%02x", list->next.data[i]);
        fprintf(stderr, "\n");
    }
}

/* The first page that has something, or the last. */
static enum cw_err ask_page(const struct cli *cli, struct cw_client *client, struct cw_list_query *query,
                            struct cw_answer **out_answer)
{
    enum cw_err err = cw_client_list(client, query, cli->timeout_ms, out_answer);
    uint8_t mark[PAGE_MARK_LEN_MAX];

    for (int i = 0; err == CW_OK && i < EMPTY_PAGES_MAX; i++) {
        const Cw__CaseList *list = answer_message(*out_answer)->list;

        if (list->n_rows != 0 || list->next.len == 0 || list->next.len > sizeof(mark))
            break;
        memcpy(mark, list->next.data, list->next.len);
        query->after = slice(mark, list->next.len);
        cw_answer_close(*out_answer);
        *out_answer = NULL;
        err = cw_client_list(client, query, cli->timeout_ms, out_answer);
    }
    query->after = slice(NULL, 0); /* asked already, and the mark goes with us */
    return err;
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

static void tell_list(const struct cli *cli, const Cw__CaseList *list)
{
    if (cli->json)
        json_print_message(cli, &list->base);
    else if (cli->quiet)
        list_ids(list);
    else
        list_text(cli, list);
}

static enum exit_code tell_answer(const struct cli *cli, const struct known_when *when, const Cw__CaseList *list)
{
    enum exit_code code = when->division != NULL ? known_check(cli, list) : EXIT_DONE;

    if (code != EXIT_DONE)
        return code;
    tell_list(cli, list);
    known_remark(list);
    return EXIT_DONE;
}

/* A word that is no status or risk: which there are, in the place of where to look for them. */
static enum exit_code complain_list(const struct cli *cli, uint32_t kind, const struct cw_fault *fault)
{
    char words[LIST_WORDS_LEN_MAX] = "", why[sizeof(fault->text) + sizeof(words) + 8];
    const char *colon = strrchr(fault->text, ':');
    int said = colon != NULL ? (int)(colon - fault->text) : (int)strlen(fault->text);
    bool suggests = strstr(fault->text, "did you mean") != NULL;

    if (fault->code == CW_REFUSED_VALUE && strcmp(fault->where, "status") == 0)
        list_statuses(kind, words, sizeof(words));
    else if (fault->code == CW_REFUSED_VALUE && strcmp(fault->where, "risk") == 0)
        list_risks(kind, words, sizeof(words));
    if (words[0] == '\0' || suggests)
        return complain_fault(cli, "the cases could not be listed", fault);
    snprintf(why, sizeof(why), "%.*s: it is %s", said, fault->text, words);
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"the cases could not be listed",
                                      strcmp(fault->where, "risk") == 0 ? "--risk" : "--status", why, NULL});
}

static enum exit_code run_list(struct cli *cli)
{
    struct context context;
    struct cw_list_query query;
    struct cw_answer *answer = NULL;
    struct known_when when = {0};
    uint8_t mark[PAGE_MARK_LEN_MAX];
    enum exit_code code = read_query(cli, mark, &query);

    if (code == EXIT_DONE)
        code = known_read(cli, &when);
    if (code != EXIT_DONE)
        return code;
    if (when.division != NULL) {
        query.as_known_at = slice_of(when.division);
        query.at = when.at;
    }
    code = context_start(cli, &context);
    if (code == EXIT_DONE && ask_page(cli, context.client, &query, &answer) != CW_OK)
        code = complain_list(cli, query.kind, cw_client_fault(context.client));
    if (answer != NULL)
        code = tell_answer(cli, &when, answer_message(answer)->list);
    cw_answer_close(answer);
    context_close(&context);
    return code;
}

/* --- history ------------------------------------------------------------------------------------------ */

static void history_item(const struct cli *cli, const Cw__HistoryItem *item)
{
    char op[2 * SHORT_ID_LEN + 1], when[WHEN_TEXT_LEN_MAX], origin[20], verdict[24], what[200],
        name[90] = "", reference[64] = "", line[240];

    short_id(item->op, op);
    when_london(hlc_wall(item->hlc), true, when);
    TEXT(item->origin, origin);
    TEXT(item->verdict, verdict);
    TEXT(item->what, what);
    if (item->author != NULL)
        TEXT(item->author->name, name);
    if (item->has_human_ref)
        TEXT(item->human_ref, reference);
    printf("%s%s%s  %s  by %s, entry %llu of %s%s%s%s%s\n  %s\n", tone_on(cli, TONE_HEAD), op, tone_off(cli), when,
           name, (unsigned long long)item->seq, origin, reference[0] != '\0' ? "  in " : "", reference,
           strcmp(verdict, "effective") == 0 ? "" : "  ", strcmp(verdict, "effective") == 0 ? "" : verdict, what);
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
    {"kind", "KIND", "only this kind of case, as county_line, or of entity, as phone"},
    {"status", "STATUS",
     "only cases of this status, as lists show it, or of an episode in this state; missing: a child is, now"},
    {"division", "DIVISION", "only cases that this division opened"},
    {"risk", "RISK", "only cases of this risk, as lists show it: high, 'not assessed'"},
    {"owner", "DIVISION", "only cases that this division owns or claims"},
    {"area", "AREA", "only cases that name this area; of a child, in its places"},
    {"entity", "TEXT", "only cases in which this phone, reference, person or id stands"},
    {"conflicts", NULL, "only cases with an open conflict"},
    {"overdue", NULL, "only cases in which a duty runs whose time has passed; alone: the longest overdue first"},
    {"prefix", "TEXT", "reference, title or operation name begins with this"},
    {"as-known-at", "DIVISION", "as this division knew them at the time that --at names"},
    {"at", "TIME", "as of when: by when it was received, not by when it occurred"},
    {"limit", "N", "at most so many (default 50, at most 200)"},
    {"after", "MARK", "the page that follows, by the mark that the page before ended with"},
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
    .about =
        "Filters may be combined: all must fit. Then cases are in the order of the day of their newest change. A "
        "child that was recorded twice is listed once, as the case that stays, also when only the other fits. With "
        "--as-known-at each case is what that division knew of it then, and must have fitted then; what it did not "
        "know "
        "is left out, a child's records stand apart, and pages are in an order that never changes: the same question "
        "has "
        "the same pages later.",
    .examples = "  casewire case list --kind missing_child --risk high\n  casewire case list --owner NTH --conflicts\n"
                "  casewire case list --entity '07700 900123'\n  casewire case list --overdue --owner NTH\n"
                "  casewire case list -q | head\n",
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
    .about =
        "Also those without effect, and why. Of a child that was recorded twice: about each of its cases, whichever "
        "reference is given, and in whose record each line stands.",
    .examples = "  casewire case history K7Q2M4X\n  casewire case history K7Q2M4X -v --limit 10\n",
    .options = history_options,
    .json = "@History",
    .run = run_history,
};
