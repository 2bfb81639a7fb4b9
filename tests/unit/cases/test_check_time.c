/* SPDX-License-Identifier: Apache-2.0 */
/* Times and days that cannot be meant, judged by the time at which their author signed. */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define TODAY INT64_C(1795780800000)    /* 2026-11-27T12:00Z */
#define NEW_YEAR INT64_C(1893456000000) /* of 2030 */
#define INVENTED INT64_C(1900000000000) /* in March 2030 */

static struct refusal refusal;
static const struct case_state *state;
static struct story *s;

/* A child's case, opened and signed at noon of the day. */
static void begin(uint32_t kind)
{
    s = story_open(kind, "NTH", MCET_);
    s->now = (uint64_t)TODAY;
    story_at(s, 0)->head.author_time.ms = TODAY;
    story_text(s, 0, FIELD_TITLE, "Child M");
    state = story_fold(s);
}

static enum admission checked(uint32_t op)
{
    memset(&refusal, 0, sizeof(refusal));
    return story_check(s, state, op, &refusal);
}

static void ck_assert_refused_at(uint32_t op, const char *where, const char *says)
{
    ck_assert_int_eq(checked(op), ADMIT_REFUSED);
    ck_assert_str_eq(cw_err_name(refusal.code), cw_err_name(CW_REFUSED_VALUE));
    ck_assert_str_eq(refusal.where, where);
    ck_assert_msg(strstr(refusal.text, says) != NULL, "%s", refusal.text);
}

static uint32_t with_time(uint32_t event, uint32_t field, int64_t earliest, int64_t latest)
{
    uint32_t op = event == EVENT_NONE ? story_op(s, "NTH", R_ANY, OP_SET) : story_event(s, "NTH", R_ANY, event);

    story_interval(s, op, field, earliest, latest);
    if (event == EVENT_SIGHTING)
        story_number(s, op, FIELD_CONFIDENCE, 1);
    if (event == EVENT_PREVENTION_INTERVIEW)
        story_text(s, op, FIELD_RESULT, "Well");
    if (event == EVENT_NOTE)
        story_text(s, op, FIELD_TEXT, "Rang the home");
    if (event == EVENT_COMMITMENT)
        story_number(s, op, FIELD_OFFICERS, 4);
    if (event == EVENT_ACTION)
        story_text(s, op, FIELD_DECISION, "Search the yards");
    return op;
}

START_TEST(what_has_been_does_not_lie_ahead)
{
    begin(KIND_CHILD);
    ck_assert_refused_at(with_time(EVENT_NONE, FIELD_LAST_SEEN, TODAY + DAY, TODAY + DAY), "last_seen", "ahead");
    ck_assert_refused_at(with_time(EVENT_SIGHTING, FIELD_OCCURRED, TODAY + 2 * HOUR, TODAY + 2 * HOUR), "occurred",
                         "ahead");
    ck_assert_refused_at(with_time(EVENT_NOTE, FIELD_OCCURRED, TODAY - DAY, TODAY + 2 * DAY), "occurred", "ahead");
}
END_TEST

START_TEST(clocks_differ_by_less_than_an_hour_and_a_day_is_not_over)
{
    begin(KIND_CHILD);
    ck_assert_int_eq(checked(with_time(EVENT_SIGHTING, FIELD_OCCURRED, TODAY + HOUR / 2, TODAY + HOUR / 2)), ADMIT);
    ck_assert_int_eq(checked(with_time(EVENT_SIGHTING, FIELD_OCCURRED, TODAY - DAY / 2, TODAY + DAY / 2 - 1)), ADMIT);
}
END_TEST

