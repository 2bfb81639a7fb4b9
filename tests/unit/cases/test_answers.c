/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What answers a duty, and what starts it once more (docs/fold.md §19.4, §19.7, §19.10): who did not know of a risk has not looked
 * at it, one notice is not another, and what was there already is not new.
 */
#include "tests/unit/cases/story.h"

#define HOUR INT64_C(60) /* in minutes */
#define DAY (24 * HOUR)
#define FCR_ ROLE_MASK(FCR)
#define INSP_ ROLE_MASK(INSP)
#define MCET_ ROLE_MASK(MCET)
#define PC_ ROLE_MASK(PC)
#define SYS_ ROLE_MASK(SYS)
#define HIGH 4
#define LOW 2
#define CAWN 1
#define CBO 2
#define CSE 1
#define CCE 2

Suite *suite_answers(void);

static uint32_t assessed(struct story *s, const char *division, int64_t minutes, int64_t risk)
{
    uint32_t e = story_said(s, division, INSP_, EVENT_RISK_ASSESSMENT, minutes);

    story_number(s, e, FIELD_MISSING_RISK, risk);
    return e;
}

static uint32_t reviewed(struct story *s, int64_t minutes)
{
    return story_said(s, "EST", INSP_, EVENT_REVIEW, minutes);
}

/* The duty of that row which this op started. */
static const struct case_clock *duty_of(struct story *s, uint32_t clock, uint32_t op)
{
    const struct case_state *state = story_fold(s);

    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock == clock && ID_EQ(&state->clocks[i].start, &story_at(s, op)->head.op_id))
            return &state->clocks[i];
    }
    return NULL;
}

static enum clock_end end_of(struct story *s, uint32_t clock, uint32_t op)
{
    const struct case_clock *found = duty_of(s, clock, op);

    ck_assert_msg(found != NULL, "op %u starts no duty of row %u", op, clock);
    return found->end;
}

static uint32_t count_of(struct story *s, uint32_t clock)
{
    const struct case_state *state = story_fold(s);
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->clock_count; i++)
        count += state->clocks[i].clock == clock;
    return count;
}

/* --- a risk is looked at by who knew of it ------------------------------------------------------------------------ */

START_TEST(a_review_that_did_not_know_of_an_assessment_has_not_looked_at_it)
{
    struct story *s = story_child_missing();
    uint32_t low = assessed(s, "EST", 5, LOW), high = assessed(s, "NTH", 10, HIGH), review = reviewed(s, 60);

    story_after(s, review, low);
    ck_assert_int_eq(end_of(s, CLOCK_M2, low), CLOCK_END_MET);
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_RUNS);
    story_after(s, review, high);
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_END_MET);
}
END_TEST

START_TEST(what_was_read_of_an_assessment_elsewhere_is_known_too)
{
    struct story *s = story_child_missing();
    uint32_t high = assessed(s, "NTH", 10, HIGH), note = story_said(s, "NTH", PC_, EVENT_NOTE, 20),
             review = reviewed(s, 60);

    story_after(s, note, high);
    story_after(s, review, note);
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_END_MET);
}
END_TEST

START_TEST(a_review_that_says_which_assessment_it_is_of_knows_it)
{
    struct story *s = story_child_missing();
    uint32_t first = assessed(s, "NTH", 10, HIGH), second = assessed(s, "NTH", 20, HIGH), review = reviewed(s, 60);
    struct hash id = story_event_id(s, second);

    story_ref(s, review, FIELD_ABOUT, &id);
    ck_assert_int_eq(end_of(s, CLOCK_M2, second), CLOCK_END_MET);
    ck_assert_int_eq(end_of(s, CLOCK_M2, first), CLOCK_RUNS);
}
END_TEST

