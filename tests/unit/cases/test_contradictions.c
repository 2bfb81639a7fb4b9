/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What contradicts what (docs/fold.md §12.6, §12.9, §19.10): a return and a sighting, a close and a report, a waiver and a duty that
 * began after it.
 */
#include "cases/machine.h"
#include "cases/view.h"
#include "tests/unit/cases/story.h"

#define FCR_ ROLE_MASK(FCR)
#define INSP_ ROLE_MASK(INSP)
#define PC_ ROLE_MASK(PC)
#define SUP_ ROLE_MASK(SUP)
#define MEDIUM 3

Suite *suite_contradictions(void);

static struct story *child_missing(int64_t risk)
{
    struct story *s = story_open(KIND_CHILD, "NTH", FCR_);

    s->ops[0].head.author_time.ms = NOON;
    story_number(s, story_said(s, "NTH", INSP_, EVENT_RISK_ASSESSMENT, 5), FIELD_MISSING_RISK, risk);
    return s;
}

static void happened(struct story *s, uint32_t e, int64_t from, int64_t to)
{
    story_interval(s, e, FIELD_OCCURRED, NOON + from * MINUTE_MS, NOON + to * MINUTE_MS);
}

static uint32_t came_back(struct story *s, int64_t minutes)
{
    uint32_t e = story_said(s, "NTH", PC_, EVENT_RETURNED, minutes);

    story_number(s, e, FIELD_HOW_KNOWN, 5);
    happened(s, e, minutes - 10, minutes - 5);
    return e;
}

static uint32_t seen(struct story *s, int64_t minutes, int64_t from, int64_t to)
{
    uint32_t e = story_said(s, "EST", PC_, EVENT_SIGHTING, minutes);

    story_number(s, e, FIELD_CONFIDENCE, 1);
    happened(s, e, from, to);
    return e;
}

/* --- a close and a report ----------------------------------------------------------------------------------------- */

/* A child that was back, and whose episode is closed. */
static struct story *child_settled(void)
{
    struct story *s = child_missing(MEDIUM);

    came_back(s, 100);
    story_said(s, "NTH", SUP_, EVENT_EPISODE_CLOSED, 110);
    return s;
}

START_TEST(no_case_is_closed_over_a_child_that_was_reported_beside_it)
{
    static const uint32_t ends[] = {EVENT_CHILD_CLOSED, EVENT_MONITORED};

    for (uint32_t i = 0; i < CW_COUNT(ends); i++) {
        struct story *s = child_settled();
        uint32_t closed;
        const struct case_state *state;

        story_said(s, "EST", FCR_, EVENT_EPISODE_REPORTED, 120);
        closed = story_said(s, "NTH", R_ANY, ends[i], 121);
        state = story_fold(s);
        ck_assert_uint_eq(story_state_of(state, MACHINE_CHILD), 1);
        ck_assert(story_has_note(state, s, NOTE_CASE_OPEN, closed));
    }
}
END_TEST

START_TEST(a_sighting_that_disputes_the_return_opens_the_case)
{
    struct story *s = child_missing(MEDIUM);
    uint32_t monitored;

    came_back(s, 100);
    monitored = story_said(s, "NTH", R_ANY, EVENT_MONITORED, 110);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_CHILD), 2);
    seen(s, 120, 96, 97);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_CHILD), 1);
    ck_assert(story_has_note(story_fold(s), s, NOTE_CASE_OPEN, monitored));
}
END_TEST

START_TEST(the_case_of_a_child_that_is_back_is_closed)
{
    struct story *s = child_settled();

    story_said(s, "NTH", SUP_, EVENT_CHILD_CLOSED, 120);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_CHILD), 3);
}
END_TEST

static const struct case_clock nothing; /* instead of a clock that is not there */

static const struct case_clock *duty(const struct case_state *state, uint32_t clock, enum clock_end end)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock == clock && state->clocks[i].end == end)
            return &state->clocks[i];
    }
    return &nothing;
}

/* --- returns and sightings ---------------------------------------------------------------------------------------- */

