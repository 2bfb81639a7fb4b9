/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/link_end.h"

#include <check.h>

START_TEST(every_reason_has_a_word_of_its_own)
{
    for (int i = 1; i < LINK_END_COUNT; i++) {
        ck_assert_str_ne(link_end_word((enum link_end)i), "");
        ck_assert_str_ne(link_end_sentence((enum link_end)i), "");
        for (int j = 1; j < i; j++)
            ck_assert_str_ne(link_end_word((enum link_end)i), link_end_word((enum link_end)j));
    }
}
END_TEST

START_TEST(a_link_that_was_a_session_is_no_failure_to_become_one)
{
    ck_assert(link_end_is_failure(LINK_END_WRONG_KEY));
    ck_assert(link_end_is_failure(LINK_END_NOT_HEARD));
    ck_assert(link_end_is_failure(LINK_END_NO_LISTENER));
    ck_assert(!link_end_is_failure(LINK_END_CLOSED));
    ck_assert(!link_end_is_failure(LINK_END_HUNG_UP));
    ck_assert(!link_end_is_failure(LINK_END_OVERFLOW));
    ck_assert(!link_end_is_failure(LINK_END_NET_LOST));
}
END_TEST

START_TEST(a_number_that_is_not_known_is_said_as_closed)
{
    ck_assert_str_eq(link_end_word((enum link_end)LINK_END_COUNT), "closed");
    ck_assert(!link_end_is_failure((enum link_end)LINK_END_COUNT));
    ck_assert(!link_end_is_failure((enum link_end)4000000000u));
}
END_TEST

Suite *suite_link_end(void);
Suite *suite_link_end(void)
{
    Suite *suite = suite_create("proto/link_end");
    TCase *t = tcase_create("link_end");

    tcase_add_test(t, every_reason_has_a_word_of_its_own);
    tcase_add_test(t, a_link_that_was_a_session_is_no_failure_to_become_one);
    tcase_add_test(t, a_number_that_is_not_known_is_said_as_closed);
    suite_add_tcase(suite, t);
    return suite;
}
