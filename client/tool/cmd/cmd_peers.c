/* SPDX-License-Identifier: Apache-2.0 */
/* The other divisions: a line each, and more words about those that are not in step. */
#include "tool/admin.h"
#include "tool/cmd_status.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

static void add_count(struct table *t, uint64_t count)
{
    char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)count);
    table_add(t, text);
}

static void add_heard(struct table *t, const Cw__PeerRow *row)
{
    char when[WHEN_TEXT_LEN_MAX] = "never";

    if (row->has_last_seen_ms && t->cli->terminal)
        when_relative((struct cw_wall){(int64_t)row->last_seen_ms}, when_now(), when);
    else if (row->has_last_seen_ms)
        when_utc((struct cw_wall){(int64_t)row->last_seen_ms}, when);
    table_add(t, when);
}

static void add_software(struct table *t, const Cw__PeerRow *row)
{
    char text[60] = "not said";

    if (row->has_version)
        TEXT(row->version, text);
    table_add(t, text);
    plain_clock(row, text);
    table_add(t, text);
}

static void add_row(struct table *t, const Cw__PeerRow *row)
{
    char text[260], state[40];

    TEXT(row->division, text);
    table_add(t, text);
    plain_state(row, state);
    table_add(t, state);
    add_count(t, row->behind);
    add_count(t, row->ahead);
    add_heard(t, row);
    if (t->cli->verbose) {
        TEXT(row->address, text);
        table_add(t, text);
        add_software(t, row);
    }
}

static void print_table(const struct cli *cli, const Cw__Peers *peers)
{
    static const char *const heading[] = {"division", "state", "it lacks", "lacking here", "heard", NULL};
    static const char *const longer[] = {"division", "state", "it lacks", "lacking here", "heard", "address",
                                         "version",  "clock", NULL};
    struct table t;

    table_begin(&t, cli, cli->verbose ? longer : heading);
    for (size_t i = 0; i < peers->n_rows; i++)
        add_row(&t, peers->rows[i]);
    table_end(&t);
}

static void print_more(const Cw__PeerRow *row, const struct plain_names *names)
{
    char division[24], text[2 * PLAIN_LEN_MAX], line[2 * PLAIN_LEN_MAX + sizeof(division) + 2];

    plain_peer(row, names, when_now(), text);
    if (text[0] == '\0')
        return;
    TEXT(row->division, division);
    snprintf(line, sizeof(line), "%s: %s", division, text);
    view_wrap(line, 0);
}

static bool any_lacks(const Cw__Peers *peers)
{
    for (size_t i = 0; peers != NULL && i < peers->n_rows; i++)
        if (peers->rows[i]->n_lacks_cases != 0)
            return true;
    return false;
}

struct cw_answer *status_names(const struct cli *cli, struct context *context, const Cw__Peers *peers,
                               struct plain_names *out)
{
    struct cw_list_query query = {.size = sizeof(query), .limit = CW_LIST_LIMIT_MAX};
    struct cw_answer *answer = NULL;

    out->list = NULL;
    if (!any_lacks(peers) || context->identity == NULL ||
        cw_client_list(context->client, &query, cli->timeout_ms, &answer) != CW_OK)
        return NULL;
    out->list = answer_message(answer)->list;
    return answer;
}

static void tell(const struct cli *cli, struct context *c, const Cw__Peers *peers)
{
    struct plain_names names;
    struct cw_answer *list = status_names(cli, c, peers, &names);

    print_table(cli, peers);
    for (size_t i = 0; i < peers->n_rows; i++)
        print_more(peers->rows[i], &names);
    cw_answer_close(list);
}

static enum exit_code run_peers(struct cli *cli)
{
    struct context context;
    struct cw_answer *answer = NULL;
    enum exit_code code = admin_or_context(cli, &context);

    if (code == EXIT_DONE && cw_client_peers(context.client, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the daemon did not list its peers", cw_client_fault(context.client));
    if (answer != NULL && cli->json)
        json_print_message(cli, &answer_message(answer)->peers->base);
    else if (answer != NULL)
        tell(cli, &context, answer_message(answer)->peers);
    cw_answer_close(answer);
    context_close(&context);
    return code;
}

static const struct cli_option peers_options[] = {ADMIN_DOOR_OPTIONS, {NULL, NULL, NULL}};

const struct cli_command cmd_peers = {
    .noun = "peers",
    .group = GROUP_DAEMON,
    .operands = "[NAME]",
    .operand_max = 1,
    .summary = "the other divisions: who is behind, by how much",
    .about =
        "it lacks: statements that are here and not there; lacking here: the other way round. About each division "
        "that is not in step: why, since when, and which cases it lacks something of. With -v also what its daemon "
        "says that it runs, and how far its clock is from this daemon's.\n\nNAME is that of the unit casewired@NAME, "
        "whose daemon is asked as its administrator: no keys are needed.",
    .examples = "  casewire peers\n  casewire peers -v\n  casewire peers north\n",
    .options = peers_options,
    .json = "@Peers",
    .run = run_peers,
};
