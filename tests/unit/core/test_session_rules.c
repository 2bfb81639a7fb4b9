/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peers.h"
#include "tests/unit/core/solo.h"

#include <check.h>

/* Rules that a story could pass by without: which link, which past, which order, who is counted. */

static struct solo s;
static struct entry_header draft;
static const struct event submit = {.kind = EVENT_SUBMIT, .as.submit = {.tag = 1, .draft = &draft}};

static void make(void)
{
    solo_init(&s);
    draft = (struct entry_header){.kind = CLASS_CASE, .part_count = 1};
}

static void unmake(void)
{
    solo_done(&s);
}

/* --- links --------------------------------------------------------------------------------------------- */

static bool greets_on(link_id link, bool incoming)
{
    s.now = mono_after(s.now, 6000); /* links are not replaced while they are young */

    struct event up = {.kind = EVENT_LINK_UP,
                       .as.link_up = {.link = link, .cert = s.peer, .division = "EST", .incoming = incoming}};

    solo_turn(&s, &up);
    for (uint32_t i = 0; i < solo_count(&s, EFFECT_SEND); i++) {
        if (solo_find(&s, EFFECT_SEND, i)->as.send.link == link)
            return true;
    }
    return false;
}

START_TEST(the_link_dialled_by_the_smaller_certificate_carries_the_session)
{
    ck_assert(greets_on(1, true));
    ck_assert(greets_on(2, false)); /* ours is the smaller certificate: our dialling is better */
    ck_assert(!greets_on(3, true)); /* one in reserve, replaced: no session moves */
    ck_assert(greets_on(4, false)); /* the one in use, replaced */
}
END_TEST

START_TEST(the_link_dialled_by_a_smaller_peer_is_kept)
{
    memset(&s.peer, 1, sizeof s.peer);
    ck_assert(greets_on(1, false));
    ck_assert(greets_on(2, true));
    ck_assert(!greets_on(3, false));
}
END_TEST

START_TEST(a_young_link_is_not_replaced_and_an_older_one_is)
{
    struct event up = {.kind = EVENT_LINK_UP, .as.link_up = {.link = 50, .cert = s.peer, .division = "EST"}};

    solo_meet(&s);
    solo_turn(&s, &up);
    ck_assert_uint_eq(solo_find(&s, EFFECT_DROP_LINK, 0)->as.drop_link.link, 50);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_COMPARING);
    solo_tick(&s, 5000);
    up.as.link_up.link = 51;
    solo_turn(&s, &up);
    ck_assert_uint_eq(solo_find(&s, EFFECT_DROP_LINK, 0)->as.drop_link.link, s.link);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_GREETING);
}
END_TEST

START_TEST(who_is_left_on_the_worse_link_is_told)
{
    struct peer_message hello = solo_hello(&s);
    struct event up = {.kind = EVENT_LINK_UP,
                       .as.link_up = {.link = 1, .cert = s.peer, .division = "EST", .incoming = true}};

    solo_turn(&s, &up);
    s.link = 1;
    s.theirs = solo_said(&s, PEER_HELLO)->from;
    hello.as.hello.reply = true;
    solo_hear(&s, &hello, 200);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_COMPARING);
    up.as.link_up.link = 2;
    up.as.link_up.incoming = false;
    solo_turn(&s, &up);
    const struct effect *first = solo_find(&s, EFFECT_SEND, 0), *second = solo_find(&s, EFFECT_SEND, 1);

    ck_assert(first->as.send.link == 1 && first->as.send.message->kind == PEER_RESET);
    ck_assert(memcmp(first->as.send.message->to.b, s.mine.b, SESSION_ID_LEN) == 0);
    ck_assert(second->as.send.link == 2 && second->as.send.message->kind == PEER_HELLO);
    ck_assert_ptr_null(solo_find(&s, EFFECT_DROP_LINK, 0));
}
END_TEST

/* --- start ids ----------------------------------------------------------------------------------------- */