/* Put right after somebody read of the risk: the review was still made without it. */
START_TEST(the_correction_of_a_review_adds_nothing_to_what_its_author_knew)
{
    struct story *s = story_child_missing();
    uint32_t high = assessed(s, "NTH", 10, HIGH), review = reviewed(s, 60), again = reviewed(s, 70);
    struct hash id = story_event_id(s, high);

    story_corrects(s, again, review);
    story_after(s, again, high);
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_RUNS);
    story_ref(s, again, FIELD_ABOUT, &id);
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_RUNS);
}
END_TEST

START_TEST(whoever_writes_in_a_case_knows_of_the_risk_that_its_report_gave)
{
    struct story *s = story_child_missing();

    story_number(s, 0, FIELD_MISSING_RISK, HIGH);
    ck_assert_int_eq(end_of(s, CLOCK_M2, 0), CLOCK_RUNS);
    reviewed(s, 60);
    ck_assert_int_eq(end_of(s, CLOCK_M2, 0), CLOCK_END_MET);
}
END_TEST

START_TEST(whoever_names_an_episode_knows_of_the_risk_that_its_report_gave)
{
    struct story *s = story_child_missing();
    uint32_t again = story_said(s, "NTH", FCR_, EVENT_EPISODE_REPORTED, 3000), review = reviewed(s, 3060);
    struct hash episode = story_event_id(s, again);

    story_number(s, again, FIELD_MISSING_RISK, HIGH);
    ck_assert_int_eq(end_of(s, CLOCK_M2, again), CLOCK_RUNS);
    story_scope(s, review, &episode);
    ck_assert_int_eq(end_of(s, CLOCK_M2, again), CLOCK_END_MET);
}
END_TEST

/* No name leads to what is void; its value stands, and is looked at. */
START_TEST(a_risk_that_turned_floor_is_looked_at_by_whoever_comes_later)
{
    struct story *s = story_child_missing();
    uint32_t high = assessed(s, "NTH", 10, HIGH), review;

    story_at(s, high)->head.verdict = VERDICT_VOID_FLOOR;
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_RUNS);
    review = reviewed(s, 60);
    story_after(s, review, high);
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_END_MET);
}
END_TEST

/* DOMAIN §9.3: of two times to look again the earlier one stands. */
START_TEST(two_reviews_that_did_not_know_of_each_other_leave_the_earlier_time)
{
    struct story *s = story_child_missing();
    uint32_t high = assessed(s, "NTH", 10, HIGH), first = reviewed(s, 60), second = reviewed(s, 90);

    story_interval(s, first, FIELD_NEXT_REVIEW, NOON + 100 * MINUTE_MS, NOON + 100 * MINUTE_MS);
    story_after(s, first, high);
    story_after(s, second, high);
    ck_assert_int_eq(end_of(s, CLOCK_M2, first), CLOCK_RUNS);
    ck_assert_int_eq(duty_of(s, CLOCK_M2, first)->deadline_ms, NOON + 100 * MINUTE_MS);
}
END_TEST

/* --- the first assessment says the risk ---------------------------------------------------------------------------- */

START_TEST(an_assessment_of_exploitation_alone_is_no_assessment_of_the_absence)
{
    struct story *s = story_child_missing();
    uint32_t other = story_said(s, "EST", INSP_, EVENT_RISK_ASSESSMENT, 10), risk;

    story_number(s, other, FIELD_EXPLOITATION_SEXUAL, HIGH);
    ck_assert_int_eq(end_of(s, CLOCK_M1, 0), CLOCK_RUNS);
    risk = assessed(s, "NTH", 20, LOW);
    ck_assert_int_eq(end_of(s, CLOCK_M1, 0), CLOCK_END_MET);
    ck_assert(ID_EQ(&duty_of(s, CLOCK_M1, 0)->end_op, &story_at(s, risk)->head.op_id));
}
END_TEST

