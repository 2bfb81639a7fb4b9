/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in for an opening that does not count or is not here (docs/fold.md §4.7): whoever says something that is said of
 * children alone says that it is a child's case, and of a child that may be missing nobody is told nothing.
 */
#include "cases/work.h"

static bool is_childs_alone(uint32_t kinds)
{
    return kinds == 1u << KIND_CHILD;
}

static bool writes_of_child(const struct fold *f, const struct case_op *op)
{
    for (uint32_t i = 0; i < op->op->write_count; i++) {
        const struct op_write *write = &op->op->writes[i];
        const struct schema_field *row = schema_field(write->field);

        if (row != NULL && row->place != PLACE_DETAIL && is_childs_alone(row->kinds) &&
            (write->verb == VERB_SET || write->verb == VERB_ADD) && (op->roles & policy_set_roles(f->policy, row)) != 0)
            return true;
    }
    return false;
}

static bool speaks_of_child(const struct fold *f, uint32_t op_index)
{
    const struct case_op *op = &f->ops[op_index];
    const struct schema_event *row;

    if (!op_counts(f, op_index) || (op->op->type != OP_SET && op->op->type != OP_EVENT))
        return false;
    row = op->op->type == OP_EVENT ? schema_event(op->op->event) : NULL;
    if (row != NULL && !may_record_event(f, op->roles, row))
        return false;
    return (row != NULL && is_childs_alone(row->kinds)) || writes_of_child(f, op);
}

bool op_could_open(const struct fold *f, uint32_t op)
{
    struct cw_case_id id;

    if (f->ops[op].verdict != VERDICT_VOID_FLOOR || f->ops[op].op == NULL || f->ops[op].op->type != OP_OPEN)
        return false;
    case_id_of(&f->ops[op].op_id, &id);
    return ID_EQ(&id, &f->state->case_id);
}

/* The opening whose author was cut off; else what is earliest in order. */
static void find_stand_in(struct fold *f)
{
    for (uint32_t i = 0; i < f->op_count && f->begins == NONE; i++) {
        if (op_could_open(f, i) && f->ops[i].op->kind == KIND_CHILD)
            f->begins = f->reports = i;
    }
    for (uint32_t rank = 0; rank < f->op_count && f->reports == NONE; rank++) {
        uint32_t op = f->by_rank[rank];

        if (!speaks_of_child(f, op))
            continue;
        if (f->begins == NONE)
            f->begins = op;
        if (ID_IS_ZERO(&f->extra[op].scope))
            f->reports = op;
    }
}

static void take_from(struct fold *f, uint32_t op)
{
    struct case_state *state = f->state;

    state->opened_by_division = f->ops[op].division;
    state->opened = f->ops[op].author_time;
}

enum cw_err fold_opening(struct fold *f)
{
    struct case_state *state = f->state;

    if (f->opening != NONE) {
        state->kind = f->ops[f->opening].op->kind;
        state->synthetic = f->ops[f->opening].op->synthetic;
        f->begins = f->opening;
        f->reports = state->kind == KIND_CHILD ? f->opening : NONE;
        take_from(f, f->begins);
        return CW_OK;
    }
    state->flags |= STATE_NO_OPENING;
    find_stand_in(f);
    if (f->begins == NONE)
        return CW_OK;
    state->kind = KIND_CHILD;
    take_from(f, f->begins);
    return note_add(f, NOTE_OPENING_MISSING, FIELD_KIND, dot_of(f, f->begins, 0), NONE);
}
