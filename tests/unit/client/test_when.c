/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/calendar.h"
#include "lib/when.h"

#include "proto/bytes.h"

#include <check.h>

Suite *suite_when(void);

static int64_t earliest(const char *text)
{
    struct cw_wall from, to;

    ck_assert_msg(when_parse(slice_of(text), &from, &to), "%s", text);
    return from.ms;
}

START_TEST(a_time_without_a_zone_is_london)
{
    ck_assert_int_eq(earliest("2018-03-19T16:00"), earliest("2018-03-19T16:00Z")); /* winter */
    ck_assert_int_eq(earliest("2018-07-19T16:00"), earliest("2018-07-19T15:00Z")); /* summer */
    ck_assert_int_eq(earliest("2018-07-19 16:00:05"), earliest("2018-07-19T16:00:05+01:00"));
    ck_assert_int_eq(earliest("2018-03-19T16:00Z"), INT64_C(1521475200000));
    ck_assert_int_eq(earliest("2018-03-19T16:00:00.25Z"), INT64_C(1521475200250));
    ck_assert_int_eq(earliest("2018-03-19T16:00:00.0019999Z"), INT64_C(1521475200001));
}
END_TEST

START_TEST(summer_begins_and_ends_at_one_in_the_morning_utc)
{
    char text[WHEN_TEXT_LEN_MAX];

    when_london((struct cw_wall){earliest("2018-03-25T00:59:59Z")}, false, text);
    ck_assert_str_eq(text, "Sun 25 Mar 2018 00:59");
    when_london((struct cw_wall){earliest("2018-03-25T01:00Z")}, false, text);
    ck_assert_str_eq(text, "Sun 25 Mar 2018 02:00");
    when_london((struct cw_wall){earliest("2018-10-28T00:59Z")}, false, text);
    ck_assert_str_eq(text, "Sun 28 Oct 2018 01:59");
    when_london((struct cw_wall){earliest("2018-10-28T01:00Z")}, true, text);
    ck_assert_str_eq(text, "Sun 28 Oct 2018 01:00:00");
}
END_TEST

START_TEST(machines_get_utc_and_it_reads_back)
{
    char text[WHEN_TEXT_LEN_MAX];

    when_utc((struct cw_wall){0}, text);
    ck_assert_str_eq(text, "1970-01-01T00:00:00.000Z");
    when_utc((struct cw_wall){-1}, text);
    ck_assert_str_eq(text, "1969-12-31T23:59:59.999Z");
    for (int64_t day = 0; day < 40000; day += 17) {
        when_utc((struct cw_wall){day * 86400000 + 3723000}, text);
        ck_assert_int_eq(earliest(text), day * 86400000 + 3723000);
    }
}
END_TEST

START_TEST(a_day_is_all_of_it_also_when_it_has_25_hours)
{
    struct cw_wall from, to;

    ck_assert(when_parse(slice_of("2018-10-28"), &from, &to));
    ck_assert_int_eq(to.ms - from.ms + 1, INT64_C(25) * 3600000);
    ck_assert(when_parse(slice_of("2018-03-19/2018-03-23"), &from, &to));
    ck_assert_int_eq(to.ms - from.ms + 1, INT64_C(5) * 86400000);
}
END_TEST

/* Sunday 29 November 2026, 00:30 in London. */
static const struct cw_wall night = {INT64_C(1795912200000)};

static void reads_as(const char *text, enum when_tense tense, const char *from_text, const char *to_text)
{
    struct cw_wall from, to;
    char why[WHEN_WHY_LEN_MAX], got[WHEN_TEXT_LEN_MAX];

    ck_assert_msg(when_read(slice_of(text), night, tense, &from, &to, why), "%s: %s", text, why);
    when_utc(from, got);
    ck_assert_msg(strncmp(got, from_text, strlen(from_text)) == 0, "%s begins %s", text, got);
    when_utc(to, got);
    ck_assert_msg(strncmp(got, to_text, strlen(to_text)) == 0, "%s ends %s", text, got);
}

static const char *refusal(const char *text, enum when_tense tense)
{
    static char why[WHEN_WHY_LEN_MAX];
    struct cw_wall from = {7}, to = {7};

    ck_assert_msg(!when_read(slice_of(text), night, tense, &from, &to, why), "%s", text);
    ck_assert_int_eq(from.ms, 7); /* untouched */
    ck_assert_int_eq(to.ms, 7);
    return why;
}

