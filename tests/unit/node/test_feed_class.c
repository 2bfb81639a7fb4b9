/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/pair.h"
#include "tests/unit/node/reader.h"

#include <check.h>

/* A child recorded twice, to a reader who named one of the records (docs/feeds.md). */

enum { WHY_A_CASE = 2, FROM_NOW_ON = 5, FROM_BEGINNING = 2 };

static struct lab_reader *reader;

static void begin(uint32_t start)
{
    pair_begin();
    reader = reader_new(pair.lab);
    reader_subscribe(reader, pair.north, &(struct reader_ask){.start = start, .case_name = ID_SLICE(&pair.a)});
    ck_assert_uint_eq(reader->ends, 0);
}

static struct cw_op_id note(const struct cw_case_id *id, const char *text)
{
    struct lab_op op;

    lab_note(pair.lab, ++pair.number, id, text, &op);
    ck_assert_uint_eq(lab_ask(pair.north, &op), CW_OK);
    lab_run(pair.lab, 3000);
    return op.op;
}

static uint32_t cases_told(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < reader->item_count; i++)
        count += reader->items[i].why == WHY_A_CASE;
    return count;
}

START_TEST(who_asks_for_one_record_of_a_child_is_told_of_the_other_while_they_are_one)
{
    struct cw_op_id before, own, merged, while_one, parted, afterwards;

    begin(FROM_NOW_ON);
    own = note(&pair.a, "at the weir");
    before = note(&pair.b, "not the child that was asked for");
    ck_assert_uint_eq(reader_times(reader, &own), 1);
    ck_assert_uint_eq(reader_times(reader, &before), 0);
    merged = pair_merge(&pair.b, &pair.a);
    ck_assert_uint_eq(reader_times(reader, &merged), 1);
    ck_assert_uint_eq(reader_item(reader, &merged)->same_child, 1);
    ck_assert_uint_eq(cases_told(), 1); /* the other record, as it is now */
    while_one = note(&pair.b, "at the station");
    ck_assert_uint_eq(reader_times(reader, &while_one), 1);
    ck_assert_uint_eq(reader_item(reader, &while_one)->same_child, 1);
    own = note(&pair.a, "home");
    ck_assert_uint_eq(reader_item(reader, &own)->same_child, 0); /* it is the one that was asked for */
    pair_take_back(&pair.b, EVENT_IDENTITY_UNMERGED, &merged);
    lab_run(pair.lab, 3000);
    memcpy(parted.b, reader->items[reader->item_count - 1].id.b, ID_LEN);
    ck_assert_uint_eq(reader->items[reader->item_count - 1].event, EVENT_IDENTITY_UNMERGED);
    ck_assert(reader_item(reader, &parted)->outside);
    afterwards = note(&pair.b, "somebody else again");
    ck_assert_uint_eq(reader_times(reader, &afterwards), 0);
    ck_assert_uint_eq(reader_times(reader, &before), 0);
    lab_free(pair.lab);
}
END_TEST

START_TEST(a_merge_that_the_named_record_says_itself_is_told_with_the_other_records_line)
{
    struct cw_op_id merged, later;

    begin(FROM_NOW_ON);
    merged = pair_merge(&pair.a, &pair.b); /* of the case that was asked for, into the other */
    lab_run(pair.lab, 3000);
    ck_assert_uint_eq(reader_times(reader, &merged), 1);
    ck_assert(!reader_item(reader, &merged)->outside);
    ck_assert_uint_eq(cases_told(), 1);
    later = note(&pair.b, "at the station");
    ck_assert_uint_eq(reader_times(reader, &later), 1);
    lab_free(pair.lab);
}
END_TEST

START_TEST(from_the_beginning_each_op_of_both_records_is_told)
{
    struct cw_op_id early;

    pair_begin();
    early = note(&pair.b, "before anybody knew");
    pair_merge(&pair.b, &pair.a);
    reader = reader_new(pair.lab);
    reader_subscribe(reader, pair.north, &(struct reader_ask){.start = FROM_BEGINNING, .case_name = ID_SLICE(&pair.a)});
    lab_run(pair.lab, 3000);
    ck_assert_uint_eq(reader_times(reader, &early), 1);
    ck_assert_uint_eq(reader_item(reader, &early)->same_child, 1);
    lab_free(pair.lab);
}
END_TEST

Suite *suite_feed_class(void);
Suite *suite_feed_class(void)
{
    Suite *suite = suite_create("node/feed_class");
    TCase *all = tcase_create("one child");

    tcase_add_test(all, who_asks_for_one_record_of_a_child_is_told_of_the_other_while_they_are_one);
    tcase_add_test(all, a_merge_that_the_named_record_says_itself_is_told_with_the_other_records_line);
    tcase_add_test(all, from_the_beginning_each_op_of_both_records_is_told);
    suite_add_tcase(suite, all);
    return suite;
}
