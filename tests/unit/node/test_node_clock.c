/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include <check.h>

/* A daemon whose own clock is slow: what it refuses for being signed ahead, and what its peers' clocks have to do with it. */

#define HOUR_MS INT64_C(3600000)

static struct lab *lab;
static struct lab_node *north, *west;
static uint32_t number;

static void set_up(void)
{
    lab = lab_new(3);
    lab->skew_ms = 100 * HOUR_MS; /* certificates have begun by every clock here */
    north = &lab->nodes[0];
    west = &lab->nodes[2];
    number = 0;
}

static void tear_down(void)
{
    lab_free(lab);
}

/* Each with a clock so far from the lab's. NOT_THERE: it is down. */
#define NOT_THERE INT64_MIN
static void start(int64_t north_ms, int64_t east_ms, int64_t west_ms)
{
    const int64_t skews[] = {north_ms, east_ms, west_ms};

    for (uint32_t i = 0; i < 3; i++) {
        lab->nodes[i].skew_ms = skews[i];
        if (skews[i] != NOT_THERE)
            lab_start(&lab->nodes[i]);
    }
    lab_run(lab, 2000);
}

/* An officer's device is so far ahead of the lab's clock. */
static uint32_t sign_at(int64_t ahead_ms)
{
    struct lab_op op;

    lab->author_ms = lab->now + lab->skew_ms + ahead_ms;
    lab_open_case(lab, ++number, SPOIL_NOTHING, &op);
    return lab_ask(north, &op);
}

START_TEST(a_slow_clock_among_others_keeps_nobody_out)
{
    start(-3 * HOUR_MS, 0, 0);
    ck_assert_uint_eq(sign_at(0), CW_OK);
    ck_assert_uint_eq(sign_at(HOUR_MS / 2), CW_OK);
    ck_assert_uint_eq(sign_at(HOUR_MS + 120000), CW_REFUSED_VALUE);
}
END_TEST

START_TEST(one_peer_alone_moves_nothing)
{
    start(-3 * HOUR_MS, 0, NOT_THERE);
    ck_assert_uint_eq(sign_at(0), CW_REFUSED_VALUE);
}
END_TEST

START_TEST(nor_does_one_of_two_whose_clock_is_wrong)
{
    start(0, 10 * HOUR_MS, 0);
    ck_assert_uint_eq(sign_at(HOUR_MS / 2), CW_OK);
    ck_assert_uint_eq(sign_at(5 * HOUR_MS), CW_REFUSED_VALUE);
}
END_TEST

START_TEST(peers_that_are_slow_make_no_clock_slower)
{
    start(0, -10 * HOUR_MS, -10 * HOUR_MS);
    ck_assert_uint_eq(sign_at(HOUR_MS / 2), CW_OK);
}
END_TEST

START_TEST(more_than_a_day_is_believed_of_nobody)
{
    start(0, 1000 * HOUR_MS, 1000 * HOUR_MS);
    ck_assert_uint_eq(sign_at(24 * HOUR_MS), CW_OK);
    ck_assert_uint_eq(sign_at(26 * HOUR_MS), CW_REFUSED_VALUE);
}
END_TEST

START_TEST(who_is_not_there_any_more_does_not_count)
{
    start(-3 * HOUR_MS, 0, 0);
    ck_assert_uint_eq(sign_at(0), CW_OK);
    lab_crash(west);
    lab_run(lab, 1000);
    ck_assert_uint_eq(sign_at(0), CW_REFUSED_VALUE);
}
END_TEST

Suite *suite_node_clock(void);
Suite *suite_node_clock(void)
{
    Suite *suite = suite_create("node/clock");
    TCase *t = tcase_create("clock");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_slow_clock_among_others_keeps_nobody_out);
    tcase_add_test(t, one_peer_alone_moves_nothing);
    tcase_add_test(t, nor_does_one_of_two_whose_clock_is_wrong);
    tcase_add_test(t, peers_that_are_slow_make_no_clock_slower);
    tcase_add_test(t, more_than_a_day_is_believed_of_nobody);
    tcase_add_test(t, who_is_not_there_any_more_does_not_count);
    suite_add_tcase(suite, t);
    return suite;
}
