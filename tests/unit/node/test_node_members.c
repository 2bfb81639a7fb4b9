/* SPDX-License-Identifier: Apache-2.0 */
#include "node/internal.h"
#include "node/prepare.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>

/* Two logs say who reads cases, and come in another order at each of two daemons: docs/decisions/0022. */

static struct lab *lab;
static struct lab_node *north, *east;

/* North hears the root, which adds WST's daemon, and east the authority, which removes it; then both hear both. */
static void two_who_heard_apart(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    for (uint32_t i = 0; i < 2; i++) { /* they do not meet yet */
        ck_assert_int_eq(lab_open(&lab->nodes[i]), CW_OK);
        lab_hand_in(&lab->nodes[i], lab->root);
        lab_hand_in(&lab->nodes[i], lab->authority);
    }
    struct cw_slice added = lab_hand_one(lab->root_hand, lab_enlist(lab, &lab->world.daemons[WORLD_WST]));
    struct cw_slice removed = lab_hand_one(lab->authority_hand, lab_expel(lab, &lab->world.daemons[WORLD_WST]));

    lab_hand_in(north, added);
    lab_hand_in(east, removed);
    lab_hand_in(north, removed);
    lab_hand_in(east, added);
}

static void end(void)
{
    lab_free(lab);
}

struct seen {
    uint32_t count;
    struct cert_id members[WORLD_DAEMONS];
    struct position membership;
};

static struct seen seen_by(const struct lab_node *n)
{
    struct seen out;

    memset(&out, 0, sizeof out);
    out.count =
        authority_members(n->node->authority, slice_of(AUDIENCE_FORCE), out.members, WORLD_DAEMONS, &out.membership);
    return out;
}

static void expect_the_same(const struct seen *expected, const struct lab_node *n)
{
    struct seen now = seen_by(n);

    ck_assert_uint_eq(now.count, expected->count);
    ck_assert(memcmp(now.members, expected->members, sizeof now.members) == 0);
    ck_assert(memcmp(&now.membership, &expected->membership, sizeof now.membership) == 0);
    ck_assert(!authority_reads(n->node->authority, slice_of(AUDIENCE_FORCE), &lab->world.daemons[WORLD_WST].id));
}

START_TEST(members_are_the_same_at_both_and_after_a_restart)
{
    struct seen expected = seen_by(north);

    ck_assert_uint_eq(expected.count, WORLD_DAEMONS - 1);
    expect_the_same(&expected, east);
    for (uint32_t i = 0; i < 2; i++) {
        lab_crash(&lab->nodes[i]);
        ck_assert_int_eq(lab_open(&lab->nodes[i]), CW_OK);
        expect_the_same(&expected, &lab->nodes[i]);
    }
}
END_TEST

/* The greatest log id alone would leave the position where it was, and the key with whom the other log removes. */
START_TEST(a_removal_makes_another_key_whichever_log_says_it)
{
    const struct lab_hand *first = lab->root_hand, *second = lab->authority_hand;
    struct key_record_id before, after;
    struct lab_op op;

    for (uint32_t i = 0; i < 2; i++) {
        lab_open_case(lab, i + 1, SPOIL_NOTHING, &op);
        ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
        ck_assert(audience_current_key(north->node, i == 0 ? &before : &after));
        struct lab_hand *least = ID_COMPARE(&first->log, &second->log) < 0 ? lab->root_hand : lab->authority_hand;
        if (i == 0)
            lab_hand_in(north, lab_hand_one(least, lab_expel(lab, &lab->world.daemons[WORLD_EST])));
    }
    ck_assert(!ID_EQ(&before, &after));
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert(audience_current_key(north->node, &before));
    ck_assert(ID_EQ(&before, &after));
}
END_TEST

Suite *suite_node_members(void);
Suite *suite_node_members(void)
{
    Suite *suite = suite_create("node/members");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, two_who_heard_apart, end);
    tcase_add_test(all, members_are_the_same_at_both_and_after_a_restart);
    tcase_add_test(all, a_removal_makes_another_key_whichever_log_says_it);
    suite_add_tcase(suite, all);
    return suite;
}
