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

/* Cases to fold, or all of them after a change of policy. */
static bool has_work(const struct look *l, const struct cw_case_id *id)
{
    const struct store_port *store = &l->node->store;
    struct cw_slice value;

    return store->get(l->txn, TABLE_PENDING, KEY(row_key_pending_fold(id)), &value) == CW_OK ||
           store->get(l->txn, TABLE_META, KEY(row_key_text(META_REFOLD)), &value) == CW_OK;
}

static void compare_kept(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    struct cw_slice value;
    struct case_row row;
    struct look l;

    if (!look_begin(&l, n))
        return;
    if (!has_work(&l, &c->id) && n->store.get(l.txn, TABLE_CASE, KEY(row_key_case(&c->id)), &value) == CW_OK &&
        case_row_parse(value, &row) == CW_OK && (row.flags & CASE_FOLDED) != 0 &&
        (row.op_count != c->op_count || !ID_EQ(&row.inputs, &c->inputs) || !ID_EQ(&row.state, &c->state_hash)))
        sim_fail(s, "I9", "%s keeps another %s of a case than a fresh fold gives (%u ops, %u)", sim_name(n),
                 ID_EQ(&row.inputs, &c->inputs) ? "state" : "list of ops", row.op_count, c->op_count);
    look_done(&l);
}

static uint32_t count_ops(const struct look *l, const struct cw_case_id *id)
{
    struct row_key key = {.len = 0};
    struct cw_slice value;
    uint32_t count = 0;

    while (look_next(l, TABLE_CASE_OP, ID_SLICE(id), &key, &value))
        count++;
    return count;
}

/* Without a fold: each op of a case that is folded counts once. */
static void on_ack(struct sim *s, struct sim_op *op, struct sim_node *n)
{
    struct cw_slice value;
    struct case_row row;
    struct look l;

    if (!look_begin(&l, n))
        return;
    if (!has_work(&l, &op->case_id) &&
        n->store.get(l.txn, TABLE_CASE, KEY(row_key_case(&op->case_id)), &value) == CW_OK &&
        case_row_parse(value, &row) == CW_OK && (row.flags & CASE_FOLDED) != 0 &&
        row.op_count != count_ops(&l, &op->case_id))
        sim_fail(s, "I9", "%s shows a case as of %u ops, and holds %u of it", sim_name(n), row.op_count,
                 count_ops(&l, &op->case_id));
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

const struct sim_check check_i09 = {.name = "I9",
                                    .says = "equal inputs give equal state",
                                    .on_ack = on_ack,
                                    .on_case = on_case,
                                    .at_heal = forget,
                                    .at_end = forget};
