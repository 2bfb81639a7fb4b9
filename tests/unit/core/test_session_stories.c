/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/core/world.h"

#include <check.h>
#include <stdlib.h>

/* Two to four replicas over good and bad links; time is virtual. */

static struct world *w;

static void make_two(void)
{
    w = world_new(2);
}

static void make_three(void)
{
    w = world_new(3);
}

static void unmake(void)
{
    world_free(w);
}

static const struct log_head *own(uint32_t node)
{
    return replica_own_log(world_node(w, node)->replica);
}

/* The first two meet, the first writes so many, all of it is exchanged. The wire between them. */
static uint32_t first_exchange(uint32_t submitted)
{
    uint32_t wire = world_connect(w, 0, 1);

    world_submit(w, 0, submitted);
    world_settle(w);
    return wire;
}

/* --- two ----------------------------------------------------------------------------------------------- */

START_TEST(two_daemons_agree_on_what_both_submitted)
{
    world_connect(w, 0, 1);
    world_submit(w, 0, 10);
    world_submit(w, 1, 7);
    world_settle(w);

    ck_assert_uint_eq(world_total(w, 0), 17);
    ck_assert(world_equal(w));
    ck_assert(world_in_step(w, 0, 1) && world_in_step(w, 1, 0));
}
END_TEST

START_TEST(entries_written_before_the_link_are_fetched)
{
    world_submit(w, 0, 3000);
    world_submit(w, 1, 1);
    world_settle(w);
    world_connect(w, 1, 0);
    world_settle(w);

    ck_assert_uint_eq(world_total(w, 1), 3001);
    ck_assert(world_equal(w));
    ck_assert_uint_eq(own(0)->blob_seq, 3000);
}
END_TEST

START_TEST(a_batch_is_pushed_to_a_peer_in_step_without_being_asked_for)
{
    first_exchange(1);

    uint32_t asked = world_node(w, 0)->entries_frames_out - world_node(w, 0)->pushed_frames_out;

    for (int i = 0; i < 5; i++) {
        world_submit(w, 0, 2);
        world_settle(w);
    }
    ck_assert(world_equal(w));
    ck_assert_uint_ge(world_node(w, 0)->pushed_frames_out, 5);
    ck_assert_uint_eq(world_node(w, 0)->entries_frames_out - world_node(w, 0)->pushed_frames_out, asked);
}
END_TEST

START_TEST(a_cut_heals_and_both_sides_come_together)
{
    uint32_t wire = first_exchange(5);

    world_disconnect(w, wire);
    world_submit(w, 0, 300);
    world_submit(w, 1, 40);
    world_settle(w);
    ck_assert(!world_equal(w));
    ck_assert_int_eq(world_state(w, 0, 1), PEER_STATE_DOWN);

    world_connect(w, 0, 1);
    world_settle(w);
    ck_assert(world_equal(w));
    ck_assert_uint_eq(world_total(w, 1), 345);
}
END_TEST

START_TEST(a_restarted_daemon_continues_its_log)
{
    first_exchange(5);
    world_restart(w, 0, false);
    first_exchange(5);

    ck_assert_uint_eq(replica_log_count(world_node(w, 1)->replica), 1);
    ck_assert_uint_eq(own(0)->seq, 10);
    ck_assert(world_equal(w));
}
END_TEST

START_TEST(a_new_incarnation_closes_the_log_before_it_everywhere)
{
    struct log_id before;

    first_exchange(5);
    before = own(0)->log;
    world_restart(w, 0, true);
    first_exchange(2);

    ck_assert(!ID_EQ(&own(0)->log, &before));
    ck_assert(replica_log_find(world_node(w, 1)->replica, &before)->closed);
    ck_assert(replica_log_find(world_node(w, 0)->replica, &before)->closed);
    ck_assert(world_equal(w));
}
END_TEST

/* The store is rolled back by hand: its heads and batches end earlier than what the peer was given. */
static void roll_back(uint32_t node, uint32_t batches)
{
    struct node *n = world_node(w, node);
    struct stored_log *log = &n->logs[0];
    const struct stored_batch *last = &log->batches[batches - 1];

    for (uint32_t i = batches; i < log->batch_count; i++) {
        free(log->batches[i].seal_bytes);
        free(log->batches[i].entries);
    }
    log->batch_count = batches;
    for (uint32_t i = 0; i < n->head_count; i++) {
        if (!ID_EQ(&n->heads[i].log, &log->log))
            continue;
        n->heads[i].seq = last->seal.last;
        n->heads[i].seal = last->seal_hash;
        n->heads[i].hlc = last->seal.hlc;
        n->heads[i].blob_seq = last->seal.last;
        n->heads[i].authority.count = 0;
    }
}

