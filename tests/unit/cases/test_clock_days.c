/* SPDX-License-Identifier: Apache-2.0 */
/* Days of duties (docs/fold.md §19; DOMAIN §10): working days, bank holidays, summer time, and what policy may say of them. */
#include "tests/unit/cases/world.h"

#include "cases/calendar.h"

#define HOUR_MS INT64_C(3600000)
static int64_t working_days_after(const char *date, int64_t hours, int64_t count)
{
    int64_t day;

    ck_assert(date_parse(slice_of(date), &day));
    return add_working_days(NULL, london_midnight(day) + hours * HOUR_MS, count);
}

static int64_t time_of(const char *date, int64_t hours)
{
    int64_t day;

    ck_assert(date_parse(slice_of(date), &day));
    return london_midnight(day) + hours * HOUR_MS;
}

/* 19: Good Friday is 3 April 2026, Easter Monday 6 April. */
START_TEST(cash_seized_before_easter_is_counted_around_it)
{
    ck_assert_int_eq(working_days_after("2026-04-02", 15, 2), time_of("2026-04-08", 15));
    ck_assert_int_eq(working_days_after("2026-04-04", 15, 2), time_of("2026-04-09", 0));
    ck_assert_int_eq(working_days_after("2026-12-24", 9, 1), time_of("2026-12-29", 9)); /* substitute on the 28th */
}
END_TEST

START_TEST(summer_time_begins_and_ends_on_the_last_sundays)
{
    int64_t march = time_of("2026-03-29", 1), october = time_of("2026-10-25", 2);

    ck_assert_int_eq(london_offset_ms(march - 1), 0);
    ck_assert_int_eq(london_offset_ms(march), HOUR_MS);
    ck_assert_int_eq(london_offset_ms(october - 1), HOUR_MS);
    ck_assert_int_eq(london_offset_ms(october), 0);
    ck_assert_int_eq(time_of("2026-07-01", 0) % DAY_MS, 23 * HOUR_MS);
}
END_TEST

START_TEST(policy_names_days_and_durations_and_what_makes_no_sense_changes_nothing)
{
    static const char *const bad[][2] = {{"calendar.2026-02-30", "holiday"},
                                         {"calendar.2026-12-01", "maybe"},
                                         {"clock.M6.working_days", "1001"},
                                         {"clock.M6.duration_s", "1"},
                                         {"ladder.4", "SUP"},
                                         {"clock.M2.told", "NOBODY"}};
    struct case_policy policy = {0};
    int64_t day;

    for (size_t i = 0; i < CW_COUNT(bad); i++)
        ck_assert_int_ne(case_policy_apply(&policy, slice_of(bad[i][0]), slice_of(bad[i][1]), NULL), CW_OK);
    ck_assert_uint_eq(policy.count, 0);
    ck_assert(date_parse(slice_of("2026-11-30"), &day));
    ck_assert(is_working_day(&policy, day));
    ck_assert_int_eq(case_policy_apply(&policy, slice_of("calendar.2026-11-30"), slice_of("holiday"), NULL), CW_OK);
    ck_assert(!is_working_day(&policy, day));
    ck_assert_int_eq(case_policy_apply(&policy, slice_of("clock.M6.working_days"), slice_of("3"), NULL), CW_OK);
    ck_assert_int_eq(policy_span(&policy, SPAN_M6), 3);
    ck_assert_int_eq(case_policy_apply(&policy, slice_of("clock.M2.waive"), slice_of("any"), NULL), CW_OK);
    ck_assert_uint_eq(policy_waive(&policy, schema_clock(CLOCK_M2)), R_NONE);
}
END_TEST

Suite *suite_clock_days(void);
Suite *suite_clock_days(void)
{
    Suite *suite = suite_create("cases/clock_days");
    TCase *t = tcase_create("days");

    tcase_add_test(t, cash_seized_before_easter_is_counted_around_it);
    tcase_add_test(t, summer_time_begins_and_ends_on_the_last_sundays);
    tcase_add_test(t, policy_names_days_and_durations_and_what_makes_no_sense_changes_nothing);
    suite_add_tcase(suite, t);
    return suite;
}
