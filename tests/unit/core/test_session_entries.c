/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/core/solo.h"

#include <check.h>

/* Entries of a peer that sends what it may not, what does not fit, or two things for one. What was accepted stands. */

static struct solo s;

static void make(void)
{
    solo_init(&s);
}

static void unmake(void)
{
    solo_done(&s);
}

static const struct log_head *copy(void)
{
    return replica_log_find(s.replica, &s.log);
}

START_TEST(a_batch_that_was_asked_for_is_stored)
{
    struct sealed_batch batch = solo_batch(&s, 3);

    solo_meet(&s);
    solo_offer(&s, 1);
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.log_count, 1);
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.credit, MESSAGE_LEN_MAX);
    solo_hear_batches(&s, &batch, 1, true, false, true, 900);
    ck_assert_uint_eq(copy()->seq, 3);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_STORE_BATCH, 0));
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_PUT_FRONTIER, 0));
    ck_assert_int_eq(solo_state(&s), PEER_STATE_IN_STEP);
}
END_TEST

START_TEST(entries_without_a_grant_end_the_session)
{
    struct sealed_batch batch = solo_batch(&s, 1);

    solo_meet(&s);
    solo_hear_batches(&s, &batch, 1, true, false, true, 900);
    solo_ck_refused(&s, CW_PEER_CREDIT);
    ck_assert_ptr_null(copy());
}
END_TEST

START_TEST(more_than_was_granted_ends_the_session_and_keeps_what_was_accepted)
{
    struct sealed_batch batch = solo_batch(&s, 1);

    solo_meet(&s);
    solo_offer(&s, 1);
    solo_hear_batches(&s, &batch, 1, true, false, true, MESSAGE_LEN_MAX);
    ck_assert_uint_eq(copy()->seq, 1);
    solo_hear_batches(&s, &batch, 1, true, false, true, MESSAGE_LEN_MAX); /* the grant's last frame may exceed it */
    ck_assert_int_ne(solo_state(&s), PEER_STATE_REFUSED);
    solo_hear_batches(&s, &batch, 1, true, false, true, 1);
    solo_ck_refused(&s, CW_PEER_CREDIT);
    ck_assert_uint_eq(copy()->seq, 1);
}
END_TEST

START_TEST(pushing_without_end_ends_the_session)
{
    struct sealed_batch batch = solo_batch(&s, 1);
    uint32_t frames = 0;

    solo_meet(&s);
    solo_hear_batches(&s, &batch, 1, true, true, false, 100000);
    while (solo_state(&s) != PEER_STATE_REFUSED && frames++ < 40)
        solo_hear_batches(&s, &batch, 1, true, true, false, 100000); /* the same again: our frontier does not move */
    ck_assert_int_eq(solo_error(&s), CW_PEER_CREDIT);
    ck_assert_uint_eq(copy()->seq, 1);
}
END_TEST

START_TEST(a_gap_is_not_stored_and_is_asked_for_again)
{
    struct sealed_batch first = solo_batch(&s, 2), second = solo_batch(&s, 2), third = solo_batch(&s, 2);

    solo_meet(&s);
    solo_offer(&s, 1);
    solo_hear_batches(&s, &first, 1, true, false, false, 900);
    solo_hear_batches(&s, &third, 1, true, false, true, 900);
    ck_assert_uint_eq(copy()->seq, 2);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_FETCHING);
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.logs[0].after, 2);
    solo_hear_batches(&s, &second, 1, true, false, false, 900);
    ck_assert_uint_eq(copy()->seq, 4);
}
END_TEST

START_TEST(an_invented_batch_ends_the_session_and_the_store_stands)
{
    struct sealed_batch first = solo_batch(&s, 2), second = solo_batch(&s, 2);

    solo_meet(&s);
    solo_offer(&s, 1);
    solo_hear_batches(&s, &first, 1, true, false, false, 900);
    solo_hear_batches(&s, &second, 1, false, false, true, 900);
    solo_ck_refused(&s, CW_PEER_SEAL);
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_PEER_INVENTED));
    ck_assert_uint_eq(copy()->seq, 2);
}
END_TEST

START_TEST(a_genesis_that_does_not_make_the_log_ends_the_session)
{
    struct sealed_batch batch = solo_batch(&s, 1);
    uint8_t other[64] = {1};

    solo_meet(&s);
    solo_offer(&s, 1);
    s.genesis_bytes = slice(other, sizeof other);
    solo_hear_batches(&s, &batch, 1, true, false, true, 900);
    solo_ck_refused(&s, CW_PEER_SEAL);
    ck_assert_ptr_null(copy());
}
END_TEST