START_TEST(the_interview_of_a_first_return_verifies_no_second)
{
    struct story *s = child_missing(MEDIUM);

    came_back(s, 100);
    story_said(s, "NTH", PC_, EVENT_PREVENTION_INTERVIEW, 110);
    story_said(s, "NTH", INSP_, EVENT_STILL_MISSING, 200);
    came_back(s, 400);
    seen(s, 420, 410, 415);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5);
    story_said(s, "NTH", PC_, EVENT_PREVENTION_INTERVIEW, 430);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
}
END_TEST

static uint32_t confirmed(struct story *s, int64_t minutes, int64_t from, int64_t to)
{
    uint32_t e = seen(s, minutes, from, to);

    story_at(s, e)->writes[0].value.number = 3;
    return e;
}

static uint32_t interviewed_after(struct story *s, int64_t minutes)
{
    uint32_t back = came_back(s, minutes);

    story_number(s, back, FIELD_INTERVIEWED, 1);
    return back;
}

/* DOMAIN §9.3: whatever is known of the return, police have seen the child out since. */
START_TEST(a_confirmed_sighting_disputes_even_a_verified_return)
{
    struct story *s = child_missing(MEDIUM);
    uint32_t back = interviewed_after(s, 100), out = confirmed(s, 420, 410, 415), settled;

    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5);
    ck_assert(story_has_note(story_fold(s), s, NOTE_RETURN_DISPUTED, out));
    ck_assert_uint_eq(story_fold(s)->conflict_count, 1);
    ck_assert_ptr_ne(duty(story_fold(s), CLOCK_M2, CLOCK_RUNS), &nothing); /* looked for, and looked at */
    settled = story_said(s, "NTH", INSP_, EVENT_RETURN_CONFIRMED, 430);
    happened(s, settled, 90, 95);
    story_after(s, settled, out);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4); /* who decided had read of it */
    ck_assert(story_has_note(story_fold(s), s, NOTE_NEW_EPISODE, out));
    s->count = back + 1;
    (void)seen(s, 420, 410, 415);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4); /* not confirmed: it is asked about */
}
END_TEST

START_TEST(a_confirmed_sighting_that_was_recorded_as_an_absence_disputes_nothing)
{
    struct story *s = child_missing(MEDIUM);
    uint32_t report, out, back, again;
    struct hash episode;

    (void)interviewed_after(s, 100);
    out = confirmed(s, 420, 410, 415);
    report = story_said(s, "EST", FCR_, EVENT_EPISODE_REPORTED, 430);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
    ck_assert(story_has_note(story_fold(s), s, NOTE_NEW_EPISODE, out));
    (void)confirmed(s, 440, 435, 436);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4); /* the child is missing: it is looked for */
    episode = story_event_id(s, report);
    story_scope(s, story_said(s, "EST", INSP_, EVENT_RISK_ASSESSMENT, 450), &episode);
    back = interviewed_after(s, 500);
    story_scope(s, back, &episode);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
    again = confirmed(s, 600, 590, 595); /* later than the second return: nobody has recorded that one */
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5);
    ck_assert(story_has_note(story_fold(s), s, NOTE_RETURN_DISPUTED, again));
    s->count = report + 1;
    story_scope(s, story_said(s, "EST", INSP_, EVENT_EPISODE_CANCELLED, 440), &episode);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5); /* it was reported in error */
}
END_TEST

/* --- who may unsay a sighting ------------------------------------------------------------------------------------- */

static uint32_t unsaid(struct story *s, const char *division, uint32_t roles, uint32_t sighting, bool taken_back)
{
    uint32_t e = story_said(s, division, roles, taken_back ? EVENT_SIGHTING : EVENT_NOTE, 500);

    story_corrects(s, e, sighting);
    s->ops[e].op.withdraws = taken_back;
    return e;
}

START_TEST(each_sighting_that_disputes_a_return_stands_until_somebody_who_may_decides)
{
    static const struct {
        const char *division;
        uint32_t roles;
        bool decides;
    } who[] = {{"NTH", PC_, false}, {"WST", SUP_, false}, {"EST", PC_, true}, {"NTH", INSP_, true}};

    for (uint32_t i = 0; i < 2 * CW_COUNT(who); i++) {
        struct story *s = child_missing(MEDIUM);
        uint32_t sightings[2], left = who[i / 2].decides ? 4 : 5;

        came_back(s, 100);
        sightings[0] = seen(s, 120, 96, 97);
        sightings[1] = seen(s, 130, 110, 115);
        for (uint32_t k = 0; k < 2; k++) {
            ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5);
            unsaid(s, who[i / 2].division, who[i / 2].roles, sightings[k], i % 2 == 0);
        }
        ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), left);
        ck_assert(story_has_note(story_fold(s), s, NOTE_RETURN_DISPUTED, sightings[0]) != who[i / 2].decides);
        ck_assert(story_has_note(story_fold(s), s, NOTE_RETURN_DISPUTED, sightings[1]) != who[i / 2].decides);
    }
}
END_TEST

