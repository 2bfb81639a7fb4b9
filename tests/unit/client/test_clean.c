/* SPDX-License-Identifier: Apache-2.0 */
/* What others wrote, on a screen, in a command to copy, and in a spreadsheet: shown, and nothing done with it. */
#include "tests/unit/client/printing.h"
#include "tool/gather.h"
#include "tool/lookup.h"
#include "tool/out.h"

#include "lib/fault.h"
#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Suite *suite_clean(void);

static const char *clean(const char *text)
{
    static char out[200];

    fault_clean_text(slice_of(text), out, sizeof(out));
    return out;
}

START_TEST(a_screen_gets_no_controls)
{
    ck_assert_str_eq(clean("a\033[2J\007\b\t\r\nb\x7f"), "a?[2J?????b?");
    ck_assert_str_eq(clean("\xc2\x9b"
                           "31m"), /* CSI in one character */
                     "??31m");
    ck_assert_str_eq(clean("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d"), "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d");
}
END_TEST

START_TEST(nothing_turns_a_line_around_or_hides_in_it)
{
    /* NOLINTBEGIN(misc-misleading-bidirectional): what it is about */
    static const char *const hidden[] = {
        "\xd8\x9c",         /* Arabic letter mark */
        "\xe2\x80\x8b",     /* zero width space */
        "\xe2\x80\x8e",     /* left-to-right mark */
        "\xe2\x80\x8f",     /* right-to-left mark */
        "\xe2\x80\xa8",     /* line separator */
        "\xe2\x80\xae",     /* right-to-left override */
        "\xe2\x81\xa0",     /* word joiner */
        "\xe2\x81\xa7",     /* right-to-left isolate */
        "\xe2\x81\xaa",     /* inhibit symmetric swapping */
        "\xef\xbb\xbf",     /* zero width no-break space */
        "\xef\xbf\xb9",     /* interlinear annotation */
        "\xf3\xa0\x81\x81", /* a tag */
    };
    /* NOLINTEND(misc-misleading-bidirectional) */

    for (size_t i = 0; i < CW_COUNT(hidden); i++) {
        const char *shown = clean(hidden[i]);

        ck_assert_msg(strspn(shown, "?") == strlen(hidden[i]) && strlen(shown) == strlen(hidden[i]), "%zu: %s", i,
                      shown);
    }
}
END_TEST

START_TEST(what_is_no_character_is_not_shown)
{
    ck_assert_str_eq(clean("\xed\xa0\x80"), "???");      /* half of a pair */
    ck_assert_str_eq(clean("\xe0\x80\xaf"), "???");      /* a slash in three bytes */
    ck_assert_str_eq(clean("\xf0\x80\x80\xaf"), "????"); /* in four */
    ck_assert_str_eq(clean("\xf4\x90\x80\x80"), "????"); /* beyond the last */
    ck_assert_str_eq(clean("\xe2\x82"), "??");           /* cut short */
    /* so that what is clean can go into JSON */
    json_t *text = json_string(clean("\xed\xa0\x80\xe0\x80\xaf\xff"));

    ck_assert_ptr_nonnull(text);
    json_decref(text);
}
END_TEST

START_TEST(a_reference_in_a_command_holds_nothing_for_a_shell)
{
    char chars[CHARS_LEN_MAX];

    lookup_chars(slice_of("MC/NTH/2026/K7Q2M4X-C"), chars);
    ck_assert_str_eq(chars, "K7Q2M4X");
    lookup_chars(slice_of("MC/NTH/2026/K7;reboot$(id)`id`|x&y>z'\""), chars);
    ck_assert_ptr_null(strpbrk(chars, ";$()`|&><'\" "));
    ck_assert_int_eq(strncmp(chars, "K7?reboot", 9), 0);
}
END_TEST

/* --- spreadsheets --------------------------------------------------------------------------------------------- */

static char *row_of(const char *const *cells, size_t count)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    ck_assert_ptr_nonnull(out);
    csv_row(out, cells, count);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