START_TEST(clocks_that_run_backwards_in_a_log_are_the_origins_fault)
{
    struct sealed_batch batch = solo_batch(&s, 3);

    batch.entries[2].header.hlc = batch.entries[1].header.hlc;
    batch.seal.hlc = batch.entries[2].header.hlc;
    solo_reseal(&s, &batch);
    solo_meet(&s);
    solo_offer(&s, 1);
    solo_hear_batches(&s, &batch, 1, true, false, true, 900);
    solo_ck_refused(&s, CW_PEER_CHAIN); /* here the origin itself sent it */
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_SEAL_INVALID));
    ck_assert_ptr_null(copy());
}
END_TEST

START_TEST(authority_positions_that_go_back_are_the_origins_fault)
{
    const struct positions later = {1, {{.log = {{9}}, .seq = 5}}}, earlier = {1, {{.log = {{9}}, .seq = 4}}};
    struct sealed_batch first = solo_batch(&s, 1), second;

    first.seal.authority = later;
    if (_i == 1) { /* within one seal */
        first.seal.authority.count = 2;
        first.seal.authority.at[1] = earlier.at[0];
    }
    solo_reseal(&s, &first);
    second = solo_batch(&s, 1);
    second.seal.authority = earlier;
    solo_reseal(&s, &second);
    solo_meet(&s);
    solo_offer(&s, 1);
    solo_hear_batches(&s, &first, 1, true, false, false, 900);
    if (_i == 0) {
        ck_assert_uint_eq(copy()->seq, 1);
        solo_hear_batches(&s, &second, 1, true, false, true, 900);
        ck_assert_uint_eq(copy()->seq, 1);
    }
    solo_ck_refused(&s, CW_PEER_CHAIN);
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_SEAL_INVALID));
}
END_TEST

START_TEST(a_relay_is_not_punished_for_what_its_origin_signed)
{
    struct sealed_batch batch;

    s.genesis.cert.b[0] ^= 1; /* somebody else's log: remake it */
    struct writer w = writer_over(arena_take(&s.made, GENESIS_LEN_MAX, 1), GENESIS_LEN_MAX);

    genesis_encode(&s.genesis, &w);
    s.genesis_bytes = slice(w.data, w.len);
    log_id_of(s.genesis_bytes, &s.log);
    memcpy(s.head.b, s.log.b, ID_LEN);
    batch = solo_batch(&s, 3);
    batch.seal.hlc++;
    solo_reseal(&s, &batch);
    solo_meet(&s);
    solo_offer(&s, 1);
    solo_hear_batches(&s, &batch, 1, true, false, true, 900);
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_SEAL_INVALID));
    ck_assert_int_eq(solo_state(&s), PEER_STATE_FETCHING); /* not in step: something is refused */
    ck_assert_ptr_null(solo_said(&s, PEER_WANT));          /* and not asked for again at once */
}
END_TEST

START_TEST(a_second_seal_over_the_head_is_a_fork_kept_and_alarmed)
{
    struct sealed_batch first = solo_batch(&s, 2), other, third;

    solo_meet(&s);
    solo_offer(&s, 1);
    solo_hear_batches(&s, &first, 1, true, false, false, 900);
    s.seq = 0;
    memcpy(s.head.b, s.log.b, ID_LEN);
    other = solo_batch(&s, 2);
    solo_hear_batches(&s, &other, 1, true, false, true, 900);
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_FORK_PROVEN));
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_STORE_FORK, 0));
    ck_assert(ID_EQ(&solo_find(&s, EFFECT_STORE_FORK, 0)->as.store_fork.ours.seal, &first.seal_hash));
    ck_assert(copy()->forked);
    ck_assert_uint_eq(copy()->seq, 2);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_SEND_FORK, 0));

    third = solo_batch(&s, 1);
    solo_hear_batches(&s, &third, 1, true, false, true, 900);
    ck_assert_uint_eq(copy()->seq, 2); /* of the other branch */
    ck_assert_ptr_null(solo_note(&s, NOTE_FORK_PROVEN));
    ck_assert_ptr_null(solo_find(&s, EFFECT_STORE_FORK, 0));
}
END_TEST

/* Both branches of the peer's log, two entries each; ours is the first. */
static void fork_peers_log(struct sealed_batch *ours, struct sealed_batch *theirs)
{
    *ours = solo_batch(&s, 2);
    solo_meet(&s);
    solo_offer(&s, 1);
    solo_hear_batches(&s, ours, 1, true, false, true, 900);
    s.seq = 0;
    memcpy(s.head.b, s.log.b, ID_LEN);
    *theirs = solo_batch(&s, 2);
    solo_hear_batches(&s, theirs, 1, true, true, true, 900);
    ck_assert(copy()->forked);
}