/* "between yesterday 20:30 and 20:00", typed in the night: taken, it would hide every sighting of the day to come. */
START_TEST(only_days_typed_whole_may_end_ahead)
{
    const int64_t midnight = TODAY - DAY / 2, ends = midnight + DAY - 1;

    begin(KIND_CHILD);
    ck_assert_refused_at(with_time(EVENT_SIGHTING, FIELD_OCCURRED, TODAY - 16 * HOUR, TODAY + 8 * HOUR), "occurred",
                         "ahead");
    ck_assert_refused_at(with_time(EVENT_SIGHTING, FIELD_OCCURRED, midnight, TODAY + 8 * HOUR), "occurred", "ahead");
    ck_assert_refused_at(with_time(EVENT_SIGHTING, FIELD_OCCURRED, midnight + HOUR, ends), "occurred", "ahead");
    ck_assert_refused_at(with_time(EVENT_SIGHTING, FIELD_OCCURRED, midnight, ends + DAY), "occurred", "ahead");
    ck_assert_int_eq(checked(with_time(EVENT_SIGHTING, FIELD_OCCURRED, midnight - DAY, ends)), ADMIT);
}
END_TEST

/* The summer's days begin and end at 23:00 UTC, and the day on which the clocks go back has 25 hours. */
START_TEST(whole_days_are_londons)
{
    const int64_t july = INT64_C(1783724400000);    /* 2026-07-11T00:00 in London */
    const int64_t october = INT64_C(1792882800000); /* 2026-10-25T00:00 in London */

    begin(KIND_CHILD);
    s->now = (uint64_t)(july + HOUR);
    ck_assert_int_eq(checked(with_time(EVENT_SIGHTING, FIELD_OCCURRED, july, july + DAY - 1)), ADMIT);
    ck_assert_refused_at(with_time(EVENT_SIGHTING, FIELD_OCCURRED, july, july + DAY + HOUR - 1), "occurred", "ahead");
    s->now = (uint64_t)(october + HOUR);
    ck_assert_int_eq(checked(with_time(EVENT_SIGHTING, FIELD_OCCURRED, october, october + DAY + HOUR - 1)), ADMIT);
    ck_assert_refused_at(with_time(EVENT_SIGHTING, FIELD_OCCURRED, october, october + DAY - 1), "occurred", "ahead");
}
END_TEST

/* Signed on the day, submitted when there is a network again: the check knows no other clock than the author's. */
START_TEST(what_is_to_come_is_judged_by_the_time_of_signing)
{
    begin(KIND_CHILD);
    ck_assert_int_eq(checked(with_time(EVENT_NONE, FIELD_NEXT_REVIEW, TODAY + HOUR, TODAY + HOUR)), ADMIT);
    ck_assert_int_eq(checked(with_time(EVENT_NONE, FIELD_NEXT_REVIEW, TODAY - HOUR / 2, TODAY - HOUR / 2)), ADMIT);
    ck_assert_refused_at(with_time(EVENT_NONE, FIELD_NEXT_REVIEW, TODAY - DAY, TODAY - DAY), "next_review", "over");
    ck_assert_refused_at(with_time(EVENT_ACTION, FIELD_DUE, TODAY - DAY, TODAY - DAY), "due", "over");
}
END_TEST

START_TEST(only_a_commitment_may_be_of_a_day_to_come)
{
    begin(KIND_OPERATION);
    ck_assert_int_eq(checked(with_time(EVENT_COMMITMENT, FIELD_OCCURRED, TODAY + 9 * DAY, TODAY + 10 * DAY)), ADMIT);
    ck_assert_refused_at(with_time(EVENT_ARREST, FIELD_OCCURRED, TODAY + 9 * DAY, TODAY + 10 * DAY), "occurred",
                         "ahead");
}
END_TEST

START_TEST(a_child_is_not_seen_before_any_child_was_born)
{
    begin(KIND_CHILD);
    ck_assert_refused_at(with_time(EVENT_SIGHTING, FIELD_OCCURRED, DAY, DAY), "occurred", "18 years");
    ck_assert_refused_at(with_time(EVENT_NONE, FIELD_LAST_SEEN, DAY, DAY), "last_seen", "18 years");
    ck_assert_int_eq(checked(with_time(EVENT_NOTE, FIELD_OCCURRED, DAY, DAY)), ADMIT);
}
END_TEST