START_TEST(an_officer_types_times_as_they_are_said)
{
    reads_as("yesterday 23:10", WHEN_PAST, "2026-11-28T23:10:00", "2026-11-28T23:10:00");
    reads_as("today 00:10", WHEN_PAST, "2026-11-29T00:10:00", "2026-11-29T00:10:00");
    reads_as("00:10", WHEN_PAST, "2026-11-29T00:10:00", "2026-11-29T00:10:00");
    reads_as("now", WHEN_PAST, "2026-11-29T00:30:00", "2026-11-29T00:30:00");
    reads_as("about 00:20", WHEN_PAST, "2026-11-29T00:05:00", "2026-11-29T00:35:00");
    reads_as("about yesterday 16:00", WHEN_PAST, "2026-11-28T15:45:00", "2026-11-28T16:15:00");
    reads_as("between yesterday 16:00 and 17:30", WHEN_PAST, "2026-11-28T16:00:00", "2026-11-28T17:30:00");
    reads_as("between yesterday 23:10 and 00:20", WHEN_PAST, "2026-11-28T23:10:00", "2026-11-29T00:20:00");
    reads_as("from 2018-03-19 14:00 to 15:00", WHEN_PAST, "2018-03-19T14:00:00", "2018-03-19T15:00:00");
    reads_as("2018-03-19 14:00/15:00", WHEN_PAST, "2018-03-19T14:00:00", "2018-03-19T15:00:00");
    reads_as("Mon 19 Mar 2018 14:00", WHEN_PAST, "2018-03-19T14:00:00", "2018-03-19T14:00:00");
    reads_as("1 Jul 2018 14:00", WHEN_PAST, "2018-07-01T13:00:00", "2018-07-01T13:00:00");
    reads_as("Yesterday", WHEN_PAST, "2026-11-28T00:00:00", "2026-11-28T23:59:59.999");
    reads_as("06:00", WHEN_COMING, "2026-11-29T06:00:00", "2026-11-29T06:00:00");
    reads_as("00:10", WHEN_COMING, "2026-11-30T00:10:00", "2026-11-30T00:10:00");
    reads_as("tomorrow 06:00", WHEN_COMING, "2026-11-30T06:00:00", "2026-11-30T06:00:00");
    reads_as("in 4h", WHEN_COMING, "2026-11-29T04:30:00", "2026-11-29T04:30:00");
    reads_as("in 90 min", WHEN_COMING, "2026-11-29T02:00:00", "2026-11-29T02:00:00");
}
END_TEST

START_TEST(the_doubled_hour_is_never_guessed)
{
    const char *why = refusal("2026-10-25 01:30", WHEN_PAST);

    ck_assert_ptr_nonnull(strstr(why, "01:30 came twice on Sun 25 Oct 2026"));
    ck_assert_ptr_nonnull(strstr(why, "01:30 BST"));
    ck_assert_ptr_nonnull(strstr(why, "01:30 GMT"));
    refusal("2026-10-25 01:00", WHEN_PAST);
    refusal("2026-10-25T01:59:59", WHEN_PAST);
    refusal("about 2026-10-25 01:30", WHEN_PAST);
    refusal("between 2026-10-25 00:30 and 01:30", WHEN_PAST);
    reads_as("2026-10-25 00:59", WHEN_PAST, "2026-10-24T23:59:00", "2026-10-24T23:59:00");
    reads_as("2026-10-25 02:00", WHEN_PAST, "2026-10-25T02:00:00", "2026-10-25T02:00:00");
    reads_as("2026-10-25 01:30 BST", WHEN_PAST, "2026-10-25T00:30:00", "2026-10-25T00:30:00");
    reads_as("2026-10-25 01:30 GMT", WHEN_PAST, "2026-10-25T01:30:00", "2026-10-25T01:30:00");
    reads_as("between 2026-10-25 01:30 BST and 01:30 GMT", WHEN_PAST, "2026-10-25T00:30:00", "2026-10-25T01:30:00");
}
END_TEST

