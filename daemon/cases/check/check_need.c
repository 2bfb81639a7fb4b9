/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an op can be judged at the door knowing the case's kind alone. Most can: notes, results and blind writes
 * move nothing and lower nothing. Then nobody has to fold a long history to take one more line of it.
 */
#include "cases/check.h"

static bool moves_something(const struct schema_event *event)
{
    size_t count;
    const struct schema_step *steps = schema_steps(&count);

    if (event->class == EVENT_CLASS_OWNERSHIP || event->class == EVENT_CLASS_CLOCK ||
        (event->flags & (EVENT_EPISODE | EVENT_OPENS_EPISODE | EVENT_WITHDRAWS)) != 0)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].event == event->number)
            return true;
    }
    return false;
}

/* Naming something may lower it; an owner's field asks who the owner is; an episode's asks whether there is one; an age is
 * counted on the day the case was opened; a child's names and its title are looked at together. */
static bool looks_back(const struct op_write *write)
{
    const struct schema_field *field = schema_field(write->field);

    return write->supersede_count != 0 || field == NULL || field->rule == RULE_OWN || field->place == PLACE_EPISODE ||
           field->number == FIELD_GIVEN_NAMES || field->number == FIELD_FAMILY_NAME ||
           (field->type == TYPE_DATE && field->bound != 0);
}

bool cases_check_needs_state(const struct op *op)
{
    const struct schema_event *event = op->type == OP_EVENT ? schema_event(op->event) : NULL;

    if (op->type == OP_OPEN)
        return false;
    if (op->withdraws || op->correct_count > 0)
        return true; /* of what is there */
    if (op->type == OP_EVENT ? event == NULL || moves_something(event) : op->type != OP_SET)
        return true;
    for (uint32_t i = 0; i < op->write_count; i++) {
        if (looks_back(&op->writes[i]))
            return true;
    }
    return false;
}
