/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody says who may not (docs/fold.md 10.6): it is kept without effect until somebody who may takes it up or leaves
 * it, and does neither by himself.
 */
#include "cases/duties.h"
#include "cases/machine.h"
#include "tests/unit/cases/story.h"

#define INSP_ ROLE_MASK(INSP)
#define PC_ ROLE_MASK(PC)
#define SUP_ ROLE_MASK(SUP)
#define SUPT_ ROLE_MASK(SUPT)

Suite *suite_proposals(void);

static const struct case_event *event_at(const struct case_state *state, const struct story *s, uint32_t op)
{
    for (uint32_t i = 0; i < state->event_count; i++)
        if (ID_EQ(&state->events[i].dot.op, &s->ops[op].head.op_id))
            return &state->events[i];
    ck_abort_msg("the event is not in the state");
    return NULL;
}

/* The same event by somebody with these roles, about that one; as a withdrawal or as its repetition. */
static uint32_t answer(struct story *s, uint32_t roles, uint32_t event, bool leave)
{
    uint32_t e = story_event(s, "NTH", roles, story_at(s, event)->op.event);

    story_corrects(s, e, event);
    story_at(s, e)->op.withdraws = leave;
    return e;
}

static uint32_t propose_publicity(struct story *s)
{
    uint32_t e = story_event(s, "NTH", PC_, EVENT_PUBLICITY);

    story_text(s, e, FIELD_DECISION, "released");
    ck_assert(!event_at(story_fold(s), s, e)->authorised);
    return e;
}

START_TEST(who_may_say_it_leaves_it)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t proposed = propose_publicity(s), left = answer(s, SUPT_, proposed, true);
    const struct case_state *state = story_fold(s);

    ck_assert(event_at(state, s, proposed)->withdrawn);
    ck_assert(event_at(state, s, left)->withdrawal);
}
END_TEST

START_TEST(who_may_say_it_takes_it_up)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t proposed = propose_publicity(s), said = answer(s, SUPT_, proposed, false);
    const struct case_state *state;

    story_text(s, said, FIELD_DECISION, "released");
    state = story_fold(s);
    ck_assert(event_at(state, s, proposed)->corrected);
    ck_assert(event_at(state, s, said)->authorised && !event_at(state, s, said)->corrected);
}
END_TEST

START_TEST(who_may_not_say_it_does_neither)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t proposed = propose_publicity(s);
    const struct case_state *state;

    answer(s, PC_, proposed, true);
    story_text(s, answer(s, PC_, proposed, false), FIELD_DECISION, "released");
    state = story_fold(s);
    ck_assert(!event_at(state, s, proposed)->withdrawn);
    ck_assert(!event_at(state, s, proposed)->corrected);
}
END_TEST

/* A step that corrects one of its own kind moves nothing; one that takes a proposal up is the first that moves. */
START_TEST(a_step_that_takes_a_proposal_up_is_taken)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t proposed, accepted, back;

    story_number(s, story_event(s, "NTH", R_ANY, EVENT_RISK_ASSESSMENT), FIELD_MISSING_RISK, 3);
    back = story_event(s, "NTH", R_ANY, EVENT_RETURNED);
    story_number(s, back, FIELD_HOW_KNOWN, 5);
    story_interval(s, back, FIELD_OCCURRED, (int64_t)s->now, (int64_t)s->now);
    proposed = story_event(s, "NTH", PC_, EVENT_EPISODE_CLOSED);
    story_after(s, proposed, back);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
    accepted = answer(s, R_ANY, proposed, false);
    story_after(s, accepted, proposed);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 6);
}
END_TEST

/* What had an effect is undone by a step of its own; a proposal had none. */
START_TEST(the_door_lets_a_proposed_step_be_left_and_no_other)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t proposed = story_event(s, "NTH", PC_, EVENT_HANDOVER_OFFER), offered;
    const struct case_state *state;

    story_text(s, proposed, FIELD_TO_DIVISION, "EST");
    offered = story_event(s, "NTH", R_ANY, EVENT_HANDOVER_OFFER);
    story_text(s, offered, FIELD_TO_DIVISION, "EST");
    state = story_fold(s);
    ck_assert(!event_at(state, s, proposed)->authorised);
    ck_assert_int_eq(story_check(s, state, answer(s, SUP_, proposed, true), &story_refusal), ADMIT);
    ck_story_refused(s, state, answer(s, SUP_, offered, true), CW_REFUSED_TRANSITION, "handover_offer");
    s->count--;
    state = story_fold(s);
    ck_assert(event_at(state, s, proposed)->withdrawn);
    ck_assert_uint_eq(state->owner.state, OWNER_OFFERED);
}
END_TEST

/* An offer that stands is delivered to whom it names, also when another one that was proposed was left since. */
START_TEST(what_is_left_hides_no_offer_that_stands)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t offered = story_event(s, "NTH", R_ANY, EVENT_HANDOVER_OFFER), proposed;
    struct duty_delivery out[DUTY_DELIVERIES_MAX];
    static const struct cert_id daemon = {{9}};

    story_text(s, offered, FIELD_TO_DIVISION, "EST");
    ck_assert_uint_eq(duty_deliveries(story_fold(s), slice_of("EST"), &daemon, out), 1);
    proposed = story_event(s, "NTH", PC_, EVENT_HANDOVER_OFFER);
    story_text(s, proposed, FIELD_TO_DIVISION, "WST");
    answer(s, SUP_, proposed, true);
    ck_assert_uint_eq(duty_deliveries(story_fold(s), slice_of("EST"), &daemon, out), 1);
}
END_TEST

Suite *suite_proposals(void)
{
    Suite *suite = suite_create("cases/proposals");
    TCase *all = tcase_create("all");

    tcase_add_test(all, who_may_say_it_leaves_it);
    tcase_add_test(all, who_may_say_it_takes_it_up);
    tcase_add_test(all, who_may_not_say_it_does_neither);
    tcase_add_test(all, a_step_that_takes_a_proposal_up_is_taken);
    tcase_add_test(all, the_door_lets_a_proposed_step_be_left_and_no_other);
    tcase_add_test(all, what_is_left_hides_no_offer_that_stands);
    suite_add_tcase(suite, all);
    return suite;
}
