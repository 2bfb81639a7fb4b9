/* SPDX-License-Identifier: Apache-2.0 */
/* Duties (docs/fold.md §19; DOMAIN §10, §15, §16): what runs, what ends it, whom it reaches, and what can never be. */
#include "tests/unit/cases/world.h"

#include "cases/calendar.h"

#define HOUR_MS (60 * MINUTE_MS)
#define FCR_ ROLE_MASK(FCR)
#define PC_ ROLE_MASK(PC)
#define CRU_ ROLE_MASK(CRU)
#define SYS_ ROLE_MASK(SYS)
#if defined(__SANITIZE_THREAD__) /* twenty times as slow, and one thread only: the others say as much */
#define WORLDS 80
#else
#define WORLDS 400
#endif

static uint32_t assessed(struct story *s, int64_t minutes, int64_t risk)
{
    uint32_t e = story_dated(s, story_event(s, "NTH", ROLE_MASK(MCET), EVENT_RISK_ASSESSMENT), minutes);

    story_number(s, e, FIELD_MISSING_RISK, risk);
    return e;
}

static uint32_t reviewed(struct story *s, const char *division, int64_t minutes, int64_t level)
{
    uint32_t e = story_dated(s, story_event(s, division, R_INSP_UP, EVENT_REVIEW), minutes);

    story_number(s, e, FIELD_LEVEL, level);
    return e;
}

static uint32_t came_back(struct story *s, int64_t minutes)
{
    uint32_t e = story_dated(s, story_event(s, "NTH", PC_, EVENT_RETURNED), minutes);

    story_number(s, e, FIELD_HOW_KNOWN, 5);
    story_interval(s, e, FIELD_OCCURRED, NOON + (minutes - 30) * MINUTE_MS, NOON + (minutes - 20) * MINUTE_MS);
    return e;
}

static const struct case_clock nothing; /* instead of a clock that is not there */

static bool is_there(const struct case_clock *clock)
{
    return clock->clock != 0;
}

/* The one of that row and scope that comes first. */
static const struct case_clock *duty(const struct case_state *state, uint32_t clock, const struct hash *scope)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock == clock && ID_EQ(&state->clocks[i].scope, scope))
            return &state->clocks[i];
    }
    return &nothing;
}

static const struct case_clock *running(const struct case_state *state, uint32_t clock, const struct hash *scope)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        const struct case_clock *c = &state->clocks[i];

        if (c->clock == clock && c->end == CLOCK_RUNS && ID_EQ(&c->scope, scope))
            return c;
    }
    return &nothing;
}

static enum clock_status status(const struct case_clock *clock, int64_t minutes)
{
    return clock_status_at(clock, (struct cw_wall){NOON + minutes * MINUTE_MS});
}

static uint32_t told(const struct case_state *state, const struct case_clock *clock, int64_t minutes)
{
    return clock_reach_at(state, clock, (struct cw_wall){NOON + minutes * MINUTE_MS}).told;
}

static uint32_t marked(struct story *s, const char *division, uint32_t roles, uint32_t event, const struct hash *id,
                       int64_t minutes)
{
    uint32_t e = story_dated(s, story_event(s, division, roles, event), minutes);

    story_ref(s, e, event == EVENT_SEEN || event == EVENT_DELIVERED ? FIELD_ABOUT : FIELD_CLOCK, id);
    return e;
}

static uint32_t breached(struct story *s, const char *division, const struct case_clock *clock, int64_t minutes)
{
    int64_t due = clock->deadline_ms;
    struct hash id = clock->id;
    uint32_t e = marked(s, division, SYS_, EVENT_CLOCK_BREACHED, &id, minutes);

    story_number(s, e, FIELD_DUE, due);
    return e;
}

/* --- a live child has a running review ---------------------------------------------------------------------------- */

static bool is_live_state(uint32_t state)
{
    return state == 1 || state == 2 || state == 3 || state == 5 || state == 9;
}

