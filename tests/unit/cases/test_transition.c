/* SPDX-License-Identifier: Apache-2.0 */
/* At 18 a child's case becomes the adult system's (DOMAIN §7.4): not before, not without saying where, and for good. */
#include "tests/unit/cases/story.h"

#define SUP_ ROLE_MASK(SUP)
#define INSP_ ROLE_MASK(INSP)
#define MCET_ ROLE_MASK(MCET)

Suite *suite_transition(void);

/* Born on that day, as far as anybody said; at NOON on 28 November 2026 she is at home. NULL: nobody said. */
static struct story *child_born(const char *born)
{
    struct story *s = story_child_missing();

    (void)story_said(s, "NTH", SUP_, EVENT_EPISODE_CANCELLED, 5);
    if (born != NULL)
        (void)story_dated(s, story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, born), 6);
    return s;
}

/* Not folded: the door is asked. */
static uint32_t transition(struct story *s, uint32_t roles, const char *reference)
{
    uint32_t op = story_said(s, "NTH", roles, EVENT_TRANSITIONED, 10);

    if (reference != NULL)
        story_text(s, op, FIELD_EXTERNAL_REFS, reference);
    s->count--;
    return op;
}

static void expect_refused(struct story *s, uint32_t op, enum cw_err code, const char *where, const char *says)
{
    ck_story_refused(s, story_fold(s), op, code, where);
    ck_assert_msg(strstr(story_refusal.text, says) != NULL, "%s", story_refusal.text);
}

static void expect_taken(struct story *s, uint32_t op)
{
    struct refusal why = {0};

    ck_assert_msg(story_check(s, story_fold(s), op, &why) == ADMIT, "%s: %s", why.where, why.text);
}

START_TEST(nobody_is_handed_on_before_eighteen)
{
    struct story *s = child_born("2008-11-29");

    expect_refused(s, transition(s, SUP_, "LA 12345"), CW_REFUSED_TRANSITION, "transitioned", "18 on 2026-11-29");
    s = child_born("2008-11-28");
    expect_taken(s, transition(s, SUP_, "LA 12345"));
    s = child_born("2008"); /* at the end of the year at the latest */
    expect_refused(s, transition(s, SUP_, "LA 12345"), CW_REFUSED_TRANSITION, "transitioned", "18 on 2026-12-31");
    s = child_born(NULL);
    expect_refused(s, transition(s, SUP_, "LA 12345"), CW_REFUSED_MISSING, "birth_date", "case set");
}
END_TEST

START_TEST(of_two_dates_that_stand_against_each_other_the_later_counts)
{
    struct story *s = child_born("2008-01-01");

    (void)story_dated(s, story_set_text(s, "EST", MCET_, FIELD_BIRTH_DATE, "2010-01-01"), 7);
    expect_refused(s, transition(s, SUP_, "LA 12345"), CW_REFUSED_TRANSITION, "transitioned", "18 on 2028-01-01");
}
END_TEST

/* On a test network the years in which invented cases happen have been. */
START_TEST(the_day_is_the_one_on_which_it_happened)
{
    const int64_t in_2030 = INT64_C(1900000000000);
    struct story *s = child_born("2012-02-03");
    uint32_t op = transition(s, SUP_, "LA 12345");

    expect_refused(s, op, CW_REFUSED_TRANSITION, "transitioned", "18 on 2030-02-03");
    story_interval(s, op, FIELD_OCCURRED, in_2030, in_2030);
    expect_taken(s, op);
}
END_TEST

START_TEST(it_says_where_the_adult_system_has_her)
{
    struct story *s = child_born("2008-01-01");

    expect_refused(s, transition(s, SUP_, NULL), CW_REFUSED_MISSING, "external_refs", "transitioned");
    expect_refused(s, transition(s, SUP_, "CRIME ZZ/012345/30"), CW_REFUSED_MISSING, "external_refs", "LA 12345");
    expect_taken(s, transition(s, SUP_, "MISPER MP-ZZ-30-00123"));
}
END_TEST

