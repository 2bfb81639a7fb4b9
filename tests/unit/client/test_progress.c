/* SPDX-License-Identifier: Apache-2.0 */
/* The line of a progress bar. */
#include "tool/progress.h"

#include <check.h>

Suite *suite_progress(void);

START_TEST(a_bar_says_how_far_how_fast_and_how_long)
{
    char line[CLI_WIDTH + 1];

    progress_line("cases", 50, 200, 1000, line);
    ck_assert_str_eq(line, "cases [#####               ]  25 %  50 of 200, 50/s, 3 s left");
    progress_line("cases", 200, 200, 4000, line);
    ck_assert_str_eq(line, "cases [####################] 100 %  200 of 200, 50/s, 0 s left");
}
END_TEST

START_TEST(without_a_total_it_counts)
{
    char line[CLI_WIDTH + 1];

    progress_line("records", 120, 0, 2000, line);
    ck_assert_str_eq(line, "records  120, 60/s");
    progress_line("records", 7, 5, 0, line); /* more than was expected */
    ck_assert_str_eq(line, "records  7, 0/s");
}
END_TEST

START_TEST(no_line_is_wider_than_a_screen)
{
    char line[CLI_WIDTH + 1];

    progress_line("a name that goes on and on and on", UINT64_MAX / 200, UINT64_MAX / 20, 1, line);
    ck_assert_uint_le(strlen(line), CLI_WIDTH);
    progress_line("cases", 0, 1, 0, line);
    ck_assert_ptr_nonnull(strstr(line, "0 of 1"));
}
END_TEST

START_TEST(nothing_is_drawn_where_nobody_looks)
{
    struct cli cli = {.quiet = true};
    struct progress p;

    progress_begin(&p, &cli, "cases");
    ck_assert(!p.wanted);
    cli = (struct cli){.json = true};
    progress_begin(&p, &cli, "cases");
    ck_assert(!p.wanted);
    progress_at(&p, 1, 2);
    progress_end(&p);
    ck_assert(!p.drawn);
}
END_TEST

Suite *suite_progress(void)
{
    Suite *s = suite_create("progress");
    TCase *t = tcase_create("bar");

    tcase_add_test(t, a_bar_says_how_far_how_fast_and_how_long);
    tcase_add_test(t, without_a_total_it_counts);
    tcase_add_test(t, no_line_is_wider_than_a_screen);
    tcase_add_test(t, nothing_is_drawn_where_nobody_looks);
    suite_add_tcase(s, t);
    return s;
}
