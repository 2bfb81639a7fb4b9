/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is put right later (docs/fold.md §9.2, §10, §19.4): a correction or a withdrawal moves no duty later, ends none that
 * stands, and takes with it no more than what it names.
 */
#include "cases/identity.h"
#include "tests/unit/cases/story.h"

#define HOUR INT64_C(60) /* in minutes */
#define FCR_ ROLE_MASK(FCR)
#define INSP_ ROLE_MASK(INSP)
#define SUP_ ROLE_MASK(SUP)
#define SUPT_ ROLE_MASK(SUPT)
#define MCET_ ROLE_MASK(MCET)
#define PC_ ROLE_MASK(PC)
#define HIGH 4
#define LOW 2

Suite *suite_corrections(void);

static uint32_t assessed(struct story *s, uint32_t roles, int64_t minutes, int64_t risk)
{
    uint32_t e = story_said(s, "NTH", roles, EVENT_RISK_ASSESSMENT, minutes);

    story_number(s, e, FIELD_MISSING_RISK, risk);
    return e;
}

static uint32_t offered(struct story *s, int64_t minutes)
{
    uint32_t e = story_said(s, "NTH", SUP_, EVENT_HANDOVER_OFFER, minutes);

    story_text(s, e, FIELD_TO_DIVISION, "EST");
    return e;
}

/* The first of that row that runs, else the first. */
static const struct case_clock *duty(const struct case_state *state, uint32_t clock)
{
    const struct case_clock *first = NULL;

    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock != clock)
            continue;
        if (state->clocks[i].end == CLOCK_RUNS)
            return &state->clocks[i];
        if (first == NULL)
            first = &state->clocks[i];
    }
    ck_assert_msg(first != NULL, "there is no such duty");
    return first;
}

static void ck_due(const struct case_state *state, uint32_t clock, int64_t minutes)
{
    ck_assert_int_eq(duty(state, clock)->end, CLOCK_RUNS);
    ck_assert_int_eq((duty(state, clock)->deadline_ms - NOON) / MINUTE_MS, minutes);
}

/* The same event by an officer of another division, that corrects it or takes it back. */
static uint32_t answered(struct story *s, uint32_t event, int64_t minutes, bool withdraws)
{
    uint32_t e = story_said(s, "EST", PC_, story_at(s, event)->op.event, minutes);

    story_corrects(s, e, event);
    story_at(s, e)->op.withdraws = withdraws;
    return e;
}

static uint32_t count_of(const struct case_state *state, uint32_t clock)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->clock_count; i++)
        count += state->clocks[i].clock == clock;
    return count;
}

/* --- steps of the ownership --------------------------------------------------------------------------------------- */

START_TEST(a_corrected_offer_stands_and_so_does_its_duty)
{
    struct story *s = story_child_missing();
    uint32_t first, again;
    const struct case_state *state;

    assessed(s, INSP_, 5, HIGH);
    first = offered(s, 10);
    again = offered(s, 12);
    story_corrects(s, again, first);
    state = story_fold(s);
    ck_assert_int_eq(state->owner.state, OWNER_OFFERED);
    ck_assert(!story_has_note(state, s, NOTE_OWNER_NO_EFFECT, again));
    ck_due(state, CLOCK_W1, 40);
}
END_TEST

START_TEST(the_correction_of_a_declined_offer_offers_nothing)
{
    struct story *s = story_child_missing();
    uint32_t first = offered(s, 10), again;

    story_said(s, "EST", SUP_, EVENT_HANDOVER_DECLINE, 20);
    again = offered(s, 30);
    story_corrects(s, again, first);
    ck_assert_int_eq(story_fold(s)->owner.state, OWNER_OWNED);
}
END_TEST

START_TEST(a_corrected_claim_is_arbitrated_in_the_same_time)
{
    struct story *s = story_child_missing();
    uint32_t claimed;
    const struct case_state *state;

    assessed(s, INSP_, 5, HIGH);
    claimed = story_said(s, "EST", SUP_, EVENT_HANDOVER_CLAIM, 10);
    story_corrects(s, story_said(s, "EST", SUP_, EVENT_HANDOVER_CLAIM, 12), claimed);
    state = story_fold(s);
    ck_assert_int_eq(state->owner.state, OWNER_CONTESTED);
    ck_due(state, CLOCK_W2, 70);
}
END_TEST

