/* SPDX-License-Identifier: Apache-2.0 */
/* What an episode does not allow yet, what takes a rank, and what stays as it was said. */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define PC_ ROLE_MASK(PC)
#define SUP_ ROLE_MASK(SUP)
#define CRU_ ROLE_MASK(CRU)

enum {
    TOLD_BY_CARER = 3,
    SEEN_BY_POLICE = 5,
    DECLINED = 3,
    COMPLETED = 5,
    OFFERED = 1,
    HIGH = 4,
    NO_APPARENT_RISK = 1,
    LOW = 2
};

static struct refusal refusal;
static struct story *s;

static void begin(void)
{
    s = story_open(KIND_CHILD, "NTH", MCET_);
    story_text(s, 0, FIELD_TITLE, "Child M");
}

static enum admission checked(uint32_t op)
{
    const struct case_state *state;
    uint32_t count = s->count;

    s->count = op; /* what was there before it */
    state = story_fold(s);
    s->count = count;
    memset(&refusal, 0, sizeof(refusal));
    return story_check(s, state, op, &refusal);
}

static void ck_assert_refused(uint32_t op, enum cw_err code, const char *where, const char *says)
{
    ck_assert_int_eq(checked(op), ADMIT_REFUSED);
    ck_assert_str_eq(cw_err_name(refusal.code), cw_err_name(code));
    ck_assert_str_eq(refusal.where, where);
    ck_assert_msg(strstr(refusal.text, says) != NULL, "%s", refusal.text);
}

static uint32_t assess(uint32_t roles, int64_t risk)
{
    uint32_t op = story_event(s, "NTH", roles, EVENT_RISK_ASSESSMENT);
    uint32_t write = story_number(s, op, FIELD_MISSING_RISK, risk);

    story_at(s, op)->writes[write].has_max = true;
    story_at(s, op)->writes[write].max_value = (uint64_t)risk;
    story_text(s, op, FIELD_RATIONALE, "Has been seen");
    return op;
}

static uint32_t back(uint32_t event, int64_t how)
{
    uint32_t op = story_event(s, "NTH", PC_, event);

    story_number(s, op, FIELD_HOW_KNOWN, how);
    story_interval(s, op, FIELD_OCCURRED, (int64_t)s->now, (int64_t)s->now);
    return op;
}

static uint32_t interview(int64_t step)
{
    uint32_t op = story_event(s, "NTH", CRU_, EVENT_RHI);

    story_number(s, op, FIELD_RHI_STEP, step);
    return op;
}

START_TEST(the_risk_is_assessed_before_a_child_is_back)
{
    begin();
    ck_assert_refused(back(EVENT_RETURN_CLAIM, TOLD_BY_CARER), CW_REFUSED_TRANSITION, "return_claim",
                      "risk_assessment");
    ck_assert_refused(back(EVENT_RETURNED, SEEN_BY_POLICE), CW_REFUSED_TRANSITION, "returned", "risk_assessment");
    begin();
    assess(PC_, LOW);
    ck_assert_int_eq(checked(back(EVENT_RETURN_CLAIM, TOLD_BY_CARER)), ADMIT);
}
END_TEST

static uint32_t exploited(uint32_t roles)
{
    uint32_t op = story_event(s, "NTH", roles, EVENT_RISK_ASSESSMENT);
    uint32_t write = story_number(s, op, FIELD_EXPLOITATION_SEXUAL, 2);

    story_at(s, op)->writes[write].has_max = true;
    story_at(s, op)->writes[write].max_value = 2;
    story_text(s, op, FIELD_RATIONALE, "Seen with older men");
    return op;
}

