/* SPDX-License-Identifier: Apache-2.0 */
#include "core/credit.h"
#include "core/dial.h"
#include "core/digest.h"
#include "core/feed.h"
#include "core/fork.h"
#include "core/hlc.h"
#include "core/holdoff.h"
#include "core/peer_state.h"
#include "core/positions.h"

#include <check.h>
#include <stdlib.h>

/* The small pure pieces, one law each. */

static struct cw_wall wall_at(int64_t ms)
{
    return (struct cw_wall){INT64_C(1790000000000) + ms};
}

/* --- hlc ----------------------------------------------------------------------------------------------- */

START_TEST(issued_clocks_rise_whatever_the_wall_does)
{
    struct hlc clock = {0};
    uint64_t before = 0;

    srand(3);
    for (int i = 0; i < 5000; i++) {
        uint64_t issued = hlc_issue(&clock, wall_at(rand() % 100000 - 50000));

        ck_assert_uint_gt(issued, before);
        before = issued;
        hlc_merge(&clock, hlc_of_wall(wall_at(rand() % 100000)), wall_at(0));
    }
}
END_TEST

START_TEST(a_remote_clock_pulls_nobody_more_than_60_s_ahead)
{
    struct hlc clock = {0};

    hlc_merge(&clock, UINT64_MAX, wall_at(0));
    ck_assert(!hlc_must_shed(&clock, wall_at(0)));
    ck_assert_uint_eq(clock.last, hlc_of_wall(wall_at(60000)));
    ck_assert_uint_gt(hlc_issue(&clock, wall_at(0)), hlc_of_wall(wall_at(60000)));
    ck_assert(!hlc_must_shed(&clock, wall_at(0)));
}
END_TEST

/* Pulled as far as others can: what our own clock does in the ordinary way, being set by the network's time, is no alarm. */
START_TEST(a_clock_that_others_pulled_is_not_shed_when_the_wall_goes_back_a_little)
{
    struct hlc clock = {0};

    (void)hlc_issue(&clock, wall_at(0));
    hlc_merge(&clock, UINT64_MAX >> 1, wall_at(0));
    ck_assert(!hlc_must_shed(&clock, wall_at(-1)));
    ck_assert(!hlc_must_shed(&clock, wall_at(-60000)));
    ck_assert(hlc_must_shed(&clock, wall_at(-60001)));
}
END_TEST

/* --- credit -------------------------------------------------------------------------------------------- */

START_TEST(no_more_than_two_grants_with_their_last_frames_are_ever_accepted)
{
    struct credit c = {0};
    const uint64_t worth = 1000 + MESSAGE_LEN_MAX;

    ck_assert(!credit_take(&c, 1));
    for (int i = 0; i < 5; i++)
        credit_grant(&c, 1000);
    ck_assert(credit_take(&c, 2 * worth));
    ck_assert(!credit_take(&c, 1));
    credit_grant(&c, 1000);
    ck_assert(!credit_take(&c, worth + 1));
    ck_assert(!credit_half_used(&c));
    ck_assert(credit_take(&c, 500) && credit_half_used(&c));
    credit_withdraw(&c);
    ck_assert(credit_take(&c, 500)); /* what was under way */
}
END_TEST

/* --- dial ---------------------------------------------------------------------------------------------- */

START_TEST(an_unreachable_peer_is_dialled_within_2_s_and_a_refusing_one_after_minutes)
{
    struct cw_mono now = {5000};
    struct dial d;

    dial_init(&d, now);
    ck_assert(dial_due(&d, now));
    for (uint64_t i = 0; i < 50; i++) {
        dial_started(&d);
        ck_assert(!dial_due(&d, mono_after(now, 1000000)));
        dial_failed(&d, DIAL_UNREACHABLE, now, i * 7919);
        ck_assert(dial_due(&d, mono_after(now, DIAL_UNREACHABLE_MS_MAX)));
        ck_assert(!dial_due(&d, mono_after(now, DIAL_UNREACHABLE_MS_MIN / 2 - 1)));
        ck_assert(i < 5 || !dial_due(&d, mono_after(now, DIAL_UNREACHABLE_MS_MAX / 2 - 1)));
        dial_failed(&d, DIAL_REFUSED, now, i * 7919);
        ck_assert(!dial_due(&d, mono_after(now, DIAL_REFUSED_MS / 2 - 1)));
        ck_assert(dial_due(&d, mono_after(now, DIAL_REFUSED_MS)));
    }
    dial_linked(&d);
    ck_assert(!dial_due(&d, mono_after(now, 1000000)));
    dial_failed(&d, DIAL_UNREACHABLE, now, UINT64_MAX);
    ck_assert(dial_due(&d, mono_after(now, DIAL_UNREACHABLE_MS_MIN)));
}
END_TEST

