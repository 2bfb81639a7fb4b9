/* SPDX-License-Identifier: Apache-2.0 */
/* case show, operation show, operation open, operation result. */
#include "tool/cmd_show.h"

#include "tool/cmd_case.h"
#include "tool/lookup.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"

static void show_id(const Cw__CaseView *view)
{
    struct cw_case_id id = view_case_id(view);
    char hex[2 * CW_ID_LEN + 1];

    hex_of(slice(id.b, CW_ID_LEN), hex);
    printf("%s\n", hex);
}

/* As of a moment that is a whole day or longer, its end counts. */
static enum exit_code look_known(struct writing *w, const char *division, struct cw_wall at)
{
    char known[LOOKUP_LEN_MAX];

    if (lookup_case(w->context, w->cli->operands[0], w->cli->timeout_ms, known) != CW_OK ||
        cw_client_get_known(w->context->client, slice_of(known), slice_of(division), at, w->cli->timeout_ms,
                            &w->seen) != CW_OK)
        return complain_fault(w->cli, "what was known then cannot be shown", cw_client_fault(w->context->client));
    w->view = answer_message(w->seen)->view;
    return EXIT_DONE;
}

/* Of a child with several records, the others stand beside the one that stays. */
static void show_json(const struct cli *cli, const struct writing *w)
{
    json_t *object = json_of_message(&w->view->base), *records = json_array();
    const Cw__CaseView *record;

    for (size_t i = 1; (record = writing_record(w, i)) != NULL; i++)
        json_array_append_new(records, json_of_message(&record->base));
    if (json_array_size(records) > 0)
        json_object_set(object, "records", records);
    json_decref(records);
    json_print(cli, object);
}

static void show_records(const struct cli *cli, const struct writing *w)
{
    const Cw__CaseView *records[WRITING_RECORDS_MAX];
    size_t count = 0;

    for (; count < WRITING_RECORDS_MAX && writing_record(w, count) != NULL; count++)
        records[count] = writing_record(w, count);
    view_print_records(cli, records, count);
}

static enum exit_code run_show(struct cli *cli)
{
    struct context context;
    struct writing w = {.cli = cli, .context = &context};
    struct known_when when = {0};
    enum exit_code code = known_read(cli, &when);

    if (code != EXIT_DONE)
        return code;
    code = context_start(cli, &context);
    if (code == EXIT_DONE)
        code = when.division != NULL ? look_known(&w, when.division, when.at) : writing_look(&w, cli->operands[0]);
    if (code == EXIT_DONE) {
        if (cli->json)
            show_json(cli, &w);
        else if (cli->quiet)
            show_id(w.view);
        else
            show_records(cli, &w);
    }
    writing_done(&w);
    context_close(&context);
    return code;
}

static enum exit_code run_result(struct cli *cli)
{
    return event_record(cli, cli->operands[0], cli->operands[1], 2);
}

/* `operation open F=V...` is `case open operation F=V...`. */
static enum exit_code run_operation_open(struct cli *cli)
{
    static char kind[] = "operation";
    char *operands[66] = {kind};
    struct cli as_case = *cli;

    if (cli->operand_count > 64)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"too many fields", NULL, "one statement writes at most 64 values", NULL});
    memcpy(operands + 1, cli->operands, (size_t)cli->operand_count * sizeof(*operands));
    as_case.operands = operands;
    as_case.operand_count = cli->operand_count + 1;
    return cmd_case_open.run(&as_case);
}

static const struct cli_option show_options[] = {
    {"as-known-at", "DIVISION", "only what this division had received by the time that --at names"},
    {"at", "TIME", "as of when: by when it was received, not by when it occurred"},
    {NULL, NULL, NULL},
};
static const struct cli_option write_flags[] = {
    WRITE_OPTIONS,
    {"corrects", "EVENT", "this result corrects that one"},
    {"same-as", "EVENT", "this result is the same happening as that one: counted once"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_case_show = {
    .noun = "case",
    .group = GROUP_CASES,
    .verb = "show",
    .operands = "CASE",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "one case: risk, owner, disputes, what happened last",
    .about =
        "With -v, who said what, when, replacing what; also totals by division and place, and duties that are met.\n"
        "With --as-known-at, what a division knew at a time, told exactly by that division's own daemon; another's "
        "leaves\n"
        "out, and counts, the statements of which it cannot say when that division received them.",
    .examples = "  casewire case show MC/NTH/2026/K7Q2M4X-C\n  casewire case show K7Q2M4X "
                "-v\n  casewire case show K7Q2M4X --as-known-at NTH --at 'yesterday 23:10'\n",
    .options = show_options,
    .json = "@CaseView records:[CaseView]?",
    .run = run_show,
};
const struct cli_command cmd_child_show = {
    .noun = "child",
    .group = GROUP_CHILD,
    .verb = "show",
    .operands = "CASE",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "a child at a glance",
    .about = "As case show: how dangerous, who owns it, what is due, what is disputed, where the child was seen last, "
             "what happened last.",
    .examples = "  casewire child show K7Q2M4X\n",
    .json = "@CaseView records:[CaseView]?",
    .run = run_show,
};
const struct cli_command cmd_operation_open = {
    .noun = "operation",
    .group = GROUP_CASES,
    .verb = "open",
    .operands = "FIELD=VALUE...",
    .operand_min = 1,
    .operand_max = -1,
    .summary = "open a joint operation or week of action",
    .examples = "  casewire operation open title='Week of action' op_name=SORREL \\\n"
                "      theme=county_lines runs=2018-03-19/2018-03-23\n",
    .options = write_flags,
    .json = WRITE_JSON,
    .run = run_operation_open,
};
const struct cli_command cmd_operation_result = {
    .noun = "operation",
    .group = GROUP_CASES,
    .verb = "result",
    .operands = "OPERATION EVENT FIELD=VALUE...",
    .operand_min = 2,
    .operand_max = -1,
    .summary = "record a result: arrest, warrant, seizure, ...",
    .about = "Each happening is counted once: --same-as says that another division recorded it too.",
    .examples = "  casewire operation result SORREL arrest occurred=2018-03-19T06:30\n"
                "  casewire operation result SORREL seizure seizure_kind=cash pence=£1,250\n"
                "  casewire operation result SORREL stop_search not_counted=yes\n",
    .options = write_flags,
    .json = WRITE_JSON,
    .run = run_result,
};
const struct cli_command cmd_operation_show = {
    .noun = "operation",
    .group = GROUP_CASES,
    .verb = "show",
    .operands = "OPERATION",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "an operation and its totals",
    .about = "With -v, totals per division, phase and place.",
    .examples = "  casewire operation show SORREL\n  casewire operation show SORREL -v\n",
    .options = show_options,
    .json = "@CaseView records:[CaseView]?",
    .run = run_show,
};
