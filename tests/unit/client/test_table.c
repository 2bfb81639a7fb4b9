/* SPDX-License-Identifier: Apache-2.0 */
/* A list on a terminal: one line for each row, where that can be. */
#include "tests/unit/client/printing.h"
#include "tool/out.h"

#include <check.h>
#include <string.h>

Suite *suite_table(void);

static const char *const heading[] = {"case", "kind", "risk", "in hand", "duty", "id", NULL};
static const char *const spare[] = {"kind", NULL};
static const char *const shorten[] = {"in hand", "duty", NULL};

#define LONG "national missing persons unit told"

/* Of two rows: who has the second in hand, and what it is. */
static const char *list_on(int columns, bool verbose, const char *who, const char *duty)
{
    struct cli cli = {.terminal = columns > 0, .columns = columns, .verbose = verbose};
    const char *cells[] = {"2Q5E0PC", "missing_child", "high",   "",  "risk review", "6a2a43",
                           "RKV97YP", "missing_child", "medium", who, duty,          "0fa31a"};
    struct table t;

    printing_begin();
    table_begin(&t, &cli, heading);
    table_fit(&t, spare, shorten);
    for (size_t i = 0; i < CW_COUNT(cells); i++)
        table_add(&t, cells[i]);
    table_end(&t);
    return printing_end();
}

static void expect_lines(const char *text, size_t count, size_t width)
{
    for (; *text != '\0'; text += strcspn(text, "\n") + 1, count--) {
        char line[200];

        snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
        ck_assert_msg(text_width(line) <= width, "%s", line);
    }
    ck_assert_uint_eq(count, 0);
}

START_TEST(what_fits_is_printed_whole)
{
    ck_assert_str_eq(list_on(80, false, "Officer 1", "risk review"),
                     "case     kind           risk    in hand    duty         id\n"
                     "2Q5E0PC  missing_child  high               risk review  6a2a43\n"
                     "RKV97YP  missing_child  medium  Officer 1  risk review  0fa31a\n");
}
END_TEST

START_TEST(what_says_nothing_is_left_out_first)
{
    ck_assert_str_eq(list_on(75, false, "", LONG),
                     "case     kind           risk    duty                                id\n"
                     "2Q5E0PC  missing_child  high    risk review                         6a2a43\n"
                     "RKV97YP  missing_child  medium  " LONG "  0fa31a\n");
}
END_TEST

START_TEST(then_what_can_be_spared)
{
    ck_assert_str_eq(list_on(70, false, "", LONG), "case     risk    duty                                id\n"
                                                   "2Q5E0PC  high    risk review                         6a2a43\n"
                                                   "RKV97YP  medium  " LONG "  0fa31a\n");
}
END_TEST

START_TEST(then_what_may_be_shortened_is_in_its_order)
{
    ck_assert_str_eq(list_on(80, false, "Duty sergeant of north, 14:24", LONG),
                     "case     risk    in hand              duty                                id\n"
                     "2Q5E0PC  high                         risk review                         6a2a43\n"
                     "RKV97YP  medium  Duty sergeant of n…  " LONG "  0fa31a\n");
    ck_assert_str_eq(list_on(60, false, "Duty sergeant of north, 14:24", LONG),
                     "case     risk    in hand     duty                     id\n"
                     "2Q5E0PC  high                risk review              6a2a43\n"
                     "RKV97YP  medium  Duty serg…  national missing perso…  0fa31a\n");
}
END_TEST

/* A character of two bytes is one column, and none is cut in the middle; no blank stands before the ellipsis. */
START_TEST(characters_are_cut_and_not_bytes)
{
    ck_assert_ptr_nonnull(strstr(list_on(36, false, "", "éééééééééééééé"), "  éééééééééé…  0fa31a\n"));
    ck_assert_ptr_nonnull(strstr(list_on(36, false, "", "Child é é éééééé"), "  Child é é…   0fa31a\n"));
}
END_TEST

START_TEST(no_row_is_wider_than_its_terminal)
{
    for (int columns = 35; columns <= 120; columns++)
        expect_lines(list_on(columns, false, "", LONG), 3, (size_t)columns);
    for (int columns = 47; columns <= 120; columns++)
        expect_lines(list_on(columns, false, "Duty sergeant of north, 14:24", LONG), 3, (size_t)columns);
}
END_TEST

/* Ids, risk and times are never cut: below that, a row goes on in the next line as it is. */
START_TEST(what_cannot_fit_is_not_cut)
{
    ck_assert_ptr_null(strstr(list_on(34, false, "", LONG), "…"));
    ck_assert_ptr_nonnull(strstr(list_on(34, false, "", LONG), "missing_child"));
}
END_TEST

START_TEST(verbose_shows_everything_and_a_file_too)
{
    ck_assert_ptr_nonnull(strstr(list_on(60, true, "Duty sergeant of north, 14:24", LONG), "missing_child"));
    ck_assert_ptr_nonnull(strstr(list_on(60, true, "Duty sergeant of north, 14:24", LONG), LONG));
    ck_assert_str_eq(list_on(0, false, "", LONG), "2Q5E0PC\tmissing_child\thigh\t\trisk review\t6a2a43\n"
                                                  "RKV97YP\tmissing_child\tmedium\t\t" LONG "\t0fa31a\n");
}
END_TEST

Suite *suite_table(void)
{
    Suite *s = suite_create("client/table");
    TCase *c = tcase_create("rows");

    tcase_add_test(c, what_fits_is_printed_whole);
    tcase_add_test(c, what_says_nothing_is_left_out_first);
    tcase_add_test(c, then_what_can_be_spared);
    tcase_add_test(c, then_what_may_be_shortened_is_in_its_order);
    tcase_add_test(c, characters_are_cut_and_not_bytes);
    tcase_add_test(c, no_row_is_wider_than_its_terminal);
    tcase_add_test(c, what_cannot_fit_is_not_cut);
    tcase_add_test(c, verbose_shows_everything_and_a_file_too);
    suite_add_tcase(s, c);
    return s;
}