START_TEST(the_correction_of_a_claim_that_was_decided_claims_nothing)
{
    struct story *s = story_child_missing();
    uint32_t claimed = story_said(s, "EST", SUP_, EVENT_HANDOVER_CLAIM, 10);

    story_text(s, story_said(s, "NTH", SUPT_, EVENT_ARBITRATION, 20), FIELD_TO_DIVISION, "NTH");
    story_corrects(s, story_said(s, "EST", SUP_, EVENT_HANDOVER_CLAIM, 30), claimed);
    ck_assert_int_eq(story_fold(s)->owner.state, OWNER_OWNED);
}
END_TEST

START_TEST(a_note_about_an_offer_or_a_claim_ends_no_duty)
{
    struct story *s = story_child_missing();
    uint32_t first;

    assessed(s, INSP_, 5, HIGH);
    first = offered(s, 10);
    story_corrects(s, story_said(s, "NTH", R_ANY, EVENT_NOTE, 12), first);
    ck_due(story_fold(s), CLOCK_W1, 40);
    first = story_said(s, "WST", SUP_, EVENT_HANDOVER_CLAIM, 14);
    story_corrects(s, story_said(s, "NTH", R_ANY, EVENT_NOTE, 16), first);
    ck_due(story_fold(s), CLOCK_W2, 74);
}
END_TEST

/* --- duties whose start is put right ------------------------------------------------------------------------------ */

START_TEST(a_place_put_right_gives_police_protection_no_more_hours)
{
    struct story *s = story_child_missing();
    uint32_t taken = story_said(s, "NTH", PC_, EVENT_POLICE_PROTECTION, 0),
             again = answered(s, taken, 47 * HOUR, false);

    ck_due(story_fold(s), CLOCK_M10, 72 * HOUR);
    answered(s, again, 48 * HOUR, false);
    ck_due(story_fold(s), CLOCK_M10, 72 * HOUR);
}
END_TEST

START_TEST(a_correction_that_says_when_it_was_moves_the_duty)
{
    struct story *s = story_child_missing();
    uint32_t taken = story_said(s, "NTH", PC_, EVENT_POLICE_PROTECTION, 0), again = answered(s, taken, 60, false);

    story_interval(s, again, FIELD_OCCURRED, NOON - 30 * MINUTE_MS, NOON - 20 * MINUTE_MS);
    ck_due(story_fold(s), CLOCK_M10, 72 * HOUR - 30);
    answered(s, again, 90, false);
    ck_due(story_fold(s), CLOCK_M10, 72 * HOUR - 30);
}
END_TEST

START_TEST(two_corrections_that_know_nothing_of_each_other_leave_one_duty)
{
    struct story *s = story_child_missing();
    uint32_t taken = story_said(s, "NTH", PC_, EVENT_POLICE_PROTECTION, 0);

    answered(s, taken, 60, false);
    answered(s, taken, 61, false);
    ck_assert_uint_eq(count_of(story_fold(s), CLOCK_M10), 1);
    ck_due(story_fold(s), CLOCK_M10, 72 * HOUR);
}
END_TEST

START_TEST(protection_ends_by_the_name_of_what_was_taken_or_of_its_correction)
{
    for (uint32_t named = 0; named < 2; named++) {
        struct story *s = story_child_missing();
        uint32_t events[2], ended;
        struct hash id;

        events[0] = story_said(s, "NTH", PC_, EVENT_POLICE_PROTECTION, 0);
        events[1] = answered(s, events[0], 60, false);
        id = story_event_id(s, events[named]);
        ended = story_said(s, "NTH", PC_, EVENT_PROTECTION_ENDED, 120);
        story_ref(s, ended, FIELD_ABOUT, &id);
        ck_assert_int_eq(duty(story_fold(s), CLOCK_M10)->end, CLOCK_END_MET);
    }
}
END_TEST

