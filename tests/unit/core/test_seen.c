/* SPDX-License-Identifier: Apache-2.0 */
#include "core/seen.h"

#include <check.h>

static struct frontier_item seen_there(uint64_t seq, uint64_t blob_seq)
{
    return (struct frontier_item){.log = {{1}}, .seq = seq, .seal = {{(uint8_t)seq}}, .blob_seq = blob_seq};
}

static struct log_head held_here(uint64_t seq, uint64_t blob_seq)
{
    return (struct log_head){.log = {{1}}, .seq = seq, .seal = {{(uint8_t)seq}}, .blob_seq = blob_seq};
}

static uint64_t lacking(struct frontier_item there, struct log_head here)
{
    return seen_lacking(&there, &here);
}

START_TEST(a_log_that_is_not_known_lacks_all_of_it)
{
    struct frontier_item there = seen_there(9, 9);
    struct position at = {.log = {{1}}, .seq = 4};

    ck_assert_uint_eq(seen_lacking(&there, NULL), 9);
    ck_assert_uint_eq(seen_lacking_prior(&at, NULL), 4);
}
END_TEST

START_TEST(as_much_or_more_lacks_nothing)
{
    ck_assert_uint_eq(lacking(seen_there(9, 9), held_here(9, 9)), 0);
    ck_assert_uint_eq(lacking(seen_there(9, 9), held_here(30, 30)), 0);
    ck_assert_uint_eq(lacking(seen_there(0, 0), held_here(0, 0)), 0);
}
END_TEST

START_TEST(entries_that_are_not_there_are_lacking)
{
    ck_assert_uint_eq(lacking(seen_there(9, 9), held_here(7, 7)), 2);
}
END_TEST

/* A header alone shows nothing of what an officer wrote. */
START_TEST(entries_whose_parts_are_not_there_are_lacking)
{
    ck_assert_uint_eq(lacking(seen_there(9, 9), held_here(9, 6)), 3);
    ck_assert_uint_eq(lacking(seen_there(9, 9), held_here(20, 6)), 3);
}
END_TEST

START_TEST(parts_that_nobody_had_are_not_waited_for)
{
    struct frontier_item there = seen_there(9, 8);
    struct log_head here = held_here(9, 5);

    ck_assert_uint_eq(lacking(there, here), 3);
    there.hole_count = 2;
    there.holes[0] = 2;
    there.holes[1] = 6;
    ck_assert_uint_eq(lacking(there, here), 2);
    here.blob_seq = 8;
    ck_assert_uint_eq(lacking(there, here), 0);
}
END_TEST

START_TEST(a_hole_that_was_none_there_is_lacking)
{
    struct frontier_item there = seen_there(9, 9);
    struct log_head here = held_here(20, 20);

    here.hole_count = 3;
    here.holes[0] = 3;
    here.holes[1] = 9;
    here.holes[2] = 10; /* beyond what was seen */
    ck_assert_uint_eq(lacking(there, here), 2);
    there.hole_count = 1;
    there.holes[0] = 3;
    ck_assert_uint_eq(lacking(there, here), 1);
}
END_TEST

START_TEST(another_branch_is_lacking_until_the_fork_is_known)
{
    struct log_head here = held_here(9, 9);

    here.seal.b[5] = 1;
    ck_assert_uint_eq(lacking(seen_there(9, 9), here), 1);
    here.forked = true;
    ck_assert_uint_eq(lacking(seen_there(9, 9), here), 0);
    ck_assert_uint_eq(lacking(seen_there(30, 30), here), 0);
}
END_TEST

START_TEST(what_a_later_log_implies_is_left_out)
{
    struct log_head head = held_here(9, 9);
    struct position at = {.log = {{1}}, .seq = 9, .seal = head.seal}, below = {.log = {{1}}, .seq = 8};
    struct log_head nothing = held_here(0, 0);

    ck_assert(seen_must_list(&head, NULL));
    ck_assert(!seen_must_list(&head, &at));
    ck_assert(seen_must_list(&head, &below));
    ck_assert(!seen_must_list(&nothing, NULL));
    at.seal.b[0] ^= 1;
    ck_assert(seen_must_list(&head, &at));
    at.seal.b[0] ^= 1;
    head.blob_seq = 8;
    ck_assert(seen_must_list(&head, &at));
    head.blob_seq = 9;
    head.hole_count = 1;
    head.holes[0] = 2;
    ck_assert(seen_must_list(&head, &at));
}
END_TEST

Suite *suite_seen(void);
Suite *suite_seen(void)
{
    Suite *suite = suite_create("core/seen");
    TCase *t = tcase_create("seen");

    tcase_add_test(t, a_log_that_is_not_known_lacks_all_of_it);
    tcase_add_test(t, as_much_or_more_lacks_nothing);
    tcase_add_test(t, entries_that_are_not_there_are_lacking);
    tcase_add_test(t, entries_whose_parts_are_not_there_are_lacking);
    tcase_add_test(t, parts_that_nobody_had_are_not_waited_for);
    tcase_add_test(t, a_hole_that_was_none_there_is_lacking);
    tcase_add_test(t, another_branch_is_lacking_until_the_fork_is_known);
    tcase_add_test(t, what_a_later_log_implies_is_left_out);
    suite_add_tcase(suite, t);
    return suite;
}
