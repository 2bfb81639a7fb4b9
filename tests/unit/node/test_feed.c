/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/cursor.h"
#include "tests/unit/node/feed_pair.h"

#include <check.h>

/* What a reader is told, from where, and how much of it. */

/* --- telling ------------------------------------------------------------------------------------------------- */

START_TEST(what_is_submitted_is_told_once_with_what_it_says_and_what_the_case_shows)
{
    struct lab_op op;

    reader_subscribe(reader, north, FROM_NOW);
    ck_assert_uint_eq(reader->messages, 1);
    ck_assert_uint_eq(reader->item_count, 0);
    ck_assert(reader->level);
    op = open_case(north, 1);
    ck_assert_uint_eq(reader->item_count, 1);
    ck_assert_uint_eq(reader_times(reader, &op.op), 1);
    ck_assert_uint_eq(reader->items[0].why, 1);
    ck_assert_uint_eq(reader->items[0].kind, KIND_OPERATION);
    ck_assert_str_eq(reader->items[0].title, "Operation Larkspur");
    ck_assert_str_eq(reader->items[0].value, "Operation Larkspur");
    ck_assert_str_eq(reader->items[0].verdict, "effective");
    ck_assert(reader->items[0].opened && !reader->items[0].late && !reader->items[0].again);
    ck_assert_uint_eq(reader->lag_entries, 0);
    ck_assert(reader->level);
}
END_TEST

START_TEST(what_comes_from_another_division_is_told_too)
{
    struct lab_op op;

    reader_subscribe(reader, east, FROM_NOW);
    op = open_case(north, 1);
    lab_run(lab, 2000);
    ck_assert_uint_eq(reader_times(reader, &op.op), 1);
    ck_assert_str_eq(reader_item(reader, &op.op)->title, "Operation Larkspur");
}
END_TEST

START_TEST(from_the_beginning_every_op_is_told_in_order)
{
    struct lab_op ops[20], sets[20];

    for (uint32_t i = 0; i < 20; i++)
        ops[i] = open_case(i % 2 == 0 ? north : east, 1 + i);
    lab_run(lab, 3000);
    for (uint32_t i = 0; i < 20; i++)
        sets[i] = set_title(i % 2 == 0 ? east : north, 100 + i, &ops[i], "Operation Foxglove");
    lab_run(lab, 3000);
    reader_subscribe(reader, north, FROM_BEGINNING);
    ck_assert_uint_eq(reader->item_count, 40);
    for (uint32_t i = 0; i < 20; i++) {
        ck_assert_uint_eq(reader_times(reader, &ops[i].op), 1);
        ck_assert_uint_lt(reader_place(reader, &ops[i].op), reader_place(reader, &sets[i].op));
    }
    ck_assert(reader->level);
    ck_assert_uint_eq(reader->phase, 3);
}
END_TEST

/* --- resuming ------------------------------------------------------------------------------------------------ */

START_TEST(a_cursor_goes_on_at_another_daemon_where_it_stopped)
{
    struct lab_op before, after, there;

    reader_subscribe(reader, north, FROM_NOW);
    before = open_case(north, 1);
    lab_run(lab, 3000);
    reader_link_down(reader);
    after = open_case(north, 2);
    there = open_case(east, 3);
    lab_run(lab, 3000);
    reader_subscribe(reader, east, FROM_CURSOR);
    ck_assert_uint_eq(reader->ends, 0);
    ck_assert_uint_eq(reader_times(reader, &before.op), 1);
    ck_assert_uint_eq(reader_times(reader, &after.op), 1);
    ck_assert_uint_eq(reader_times(reader, &there.op), 1);
    ck_assert_uint_eq(reader->item_count, 3);
}
END_TEST

