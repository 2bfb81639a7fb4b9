/* SPDX-License-Identifier: Apache-2.0 */
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

Suite *suite_when(void)
{
    Suite *s = suite_create("when");
    TCase *t = tcase_create("times");

    tcase_add_test(t, a_time_without_a_zone_is_london);
    tcase_add_test(t, summer_begins_and_ends_at_one_in_the_morning_utc);
    tcase_add_test(t, machines_get_utc_and_it_reads_back);
    tcase_add_test(t, a_day_is_all_of_it_also_when_it_has_25_hours);
    tcase_add_test(t, what_is_no_time_is_refused);
    tcase_add_test(t, a_short_time_says_as_much_as_is_needed);
    tcase_add_test(t, people_see_how_long_ago);
    suite_add_tcase(s, t);
    return s;
}
