/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/changes.h"

#include <check.h>
#include <stdio.h>

/* What a reload tells of. */

#define REQUIRED "division = \"NTH\"\nnetwork_genesis = \"/n\"\ncertificate = \"/c\"\nkey = \"/k\"\n"
#define PEER(name, division, port)                                                        \
    "peer \"" name "\" { division = \"" division "\"\n address = \"tcp://192.0.2.7:" port \
    "\"\n curve_key = \"0101010101010101010101010101010101010101010101010101010101010101\" }\n"

static struct settings before, now;

static const char *told(const char *old_text, const char *new_text)
{
    static struct settings_changes changes;
    static struct problems problems;

    ck_assert_int_eq(settings_parse(slice_of(old_text), "north.conf", &before, &problems), CW_OK);
    ck_assert_int_eq(settings_parse(slice_of(new_text), "north.conf", &now, &problems), CW_OK);
    settings_compare(&before, &now, &changes);
    return changes.text;
}

START_TEST(nothing_is_said_to_have_changed_when_nothing_did)
{
    ck_assert_str_eq(told(REQUIRED PEER("east", "EST", "4700"), REQUIRED PEER("east", "EST", "4700")),
                     "nothing changed");
    ck_assert_str_eq(told(REQUIRED, REQUIRED "log_level = \"info\"\n"), "nothing changed"); /* the default */
}
END_TEST

START_TEST(peers_come_go_and_move)
{
    ck_assert_str_eq(told(REQUIRED PEER("old", "OLD", "4700"), REQUIRED PEER("west", "WST", "4700")),
                     "+peer west, -peer old");
    ck_assert_str_eq(told(REQUIRED PEER("west", "WST", "4700"), REQUIRED PEER("west", "WST", "4701")),
                     "+peer west, -peer west");
}
END_TEST

START_TEST(what_needs_a_restart_is_named)
{
    ck_assert_str_eq(told(REQUIRED, REQUIRED "map_size = \"2 TiB\"\nstrict_memory = no\nrun_dir = \"/r\"\n"),
                     "needs a restart: run_dir, admin_socket, listen_metrics, map_size, strict_memory");
    ck_assert_str_eq(told(REQUIRED, REQUIRED "log_level = \"debug\"\nworkers = 3\n"),
                     "log_level is debug; needs a restart: workers");
}
END_TEST

START_TEST(more_than_fits_is_cut_between_names)
{
    static char many[SETTINGS_LEN_MAX];
    size_t len = (size_t)snprintf(many, sizeof many, "%s", REQUIRED);

    for (int i = 0; i < 60; i++)
        len += (size_t)snprintf(many + len, sizeof many - len, PEER("peer%02d", "EST", "%d"), i, 4700 + i);
    const char *text = told(REQUIRED, many);
    ck_assert_uint_lt(strlen(text), SETTINGS_CHANGES_LEN_MAX);
    ck_assert_str_eq(text + strlen(text) - 3, "...");
}
END_TEST

Suite *suite_changes(void);
Suite *suite_changes(void)
{
    Suite *s = suite_create("conf/changes");
    TCase *c = tcase_create("changes");

    tcase_add_test(c, nothing_is_said_to_have_changed_when_nothing_did);
    tcase_add_test(c, peers_come_go_and_move);
    tcase_add_test(c, what_needs_a_restart_is_named);
    tcase_add_test(c, more_than_fits_is_cut_between_names);
    suite_add_tcase(s, c);
    return s;
}
