/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * I12 Risk never decreases except through an op that names the values it lowers. Reckoned from the ops: the
 * greatest assessment that no entitled op has named must not be above what is shown; of each missing episode for itself.
 */

/* Of which episode the write speaks; zero: of the case, or of the first one (docs/fold.md §4). */
static struct hash scope_of(const struct loaded_op *op, const struct schema_field *row)
{
    const struct schema_event *event = op->op.type == OP_EVENT ? schema_event(op->op.event) : NULL;
    struct hash scope = scope_none;

    if (row->place != PLACE_EPISODE)
        return scope;
    if (event != NULL && (event->flags & EVENT_OPENS_EPISODE) != 0)
        thing_id_of(&op->op_id, 0, &scope);
    else if (op->op.ref_count > 0)
        scope = op->op.refs[0];
    return scope;
}

static bool same_cell(const struct loaded_op *a, const struct loaded_op *b, const struct schema_field *row)
{
    struct hash left = scope_of(a, row), right = scope_of(b, row);

    return ID_EQ(&left, &right);
}

static bool counts(const struct loaded_op *op, const struct op_write *w, const struct schema_field *row)
{
    const struct schema_event *event = op->op.type == OP_EVENT ? schema_event(op->op.event) : NULL;

    return op->decoded && op->verdict == VERDICT_EFFECTIVE && w->field == row->number && w->verb == VERB_SET &&
           (op->author_roles & row->set_roles) != 0 && (event == NULL || (event->roles & op->author_roles) != 0) &&
           w->has_max;
}

static const struct op_write *find_write(const struct loaded_case *c, const struct op_ref *ref,
                                         const struct loaded_op **out_op)
{
    for (uint32_t i = 0; i < c->op_count; i++) {
        if (ID_EQ(&c->ops[i]->op_id, &ref->op) && c->ops[i]->decoded && ref->index < c->ops[i]->op.write_count)
            return *out_op = c->ops[i], &c->ops[i]->op.writes[ref->index];
    }
    return NULL;
}

/* Names a greater one without the rank to lower it: a proposal, no assessment. */
static bool oversteps(const struct loaded_case *c, const struct loaded_op *op, const struct op_write *w,
                      const struct schema_field *row)
{
    for (uint32_t k = 0; k < w->supersede_count && (op->author_roles & row->lower_roles) == 0; k++) {
        const struct loaded_op *in = NULL;
        const struct op_write *named = find_write(c, &w->supersedes[k], &in);

        if (named != NULL && named->field == w->field && same_cell(in, op, row) && named->max_value > w->max_value)
            return true;
    }
    return false;
}

/* Entitled: it lowers nothing, or its author may lower. */
static bool names_rightly(const struct loaded_case *c, const struct loaded_op *by, const struct op_write *w,
                          const struct schema_field *row, const struct loaded_op *op, uint32_t index)
{
    if (!counts(by, w, row) || oversteps(c, by, w, row) || by == op || !same_cell(by, op, row))
        return false;
    for (uint32_t k = 0; k < w->supersede_count; k++) {
        if (ID_EQ(&w->supersedes[k].op, &op->op_id) && w->supersedes[k].index == index)
            return w->max_value >= op->op.writes[index].max_value || (by->author_roles & row->lower_roles) != 0;
    }
    return false;
}

static bool is_named(const struct loaded_case *c, const struct schema_field *row, const struct loaded_op *op,
                     uint32_t index)
{
    for (uint32_t i = 0; i < c->op_count; i++) {
        for (uint32_t w = 0; c->ops[i]->decoded && w < c->ops[i]->op.write_count; w++) {
            if (names_rightly(c, c->ops[i], &c->ops[i]->op.writes[w], row, op, index))
                return true;
        }
    }
    return false;
}

static uint64_t shown_ordinal(const struct case_state *state, const struct hash *scope, uint32_t field)
{
    const struct case_cell *cell = state_cell(state, scope, field);
    uint64_t greatest = 0;

    for (uint32_t v = 0; cell != NULL && v < cell->value_count; v++) {
        for (uint32_t i = 0; i < state->op_count; i++) {
            const struct case_op *op = &state->ops[i];

            if (ID_EQ(&op->op_id, &cell->values[v].dot.op) && op->op != NULL && v == cell->shown)
                greatest = op->op->writes[cell->values[v].dot.index].max_value;
        }
    }
    return greatest;
}

static void check_write(struct sim *s, struct sim_node *n, const struct loaded_case *c, const struct loaded_op *op,
                        uint32_t index)
{
    const struct op_write *w = &op->op.writes[index];
    const struct schema_field *row = schema_field(w->field);

    if (row == NULL || row->rule != RULE_MAX || !counts(op, w, row) || oversteps(c, op, w, row) ||
        is_named(c, row, op, index) || (row->kinds & 1u << c->state->kind) == 0)
        return;
    struct hash scope = scope_of(op, row);
    if (shown_ordinal(c->state, &scope, w->field) < w->max_value)
        sim_fail(s, "I12",
                 "%s shows %s at %llu although an assessment of %llu (write %u of %02x%02x, %s) was named by nobody "
                 "entitled",
                 sim_name(n), row->name, (unsigned long long)shown_ordinal(c->state, &scope, w->field),
                 (unsigned long long)w->max_value, index, op->op_id.b[0], op->op_id.b[1],
                 fate_name(state_fate(c->state, &(struct dot){op->op_id, index})));
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    if (c->state->kind == KIND_NONE)
        return;
    for (uint32_t i = 0; i < c->op_count && !s->failed; i++) {
        for (uint32_t w = 0; c->ops[i]->decoded && w < c->ops[i]->op.write_count; w++)
            check_write(s, n, c, c->ops[i], w);
    }
}

const struct sim_check check_i12 = {.name = "I12", .says = "risk goes down only by name", .on_case = on_case};
