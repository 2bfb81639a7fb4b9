/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sealing.h"
#include "tests/unit/core/solo.h"

#include <check.h>

/* What was submitted in a turn becomes entries and seals. */

static struct solo s;
static struct entry_header draft;

static void make(void)
{
    solo_init(&s);
    draft = (struct entry_header){.kind = CLASS_CASE, .part_count = 1};
}

static void unmake(void)
{
    solo_done(&s);
}

static void submit_under(const struct replica_view *view, uint32_t count)
{
    struct event event = {.kind = EVENT_SUBMIT, .now = s.now, .wall = s.wall, .as.submit.draft = &draft};

    s.effects.count = 0;
    s.arena.used = 0;
    replica_begin_turn(s.replica, view, &s.effects);
    for (uint32_t i = 0; i < count; i++) {
        event.as.submit.tag = i + 1;
        ck_assert_int_eq(replica_step(s.replica, &event), CW_OK);
    }
    ck_assert_int_eq(replica_end_turn(s.replica, s.now, s.wall), CW_OK);
}

static void submit(uint32_t count)
{
    submit_under(&solo_empty_view, count);
}

/* Every seal of the turn: covers exactly the entries listed since the one before, and continues the chain. */
static uint64_t ck_seals(struct hash *prev, uint64_t seq, uint64_t *hlc)
{
    struct hash leaves[SEAL_ENTRIES_MAX], root;
    uint32_t count = 0;

    for (uint32_t i = 0; i < s.effects.count; i++) {
        const struct effect *e = &s.effects.at[i];

        if (e->kind == EFFECT_PUT_ENTRY) {
            struct entry_header parsed;

            ck_assert_int_eq(entry_header_parse(e->as.put_entry.bytes, &parsed), CW_OK);
            ck_assert_uint_eq(parsed.seq, ++seq);
            ck_assert_uint_gt(parsed.hlc, *hlc);
            *hlc = parsed.hlc;
            entry_hash_of(e->as.put_entry.bytes, &root);
            ck_assert(ID_EQ(&root, &e->as.put_entry.hash));
            ck_assert_uint_lt(count, SEAL_ENTRIES_MAX);
            merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&root), &leaves[count++]);
        } else if (e->kind == EFFECT_PUT_SEAL) {
            struct seal parsed;

            ck_assert_int_eq(seal_parse(e->as.put_seal.bytes, &parsed), CW_OK);
            ck_assert_uint_eq(parsed.last, seq);
            ck_assert_uint_eq(parsed.last - parsed.first + 1, count);
            ck_assert_uint_eq(parsed.hlc, *hlc);
            ck_assert(ID_EQ(&parsed.prev, prev));
            merkle_root(MERKLE_ENTRIES, leaves, count, &root);
            ck_assert(ID_EQ(&root, &parsed.root));
            *prev = e->as.put_seal.hash;
            count = 0;
        }
    }
    ck_assert_uint_eq(count, 0);
    return seq;
}

START_TEST(a_seal_covers_1_2_255_256_entries_and_the_257th_begins_another)
{
    static const struct {
        uint32_t entries, seals;
    } cases[] = {{1, 1}, {2, 1}, {255, 1}, {256, 1}, {257, 2}, {513, 3}};
    struct hash prev;
    uint64_t seq = 0, hlc = 0;

    submit(1);
    memcpy(prev.b, replica_own_log(s.replica)->log.b, ID_LEN); /* the first seal names the log itself */
    seq = ck_seals(&prev, seq, &hlc);
    for (size_t i = 0; i < CW_COUNT(cases); i++) {
        submit(cases[i].entries);
        ck_assert_uint_eq(solo_count(&s, EFFECT_PUT_ENTRY), cases[i].entries);
        ck_assert_uint_eq(solo_count(&s, EFFECT_PUT_SEAL), cases[i].seals);
        ck_assert_uint_eq(solo_count(&s, EFFECT_PUT_LOG), 1);
        seq = ck_seals(&prev, seq, &hlc);
        ck_assert_uint_eq(replica_own_log(s.replica)->seq, seq);
        ck_assert_uint_eq(replica_own_log(s.replica)->blob_seq, seq);
        ck_assert(ID_EQ(&replica_own_log(s.replica)->seal, &prev));
    }
}
END_TEST