/* Its whole frontier follows: what was held against an item in the session before is looked at anew. */
static void meet_again(void)
{
    solo_tick(&s, 6000);
    solo_meet(&s);
}

START_TEST(a_forked_log_goes_on_along_our_branch)
{
    struct sealed_batch ours, theirs, next;

    fork_peers_log(&ours, &theirs);
    s.head = ours.seal_hash;
    next = solo_batch(&s, 3);
    meet_again();
    solo_offer(&s, 2);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_WANT));
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.logs[0].after, 2);
    solo_hear_batches(&s, &next, 1, true, false, true, 900);
    ck_assert_uint_eq(copy()->seq, 5);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_STORE_BATCH, 0));
    ck_assert_int_eq(solo_state(&s), PEER_STATE_IN_STEP);
}
END_TEST

START_TEST(a_peer_on_another_branch_is_asked_once_and_not_blamed)
{
    struct sealed_batch ours, theirs, next;
    struct frontier_item items[2];

    fork_peers_log(&ours, &theirs);
    next = solo_batch(&s, 3);
    meet_again();
    solo_offer(&s, 2);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_WANT)); /* where its branch begins cannot be known before */
    solo_hear_batches(&s, &next, 1, true, false, true, 900);
    ck_assert_uint_eq(copy()->seq, 2);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_IN_STEP);

    (void)solo_batch(&s, 1);
    items[0] = solo_item(&s);
    items[1] = items[0];
    items[1].log.b[0] ^= 1;
    solo_hear_change(&s, items, 2, 3);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_WANT)); /* at once: nothing was held against it */
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.log_count, 1);
    ck_assert(!ID_EQ(&solo_said(&s, PEER_WANT)->as.want.logs[0].log, &s.log));
}
END_TEST

START_TEST(a_log_known_by_its_fork_proof_begins_with_its_genesis)
{
    struct sealed_batch first = solo_batch(&s, 2), other;
    struct peer_message m = {.kind = PEER_FORK_PROOF};
    struct cw_slice genesis = s.genesis_bytes;

    s.seq = 0;
    memcpy(s.head.b, s.log.b, ID_LEN);
    other = solo_batch(&s, 1);
    m.as.fork_proof = (struct fork_proof){.genesis_bytes = genesis,
                                          .genesis = s.genesis,
                                          .signed_a = first.signed_seal,
                                          .signed_b = other.signed_seal,
                                          .a = first.seal,
                                          .b = other.seal};
    solo_meet(&s);
    solo_hear(&s, &m, 900);
    ck_assert(copy() != NULL && copy()->forked);
    s.genesis_bytes = slice(NULL, 0);
    solo_hear_batches(&s, &other, 1, true, true, true, 900);
    ck_assert_uint_eq(copy()->seq, 0);
    s.genesis_bytes = genesis;
    solo_hear_batches(&s, &other, 1, true, true, true, 900);
    ck_assert_uint_eq(copy()->seq, 1);
}
END_TEST

START_TEST(the_same_seal_again_is_no_fork)
{
    struct sealed_batch first = solo_batch(&s, 2);

    solo_meet(&s);
    solo_offer(&s, 1);
    solo_hear_batches(&s, &first, 1, true, false, false, 900);
    solo_hear_batches(&s, &first, 1, true, false, true, 900);
    ck_assert_ptr_null(solo_note(&s, NOTE_FORK_PROVEN));
    ck_assert(!copy()->forked);
    ck_assert_ptr_null(solo_find(&s, EFFECT_STORE_BATCH, 0));
}
END_TEST

START_TEST(a_fork_proof_that_does_not_hold_ends_the_session)
{
    struct sealed_batch first = solo_batch(&s, 2), second = solo_batch(&s, 2);
    struct peer_message m = {.kind = PEER_FORK_PROOF};

    m.as.fork_proof = (struct fork_proof){.genesis_bytes = s.genesis_bytes,
                                          .genesis = s.genesis,
                                          .signed_a = first.signed_seal,
                                          .signed_b = second.signed_seal,
                                          .a = first.seal,
                                          .b = second.seal};
    solo_meet(&s);
    solo_hear(&s, &m, 900);
    solo_ck_refused(&s, CW_PEER_PROOF);
    ck_assert_ptr_null(copy());
}
END_TEST