START_TEST(each_sighting_that_holds_a_close_back_stands_until_somebody_who_may_decides)
{
    struct story *s = child_missing(MEDIUM);
    uint32_t back = came_back(s, 100), first = seen(s, 105, 80, 85), second = seen(s, 106, 81, 86);
    uint32_t close = story_said(s, "NTH", SUP_, EVENT_EPISODE_CLOSED, 110);

    story_after(s, close, back);
    unsaid(s, "NTH", PC_, first, true);
    unsaid(s, "NTH", PC_, second, true);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
    ck_assert(story_has_note(story_fold(s), s, NOTE_STEP_HELD, close));
    unsaid(s, "EST", PC_, first, true);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
    unsaid(s, "NTH", INSP_, second, true);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 6);
}
END_TEST

/* --- a waiver and what begins later ------------------------------------------------------------------------------- */

static uint32_t waived(struct story *s, uint32_t clock, int64_t minutes)
{
    struct hash id = duty(story_fold(s), clock, CLOCK_RUNS)->id;
    uint32_t e = story_said(s, "NTH", INSP_ | ROLE_MASK(CRU), EVENT_CLOCK_WAIVED, minutes);

    story_ref(s, e, FIELD_CLOCK, &id);
    return e;
}

START_TEST(the_interview_that_was_waived_on_a_claim_is_due_after_the_return)
{
    struct story *s = child_missing(MEDIUM);
    const struct case_state *state;

    story_said(s, "NTH", PC_, EVENT_RETURN_CLAIM, 20);
    waived(s, CLOCK_M7, 25);
    ck_assert_ptr_eq(duty(story_fold(s), CLOCK_M7, CLOCK_RUNS), &nothing);
    came_back(s, 200);
    state = story_fold(s);
    ck_assert_ptr_ne(duty(state, CLOCK_M7, CLOCK_END_WAIVED), &nothing);
    ck_assert_ptr_ne(duty(state, CLOCK_M7, CLOCK_RUNS), &nothing);
    ck_assert_int_eq(duty(state, CLOCK_M7, CLOCK_RUNS)->started_ms, NOON + 190 * MINUTE_MS);
}
END_TEST

START_TEST(a_referral_that_was_waived_is_due_when_exploitation_is_said_anew)
{
    struct story *s = child_missing(MEDIUM);
    uint32_t first = story_said(s, "NTH", PC_, EVENT_NOTE, 10), second;

    story_at(s, first)->op.type = OP_SET;
    story_write(s, first, FIELD_VULNERABILITY, VERB_ADD, (struct op_value){.type = VALUE_NUMBER, .number = 1});
    waived(s, CLOCK_N1, 20);
    second = story_said(s, "EST", PC_, EVENT_NOTE, 300);
    story_at(s, second)->op.type = OP_SET;
    story_write(s, second, FIELD_VULNERABILITY, VERB_ADD, (struct op_value){.type = VALUE_NUMBER, .number = 2});
    ck_assert_ptr_ne(duty(story_fold(s), CLOCK_N1, CLOCK_RUNS), &nothing);
    waived(s, CLOCK_N1, 310);
    ck_assert_ptr_eq(duty(story_fold(s), CLOCK_N1, CLOCK_RUNS), &nothing);
}
END_TEST

/* --- what was found out ------------------------------------------------------------------------------------------- */

START_TEST(a_sighting_behind_a_closed_episode_asks_for_a_new_one)
{
    struct story *s = child_settled();
    uint32_t close = s->count - 1, later = seen(s, 700, 690, 695);

    story_after(s, later, close);
    ck_assert(story_has_note(story_fold(s), s, NOTE_NEW_EPISODE, later));
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 6);
    s->count--;
    later = seen(s, 700, 80, 85);
    story_after(s, later, close);
    ck_assert(!story_has_note(story_fold(s), s, NOTE_NEW_EPISODE, later));
}
END_TEST