START_TEST(a_seal_and_its_entries_fit_one_frame_with_their_blobs)
{
    draft.parts[0].len = 300000;
    submit(5);
    ck_assert_uint_eq(solo_count(&s, EFFECT_PUT_SEAL), 3);
    draft.parts[0].len = 524288 + 72; /* larger than the bound alone is sealed alone */
    submit(2);
    ck_assert_uint_eq(solo_count(&s, EFFECT_PUT_SEAL), 2);
}
END_TEST

/* How long they are, a header does not say: each is counted as the longest. */
START_TEST(envelopes_are_counted_too)
{
    draft.parts[0].len = 544;
    draft.has_envelopes = true;
    submit(7);
    ck_assert_uint_eq(solo_count(&s, EFFECT_PUT_SEAL), 4);
    ck_assert_uint_le(2 * (uint64_t)ENVELOPES_LEN_MAX, SEAL_BYTES_MAX);
}
END_TEST

START_TEST(a_log_opens_with_its_first_entry_and_its_id_is_its_genesis)
{
    const struct effect *open;
    struct genesis genesis;
    struct log_id log;

    solo_tick(&s, 1);
    ck_assert_ptr_null(replica_own_log(s.replica));
    submit(1);
    open = solo_find(&s, EFFECT_OPEN_LOG, 0);
    ck_assert_ptr_nonnull(open);
    log_id_of(open->as.open_log.genesis, &log);
    ck_assert(ID_EQ(&log, &replica_own_log(s.replica)->log));
    ck_assert_int_eq(genesis_parse(open->as.open_log.genesis, &genesis), CW_OK);
    ck_assert(slice_eq(genesis.division, slice_of("NTH")) && !genesis.has_prior && genesis.n == 1);
    submit(1);
    ck_assert_ptr_null(solo_find(&s, EFFECT_OPEN_LOG, 0));
}
END_TEST

START_TEST(a_reincarnated_replica_opens_a_log_that_closes_the_one_before)
{
    uint8_t nonce[32] = {7}, start[16] = {8};
    struct position before;
    struct genesis genesis;
    struct frontier_head head;

    submit(3);
    before = (struct position){replica_own_log(s.replica)->log, 3, replica_own_log(s.replica)->seal};
    replica_reincarnate(s.replica, nonce, start);
    submit(1);
    ck_assert_int_eq(genesis_parse(solo_find(&s, EFFECT_OPEN_LOG, 0)->as.open_log.genesis, &genesis), CW_OK);
    ck_assert(genesis.has_prior && ID_EQ(&genesis.prior.log, &before.log) && genesis.prior.seq == 3);
    ck_assert(ID_EQ(&genesis.prior.seal, &before.seal) && genesis.n == 2 && genesis.nonce[0] == 7);
    ck_assert(ID_EQ(&solo_find(&s, EFFECT_CLOSE_LOG, 0)->as.close_log.log, &before.log));
    ck_assert(replica_log_find(s.replica, &before.log)->closed);
    replica_frontier(s.replica, &head);
    ck_assert(memcmp(head.start, start, sizeof start) == 0 && head.replaces[0] == 2);
}
END_TEST

/* --- clock --------------------------------------------------------------------------------------------- */

START_TEST(a_clock_put_right_sheds_the_log_it_poisoned)
{
    struct log_id before;
    uint64_t hlc;

    s.wall.ms += 3600000;
    submit(1);
    before = replica_own_log(s.replica)->log;
    s.wall.ms -= 3600000;
    submit(1);
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_OWN_CLOCK_WRONG));
    ck_assert(!ID_EQ(&replica_own_log(s.replica)->log, &before));
    hlc = replica_own_log(s.replica)->hlc;
    ck_assert_uint_le(hlc >> 16, (uint64_t)s.wall.ms + 60000);
    s.wall.ms -= 50000; /* not enough to shed: still rising */
    submit(1);
    ck_assert_uint_gt(replica_own_log(s.replica)->hlc, hlc);
    ck_assert_ptr_null(solo_note(&s, NOTE_OWN_CLOCK_WRONG));
}
END_TEST

/* --- authority positions ------------------------------------------------------------------------------- */

