/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I29 An officer reads what he wrote: right after the receipt, that daemon's view of the case has the op. */

static void on_ack(struct sim *s, struct sim_op *op, struct sim_node *n)
{
    size_t mark = arena_mark(&s->scratch);
    struct loaded_case c = {0};

    if (op->acked_at != s->now || op->tries > 1)
        return;
    if (!view_case(n, &op->case_id, &c) || c.state == NULL || state_op(c.state, &op->id) == NULL)
        sim_fail(s, "I29", "%s acknowledges an op and does not show it", sim_name(n));
    arena_release(&s->scratch, mark);
}

const struct sim_check check_i29 = {.name = "I29", .says = "one reads what one wrote", .on_ack = on_ack};