START_TEST(no_live_episode_is_without_a_running_review_clock)
{
    uint32_t looked_at = 0;

    for (uint64_t seed = 0; seed < UINT64_C(5) * WORLDS; seed++) {
        const struct case_state *state = story_fold(world_draw(seed, 60));

        for (uint32_t i = 0; i < state->machine_count; i++) {
            const struct case_machine *m = &state->machines[i];

            if (m->machine != MACHINE_EPISODE || !is_live_state(m->state))
                continue;
            ck_assert_msg(is_there(running(state, CLOCK_M1, &m->scope)) ||
                              is_there(running(state, CLOCK_M2, &m->scope)),
                          "world %llu: a live episode that nobody is to look at again", (unsigned long long)seed);
            looked_at++;
        }
    }
    ck_assert_uint_gt(looked_at, WORLDS / 4);
}
END_TEST

START_TEST(no_opened_case_is_without_a_duty_holder)
{
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        const struct case_state *state = story_fold(world_draw(seed, 60));

        if (state->kind == KIND_NONE)
            continue;
        ck_assert_int_ne(state->owner.state, OWNER_NONE);
        ck_assert_uint_gt(state->owner.division.len, 0);
        if (state->owner.state == OWNER_CONTESTED)
            ck_assert_uint_gt(state->owner.claimant_count, 0);
    }
}
END_TEST

START_TEST(a_review_that_sets_no_time_still_has_a_next_one)
{
    struct story *s = story_child_missing();
    const struct case_clock *c;
    uint32_t high = assessed(s, 10, 4);

    story_after(s, reviewed(s, "NTH", 60, 2), high);
    c = running(story_fold(s), CLOCK_M2, &scope_none);
    ck_assert(is_there(c));
    ck_assert_int_eq(c->deadline_ms, NOON + 60 * MINUTE_MS + 4 * HOUR_MS);
}
END_TEST

START_TEST(an_assessment_says_when_it_is_looked_at_again_but_not_later_than_its_risk_allows)
{
    static const struct {
        int64_t risk, hours;
    } caps[] = {{1, 12}, {2, 24}, {3, 8}, {4, 4}};

    for (size_t i = 0; i < CW_COUNT(caps); i++) {
        struct story *s = story_child_missing();
        uint32_t e = assessed(s, 0, caps[i].risk);

        ck_assert_int_eq(running(story_fold(s), CLOCK_M2, &scope_none)->deadline_ms, NOON + caps[i].hours * HOUR_MS);
        story_number(s, e, FIELD_NEXT_REVIEW, NOON + 100 * HOUR_MS);
        ck_assert_int_eq(running(story_fold(s), CLOCK_M2, &scope_none)->deadline_ms, NOON + caps[i].hours * HOUR_MS);
        s->ops[e].op.write_count--;
        story_number(s, e, FIELD_NEXT_REVIEW, NOON + HOUR_MS);
        ck_assert_int_eq(running(story_fold(s), CLOCK_M2, &scope_none)->deadline_ms, NOON + HOUR_MS);
    }
}
END_TEST

START_TEST(an_assessment_that_a_note_corrects_away_meets_nothing)
{
    struct story *s = story_child_missing();
    uint32_t e = assessed(s, 10, 3), note;

    ck_assert_int_eq(duty(story_fold(s), CLOCK_M1, &scope_none)->end, CLOCK_END_MET);
    note = story_dated(s, story_event(s, "NTH", PC_, EVENT_NOTE), 20);
    story_corrects(s, note, e);
    ck_assert(is_there(running(story_fold(s), CLOCK_M1, &scope_none)));
}
END_TEST

/* Mistake 2 of DOMAIN §16: found does not end it. */
START_TEST(a_return_ends_the_risk_clocks_and_starts_what_is_owed_to_the_child)
{
    struct story *s = story_child_missing();
    uint32_t e = assessed(s, 10, 3), back;
    const struct case_state *state;

    back = came_back(s, 100);
    story_after(s, back, e);
    state = story_fold(s);
    ck_assert_int_eq(duty(state, CLOCK_M2, &scope_none)->end, CLOCK_END_OVER);
    ck_assert(is_there(running(state, CLOCK_M7, &scope_none)));
    ck_assert(is_there(running(state, CLOCK_M8, &scope_none)));
}
END_TEST

START_TEST(a_return_that_was_none_puts_the_risk_clocks_on_again)
{
    struct story *s = story_child_missing();
    uint32_t e = assessed(s, 10, 3), back = came_back(s, 100), missing;
    const struct case_state *state;

    story_after(s, back, e);
    missing = story_dated(s, story_event(s, "NTH", ROLE_MASK(INSP), EVENT_STILL_MISSING), 200);
    story_after(s, missing, back);
    state = story_fold(s);
    ck_assert(is_there(running(state, CLOCK_M2, &scope_none)));
    ck_assert_int_eq(duty(state, CLOCK_M8, &scope_none)->end, CLOCK_END_OVER);
}
END_TEST

