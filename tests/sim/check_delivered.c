/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/duties.h"
#include "tests/sim/check.h"

#include "proto/schema.h"

/*
 * Both sides see that it arrived (docs/fold.md §20.3): what is addressed to a division is marked `delivered` by its daemon,
 * once, whatever was cut or died meanwhile. Reckoned here, and not asked of what is under test.
 */

static const struct op_value *detail_of(const struct op *op, uint32_t field, enum value_type type)
{
    for (uint32_t i = 0; op != NULL && i < op->write_count; i++) {
        const struct op_write *w = &op->writes[i];

        if (w->field == field && w->has_value && w->value.type == type)
            return &w->value;
    }
    return NULL;
}

static bool says_delivered(const struct case_state *state, const struct case_event *e, const struct hash *about)
{
    const struct op_value *value = detail_of(state->ops[e->op_index].op, FIELD_ABOUT, VALUE_ID);

    return e->event == EVENT_DELIVERED && e->authorised && !e->withdrawn && value != NULL && ID_EQ(&value->id, about);
}

static bool is_addressed_to(const struct case_state *state, const struct case_event *e, struct cw_slice division)
{
    const struct case_op *op = &state->ops[e->op_index];
    const struct op_value *to = detail_of(op->op, FIELD_TO_DIVISION, VALUE_TEXT);

    return to != NULL && slice_eq(to->text, division) && !slice_eq(op->division, division);
}

/* The last of this number that stands, whomever it names. */
static const struct case_event *last_of(const struct case_state *state, uint32_t event)
{
    const struct case_event *last = NULL;

    for (uint32_t i = 0; i < state->event_count; i++) {
        const struct case_event *e = &state->events[i];

        if (e->event == event && e->authorised && !e->withdrawn)
            last = e;
    }
    return last;
}

/* A disk that went back, or a second daemon of the same name, says again what the other said. */
static bool says_once(const struct sim *s, const struct sim_node *n)
{
    for (uint32_t i = 0; i < s->node_count; i++) {
        if (s->nodes[i].who == n->who && (!check_is_steady(&s->nodes[i]) || s->nodes[i].losses > 0 || i != n->index))
            return false;
    }
    return true;
}

static void expect_once(struct sim *s, struct sim_node *n, const struct loaded_case *c, const struct hash *about,
                        const char *what)
{
    const struct case_state *state = c->state;
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->event_count; i++) {
        const struct case_event *e = &state->events[i];

        count +=
            says_delivered(state, e, about) && slice_eq(state->ops[e->op_index].division, slice_of(n->who->division));
    }
    if (count == 0)
        sim_fail(s, "delivered", "%s holds %s of case %02x%02x, which is addressed to it, and does not say so",
                 sim_name(n), what, c->id.b[0], c->id.b[1]);
    if (count > 1 && says_once(s, n))
        sim_fail(s, "delivered", "%s says %u times that it holds %s of case %02x%02x", sim_name(n), count, what,
                 c->id.b[0], c->id.b[1]);
}

static void check_event(struct sim *s, struct sim_node *n, const struct loaded_case *c, uint32_t event)
{
    const struct case_event *e = last_of(c->state, event);

    if (e != NULL && is_addressed_to(c->state, e, slice_of(n->who->division)))
        expect_once(s, n, c, &e->id, e->row->name);
}

static void check_breach(struct sim *s, struct sim_node *n, const struct loaded_case *c, const struct case_clock *clock)
{
    const struct case_state *state = c->state;

    for (uint32_t i = 0; clock->end == CLOCK_RUNS && i < clock->mark_count; i++) {
        const struct case_mark *mark = &state->marks[clock->first_mark + i];

        if (mark->event == EVENT_CLOCK_BREACHED && !mark->without_effect &&
            !slice_eq(state->ops[mark->op_index].division, slice_of(n->who->division)))
            expect_once(s, n, c, &clock->id, clock->row->name);
    }
}

/* At the end: a daemon that just heard of it says so in its next turn. */
static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    const struct case_state *state = c->state;
    const struct case_owner *owner = &state->owner;
    struct cw_slice division = slice_of(n->who->division);

    if (!s->ended || (c->flags & (CASE_INCOMPLETE | CASE_DEGRADED)) != 0)
        return;
    if (owner->state == OWNER_OFFERED && slice_eq(owner->offered_to, division))
        check_event(s, n, c, EVENT_HANDOVER_OFFER);
    if (owner->state == OWNER_OWNED && slice_eq(owner->division, division))
        check_event(s, n, c, EVENT_ARBITRATION);
    for (uint32_t i = 0; i < state->clock_count && duty_is_held_by(state, division); i++)
        check_breach(s, n, c, &state->clocks[i]);
}

const struct sim_check check_delivered = {
    .name = "delivered", .says = "what is addressed to a division is marked so, once", .on_case = on_case};