START_TEST(a_daemon_told_that_its_frontier_goes_back_takes_a_new_start)
{
    struct peer_message reset = {.kind = PEER_RESET, .as.reset.code = CW_PEER_FRONTIER};
    struct frontier_head before, after;

    solo_turn(&s, &submit);
    solo_meet(&s);
    replica_frontier(s.replica, &before);
    solo_hear(&s, &reset, 100);
    replica_frontier(s.replica, &after);
    ck_assert(memcmp(before.start, after.start, sizeof after.start) != 0);
    ck_assert(memcmp(before.start, after.replaces, sizeof after.replaces) == 0);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_PUT_FRONTIER, 0));
    ck_assert_ptr_nonnull(replica_own_log(s.replica)); /* the log goes on: nothing of it is in doubt */
}
END_TEST

/* --- a new log ----------------------------------------------------------------------------------------- */

/* What follows the first message of a log was verified before anybody here could know whose log it is. */
START_TEST(a_new_log_is_asked_for_again_at_once_where_its_signer_was_not_known_yet)
{
    struct sealed_batch first = solo_batch(&s, 4), second = solo_batch(&s, 2);
    struct batch_verdict too_early = {0};
    struct event event = {.as.message = {.frame_len = 900, .batches = &too_early}};
    struct peer_message more = {.kind = PEER_ENTRIES, .as.entries = {.log = s.log, .batch_count = 1, .last = true}};
    struct frontier_item item = solo_item(&s);
    const struct peer_message *want;

    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    solo_hear_batches(&s, &first, 1, true, false, false, 900);
    more.as.entries.batches = &second;
    more.from = s.mine;
    more.to = s.theirs;
    more.counter = ++s.counter;
    solo_hear_event(&s, &event, &more);
    ck_assert_ptr_null(solo_find(&s, EFFECT_STORE_BATCH, 0));
    want = solo_said(&s, PEER_WANT);
    ck_assert_ptr_nonnull(want);
    ck_assert_uint_eq(want->as.want.log_count, 1);
    ck_assert_uint_eq(want->as.want.logs[0].after, 4);
    solo_hear_batches(&s, &second, 1, true, false, true, 900);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_STORE_BATCH, 0));
}
END_TEST

/* --- a gap -------------------------------------------------------------------------------------------- */

/* In three batches of two; the peer is asked for them, and the first is here. */
static void begin_a_transfer(struct sealed_batch batches[static 3])
{
    for (uint32_t i = 0; i < 3; i++)
        batches[i] = solo_batch(&s, 2);
    struct frontier_item item = solo_item(&s);

    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    solo_hear_batches(&s, &batches[0], 1, true, false, false, 900);
}

static bool asks_from(uint64_t after)
{
    const struct peer_message *want = solo_said(&s, PEER_WANT);

    return want != NULL && want->as.want.log_count == 1 && want->as.want.logs[0].after == after;
}

START_TEST(a_gap_is_asked_for_at_once_and_what_is_under_way_is_let_pass)
{
    struct sealed_batch batches[3];

    begin_a_transfer(batches);
    solo_hear_batches(&s, &batches[2], 1, true, false, false, 900);
    ck_assert(asks_from(2));
    solo_hear_batches(&s, &batches[2], 1, true, false, true, 900); /* sent before the peer could hear of the gap */
    ck_assert_ptr_null(solo_said(&s, PEER_WANT));
    ck_assert_int_eq(solo_state(&s), PEER_STATE_FETCHING);
    solo_hear_batches(&s, &batches[1], 1, true, false, false, 900);
    ck_assert_ptr_null(solo_said(&s, PEER_WANT));
    solo_hear_batches(&s, &batches[2], 1, true, false, true, 900);
    ck_assert_uint_eq(replica_log_find(s.replica, &s.log)->seq, 6);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_IN_STEP);
}
END_TEST

START_TEST(the_next_gap_is_asked_for_too)
{
    struct sealed_batch batches[3], last;

    begin_a_transfer(batches);
    last = solo_batch(&s, 2);
    solo_hear_batches(&s, &batches[2], 1, true, false, false, 900);
    solo_hear_batches(&s, &batches[1], 1, true, false, false, 900);
    solo_hear_batches(&s, &last, 1, true, false, false, 900);
    ck_assert(asks_from(4));
}
END_TEST