START_TEST(who_is_missing_at_eighteen_is_handed_on_by_an_inspector)
{
    struct story *s = story_child_missing();

    (void)story_dated(s, story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, "2008-01-01"), 6);
    expect_refused(s, transition(s, SUP_, "LA 12345"), CW_REFUSED_TRANSITION, "transitioned", "INSP, SUPT");
    expect_taken(s, transition(s, INSP_, "LA 12345"));
}
END_TEST

/* The interview is the local authority's and outlives the step, as it outlives a close: it goes on running. */
START_TEST(an_interview_that_is_owed_is_owed_afterwards)
{
    struct story *s = story_child_missing();
    const struct case_state *state;
    uint32_t back, runs = 0;

    (void)story_dated(s, story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, "2008-01-01"), 1);
    (void)story_said(s, "NTH", MCET_, EVENT_RISK_ASSESSMENT, 2);
    back = story_said(s, "NTH", MCET_, EVENT_RETURNED, 3);
    story_number(s, back, FIELD_HOW_KNOWN, 5);
    (void)transition(s, SUP_, "LA 12345");
    s->count++;
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_CHILD), 4);
    for (uint32_t i = 0; i < state->clock_count; i++)
        runs += state->clocks[i].clock == CLOCK_M8 && state->clocks[i].end == CLOCK_RUNS;
    ck_assert_uint_eq(runs, 1);
}
END_TEST

START_TEST(a_report_does_not_open_again_what_became_the_adult_systems)
{
    struct story *s = child_born("2008-01-01");
    uint32_t made = transition(s, SUP_, "LA 12345"), report, back;

    s->count++;
    report = story_said(s, "NTH", MCET_, EVENT_EPISODE_REPORTED, 20);
    story_number(s, report, FIELD_MISSING_FROM, 1);
    story_interval(s, report, FIELD_REPORTED_AT, NOON, NOON);
    story_interval(s, report, FIELD_LAST_SEEN, NOON, NOON);
    s->count--;
    expect_refused(s, report, CW_REFUSED_TRANSITION, "episode_reported", "adult");
    /* what was said in error is taken back, and the child is looked for */
    back = story_said(s, "NTH", SUP_, EVENT_TRANSITIONED, 15);
    story_corrects(s, back, made);
    story_at(s, back)->op.withdraws = true;
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_CHILD), 1);
}
END_TEST

/* A birth date that was put right since, or one that nobody can read: looking for a child waits for no paper. */
START_TEST(a_child_that_was_handed_on_in_error_is_reported_all_the_same)
{
    struct story *s = child_born("2008-01-01");
    uint32_t report, born = s->count - 1;

    transition(s, SUP_, "LA 12345");
    s->count++;
    story_after(s, story_dated(s, story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, "2012-01-01"), 15), born);
    report = story_said(s, "NTH", MCET_, EVENT_EPISODE_REPORTED, 20);
    story_number(s, report, FIELD_MISSING_FROM, 1);
    story_interval(s, report, FIELD_REPORTED_AT, NOON, NOON);
    story_interval(s, report, FIELD_LAST_SEEN, NOON, NOON);
    s->count--;
    expect_taken(s, report);
}
END_TEST

Suite *suite_transition(void)
{
    Suite *suite = suite_create("cases/transition");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_child_that_was_handed_on_in_error_is_reported_all_the_same);
    tcase_add_test(all, nobody_is_handed_on_before_eighteen);
    tcase_add_test(all, of_two_dates_that_stand_against_each_other_the_later_counts);
    tcase_add_test(all, the_day_is_the_one_on_which_it_happened);
    tcase_add_test(all, it_says_where_the_adult_system_has_her);
    tcase_add_test(all, who_is_missing_at_eighteen_is_handed_on_by_an_inspector);
    tcase_add_test(all, an_interview_that_is_owed_is_owed_afterwards);
    tcase_add_test(all, a_report_does_not_open_again_what_became_the_adult_systems);
    suite_add_tcase(suite, all);
    return suite;
}
