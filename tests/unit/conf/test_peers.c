/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of peers. */
#include "tests/unit/conf/reading.h"

#include <check.h>

Suite *suite_peers(void);

START_TEST(two_peers_of_one_name_are_told_with_both_places)
{
    check_refused(REQUIRED "log_level = \"loud\"\n" PEER "\n" PEER,
                  "north.conf:12: peer \"west\": is named twice, the first time in the section that ends at line 10: "
                  "each peer has one section, and a name of its own\n");
    ck_assert_ptr_nonnull(strstr(told(), "north.conf:5: log_level: \"loud\" is not"));
    ck_assert_uint_eq(problems.count, 2);
    check_refused(REQUIRED "peer \"west\" {\n}\npeer \"west\" {\n}\n",
                  "north.conf:7: peer \"west\": is named twice, the first time in the section that ends at line 6");
    check_refused(REQUIRED "peer \"We st\" {\n}\npeer \"We st\" {\n}\n",
                  "north.conf:7: peer \"We st\": is named twice: each peer has one section");
}
END_TEST

START_TEST(a_peers_name_and_key_are_checked)
{
    check_refused(REQUIRED "peer \"West\" { }\n", "a name has 1 to 31 of a-z, 0-9 and -");
    check_refused(REQUIRED "peer \"\" { }\n", "a name has 1 to 31");
    check_refused(REQUIRED "peer \"w\" { curve_key = \"00\" }\n",
                  "curve_key: \"00\" is not a key: 64 hexadecimal digits");
}
END_TEST

START_TEST(more_peers_than_there_is_room_for_are_refused)
{
    static char text[SETTINGS_LEN_MAX];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", REQUIRED);

    for (int i = 0; i <= SETTINGS_PEERS_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "peer \"p%d\"{division=\"WST\" address=\"tcp://h:1\" curve_key=\"" KEY_TEXT "\"}\n", i);
    ck_assert_uint_lt(len, sizeof text - 1);
    check_refused(text, "more than 320 peers");
    ck_assert_uint_eq(settings.peer_count, SETTINGS_PEERS_MAX);
}
END_TEST

Suite *suite_peers(void)
{
    Suite *suite = suite_create("peers");
    TCase *t = tcase_create("peers");

    tcase_add_test(t, two_peers_of_one_name_are_told_with_both_places);
    tcase_add_test(t, a_peers_name_and_key_are_checked);
    tcase_add_test(t, more_peers_than_there_is_room_for_are_refused);
    suite_add_tcase(suite, t);
    return suite;
}