START_TEST(a_gap_in_what_was_pushed_is_asked_for_only_where_it_is_lacking)
{
    struct sealed_batch batches[3];

    begin_a_transfer(batches);
    solo_hear_batches(&s, &batches[2], 1, true, true, false, 900);
    ck_assert_ptr_null(solo_said(&s, PEER_WANT)); /* the transfer brings it */
}
END_TEST

/* --- another past -------------------------------------------------------------------------------------- */

START_TEST(a_batch_with_another_past_is_not_stored_and_its_past_is_asked_for)
{
    struct sealed_batch first = solo_batch(&s, 4), second;
    struct frontier_item item;

    solo_meet(&s);
    item = solo_item(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    solo_hear_batches(&s, &first, 1, true, false, false, 900);
    s.head.b[0] ^= 1; /* the peer's chain comes from another seal at seq 4 */
    second = solo_batch(&s, 2);
    solo_hear_batches(&s, &second, 1, true, false, true, 900);
    ck_assert_uint_eq(replica_log_find(s.replica, &s.log)->seq, 4);
    ck_assert_ptr_null(solo_note(&s, NOTE_FORK_PROVEN)); /* nothing is proven yet */
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.log_count, 1);
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.logs[0].after, 3);
}
END_TEST

/* The peer is ahead on its own past: the batch in dispute is asked for, and what follows comes with it. */
START_TEST(a_log_in_dispute_is_asked_for_once)
{
    struct sealed_batch first = solo_batch(&s, 4), second;
    struct frontier_item item;

    solo_meet(&s);
    item = solo_item(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    solo_hear_batches(&s, &first, 1, true, false, true, 900);
    s.head.b[0] ^= 1;
    second = solo_batch(&s, 2);
    item = solo_item(&s);
    solo_hear_frontier(&s, &item, 1, 2);
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.logs[0].after, 4);
    solo_hear_batches(&s, &second, 1, true, false, true, 900);
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.log_count, 1);
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.logs[0].after, 3);
}
END_TEST

/* Nothing else happens any more: the answer was lost with its session, and heartbeats bring no news. */
START_TEST(a_dispute_lost_with_its_session_is_raised_again)
{
    struct sealed_batch first = solo_batch(&s, 4);
    struct event down = {.kind = EVENT_LINK_DOWN};
    struct frontier_item item;

    solo_meet(&s);
    item = solo_item(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    solo_hear_batches(&s, &first, 1, true, false, true, 900);
    s.head.b[0] ^= 1;
    item = solo_item(&s);
    solo_hear_frontier(&s, &item, 1, 2);
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.logs[0].after, 3);

    down.as.link_down.link = s.link;
    solo_turn(&s, &down);
    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 3);
    struct cw_mono due = replica_wake_at(s.replica);
    ck_assert_int_le(due.ms, s.now.ms + DISPUTE_MS);
    solo_tick(&s, DISPUTE_MS);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_WANT));
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.logs[0].after, 3);
}
END_TEST

/* --- held by ------------------------------------------------------------------------------------------- */

static struct frontier_item own_item(void)
{
    const struct log_head *own = replica_own_log(s.replica);

    return (struct frontier_item){.log = own->log, .seq = own->seq, .seal = own->seal, .blob_seq = own->blob_seq};
}

START_TEST(a_division_counts_when_it_holds_our_very_chain)
{
    struct frontier_item item;
    struct log_id log;

    solo_turn(&s, &submit);
    log = replica_own_log(s.replica)->log;
    solo_meet(&s);
    item = own_item();
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 1);
    item.blob_seq = 0;
    solo_hear_frontier(&s, &item, 1, 1);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 1);
    item.blob_seq = 1;
    solo_hear_frontier(&s, &item, 1, 2);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 2);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 2, NULL, 0), 0);
    item.seal.b[0] ^= 1;
    solo_hear_frontier(&s, &item, 1, 3);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 1);
}
END_TEST

START_TEST(a_peer_that_was_ahead_counts_once_we_have_caught_up)
{
    struct sealed_batch batch = solo_batch(&s, 3);
    struct frontier_item item = solo_item(&s);

    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &s.log, 3, NULL, 0), 0);
    solo_hear_batches(&s, &batch, 1, true, false, true, 900);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &s.log, 3, NULL, 0), 2);
}
END_TEST

