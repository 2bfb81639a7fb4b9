/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/feed_pair.h"

#include "node/internal.h"
#include "tests/unit/support/mem_store.h"

#include <check.h>

/* What somebody writes, or a disk does, so that nobody is told anything any more. */

/* --- an op that is larger told than said ------------------------------------------------------------------------ */

/* Each of its 64 writes is told with its value, and all have the same one of 30,000 bytes. */
START_TEST(an_op_too_large_to_be_told_is_told_without_what_it_wrote)
{
    struct lab_op op = open_case(north, 1), large, after;
    static char text[30001];

    lab_run(lab, 3000);
    reader_subscribe(reader, north, FROM_NOW);
    memset(text, 'x', sizeof text - 1);
    lab_set_shared(lab, 2, &op.case_id, FIELD_SUMMARY, text, &large);
    lab_hand_in(north, lab_sealed_copy(lab, &large, &large, east, 1, (uint64_t)WORLD_TIME_MS << 16));
    lab_run(lab, 3000);
    after = open_case(north, 3);
    ck_assert_uint_eq(reader->ends, 0);
    ck_assert_uint_eq(reader_times(reader, &large.op), 1);
    ck_assert_uint_eq(reader_item(reader, &large.op)->write_count, 0);
    ck_assert_uint_eq(reader_item(reader, &large.op)->in_conflict, 0);
    ck_assert(reader_item(reader, &large.op)->opened);
    ck_assert_ptr_nonnull(strstr(reader_item(reader, &large.op)->what, "too large"));
    ck_assert_uint_eq(reader_times(reader, &after.op), 1);
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_BEGINNING);
    ck_assert_uint_eq(reader->ends, 0);
    ck_assert_uint_eq(reader_times(reader, &large.op), 2);
    ck_assert_uint_eq(reader_times(reader, &after.op), 2);
}
END_TEST

/* --- a row that rotted ------------------------------------------------------------------------------------------ */

#define ROTTED 2
#define SAID 8

START_TEST(a_row_that_cannot_be_read_ends_the_feed_and_skips_nothing)
{
    struct lab_op ops[SAID], live;
    struct node_read read;
    struct op_row row;
    struct row_key key;

    reader_subscribe(reader, north, FROM_NOW);
    reader_link_down(reader);
    for (uint32_t i = 0; i < SAID; i++)
        ops[i] = open_case(north, 1 + i);
    lab_run(lab, 1000);
    ck_assert_uint_eq(node_read_begin(north->node, &read), CW_OK);
    ck_assert_uint_eq(db_get_op(north->node, read.txn, &ops[ROTTED].op, &row), CW_OK);
    node_read_done(&read);
    key = row_key_seq(&row.entries[0].log, row.entries[0].seq);
    for (size_t at = 8; at < 14; at++)
        ck_assert(mem_store_flip(north->disk, TABLE_ENTRY, row_key_slice(&key), at));
    reader_subscribe(reader, north, FROM_CURSOR);
    live = open_case(north, 50);
    lab_run(lab, 12000);
    ck_assert_uint_eq(reader->ends, 1);
    ck_assert_uint_eq(reader->code, CW_LOCAL_CORRUPT);
    ck_assert_uint_eq(reader_times(reader, &live.op), 0);
    reader_subscribe(reader, east, FROM_CURSOR);
    lab_run(lab, 3000);
    for (uint32_t i = 0; i < SAID; i++)
        ck_assert_uint_ge(reader_times(reader, &ops[i].op), 1);
    ck_assert_uint_eq(reader_times(reader, &live.op), 1);
}
END_TEST

Suite *suite_feed_hostile(void);
Suite *suite_feed_hostile(void)
{
    Suite *suite = suite_create("node/feed_hostile");
    TCase *c = tcase_create("feed");

    tcase_add_checked_fixture(c, feed_pair_begin, feed_pair_end);
    tcase_set_timeout(c, 120);
    tcase_add_test(c, an_op_too_large_to_be_told_is_told_without_what_it_wrote);
    tcase_add_test(c, a_row_that_cannot_be_read_ends_the_feed_and_skips_nothing);
    suite_add_tcase(suite, c);
    return suite;
}