/* --- acceptance scenarios ------------------------------------------------------------------------------------------ */

/* 4: the review was made in time at the other side of a cut; here the clock had run out meanwhile. */
START_TEST(scenario_04_a_review_that_arrives_after_its_breach_was_told_is_met_and_learned_late)
{
    struct story *s = story_child_missing();
    const struct case_clock *c;
    uint32_t high = assessed(s, 0, 4);

    c = running(story_fold(s), CLOCK_M2, &scope_none);
    breached(s, "NTH", c, 241);
    ck_assert_int_eq(status(duty(story_fold(s), CLOCK_M2, &scope_none), 241), CLOCK_BREACHED);
    ck_assert(!duty(story_fold(s), CLOCK_M2, &scope_none)->learned_late);
    story_after(s, reviewed(s, "EST", 120, 2), high);
    c = duty(story_fold(s), CLOCK_M2, &scope_none);
    ck_assert_int_eq(status(c, 300), CLOCK_MET);
    ck_assert(c->learned_late);
    ck_assert_uint_eq(c->mark_count, 1); /* the breach stays in its history */
}
END_TEST

START_TEST(a_start_that_arrives_after_its_deadline_is_a_breach_that_was_learned_late)
{
    struct story *s = story_child_missing();
    const struct case_clock *c = running(story_fold(s), CLOCK_M1, &scope_none);

    breached(s, "EST", c, 31);
    ck_assert(!running(story_fold(s), CLOCK_M1, &scope_none)->learned_late);
    s = story_child_missing();
    breached(s, "EST", running(story_fold(s), CLOCK_M1, &scope_none), 500);
    ck_assert(running(story_fold(s), CLOCK_M1, &scope_none)->learned_late);
}
END_TEST

/* 11: silence is no acceptance; the control room is told. */
START_TEST(scenario_11_an_offer_that_nobody_answers_stays_the_senders_and_reaches_the_control_room)
{
    struct story *s = story_child_missing();
    uint32_t e = assessed(s, 5, 4), offer;
    const struct case_state *state;
    const struct case_clock *c;

    (void)e;
    offer = story_dated(s, story_event(s, "NTH", ROLE_MASK(INSP), EVENT_HANDOVER_OFFER), 60);
    story_text(s, offer, FIELD_TO_DIVISION, "EST");
    state = story_fold(s);
    c = running(state, CLOCK_W1, &scope_none);
    ck_assert(is_there(c));
    ck_assert_int_eq(c->deadline_ms, NOON + 90 * MINUTE_MS); /* high risk, live: half an hour */
    ck_assert_uint_eq(told(state, c, 90), R_NONE);
    ck_assert((told(state, c, 91) & FCR_) != 0);
    ck_assert(slice_eq(state->owner.division, slice_of("NTH")));
}
END_TEST

START_TEST(an_acceptance_by_a_division_that_was_not_asked_answers_no_offer)
{
    struct story *s = story_child_missing();
    uint32_t offer = story_dated(s, story_event(s, "NTH", ROLE_MASK(INSP), EVENT_HANDOVER_OFFER), 60), accept;

    story_text(s, offer, FIELD_TO_DIVISION, "EST");
    accept = story_dated(s, story_event(s, "WST", ROLE_MASK(INSP), EVENT_HANDOVER_ACCEPT), 70);
    story_after(s, accept, offer);
    ck_assert(is_there(running(story_fold(s), CLOCK_W1, &scope_none)));
    accept = story_dated(s, story_event(s, "EST", ROLE_MASK(INSP), EVENT_HANDOVER_ACCEPT), 80);
    story_after(s, accept, offer);
    ck_assert_int_eq(duty(story_fold(s), CLOCK_W1, &scope_none)->end, CLOCK_END_MET);
}
END_TEST

