/* SPDX-License-Identifier: Apache-2.0 */
/* What a dispute asks for: why each choice was said, and what may decide it. */
#include "tool/dispute.h"

#include "proto/schema.h"
#include "proto/wire.h"

/* --- why ------------------------------------------------------------------------------------------------------ */

static const Cw__ViewEvent *said_with(const struct dispute *d, const Cw__ViewValue *value)
{
    for (size_t i = 0; value->set_by != NULL && i < d->view->n_events; i++)
        if (slice_eq(wire_slice(d->view->events[i]->op), wire_slice(value->set_by->op)))
            return d->view->events[i];
    return NULL;
}

static const Cw__ViewValue *detail_of(const Cw__ViewEvent *event, uint32_t number)
{
    for (size_t i = 0; i < event->n_fields; i++)
        if (event->fields[i]->field == number && event->fields[i]->n_values > 0)
            return event->fields[i]->values[0];
    return NULL;
}

const Cw__ViewValue *dispute_reason(const struct dispute *d, const Cw__ViewValue *choice)
{
    const Cw__ViewEvent *event = said_with(d, choice);
    const Cw__ViewValue *rationale = event != NULL ? detail_of(event, FIELD_RATIONALE) : NULL;

    return rationale != NULL || event == NULL ? rationale : detail_of(event, FIELD_REASON);
}

/* --- a risk that is lowered --------------------------------------------------------------------------------- */

bool dispute_lowers_risk(const struct dispute *d, int64_t risk)
{
    if (d->field == NULL || d->field->field != FIELD_MISSING_RISK)
        return false;
    for (size_t i = 0; i < d->field->n_values; i++)
        if (d->field->values[i]->value != NULL && d->field->values[i]->value->number > risk)
            return true;
    return false;
}

/* --- steps ---------------------------------------------------------------------------------------------------- */

static enum machine machine_of(const struct dispute *d)
{
    const struct schema_field *row = schema_field(schema_machine_field(MACHINE_EPISODE));

    return slice_eq(dispute_field(d), slice_of(row->name)) ? MACHINE_EPISODE : schema_machine_of(d->view->kind);
}

/* The machine's state as the view shows it, as a mask; 0: it is of a newer version. */
static uint32_t state_of(const struct dispute *d, enum machine machine)
{
    const struct schema_field *row = schema_field(schema_machine_field(machine));
    uint32_t state;

    if (row == NULL || d->conflict->shown == NULL ||
        !schema_value_by_name(row->scale, wire_slice(d->conflict->shown->text), &state) || state >= 32)
        return 0;
    return 1u << state;
}

static bool may_take(const struct dispute *d, const struct schema_step *step, uint32_t roles)
{
    const struct schema_event *event = schema_event(step->event);

    return event != NULL && (event->kinds & (1u << d->view->kind)) != 0 && (event->roles & roles) != 0 &&
           (step->roles & roles) != 0;
}

static bool is_of_event(const struct dispute *d, uint32_t event)
{
    for (size_t i = 0; i < d->choice_count; i++) {
        const Cw__ViewEvent *said = said_with(d, d->choices[i]);

        if (said != NULL && said->type == event)
            return true;
    }
    return false;
}

/* A death is confirmed where one is reported, and then nothing else decides (docs/fold.md §12.7). */
static bool is_offered(const struct dispute *d, uint32_t event)
{
    bool reported = is_of_event(d, EVENT_FOUND_DEAD);

    return event == EVENT_FOUND_DEAD_CONFIRMED ? reported || is_of_event(d, EVENT_FOUND_DEAD_CONFIRMED) : !reported;
}

size_t dispute_steps(const struct dispute *d, uint32_t roles, uint32_t out[static DISPUTE_STEPS_MAX])
{
    enum machine machine = machine_of(d);
    uint32_t state = state_of(d, machine);
    const struct schema_step *steps;
    size_t step_count, count = 0;

    steps = schema_steps(&step_count);
    for (size_t i = 0; i < step_count && count < DISPUTE_STEPS_MAX; i++)
        if (steps[i].machine == machine && (steps[i].from & state) != 0 && is_offered(d, steps[i].event) &&
            may_take(d, &steps[i], roles))
            out[count++] = steps[i].event;
    return count;
}