START_TEST(a_text_put_right_leaves_the_breach_that_was_told)
{
    struct story *s = story_child_missing();
    uint32_t high = assessed(s, INSP_, 5, HIGH), told;
    struct hash id = duty(story_fold(s), CLOCK_M2)->id;
    const struct case_clock *clock;

    told = story_said(s, "NTH", ROLE_MASK(SYS), EVENT_CLOCK_BREACHED, 246);
    story_ref(s, told, FIELD_CLOCK, &id);
    story_number(s, told, FIELD_DUE, NOON + 245 * MINUTE_MS);
    answered(s, high, 300, false);
    ck_due(story_fold(s), CLOCK_M2, 245);
    clock = duty(story_fold(s), CLOCK_M2);
    ck_assert(ID_EQ(&clock->id, &id));
    ck_assert_uint_eq(clock->mark_count, 1);
}
END_TEST

START_TEST(a_review_that_was_promised_comes_no_later_for_a_correction)
{
    struct story *s = story_child_missing();
    uint32_t high = assessed(s, INSP_, 5, HIGH);

    story_interval(s, high, FIELD_NEXT_REVIEW, NOON + 65 * MINUTE_MS, NOON + 65 * MINUTE_MS);
    answered(s, high, 64, false);
    ck_due(story_fold(s), CLOCK_M2, 65);
}
END_TEST

START_TEST(a_confirmation_put_right_still_starts_the_interview_of_the_returned)
{
    struct story *s = story_child_missing();
    uint32_t confirmed;

    assessed(s, INSP_, 5, LOW);
    story_said(s, "NTH", PC_, EVENT_RETURN_CLAIM, 20);
    confirmed = story_said(s, "NTH", INSP_, EVENT_RETURN_CONFIRMED, 60);
    ck_due(story_fold(s), CLOCK_M8, 72 * HOUR + 20);
    story_corrects(s, story_said(s, "NTH", INSP_, EVENT_RETURN_CONFIRMED, 90), confirmed);
    ck_due(story_fold(s), CLOCK_M8, 72 * HOUR + 20);
}
END_TEST

START_TEST(the_correction_of_a_review_is_no_review)
{
    struct story *s = story_child_missing();
    uint32_t high = assessed(s, INSP_, 5, HIGH), reviewed = story_said(s, "NTH", INSP_, EVENT_REVIEW, 100);

    story_after(s, reviewed, high);
    ck_due(story_fold(s), CLOCK_M2, 340);
    story_corrects(s, story_said(s, "NTH", INSP_, EVENT_REVIEW, 200), reviewed);
    ck_due(story_fold(s), CLOCK_M2, 340);
}
END_TEST

/* --- risks that no assessment says -------------------------------------------------------------------------------- */

START_TEST(a_risk_that_is_set_is_looked_at_again_as_one_that_is_assessed)
{
    struct story *s = story_child_missing();

    assessed(s, MCET_, 5, LOW);
    ck_due(story_fold(s), CLOCK_M2, 24 * HOUR + 5);
    story_dated(s, story_set_number(s, "EST", PC_, FIELD_MISSING_RISK, HIGH), 60);
    ck_due(story_fold(s), CLOCK_M2, 5 * HOUR);
}
END_TEST

START_TEST(a_high_risk_whose_assessment_was_withdrawn_is_looked_at_as_soon)
{
    struct story *s = story_child_missing();
    uint32_t high;

    assessed(s, MCET_, 5, LOW);
    high = assessed(s, INSP_, 60, HIGH);
    answered(s, high, 70, true);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), HIGH);
    ck_due(story_fold(s), CLOCK_M2, 5 * HOUR);
}
END_TEST

START_TEST(a_high_risk_that_turned_floor_is_looked_at_as_soon)
{
    struct story *s = story_child_missing();
    uint32_t high;

    assessed(s, MCET_, 5, LOW);
    high = assessed(s, INSP_, 60, HIGH);
    story_at(s, high)->head.verdict = VERDICT_VOID_FLOOR;
    ck_due(story_fold(s), CLOCK_M2, 5 * HOUR);
}
END_TEST

