/* SPDX-License-Identifier: Apache-2.0 */
#include "node/internal.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>

static struct lab *lab;
static struct lab_node *north, *east, *west;

static void start_all(uint32_t count)
{
    lab = lab_started(count, 500);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    west = &lab->nodes[2];
}

static void two_nodes(void)
{
    start_all(2);
}

static void three_nodes(void)
{
    start_all(3);
}

static void end(void)
{
    lab_free(lab);
}

/* Of what both keep, folded when it came. */
static bool same_digests(struct lab *l)
{
    static struct node_status status[2];

    for (uint32_t i = 0; i < 2; i++)
        node_status_read(l->nodes[i].node, &status[i]);
    return status[0].has_digest && status[1].has_digest && ID_EQ(&status[0].digest, &status[1].digest);
}

static void expect_whole(void)
{
    struct refusal why = {0};

    for (uint32_t i = 0; i < lab->count; i++)
        ck_assert_msg(lab_store_is_whole(&lab->nodes[i], &why), "node %u: %s: %s", i, why.where, why.text);
}

START_TEST(two_nodes_agree)
{
    struct lab_op here, there, set;

    lab_open_case(lab, 1, SPOIL_NOTHING, &here);
    lab_open_case(lab, 2, SPOIL_NOTHING, &there);
    ck_assert_uint_eq(lab_ask(north, &here), CW_OK);
    ck_assert_uint_eq(lab_ask(east, &there), CW_OK);
    lab_run(lab, 2000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert(lab_same_case(lab, &here.case_id));
    ck_assert(lab_same_case(lab, &there.case_id));
    lab_set(lab, 3, &here.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(east, &set), CW_OK);
    lab_run(lab, 2000);
    ck_assert(lab_same_case(lab, &here.case_id));
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 0);
    ck_assert_uint_eq(lab_counter(north, COUNTER_UNOPENED), 0);
    expect_whole();
}
END_TEST

START_TEST(the_same_submission_at_two_daemons_is_one_op)
{
    struct lab_op op;

    lab->cut = true;
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert_uint_eq(lab_ask(east, &op), CW_OK);
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert(lab_same_case(lab, &op.case_id));
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE_OP), 1);
    ck_assert_uint_eq(lab_counter(north, COUNTER_REUSED_IDS), 0);
    expect_whole();
}
END_TEST

/* In one turn an officer's op is admitted, and another that carries its submission id arrives: both are flagged. */
START_TEST(one_submission_id_for_two_ops_is_flagged_whoever_came_first)
{
    struct lab_op opening, here, there;

    lab_open_case(lab, 1, SPOIL_NOTHING, &opening);
    ck_assert_uint_eq(lab_ask(north, &opening), CW_OK);
    lab_run(lab, 2000);
    lab_set(lab, 2, &opening.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &here);
    lab_open_case(lab, 3, SPOIL_SAME_ID, &there);
    lab_submit(north, &here);
    ck_assert_uint_eq(lab_ask(east, &there), CW_OK);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(north->code, CW_OK);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE_OP), 3); /* both, in that turn */
    lab_run(lab, 2000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert(lab_same_case(lab, &opening.case_id));
    ck_assert(lab_same_case(lab, &there.case_id));
    ck_assert_uint_eq(lab_counter(north, COUNTER_REUSED_IDS), 1);
    ck_assert_uint_eq(lab_counter(east, COUNTER_REUSED_IDS), 1);
    lab_run(lab, 3000);
    ck_assert(same_digests(lab));
    expect_whole();
}
END_TEST

START_TEST(a_receipt_waits_for_the_second_holder)
{
    struct lab_op op;
    struct receipt_facts facts;

    lab_open_case(lab, 1, SPOIL_HELD_BY_TWO, &op);
    lab_submit(north, &op);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(north->answers, 0);
    lab_run(lab, 2000);
    ck_assert_uint_eq(north->answers, 1);
    ck_assert(lab_receipt_holds(north, &facts));
    ck_assert_uint_eq(facts.held_by, 2);
}
END_TEST

/* EST has the entry and its signed word is here, and it is no member any more: it could give what it has to nobody. */
START_TEST(who_was_taken_out_of_the_audience_is_no_second_holder)
{
    struct lab_op op;
    struct receipt_facts facts;

    lab_open_case(lab, 1, SPOIL_HELD_BY_TWO, &op);
    lab_submit(north, &op);
    lab_run(lab, 2000);
    ck_assert_uint_eq(north->answers, 1);
    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_expel(lab, &lab->world.daemons[WORLD_EST])));
    lab_run(lab, 2000);
    lab_submit(north, &op);
    lab_run(lab, 2000);
    ck_assert_uint_eq(north->answers, 1);
    lab_run(lab, 60000);
    ck_assert_uint_eq(north->answers, 2);
    ck_assert(lab_receipt_holds(north, &facts));
    ck_assert_uint_eq(facts.held_by, 1);
}
END_TEST