START_TEST(exactly_the_missing_blobs_are_asked_for_from_who_has_them)
{
    struct sealed_batch batch = solo_batch(&s, 5);
    struct frontier_item item = solo_item(&s);
    const struct peer_message *want;

    batch.entries[1].blobs.part_count = 0;          /* seq 2 */
    batch.entries[2].blobs.parts[0] = slice("", 0); /* seq 3 */
    batch.entries[4].blobs.part_count = 0;          /* seq 5, at the end */
    item.hole_count = 1;
    item.holes[0] = 3;
    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    solo_hear_batches(&s, &batch, 1, true, false, true, 900);
    want = solo_said(&s, PEER_WANT_BLOBS);
    ck_assert_ptr_nonnull(want);
    ck_assert_uint_eq(want->as.want_blobs.log_count, 1);
    ck_assert_uint_eq(want->as.want_blobs.logs[0].seq_count, 2);
    ck_assert_uint_eq(want->as.want_blobs.logs[0].seqs[0], 2);
    ck_assert_uint_eq(want->as.want_blobs.logs[0].seqs[1], 5);
    solo_tick(&s, 2000);
    ck_assert_ptr_null(solo_said(&s, PEER_WANT_BLOBS)); /* not again so soon */
    solo_tick(&s, 10000);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_WANT_BLOBS));
}
END_TEST

START_TEST(our_own_division_is_not_counted_twice)
{
    struct event up = {.kind = EVENT_LINK_UP, .as.link_up = {.link = 1, .cert = s.peer, .division = "NTH"}};
    struct peer_message hello = solo_hello(&s);
    struct frontier_item item;
    struct log_id log;

    solo_turn(&s, &submit);
    log = replica_own_log(s.replica)->log;
    s.link = 1;
    solo_turn(&s, &up);
    s.theirs = solo_said(&s, PEER_HELLO)->from;
    hello.as.hello.reply = true;
    solo_hear(&s, &hello, 200);
    item = own_item();
    solo_hear_frontier(&s, &item, 1, 1);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 1);
}
END_TEST

START_TEST(a_watch_beyond_the_table_is_answered_at_once)
{
    struct event watch = {.kind = EVENT_WATCH, .as.watch = {.seq = 1, .k = 2, .deadline = {INT64_MAX}}};

    solo_turn(&s, &submit);
    watch.as.watch.log = replica_own_log(s.replica)->log;
    for (uint64_t i = 1; i <= s.limits.watches_max; i++) {
        watch.as.watch.tag = i;
        solo_turn(&s, &watch);
        ck_assert_ptr_null(solo_find(&s, EFFECT_HELD, 0));
    }
    watch.as.watch.tag = 99;
    solo_turn(&s, &watch);
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_LIMIT));
    ck_assert_uint_eq(solo_find(&s, EFFECT_HELD, 0)->as.held.tag, 99);
    ck_assert(!solo_find(&s, EFFECT_HELD, 0)->as.held.reached);
    ck_assert_uint_eq(solo_find(&s, EFFECT_HELD, 0)->as.held.held, 1);
}
END_TEST

/* --- order --------------------------------------------------------------------------------------------- */

static uint32_t place_of(enum effect_kind kind)
{
    for (uint32_t i = 0; i < s.effects.count; i++) {
        if (s.effects.at[i].kind == kind)
            return i;
    }
    ck_abort_msg("an effect is missing");
    return 0;
}