START_TEST(a_seal_names_authority_positions_when_they_change_and_not_again)
{
    struct log_head root = {.scope = LOG_ROOT, .seq = 4, .seal = {{6}}, .log = {{5}}, .blob_seq = 4};
    const struct seal *seal;

    ck_assert_int_eq(replica_load_log(s.replica, &root), CW_OK);
    submit(1);
    seal = solo_find(&s, EFFECT_PUT_SEAL, 0)->as.put_seal.seal;
    ck_assert_uint_eq(seal->authority.count, 1);
    ck_assert(ID_EQ(&seal->authority.at[0].log, &root.log) && seal->authority.at[0].seq == 4);
    submit(300);
    ck_assert_uint_eq(solo_find(&s, EFFECT_PUT_SEAL, 0)->as.put_seal.seal->authority.count, 0);
    ck_assert_uint_eq(solo_find(&s, EFFECT_PUT_SEAL, 1)->as.put_seal.seal->authority.count, 0);
    ck_assert_uint_eq(replica_own_log(s.replica)->authority.count, 1);
}
END_TEST

/* The seals of a log of five records end at 2, 3 and 5. */
static bool ends_at_2_3_5(void *ctx, const struct log_id *log, uint64_t seq, struct position *out, uint64_t *first)
{
    (void)ctx;
    *out = (struct position){*log, seq <= 2 ? 2 : seq <= 3 ? 3 : 5, {{(uint8_t)seq}}};
    *first = seq <= 2 ? 1 : seq <= 3 ? 3 : 4;
    return true;
}

/* What is not applied must not be named: this seal's own entries would be pending here. */
START_TEST(a_seal_names_no_record_whose_bytes_are_missing)
{
    static const struct replica_view view = {.seal_covering = ends_at_2_3_5};
    static const struct {
        uint64_t blob_seq;
        uint32_t hole_count;
        uint64_t hole, named; /* 0: nothing */
    } cases[] = {{5, 0, 0, 5}, {4, 0, 0, 3}, {3, 0, 0, 3}, {5, 1, 3, 2}, {5, 1, 2, 0}, {0, 0, 0, 0}};
    struct log_head log = {.scope = LOG_AUTHORITY,
                           .seq = 5,
                           .seal = {{6}},
                           .log = {{5}},
                           .blob_seq = cases[_i].blob_seq,
                           .hole_count = cases[_i].hole_count,
                           .holes = {cases[_i].hole}};
    struct positions named;
    const struct seal *seal;

    ck_assert_int_eq(replica_load_log(s.replica, &log), CW_OK);
    submit_under(&view, 1);
    seal = solo_find(&s, EFFECT_PUT_SEAL, 0)->as.put_seal.seal;
    replica_seal_positions(s.replica, &named);
    ck_assert_uint_eq(seal->authority.count, cases[_i].named > 0);
    ck_assert_uint_eq(named.count, cases[_i].named > 0);
    if (named.count > 0)
        ck_assert(seal->authority.at[0].seq == cases[_i].named && named.at[0].seq == cases[_i].named);
}
END_TEST

START_TEST(a_store_that_wrote_and_a_replica_loaded_from_it_sign_the_same_frontier)
{
    struct frontier_head before, after;
    struct log_head head;
    struct replica_start start = {.next_n = 2};
    struct solo again;

    submit(300);
    replica_frontier(s.replica, &before);
    head = *replica_own_log(s.replica);
    solo_init(&again);
    ck_assert_int_eq(replica_load_log(again.replica, &head), CW_OK);
    start.own_log = &head.log;
    start.counter = before.counter;
    replica_start(again.replica, &start);
    solo_tick(&again, 1);
    replica_frontier(again.replica, &after);
    ck_assert(ID_EQ(&before.root, &after.root));
    ck_assert_uint_gt(after.counter, before.counter);
    solo_done(&again);
}
END_TEST

Suite *suite_sealing(void)
{
    Suite *suite = suite_create("core/sealing");
    TCase *c = tcase_create("sealing");

    tcase_add_checked_fixture(c, make, unmake);
    tcase_add_test(c, a_seal_covers_1_2_255_256_entries_and_the_257th_begins_another);
    tcase_add_test(c, a_seal_and_its_entries_fit_one_frame_with_their_blobs);
    tcase_add_test(c, envelopes_are_counted_too);
    tcase_add_test(c, a_log_opens_with_its_first_entry_and_its_id_is_its_genesis);
    tcase_add_test(c, a_reincarnated_replica_opens_a_log_that_closes_the_one_before);
    tcase_add_test(c, a_clock_put_right_sheds_the_log_it_poisoned);
    tcase_add_test(c, a_seal_names_authority_positions_when_they_change_and_not_again);
    tcase_add_loop_test(c, a_seal_names_no_record_whose_bytes_are_missing, 0, 6);
    tcase_add_test(c, a_store_that_wrote_and_a_replica_loaded_from_it_sign_the_same_frontier);
    suite_add_tcase(suite, c);
    return suite;
}