START_TEST(a_correction_that_raises_the_risk_after_the_review_asks_for_another)
{
    struct story *s = story_child_missing();
    uint32_t low = assessed(s, MCET_, 5, LOW);

    story_after(s, story_said(s, "NTH", INSP_, EVENT_REVIEW, 30), low);
    ck_due(story_fold(s), CLOCK_M2, 24 * HOUR + 30);
    story_number(s, answered(s, low, 60, false), FIELD_MISSING_RISK, HIGH);
    ck_due(story_fold(s), CLOCK_M2, 5 * HOUR);
}
END_TEST

/* --- what is taken back ------------------------------------------------------------------------------------------- */

START_TEST(a_withdrawal_that_knew_no_correction_leaves_the_correction_its_step)
{
    struct story *s = story_child_missing();
    uint32_t returned, again;

    assessed(s, INSP_, 5, LOW);
    returned = story_said(s, "NTH", PC_, EVENT_RETURNED, 60);
    story_number(s, returned, FIELD_HOW_KNOWN, 5);
    again = answered(s, returned, 70, false);
    story_number(s, again, FIELD_HOW_KNOWN, 5);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
    answered(s, returned, 80, true);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
    answered(s, again, 90, true);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 2);
}
END_TEST

START_TEST(a_withdrawal_that_repeats_the_details_claims_no_identity)
{
    static const struct hash other = {{9}};
    struct story *s = story_child_missing();
    struct identity_claim claims[2];
    uint32_t merged = story_said(s, "NTH", INSP_, EVENT_IDENTITY_MERGED, 10), back;

    story_ref(s, merged, FIELD_SURVIVOR, &other);
    ck_assert_uint_eq(identity_claims(story_fold(s), claims, 2), 1);
    back = story_said(s, "NTH", INSP_, EVENT_IDENTITY_MERGED, 20);
    story_ref(s, back, FIELD_SURVIVOR, &other);
    story_corrects(s, back, merged);
    story_at(s, back)->op.withdraws = true;
    ck_assert_uint_eq(identity_claims(story_fold(s), claims, 2), 0);
}
END_TEST

Suite *suite_corrections(void)
{
    Suite *suite = suite_create("cases/corrections");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_corrected_offer_stands_and_so_does_its_duty);
    tcase_add_test(all, the_correction_of_a_declined_offer_offers_nothing);
    tcase_add_test(all, a_corrected_claim_is_arbitrated_in_the_same_time);
    tcase_add_test(all, the_correction_of_a_claim_that_was_decided_claims_nothing);
    tcase_add_test(all, a_note_about_an_offer_or_a_claim_ends_no_duty);
    tcase_add_test(all, a_place_put_right_gives_police_protection_no_more_hours);
    tcase_add_test(all, a_correction_that_says_when_it_was_moves_the_duty);
    tcase_add_test(all, two_corrections_that_know_nothing_of_each_other_leave_one_duty);
    tcase_add_test(all, protection_ends_by_the_name_of_what_was_taken_or_of_its_correction);
    tcase_add_test(all, a_text_put_right_leaves_the_breach_that_was_told);
    tcase_add_test(all, a_review_that_was_promised_comes_no_later_for_a_correction);
    tcase_add_test(all, a_confirmation_put_right_still_starts_the_interview_of_the_returned);
    tcase_add_test(all, the_correction_of_a_review_is_no_review);
    tcase_add_test(all, a_risk_that_is_set_is_looked_at_again_as_one_that_is_assessed);
    tcase_add_test(all, a_high_risk_whose_assessment_was_withdrawn_is_looked_at_as_soon);
    tcase_add_test(all, a_high_risk_that_turned_floor_is_looked_at_as_soon);
    tcase_add_test(all, a_correction_that_raises_the_risk_after_the_review_asks_for_another);
    tcase_add_test(all, a_withdrawal_that_knew_no_correction_leaves_the_correction_its_step);
    tcase_add_test(all, a_withdrawal_that_repeats_the_details_claims_no_identity);
    suite_add_tcase(suite, all);
    return suite;
}
