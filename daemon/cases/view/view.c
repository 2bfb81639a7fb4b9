/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in a finished state: see view.h. */
#include "cases/view.h"

const struct hash scope_none;

const struct case_cell *state_cell(const struct case_state *state, const struct hash *scope, uint32_t field)
{
    uint32_t low = 0, high = state->cell_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct case_cell *cell = &state->cells[middle];
        int order = ID_COMPARE(&cell->scope, scope);

        if (order == 0 && cell->field == field)
            return cell;
        if (order < 0 || (order == 0 && cell->field < field))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct case_value *state_value(const struct case_state *state, const struct hash *scope, uint32_t field)
{
    const struct case_cell *cell = state_cell(state, scope, field);

    return cell != NULL && cell->shown < cell->value_count ? &cell->values[cell->shown] : NULL;
}

const struct case_machine *state_machine(const struct case_state *state, enum machine machine, const struct hash *scope)
{
    for (uint32_t i = 0; i < state->machine_count; i++) {
        if (state->machines[i].machine == machine && ID_EQ(&state->machines[i].scope, scope))
            return &state->machines[i];
    }
    return NULL;
}

const struct hash *state_episode(const struct case_state *state, const struct hash *scope)
{
    size_t at;

    return ID_FIND(struct case_merged, state->merged, state->merged_count, scope, scope, &at) ? &state->merged[at].into
                                                                                              : scope;
}

bool state_find_op(const struct case_state *state, const struct cw_op_id *op, uint32_t *out_place)
{
    uint32_t low = 0, high = state->op_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = ID_COMPARE(&state->ops[state->by_id[middle]].op_id, op);

        if (order == 0) {
            *out_place = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *out_place = low;
    return false;
}

const struct case_op *state_op(const struct case_state *state, const struct cw_op_id *op)
{
    uint32_t place;

    return state_find_op(state, op, &place) ? &state->ops[state->by_id[place]] : NULL;
}

const struct case_tally *state_tally(const struct case_state *state, uint32_t event, int64_t subtype, bool within,
                                     uint32_t dimension, struct cw_slice value)
{
    for (uint32_t i = 0; i < state->tally_count; i++) {
        const struct case_tally *t = &state->tallies[i];

        if (t->event == event && t->subtype == subtype && t->within == within && t->dimension == dimension &&
            slice_eq(t->value, value))
            return t;
    }
    return NULL;
}

uint32_t state_writes_of(const struct case_state *state, uint32_t op_index, uint32_t *out_first)
{
    uint32_t low = 0, high = state->write_count, end;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (state->writes[middle].op_index < op_index)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < state->write_count && state->writes[end].op_index == op_index; end++)
        continue;
    *out_first = low;
    return end - low;
}

/* Every write of an opened op is listed, so its index is its place among the op's. */
const struct case_write *state_write(const struct case_state *state, const struct dot *dot)
{
    const struct case_op *op = state_op(state, &dot->op);
    uint32_t first, count;

    if (op == NULL)
        return NULL;
    count = state_writes_of(state, (uint32_t)(op - state->ops), &first);
    return dot->index < count ? &state->writes[first + dot->index] : NULL;
}

enum fate state_fate(const struct case_state *state, const struct dot *dot)
{
    const struct case_write *write = state_write(state, dot);

    return write != NULL ? write->fate : 0;
}

static bool is_element(const struct case_value *v, const struct op_value *element)
{
    struct op_value a = v->value, b = *element;

    if (a.type != b.type)
        return false;
    switch (a.type) {
    case VALUE_TEXT:
        return slice_eq(a.text, b.text);
    case VALUE_ID:
        return ID_EQ(&a.id, &b.id);
    case VALUE_NUMBER:
    case VALUE_FLAG:
        return a.number == b.number;
    case VALUE_INTERVAL:
        return a.number == b.number && a.latest == b.latest;
    case VALUE_NONE:
        break;
    }
    return false;
}

/* Every standing add of the element, not only the one that is shown: a remove must name them all. */
static size_t element_heads(const struct case_state *state, const struct hash *scope, uint32_t field,
                            const struct op_value *element, struct op_ref *out, size_t max)
{
    size_t count = 0;

    for (uint32_t i = 0; i < state->write_count && count < max; i++) {
        const struct case_write *w = &state->writes[i];
        const struct case_op *op = &state->ops[w->op_index];
        const struct op_write *write = &op->op->writes[w->index];
        struct case_value v = {.value = write->value};

        if (w->fate != FATE_CURRENT || write->field != field || !ID_EQ(&w->scope, scope) || !write->has_value ||
            !is_element(&v, element))
            continue;
        out[count++] = (struct op_ref){op->op_id, w->index};
    }
    return count;
}

size_t state_heads(const struct case_state *state, const struct hash *scope, uint32_t field,
                   const struct op_value *element, struct op_ref *out, size_t max)
{
    const struct case_cell *cell = state_cell(state, scope, field);
    size_t count = 0;

    if (cell == NULL)
        return 0;
    if (schema_field_is_set(cell->row))
        return element != NULL ? element_heads(state, scope, field, element, out, max) : 0;
    for (; count < cell->value_count && count < max; count++)
        out[count] = (struct op_ref){cell->values[count].dot.op, cell->values[count].dot.index};
    return count;
}
