/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I6 When everything works again, no acknowledged op is missing anywhere. */

static void at_end(struct sim *s)
{
    for (uint32_t i = 0; i < s->op_count && !s->failed; i++) {
        const struct sim_op *op = &s->ops[i];

        for (uint32_t k = 0; k < s->node_count && check_is_safe(s, op); k++) {
            struct sim_node *n = &s->nodes[k];

            if (n->honest && n->up && !look_holds_op(n, &op->id))
                sim_fail(s, "I6", "op %u, acknowledged by %s (held by %u), is missing at %s", i,
                         sim_name(&s->nodes[op->acked_by]), op->held_by, sim_name(n));
        }
    }
}

const struct sim_check check_i06 = {.name = "I6", .says = "no acknowledged op is missing anywhere", .at_end = at_end};
