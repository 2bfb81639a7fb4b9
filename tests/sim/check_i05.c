/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I5 An acknowledged op survives the crash of the daemon that acknowledged it, as long as its disk lives. */

static void on_start(struct sim *s, struct sim_node *n)
{
    for (uint32_t i = 0; i < s->op_count && !s->failed; i++) {
        const struct sim_op *op = &s->ops[i];

        if (op->state == OP_ACKED && op->acked_by == n->index && (n->losses == 0 || n->lost_at < op->acked_at) &&
            !look_holds_op(n, &op->id))
            sim_fail(s, "I5", "%s acknowledged op %u at %lld and does not hold it after a restart", sim_name(n), i,
                     (long long)op->acked_at);
    }
}

const struct sim_check check_i05 = {.name = "I5", .says = "an acknowledged op survives", .on_start = on_start};
