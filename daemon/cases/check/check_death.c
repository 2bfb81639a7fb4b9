/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A death at the door (DOMAIN §9.3): one inspector reports it, another confirms it, and no outcome or harm says so before.
 * What arrives by sync stands as it is; feeds keep it to themselves until it is confirmed (deaths.h).
 */
#include "cases/check_parts.h"
#include "cases/deaths.h"
#include "cases/machine.h"

static bool is_confirmed(const struct admission_request *r)
{
    const struct case_machine *m = r->state == NULL ? NULL : state_machine(r->state, MACHINE_EPISODE, request_scope(r));

    return m != NULL && m->state == EPISODE_DECEASED;
}

enum cw_err check_death_said(const struct admission_request *r, const struct op_write *write,
                             const struct schema_field *field, struct refusal *refusal)
{
    if ((write->verb != VERB_SET && write->verb != VERB_ADD) || !write->has_value ||
        !value_tells_death(field->number, &write->value) || is_confirmed(r))
        return CW_OK;
    return refuse(refusal, CW_REFUSED_TRANSITION, WHERE(field),
                  "no death is confirmed in this episode: an inspector records found_dead, another one "
                  "found_dead_confirmed, and %s says so after that",
                  field->name);
}

static bool reports_death(const struct case_event *e, const struct hash *scope)
{
    return e->event == EVENT_FOUND_DEAD && e->authorised && !e->withdrawn && !e->withdrawal && ID_EQ(&e->scope, scope);
}

enum cw_err check_death_reported(const struct admission_request *r, const struct schema_event *event,
                                 struct refusal *refusal)
{
    bool ends = event_ends_absence(event->number) && event->number != EVENT_FOUND_DEAD_CONFIRMED;

    if ((!ends && event->number != EVENT_STILL_MISSING) || is_confirmed(r))
        return CW_OK;
    for (uint32_t i = 0; i < r->state->event_count; i++) {
        if (reports_death(&r->state->events[i], request_scope(r)))
            return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                          "a death is reported in this episode: another inspector or a superintendent confirms it "
                          "(episode confirm-death), or an inspector takes the report back (correct --withdraw)");
    }
    return CW_OK;
}

bool request_is_by(const struct admission_request *r, const struct cert_id *other)
{
    return ID_EQ(&r->author, other) || (r->same_person != NULL && r->same_person(r->people, &r->author, other));
}

enum cw_err check_death_confirmed(const struct admission_request *r, const struct schema_event *event,
                                  struct refusal *refusal)
{
    const struct hash *scope = request_scope(r);
    bool reported = false;

    for (uint32_t i = 0; i < r->state->event_count; i++) {
        const struct case_event *e = &r->state->events[i];

        if (!reports_death(e, scope))
            continue;
        if (!request_is_by(r, &r->state->ops[e->op_index].author))
            return CW_OK;
        reported = true;
    }
    return reported ? refuse(refusal, CW_REFUSED_ROLE, event->name,
                             "you reported this death yourself: another inspector or a superintendent confirms it")
                    : refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                             "nobody has reported a death in this episode: an inspector records found_dead first, and "
                             "another one confirms it");
}
