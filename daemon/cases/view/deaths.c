/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/deaths.h"

#include "cases/machine.h"

enum { OUTCOME_FOUND_DECEASED = 4, HARM_DEATH = 9 }; /* of the scales outcome and harm */

bool value_tells_death(uint32_t field, const struct op_value *value)
{
    return value->type == VALUE_NUMBER && ((field == FIELD_OUTCOME && value->number == OUTCOME_FOUND_DECEASED) ||
                                           (field == FIELD_HARM && value->number == HARM_DEATH));
}

bool event_tells_death(uint32_t event)
{
    return event == EVENT_FOUND_DEAD || event == EVENT_FOUND_DEAD_CONFIRMED;
}

bool op_tells_death(const struct op *op)
{
    if (op->type == OP_EVENT && event_tells_death(op->event))
        return true;
    for (uint32_t i = 0; i < op->write_count; i++) {
        if (op->writes[i].has_value && value_tells_death(op->writes[i].field, &op->writes[i].value))
            return true;
    }
    return false;
}

/* What did not count says it too: a confirmation by somebody who may not, or of an episode that had ended. */
bool note_tells_death(const struct case_note *note)
{
    return note->kind == NOTE_DEATH_UNCONFIRMED ||
           ((note->kind == NOTE_STEP_NO_EFFECT || note->kind == NOTE_STEP_ROLE || note->kind == NOTE_STEP_HELD) &&
            event_tells_death(note->field));
}

bool state_death_confirmed(const struct case_state *state)
{
    for (uint32_t i = 0; i < state->machine_count; i++) {
        if (state->machines[i].machine == MACHINE_EPISODE && state->machines[i].state == EPISODE_DECEASED)
            return true;
    }
    return false;
}