/* 18, and mistake 3 of DOMAIN §16: each episode is owed its own interview. */
START_TEST(scenario_18_the_interview_clock_survives_the_close_and_a_second_episode)
{
    struct story *s = story_child_missing();
    uint32_t e = assessed(s, 10, 2), back = came_back(s, 100), closed, again;
    const struct case_state *state;
    struct hash second;

    story_after(s, back, e);
    closed = story_dated(s, story_event(s, "NTH", ROLE_MASK(SUP), EVENT_EPISODE_CLOSED), 200);
    story_after(s, closed, back);
    again = story_dated(s, story_event(s, "NTH", FCR_, EVENT_EPISODE_REPORTED), 2000);
    second = story_event_id(s, again);
    state = story_fold(s);
    ck_assert_uint_eq(state_machine(state, MACHINE_EPISODE, &scope_none)->state, 6);
    ck_assert(is_there(running(state, CLOCK_M8, &scope_none)));
    ck_assert_int_eq(running(state, CLOCK_M8, &scope_none)->deadline_ms, NOON + 70 * MINUTE_MS + 72 * HOUR_MS);
    ck_assert(!is_there(duty(state, CLOCK_M8, &second)));
    ck_assert(is_there(running(state, CLOCK_M1, &second)));
}
END_TEST

START_TEST(an_interview_declined_counts_only_after_it_was_offered)
{
    struct story *s = story_child_missing();
    uint32_t offered, declined;

    came_back(s, 100);
    declined = story_dated(s, story_event(s, "NTH", CRU_, EVENT_RHI), 200);
    story_number(s, declined, FIELD_RHI_STEP, 3);
    ck_assert(is_there(running(story_fold(s), CLOCK_M8, &scope_none)));
    offered = story_dated(s, story_event(s, "NTH", CRU_, EVENT_RHI), 210);
    story_number(s, offered, FIELD_RHI_STEP, 1);
    declined = story_dated(s, story_event(s, "NTH", CRU_, EVENT_RHI), 220);
    story_number(s, declined, FIELD_RHI_STEP, 3);
    ck_assert_int_eq(duty(story_fold(s), CLOCK_M8, &scope_none)->end, CLOCK_END_MET);
}
END_TEST

/* 10: both hold the duty until it is arbitrated, once. */
START_TEST(a_contested_child_has_an_arbitration_clock_that_one_arbitration_ends)
{
    struct story *s = story_child_missing();
    uint32_t claim, decided;
    const struct case_state *state;

    assessed(s, 5, 4);
    claim = story_dated(s, story_event(s, "EST", ROLE_MASK(INSP), EVENT_HANDOVER_CLAIM), 60);
    state = story_fold(s);
    ck_assert_int_eq(running(state, CLOCK_W2, &scope_none)->deadline_ms, NOON + 120 * MINUTE_MS);
    ck_assert_uint_eq(told(state, running(state, CLOCK_W2, &scope_none), 121) & (FCR_ | ROLE_MASK(SUPT)),
                      FCR_ | ROLE_MASK(SUPT));
    decided = story_dated(s, story_event(s, "NTH", ROLE_MASK(SUPT), EVENT_ARBITRATION), 70);
    story_text(s, decided, FIELD_TO_DIVISION, "EST");
    story_after(s, decided, claim);
    state = story_fold(s);
    ck_assert_int_eq(duty(state, CLOCK_W2, &scope_none)->end, CLOCK_END_MET);
    ck_assert_uint_eq(state->owner.epoch, 2);
}
END_TEST

/* 20: 16 at home, 18 in care; somebody born on 29 February is 16 on 29 February. */
START_TEST(scenario_20_a_sixteenth_birthday_ends_a_notice_for_a_child_at_home_but_not_in_care)
{
    struct story *s = story_child_missing();
    uint32_t made, care;
    int64_t day;

    story_set_text(s, "NTH", FCR_, FIELD_BIRTH_DATE, "2012-02-29");
    made = story_dated(s, story_event(s, "NTH", PC_, EVENT_ORDER_MADE), 0);
    story_number(s, made, FIELD_ORDER_KIND, 1);
    ck_assert(date_parse(slice_of("2028-02-29"), &day));
    ck_assert_int_eq(duty(story_fold(s), CLOCK_M14, &scope_none)->deadline_ms, day * DAY_MS);
    care = story_set_number(s, "NTH", FCR_, FIELD_CARE_STATUS, 6);
    ck_assert(date_parse(slice_of("2030-03-01"), &day));
    ck_assert_int_eq(duty(story_fold(s), CLOCK_M14, &scope_none)->deadline_ms, day * DAY_MS);
    (void)care;
    story_set_number(s, "EST", FCR_, FIELD_CARE_STATUS, 1); /* in doubt: the earlier end is the one to act before */
    ck_assert(date_parse(slice_of("2028-02-29"), &day));
    ck_assert_int_eq(duty(story_fold(s), CLOCK_M14, &scope_none)->deadline_ms, day * DAY_MS);
}
END_TEST