START_TEST(a_risk_that_is_only_proposed_meets_nothing_and_asks_for_nothing)
{
    struct story *s = story_child_missing();
    uint32_t low, equal, opened = story_number(s, 0, FIELD_MISSING_RISK, HIGH);

    low = story_said(s, "NTH", PC_, EVENT_RISK_ASSESSMENT, 10);
    story_names(s, low, story_number(s, low, FIELD_MISSING_RISK, LOW), 0, opened);
    ck_assert_int_eq(story_fate(story_fold(s), s, low), FATE_PROPOSAL);
    ck_assert_int_eq(end_of(s, CLOCK_M1, 0), CLOCK_RUNS);
    ck_assert_ptr_null(duty_of(s, CLOCK_M2, low));
    equal = story_said(s, "NTH", PC_, EVENT_RISK_ASSESSMENT, 20);
    story_names(s, equal, story_number(s, equal, FIELD_MISSING_RISK, HIGH), 0, opened);
    ck_assert_int_eq(end_of(s, CLOCK_M1, 0), CLOCK_END_MET);
    ck_assert(ID_EQ(&duty_of(s, CLOCK_M1, 0)->end_op, &story_at(s, equal)->head.op_id));
}
END_TEST

/* Only one that is put right by it keeps its duty: it may have been said to be gone by nobody. */
START_TEST(a_review_of_a_level_that_its_author_lacks_answers_no_duty)
{
    struct story *s = story_child_missing();
    uint32_t high = assessed(s, "NTH", 10, HIGH), claimed = story_said(s, "NTH", PC_, EVENT_REVIEW, 60), held,
             put_right;

    story_number(s, claimed, FIELD_LEVEL, 4);
    story_after(s, claimed, high);
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_RUNS);
    ck_assert_ptr_null(duty_of(s, CLOCK_M2, claimed));
    held = story_said(s, "NTH", ROLE_MASK(SUPT), EVENT_REVIEW, 70);
    story_number(s, held, FIELD_LEVEL, 4);
    story_after(s, held, high);
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_END_MET);
    put_right = story_said(s, "NTH", PC_, EVENT_REVIEW, 80);
    story_number(s, put_right, FIELD_LEVEL, 4);
    story_corrects(s, put_right, held);
    ck_assert_int_eq(end_of(s, CLOCK_M2, high), CLOCK_END_MET);
    ck_assert_int_eq(end_of(s, CLOCK_M2, held), CLOCK_RUNS);
}
END_TEST

START_TEST(an_interview_before_the_return_answers_nothing)
{
    struct story *s = story_child_missing();
    uint32_t back, asked;

    assessed(s, "NTH", 10, LOW);
    back = story_said(s, "NTH", PC_, EVENT_RETURNED, 5 * HOUR);
    story_number(s, back, FIELD_HOW_KNOWN, 5);
    story_interval(s, back, FIELD_OCCURRED, NOON + 4 * HOUR * MINUTE_MS, NOON + 4 * HOUR * MINUTE_MS);
    asked = story_said(s, "NTH", ROLE_MASK(CRU), EVENT_RHI, 6 * HOUR);
    story_number(s, asked, FIELD_RHI_STEP, 5);
    story_interval(s, asked, FIELD_OCCURRED, NOON + 2 * HOUR * MINUTE_MS, NOON + 3 * HOUR * MINUTE_MS);
    ck_assert_int_eq(end_of(s, CLOCK_M8, back), CLOCK_RUNS);
    asked = story_said(s, "NTH", ROLE_MASK(CRU), EVENT_RHI, 7 * HOUR);
    story_number(s, asked, FIELD_RHI_STEP, 5);
    story_interval(s, asked, FIELD_OCCURRED, NOON + 2 * HOUR * MINUTE_MS, NOON + 5 * HOUR * MINUTE_MS);
    ck_assert_int_eq(end_of(s, CLOCK_M8, back), CLOCK_END_MET);
}
END_TEST

/* --- each notice has its own duties ---------------------------------------------------------------------------------- */

static uint32_t noticed(struct story *s, int64_t minutes)
{
    uint32_t e = story_said(s, "NTH", PC_, EVENT_ORDER_MADE, minutes);

    story_number(s, e, FIELD_ORDER_KIND, CAWN);
    return e;
}