/* --- positions ----------------------------------------------------------------------------------------- */

START_TEST(positions_only_rise_and_a_17th_log_is_left_out)
{
    struct positions known = {0}, now = {.count = 1}, changes;

    now.at[0].seq = 5;
    positions_changes(&known, &now, &changes);
    ck_assert_uint_eq(changes.count, 1);
    ck_assert(positions_raise(&known, &changes));
    positions_changes(&known, &now, &changes);
    ck_assert_uint_eq(changes.count, 0);
    now.at[0].seq = 3;
    ck_assert(positions_raise(&known, &now));
    ck_assert_uint_eq(known.at[0].seq, 5);
    for (uint8_t i = 1; i < AUTH_POSITIONS_MAX; i++) {
        now.at[0].log.b[0] = i;
        ck_assert(positions_raise(&known, &now));
    }
    now.at[0].log.b[0] = 99;
    ck_assert(!positions_raise(&known, &now));
    ck_assert_uint_eq(known.count, AUTH_POSITIONS_MAX);
}
END_TEST

/* --- hold-offs ----------------------------------------------------------------------------------------- */

START_TEST(a_hold_ends_by_authority_or_time_and_doubles)
{
    struct holdoffs h = {0};
    struct log_id log = {{1}}, other = {{2}};
    struct cw_mono now = {0};

    holdoffs_add(&h, &log, 7, now);
    ck_assert(holdoffs_block(&h, &log, 7, now) && !holdoffs_block(&h, &log, 8, now) &&
              !holdoffs_block(&h, &other, 7, now));
    ck_assert(!holdoffs_block(&h, &log, 7, mono_after(now, HOLDOFF_MS_MIN)));
    for (int i = 0; i < 20; i++)
        holdoffs_add(&h, &log, 7, now);
    ck_assert(holdoffs_block(&h, &log, 7, mono_after(now, HOLDOFF_MS_MAX - 1)));
    ck_assert_int_eq(holdoffs_next(&h, now).ms, HOLDOFF_MS_MAX);
    for (uint8_t i = 0; i < 200; i++) {
        other.b[5] = i;
        holdoffs_add(&h, &other, 7, now);
    }
    ck_assert_uint_eq(h.count, HOLDOFFS_MAX);
}
END_TEST

/* --- peer states --------------------------------------------------------------------------------------- */

/* The drawing of docs/protocol.md §6. */
START_TEST(the_state_table_is_the_drawing)
{
    static const char *const drawing[PEER_STATE_COUNT] = {
        [PEER_STATE_DOWN] = ".x....",     [PEER_STATE_GREETING] = "x.x..x", [PEER_STATE_COMPARING] = "xx.xxx",
        [PEER_STATE_FETCHING] = "xx..xx", [PEER_STATE_IN_STEP] = "xx.x.x",  [PEER_STATE_REFUSED] = "xx....",
    };

    for (enum peer_state from = PEER_STATE_DOWN; from < PEER_STATE_COUNT; from++) {
        for (enum peer_state to = PEER_STATE_DOWN; to < PEER_STATE_COUNT; to++)
            ck_assert(peer_state_allows(from, to) == (drawing[from][to] == 'x'));
        ck_assert_ptr_nonnull(peer_state_name(from));
    }
}
END_TEST

/* --- fork ---------------------------------------------------------------------------------------------- */