START_TEST(a_rolled_back_daemon_learns_it_from_hello_before_it_writes_on)
{
    struct log_id before;

    world_connect(w, 0, 1);
    for (int i = 0; i < 3; i++) {
        world_submit(w, 0, 4);
        world_settle(w);
    }
    before = own(0)->log;
    roll_back(0, 1);
    world_restart(w, 0, false);
    ck_assert_uint_eq(own(0)->seq, 4);
    world_connect(w, 1, 0);
    world_settle(w);
    ck_assert_uint_eq(world_notes(w, 0, NOTE_OWN_FORK), 1);
    ck_assert_ptr_null(own(0));

    world_submit(w, 0, 2);
    world_settle(w);
    ck_assert(!ID_EQ(&own(0)->log, &before));
    ck_assert_uint_eq(world_total(w, 0), 14); /* what the peer still held came back */
    ck_assert(world_equal(w));
    ck_assert_uint_eq(world_notes(w, 0, NOTE_FORK_PROVEN) + world_notes(w, 1, NOTE_FORK_PROVEN), 0);
}
END_TEST

START_TEST(a_rolled_back_daemon_that_wrote_on_is_proven_to_have_forked)
{
    first_exchange(4);
    world_submit(w, 0, 4);
    world_settle(w);
    roll_back(0, 1);
    world_restart(w, 0, false);
    world_submit_len(w, 0, 3, 99); /* other entries at the same seqs, before anybody was heard */
    world_settle(w);
    world_connect(w, 0, 1);
    world_run_ms(w, 60000);

    ck_assert_uint_eq(world_notes(w, 0, NOTE_OWN_FORK), 1);
    ck_assert_uint_eq(world_notes(w, 0, NOTE_FORK_PROVEN), 1);
    ck_assert_uint_eq(world_notes(w, 1, NOTE_FORK_PROVEN), 1);
    /* It writes on, in a log of its own. */
    world_submit(w, 0, 2);
    world_settle(w);
    ck_assert_uint_eq(own(0)->seq, 2);
    ck_assert(replica_log_find(world_node(w, 1)->replica, &own(0)->log) != NULL);
    ck_assert(world_in_step(w, 1, 0) && world_in_step(w, 0, 1));
}
END_TEST

START_TEST(daemons_that_dial_each_other_have_one_session_and_a_link_in_reserve)
{
    uint32_t first = world_connect(w, 0, 1), second = world_connect(w, 1, 0);

    world_submit(w, 0, 3);
    world_run_ms(w, 10000);
    ck_assert(world_equal(w) && world_in_step(w, 0, 1) && world_in_step(w, 1, 0));
    uint32_t ended = world_notes(w, 0, NOTE_PEER_SESSION_ENDED) + world_notes(w, 1, NOTE_PEER_SESSION_ENDED);

    world_disconnect(w, first); /* node 0 has the smaller certificate: its link carried the session */
    world_submit(w, 1, 3);
    world_run_ms(w, 10000);
    ck_assert(world_equal(w) && world_in_step(w, 0, 1) && world_in_step(w, 1, 0));
    ck_assert_uint_eq(world_notes(w, 0, NOTE_PEER_SESSION_ENDED) + world_notes(w, 1, NOTE_PEER_SESSION_ENDED), ended);
    world_disconnect(w, second);
    world_settle(w);
    ck_assert_int_eq(world_state(w, 0, 1), PEER_STATE_DOWN);
}
END_TEST

START_TEST(the_better_link_takes_over_when_it_comes_second)
{
    world_connect(w, 1, 0);
    world_submit(w, 0, 3);
    world_settle(w);
    ck_assert(world_equal(w));
    world_connect(w, 0, 1);
    world_submit(w, 1, 3);
    world_run_ms(w, 10000);
    ck_assert(world_equal(w) && world_in_step(w, 0, 1) && world_in_step(w, 1, 0));
}
END_TEST

