/* SPDX-License-Identifier: Apache-2.0 */
#include "node/internal.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>

/*
 * Entries of an author who has no certificate: void as soon as all is applied here that their seal names, since one that
 * comes later is not known to it. Until then they wait.
 */

static struct lab *lab;
static struct lab_node *north;
static struct lab_hand authority;

static void one_node(void)
{
    lab = lab_new(1);
    north = &lab->nodes[0];
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_hand_in(north, lab->root);
    lab_hand_in(north, lab->authority);
    authority = *lab->authority_hand;
}

static void end(void)
{
    lab_free(lab);
}

/* One entry of WST's log, whose seal names the authority's log up to there. */
static void hand_in_a_strangers(uint64_t named)
{
    struct lab_hand division;

    lab_hand_open(lab, &division, LOG_DIVISION);
    division.names = (struct positions){1, {{authority.log, named, authority.prev}}};
    lab_hand_in(north, lab_hand_one(&division, (struct lab_record){
                                                   .act = ACT_POLICY, .body = slice_of("x"), .by_stranger = true}));
}

static void expect_counts(uint64_t pending, uint64_t voids)
{
    ck_assert_uint_eq(lab_counter(north, COUNTER_PENDING), pending);
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), voids);
}

static void expect_whole(void)
{
    struct refusal why = {0};

    ck_assert_msg(lab_store_is_whole(north, &why), "%s: %s", why.where, why.text);
}

static void open_again(void)
{
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_run(lab, 500);
}

START_TEST(an_author_whom_nobody_certified_is_void_and_its_origin_alarmed)
{
    hand_in_a_strangers(authority.seq);
    expect_counts(0, 1);
    ck_assert_str_eq(north->last_alarm, "entry-void");
    lab_hand_in(north, lab->late); /* the author's certificate, beyond what the seal names */
    open_again();
    expect_counts(0, 1);
    expect_whole();
}
END_TEST

START_TEST(it_waits_while_what_its_seal_names_is_not_here)
{
    hand_in_a_strangers(authority.seq + 1);
    expect_counts(1, 0);
    open_again();
    expect_counts(1, 0);
    lab_hand_in(north, lab_hand_one(&authority, lab_policy(lab, "after", "it")));
    lab_run(lab, 500);
    expect_counts(0, 1);
    ck_assert_str_eq(north->last_alarm, "entry-void");
    expect_whole();
}
END_TEST

/* A newer version may find the certificate in it, in this very store. */
START_TEST(it_waits_while_this_version_cannot_read_what_its_seal_names)
{
    struct lab_record newer = {.act = (enum authority_act)40, .body = slice_of("who knows"), .critical = _i == 1};

    lab_hand_in(north, lab_hand_one(&authority, newer));
    hand_in_a_strangers(authority.seq);
    expect_counts(1, 0);
    open_again();
    expect_counts(1, 0);
    expect_whole();
}
END_TEST

Suite *suite_node_strangers(void);
Suite *suite_node_strangers(void)
{
    Suite *suite = suite_create("node/strangers");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, one_node, end);
    tcase_add_test(all, an_author_whom_nobody_certified_is_void_and_its_origin_alarmed);
    tcase_add_test(all, it_waits_while_what_its_seal_names_is_not_here);
    tcase_add_loop_test(all, it_waits_while_this_version_cannot_read_what_its_seal_names, 0, 2);
    suite_add_tcase(suite, all);
    return suite;
}