static struct story *child_with_birthday(void)
{
    struct story *s = story_child_missing();

    story_set_text(s, "NTH", FCR_, FIELD_BIRTH_DATE, "2012-02-29");
    return s;
}

static uint32_t ended(struct story *s, int64_t minutes, int64_t kind)
{
    uint32_t e = story_said(s, "NTH", PC_, EVENT_ORDER_ENDED, minutes);

    story_number(s, e, FIELD_ORDER_KIND, kind);
    return e;
}

static void about(struct story *s, uint32_t op, uint32_t event)
{
    struct hash id = story_event_id(s, event);

    story_ref(s, op, FIELD_ABOUT, &id);
}

static void ck_notice(struct story *s, uint32_t notice, enum clock_end end)
{
    ck_assert_int_eq(end_of(s, CLOCK_M14, notice), end);
    ck_assert_int_eq(end_of(s, CLOCK_M14R, notice), end);
}

START_TEST(the_end_of_one_notice_leaves_the_other_its_duties)
{
    struct story *s = child_with_birthday();
    uint32_t one = noticed(s, 0), two = noticed(s, 10), end = ended(s, DAY, CAWN);

    ck_notice(s, one, CLOCK_RUNS); /* of which of the two? */
    ck_notice(s, two, CLOCK_RUNS);
    about(s, end, one);
    ck_notice(s, one, CLOCK_END_MET);
    ck_notice(s, two, CLOCK_RUNS);
    ended(s, 2 * DAY, CAWN); /* the only one that is left */
    ck_notice(s, two, CLOCK_END_MET);
    ck_assert_int_eq(duty_of(s, CLOCK_M14, one)->end_ms, NOON + DAY * MINUTE_MS);
    ck_assert_int_eq(duty_of(s, CLOCK_M14, two)->end_ms, NOON + 2 * DAY * MINUTE_MS);
}
END_TEST

START_TEST(the_end_of_another_order_is_not_the_end_of_a_notice)
{
    struct story *s = child_with_birthday();
    uint32_t notice = noticed(s, 0), end = ended(s, DAY, CBO);

    ck_notice(s, notice, CLOCK_RUNS);
    about(s, end, notice);
    ck_notice(s, notice, CLOCK_RUNS); /* it says itself that it is about something else */
}
END_TEST

START_TEST(a_review_of_something_else_reviews_no_notice)
{
    struct story *s = child_with_birthday();
    uint32_t one = noticed(s, 0), two = noticed(s, 10), review = reviewed(s, DAY);

    ck_assert_int_eq(end_of(s, CLOCK_M14R, one), CLOCK_RUNS);
    ck_assert_ptr_null(duty_of(s, CLOCK_M14R, review));
    about(s, review, two);
    ck_assert_int_eq(end_of(s, CLOCK_M14R, one), CLOCK_RUNS);
    ck_assert_int_eq(end_of(s, CLOCK_M14R, two), CLOCK_END_MET);
    ck_assert_int_eq(end_of(s, CLOCK_M14R, review), CLOCK_RUNS);
    ck_assert_int_eq(end_of(s, CLOCK_M14, two), CLOCK_RUNS);
}
END_TEST

START_TEST(a_notice_that_was_reviewed_is_reviewed_again_until_it_ends)
{
    struct story *s = child_with_birthday();
    uint32_t notice = noticed(s, 0), review = reviewed(s, DAY), end, late;

    story_number(s, review, FIELD_ORDER_KIND, CAWN); /* of the only one there is */
    ck_assert_int_eq(end_of(s, CLOCK_M14R, notice), CLOCK_END_MET);
    ck_assert_int_eq(end_of(s, CLOCK_M14R, review), CLOCK_RUNS);
    end = ended(s, 2 * DAY, CAWN);
    about(s, end, notice);
    ck_assert_int_eq(end_of(s, CLOCK_M14R, review), CLOCK_END_MET);
    late = reviewed(s, 3 * DAY);
    about(s, late, notice);
    ck_assert_ptr_null(duty_of(s, CLOCK_M14R, late));
}
END_TEST

