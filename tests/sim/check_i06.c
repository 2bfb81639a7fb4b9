/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * I6 When everything works again, no acknowledged op is missing anywhere.
 *
 * Of a log that forked each holds the one branch on which it stands (docs/decisions/0005): an op that nothing but such a
 * log holds is missing at those on the other branch, and must be held by somebody.
 */

static bool is_in_forked_logs(const struct sim *s, const struct op_row *row)
{
    bool all = row->entry_count > 0 && row->more == 0;

    for (uint32_t i = 0; i < row->entry_count && all; i++) {
        const struct made_log *log = history_log(s->history, &row->entries[i].log);

        all = log != NULL && log->forked;
    }
    return all;
}

bool check_is_on_a_branch(struct sim *s, const struct sim_op *op)
{
    bool held = false, forked = true;

    for (uint32_t i = 0; i < s->node_count; i++) {
        struct sim_node *n = &s->nodes[i];
        struct look l;
        struct op_row row;

        if (!n->honest || !n->up || !look_begin(&l, n))
            continue;
        if (look_op(&l, &op->id, &row) && row.entry_count > 0) {
            held = true;
            forked = forked && is_in_forked_logs(s, &row);
        }
        look_done(&l);
    }
    return held && forked;
}

static void at_end(struct sim *s)
{
    for (uint32_t i = 0; i < s->op_count && !s->failed; i++) {
        const struct sim_op *op = &s->ops[i];

        for (uint32_t k = 0; k < s->node_count && check_is_safe(s, op); k++) {
            struct sim_node *n = &s->nodes[k];

            if (n->honest && n->up && !look_holds_op(n, &op->id) && !check_is_on_a_branch(s, op))
                sim_fail(s, "I6", "op %u, acknowledged by %s (held by %u), is missing at %s", i,
                         sim_name(&s->nodes[op->acked_by]), op->held_by, sim_name(n));
        }
    }
}

const struct sim_check check_i06 = {.name = "I6", .says = "no acknowledged op is missing anywhere", .at_end = at_end};