/* It ends the first duty of all, and lets the episode go on: by how high the risk of the absence is. */
START_TEST(the_first_assessment_of_an_episode_says_how_high_its_risk_is)
{
    uint32_t proposed, taken;

    begin();
    ck_assert_refused(exploited(MCET_), CW_REFUSED_MISSING, "missing_risk", "first assessment");
    s->count = 1;
    assess(PC_, LOW);
    ck_assert_int_eq(checked(exploited(MCET_)), ADMIT);
    begin();
    proposed = exploited(ROLE_MASK(PARTNER));
    taken = exploited(MCET_);
    story_corrects(s, taken, proposed);
    ck_assert_refused(taken, CW_REFUSED_MISSING, "missing_risk", "first assessment");
}
END_TEST

START_TEST(nobody_is_asked_about_a_return_before_it)
{
    uint32_t talk;

    begin();
    assess(PC_, LOW);
    ck_assert_refused(interview(COMPLETED), CW_REFUSED_TRANSITION, "rhi", "record that first");
    talk = story_event(s, "NTH", PC_, EVENT_PREVENTION_INTERVIEW);
    story_text(s, talk, FIELD_RESULT, "Well");
    ck_assert_refused(talk, CW_REFUSED_TRANSITION, "prevention_interview", "record the return first");
}
END_TEST

START_TEST(an_interview_that_was_held_is_not_declined)
{
    uint32_t held, undo;

    begin();
    assess(PC_, LOW);
    back(EVENT_RETURNED, SEEN_BY_POLICE);
    ck_assert_refused(interview(DECLINED), CW_REFUSED_TRANSITION, "rhi", "rhi_step=offered first");
    interview(OFFERED);
    ck_assert_int_eq(checked(interview(DECLINED)), ADMIT);
    held = interview(COMPLETED);
    ck_assert_int_eq(checked(held), ADMIT); /* the child thought better of it */
    ck_assert_refused(interview(DECLINED), CW_REFUSED_TRANSITION, "rhi", "take that back");
    undo = story_event(s, "NTH", CRU_, EVENT_RHI);
    story_at(s, undo)->op.withdraws = true;
    story_corrects(s, undo, held);
    ck_assert_int_eq(checked(interview(DECLINED)), ADMIT);
}
END_TEST

START_TEST(an_interview_lies_behind_the_return)
{
    uint32_t op;

    begin();
    assess(PC_, LOW);
    back(EVENT_RETURNED, SEEN_BY_POLICE);
    op = interview(COMPLETED);
    story_interval(s, op, FIELD_OCCURRED, 10, 20);
    ck_assert_refused(op, CW_REFUSED_VALUE, "occurred", "before the child came back");
    op = interview(COMPLETED);
    story_interval(s, op, FIELD_OCCURRED, 10, (int64_t)s->now);
    ck_assert_int_eq(checked(op), ADMIT);
}
END_TEST

/* By `case set`, or by an assessment that says less than one does. */
START_TEST(a_risk_is_lowered_by_a_whole_assessment_only)
{
    uint32_t high, op;

    begin();
    high = assess(PC_, HIGH);
    op = story_set_number(s, "NTH", ROLE_MASK(INSP), FIELD_MISSING_RISK, LOW);
    ck_assert_int_eq(checked(op), ADMIT); /* names nothing, and lowers nothing */
    s->count--;
    op = story_set_number(s, "NTH", ROLE_MASK(INSP), FIELD_MISSING_RISK, LOW);
    story_names(s, op, 0, high, 0);
    ck_assert_refused(op, CW_REFUSED_MISSING, "missing_risk", "next_review");
    s->count--;
    op = assess(ROLE_MASK(INSP), LOW);
    story_names(s, op, 0, high, 0);
    ck_assert_refused(op, CW_REFUSED_MISSING, "missing_risk", "next_review");
    story_interval(s, op, FIELD_NEXT_REVIEW, (int64_t)s->now, (int64_t)s->now);
    ck_assert_int_eq(checked(op), ADMIT);
    story_at(s, op)->head.roles = PC_;
    ck_assert_int_eq(checked(op), ADMIT_PROPOSAL);
}
END_TEST