static void expect_row(const char *const *cells, size_t count, const char *expected)
{
    char *text = row_of(cells, count);

    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(plain_cells_stay_as_they_are)
{
    expect_row((const char *const[]){"returns", "MC/NTH/2026/K7Q2M4X-C", "", "2026-10-01T00:00:00.000Z"}, 4,
               "returns,MC/NTH/2026/K7Q2M4X-C,,2026-10-01T00:00:00.000Z\n");
}
END_TEST

START_TEST(a_cell_cannot_end_its_row_or_begin_another)
{
    expect_row((const char *const[]){"a,b", "say \"no\"", "two\nlines"}, 3,
               "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\n");
}
END_TEST

START_TEST(a_spreadsheet_computes_nothing_of_it)
{
    static const char *const formulas[] = {"=HYPERLINK(\"x\")", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1"};

    for (size_t i = 0; i < CW_COUNT(formulas); i++) {
        char *text = row_of(&formulas[i], 1);

        ck_assert_int_eq(strncmp(text, "\"'", 2), 0);
        ck_assert_int_eq(text[strlen(text) - 2], '"');
        free(text);
    }
}
END_TEST

/* --- pages ---------------------------------------------------------------------------------------------------- */

START_TEST(a_list_that_leads_nowhere_ends)
{
    Cw__CaseList list = CW__CASE_LIST__INIT;

    ck_assert(!list_goes_on(&list, slice(NULL, 0)));
    list.has_next = 1;
    list.next = wire_bytes(slice_of("place"));
    ck_assert(list_goes_on(&list, slice(NULL, 0))); /* without rows, too: nothing fitted so far */
    ck_assert(list_goes_on(&list, slice_of("before")));
    ck_assert(!list_goes_on(&list, slice_of("place")));
}
END_TEST

/* --- a table ------------------------------------------------------------------------------------------------- */

/* Of one row, on a terminal of so many columns; 0: into a file. */
static const char *table_on(int columns, const char *why)
{
    static const char *const heading[] = {"number", "what is said", "why", NULL};
    struct cli cli = {.terminal = columns > 0, .columns = columns};
    struct table t;

    printing_begin();
    table_begin(&t, &cli, heading);
    table_add(&t, "1");
    table_add(&t, "Child M, Quarrel Lane");
    table_add(&t, why);
    table_end(&t);
    return printing_end();
}

START_TEST(a_table_is_as_wide_as_its_terminal)
{
    static const char why[] = "lies ahead of the time this was written";

    ck_assert_str_eq(table_on(80, why), "number  what is said           why\n"
                                        "1       Child M, Quarrel Lane  lies ahead of the time this was written\n");
    ck_assert_str_eq(table_on(60, why), "number  what is said           why\n"
                                        "1       Child M, Quarrel Lane  lies ahead of the time this\n"
                                        "                               was written\n");
    ck_assert_str_eq(table_on(40, why), "number  what is said\n    why\n"
                                        "1       Child M, Quarrel Lane\n    lies ahead of the time this was\n"
                                        "    written\n");
    ck_assert_str_eq(table_on(40, ""), "number  what is said           why\n1       Child M, Quarrel Lane\n");
    ck_assert_str_eq(table_on(0, why), "1\tChild M, Quarrel Lane\tlies ahead of the time this was written\n");
}
END_TEST

/* --- JSON ------------------------------------------------------------------------------------------------------ */

START_TEST(a_row_of_a_list_names_its_kind)
{
    Cw__CaseRow row = CW__CASE_ROW__INIT;
    json_t *object;

    row.has_kind = true;
    row.kind = 3;
    object = json_of_message(&row.base);
    ck_assert_str_eq(json_string_value(json_object_get(object, "kind_name")), "missing_child");
    json_decref(object);
    row.kind = 999; /* of a newer version */
    object = json_of_message(&row.base);
    ck_assert_ptr_null(json_object_get(object, "kind_name"));
    json_decref(object);
}
END_TEST

Suite *suite_clean(void)
{
    Suite *suite = suite_create("client/clean");
    TCase *all = tcase_create("text of others");

    tcase_add_test(all, a_screen_gets_no_controls);
    tcase_add_test(all, nothing_turns_a_line_around_or_hides_in_it);
    tcase_add_test(all, what_is_no_character_is_not_shown);
    tcase_add_test(all, a_reference_in_a_command_holds_nothing_for_a_shell);
    tcase_add_test(all, plain_cells_stay_as_they_are);
    tcase_add_test(all, a_cell_cannot_end_its_row_or_begin_another);
    tcase_add_test(all, a_spreadsheet_computes_nothing_of_it);
    tcase_add_test(all, a_table_is_as_wide_as_its_terminal);
    tcase_add_test(all, a_row_of_a_list_names_its_kind);
    tcase_add_test(all, a_list_that_leads_nowhere_ends);
    suite_add_tcase(suite, all);
    return suite;
}