/* --- whom it reaches ------------------------------------------------------------------------------------------------ */

START_TEST(a_breach_climbs_until_somebody_acknowledges_it_by_name)
{
    struct story *s = story_child_missing();
    uint32_t back = came_back(s, 0), ack;
    const struct case_state *state;
    const struct case_clock *c;
    struct hash id;
    int64_t due;

    (void)back;
    state = story_fold(s);
    c = running(state, CLOCK_M7, &scope_none);
    due = (c->deadline_ms - NOON) / MINUTE_MS;
    id = c->id;
    ck_assert_uint_eq(told(state, c, due), R_NONE);
    ck_assert_uint_eq(told(state, c, due + 1), ROLE_MASK(SUP));
    ck_assert_uint_eq(told(state, c, due + 16), (R_SUP_UP & ~ROLE_MASK(SUPT)) | FCR_);
    ck_assert_uint_eq(told(state, c, due + 31), R_SUP_UP | FCR_);

    marked(s, "NTH", PC_, EVENT_CLOCK_ACK, &id, due + 5); /* nobody told a constable */
    state = story_fold(s);
    c = running(state, CLOCK_M7, &scope_none);
    ck_assert_uint_eq(c->ack, UINT32_MAX);
    ck_assert(state->marks[c->first_mark].without_effect);
    ack = marked(s, "NTH", ROLE_MASK(SUP), EVENT_CLOCK_ACK, &id, due + 10);
    state = story_fold(s);
    c = running(state, CLOCK_M7, &scope_none);
    ck_assert(ID_EQ(&state->ops[state->marks[c->ack].op_index].op_id, &story_at(s, ack)->head.op_id));
    ck_assert_uint_eq(told(state, c, due + 500), ROLE_MASK(SUP)); /* it climbed no further */
    ck_assert_int_eq(status(c, due + 500), CLOCK_BREACHED);       /* and is not done by that */
}
END_TEST

START_TEST(delivered_seen_and_accepted_are_three_things_on_one_duty)
{
    struct story *s = story_child_missing();
    const struct case_clock *c = running(story_fold(s), CLOCK_M1, &scope_none);
    struct hash id = c->id;

    breached(s, "NTH", c, 31);
    marked(s, "EST", SYS_, EVENT_DELIVERED, &id, 32);
    marked(s, "EST", ROLE_MASK(INSP), EVENT_SEEN, &id, 33);
    c = running(story_fold(s), CLOCK_M1, &scope_none);
    ck_assert_uint_eq(c->mark_count, 3);
    ck_assert_uint_eq(c->ack, UINT32_MAX);
    marked(s, "EST", ROLE_MASK(INSP), EVENT_CLOCK_ACK, &id, 34);
    ck_assert_uint_ne(running(story_fold(s), CLOCK_M1, &scope_none)->ack, UINT32_MAX);
}
END_TEST

START_TEST(several_daemons_may_say_it_and_it_is_one_breach)
{
    struct story *s = story_child_missing();
    const struct case_clock *c = running(story_fold(s), CLOCK_M1, &scope_none);
    const struct case_state *state;

    breached(s, "NTH", c, 31);
    c = running(story_fold(s), CLOCK_M1, &scope_none);
    breached(s, "EST", c, 500); /* it heard of it much later */
    state = story_fold(s);
    c = running(state, CLOCK_M1, &scope_none);
    ck_assert_uint_eq(c->mark_count, 2);
    ck_assert(!state->marks[c->first_mark].without_effect);
    ck_assert(state->marks[c->first_mark + 1].without_effect);
    ck_assert(!c->learned_late); /* the first one knew in time */
}
END_TEST

