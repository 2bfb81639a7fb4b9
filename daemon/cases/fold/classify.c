/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may (docs/fold.md §5.1 to §5.8, §5.12): each write is pending, void, newer than us, a detail, a proposal, or eligible.
 * The rest of §5 needs the cells and is in naming.c.
 */
#include "cases/work.h"

static const struct schema_field *row_of(const struct fold *f, const struct op_write *write)
{
    const struct schema_field *row = schema_field(write->field);

    return row != NULL && row_fits(f, row->kinds) && schema_field_is_written(row) ? row : NULL;
}

bool write_ordinal(const struct work_write *w, uint64_t *out)
{
    const struct op_value *value = &w->write->value;

    if (w->write->has_max) {
        *out = w->write->max_value;
        return true;
    }
    if (!w->write->has_value || (value->type != VALUE_NUMBER && value->type != VALUE_FLAG) || value->number < 0)
        return false;
    *out = (uint64_t)value->number;
    return true;
}

static bool has_readable_shape(const struct work_write *w)
{
    uint64_t ordinal;

    if (w->row->rule == RULE_MAX)
        return write_ordinal(w, &ordinal);
    if (w->write->withheld)
        return true;
    return w->write->has_value && (uint32_t)w->write->value.type == schema_value_type(w->row->type);
}

/* §5.5 */
static bool is_well_formed(const struct work_write *w)
{
    switch (w->write->verb) {
    case VERB_SET:
        return !schema_field_is_set(w->row) && has_readable_shape(w);
    case VERB_ADD:
        return schema_field_is_set(w->row) && has_readable_shape(w);
    case VERB_REMOVE:
        return w->row->rule == RULE_ORS;
    case VERB_STRIKE:
        return w->row->rule == RULE_GOS;
    case VERB_UNKNOWN:
        break;
    }
    return false;
}

/* What opens an episode says what is fixed of it, also when another report of it came first (§4.6). */
bool op_opens_episode(const struct op *op)
{
    const struct schema_event *row = op->type == OP_EVENT ? schema_event(op->event) : NULL;

    return row != NULL && (row->flags & EVENT_OPENS_EPISODE) != 0;
}

static bool may_fix(const struct fold *f, const struct work_write *w)
{
    if (w->row->rule != RULE_IMM)
        return true;
    if (w->op == f->opening)
        return w->row->place == PLACE_CASE || ID_IS_ZERO(&f->extra[w->op].scope);
    return w->row->place == PLACE_EPISODE && op_opens_episode(f->ops[w->op].op);
}

/* §5.7: what a person could not record does not set fields either; a newer event's fields speak for themselves. */
static bool may_say_in_event(const struct fold *f, uint32_t op)
{
    uint32_t event = f->extra[op].event;

    return event == NONE || f->events[event].row == NULL || f->events[event].authorised;
}

static bool has_role(const struct fold *f, const struct work_write *w)
{
    bool gives = w->write->verb == VERB_SET || w->write->verb == VERB_ADD;
    uint32_t needed = gives ? policy_set_roles(f->policy, w->row) : policy_lower_roles(f->policy, w->row);

    return (f->ops[w->op].roles & needed) != 0;
}

static bool is_floor(const struct fold *f, const struct work_write *w)
{
    return f->ops[w->op].verdict == VERDICT_VOID_FLOOR && w->row != NULL && w->row->rule == RULE_MAX &&
           is_well_formed(w) && has_role(f, w);
}

static bool type_is_ours(const struct fold *f, uint32_t op)
{
    uint32_t type = f->ops[op].op->type;

    return type == OP_SET || type == OP_EVENT || (type == OP_OPEN && op == f->opening);
}

/* The opening itself may be void by a revocation: what it said about risk still holds. */
static enum fate fate_of_void(struct work_write *w, const struct fold *f)
{
    if (f->ops[w->op].verdict == VERDICT_PENDING)
        return FATE_PENDING;
    w->floor = (type_is_ours(f, w->op) || op_could_open(f, w->op)) && is_floor(f, w);
    w->eligible = w->floor;
    return w->floor ? FATE_FLOOR : FATE_VOID;
}

/* 0 when the write is eligible. */
static enum fate first_fate(const struct fold *f, struct work_write *w)
{
    if (f->ops[w->op].verdict != VERDICT_EFFECTIVE)
        return fate_of_void(w, f);
    if (!type_is_ours(f, w->op) || w->row == NULL)
        return FATE_UNKNOWN;
    if (w->row->place == PLACE_DETAIL)
        return f->ops[w->op].op->type == OP_EVENT ? FATE_DETAIL : FATE_UNKNOWN;
    if (!is_well_formed(w))
        return FATE_UNKNOWN;
    if (!may_fix(f, w) || !may_say_in_event(f, w->op) || !has_role(f, w))
        return FATE_PROPOSAL;
    w->eligible = true;
    return 0;
}

enum cw_err fold_classify(struct fold *f)
{
    for (uint32_t i = 0; i < f->write_count; i++) {
        struct work_write *w = &f->writes[i];

        w->row = row_of(f, w->write);
        w->fate = first_fate(f, w);
    }
    return CW_OK;
}

/* --- equality and order of values (§5.13, §14.3) -------------------------------------------------------- */

bool values_equal(const struct op_value *a, const struct op_value *b)
{
    return value_compare(a, b) == 0;
}

/* §8.10: texts and ids by bytes, numbers as numbers. Values of one field have one type; others are kept apart by it. */
int value_compare(const struct op_value *a, const struct op_value *b)
{
    int order = compare_u64(a->type, b->type);

    if (order != 0)
        return order;
    switch (a->type) {
    case VALUE_TEXT:
        return slice_compare(a->text, b->text);
    case VALUE_NUMBER:
        return compare_i64(a->number, b->number);
    case VALUE_FLAG:
        return compare_u64(a->number != 0, b->number != 0);
    case VALUE_ID:
        return ID_COMPARE(&a->id, &b->id);
    case VALUE_INTERVAL:
        order = compare_i64(a->number, b->number);
        return order != 0 ? order : compare_i64(a->latest, b->latest);
    case VALUE_NONE:
        break;
    }
    return 0;
}