START_TEST(a_daemon_behind_the_cursor_says_so_and_the_reader_may_go_on_without)
{
    struct lab_op op;

    reader_subscribe(reader, north, FROM_NOW);
    lab->cut = true;
    op = open_case(north, 1);
    ck_assert_uint_eq(reader_times(reader, &op.op), 1);
    reader_link_down(reader);
    reader_subscribe(reader, east, FROM_CURSOR);
    ck_assert_uint_eq(reader->ends, 1);
    ck_assert_uint_eq(reader->code, CW_AGAIN_BEHIND);
    ck_assert_ptr_nonnull(strstr(reader->text, "has not yet"));
    reader_subscribe(reader, east, &(struct reader_ask){.start = 1, .even_if_behind = true});
    ck_assert_uint_eq(reader->ends, 1);
    ck_assert(reader->level);
    /* It comes after all, and is told again: nobody here could know that it was. */
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert_uint_eq(reader_times(reader, &op.op), 2);
}
END_TEST

START_TEST(by_state_each_touched_case_is_told_once_as_it_is_now)
{
    struct lab_op first, second;

    first = open_case(north, 1);
    lab_run(lab, 1000);
    reader_subscribe(reader, north, FROM_NOW);
    reader_link_down(reader);
    second = open_case(north, 2);
    for (uint32_t i = 0; i < 10; i++)
        set_title(north, 10 + i, &second, i == 9 ? "Operation Teasel" : "another");
    lab_run(lab, 2000);
    ck_assert(lab_same_frontiers(lab));
    reader_subscribe(reader, east, &(struct reader_ask){.start = 1, .by_state = true});
    ck_assert_msg(reader->ends == 0, "%s", reader->text);
    ck_assert_uint_eq(reader->item_count, 1);
    ck_assert_uint_eq(reader->items[0].why, 2);
    ck_assert_str_eq(reader->items[0].title, "Operation Teasel");
    /* Then live again, op by op. */
    first = set_title(east, 50, &first, "Operation Foxglove");
    ck_assert_uint_eq(reader_times(reader, &first.op), 1);
}
END_TEST

START_TEST(a_snapshot_tells_each_case_once_then_what_follows)
{
    struct lab_op ops[30], later;

    for (uint32_t i = 0; i < 30; i++)
        ops[i] = open_case(north, 1 + i);
    reader_subscribe(reader, north, FROM_SNAPSHOT);
    ck_assert_uint_eq(reader->item_count, 30);
    for (uint32_t i = 0; i < 30; i++)
        ck_assert_uint_eq(reader->items[i].why, 2);
    later = set_title(north, 90, &ops[7], "Operation Foxglove");
    ck_assert_uint_eq(reader->item_count, 31);
    ck_assert_uint_eq(reader_times(reader, &later.op), 1);
}
END_TEST

START_TEST(a_snapshot_that_was_told_to_its_end_is_not_told_again)
{
    for (uint32_t i = 0; i < 3; i++)
        open_case(north, 1 + i);
    lab_run(lab, 8000);
    ck_assert(lab_same_frontiers(lab));
    reader_subscribe(reader, north, FROM_SNAPSHOT);
    ck_assert_uint_eq(reader->item_count, 3);
    reader_link_down(reader);
    reader->level = false;
    reader_subscribe(reader, east, FROM_CURSOR);
    ck_assert_msg(reader->ends == 0, "%s", reader->text);
    ck_assert(reader->level);
    ck_assert_uint_eq(reader->item_count, 3);
}
END_TEST

/* The reader dies in the middle; at another daemon the rest comes, and nothing twice but the last message. */
START_TEST(a_snapshot_goes_on_where_it_stopped_at_another_daemon)
{
    for (uint32_t i = 0; i < 30; i++) {
        open_case(north, 1 + i);
        lab_run(lab, 100);
    }
    ck_assert(lab_same_frontiers(lab));
    reader_subscribe(reader, north, &(struct reader_ask){.start = 3, .credit_items = 11, .credit_bytes = 1u << 20});
    ck_assert_uint_eq(reader->item_count, 11);
    ck_assert_uint_eq(reader->phase, 1);
    reader_link_down(reader);
    open_case(east, 60);
    reader_subscribe(reader, east, FROM_CURSOR);
    ck_assert(reader->level);
    ck_assert_uint_ge(reader->item_count, 31);
    for (uint32_t i = 0, cases = 0; i < reader->item_count; i++) {
        cases += reader->items[i].why == 2;
        ck_assert_uint_le(cases, 31);
    }
}
END_TEST