START_TEST(an_end_whose_text_is_put_right_ends_no_second_notice)
{
    struct story *s = child_with_birthday();
    uint32_t one = noticed(s, 0), two = noticed(s, 10), end = ended(s, DAY, CAWN), again = ended(s, 2 * DAY, CAWN);

    about(s, end, one);
    story_corrects(s, again, end);
    ck_notice(s, one, CLOCK_END_MET);
    ck_notice(s, two, CLOCK_RUNS);
}
END_TEST

START_TEST(a_notice_that_was_put_right_is_one_notice)
{
    struct story *s = child_with_birthday();
    uint32_t notice = noticed(s, 0), again = noticed(s, 10);

    story_corrects(s, again, notice);
    ended(s, DAY, CAWN);
    ck_notice(s, notice, CLOCK_END_MET);
    ck_assert_uint_eq(count_of(s, CLOCK_M14R), 1);
}
END_TEST

/* --- a flag that stands already ------------------------------------------------------------------------------------- */

static uint32_t flagged(struct story *s, int64_t minutes, int64_t flag)
{
    uint32_t op = story_dated(s, story_op(s, "NTH", PC_, OP_SET), minutes);

    story_write(s, op, FIELD_VULNERABILITY, VERB_ADD, (struct op_value){.type = VALUE_NUMBER, .number = flag});
    return op;
}

START_TEST(a_flag_that_is_named_again_puts_the_referral_no_later)
{
    struct story *s = story_child_missing();
    uint32_t first = flagged(s, 0, CSE), again = flagged(s, 20 * HOUR, CSE);

    story_names(s, again, 0, first, 0);
    ck_assert_ptr_null(duty_of(s, CLOCK_N1, again));
    ck_assert_int_eq(end_of(s, CLOCK_N1, first), CLOCK_RUNS);
    ck_assert_int_eq(duty_of(s, CLOCK_N1, first)->deadline_ms, NOON + DAY * MINUTE_MS);
}
END_TEST

START_TEST(a_flag_that_was_written_earlier_brings_the_referral_forward)
{
    struct story *s = story_child_missing();
    uint32_t first = flagged(s, 10 * HOUR, CSE);

    flagged(s, 5 * HOUR, CSE); /* that came later */
    ck_assert_int_eq(duty_of(s, CLOCK_N1, first)->deadline_ms, NOON + (5 * HOUR + DAY) * MINUTE_MS);
    ck_assert_uint_eq(count_of(s, CLOCK_N1), 1);
}
END_TEST

START_TEST(a_flag_that_was_taken_back_and_named_again_asks_for_a_referral_anew)
{
    struct story *s = story_child_missing();
    uint32_t first = flagged(s, 0, CSE), gone = story_remove(s, "NTH", INSP_, FIELD_VULNERABILITY, first), again;

    ck_assert_uint_eq(count_of(s, CLOCK_N1), 0);
    again = flagged(s, 20 * HOUR, CSE);
    story_after(s, again, gone);
    ck_assert_ptr_null(duty_of(s, CLOCK_N1, first));
    ck_assert_int_eq(duty_of(s, CLOCK_N1, again)->deadline_ms, NOON + (20 * HOUR + DAY) * MINUTE_MS);
}
END_TEST

START_TEST(another_flag_has_a_duty_of_its_own)
{
    struct story *s = story_child_missing();
    uint32_t sexual = flagged(s, 0, CSE), criminal = flagged(s, HOUR, CCE);

    ck_assert_int_eq(end_of(s, CLOCK_N1, sexual), CLOCK_RUNS); /* it stands for both */
    story_remove(s, "NTH", INSP_, FIELD_VULNERABILITY, sexual);
    ck_assert_int_eq(end_of(s, CLOCK_N1, criminal), CLOCK_RUNS);
}
END_TEST

/* --- what was told was told ------------------------------------------------------------------------------------------ */

