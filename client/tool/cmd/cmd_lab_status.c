/* SPDX-License-Identifier: Apache-2.0 */
/* lab status: every division in one table. */
#include "tool/cmd_lab.h"
#include "tool/lab.h"
#include "tool/out.h"

#include "lib/fault.h"

struct row {
    const struct lab_division *division;
    pid_t pid;
    struct cw_answer *answer; /* NULL: does not answer */
};

static void ask(struct cli *cli, const struct lab *lab, struct row *row)
{
    struct cw_client *client = NULL;
    struct cw_fault fault;

    row->pid = lab_pid(lab, row->division);
    if (row->pid == 0 || lab_admin(lab, row->division, &client, &fault) != CW_OK)
        return;
    if (cw_client_status(client, cli->timeout_ms, &row->answer) != CW_OK)
        row->answer = NULL;
    cw_client_close(client);
}

static void cells(struct table *t, const struct row *row)
{
    const Cw__Status *s = row->answer != NULL ? answer_message(row->answer)->status : NULL;
    char text[260];

    table_add(t, row->division->name);
    table_add(t, row->division->code);
    snprintf(text, sizeof(text), "%d", (int)row->pid);
    table_add(t, row->pid != 0 ? text : "-");
    table_add(t, row->pid == 0 ? "not running"
                 : s == NULL   ? "does not answer"
                 : s->in_sync  ? "in sync"
                               : "not in sync");
    snprintf(text, sizeof(text), "%llu", s != NULL ? (unsigned long long)s->entry_count : 0ULL);
    table_add(t, s != NULL ? text : "-");
    if (s != NULL)
        short_id(s->digest, text);
    table_add(t, s != NULL ? text : "-");
    text[0] = '\0';
    if (s != NULL && s->n_reasons > 0)
        TEXT(s->reasons[0], text);
    table_add(t, text);
}

static json_t *row_json(const struct row *row)
{
    json_t *object = json_pack("{s:s, s:s, s:i}", "name", row->division->name, "division", row->division->code, "pid",
                               (int)row->pid);

    if (row->answer != NULL)
        json_object_set_new(object, "status", json_of_message(&answer_message(row->answer)->status->base));
    return object;
}

static void rows_begin(struct cli *cli, const struct lab *lab, struct row *rows)
{
    for (uint32_t i = 0; i < lab->division_count; i++) {
        rows[i] = (struct row){.division = &lab->divisions[i]};
        ask(cli, lab, &rows[i]);
    }
}

static void rows_end(const struct lab *lab, struct row *rows)
{
    for (uint32_t i = 0; i < lab->division_count; i++)
        cw_answer_close(rows[i].answer);
}

void lab_print_json(struct cli *cli, const struct lab *lab)
{
    struct row rows[LAB_DIVISIONS_MAX] = {{0}};
    json_t *array = json_array();

    rows_begin(cli, lab, rows);
    for (uint32_t i = 0; i < lab->division_count; i++)
        json_array_append_new(array, row_json(&rows[i]));
    json_print(cli, json_pack("{s:s, s:o}", "lab", lab->dir, "divisions", array));
    rows_end(lab, rows);
}

static void print_table(struct cli *cli, const struct lab *lab)
{
    static const char *const heading[] = {"division", "code", "pid", "state", "entries", "digest", "why", NULL};
    struct row rows[LAB_DIVISIONS_MAX] = {{0}};
    struct table t;

    rows_begin(cli, lab, rows);
    table_begin(&t, cli, heading);
    for (uint32_t i = 0; i < lab->division_count; i++)
        cells(&t, &rows[i]);
    table_end(&t);
    rows_end(lab, rows);
}

static enum exit_code run_status(struct cli *cli)
{
    struct lab lab;
    enum exit_code code = lab_load(cli, &lab);

    if (code != EXIT_DONE)
        return code;
    if (cli->json)
        lab_print_json(cli, &lab);
    else
        print_table(cli, &lab);
    return EXIT_DONE;
}

static const struct cli_option options[] = {{"dir", "DIR", "the lab's folder (default: as --lab)"}, {NULL, NULL, NULL}};

const struct cli_command cmd_lab_status = {
    .noun = "lab",
    .group = GROUP_LAB,
    .verb = "status",
    .summary = "its divisions: running, in sync, the same digest",
    .examples = "  casewire lab status\n",
    .options = options,
    .json = "lab:s divisions:[LabDivision]",
    .run = run_status,
};