START_TEST(a_child_is_back_after_it_was_reported)
{
    begin(KIND_CHILD);
    story_interval(s, 0, FIELD_REPORTED_AT, TODAY - 4 * HOUR, TODAY - 4 * HOUR);
    state = story_fold(s);
    ck_assert_refused_at(with_time(EVENT_PREVENTION_INTERVIEW, FIELD_OCCURRED, TODAY - 6 * HOUR, TODAY - 6 * HOUR),
                         "occurred", "episode_cancelled");
    ck_assert_int_eq(checked(with_time(EVENT_SIGHTING, FIELD_OCCURRED, TODAY - 6 * HOUR, TODAY - 6 * HOUR)), ADMIT);
}
END_TEST

START_TEST(a_child_is_seen_before_it_is_reported)
{
    uint32_t op;

    begin(KIND_CHILD);
    op = with_time(EVENT_EPISODE_REPORTED, FIELD_REPORTED_AT, TODAY - 4 * HOUR, TODAY - 4 * HOUR);
    story_interval(s, op, FIELD_LAST_SEEN, TODAY - 2 * HOUR, TODAY - 2 * HOUR);
    ck_assert_refused_at(op, "reported_at", "before last_seen");
    op = with_time(EVENT_EPISODE_REPORTED, FIELD_REPORTED_AT, TODAY, TODAY);
    story_interval(s, op, FIELD_LAST_SEEN, TODAY + 3, TODAY + 3); /* both "now" */
    ck_assert_int_eq(checked(op), ADMIT);
}
END_TEST

START_TEST(a_test_network_has_the_years_of_invented_cases)
{
    begin(KIND_CHILD);
    ck_assert_int_eq(checked(with_time(EVENT_SIGHTING, FIELD_OCCURRED, INVENTED, INVENTED)), ADMIT);
    ck_assert_int_eq(checked(with_time(EVENT_NONE, FIELD_LAST_SEEN, NEW_YEAR - HOUR, NEW_YEAR)), ADMIT);
    struct admission_request request = {
        .op = &story_at(s, with_time(EVENT_SIGHTING, FIELD_OCCURRED, INVENTED, INVENTED))->op,
        .roles = R_ANY,
        .division = slice_of("NTH"),
        .author_time = {TODAY},
        .state = state};
    ck_assert_int_eq(cases_check_op(&request, &refusal), ADMIT_REFUSED);
}
END_TEST

/* --- the author's clock --------------------------------------------------------------------------------------- */

static enum admission signed_at(int64_t ms)
{
    uint32_t op = story_event(s, "NTH", MCET_, EVENT_NOTE);
    struct admission_request request = {.op = &story_at(s, op)->op,
                                        .roles = R_ANY,
                                        .division = slice_of("NTH"),
                                        .author_time = {ms},
                                        .now = {TODAY},
                                        .state = state,
                                        .network_synthetic = true};

    story_text(s, op, FIELD_TEXT, "Rang the mother");
    memset(&refusal, 0, sizeof refusal);
    return cases_check_op(&request, &refusal);
}

/* Every duty runs from what the author's clock said. What waited in an outbox comes late, however late. */
START_TEST(a_device_whose_clock_is_ahead_is_told_to_set_it)
{
    begin(KIND_CHILD);
    ck_assert_int_eq(signed_at(TODAY), ADMIT);
    ck_assert_int_eq(signed_at(TODAY + HOUR), ADMIT);
    ck_assert_int_eq(signed_at(TODAY - 400 * DAY), ADMIT);
    ck_assert_int_eq(signed_at(TODAY + HOUR + 1), ADMIT_REFUSED);
    ck_assert_str_eq(cw_err_name(refusal.code), cw_err_name(CW_REFUSED_VALUE));
    ck_assert_str_eq(refusal.where, "author_time");
    ck_assert_ptr_nonnull(strstr(refusal.text, "set the clock of this device"));
    ck_assert_int_eq(signed_at(TODAY + 365 * DAY), ADMIT_REFUSED);
    ck_assert_ptr_nonnull(strstr(refusal.text, "365 days"));
}
END_TEST