static uint32_t breached(struct story *s, uint32_t op, int64_t minutes)
{
    const struct case_clock *clock = duty_of(s, CLOCK_M1, op);
    struct hash id = clock->id;
    int64_t due_ms = clock->deadline_ms;
    uint32_t e = story_said(s, "NTH", SYS_, EVENT_CLOCK_BREACHED, minutes);

    story_ref(s, e, FIELD_CLOCK, &id);
    story_number(s, e, FIELD_DUE, due_ms);
    return e;
}

START_TEST(a_note_about_a_breach_leaves_its_mark)
{
    struct story *s = story_child_missing();
    uint32_t told = breached(s, 0, 31), note = story_said(s, "NTH", R_ANY | SYS_, EVENT_NOTE, 40);

    story_corrects(s, note, told);
    ck_assert_uint_eq(duty_of(s, CLOCK_M1, 0)->mark_count, 1);
}
END_TEST

START_TEST(a_breach_that_is_told_otherwise_stays_told)
{
    struct story *s = story_child_missing();
    uint32_t told = breached(s, 0, 31), again = story_said(s, "NTH", SYS_, EVENT_CLOCK_BREACHED, 40);
    const struct case_clock *clock;

    story_corrects(s, again, told);
    clock = duty_of(s, CLOCK_M1, 0);
    ck_assert_uint_eq(clock->mark_count, 1);
    ck_assert(!clock->learned_late);
}
END_TEST

Suite *suite_answers(void)
{
    Suite *suite = suite_create("cases/answers");
    TCase *all = tcase_create("what answers a duty");

    tcase_add_test(all, a_review_that_did_not_know_of_an_assessment_has_not_looked_at_it);
    tcase_add_test(all, what_was_read_of_an_assessment_elsewhere_is_known_too);
    tcase_add_test(all, a_review_that_says_which_assessment_it_is_of_knows_it);
    tcase_add_test(all, the_correction_of_a_review_adds_nothing_to_what_its_author_knew);
    tcase_add_test(all, whoever_writes_in_a_case_knows_of_the_risk_that_its_report_gave);
    tcase_add_test(all, whoever_names_an_episode_knows_of_the_risk_that_its_report_gave);
    tcase_add_test(all, a_risk_that_turned_floor_is_looked_at_by_whoever_comes_later);
    tcase_add_test(all, two_reviews_that_did_not_know_of_each_other_leave_the_earlier_time);
    tcase_add_test(all, an_assessment_of_exploitation_alone_is_no_assessment_of_the_absence);
    tcase_add_test(all, a_risk_that_is_only_proposed_meets_nothing_and_asks_for_nothing);
    tcase_add_test(all, a_review_of_a_level_that_its_author_lacks_answers_no_duty);
    tcase_add_test(all, an_interview_before_the_return_answers_nothing);
    tcase_add_test(all, the_end_of_one_notice_leaves_the_other_its_duties);
    tcase_add_test(all, the_end_of_another_order_is_not_the_end_of_a_notice);
    tcase_add_test(all, a_review_of_something_else_reviews_no_notice);
    tcase_add_test(all, a_notice_that_was_reviewed_is_reviewed_again_until_it_ends);
    tcase_add_test(all, an_end_whose_text_is_put_right_ends_no_second_notice);
    tcase_add_test(all, a_notice_that_was_put_right_is_one_notice);
    tcase_add_test(all, a_flag_that_is_named_again_puts_the_referral_no_later);
    tcase_add_test(all, a_flag_that_was_written_earlier_brings_the_referral_forward);
    tcase_add_test(all, a_flag_that_was_taken_back_and_named_again_asks_for_a_referral_anew);
    tcase_add_test(all, another_flag_has_a_duty_of_its_own);
    tcase_add_test(all, a_note_about_a_breach_leaves_its_mark);
    tcase_add_test(all, a_breach_that_is_told_otherwise_stays_told);
    suite_add_tcase(suite, all);
    return suite;
}