START_TEST(no_apparent_risk_is_a_supervisors_to_say_with_a_review)
{
    uint32_t op;

    begin();
    ck_assert_refused(assess(PC_, NO_APPARENT_RISK), CW_REFUSED_ROLE, "missing_risk", "SUP, INSP, SUPT");
    ck_assert_refused(assess(SUP_, NO_APPARENT_RISK), CW_REFUSED_MISSING, "missing_risk", "next_review");
    op = assess(SUP_, NO_APPARENT_RISK);
    story_interval(s, op, FIELD_NEXT_REVIEW, (int64_t)s->now, (int64_t)s->now);
    ck_assert_int_eq(checked(op), ADMIT);
}
END_TEST

START_TEST(what_the_opening_says_for_good_is_not_set_again)
{
    uint32_t op;

    begin();
    op = story_op(s, "NTH", R_ANY, OP_SET);
    story_interval(s, op, FIELD_REPORTED_AT, (int64_t)s->now, (int64_t)s->now);
    ck_assert_refused(op, CW_REFUSED_TRANSITION, "reported_at", "note");
    op = story_event(s, "NTH", R_ANY, EVENT_EPISODE_REPORTED);
    story_interval(s, op, FIELD_REPORTED_AT, (int64_t)s->now, (int64_t)s->now);
    ck_assert_int_eq(checked(op), ADMIT);
}
END_TEST

/* --- grades ----------------------------------------------------------------------------------------------------- */

static uint32_t graded(uint32_t roles, int64_t source)
{
    uint32_t op = story_event(s, "NTH", roles, EVENT_INTEL_ITEM);

    story_number(s, op, FIELD_SOURCE_GRADE, source);
    story_number(s, op, FIELD_INFORMATION_GRADE, 2);
    story_number(s, op, FIELD_HANDLING_CODE, 1);
    return op;
}

static uint32_t graded_again(uint32_t roles, int64_t source, uint32_t item)
{
    uint32_t op = graded(roles, source);

    story_corrects(s, op, item);
    return op;
}

START_TEST(a_grade_is_changed_by_the_intelligence_unit_only)
{
    uint32_t item, op;

    begin();
    item = graded(PC_, 3);
    ck_assert_refused(graded_again(PC_, 1, item), CW_REFUSED_ROLE, "source_grade", "INT");
    ck_assert_int_eq(checked(graded_again(ROLE_MASK(INT), 1, item)), ADMIT);
    op = graded_again(PC_, 3, item);
    story_text(s, op, FIELD_TEXT, "A grey car, not a blue one");
    ck_assert_int_eq(checked(op), ADMIT);
    op = story_event(s, "NTH", PC_, EVENT_INTEL_ITEM);
    story_corrects(s, op, item);
    ck_assert_refused(op, CW_REFUSED_ROLE, "source_grade", "INT"); /* leaving it out changes it, too */
}
END_TEST

Suite *suite_check_episode(void);
Suite *suite_check_episode(void)
{
    Suite *suite = suite_create("cases/check_episode");
    TCase *all = tcase_create("all");

    tcase_add_test(all, the_risk_is_assessed_before_a_child_is_back);
    tcase_add_test(all, the_first_assessment_of_an_episode_says_how_high_its_risk_is);
    tcase_add_test(all, nobody_is_asked_about_a_return_before_it);
    tcase_add_test(all, an_interview_that_was_held_is_not_declined);
    tcase_add_test(all, an_interview_lies_behind_the_return);
    tcase_add_test(all, a_risk_is_lowered_by_a_whole_assessment_only);
    tcase_add_test(all, no_apparent_risk_is_a_supervisors_to_say_with_a_review);
    tcase_add_test(all, what_the_opening_says_for_good_is_not_set_again);
    tcase_add_test(all, a_grade_is_changed_by_the_intelligence_unit_only);
    suite_add_tcase(suite, all);
    return suite;
}
