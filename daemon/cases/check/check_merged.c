/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That two reports are of one absence, at the door (docs/fold.md §4.6): both are live, and the child has been back from
 * neither. By sync such a word stands without effect.
 */
#include "cases/check_parts.h"
#include "cases/clocks.h"
#include "cases/machine.h"
#include "cases/view.h"

static const struct hash *scope_named(const struct admission_request *r, const struct op_value *about)
{
    return memcmp(about->id.b, r->state->case_id.b, ID_LEN) == 0 ? &scope_none : state_episode(r->state, &about->id);
}

static bool was_back(const struct case_state *state, const struct hash *scope)
{
    for (uint32_t i = 0; i < state->event_count; i++) {
        const struct case_event *e = &state->events[i];

        if (e->authorised && !e->withdrawn && !e->withdrawal && ID_EQ(&e->scope, scope) && event_ends_absence(e->event))
            return true;
    }
    return false;
}

static enum cw_err check_live(const struct admission_request *r, const struct hash *scope,
                              const struct schema_event *event, struct refusal *refusal)
{
    const struct case_machine *m = state_machine(r->state, MACHINE_EPISODE, scope);

    if (m == NULL)
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_ABOUT)),
                      "names no episode of this case: give the id of its report, or the case's own for the first");
    if (!is_live(m))
        return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                      "an episode is %s: while both are live two reports can be one absence",
                      schema_value_name(SCALE_EPISODE_STATE, m->state));
    if (was_back(r->state, scope))
        return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                      "it was said of an episode that the child was back: what was reported later is another absence");
    return CW_OK;
}

enum cw_err check_episodes_merged(const struct admission_request *r, const struct schema_event *event,
                                  struct refusal *refusal)
{
    const struct op_value *about = request_detail(r, FIELD_ABOUT);
    const struct hash *here = request_scope(r), *there;
    enum cw_err err;

    if (about == NULL)
        return CW_OK; /* refused for want of the field */
    there = scope_named(r, about);
    if (ID_EQ(here, there))
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_ABOUT)),
                      "is the same episode: name the other report");
    err = check_live(r, there, event, refusal);
    return err == CW_OK ? check_live(r, here, event, refusal) : err;
}
