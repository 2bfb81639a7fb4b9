/* SPDX-License-Identifier: Apache-2.0 */
/* Who has the case, what becomes of the child, what is to be done, and what was said wrongly (DOMAIN §7.3, §8, §10). */
#include "tests/sim/workload_parts.h"

static struct rng *dice(const struct desk *at)
{
    return work_dice(at->s);
}

/* --- whose case it is ----------------------------------------------------------------------------------------- */

static bool is_ours(const struct desk *at, struct cw_slice division)
{
    return slice_eq(division, slice_of(at->s->cast->daemons[at->division].division));
}

static void name_division(const struct desk *at, struct draft *d)
{
    uint32_t to = rng_below(dice(at), at->s->options.division_count);

    draft_text(d, FIELD_TO_DIVISION, at->s->cast->daemons[to].division);
}

/* What the desk's division could do now, as its screen says. */
static uint32_t ownership_step(const struct desk *at)
{
    const struct case_owner *owner = &at->shown->state->owner;
    bool ours = is_ours(at, owner->division);

    if (owner->state == OWNER_CONTESTED)
        return rng_chance(dice(at), 600) ? EVENT_ARBITRATION : EVENT_HANDOVER_CLAIM;
    if (owner->state == OWNER_OFFERED && is_ours(at, owner->offered_to))
        return rng_chance(dice(at), 700) ? EVENT_HANDOVER_ACCEPT : EVENT_HANDOVER_DECLINE;
    if (owner->state == OWNER_OFFERED && ours)
        return EVENT_HANDOVER_WITHDRAW;
    return ours ? EVENT_HANDOVER_OFFER : EVENT_HANDOVER_CLAIM;
}

static void hand_over(const struct desk *at)
{
    uint32_t step = ownership_step(at);
    struct draft d;

    if ((step == EVENT_HANDOVER_CLAIM && !rng_chance(dice(at), 300)) || !work_event(at, &d, step))
        return;
    if (step == EVENT_HANDOVER_OFFER || step == EVENT_ARBITRATION)
        name_division(at, &d);
    if (step != EVENT_HANDOVER_ACCEPT && step != EVENT_HANDOVER_WITHDRAW)
        draft_text(&d, FIELD_REASON, "moved house");
    work_hand_in(at->s, &d, at->division);
}

/* --- episodes ------------------------------------------------------------------------------------------------- */

static void in_some_episode(const struct desk *at, struct draft *d)
{
    const struct case_state *state = at->shown->state;
    const struct case_machine *picked = NULL;
    uint32_t seen = 0;

    for (uint32_t i = 0; i < state->machine_count; i++) {
        if (state->machines[i].machine == MACHINE_EPISODE && rng_below(dice(at), ++seen) == 0)
            picked = &state->machines[i];
    }
    if (picked == NULL || ID_IS_ZERO(&picked->scope))
        return;
    d->refs[0] = picked->scope;
    d->op.ref_count = 1;
}

static uint32_t some_episode_event(const struct desk *at)
{
    size_t count;
    const struct schema_event *rows = schema_events(&count);
    uint32_t picked = EVENT_RISK_ASSESSMENT, seen = 0;

    for (size_t i = 0; i < count; i++) {
        bool fits = (rows[i].flags & EVENT_EPISODE) != 0;

        if (fits && rng_below(dice(at), ++seen) == 0)
            picked = rows[i].number;
    }
    return picked;
}

static void step_episode(const struct desk *at)
{
    static const uint32_t often[] = {EVENT_RISK_ASSESSMENT, EVENT_REVIEW, EVENT_RETURN_CLAIM, EVENT_RETURNED};
    uint32_t event = rng_chance(dice(at), 500) ? often[rng_below(dice(at), CW_COUNT(often))] : some_episode_event(at);
    struct draft d;

    if (!work_event(at, &d, event))
        return;
    in_some_episode(at, &d);
    work_details(at->s, &d, event);
    if (event == EVENT_RISK_ASSESSMENT && d.op.write_count < DRAFT_WRITES_MAX - 1) /* perhaps twice: both are said */
        draft_number(&d, FIELD_MISSING_RISK, work_ordinal(at->s, SCALE_MISSING_RISK));
    work_hand_in(at->s, &d, at->division);
}

static void report_missing(const struct desk *at)
{
    struct draft d;

    if (!work_event(at, &d, EVENT_EPISODE_REPORTED))
        return;
    work_details(at->s, &d, EVENT_EPISODE_REPORTED);
    work_hand_in(at->s, &d, at->division);
}

/* --- what is to be done --------------------------------------------------------------------------------------- */

static void plan_action(const struct desk *at)
{
    struct draft d;

    if (!work_event(at, &d, EVENT_ACTION))
        return;
    if (at->kind == KIND_CHILD)
        in_some_episode(at, &d);
    work_details(at->s, &d, EVENT_ACTION);
    work_hand_in(at->s, &d, at->division);
}

/* The same event once more with other details: an action that is done, a number that was wrong. Or it never was. */
static void put_right(const struct desk *at, const struct case_event *e, bool withdraw)
{
    struct draft d;

    if (e == NULL || !work_event(at, &d, e->event))
        return;
    d.corrects[0] = (struct op_ref){.op = e->dot.op, .index = 0};
    d.op.correct_count = 1;
    d.op.withdraws = withdraw;
    if (!ID_IS_ZERO(&e->scope) && (e->row->flags & EVENT_EPISODE) != 0) {
        d.refs[0] = e->scope;
        d.op.ref_count = 1;
    }
    work_details(at->s, &d, e->event);
    work_hand_in(at->s, &d, at->division);
}

static void answer_duty(const struct desk *at)
{
    const struct case_state *state = at->shown->state;
    const struct case_clock *clock;
    bool waive = rng_chance(dice(at), 400);
    struct draft d;

    if (state->clock_count == 0)
        return;
    clock = &state->clocks[rng_below(dice(at), state->clock_count)];
    if (!work_event(at, &d, waive ? EVENT_CLOCK_WAIVED : EVENT_CLOCK_ACK))
        return;
    work_id(&d, FIELD_CLOCK, clock->id.b);
    if (waive)
        draft_text(&d, FIELD_REASON, "settled elsewhere");
    work_hand_in(at->s, &d, at->division);
}

void work_handling(const struct desk *at)
{
    bool child = at->kind == KIND_CHILD, thing = (K_ENTITY & 1u << at->kind) != 0;

    switch (rng_below(dice(at), child ? 10 : 5)) {
    case 0:
    case 1:
        hand_over(at);
        break;
    case 2:
        put_right(at, work_earlier(at, EVENT_NONE), rng_chance(dice(at), 300));
        break;
    case 3:
        if (thing)
            hand_over(at);
        else if (rng_chance(dice(at), 500))
            plan_action(at);
        else
            put_right(at, work_earlier(at, EVENT_ACTION), false);
        break;
    case 4:
        answer_duty(at);
        break;
    case 5:
        report_missing(at);
        break;
    default:
        step_episode(at);
    }
}