START_TEST(the_missing_hour_is_never_guessed)
{
    const char *why = refusal("2026-03-29 01:30", WHEN_PAST);

    ck_assert_ptr_nonnull(strstr(why, "no 01:30 on Sun 29 Mar 2026"));
    ck_assert_ptr_nonnull(strstr(why, "01:30 GMT or 02:30 BST"));
    refusal("2026-03-29 01:00", WHEN_PAST);
    reads_as("2026-03-29 00:59", WHEN_PAST, "2026-03-29T00:59:00", "2026-03-29T00:59:00");
    reads_as("2026-03-29 02:00", WHEN_PAST, "2026-03-29T01:00:00", "2026-03-29T01:00:00");
    reads_as("2026-03-29 01:30 GMT", WHEN_PAST, "2026-03-29T01:30:00", "2026-03-29T01:30:00");
    reads_as("2026-03-29 02:30 BST", WHEN_PAST, "2026-03-29T01:30:00", "2026-03-29T01:30:00");
}
END_TEST

START_TEST(a_refused_time_says_what_to_type)
{
    ck_assert_ptr_nonnull(strstr(refusal("23:10", WHEN_PAST), "type \"yesterday 23:10\""));
    ck_assert_ptr_nonnull(strstr(refusal("between 00:10 and 01:00", WHEN_PAST), "01:00 today is still to come"));
    ck_assert_ptr_nonnull(strstr(refusal("Tue 19 Mar 2018", WHEN_PAST), "is a Mon"));
    ck_assert_ptr_nonnull(strstr(refusal("about yesterday", WHEN_PAST), "leave \"about\" out"));
    ck_assert_ptr_nonnull(strstr(refusal("soon", WHEN_COMING), "in 4h"));
    ck_assert_ptr_nonnull(strstr(refusal("in 4 weeks", WHEN_COMING), "in 90m"));
    ck_assert_ptr_nonnull(strstr(refusal("16 o'clock", WHEN_PAST), "about 16:00"));
    ck_assert_ptr_nonnull(strstr(refusal("2018-03-20/2018-03-19", WHEN_PAST), "ends before it begins"));
    ck_assert_ptr_nonnull(strstr(refusal("0000-07-08", WHEN_PAST), "years 1 to 9999"));
    ck_assert_ptr_nonnull(strstr(refusal("0001-01-01T00:00:00+01:00", WHEN_PAST), "years 1 to 9999"));
    ck_assert_ptr_nonnull(strstr(refusal("9999-12-31T23:59:59-01:00", WHEN_PAST), "years 1 to 9999"));
    refusal("in 4h", WHEN_PAST); /* nothing has happened in four hours */
    refusal("between 00:10", WHEN_PAST);
    refusal("yesterday 23:10 and", WHEN_PAST);
    refusal("nowish", WHEN_PAST);
}
END_TEST

/* Half past midnight: 20:00 behind "yesterday 20:30" would be this evening. */
START_TEST(the_end_of_what_has_been_is_not_this_evening)
{
    const char *why = refusal("between yesterday 20:30 and 20:00", WHEN_PAST);

    ck_assert_msg(strstr(why, "it ends before it begins, or on Sun 29 Nov 2026 at 20:00, which is still to come") !=
                      NULL,
                  "%s", why);
    refusal("yesterday 20:30/20:00", WHEN_PAST);
    reads_as("between 2018-03-19 20:30 and 20:00", WHEN_PAST, "2018-03-19T20:30:00", "2018-03-20T20:00:00");
    reads_as("between yesterday 20:30 and 00:30", WHEN_PAST, "2026-11-28T20:30:00", "2026-11-29T00:30:00");
    reads_as("between tomorrow 20:30 and 20:00", WHEN_PAST, "2026-11-30T20:30:00", "2026-12-01T20:00:00");
    reads_as("between yesterday 20:30 and 20:00", WHEN_COMING, "2026-11-28T20:30:00", "2026-11-29T20:00:00");
}
END_TEST