/* A hostile peer fills the table of logs: own submissions still find a place. */
/* With one entry. */
static void hear_a_log(uint64_t n)
{
    struct writer w = writer_over(arena_take(&s.made, GENESIS_LEN_MAX, 1), GENESIS_LEN_MAX);

    s.genesis.n = n;
    genesis_encode(&s.genesis, &w);
    s.genesis_bytes = slice(w.data, w.len);
    log_id_of(s.genesis_bytes, &s.log);
    memcpy(s.head.b, s.log.b, ID_LEN);
    s.seq = 0;
    struct sealed_batch batch = solo_batch(&s, 1);

    solo_hear_batches(&s, &batch, 1, true, true, false, 900);
}

/* Of 32 slots: nobody gives one back, so whoever is to do something is told while there is time. */
START_TEST(a_table_of_logs_that_fills_is_told_of_before_it_is_full)
{
    uint32_t at[3] = {0}, noted = 0;

    solo_meet(&s);
    for (uint64_t n = 2; n < 50; n++) {
        memset(&s.genesis.cert, (int)n, sizeof s.genesis.cert);
        hear_a_log(n);
        if (solo_note(&s, NOTE_LIMIT) != NULL && noted < 3)
            at[noted++] = replica_log_count(s.replica);
    }
    ck_assert_uint_eq(noted, 2);
    ck_assert_uint_eq(at[0], 15);
    ck_assert_uint_eq(at[1], 16);
}
END_TEST

START_TEST(a_full_table_of_logs_leaves_room_for_the_own_log)
{
    struct entry_header draft = {.kind = CLASS_CASE, .part_count = 1};
    struct event submit = {.kind = EVENT_SUBMIT, .as.submit = {.tag = 1, .draft = &draft}};
    uint32_t noted = 0;

    solo_meet(&s);
    for (uint64_t n = 2; n < 60; n++) {
        hear_a_log(n);
        noted += solo_note(&s, NOTE_LIMIT) != NULL;
    }
    ck_assert_uint_eq(noted, 2); /* as it fills, and when it is full */
    ck_assert_uint_lt(replica_log_count(s.replica), s.limits.logs_max);
    ck_assert_int_eq(solo_turn(&s, &submit), CW_OK);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_PUT_SEAL, 0));
}
END_TEST

START_TEST(a_peer_that_offers_and_does_not_send_is_left_for_a_while)
{
    solo_meet(&s);
    solo_batch(&s, 4);
    solo_offer(&s, 1);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_WANT));
    solo_tick(&s, 10000);
    ck_assert_ptr_null(solo_said(&s, PEER_WANT));
    ck_assert_int_eq(solo_state(&s), PEER_STATE_FETCHING);
    solo_tick(&s, 10000);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_WANT));
}
END_TEST

Suite *suite_session_entries(void);
Suite *suite_session_entries(void)
{
    Suite *suite = suite_create("core/session entries");
    TCase *c = tcase_create("entries");

    tcase_add_checked_fixture(c, make, unmake);
    tcase_add_test(c, a_batch_that_was_asked_for_is_stored);
    tcase_add_test(c, entries_without_a_grant_end_the_session);
    tcase_add_test(c, more_than_was_granted_ends_the_session_and_keeps_what_was_accepted);
    tcase_add_test(c, pushing_without_end_ends_the_session);
    tcase_add_test(c, a_gap_is_not_stored_and_is_asked_for_again);
    tcase_add_test(c, an_invented_batch_ends_the_session_and_the_store_stands);
    tcase_add_test(c, a_genesis_that_does_not_make_the_log_ends_the_session);
    tcase_add_test(c, clocks_that_run_backwards_in_a_log_are_the_origins_fault);
    tcase_add_loop_test(c, authority_positions_that_go_back_are_the_origins_fault, 0, 2);
    tcase_add_test(c, a_relay_is_not_punished_for_what_its_origin_signed);
    tcase_add_test(c, a_second_seal_over_the_head_is_a_fork_kept_and_alarmed);
    tcase_add_test(c, a_forked_log_goes_on_along_our_branch);
    tcase_add_test(c, a_peer_on_another_branch_is_asked_once_and_not_blamed);
    tcase_add_test(c, a_log_known_by_its_fork_proof_begins_with_its_genesis);
    tcase_add_test(c, the_same_seal_again_is_no_fork);
    tcase_add_test(c, a_fork_proof_that_does_not_hold_ends_the_session);
    tcase_add_test(c, a_full_table_of_logs_leaves_room_for_the_own_log);
    tcase_add_test(c, a_table_of_logs_that_fills_is_told_of_before_it_is_full);
    tcase_add_test(c, a_peer_that_offers_and_does_not_send_is_left_for_a_while);
    suite_add_tcase(suite, c);
    return suite;
}
