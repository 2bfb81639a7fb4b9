/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab_logs.h"

#include "node/entry.h"

#include <check.h>

/*
 * What a daemon that does not follow the rules seals: more contents under one seal than a turn holds, more in one entry than a
 * frame carries. It may do so, and everybody who has it passes it on: nobody behind a relay is left without the log.
 */

#define ENTRIES 40
#define ENTRY_PARTS 8
#define PART_LEN (32 + 262144)

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_hand rogue;

static void set_up(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_run(lab, 500);
    lab_hand_open(lab, &rogue, LOG_DIVISION);
}

static void tear_down(void)
{
    lab_free(lab);
}

static void must(enum cw_err err)
{
    ck_assert_int_eq(err, CW_OK);
}

/* As the origin's BLOBS brought them, a frame after another. */
static void give_contents(struct lab_node *n, uint64_t seq, uint32_t part_count, size_t part_len)
{
    struct event held = {.kind = EVENT_BLOBS, .as.blobs = {.log = rogue.log, .seq = seq, .held = true}};
    struct kv_txn *txn = NULL;

    must(n->store.begin_write(n->store.ctx, &txn));
    for (uint32_t i = 0; i < part_count; i++) {
        struct row_key key = row_key_blob(&rogue.log, seq, BLOB_PART, i);

        must(n->store.put(txn, TABLE_BLOB, row_key_slice(&key), lab_claimed_part(i, part_len)));
    }
    must(n->store.commit(n->store.ctx, txn));
    turn_event_later(n->node, &held);
}

static struct log_head head_of(const struct lab_node *n)
{
    struct kv_txn *txn = NULL;
    struct log_row row = {0};

    must(n->store.begin_read(n->store.ctx, &txn));
    (void)db_get_log(n->node, txn, &rogue.log, &row);
    n->store.abort(n->store.ctx, txn);
    return row.head;
}

START_TEST(a_seal_over_more_than_a_turn_holds_is_passed_on)
{
    struct lab_batch batch = {.count = ENTRIES};

    for (uint32_t i = 0; i < ENTRIES; i++)
        batch.records[i] = (struct lab_record){
            .act = ACT_POLICY, .body = slice_of("x"), .claimed_count = 1, .claimed_len = LAB_CLAIMED_LEN_MAX};
    lab_hand_in(north, lab_hand_write(&rogue, &batch, 1));
    must(lab_turn(north));
    ck_assert_uint_eq(head_of(north).seq, ENTRIES);
    for (uint64_t seq = 1; seq <= ENTRIES; seq++)
        give_contents(north, seq, 1, LAB_CLAIMED_LEN_MAX);
    must(lab_turn(north));
    ck_assert_uint_eq(head_of(north).blob_seq, ENTRIES);
    north->last_alarm[0] = '\0';
    lab_start(east);
    lab_run(lab, 10000);
    ck_assert_str_eq(north->last_alarm, "");
    ck_assert_uint_eq(head_of(east).seq, ENTRIES);
    lab_run(lab, 300000);
    ck_assert_uint_eq(head_of(east).blob_seq, ENTRIES);
}
END_TEST

START_TEST(an_entry_of_more_than_a_frame_carries_comes_in_pieces)
{
    lab_hand_in(north, lab_hand_one(&rogue, (struct lab_record){.act = ACT_POLICY,
                                                                .body = slice_of("x"),
                                                                .claimed_count = ENTRY_PARTS,
                                                                .claimed_len = PART_LEN}));
    must(lab_turn(north));
    give_contents(north, 1, ENTRY_PARTS, PART_LEN);
    must(lab_turn(north));
    ck_assert_uint_eq(head_of(north).blob_seq, 1);
    lab_start(east);
    lab_run(lab, 10000);
    ck_assert_uint_eq(head_of(east).seq, 1);
    lab_run(lab, 300000);
    ck_assert_uint_eq(head_of(east).blob_seq, 1);
    ck_assert_uint_eq(head_of(east).hole_count, 0);
}
END_TEST

/* Its parts are as long as a frame carries, and come one by one. */
static void relay_longest_parts(size_t east_arena_len)
{
    lab_hand_in(north, lab_hand_one(&rogue, (struct lab_record){.act = ACT_POLICY,
                                                                .body = slice_of("x"),
                                                                .claimed_count = ENTRY_PARTS,
                                                                .claimed_len = LAB_CLAIMED_LEN_MAX}));
    must(lab_turn(north));
    give_contents(north, 1, ENTRY_PARTS, LAB_CLAIMED_LEN_MAX);
    must(lab_turn(north));
    lab->turn_arena_len = east_arena_len;
    lab_start(east);
    lab_run(lab, 20000);
    ck_assert_str_eq(east->last_alarm, "entry-void"); /* it has a part of no size class: no turn failed after that */
    lab_run(lab, 7200000);
    ck_assert_str_eq(east->last_alarm, "entry-void");
}

/* A turn reads into a quarter of it. With the daemon's own it has room, but not beside much else in the same turn. */
START_TEST(an_entry_that_a_turn_has_no_room_for_fails_no_turn)
{
    relay_longest_parts((size_t)24 << 20);
    ck_assert_uint_eq(head_of(east).seq, 1);
    ck_assert_uint_eq(head_of(east).blob_seq, 0);
}
END_TEST

START_TEST(an_entry_of_the_longest_parts_that_a_frame_carries_comes_in_pieces)
{
    relay_longest_parts(0);
    ck_assert_uint_eq(head_of(east).blob_seq, 1);
}
END_TEST

Suite *suite_node_heavy(void);
Suite *suite_node_heavy(void)
{
    Suite *suite = suite_create("node/heavy");
    TCase *t = tcase_create("heavy");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_seal_over_more_than_a_turn_holds_is_passed_on);
    tcase_add_test(t, an_entry_of_more_than_a_frame_carries_comes_in_pieces);
    tcase_add_test(t, an_entry_that_a_turn_has_no_room_for_fails_no_turn);
    tcase_add_test(t, an_entry_of_the_longest_parts_that_a_frame_carries_comes_in_pieces);
    suite_add_tcase(suite, t);
    return suite;
}
