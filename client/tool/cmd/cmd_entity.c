/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entity open, show, list: people and things are records like cases, and these commands are `case open`, `show` and
 * `list` for them. What is said of two records is in verb_rows_entity.c.
 */
#include "tool/cmd_case.h"

#include "proto/schema.h"

/* Complains about anything that is no kind of entity. */
static enum exit_code check_kind(const struct cli *cli, const char *typed)
{
    uint32_t kind = schema_kind_by_name(slice_of(typed));

    if (kind != KIND_NONE && (K_ENTITY & (1u << kind)) != 0)
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"there is no such kind of entity", typed,
                                      "it is nominal, phone, vehicle, address, account or organisation",
                                      kind != KIND_NONE ? "casewire case open --help" : "casewire entity --help"});
}

static enum exit_code run_entity_open(struct cli *cli)
{
    enum exit_code code = check_kind(cli, cli->operands[0]);

    return code == EXIT_DONE ? cmd_case_open.run(cli) : code;
}

static enum exit_code run_entity_show(struct cli *cli)
{
    return cmd_case_show.run(cli);
}

static enum exit_code run_entity_list(struct cli *cli)
{
    struct cli as_case = *cli;
    enum exit_code code = check_kind(cli, cli->operands[0]);

    if (code != EXIT_DONE)
        return code;
    if (as_case.value_count < CLI_VALUES_MAX) {
        as_case.values[as_case.value_count].name = "kind";
        as_case.values[as_case.value_count++].value = cli->operands[0];
    }
    as_case.operand_count = 0;
    return cmd_case_list.run(&as_case);
}

static const struct cli_option open_options[] = {WRITE_OPTIONS, {NULL, NULL, NULL}};
static const struct cli_option list_options[] = {
    {"prefix", "TEXT", "reference or name begins with this"},
    {"entity", "TEXT", "only those in which this phone, reference, person or id stands"},
    {"limit", "N", "at most so many (default 50, at most 200)"},
    {"after", "MARK", "the page that follows, by the mark that the page before ended with"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_entity_open = {
    .noun = "entity",
    .group = GROUP_CASES,
    .verb = "open",
    .operands = "KIND FIELD=VALUE...",
    .operand_min = 2,
    .operand_max = -1,
    .summary = "open a record of a person or a thing",
    .about = "KIND is nominal, phone, vehicle, address, account or organisation; casewire schema KIND lists its "
             "fields. What "
             "tells it from others must be there, and stays. casewire case set, add and note work on it as on a case.",
    .examples = "  casewire entity open phone number='07700 900123' phone_type=mobile\n"
                "  casewire entity open vehicle plate='KX01 ABC' colour=blue\n",
    .options = open_options,
    .json = WRITE_JSON,
    .run = run_entity_open,
};
const struct cli_command cmd_entity_show = {
    .noun = "entity",
    .group = GROUP_CASES,
    .verb = "show",
    .operands = "ENTITY",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "one person or thing: what is known of it, and what leads to it",
    .examples = "  casewire entity show PH/NTH/2026/K7Q2M4X-C\n",
    .json = "@CaseView",
    .run = run_entity_show,
};
const struct cli_command cmd_entity_list = {
    .noun = "entity",
    .group = GROUP_CASES,
    .verb = "list",
    .operands = "KIND",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "people or things of a kind, newest change first",
    .examples = "  casewire entity list phone\n  casewire entity list vehicle --prefix KX\n",
    .options = list_options,
    .json = "@CaseList",
    .run = run_entity_list,
};
