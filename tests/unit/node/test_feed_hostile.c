/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/feed_pair.h"

#include "node/feed_work.h"
#include "node/internal.h"
#include "tests/unit/support/mem_store.h"

#include <check.h>
#include <stdio.h>

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

/* --- ops that name more than a lot has room for ----------------------------------------------------------------- */

#define HEAVY_WRITES 26
#define HEAVY_OPS 520u /* each names 1,664 others: the ids fill the memory of a step */

/* Lawful, and none of what it names is there. */
static void say_heavy(const struct cw_case_id *id, uint32_t number)
{
    static struct op_ref refs[HEAVY_WRITES][SUPERSEDES_MAX];
    char texts[HEAVY_WRITES][32];
    struct op_write writes[HEAVY_WRITES] = {{0}};
    struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = HEAVY_WRITES, .writes = writes};
    size_t mark = lab->world.arena.used;
    struct lab_op out;

    world_bytes("heavy", number, refs, sizeof refs);
    for (uint32_t i = 0; i < HEAVY_WRITES; i++) {
        snprintf(texts[i], sizeof texts[i], "h%u.%u", number, i);
        writes[i] = (struct op_write){.field = FIELD_HANDLING,
                                      .verb = VERB_ADD,
                                      .has_value = true,
                                      .supersede_count = SUPERSEDES_MAX,
                                      .supersedes = refs[i]};
        writes[i].value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(texts[i])};
        for (uint32_t k = 0; k < SUPERSEDES_MAX; k++)
            refs[i][k].index = 0;
    }
    lab_say(lab, number, id, &op, &lab->world.officer, &out);
    ck_assert_uint_eq(lab_ask(north, &out), 0);
    lab->world.arena.used = mark;
}

START_TEST(ops_that_name_a_great_many_others_stop_no_feed)
{
    struct lab_op first = open_case(north, 1), of_eight = first, question, answer;

    reader_subscribe(reader, north, FROM_NOW);
    reader_link_down(reader);
    for (uint32_t i = 0; i < HEAVY_OPS; i++) {
        if (i % 8 == 0)
            of_eight = open_case(north, 3000 + i);
        say_heavy(&of_eight.case_id, 10 + i);
    }
    lab_set(lab, 5000, &first.case_id, FIELD_SUMMARY, "who saw it?", &lab->world.officer, &question);
    lab_answer(lab, 5001, &first.case_id, FIELD_SUMMARY, "the crew did", &question.op, &answer);
    ck_assert_uint_eq(lab_ask(north, &answer), CW_OK);
    reader_subscribe(reader, north, FROM_CURSOR);
    lab_run(lab, 1000);
    ck_assert_uint_eq(lab_ask(north, &question), CW_OK);
    lab_run(lab, 20000);
    ck_assert_uint_eq(reader->ends, 0);
    ck_assert_uint_ge(reader->item_count, HEAVY_OPS);
    ck_assert(!reader_item(reader, &answer.op)->cause_missing); /* an answer of usual size still waits */
    ck_assert_uint_lt(reader_place(reader, &question.op), reader_place(reader, &answer.op));
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

/* --- what was not asked for ------------------------------------------------------------------------------------- */

/* The officer's second colleague gets a certificate, which east knows of and north does not yet. */
static struct cw_op_id late_record(void)
{
    struct cw_op_id record;

    reader_subscribe(reader, east, &(struct reader_ask){.start = 5, .records = true});
    lab_hand_in(east, lab->late);
    ck_assert_uint_eq(lab_turn(east), CW_OK);
    reader_hear(east);
    ck_assert_uint_ge(reader->item_count, 1);
    ck_assert_uint_eq(reader->items[0].why, WHY_RECORD);
    memcpy(record.b, reader->items[0].id.b, ID_LEN);
    reader_link_down(reader);
    lab_drop_frames(north);
    return record;
}

/* The reader's credit comes when the op and, more than a lot behind it, the record have arrived. */
START_TEST(a_record_that_an_op_names_is_told_only_to_who_asked_for_records)
{
    struct lab_op op = open_case(north, 1), naming;
    struct cw_op_id record = late_record();

    reader->item_count = 0;
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .credit_items = 1, .credit_bytes = 1});
    (void)open_case(north, 2);
    reader_hear(north);
    ck_assert_uint_eq(reader->item_count, 1);
    lab_answer(lab, 3, &op.case_id, FIELD_SUMMARY, "as the record says", &record, &naming);
    ck_assert_uint_eq(lab_ask(north, &naming), CW_OK);
    for (uint32_t i = 0; i < FEED_LOT_LEN; i++)
        (void)open_case(north, 100 + i);
    lab_hand_in(north, lab->late);
    ck_assert_uint_eq(lab_turn(north), CW_OK);
    reader_credit(reader, 1000, 1000000);
    lab_run(lab, 1000);
    ck_assert_uint_eq(reader_times(reader, &naming.op), 1);
    ck_assert_uint_eq(reader_times(reader, &record), 0);
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
    tcase_add_test(c, ops_that_name_a_great_many_others_stop_no_feed);
    tcase_add_test(c, a_row_that_cannot_be_read_ends_the_feed_and_skips_nothing);
    tcase_add_test(c, a_record_that_an_op_names_is_told_only_to_who_asked_for_records);
    suite_add_tcase(suite, c);
    return suite;
}
