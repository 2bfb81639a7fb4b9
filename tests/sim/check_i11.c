/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * I11 No lost update: every acknowledged write is current, in a visible conflict, superseded by an op that named
 * it, outranked by its field's rule, a proposal, or void by the authority. Looked at from the ops themselves.
 */

static bool same_dot(const struct op_ref *ref, const struct cw_op_id *op, uint32_t index)
{
    return ID_EQ(&ref->op, op) && ref->index == index;
}

/* An effective op of this case names the write. */
static bool somebody_named(const struct loaded_case *c, const struct cw_op_id *op, uint32_t index, uint32_t field)
{
    for (uint32_t i = 0; i < c->op_count; i++) {
        const struct loaded_op *by = c->ops[i];

        for (uint32_t w = 0; by->decoded && by->verdict == VERDICT_EFFECTIVE && w < by->op.write_count; w++) {
            for (uint32_t k = 0; by->op.writes[w].field == field && k < by->op.writes[w].supersede_count; k++) {
                if (same_dot(&by->op.writes[w].supersedes[k], op, index))
                    return true;
            }
        }
    }
    return false;
}

static bool may_be_outranked(uint32_t field)
{
    const struct schema_field *row = schema_field(field);

    return row != NULL && (row->rule == RULE_IMM || row->rule == RULE_LWW || row->rule == RULE_OWN ||
                           row->rule == RULE_MAX || row->rule == RULE_MIN);
}

static bool is_shown(const struct case_state *state, const struct cw_op_id *op, uint32_t index, uint32_t field)
{
    for (uint32_t i = 0; i < state->cell_count; i++) {
        const struct case_cell *cell = &state->cells[i];

        if (cell->field != field)
            continue;
        if (cell->row != NULL && schema_field_is_set(cell->row))
            return true; /* elements stand for all adds of a value */
        for (uint32_t v = 0; v < cell->value_count; v++) {
            if (ID_EQ(&cell->values[v].dot.op, op) && cell->values[v].dot.index == index)
                return true;
        }
    }
    return false;
}

static const char *what_is_wrong(const struct loaded_case *c, const struct sim_op *op, uint32_t index)
{
    const struct op_write *w = &op->op.writes[index];
    enum fate fate = state_fate(c->state, &(struct dot){op->id, index});

    switch (fate) {
    case FATE_CURRENT:
    case FATE_CONFLICT:
        return is_shown(c->state, &op->id, index, w->field) ? NULL : "is said to stand and is not shown";
    case FATE_OUTRANKED:
        return may_be_outranked(w->field) && is_shown(c->state, &op->id, index, w->field)
                   ? NULL
                   : "is outranked where no rule outranks, or not shown";
    case FATE_SUPERSEDED:
        return somebody_named(c, &op->id, index, w->field) ? NULL : "is superseded, but nobody named it";
    case FATE_PROPOSAL:
    case FATE_DETAIL:
    case FATE_ACT:
    case FATE_UNKNOWN:
        return NULL;
    default:
        return "is gone";
    }
}

static void check_write(struct sim *s, struct sim_node *n, const struct loaded_case *c, const struct sim_op *op)
{
    for (uint32_t i = 0; i < op->op.write_count && !s->failed; i++) {
        const char *wrong = what_is_wrong(c, op, i);

        if (wrong != NULL)
            sim_fail(s, "I11", "at %s, write %u (field %u) of an op acknowledged by %s %s (fate %s)", sim_name(n), i,
                     op->op.writes[i].field, sim_name(&s->nodes[op->acked_by]), wrong,
                     fate_name(state_fate(c->state, &(struct dot){op->id, i})));
    }
}

/* What an authorised write names does not stand beside it, whichever came first. */
static void check_naming(struct sim *s, struct sim_node *n, const struct loaded_case *c, const struct loaded_op *op,
                         uint32_t index)
{
    const struct op_write *w = &op->op.writes[index];
    const struct schema_field *row = schema_field(w->field);
    enum fate mine = state_fate(c->state, &(struct dot){op->op_id, index});

    if (row == NULL || row->rule == RULE_GOS || mine == FATE_PROPOSAL || mine == FATE_UNKNOWN || mine == FATE_VOID ||
        mine == FATE_PENDING || mine == FATE_DETAIL || mine == 0)
        return;
    for (uint32_t k = 0; k < w->supersede_count; k++) {
        const struct sim_op *named = check_op(s, &w->supersedes[k].op);
        uint32_t at = w->supersedes[k].index;
        bool same_cell = named != NULL && at < named->op.write_count && named->op.writes[at].field == w->field &&
                         row->place != PLACE_EPISODE && named->op.writes[at].verb != VERB_REMOVE;
        enum fate fate = same_cell ? state_fate(c->state, &(struct dot){named->id, at}) : FATE_SUPERSEDED;

        if (fate == FATE_CURRENT || fate == FATE_CONFLICT || fate == FATE_OUTRANKED)
            sim_fail(s, "I11", "at %s a write of field %u stands (%s) although an authorised write (%s) named it",
                     sim_name(n), w->field, fate_name(fate), fate_name(mine));
    }
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    for (uint32_t i = 0; i < s->op_count && !s->failed; i++) {
        const struct sim_op *op = &s->ops[i];
        bool due = s->ended ? check_is_safe(s, op)
                            : op->state == OP_ACKED && op->acked_by == n->index && n->lost_at < op->acked_at;

        if (due && !op->newer && ID_EQ(&op->case_id, &c->id))
            check_write(s, n, c, op);
    }
    for (uint32_t i = 0; i < c->op_count && !s->failed; i++) {
        for (uint32_t w = 0;
             c->ops[i]->decoded && c->ops[i]->verdict == VERDICT_EFFECTIVE && w < c->ops[i]->op.write_count; w++)
            check_naming(s, n, c, c->ops[i], w);
    }
}

const struct sim_check check_i11 = {.name = "I11", .says = "no acknowledged write is simply gone", .on_case = on_case};