START_TEST(a_push_goes_before_the_frontier_that_shows_it_and_after_every_write)
{
    struct frontier_item item;

    solo_turn(&s, &submit);
    solo_meet(&s);
    item = own_item();
    solo_hear_frontier(&s, &item, 1, 1);
    solo_turn(&s, &submit);
    ck_assert_uint_lt(place_of(EFFECT_SEND_ENTRIES), place_of(EFFECT_SEND_FRONTIER));
    ck_assert_uint_lt(place_of(EFFECT_PUT_ENTRY), place_of(EFFECT_PUT_SEAL));
    ck_assert_uint_lt(place_of(EFFECT_PUT_SEAL), place_of(EFFECT_PUT_FRONTIER));
    ck_assert_uint_lt(place_of(EFFECT_PUT_FRONTIER), place_of(EFFECT_SEND_ENTRIES));
    ck_assert(solo_find(&s, EFFECT_SEND_ENTRIES, 0)->as.send_entries.pushed);
    ck_assert_uint_eq(solo_find(&s, EFFECT_SEND_ENTRIES, 0)->as.send_entries.after, 1);
}
END_TEST

/* --- forks --------------------------------------------------------------------------------------------- */

START_TEST(each_peer_is_told_of_each_fork_once_a_session)
{
    uint32_t told = 0;

    for (uint8_t i = 1; i <= 3; i++) {
        struct log_head head = {.scope = LOG_DIVISION, .log = {{i}}, .seq = 2, .blob_seq = 2, .forked = true};

        ck_assert_int_eq(replica_load_log(s.replica, &head), CW_OK);
    }
    solo_meet(&s);
    for (int i = 0; i < 6; i++) {
        told += solo_count(&s, EFFECT_SEND_FORK);
        ck_assert(i > 1 || mono_reached(s.now, replica_wake_at(s.replica))); /* some are untold: at once again */
        solo_tick(&s, 0);
    }
    ck_assert_uint_eq(told, 3);
}
END_TEST

START_TEST(a_fork_proof_whose_signer_is_unknown_is_not_the_peers_fault)
{
    struct peer_message m = {.kind = PEER_FORK_PROOF};
    struct event event = {.as.message = {.signer_unknown = true}};

    solo_meet(&s);
    m.from = s.mine;
    m.to = s.theirs;
    m.counter = ++s.counter;
    solo_hear_event(&s, &event, &m);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_COMPARING);
    ck_assert_uint_eq(replica_log_count(s.replica), 0);
}
END_TEST

Suite *suite_session_rules(void)
{
    Suite *suite = suite_create("core/session rules");
    TCase *c = tcase_create("rules");

    tcase_add_checked_fixture(c, make, unmake);
    tcase_add_test(c, the_link_dialled_by_the_smaller_certificate_carries_the_session);
    tcase_add_test(c, the_link_dialled_by_a_smaller_peer_is_kept);
    tcase_add_test(c, a_young_link_is_not_replaced_and_an_older_one_is);
    tcase_add_test(c, who_is_left_on_the_worse_link_is_told);
    tcase_add_test(c, a_daemon_told_that_its_frontier_goes_back_takes_a_new_start);
    tcase_add_test(c, a_new_log_is_asked_for_again_at_once_where_its_signer_was_not_known_yet);
    tcase_add_test(c, a_gap_is_asked_for_at_once_and_what_is_under_way_is_let_pass);
    tcase_add_test(c, the_next_gap_is_asked_for_too);
    tcase_add_test(c, a_gap_in_what_was_pushed_is_asked_for_only_where_it_is_lacking);
    tcase_add_test(c, a_batch_with_another_past_is_not_stored_and_its_past_is_asked_for);
    tcase_add_test(c, a_log_in_dispute_is_asked_for_once);
    tcase_add_test(c, a_dispute_lost_with_its_session_is_raised_again);
    tcase_add_test(c, a_division_counts_when_it_holds_our_very_chain);
    tcase_add_test(c, a_peer_that_was_ahead_counts_once_we_have_caught_up);
    tcase_add_test(c, exactly_the_missing_blobs_are_asked_for_from_who_has_them);
    tcase_add_test(c, our_own_division_is_not_counted_twice);
    tcase_add_test(c, a_watch_beyond_the_table_is_answered_at_once);
    tcase_add_test(c, a_push_goes_before_the_frontier_that_shows_it_and_after_every_write);
    tcase_add_test(c, each_peer_is_told_of_each_fork_once_a_session);
    tcase_add_test(c, a_fork_proof_whose_signer_is_unknown_is_not_the_peers_fault);
    suite_add_tcase(suite, c);
    return suite;
}
