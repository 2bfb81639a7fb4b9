/* SPDX-License-Identifier: Apache-2.0 */
#include "host/metrics.h"

#include <check.h>

static char text[65536];
static struct metrics m;

static void begin(size_t room)
{
    metrics_begin(&m, text, room);
}

/* --- hostile --------------------------------------------------------------------------------------------------- */

START_TEST(a_label_cannot_end_its_quotes_or_its_line)
{
    const char *peer = "A\"} 1\nB\\";

    begin(sizeof text);
    metrics_add(&m, METRIC_PEER_UP, &peer, 1);
    ck_assert(metrics_end(&m));
    ck_assert_ptr_nonnull(strstr(text, "casewire_peer_up{peer=\"A\\\"} 1\\nB\\\\\"} 1\n"));
}
END_TEST

START_TEST(what_does_not_fit_is_said_and_nothing_is_written_beyond)
{
    static const size_t more = 64;

    for (size_t room = 1; room < 400; room++) {
        memset(text, 'x', room + more);
        begin(room);
        for (int i = 0; i < 10; i++)
            metrics_add(&m, METRIC_CASES, NULL, UINT64_MAX);
        ck_assert(!metrics_end(&m));
        for (size_t i = room; i < room + more; i++)
            ck_assert_int_eq(text[i], 'x');
    }
}
END_TEST

/* --- what it looks like ------------------------------------------------------------------------------------------ */

START_TEST(a_family_is_told_of_once_and_its_samples_follow)
{
    const char *results[] = {"accepted", "refused"};

    begin(sizeof text);
    metrics_add(&m, METRIC_SUBMISSIONS, &results[0], 7);
    metrics_add(&m, METRIC_SUBMISSIONS, &results[1], 0);
    metrics_add(&m, METRIC_CASES, NULL, 3);
    ck_assert(metrics_end(&m));
    ck_assert_ptr_eq(strstr(text, "# TYPE casewire_submissions counter\n"), text);
    ck_assert_ptr_nonnull(strstr(text, "casewire_submissions_total{result=\"accepted\"} 7\n"
                                       "casewire_submissions_total{result=\"refused\"} 0\n"
                                       "# TYPE casewire_cases gauge\n# HELP casewire_cases Cases held.\n"
                                       "casewire_cases 3\n# EOF\n"));
}
END_TEST

START_TEST(seconds_have_three_digits_and_never_a_sign)
{
    begin(sizeof text);
    metrics_add_ms(&m, METRIC_START_TIME, NULL, 1234);
    metrics_add_ms(&m, METRIC_START_TIME, NULL, -5);
    ck_assert(metrics_end(&m));
    ck_assert_ptr_nonnull(strstr(text, "# UNIT casewire_start_time_seconds seconds\n"));
    ck_assert_ptr_nonnull(strstr(text, "casewire_start_time_seconds 1.234\ncasewire_start_time_seconds 0.000\n"));
}
END_TEST

START_TEST(a_difference_has_its_sign)
{
    const char *peer = "EST";

    begin(sizeof text);
    metrics_add_signed_ms(&m, METRIC_CLOCK_SKEW, &peer, -1500);
    metrics_add_signed_ms(&m, METRIC_CLOCK_SKEW, &peer, 7);
    metrics_add_signed_ms(&m, METRIC_CLOCK_SKEW, &peer, INT64_MIN);
    ck_assert(metrics_end(&m));
    ck_assert_ptr_nonnull(strstr(text, "casewire_clock_skew_seconds{peer=\"EST\"} -1.500\n"
                                       "casewire_clock_skew_seconds{peer=\"EST\"} 0.007\n"
                                       "casewire_clock_skew_seconds{peer=\"EST\"} -9223372036854775.808\n"));
}
END_TEST

START_TEST(buckets_add_up)
{
    const int64_t bounds[] = {1, 50, 1000};
    const uint64_t counts[] = {3, 0, 2, 1};

    begin(sizeof text);
    metrics_add_histogram(&m, METRIC_TURN_TIME, bounds, counts, 3, 4321);
    ck_assert(metrics_end(&m));
    ck_assert_ptr_nonnull(strstr(text, "casewire_turn_duration_seconds_bucket{le=\"0.001\"} 3\n"
                                       "casewire_turn_duration_seconds_bucket{le=\"0.050\"} 3\n"
                                       "casewire_turn_duration_seconds_bucket{le=\"1.000\"} 5\n"
                                       "casewire_turn_duration_seconds_bucket{le=\"+Inf\"} 6\n"
                                       "casewire_turn_duration_seconds_sum 4.321\n"
                                       "casewire_turn_duration_seconds_count 6\n"));
}
END_TEST

/* --- the table --------------------------------------------------------------------------------------------------- */

static bool is_name(const char *s)
{
    return s[0] != '\0' && strspn(s, "abcdefghijklmnopqrstuvwxyz_") == strlen(s);
}

static bool ends_with(const char *s, const char *end)
{
    size_t len = strlen(s), end_len = strlen(end);

    return len > end_len && strcmp(s + len - end_len, end) == 0;
}

static size_t label_count(const struct metric_row *row)
{
    size_t count = row->labels[0] != '\0';

    for (const char *at = row->labels; (at = strchr(at, ',')) != NULL; at++)
        count++;
    return count;
}

START_TEST(every_row_keeps_the_rules_of_names)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_row *row = &metric_table[i];
        char name[METRIC_NAME_LEN_MAX], unit[40];

        metric_name((enum metric)i, name);
        ck_assert_msg(is_name(row->family) && strncmp(name, "casewire_", 9) == 0, "%s", name);
        ck_assert_msg(ends_with(name, "_total") == (row->type == METRIC_COUNTER), "%s", name);
        ck_assert_msg(ends_with(name, "_info") == (row->type == METRIC_INFO), "%s", name);
        (void)snprintf(unit, sizeof unit, "_%s", row->unit);
        ck_assert_msg(row->unit[0] == '\0' || ends_with(row->family, unit), "%s ends with its unit", row->family);
        ck_assert_msg(ends_with(row->sentence, "."), "%s has a sentence", name);
        ck_assert_uint_le(label_count(row), METRIC_LABELS_MAX);
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(row->family, metric_table[k].family);
    }
}
END_TEST

START_TEST(no_label_can_name_a_case_or_a_person)
{
    static const char *const allowed[] = {"", "peer", "result", "event", "version,division", "reason", "what"};

    for (int i = 0; i < METRIC_COUNT; i++) {
        bool found = false;

        for (size_t k = 0; k < CW_COUNT(allowed); k++)
            found = found || strcmp(metric_table[i].labels, allowed[k]) == 0;
        ck_assert_msg(found, "%s: %s", metric_table[i].family, metric_table[i].labels);
    }
}
END_TEST

Suite *suite_metrics(void)
{
    Suite *s = suite_create("metrics");
    TCase *t = tcase_create("metrics");

    tcase_add_test(t, a_label_cannot_end_its_quotes_or_its_line);
    tcase_add_test(t, what_does_not_fit_is_said_and_nothing_is_written_beyond);
    tcase_add_test(t, a_family_is_told_of_once_and_its_samples_follow);
    tcase_add_test(t, seconds_have_three_digits_and_never_a_sign);
    tcase_add_test(t, buckets_add_up);
    tcase_add_test(t, a_difference_has_its_sign);
    tcase_add_test(t, every_row_keeps_the_rules_of_names);
    tcase_add_test(t, no_label_can_name_a_case_or_a_person);
    suite_add_tcase(s, t);
    return s;
}