START_TEST(since_a_time_begins_with_the_ops_that_are_not_older)
{
    struct lab_op old = open_case(north, 1), young;

    lab_run(lab, 10000);
    young = open_case(north, 2);
    reader_subscribe(reader, north,
                     &(struct reader_ask){.start = 4, .since_ms = (uint64_t)(WORLD_TIME_MS + lab->now - 5000)});
    ck_assert_uint_eq(reader_times(reader, &old.op), 0);
    ck_assert_uint_eq(reader_times(reader, &young.op), 1);
}
END_TEST

/* --- credit --------------------------------------------------------------------------------------------------- */

START_TEST(nothing_is_told_beyond_the_credit_and_the_lag_is_said)
{
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .credit_items = 3, .credit_bytes = 1u << 20});
    for (uint32_t i = 0; i < 10; i++)
        open_case(north, 1 + i);
    ck_assert_uint_eq(reader->item_count, 3);
    lab_run(lab, 15000); /* a beat: it costs nothing, and tells how far behind the reader is */
    ck_assert_uint_eq(reader->item_count, 3);
    ck_assert_uint_eq(reader->lag_entries, 7);
    ck_assert_uint_ge(reader->lag_ms, 9000);
    ck_assert(!reader->level);
    reader_credit(reader, 5, 1u << 20);
    reader_hear(north);
    ck_assert_uint_eq(reader->item_count, 8);
    reader_credit(reader, 100, 1u << 20);
    reader_hear(north);
    ck_assert_uint_eq(reader->item_count, 10);
    ck_assert(reader->level);
}
END_TEST

START_TEST(a_message_exceeds_the_bytes_by_one_item_at_most)
{
    for (uint32_t i = 0; i < 10; i++)
        open_case(north, 1 + i);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .credit_items = 100, .credit_bytes = 1});
    ck_assert_uint_eq(reader->item_count, 1);
    reader_credit(reader, 100, 1500);
    reader_hear(north);
    ck_assert_uint_gt(reader->item_count, 2);
    ck_assert_uint_lt(reader->item_count, 10);
}
END_TEST

START_TEST(a_reader_who_stops_does_not_hold_up_another)
{
    struct lab_reader *other = reader_new(lab);
    struct lab_op last;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .credit_items = 1, .credit_bytes = 1000});
    reader_subscribe(other, north, FROM_NOW);
    for (uint32_t i = 0; i < 20; i++)
        last = open_case(north, 1 + i);
    ck_assert_uint_eq(reader->item_count, 1);
    ck_assert_uint_eq(other->item_count, 20);
    ck_assert_uint_eq(reader_times(other, &last.op), 1);
}
END_TEST

Suite *suite_feed(void);
Suite *suite_feed(void)
{
    Suite *suite = suite_create("node/feed");
    TCase *c = tcase_create("feed");

    tcase_add_checked_fixture(c, feed_pair_begin, feed_pair_end);
    tcase_add_test(c, what_is_submitted_is_told_once_with_what_it_says_and_what_the_case_shows);
    tcase_add_test(c, what_comes_from_another_division_is_told_too);
    tcase_add_test(c, from_the_beginning_every_op_is_told_in_order);
    tcase_add_test(c, a_cursor_goes_on_at_another_daemon_where_it_stopped);
    tcase_add_test(c, a_daemon_behind_the_cursor_says_so_and_the_reader_may_go_on_without);
    tcase_add_test(c, by_state_each_touched_case_is_told_once_as_it_is_now);
    tcase_add_test(c, a_snapshot_tells_each_case_once_then_what_follows);
    tcase_add_test(c, a_snapshot_that_was_told_to_its_end_is_not_told_again);
    tcase_add_test(c, a_snapshot_goes_on_where_it_stopped_at_another_daemon);
    tcase_add_test(c, since_a_time_begins_with_the_ops_that_are_not_older);
    tcase_add_test(c, nothing_is_told_beyond_the_credit_and_the_lag_is_said);
    tcase_add_test(c, a_message_exceeds_the_bytes_by_one_item_at_most);
    tcase_add_test(c, a_reader_who_stops_does_not_hold_up_another);
    suite_add_tcase(suite, c);
    return suite;
}
