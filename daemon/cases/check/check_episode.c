/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an episode's present state does not allow to be said of it, though it moves nothing (DOMAIN §4.4, §7.3). By sync it
 * would be kept without effect; whoever is here is told what comes first.
 */
#include "cases/check_parts.h"

enum { RHI_OFFERED = 1, RHI_DECLINED = 3, RHI_COMPLETED = 5, STATE_REPORTED = 1 };

static enum cw_err check_state(const struct admission_request *r, const struct schema_event *event,
                               struct refusal *refusal)
{
    size_t count;
    const struct schema_entry *rows = schema_entries(&count);
    const struct case_machine *m = state_machine(r->state, MACHINE_EPISODE, request_scope(r));

    for (size_t i = 0; i < count && m != NULL && m->state < 32; i++) {
        if (rows[i].event == event->number && (rows[i].states & (1u << m->state)) == 0)
            return refuse(refusal, CW_REFUSED_TRANSITION, event->name, "the episode is %s: %s",
                          schema_value_name(SCALE_EPISODE_STATE, m->state), rows[i].why);
    }
    return CW_OK;
}

static bool says(const struct op *op, uint32_t field, int64_t number)
{
    for (uint32_t i = 0; i < op->write_count; i++) {
        if (op->writes[i].field == field && op->writes[i].has_value && op->writes[i].value.number == number)
            return true;
    }
    return false;
}

/* A step of the interview that stands in this episode. */
static bool stands(const struct admission_request *r, int64_t step)
{
    for (uint32_t i = 0; i < r->state->event_count; i++) {
        const struct case_event *e = &r->state->events[i];
        const struct op *op = r->state->ops[e->op_index].op;

        if (e->event == EVENT_RHI && e->authorised && !e->withdrawn && !e->corrected && !e->withdrawal && op != NULL &&
            ID_EQ(&e->scope, request_scope(r)) && says(op, FIELD_RHI_STEP, step))
            return true;
    }
    return false;
}

/* The duty begins with the return of which it is (docs/fold.md §19.7). */
static bool is_before_return(const struct admission_request *r)
{
    const struct op_value *when = request_detail(r, FIELD_OCCURRED);
    bool any = false;

    for (uint32_t i = 0; when != NULL && i < r->state->clock_count; i++) {
        const struct case_clock *c = &r->state->clocks[i];

        if (c->clock != CLOCK_M8 || !ID_EQ(&c->scope, request_scope(r)))
            continue;
        if (when->latest >= c->started_ms)
            return false;
        any = true;
    }
    return any;
}

static enum cw_err check_interview(const struct admission_request *r, const struct schema_event *event,
                                   struct refusal *refusal)
{
    if (event->number != EVENT_RHI)
        return CW_OK;
    if (is_before_return(r))
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_OCCURRED)),
                      "lies before the child came back: say when the interview was, after the return");
    if (!says(r->op, FIELD_RHI_STEP, RHI_DECLINED))
        return CW_OK;
    if (stands(r, RHI_COMPLETED))
        return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                      "the return-home interview of this episode is completed: if it was not, take that back first");
    return stands(r, RHI_OFFERED) ? CW_OK
                                  : refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                                           "no return-home interview was offered in this episode, and what was not "
                                           "offered is not declined: record rhi_step=offered first");
}

/* DOMAIN §7.3: how high the risk is, is said before anything else; an assessment of exploitation alone does not say it. */
static enum cw_err check_first_assessment(const struct admission_request *r, const struct schema_event *event,
                                          struct refusal *refusal)
{
    const struct case_machine *m = state_machine(r->state, MACHINE_EPISODE, request_scope(r));

    if (event->number != EVENT_RISK_ASSESSMENT || m == NULL || m->state != STATE_REPORTED ||
        request_writes(r, FIELD_MISSING_RISK))
        return CW_OK;
    return refuse(refusal, CW_REFUSED_MISSING, WHERE(schema_field(FIELD_MISSING_RISK)),
                  "the first assessment of an episode says how high the risk of this absence is: give %s with it",
                  WHERE(schema_field(FIELD_MISSING_RISK)));
}

enum cw_err check_episode(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal)
{
    enum cw_err err;

    if ((event->flags & EVENT_EPISODE) == 0 || r->op->withdraws ||
        (r->op->correct_count > 0 && !request_answers_proposals(r)))
        return CW_OK;
    err = check_state(r, event, refusal);
    if (err == CW_OK)
        err = check_first_assessment(r, event, refusal);
    return err == CW_OK ? check_interview(r, event, refusal) : err;
}
