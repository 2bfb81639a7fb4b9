/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a history shows of a removal or strike-out: the value of what it names, not what its author says that this was. Where
 * nothing of that is here, what could have been added (docs/fold.md §17) is shown, and nothing else.
 */
#include "cases/check.h"
#include "cases/view.h"

static bool takes_back(const struct op_write *write)
{
    return write->verb == VERB_REMOVE || write->verb == VERB_STRIKE;
}

static bool is_same(const struct op_value *a, const struct op_value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == VALUE_TEXT)
        return slice_eq(a->text, b->text);
    if (a->type == VALUE_ID)
        return ID_EQ(&a->id, &b->id);
    return a->number == b->number && (a->type != VALUE_INTERVAL || a->latest == b->latest);
}

/* The add of the same field that ref names, with its value; NULL: there is none here that can be read. */
static const struct op_write *add_named(const struct case_state *state, const struct op_write *write,
                                        const struct op_ref *ref)
{
    struct dot dot = {ref->op, ref->index};
    const struct case_write *at = state_write(state, &dot);
    const struct op_write *named;

    if (at == NULL || at->fate == FATE_VOID || at->fate == FATE_PENDING || at->fate == FATE_UNKNOWN)
        return NULL;
    named = &state->ops[at->op_index].op->writes[at->index];
    return named->field == write->field && named->verb == VERB_ADD && named->has_value ? named : NULL;
}

/* Of several the one that the author says, else the first. */
static const struct op_value *value_taken_back(const struct case_state *state, const struct op_write *write)
{
    const struct op_value *first = NULL;

    for (uint32_t i = 0; state != NULL && i < write->supersede_count; i++) {
        const struct op_write *named = add_named(state, write, &write->supersedes[i]);

        if (named == NULL)
            continue;
        if (write->has_value && is_same(&named->value, &write->value))
            return &named->value;
        if (first == NULL)
            first = &named->value;
    }
    return first;
}

struct op_write write_with_removed(const struct case_state *state, const struct op_write *write)
{
    const struct schema_field *field = schema_field(write->field);
    struct op_write shown = *write;
    const struct op_value *taken;

    if (!takes_back(write))
        return shown;
    taken = value_taken_back(state, write);
    shown.has_max = false;
    if (taken != NULL) {
        shown.value = *taken;
        shown.has_value = true;
        shown.withheld = false;
    } else if (field == NULL || cases_check_value(field, &write->value, NULL) != CW_OK) {
        shown.value = (struct op_value){.type = VALUE_NONE};
        shown.has_value = false;
    }
    return shown;
}

const struct op *op_with_removed(const struct case_state *state, const struct op *op, struct arena *arena)
{
    struct op *shown;
    struct op_write *writes;
    uint32_t first = 0;

    while (first < op->write_count && !takes_back(&op->writes[first]))
        first++;
    if (first == op->write_count)
        return op;
    shown = ARENA_NEW(arena, struct op);
    writes = ARENA_ARRAY(arena, struct op_write, op->write_count);
    if (shown == NULL || writes == NULL)
        return NULL;
    for (uint32_t i = 0; i < op->write_count; i++)
        writes[i] = write_with_removed(state, &op->writes[i]);
    *shown = *op;
    shown->writes = writes;
    return shown;
}