START_TEST(every_clock_time_is_one_moment_two_or_none)
{
    for (int64_t day = 20000; day < 22000; day++) /* autumn 2024 to spring 2030 */
        for (int64_t half = 0; half < 48; half++) {
            int64_t local = day * 86400000 + half * 1800000, at[2];
            int count = calendar_moments(local, at);

            for (int i = 0; i < count; i++)
                ck_assert_int_eq(at[i] + calendar_offset_ms(at[i]), local);
            ck_assert(count == 1 || (half >= 2 && half < 4 && strcmp(calendar_weekday(day), "Sun") == 0));
        }
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
    static const char *const bad[] = {"",
                                      "2018",
                                      "2018-3-1",
                                      "2018-02-29",
                                      "2018-13-01",
                                      "2018-03-19T",
                                      "2018-03-19T1",
                                      "2018-03-19T16:60",
                                      "2018-03-19T16:00+15:00",
                                      "2018-03-19T16:00Zx",
                                      "x",
                                      "2018-03-19/",
                                      "/2018-03-19",
                                      "2018-03-20/2018-03-19",
                                      "2018-03-19T16:00:61"};
    struct cw_wall from, to;

    for (size_t i = 0; i < CW_COUNT(bad); i++)
        ck_assert_msg(!when_parse(slice_of(bad[i]), &from, &to), "%s", bad[i]);
}
END_TEST

START_TEST(people_see_how_long_ago)
{
    struct cw_wall now = {INT64_C(1795348800000)};
    char text[WHEN_TEXT_LEN_MAX];

    when_relative((struct cw_wall){now.ms - 3000}, now, text);
    ck_assert_str_eq(text, "3 s ago");
    when_relative((struct cw_wall){now.ms - 7200000}, now, text);
    ck_assert_str_eq(text, "2 h ago");
    when_relative((struct cw_wall){now.ms + 120000}, now, text);
    ck_assert_str_eq(text, "in 2 min");
    when_relative(now, now, text);
    ck_assert_str_eq(text, "just now");
}
END_TEST

START_TEST(a_short_time_says_as_much_as_is_needed)
{
    struct cw_wall now = {earliest("2018-07-19T00:30")}; /* 18 July, 23:30 UTC: the day is London's */
    char text[WHEN_TEXT_LEN_MAX];

    when_short((struct cw_wall){earliest("2018-07-19T16:05")}, now, text);
    ck_assert_str_eq(text, "16:05");
    when_short((struct cw_wall){earliest("2018-07-18T23:59")}, now, text);
    ck_assert_str_eq(text, "Wed 18 Jul 23:59");
    when_short((struct cw_wall){earliest("2017-12-31T23:59")}, now, text);
    ck_assert_str_eq(text, "31 Dec 2017 23:59");
}
END_TEST

START_TEST(a_time_off_every_calendar_is_shown_as_its_end)
{
    struct cw_wall now = {INT64_C(1795348800000)};
    char text[WHEN_TEXT_LEN_MAX];

    when_utc((struct cw_wall){INT64_MAX}, text);
    ck_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
    when_utc((struct cw_wall){INT64_MIN}, text);
    ck_assert_str_eq(text, "0001-01-01T00:00:00.000Z");
    when_london((struct cw_wall){INT64_MAX}, false, text);
    ck_assert_str_eq(text, "Fri 31 Dec 9999 23:59");
    when_short((struct cw_wall){INT64_MIN}, now, text);
    ck_assert_str_eq(text, "1 Jan 1 00:00");
    when_relative((struct cw_wall){INT64_MIN}, now, text);
    ck_assert_str_eq(text, "739941 d ago");
}
END_TEST

Suite *suite_when(void)
{
    Suite *s = suite_create("when");
    TCase *t = tcase_create("times");

    tcase_add_test(t, a_time_without_a_zone_is_london);
    tcase_add_test(t, summer_begins_and_ends_at_one_in_the_morning_utc);
    tcase_add_test(t, machines_get_utc_and_it_reads_back);
    tcase_add_test(t, a_day_is_all_of_it_also_when_it_has_25_hours);
    tcase_add_test(t, what_is_no_time_is_refused);
    tcase_add_test(t, an_officer_types_times_as_they_are_said);
    tcase_add_test(t, the_doubled_hour_is_never_guessed);
    tcase_add_test(t, the_missing_hour_is_never_guessed);
    tcase_add_test(t, a_refused_time_says_what_to_type);
    tcase_add_test(t, the_end_of_what_has_been_is_not_this_evening);
    tcase_add_test(t, every_clock_time_is_one_moment_two_or_none);
    tcase_add_test(t, a_short_time_says_as_much_as_is_needed);
    tcase_add_test(t, people_see_how_long_ago);
    tcase_add_test(t, a_time_off_every_calendar_is_shown_as_its_end);
    suite_add_tcase(s, t);
    return s;
}
