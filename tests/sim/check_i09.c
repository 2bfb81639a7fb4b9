/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * I9 Equal inputs give equal state, at every division. At the end the inputs are equal too, and what a daemon
 * keeps of a case is what a fresh fold of its ops gives.
 */

static uint32_t case_index(const struct sim *s, const struct cw_case_id *id)
{
    uint32_t i = 0;

    while (i < s->case_count && !ID_EQ(&s->cases[i], id))
        i++;
    return i;
}

static void compare_kept(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    struct cw_slice value;
    struct case_row row;
    struct look l;

    if (!look_begin(&l, n))
        return;
    bool waiting = n->store.get(l.txn, TABLE_PENDING, KEY(row_key_pending_fold(&c->id)), &value) == CW_OK;
    if (!waiting && n->store.get(l.txn, TABLE_CASE, KEY(row_key_case(&c->id)), &value) == CW_OK &&
        case_row_parse(value, &row) == CW_OK && (row.flags & CASE_FOLDED) != 0 && ID_EQ(&row.inputs, &c->inputs) &&
        !ID_EQ(&row.state, &c->state_hash))
        sim_fail(s, "I9", "%s keeps another state of a case than a fresh fold gives", sim_name(n));
    look_done(&l);
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    struct case_seen *seen = &s->seen[case_index(s, &c->id)];

    compare_kept(s, n, c);
    if (seen->known && ID_EQ(&seen->inputs, &c->inputs) && !ID_EQ(&seen->state, &c->state_hash))
        sim_fail(s, "I9", "%s and %s fold the same ops of a case to different states", sim_name(n),
                 sim_name(&s->nodes[seen->by]));
    if (s->ended && seen->known && !ID_EQ(&seen->inputs, &c->inputs) && check_same_branches(s, n, &s->nodes[seen->by]))
        sim_fail(s, "I9", "%s and %s have different inputs of a case although their frontiers are equal", sim_name(n),
                 sim_name(&s->nodes[seen->by]));
    seen->known = true;
    seen->by = n->index;
    seen->inputs = c->inputs;
    seen->state = c->state_hash;
}

static void forget(struct sim *s)
{
    memset(s->seen, 0, sizeof s->seen);
}

const struct sim_check check_i09 = {
    .name = "I9", .says = "equal inputs give equal state", .on_case = on_case, .at_heal = forget, .at_end = forget};