START_TEST(an_offer_that_lapsed_is_over_when_somebody_knows_it_by_name)
{
    struct story *s = story_child_missing();
    uint32_t offer = story_dated(s, story_event(s, "NTH", ROLE_MASK(INSP), EVENT_HANDOVER_OFFER), 60);
    const struct case_clock *c;
    int64_t due;
    struct hash id;

    story_text(s, offer, FIELD_TO_DIVISION, "EST");
    c = running(story_fold(s), CLOCK_W1, &scope_none);
    due = (c->deadline_ms - NOON) / MINUTE_MS;
    id = c->id;
    breached(s, "WST", c, due + 1);
    c = duty(story_fold(s), CLOCK_W1, &scope_none);
    ck_assert_int_eq(c->end, CLOCK_RUNS);
    ck_assert_int_eq(status(c, due + 2), CLOCK_BREACHED);
    marked(s, "WST", FCR_, EVENT_CLOCK_ACK, &id, due + 3);
    c = duty(story_fold(s), CLOCK_W1, &scope_none);
    ck_assert_int_eq(c->end, CLOCK_END_OVER);
    ck_assert_int_eq(c->end_ms, NOON + (due + 3) * MINUTE_MS);
    ck_assert(slice_eq(story_fold(s)->owner.division, slice_of("NTH")));
    ck_assert_int_eq(story_fold(s)->owner.state, OWNER_OWNED);
}
END_TEST

START_TEST(an_acceptance_that_contests_the_case_has_to_be_decided_in_time)
{
    struct story *s = story_child_missing();
    uint32_t offer = story_dated(s, story_event(s, "NTH", ROLE_MASK(INSP), EVENT_HANDOVER_OFFER), 60), accept;
    const struct case_clock *c;

    story_text(s, offer, FIELD_TO_DIVISION, "EST");
    c = running(story_fold(s), CLOCK_W1, &scope_none);
    breached(s, "NTH", c, (c->deadline_ms - NOON) / MINUTE_MS + 1);
    ck_assert(!is_there(running(story_fold(s), CLOCK_W2, &scope_none)));
    accept = story_dated(s, story_event(s, "EST", ROLE_MASK(INSP), EVENT_HANDOVER_ACCEPT), 500);
    story_after(s, accept, offer);
    ck_assert(is_there(running(story_fold(s), CLOCK_W2, &scope_none)));
}
END_TEST

START_TEST(a_waiver_needs_rank_and_some_duties_nobody_can_waive)
{
    struct story *s = story_child_missing();
    uint32_t by_pc, by_inspector, of_review;
    struct hash interview, review;
    struct refusal refusal;
    const struct case_state *state;

    came_back(s, 0);
    state = story_fold(s);
    interview = running(state, CLOCK_M7, &scope_none)->id;
    review = duty(state, CLOCK_M1, &scope_none)->id;
    by_pc = marked(s, "NTH", PC_, EVENT_CLOCK_WAIVED, &interview, 10);
    story_text(s, by_pc, FIELD_REASON, "spoken to on the phone");
    of_review = marked(s, "NTH", ROLE_MASK(SUPT), EVENT_CLOCK_WAIVED, &review, 10);
    story_text(s, of_review, FIELD_REASON, "no");
    state = story_fold(s);
    ck_assert_int_eq(running(state, CLOCK_M7, &scope_none)->end, CLOCK_RUNS);
    ck_assert_int_ne(duty(state, CLOCK_M1, &scope_none)->end, CLOCK_END_WAIVED);
    ck_assert_int_eq(story_check(s, state, by_pc, &refusal), ADMIT_REFUSED);
    ck_assert_int_eq(story_check(s, state, of_review, &refusal), ADMIT_REFUSED);
    by_inspector = marked(s, "NTH", ROLE_MASK(INSP), EVENT_CLOCK_WAIVED, &interview, 20);
    story_text(s, by_inspector, FIELD_REASON, "in hospital");
    ck_assert_int_eq(story_check(s, state, by_inspector, &refusal), ADMIT);
    ck_assert_int_eq(duty(story_fold(s), CLOCK_M7, &scope_none)->end, CLOCK_END_WAIVED);
}
END_TEST

/* --- over a holiday ------------------------------------------------------------------------------------------------------ */

static int64_t time_of(const char *date, int64_t hours)
{
    int64_t day;

    ck_assert(date_parse(slice_of(date), &day));
    return london_midnight(day) + hours * HOUR_MS;
}

