/* SPDX-License-Identifier: Apache-2.0 */
/* What a division's daemon says by itself (docs/fold.md §20): whose a duty is, whether its breach stands, what was delivered. */
#include "cases/duties.h"

#include "cases/clocks.h"

bool duty_is_held_by(const struct case_state *state, struct cw_slice division)
{
    const struct case_owner *o = &state->owner;

    if (o->state == OWNER_NONE)
        return false;
    if (slice_eq(o->division, division))
        return true;
    for (uint32_t i = 0; i < o->claimant_count; i++) {
        if (slice_eq(o->claimants[i], division))
            return true;
    }
    return false;
}

bool episode_is_live(uint32_t state)
{
    return state < 32 && (EPISODE_LIVE_STATES & (1u << state)) != 0;
}

bool duty_was_missed(const struct case_clock *clock, struct cw_wall now)
{
    return now.ms > clock->deadline_ms && (clock->end == CLOCK_RUNS || clock->end_ms > clock->deadline_ms);
}

const struct case_mark *duty_breach(const struct case_state *state, const struct case_clock *clock)
{
    for (uint32_t i = 0; i < clock->mark_count; i++) {
        const struct case_mark *mark = &state->marks[clock->first_mark + i];

        if (mark->event == EVENT_CLOCK_BREACHED && !mark->without_effect)
            return mark;
    }
    return NULL;
}

/* --- what an op says ------------------------------------------------------------------------------------------ */

static const struct op_value *detail(const struct op *op, uint32_t field, enum value_type type)
{
    for (uint32_t i = 0; op != NULL && i < op->write_count; i++) {
        if (op->writes[i].field == field && op->writes[i].has_value && op->writes[i].value.type == type)
            return &op->writes[i].value;
    }
    return NULL;
}

static bool names(const struct op *op, uint32_t field, const struct hash *id)
{
    const struct op_value *value = detail(op, field, VALUE_ID);

    return value != NULL && ID_EQ(&value->id, id);
}

bool duty_breach_is_said_by(const struct case_state *state, const struct case_clock *clock, const struct cert_id *cert)
{
    for (uint32_t i = 0; i < state->op_count; i++) {
        const struct op *op = state->ops[i].op;
        const struct op_value *due;

        if (op == NULL || op->event != EVENT_CLOCK_BREACHED || !ID_EQ(&state->ops[i].author, cert) ||
            !names(op, FIELD_CLOCK, &clock->id))
            continue;
        due = detail(op, FIELD_DUE, VALUE_INTERVAL);
        if (due != NULL && due->number == clock->deadline_ms)
            return true;
    }
    return false;
}

/* --- deliveries ----------------------------------------------------------------------------------------------- */

struct deliveries {
    const struct case_state *state;
    struct cw_slice division;
    const struct cert_id *cert;
    struct duty_delivery *out;
    uint32_t count;
};

static bool was_delivered(const struct deliveries *d, const struct hash *about)
{
    const struct case_state *state = d->state;

    for (uint32_t i = 0; i < state->naming_count; i++) {
        const struct case_event *e = &state->events[state->naming[i]];
        const struct case_op *op = &state->ops[e->op_index];

        if (e->event == EVENT_DELIVERED && names(op->op, FIELD_ABOUT, about) &&
            (ID_EQ(&op->author, d->cert) || (e->authorised && slice_eq(op->division, d->division))))
            return true;
    }
    return false;
}

static void add(struct deliveries *d, const struct hash *about, const struct cw_op_id *after)
{
    if (d->count < DUTY_DELIVERIES_MAX && !was_delivered(d, about))
        d->out[d->count++] = (struct duty_delivery){*about, *after};
}

/* The latest of its number that names the division. */
static void add_addressed(struct deliveries *d, uint32_t event)
{
    for (uint32_t i = d->state->naming_count; i-- > 0;) {
        const struct case_event *e = &d->state->events[d->state->naming[i]];
        const struct case_op *op = &d->state->ops[e->op_index];
        const struct op_value *to;

        if (e->event != event || !e->authorised || e->withdrawn || e->withdrawal)
            continue;
        to = detail(op->op, FIELD_TO_DIVISION, VALUE_TEXT);
        if (to != NULL && slice_eq(to->text, d->division) && !slice_eq(op->division, d->division))
            add(d, &e->id, &op->op_id);
        return;
    }
}

static void add_breaches(struct deliveries *d)
{
    for (uint32_t i = 0; i < d->state->clock_count; i++) {
        const struct case_clock *clock = &d->state->clocks[i];
        const struct case_mark *breach = clock->end == CLOCK_RUNS ? duty_breach(d->state, clock) : NULL;
        const struct case_op *op = breach != NULL ? &d->state->ops[breach->op_index] : NULL;

        if (op != NULL && !slice_eq(op->division, d->division))
            add(d, &clock->id, &op->op_id);
    }
}

uint32_t duty_deliveries(const struct case_state *state, struct cw_slice division, const struct cert_id *cert,
                         struct duty_delivery out[static DUTY_DELIVERIES_MAX])
{
    struct deliveries d = {state, division, cert, out, 0};
    const struct case_owner *o = &state->owner;

    if (o->state == OWNER_OFFERED && slice_eq(o->offered_to, division))
        add_addressed(&d, EVENT_HANDOVER_OFFER);
    if (o->state == OWNER_OWNED && slice_eq(o->division, division))
        add_addressed(&d, EVENT_ARBITRATION);
    if (duty_is_held_by(state, division))
        add_breaches(&d);
    return d.count;
}
