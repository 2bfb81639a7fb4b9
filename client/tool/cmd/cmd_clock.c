/* SPDX-License-Identifier: Apache-2.0 */
/* clock list: the duties of cases, most pressing first. To acknowledge and to waive are verbs. */
#include "tool/cmd_clock.h"

#include "tool/lookup.h"
#include "tool/waiting.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <stdlib.h>

struct duty {
    const Cw__CaseView *view;
    const Cw__ViewDeadline *deadline;
};

struct duties {
    struct gather cases; /* owns the views */
    size_t count, room;
    struct duty *at;
};

static bool has_ended(const Cw__ViewDeadline *d)
{
    static const char *const ended[] = {"met", "met late", "waived", "ended"};

    for (size_t i = 0; i < CW_COUNT(ended); i++)
        if (slice_eq(wire_slice(d->state), slice_of(ended[i])))
            return true;
    return d->has_met_by;
}

static void keep(struct duties *all, const Cw__CaseView *view, const Cw__ViewDeadline *deadline)
{
    if (all->count == all->room) {
        size_t room = all->room == 0 ? 32 : all->room * 2;
        struct duty *at = realloc(all->at, room * sizeof(*at));

        CW_ASSERT(at != NULL);
        all->at = at;
        all->room = room;
    }
    all->at[all->count++] = (struct duty){view, deadline};
}

/* What runs before what has ended; of each, what is due first. */
static int by_time(const void *a, const void *b)
{
    const struct duty *left = a, *right = b;
    bool ended = has_ended(left->deadline);

    if (ended != has_ended(right->deadline))
        return ended ? 1 : -1;
    if (left->deadline->due_ms != right->deadline->due_ms)
        return left->deadline->due_ms < right->deadline->due_ms ? -1 : 1;
    return slice_compare(wire_slice(left->deadline->duty), wire_slice(right->deadline->duty));
}

static enum exit_code fill(const struct cli *cli, struct context *context, size_t max, struct duties *all)
{
    struct cw_list_query newest = {.size = sizeof(newest)};
    struct waiting_for who;
    enum exit_code code = EXIT_DONE;

    waiting_for_context(context, 6, &who);
    for (int i = 0; code == EXIT_DONE && i < cli->operand_count; i++)
        code = gather_one(cli, context, cli->operands[i], &all->cases);
    if (code == EXIT_DONE && cli->operand_count == 0)
        code = gather_list(cli, context, &newest, max, &all->cases);
    for (size_t i = 0; code == EXIT_DONE && i < all->cases.count; i++) {
        const Cw__CaseView *view = gather_view(&all->cases, i);

        for (size_t d = 0; d < view->n_deadlines; d++)
            if ((cli->operand_count > 0 || waiting_is_own(view, &who)) &&
                (cli_flag(cli, "all") || !has_ended(view->deadlines[d])))
                keep(all, view, view->deadlines[d]);
    }
    if (all->count > 0)
        qsort(all->at, all->count, sizeof(*all->at), by_time);
    return code;
}

/* --- printing ------------------------------------------------------------------------------------------------- */

/* "INSP, FCR" */
static void roles_text(ProtobufCBinaryData *roles, size_t count, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < count && used < cap; i++) {
        char role[20];
        int len;

        TEXT(roles[i], role);
        len = snprintf(out + used, cap - used, "%s%s", used > 0 ? ", " : "", role);
        used += len > 0 ? (size_t)len : 0;
    }
}

static void in_hand(const Cw__ViewDeadline *d, char *out, size_t cap)
{
    char name[100], when[WHEN_TEXT_LEN_MAX];

    out[0] = '\0';
    if (d->acknowledged_by == NULL)
        return;
    TEXT(d->acknowledged_by->name, name);
    when_short((struct cw_wall){(int64_t)d->acknowledged_ms}, when_now(), when);
    snprintf(out, cap, "%s, %s", name, when);
}