/* DOMAIN §15, 19, of a case: forty-eight hours that no weekend, Good Friday or bank holiday takes part in. */
START_TEST(cash_seized_from_a_child_on_maundy_thursday_may_be_kept_until_wednesday)
{
    const int64_t seized_ms = time_of("2026-04-02", 16), due_ms = time_of("2026-04-08", 16);
    struct story *s = story_child_missing();
    uint32_t cash = story_event(s, "NTH", PC_, EVENT_SEIZURE), order;
    const struct case_clock *clock;

    story_number(s, cash, FIELD_SEIZURE_KIND, 2);
    story_interval(s, cash, FIELD_OCCURRED, seized_ms, seized_ms);
    s->ops[cash].head.author_time.ms = seized_ms + HOUR_MS; /* typed later: it is the seizure that counts */
    clock = duty(story_fold(s), CLOCK_O8, &scope_none);
    ck_assert_int_eq(clock->started_ms, seized_ms);
    ck_assert_int_eq(clock->deadline_ms, due_ms);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){time_of("2026-04-08", 3)}), CLOCK_RUNNING);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){time_of("2026-04-08", 5)}), CLOCK_DUE_SOON);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){due_ms}), CLOCK_DUE_SOON);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){due_ms + 1}), CLOCK_BREACHED);
    order = story_event(s, "NTH", PC_, EVENT_ORDER_MADE);
    story_number(s, order, FIELD_ORDER_KIND, 1);
    s->ops[order].head.author_time.ms = due_ms - HOUR_MS;
    clock = duty(story_fold(s), CLOCK_O8, &scope_none);
    ck_assert_int_eq(clock_status_at(clock, (struct cw_wall){due_ms + 1}), CLOCK_MET);
    /* A child's other duties run over the holidays: a child is not missing on working days. */
    ck_assert_int_eq(duty(story_fold(s), CLOCK_M1, &scope_none)->deadline_ms, NOON + 30 * MINUTE_MS);
}
END_TEST

Suite *suite_clocks(void)
{
    Suite *suite = suite_create("cases/clocks");
    TCase *t = tcase_create("duties");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, no_live_episode_is_without_a_running_review_clock);
    tcase_add_test(t, no_opened_case_is_without_a_duty_holder);
    tcase_add_test(t, a_review_that_sets_no_time_still_has_a_next_one);
    tcase_add_test(t, an_assessment_says_when_it_is_looked_at_again_but_not_later_than_its_risk_allows);
    tcase_add_test(t, an_assessment_that_a_note_corrects_away_meets_nothing);
    tcase_add_test(t, a_return_ends_the_risk_clocks_and_starts_what_is_owed_to_the_child);
    tcase_add_test(t, a_return_that_was_none_puts_the_risk_clocks_on_again);
    tcase_add_test(t, scenario_04_a_review_that_arrives_after_its_breach_was_told_is_met_and_learned_late);
    tcase_add_test(t, a_start_that_arrives_after_its_deadline_is_a_breach_that_was_learned_late);
    tcase_add_test(t, scenario_11_an_offer_that_nobody_answers_stays_the_senders_and_reaches_the_control_room);
    tcase_add_test(t, an_acceptance_by_a_division_that_was_not_asked_answers_no_offer);
    tcase_add_test(t, scenario_18_the_interview_clock_survives_the_close_and_a_second_episode);
    tcase_add_test(t, an_interview_declined_counts_only_after_it_was_offered);
    tcase_add_test(t, a_contested_child_has_an_arbitration_clock_that_one_arbitration_ends);
    tcase_add_test(t, scenario_20_a_sixteenth_birthday_ends_a_notice_for_a_child_at_home_but_not_in_care);
    tcase_add_test(t, a_breach_climbs_until_somebody_acknowledges_it_by_name);
    tcase_add_test(t, delivered_seen_and_accepted_are_three_things_on_one_duty);
    tcase_add_test(t, several_daemons_may_say_it_and_it_is_one_breach);
    tcase_add_test(t, an_offer_that_lapsed_is_over_when_somebody_knows_it_by_name);
    tcase_add_test(t, an_acceptance_that_contests_the_case_has_to_be_decided_in_time);
    tcase_add_test(t, a_waiver_needs_rank_and_some_duties_nobody_can_waive);
    tcase_add_test(t, cash_seized_from_a_child_on_maundy_thursday_may_be_kept_until_wednesday);
    suite_add_tcase(suite, t);
    return suite;
}