/* --- dates of birth ------------------------------------------------------------------------------------------- */

START_TEST(a_child_is_under_eighteen_on_the_day_its_case_begins)
{
    static const char *const right[] = {"2008-11-28", "2008", "~2008", "2008-11", "2026-11-27", "2026"};
    static const char *const wrong[] = {"2008-11-27", "2007", "~2007-06", "1950-01-01"};
    static const char *const ahead[] = {"2026-11-28", "2027", "2031-01-01", "~2026-12"};

    begin(KIND_CHILD);
    for (size_t i = 0; i < CW_COUNT(right); i++)
        ck_assert_msg(checked(story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, right[i])) == ADMIT, "%s", right[i]);
    for (size_t i = 0; i < CW_COUNT(wrong); i++)
        ck_assert_refused_at(story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, wrong[i]), "birth_date", "18 years");
    for (size_t i = 0; i < CW_COUNT(ahead); i++)
        ck_assert_refused_at(story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, ahead[i]), "birth_date", "ahead");
    ck_assert_refused_at(story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, "9999"), "birth_date", "year");
}
END_TEST

/* The case runs on: who was a child then may be put right when it no longer is one. */
START_TEST(an_age_is_counted_on_the_day_of_opening)
{
    uint32_t op;

    begin(KIND_CHILD);
    op = story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, "2009-01-01");
    story_at(s, op)->head.author_time.ms = TODAY + 400 * DAY;
    ck_assert_int_eq(checked(op), ADMIT);
    op = story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, "2008-01-01");
    ck_assert_refused_at(op, "birth_date", "18 years");
}
END_TEST

START_TEST(a_nominal_was_born_and_not_too_long_ago)
{
    begin(KIND_NOMINAL);
    ck_assert_int_eq(checked(story_set_text(s, "NTH", MCET_, FIELD_BORN, "1940-02-29")), ADMIT);
    ck_assert_refused_at(story_set_text(s, "NTH", MCET_, FIELD_BORN, "2050"), "birth_date", "ahead");
    ck_assert_refused_at(story_set_text(s, "NTH", MCET_, FIELD_BORN, "1850"), "birth_date", "1900");
}
END_TEST

Suite *suite_check_time(void);
Suite *suite_check_time(void)
{
    Suite *suite = suite_create("cases/check_time");
    TCase *times = tcase_create("times"), *births = tcase_create("births");

    tcase_add_test(times, what_has_been_does_not_lie_ahead);
    tcase_add_test(times, clocks_differ_by_less_than_an_hour_and_a_day_is_not_over);
    tcase_add_test(times, only_days_typed_whole_may_end_ahead);
    tcase_add_test(times, whole_days_are_londons);
    tcase_add_test(times, what_is_to_come_is_judged_by_the_time_of_signing);
    tcase_add_test(times, only_a_commitment_may_be_of_a_day_to_come);
    tcase_add_test(times, a_child_is_not_seen_before_any_child_was_born);
    tcase_add_test(times, a_child_is_back_after_it_was_reported);
    tcase_add_test(times, a_child_is_seen_before_it_is_reported);
    tcase_add_test(times, a_test_network_has_the_years_of_invented_cases);
    tcase_add_test(times, a_device_whose_clock_is_ahead_is_told_to_set_it);
    tcase_add_test(births, a_child_is_under_eighteen_on_the_day_its_case_begins);
    tcase_add_test(births, an_age_is_counted_on_the_day_of_opening);
    tcase_add_test(births, a_nominal_was_born_and_not_too_long_ago);
    suite_add_tcase(suite, times);
    suite_add_tcase(suite, births);
    return suite;
}