static struct signed_seal sealed(struct seal *seal, uint8_t *bytes)
{
    struct writer w = writer_over(bytes, SEAL_LEN_MAX);

    seal_encode(seal, &w);
    return (struct signed_seal){.bytes = slice(bytes, w.len), .signature_count = 1};
}

START_TEST(only_two_different_overlapping_seals_of_the_genesis_own_log_prove_a_fork)
{
    uint8_t genesis_bytes[GENESIS_LEN_MAX], a[SEAL_LEN_MAX], b[SEAL_LEN_MAX];
    struct writer w = writer_over(genesis_bytes, sizeof genesis_bytes);
    struct fork_proof proof = {
        .genesis = {.scope = LOG_DIVISION, .division = slice_of("EST"), .network = {{1}}, .nonce = {3}}};
    struct network_id network = {{1}}, other = {{2}};

    proof.genesis.cert.b[0] = 4;
    genesis_encode(&proof.genesis, &w);
    proof.genesis_bytes = slice(genesis_bytes, w.len);
    log_id_of(proof.genesis_bytes, &proof.a.log);
    proof.a.first = 5;
    proof.a.last = 9;
    proof.a.hlc = 1;
    proof.b = proof.a;
    proof.signed_a = sealed(&proof.a, a);
    proof.signed_b = sealed(&proof.b, b);
    ck_assert_int_eq(fork_proof_check(&proof, &network), CW_PEER_PROOF); /* the same seal twice */
    proof.b.root.b[0] = 1;
    proof.signed_b = sealed(&proof.b, b);
    ck_assert_int_eq(fork_proof_check(&proof, &network), CW_OK);
    ck_assert_int_eq(fork_proof_check(&proof, &other), CW_PEER_PROOF);
    proof.b.first = proof.b.last = 9;
    proof.signed_b = sealed(&proof.b, b);
    ck_assert_int_eq(fork_proof_check(&proof, &network), CW_OK); /* they share one seq */
    proof.b.first = proof.b.last = 10;
    proof.signed_b = sealed(&proof.b, b);
    ck_assert_int_eq(fork_proof_check(&proof, &network), CW_PEER_PROOF); /* neighbours */
    proof.b = proof.a;
    proof.b.log.b[0] ^= 1;
    proof.signed_b = sealed(&proof.b, b);
    ck_assert_int_eq(fork_proof_check(&proof, &network), CW_PEER_PROOF);
}
END_TEST

/* --- digest -------------------------------------------------------------------------------------------- */

START_TEST(a_digest_locates_each_kind_of_difference)
{
    struct digest_leaf ours[4] = {0}, theirs[4] = {0};
    struct hash our_buckets[DIGEST_BUCKETS], their_buckets[DIGEST_BUCKETS], x, y;
    struct digest_finding found[4];
    uint8_t buckets[DIGEST_BUCKETS];

    for (uint8_t i = 0; i < 4; i++) {
        ours[i].case_id.b[0] = i < 3 ? 7 : 200;
        ours[i].case_id.b[1] = i;
        theirs[i] = ours[i];
    }
    digest_build(ours, 4, our_buckets);
    digest_build(theirs, 4, their_buckets);
    ck_assert_uint_eq(digest_compare(our_buckets, their_buckets, buckets), 0);
    digest_whole(our_buckets, &x);

    theirs[1].inputs.b[0] = 1;
    theirs[1].state.b[0] = 1;
    theirs[2].state.b[0] = 1;
    digest_build(theirs, 4, their_buckets);
    ck_assert_uint_eq(digest_compare(our_buckets, their_buckets, buckets), 1);
    ck_assert_uint_eq(buckets[0], 7);
    digest_whole(their_buckets, &y);
    ck_assert(!ID_EQ(&x, &y));
    ck_assert_uint_eq(digest_locate(ours, 3, theirs, 3, found, 4), 2);
    ck_assert(found[0].difference == DIGEST_INPUTS && found[0].case_id.b[1] == 1);
    ck_assert(found[1].difference == DIGEST_STATE && found[1].case_id.b[1] == 2);
    ck_assert_uint_eq(digest_locate(ours, 1, theirs, 0, found, 4), 1);
    ck_assert_int_eq(found[0].difference, DIGEST_ONLY_OURS);
    ck_assert_uint_eq(digest_locate(ours, 0, theirs, 3, found, 1), 3);
    ck_assert_int_eq(found[0].difference, DIGEST_ONLY_THEIRS);
}
END_TEST