START_TEST(a_sergeant_cancels_no_absence_at_a_high_risk_that_he_did_not_know)
{
    struct story *s = child_missing(MEDIUM);
    uint32_t cancelled;

    story_number(s, story_said(s, "EST", INSP_, EVENT_RISK_ASSESSMENT, 9), FIELD_MISSING_RISK, 4);
    cancelled = story_said(s, "NTH", SUP_, EVENT_EPISODE_CANCELLED, 10);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 2);
    ck_assert(story_has_note(story_fold(s), s, NOTE_STEP_ROLE, cancelled));
    story_said(s, "NTH", INSP_, EVENT_EPISODE_CANCELLED, 20);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 7);
}
END_TEST

START_TEST(a_reference_that_was_struck_circulates_nobody)
{
    struct story *s = child_missing(MEDIUM);
    uint32_t given = story_add_text(s, "NTH", R_ANY, FIELD_EXTERNAL_REFS, "PNCID 30/0123456Q"), struck;

    ck_assert_ptr_ne(duty(story_fold(s), CLOCK_M4, CLOCK_END_MET), &nothing);
    struck = story_op(s, "NTH", R_ANY, OP_SET);
    story_write(s, struck, FIELD_EXTERNAL_REFS, VERB_STRIKE, (struct op_value){0});
    story_names(s, struck, 0, given, 0);
    ck_assert_ptr_ne(duty(story_fold(s), CLOCK_M4, CLOCK_RUNS), &nothing);
}
END_TEST

START_TEST(a_device_whose_clock_is_ahead_puts_no_duty_off)
{
    struct story *s = story_open(KIND_CHILD, "NTH", FCR_);
    uint32_t high;

    s->ops[0].head.author_time.ms = NOON + INT64_C(365) * 24 * 60 * MINUTE_MS;
    s->ops[0].head.hlc = (uint64_t)NOON << 16;
    ck_assert_int_eq(duty(story_fold(s), CLOCK_M1, CLOCK_RUNS)->deadline_ms, NOON + 30 * MINUTE_MS);
    high = story_said(s, "NTH", INSP_, EVENT_RISK_ASSESSMENT, INT64_C(365) * 24 * 60);
    story_number(s, high, FIELD_MISSING_RISK, 4);
    s->ops[high].head.hlc = (uint64_t)(NOON + 5 * MINUTE_MS) << 16;
    ck_assert_int_eq(duty(story_fold(s), CLOCK_M2, CLOCK_RUNS)->started_ms, NOON + 5 * MINUTE_MS);
}
END_TEST

Suite *suite_contradictions(void)
{
    Suite *suite = suite_create("cases/contradictions");
    TCase *all = tcase_create("all");

    tcase_add_test(all, no_case_is_closed_over_a_child_that_was_reported_beside_it);
    tcase_add_test(all, a_sighting_that_disputes_the_return_opens_the_case);
    tcase_add_test(all, the_case_of_a_child_that_is_back_is_closed);
    tcase_add_test(all, the_interview_of_a_first_return_verifies_no_second);
    tcase_add_test(all, a_confirmed_sighting_disputes_even_a_verified_return);
    tcase_add_test(all, a_confirmed_sighting_that_was_recorded_as_an_absence_disputes_nothing);
    tcase_add_test(all, each_sighting_that_disputes_a_return_stands_until_somebody_who_may_decides);
    tcase_add_test(all, each_sighting_that_holds_a_close_back_stands_until_somebody_who_may_decides);
    tcase_add_test(all, the_interview_that_was_waived_on_a_claim_is_due_after_the_return);
    tcase_add_test(all, a_referral_that_was_waived_is_due_when_exploitation_is_said_anew);
    tcase_add_test(all, a_sighting_behind_a_closed_episode_asks_for_a_new_one);
    tcase_add_test(all, a_sergeant_cancels_no_absence_at_a_high_risk_that_he_did_not_know);
    tcase_add_test(all, a_reference_that_was_struck_circulates_nobody);
    tcase_add_test(all, a_device_whose_clock_is_ahead_puts_no_duty_off);
    suite_add_tcase(suite, all);
    return suite;
}
