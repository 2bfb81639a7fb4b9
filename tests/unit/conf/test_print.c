/* SPDX-License-Identifier: Apache-2.0 */
/* What casewired --print-settings prints. */
#include "tests/unit/conf/reading.h"

#include "conf/changes.h"
#include "conf/table.h"

#include <check.h>
#include <stdlib.h>

Suite *suite_print(void);

static const char *printed(void)
{
    static char text[16384];
    FILE *out = fmemopen(text, sizeof text, "w");

    ck_assert_ptr_nonnull(out);
    settings_print(&settings, out);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

static void check_printed(const char *line)
{
    ck_assert_msg(strstr(printed(), line) != NULL, "wanted \"%s\" in:\n%s", line, printed());
}

START_TEST(what_was_read_is_printed_with_variables_and_defaults)
{
    ck_assert_int_eq(setenv("CW_TEST_PORT", "4705", 1), 0);
    ck_assert_msg(parse(REQUIRED PEER
                        "listen_metrics = \"tcp://127.0.0.1:${CW_TEST_PORT}\"\nrun_dir = \"/run/a \\\"b\"\n"
                        "map_size = \"1536 MiB\"\nworkers = 3\nlab = yes\nlog_level = \"alarm\"\n") == CW_OK,
                  "%s", told());
    check_printed("division\tNTH\nnetwork_genesis\t/g\n");
    check_printed("\nlisten_metrics\ttcp://127.0.0.1:4705\n");
    check_printed("\nadmin_socket\t/run/a \"b/admin.sock\n");
    check_printed("\npassphrase\t\n");
    check_printed("\nmap_size\t1536 MiB\n");
    check_printed("\nworkers\t3\n");
    check_printed("\nlab\tyes\n");
    check_printed("\nlog_level\talarm\n");
    check_printed("\npeer west division\tWST\npeer west address\ttcp://192.0.2.7:4700\npeer west curve_key\t" KEY_TEXT
                  "\n");
}
END_TEST

START_TEST(what_is_printed_is_read_as_the_same)
{
    static struct settings again; /* nothing in it */
    static struct settings_changes changes;
    char expected[SETTING_EXPECTED_LEN_MAX], *line = NULL;
    size_t room = 0, rows = 0;

    ck_assert_int_eq(parse(REQUIRED), CW_OK);
    FILE *in = fmemopen((char *)(uintptr_t)printed(), strlen(printed()), "r");
    ck_assert_ptr_nonnull(in);
    for (ssize_t len; (len = getline(&line, &room, in)) > 0; rows++) {
        const struct setting *row = &settings_table[rows];
        char *value = strchr(line, '\t');

        line[len - 1] = '\0';
        ck_assert_ptr_nonnull(value);
        ck_assert_int_eq(memcmp(line, row->name, strlen(row->name)), 0);
        ck_assert_msg(value[1] == '\0' || setting_read(row, value + 1, &again, expected), "%s", line);
    }
    free(line);
    (void)fclose(in);
    ck_assert_uint_eq(rows, settings_table_count);
    settings_compare(&settings, &again, &changes);
    ck_assert_str_eq(changes.text, "nothing changed");
}
END_TEST

Suite *suite_print(void)
{
    Suite *suite = suite_create("print");
    TCase *t = tcase_create("print");

    tcase_add_test(t, what_was_read_is_printed_with_variables_and_defaults);
    tcase_add_test(t, what_is_printed_is_read_as_the_same);
    suite_add_tcase(suite, t);
    return suite;
}