static void add_row(struct table *t, const struct duty *duty)
{
    const Cw__ViewDeadline *d = duty->deadline;
    char text[200], when[WHEN_TEXT_LEN_MAX], id[2 * SHORT_ID_LEN + 1] = "";

    lookup_chars(wire_slice(duty->view->human_ref), text);
    table_add(t, text);
    TEXT(d->clock, text);
    table_add(t, text);
    waiting_duty(d, text, sizeof(text));
    table_add(t, text);
    TEXT(d->state, text);
    table_add(t, text[0] != '\0' ? text : d->has_met_by ? "met" : "");
    if (t->cli->terminal)
        when_short((struct cw_wall){(int64_t)d->due_ms}, when_now(), when);
    else
        when_utc((struct cw_wall){(int64_t)d->due_ms}, when);
    table_add(t, when);
    in_hand(d, text, sizeof(text));
    table_add(t, text);
    roles_text(d->waivable_by, d->n_waivable_by, text, sizeof(text));
    table_add(t, text);
    short_id(d->duty, id);
    id[6] = '\0';
    table_add(t, id);
}

static void print_rows(const struct cli *cli, const struct duties *all)
{
    static const char *const heading[] = {"case",    "clock",       "duty", "state", "due",
                                          "in hand", "waivable by", "id",   NULL};
    static const char *const spare[] = {"waivable by", "clock", NULL};
    static const char *const shorten[] = {"in hand", "duty", NULL};
    struct table t;

    table_begin(&t, cli, heading);
    table_fit(&t, spare, shorten);
    for (size_t i = 0; i < all->count; i++)
        add_row(&t, &all->at[i]);
    table_end(&t);
}

static json_t *row_json(const struct duty *duty)
{
    char id[2 * CW_ID_LEN + 1] = "", reference[64], name[100];
    json_t *row;

    if (duty->view->case_id.len == CW_ID_LEN)
        hex_of(wire_slice(duty->view->case_id), id);
    TEXT(duty->view->human_ref, reference);
    waiting_duty(duty->deadline, name, sizeof(name));
    row = json_pack("{s:s, s:s, s:s}", "case_id", id, "human_ref", reference, "duty", name);
    json_object_set_new(row, "deadline", json_of_message(&duty->deadline->base));
    return row;
}

static void print_all(const struct cli *cli, const struct duties *all)
{
    json_t *array = json_array();
    char id[2 * CW_ID_LEN + 1];

    for (size_t i = 0; i < all->count; i++) {
        json_array_append_new(array, row_json(&all->at[i]));
        if (!cli->quiet || all->at[i].deadline->duty.len != CW_ID_LEN)
            continue;
        hex_of(wire_slice(all->at[i].deadline->duty), id);
        printf("%s\n", id);
    }
    if (cli->json)
        json_print(cli, json_pack("{s:O, s:b}", "clocks", array, "more", all->cases.more));
    else if (!cli->quiet)
        print_rows(cli, all);
    json_decref(array);
}

static enum exit_code run_list(struct cli *cli)
{
    struct duties *all = calloc(1, sizeof(*all));
    struct context context;
    enum exit_code code;
    int64_t cases;

    CW_ASSERT(all != NULL);
    if (!cli_number(cli, "cases", 1, 500, 200, &cases)) {
        free(all);
        return EXIT_USAGE;
    }
    code = context_start(cli, &context);
    if (code == EXIT_DONE)
        code = fill(cli, &context, (size_t)cases, all);
    if (code == EXIT_DONE)
        print_all(cli, all);
    gather_done(&all->cases);
    free(all->at);
    free(all);
    context_close(&context);
    return code;
}

static const struct cli_option options[] = {
    {"all", NULL, "also what is met, waived or ended"},
    {"cases", "N", "without CASE: look at the N cases changed last (default 200, at most 500)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_clock_list = {
    .noun = "clock",
    .verb = "list",
    .group = GROUP_WORK,
    .operands = "[CASE...]",
    .operand_min = 0,
    .operand_max = -1,
    .summary = "duties that run, the most pressing first",
    .about =
        "Of the cases named, or of all of your division's: what is due, until when, who has it in hand, and who may "
        "waive it.",
    .examples = "  casewire clock list\n  casewire clock list K7Q2M4X --all\n",
    .options = options,
    .json = "clocks:[ClockRow] more:b",
    .run = run_list,
};