/* A table that is too small for what the store remembers: a daemon starts all the same, and its peers come back. */
START_TEST(more_peers_in_the_store_than_there_are_slots_are_no_reason_not_to_start)
{
    struct lab_op op;
    uint64_t rows;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 3000);
    ck_assert_uint_eq(replica_peer_count(north->node->replica), 2);
    rows = mem_store_rows(north->disk, TABLE_PEER);
    lab->peers_max = 1;
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert_uint_eq(replica_peer_count(north->node->replica), 1);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_PEER), rows); /* evidence stays */
}
END_TEST

/* Sixteen waits are for everybody: one officer has two of them. */
START_TEST(who_waits_for_more_than_its_share_is_answered_at_once_with_what_is_held)
{
    struct lab_op op;
    struct receipt_facts facts;

    lab->cut = true;
    for (uint32_t i = 1; i <= 3; i++) {
        lab_open_case(lab, i, SPOIL_HELD_BY_TWO, &op);
        lab_submit(north, &op);
        ck_assert_int_eq(lab_turn(north), CW_OK);
        ck_assert_uint_eq(north->answers, i < 3 ? 0 : 1);
    }
    ck_assert(lab_receipt_holds(north, &facts));
    ck_assert_uint_eq(facts.held_by, 1);
}
END_TEST

/* The late officer's certificate reaches NTH, and what he signs there reaches EST before the certificate does. */
START_TEST(an_unknown_author_is_pending_until_his_certificate_comes)
{
    struct lab_op op;

    lab->cut = true;
    lab_hand_in(north, lab->late);
    lab_open_case(lab, 1, SPOIL_STRANGER, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert(lab_same_case(lab, &op.case_id));
    ck_assert_uint_eq(lab_counter(east, COUNTER_PENDING), 0);
    ck_assert_uint_eq(lab_counter(east, COUNTER_VOID), 0);
    expect_whole();
}
END_TEST

/* The seal holds, the author may not make this: everybody stores it, nobody acts on it, its relay is not blamed. */
START_TEST(a_void_entry_is_stored_relayed_and_alarmed)
{
    struct lab_op op;

    lab_hand_in(north, lab_void_segment(lab));
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 1);
    ck_assert_str_eq(north->last_alarm, "entry-void");
    lab_run(lab, 2000);
    ck_assert_uint_eq(lab_counter(east, COUNTER_VOID), 1);
    ck_assert_str_eq(east->last_alarm, "entry-void");
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 2000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert(lab_same_case(lab, &op.case_id));
    expect_whole();
}
END_TEST

START_TEST(a_crash_between_two_syncs_loses_nothing)
{
    struct lab_op op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_crash(east);
    lab_run(lab, 1000);
    lab_start(east);
    lab_run(lab, 5000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert(lab_same_case(lab, &op.case_id));
}
END_TEST

START_TEST(three_nodes_agree_on_what_each_wrote)
{
    struct lab_op ops[6], set;

    for (uint32_t i = 0; i < 6; i++) {
        lab_open_case(lab, 1 + i, SPOIL_NOTHING, &ops[i]);
        ck_assert_uint_eq(lab_ask(&lab->nodes[i % 3], &ops[i]), CW_OK);
    }
    lab_run(lab, 3000);
    for (uint32_t i = 0; i < 6; i++) {
        lab_set(lab, 20 + i, &ops[i].case_id, FIELD_TITLE, "another name", &lab->world.officer, &set);
        ck_assert_uint_eq(lab_ask(&lab->nodes[(i + 1) % 3], &set), CW_OK);
    }
    lab_run(lab, 3000);
    ck_assert(lab_same_frontiers(lab));
    for (uint32_t i = 0; i < 6; i++)
        ck_assert(lab_same_case(lab, &ops[i].case_id));
    ck_assert_uint_eq(lab_counter(west, COUNTER_UNOPENED), 0);
    expect_whole();
}
END_TEST

/* Equal frontiers make the nodes compare digests; nobody finds a difference. */
START_TEST(digests_of_nodes_in_step_are_equal)
{
    struct lab_op op;
    static struct node_status status;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 10000);
    node_status_read(north->node, &status);
    ck_assert(status.has_digest);
    ck_assert_uint_eq(status.peer_count, 2);
    ck_assert_int_eq(status.peers[0].digest, DIGEST_EQUAL);
    ck_assert_int_eq(status.peers[1].digest, DIGEST_EQUAL);
}
END_TEST

