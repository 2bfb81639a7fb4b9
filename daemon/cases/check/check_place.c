/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What names no episode is said of the first (docs/fold.md §4.2). Once that is over and another is not, it is hardly
 * what was meant: a risk, a sighting or a review would be kept where nobody searches any more. By sync it stays where
 * it was said.
 */
#include "cases/check_parts.h"
#include "cases/machine.h"

static bool is_over(const struct case_machine *m)
{
    return m->state < 32 && (EPISODE_OVER_STATES & (1u << m->state)) != 0;
}

/* Another episode that goes on while the first is over, or NULL. */
static const struct case_machine *goes_on(const struct case_state *state, const struct case_machine *first)
{
    if (first == NULL || !is_over(first))
        return NULL;
    for (uint32_t i = 0; i < state->machine_count; i++) {
        const struct case_machine *m = &state->machines[i];

        if (m->machine == MACHINE_EPISODE && m != first && !is_over(m))
            return m;
    }
    return NULL;
}

/* What is said of an episode that is over, too. */
static bool follows_the_end(uint32_t event)
{
    return event == EVENT_RHI || event == EVENT_PREVENTION_INTERVIEW || event == EVENT_CLOSE_CORRECTED ||
           event == EVENT_FOUND_DEAD_CONFIRMED || event == EVENT_EPISODE_MERGED;
}

/* It happened while the first went on, and is told late. */
static bool was_before_the_end(const struct admission_request *r, const struct case_machine *first)
{
    const struct op_value *when = request_detail(r, FIELD_OCCURRED);

    return when != NULL && first->last_step < r->state->op_count &&
           when->latest < r->state->ops[first->last_step].author_time.ms;
}

static enum cw_err refuse_place(const char *where, const struct case_machine *first, const struct case_machine *other,
                                struct refusal *refusal)
{
    char report[9];

    hex_of(slice(other->scope.b, 4), report);
    return refuse(refusal, CW_REFUSED_TRANSITION, where,
                  "no episode is named, which means the first, and that is %s: name the one that is %s, %s "
                  "(--episode; the first ref of a draft), or say in a note what is to be known of the first",
                  schema_value_name(SCALE_EPISODE_STATE, first->state),
                  schema_value_name(SCALE_EPISODE_STATE, other->state), report);
}

/* What was done to the child, and how it ended, is told of the past; what is taken out or disputed is there already. */
static bool is_of_a_search(const struct case_state *state, const struct op_write *write)
{
    const struct schema_field *field = schema_field(write->field);
    const struct case_cell *cell = state_cell(state, &scope_none, write->field);

    if (field == NULL || field->place != PLACE_EPISODE || write->verb == VERB_REMOVE || write->verb == VERB_STRIKE)
        return false;
    if (field->number == FIELD_HARM || field->number == FIELD_FOUND_BY || field->number == FIELD_OUTCOME ||
        field->number == FIELD_DEBRIEF_INTEL)
        return false;
    return cell == NULL || (!cell->in_conflict && cell->proposal_count == 0);
}

enum cw_err check_place(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal)
{
    const struct case_machine *first, *other;

    if (r->state == NULL || r->op->ref_count > 0 || r->op->withdraws || r->op->correct_count > 0)
        return CW_OK; /* it is named, or what is put right says where */
    first = state_machine(r->state, MACHINE_EPISODE, &scope_none);
    other = goes_on(r->state, first);
    if (other == NULL)
        return CW_OK;
    if (event != NULL)
        return (event->flags & EVENT_EPISODE) == 0 || follows_the_end(event->number) || was_before_the_end(r, first)
                   ? CW_OK
                   : refuse_place(event->name, first, other, refusal);
    for (uint32_t i = 0; i < r->op->write_count; i++) {
        if (is_of_a_search(r->state, &r->op->writes[i]))
            return refuse_place(WHERE(schema_field(r->op->writes[i].field)), first, other, refusal);
    }
    return CW_OK;
}