START_TEST(a_lost_reply_is_asked_for_again)
{
    w->pass = NULL;
    world_connect(w, 0, 1);
    /* The first frames of both are lost: only HELLOs were under way. */
    world_round(w);
    for (uint32_t i = 0; i < 2; i++) {
        struct node *n = world_node(w, i);

        for (uint32_t k = 0; k < n->inbox_count; k++)
            free(n->inbox[k].frame);
        n->inbox_count = 0;
    }
    world_submit(w, 0, 3);
    world_run_ms(w, 10000);
    ck_assert(world_equal(w) && world_in_step(w, 1, 0));
}
END_TEST

static bool lose_every_third_entries(struct world *world, uint32_t from, uint32_t to, struct cw_slice frame)
{
    (void)from;
    (void)to;
    return frame.len < 400 || ++world->seen % 3 != 0;
}

START_TEST(entries_lost_on_the_way_are_fetched_again)
{
    w->pass = lose_every_third_entries;
    world_connect(w, 0, 1);
    for (int i = 0; i < 10; i++) {
        world_submit(w, 0, 200);
        world_submit(w, 1, 3);
        world_run_ms(w, 100);
    }
    world_run_ms(w, 600000);
    ck_assert_uint_eq(world_total(w, 1), 2030);
    ck_assert(world_equal(w));
}
END_TEST

START_TEST(a_silent_peer_is_greeted_anew)
{
    world_connect(w, 0, 1);
    world_settle(w);
    uint32_t frames = world_node(w, 0)->frames_out;

    world_run_ms(w, 300000);
    ck_assert(world_in_step(w, 0, 1)); /* heartbeats keep it alive */
    ck_assert_uint_eq(world_notes(w, 0, NOTE_PEER_SESSION_ENDED), 0);
    ck_assert_uint_le(world_node(w, 0)->frames_out - frames, 11);
}
END_TEST

/* --- blobs --------------------------------------------------------------------------------------------- */

START_TEST(headers_do_not_wait_for_blobs_and_holes_are_filled_later)
{
    world_node(w, 0)->sends_no_blobs = true;
    first_exchange(20);

    const struct log_head *copy = replica_log_find(world_node(w, 1)->replica, &own(0)->log);

    ck_assert_uint_eq(copy->seq, 20);
    world_node(w, 0)->sends_no_blobs = false;
    world_run_ms(w, 60000);
    ck_assert_uint_eq(copy->blob_seq, 20);
    ck_assert_uint_eq(copy->hole_count, 0);
    ck_assert(world_equal(w));
}
END_TEST

START_TEST(a_member_that_cannot_open_does_not_count_as_holding)
{
    world_node(w, 1)->opens_nothing = true;
    first_exchange(3);
    world_watch(w, 0, 2, 5000);
    world_run_ms(w, 6000);

    ck_assert_uint_eq(world_node(w, 0)->held_answers, 1);
    ck_assert(!world_node(w, 0)->held_reached);
    ck_assert_uint_eq(world_node(w, 0)->held_last, 1);
}
END_TEST

/* --- three --------------------------------------------------------------------------------------------- */

START_TEST(a_middle_daemon_relays_what_it_did_not_write)
{
    world_connect(w, 0, 1);
    world_connect(w, 1, 2);
    world_submit(w, 0, 500);
    world_submit(w, 2, 300);
    world_settle(w);

    ck_assert(world_equal(w));
    ck_assert_uint_eq(world_total(w, 2), 800);
}
END_TEST

START_TEST(held_by_three_is_answered_when_the_third_has_said_so)
{
    first_exchange(4);
    world_watch(w, 0, 3, 60000);
    world_run_ms(w, 1000);
    ck_assert_uint_eq(world_node(w, 0)->held_answers, 0);

    world_connect(w, 0, 2);
    world_settle(w);
    ck_assert_uint_eq(world_node(w, 0)->held_answers, 1);
    ck_assert(world_node(w, 0)->held_reached);
    ck_assert_uint_eq(world_node(w, 0)->held_last, 3);
}
END_TEST

START_TEST(a_log_is_fetched_from_one_peer_at_a_time)
{
    world_submit(w, 0, 2000);
    world_settle(w);
    world_connect(w, 0, 1);
    world_settle(w);
    world_connect(w, 2, 0);
    world_connect(w, 2, 1);
    world_settle(w);

    ck_assert(world_equal(w));
    uint32_t frames = world_node(w, 0)->entries_frames_out + world_node(w, 1)->entries_frames_out;

    ck_assert_uint_le(frames, 11); /* 2000 entries are five frames for each of two readers, and the last word */
}
END_TEST