/* It was heard and never stored, and its maker never came back: what is written under it nobody could ever read. */
START_TEST(nobody_writes_under_a_key_of_a_turn_that_came_to_nothing)
{
    struct lab_op lost, kept;
    struct hash here, there;

    lab_open_case(lab, 1, SPOIL_NOTHING, &lost);
    lab_open_case(lab, 2, SPOIL_NOTHING, &kept);
    ck_assert_uint_eq(lab_ask(west, &lost), CW_OK);
    mem_store_limit(north->disk, mem_store_len(north->disk) + 100);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_str_eq(north->last_alarm, "no-space");
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_KEY), 0);
    mem_store_limit(north->disk, 0);
    lab_drop_frames(east);
    lab_crash(west);
    ck_assert_uint_eq(lab_ask(north, &kept), CW_OK);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_KEY), 1); /* one of its own, in its log */
    lab_run(lab, 3000);
    lab_frontier(north, &here);
    lab_frontier(east, &there);
    ck_assert(ID_EQ(&here, &there));
    ck_assert_uint_eq(lab_counter(east, COUNTER_UNOPENED), 0);
}
END_TEST

/* --- the status ---------------------------------------------------------------------------------------------------- */

static void take(struct input in)
{
    uint32_t taken;

    ck_assert_int_eq(node_turn(north->node, &in, 1, &taken), CW_OK);
    ck_assert_uint_eq(taken, 1);
}

static struct peer_status shown_peer(void)
{
    static struct node_status status;
    uint32_t i = 0;

    node_status_read(north->node, &status);
    while (i < status.peer_count && strcmp(status.peers[i].is.division, "EST") != 0)
        i++;
    ck_assert_uint_lt(i, status.peer_count);
    return status.peers[i].is;
}

/* Peers are shown a few times a second; whatever comes right after has to wait, unless it is shown at once. */
static void show_peers_now(void)
{
    lab->now += 1000;
    take(input_tick());
}

START_TEST(who_is_there_is_shown_at_once)
{
    const struct reader_identity who = {east->index + 1, false, lab->world.daemons[east->index].id, SUBJECT_DAEMON};

    lab_run(lab, 2000);
    show_peers_now();
    ck_assert_int_eq(shown_peer().state, PEER_STATE_IN_STEP);
    take(input_link_down(who.link));
    ck_assert_int_eq(shown_peer().state, PEER_STATE_DOWN);
    take(input_link_up(&who, "EST", false));
    ck_assert_int_eq(shown_peer().state, PEER_STATE_GREETING);
    take(input_cut("EST", true));
    ck_assert(shown_peer().cut);
    ck_assert_int_eq(shown_peer().state, PEER_STATE_DOWN);
    take(input_cut("", false));
    ck_assert(!shown_peer().cut);
}
END_TEST

Suite *suite_node_pair(void);
Suite *suite_node_pair(void)
{
    Suite *suite = suite_create("node/pair");
    TCase *pair = tcase_create("pair"), *three = tcase_create("three");

    tcase_add_checked_fixture(pair, two_nodes, end);
    tcase_add_test(pair, two_nodes_agree);
    tcase_add_test(pair, the_same_submission_at_two_daemons_is_one_op);
    tcase_add_test(pair, one_submission_id_for_two_ops_is_flagged_whoever_came_first);
    tcase_add_test(pair, a_receipt_waits_for_the_second_holder);
    tcase_add_test(pair, who_was_taken_out_of_the_audience_is_no_second_holder);
    tcase_add_test(pair, who_waits_for_more_than_its_share_is_answered_at_once_with_what_is_held);
    tcase_add_test(pair, an_unknown_author_is_pending_until_his_certificate_comes);
    tcase_add_test(pair, a_void_entry_is_stored_relayed_and_alarmed);
    tcase_add_test(pair, a_crash_between_two_syncs_loses_nothing);
    tcase_add_test(pair, who_is_there_is_shown_at_once);
    suite_add_tcase(suite, pair);
    tcase_add_checked_fixture(three, three_nodes, end);
    tcase_add_test(three, more_peers_in_the_store_than_there_are_slots_are_no_reason_not_to_start);
    tcase_add_test(three, three_nodes_agree_on_what_each_wrote);
    tcase_add_test(three, digests_of_nodes_in_step_are_equal);
    tcase_add_test(three, nobody_writes_under_a_key_of_a_turn_that_came_to_nothing);
    suite_add_tcase(suite, three);
    return suite;
}