/* --- feed ---------------------------------------------------------------------------------------------- */

enum { OPS = 60 };

START_TEST(an_op_comes_after_every_op_it_names_and_each_comes_once)
{
    struct feed_op ops[OPS];
    struct cw_op_id causes[OPS][4];
    uint32_t by_id[OPS], by_time[OPS], waits[OPS], out[OPS], place[OPS];
    struct feed_scratch scratch = {by_id, by_time, waits};

    srand(21);
    for (int round = 0; round < 300; round++) {
        memset(ops, 0, sizeof ops);
        for (uint32_t i = 0; i < OPS; i++) {
            ops[i].op.b[0] = (uint8_t)(i * 37);
            ops[i].op.b[1] = (uint8_t)i;
            ops[i].hlc = (uint64_t)(rand() % 20); /* clocks are no help */
            ops[i].cause_count = i == 0 ? 0 : (uint32_t)rand() % 5;
            ops[i].causes = causes[i];
            for (uint32_t k = 0; k < ops[i].cause_count; k++) {
                causes[i][k] = ops[(uint32_t)rand() % i].op;
                if (rand() % 10 == 0)
                    causes[i][k].b[5] = 1; /* in no lot */
            }
        }
        feed_order(ops, OPS, &scratch, out);
        memset(place, 0xFF, sizeof place);
        for (uint32_t i = 0; i < OPS; i++) {
            ck_assert_uint_eq(place[out[i]], UINT32_MAX);
            place[out[i]] = i;
        }
        for (uint32_t i = 0; i < OPS; i++) {
            for (uint32_t k = 0; k < ops[i].cause_count; k++)
                ck_assert(causes[i][k].b[5] == 1 || place[causes[i][k].b[1]] < place[i]);
        }
    }
}
END_TEST

START_TEST(a_ring_of_names_is_delivered_all_the_same)
{
    struct cw_op_id a = {{1}}, b = {{2}};
    struct feed_op ops[2] = {{a, 1, 1, &b}, {b, 2, 1, &a}};
    uint32_t by_id[2], by_time[2], waits[2], out[2];

    feed_order(ops, 2, &(struct feed_scratch){by_id, by_time, waits}, out);
    ck_assert_uint_eq(out[0] + out[1], 1);
}
END_TEST

Suite *suite_small(void)
{
    Suite *suite = suite_create("core/small");
    TCase *c = tcase_create("small");

    tcase_add_test(c, issued_clocks_rise_whatever_the_wall_does);
    tcase_add_test(c, a_remote_clock_pulls_nobody_more_than_60_s_ahead);
    tcase_add_test(c, a_clock_that_others_pulled_is_not_shed_when_the_wall_goes_back_a_little);
    tcase_add_test(c, no_more_than_two_grants_with_their_last_frames_are_ever_accepted);
    tcase_add_test(c, an_unreachable_peer_is_dialled_within_2_s_and_a_refusing_one_after_minutes);
    tcase_add_test(c, positions_only_rise_and_a_17th_log_is_left_out);
    tcase_add_test(c, a_hold_ends_by_authority_or_time_and_doubles);
    tcase_add_test(c, the_state_table_is_the_drawing);
    tcase_add_test(c, only_two_different_overlapping_seals_of_the_genesis_own_log_prove_a_fork);
    tcase_add_test(c, a_digest_locates_each_kind_of_difference);
    tcase_add_test(c, an_op_comes_after_every_op_it_names_and_each_comes_once);
    tcase_add_test(c, a_ring_of_names_is_delivered_all_the_same);
    suite_add_tcase(suite, c);
    return suite;
}