START_TEST(a_log_whose_signer_is_unknown_waits_and_is_fetched_when_it_is_known)
{
    world_node(w, 1)->knows_nobody = true;
    world_connect(w, 0, 1);
    world_submit(w, 0, 5);
    world_run_ms(w, 20000);
    ck_assert_uint_eq(world_total(w, 1), 0);
    ck_assert(!world_in_step(w, 1, 0)); /* something is refused: that is not in step */
    ck_assert_uint_eq(world_notes(w, 1, NOTE_PEER_SESSION_ENDED), 0);
    ck_assert_uint_le(world_node(w, 0)->entries_frames_out, 12);

    world_node(w, 1)->knows_nobody = false;
    world_run_ms(w, 70000);
    ck_assert_uint_eq(world_total(w, 1), 5);
}
END_TEST

START_TEST(a_fork_is_told_to_a_daemon_that_never_met_it)
{
    struct frontier_head told, late;

    first_exchange(4);
    world_submit(w, 0, 4);
    world_settle(w);
    roll_back(0, 1);
    world_restart(w, 0, false);
    world_submit_len(w, 0, 3, 99);
    world_settle(w);
    world_connect(w, 0, 1);
    world_run_ms(w, 60000);
    world_connect(w, 1, 2);
    world_run_ms(w, 60000);

    ck_assert_uint_eq(world_notes(w, 2, NOTE_FORK_PROVEN), 1);
    ck_assert(replica_log_at(world_node(w, 2)->replica, 0)->forked);
    ck_assert_uint_ge(world_node(w, 1)->forks_out, 1);
    ck_assert(world_in_step(w, 2, 1));
    /* What the other holds of it comes all the same: nobody is without the entries of a log because it forked. */
    replica_frontier(world_node(w, 1)->replica, &told);
    replica_frontier(world_node(w, 2)->replica, &late);
    ck_assert(ID_EQ(&late.root, &told.root));
}
END_TEST

Suite *suite_session_stories(void)
{
    Suite *suite = suite_create("core/session stories");
    TCase *two = tcase_create("two"), *three = tcase_create("three");

    tcase_add_checked_fixture(two, make_two, unmake);
    tcase_add_test(two, two_daemons_agree_on_what_both_submitted);
    tcase_add_test(two, entries_written_before_the_link_are_fetched);
    tcase_add_test(two, a_batch_is_pushed_to_a_peer_in_step_without_being_asked_for);
    tcase_add_test(two, a_cut_heals_and_both_sides_come_together);
    tcase_add_test(two, a_restarted_daemon_continues_its_log);
    tcase_add_test(two, a_new_incarnation_closes_the_log_before_it_everywhere);
    tcase_add_test(two, a_rolled_back_daemon_learns_it_from_hello_before_it_writes_on);
    tcase_add_test(two, a_rolled_back_daemon_that_wrote_on_is_proven_to_have_forked);
    tcase_add_test(two, daemons_that_dial_each_other_have_one_session_and_a_link_in_reserve);
    tcase_add_test(two, the_better_link_takes_over_when_it_comes_second);
    tcase_add_test(two, a_lost_reply_is_asked_for_again);
    tcase_add_test(two, entries_lost_on_the_way_are_fetched_again);
    tcase_add_test(two, a_silent_peer_is_greeted_anew);
    tcase_add_test(two, headers_do_not_wait_for_blobs_and_holes_are_filled_later);
    tcase_add_test(two, a_member_that_cannot_open_does_not_count_as_holding);
    suite_add_tcase(suite, two);

    tcase_add_checked_fixture(three, make_three, unmake);
    tcase_add_test(three, a_middle_daemon_relays_what_it_did_not_write);
    tcase_add_test(three, held_by_three_is_answered_when_the_third_has_said_so);
    tcase_add_test(three, a_log_is_fetched_from_one_peer_at_a_time);
    tcase_add_test(three, a_log_whose_signer_is_unknown_waits_and_is_fetched_when_it_is_known);
    tcase_add_test(three, a_fork_is_told_to_a_daemon_that_never_met_it);
    suite_add_tcase(suite, three);
    return suite;
}
