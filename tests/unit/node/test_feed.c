/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/cursor.h"
#include "tests/unit/node/reader.h"

#include <check.h>

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_reader *reader;

#define FROM_CURSOR (&(struct reader_ask){.start = 1})
#define FROM_BEGINNING (&(struct reader_ask){.start = 2})
#define FROM_SNAPSHOT (&(struct reader_ask){.start = 3})
#define FROM_NOW (&(struct reader_ask){.start = 5})

static void begin(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 500);
    reader = reader_new(lab);
}

static void end(void)
{
    lab_free(lab);
}

static struct lab_op open_case(struct lab_node *at, uint32_t number)
{
    struct lab_op op;

    lab_open_case(lab, number, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(at, &op), CW_OK);
    return op;
}

static struct lab_op set_title(struct lab_node *at, uint32_t number, const struct lab_op *of, const char *title)
{
    struct lab_op op;

    lab_set(lab, number, &of->case_id, FIELD_TITLE, title, &lab->world.officer, &op);
    ck_assert_uint_eq(lab_ask(at, &op), CW_OK);
    return op;
}

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

/* --- order ------------------------------------------------------------------------------------------------------ */

/* East's answer to a question that is still on its way. */
START_TEST(an_answer_waits_for_its_question)
{
    struct lab_op op = open_case(north, 1), question, answer;

    reader_subscribe(reader, north, FROM_NOW);
    lab_set(lab, 2, &op.case_id, FIELD_SUMMARY, "who saw it?", &lab->world.officer, &question);
    lab_answer(lab, 3, &op.case_id, FIELD_SUMMARY, "the crew did", &question.op, &answer);
    ck_assert_uint_eq(lab_ask(north, &answer), CW_OK);
    lab_run(lab, 3000);
    ck_assert_uint_eq(reader_times(reader, &answer.op), 0);
    ck_assert_uint_eq(reader->lag_entries, 0); /* as of the last message */
    ck_assert_uint_eq(lab_ask(north, &question), CW_OK);
    ck_assert_uint_eq(reader->item_count, 2);
    ck_assert_uint_lt(reader_place(reader, &question.op), reader_place(reader, &answer.op));
    ck_assert(!reader_item(reader, &answer.op)->cause_missing);
}
END_TEST

/* Items are granted but bytes are used up: what waits for its cause is due, and cannot be told. */
START_TEST(what_is_due_is_not_looked_at_again_and_again_without_credit)
{
    struct lab_op op = open_case(north, 1), question, answer, other;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .credit_items = 100, .credit_bytes = 1});
    lab_set(lab, 2, &op.case_id, FIELD_SUMMARY, "who saw it?", &lab->world.officer, &question);
    lab_answer(lab, 3, &op.case_id, FIELD_SUMMARY, "the crew did", &question.op, &answer);
    ck_assert_uint_eq(lab_ask(north, &answer), CW_OK);
    reader_hear(north);
    other = open_case(north, 4);
    ck_assert_uint_eq(reader_times(reader, &other.op), 1);
    lab->now += 6000;
    for (int i = 0; i < 10; i++)
        (void)feeds_step(node_feeds(north->node));
    ck_assert_int_gt(feeds_wake_at(node_feeds(north->node)).ms, lab->now);
    reader_credit(reader, 0, 100000);
    reader_hear(north);
    ck_assert(reader_item(reader, &answer.op)->cause_missing);
}
END_TEST

START_TEST(an_answer_does_not_wait_for_ever_and_comes_again_after_a_resume)
{
    struct lab_op op = open_case(north, 1), question, answer, next;

    reader_subscribe(reader, north, FROM_NOW);
    lab_set(lab, 2, &op.case_id, FIELD_SUMMARY, "who saw it?", &lab->world.officer, &question);
    lab_answer(lab, 3, &op.case_id, FIELD_SUMMARY, "the crew did", &question.op, &answer);
    lab_answer(lab, 4, &op.case_id, FIELD_SUMMARY, "they say", &answer.op, &next);
    ck_assert_uint_eq(lab_ask(north, &answer), CW_OK);
    ck_assert_uint_eq(lab_ask(north, &next), CW_OK);
    reader_link_down(reader); /* the cursor stands before what waits */
    reader_subscribe(reader, north, FROM_CURSOR);
    lab_run(lab, 4000);
    ck_assert_uint_eq(reader->item_count, 0);
    lab_run(lab, 2000);
    ck_assert_uint_eq(reader->item_count, 2);
    ck_assert(reader_item(reader, &answer.op)->cause_missing);
    ck_assert(!reader_item(reader, &next.op)->cause_missing);
    ck_assert_uint_lt(reader_place(reader, &answer.op), reader_place(reader, &next.op));
}
END_TEST

#define MANY 400 /* more than are remembered as told before their case was folded, and fewer than may wait */

START_TEST(however_many_are_told_before_their_fold_all_are_told_once_and_the_case_is_corrected)
{
    struct lab_op op = open_case(north, 1), notes[MANY];
    uint32_t corrections = 0;

    for (uint32_t i = 0; i < MANY; i++) /* no time passes: a long case is not folded while others write */
        notes[i] = set_title(north, 2 + i, &op, "Operation Larkspur");
    reader_subscribe(reader, north, FROM_BEGINNING);
    lab->now += 2500; /* the node takes no turn, as if it were busy elsewhere: nothing is folded */
    reader_hear(north);
    for (uint32_t i = 0; i < MANY; i++)
        ck_assert_uint_eq(reader_times(reader, &notes[i].op), 1);
    ck_assert(reader_item(reader, &notes[MANY - 1].op)->revising);
    lab_run(lab, 3000);
    for (uint32_t i = 0; i < reader->item_count; i++)
        corrections += reader->items[i].why == 3;
    ck_assert_uint_ge(corrections, 1);
    ck_assert_uint_eq(reader->lag_entries, 0);
}
END_TEST

/* --- corrections --------------------------------------------------------------------------------------------------- */

START_TEST(two_writes_that_did_not_know_of_each_other_are_told_in_conflict)
{
    struct lab_op op = open_case(north, 1), here, there;

    lab_run(lab, 2000);
    reader_subscribe(reader, north, FROM_NOW);
    lab->cut = true;
    lab_set(lab, 2, &op.case_id, FIELD_SUMMARY, "seen at the harbour", &lab->world.officer, &here);
    ck_assert_uint_eq(lab_ask(north, &here), CW_OK);
    ck_assert_uint_eq(reader_item(reader, &here.op)->in_conflict, 0);
    lab_set(lab, 3, &op.case_id, FIELD_SUMMARY, "seen at the station", &lab->world.officer, &there);
    ck_assert_uint_eq(lab_ask(east, &there), CW_OK);
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert_uint_eq(reader_item(reader, &there.op)->in_conflict, 1);
    ck_assert_uint_eq(reader_item(reader, &there.op)->conflicts, 1);
}
END_TEST

START_TEST(an_op_that_stands_before_one_already_told_is_late)
{
    struct lab_op op = open_case(north, 1), here, there;

    lab_run(lab, 2000);
    reader_subscribe(reader, north, FROM_NOW);
    lab->cut = true;
    there = set_title(east, 2, &op, "Operation Teasel");
    lab_run(lab, 3000);
    here = set_title(north, 3, &op, "Operation Foxglove");
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert(!reader_item(reader, &here.op)->late);
    ck_assert(reader_item(reader, &there.op)->late);
    ck_assert_uint_lt(reader_place(reader, &here.op), reader_place(reader, &there.op));
}
END_TEST

/* His certificate comes after what he signed: told as pending, and again when it counts. */
START_TEST(what_is_judged_otherwise_is_told_again)
{
    struct lab_op op;

    lab->cut = true;
    lab_hand_in(north, lab->late);
    lab_open_case(lab, 1, SPOIL_STRANGER, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    reader_subscribe(reader, east, FROM_NOW);
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert_uint_ge(reader_times(reader, &op.op), 1);
    ck_assert_str_eq(reader_item(reader, &op.op)->verdict, "effective");
    ck_assert_str_eq(reader_item(reader, &op.op)->title, "Operation Larkspur");
}
END_TEST

START_TEST(one_op_in_two_logs_is_told_once)
{
    struct lab_op op;

    reader_subscribe(reader, north, FROM_NOW);
    lab->cut = true;
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 50);
    ck_assert_uint_eq(lab_ask(east, &op), CW_OK);
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert_uint_eq(reader_times(reader, &op.op), 1);
}
END_TEST

/* --- filters --------------------------------------------------------------------------------------------------------- */

START_TEST(a_filter_leaves_out_what_does_not_fit_and_the_cursor_goes_on)
{
    struct lab_op one = open_case(north, 1), other = open_case(north, 2), set;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .case_name = ID_SLICE(&one.case_id)});
    (void)set_title(north, 3, &other, "Operation Teasel");
    ck_assert_uint_eq(reader->item_count, 0);
    set = set_title(north, 4, &one, "Operation Foxglove");
    ck_assert_uint_eq(reader->item_count, 1);
    ck_assert_uint_eq(reader_times(reader, &set.op), 1);
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_CURSOR);
    ck_assert_uint_eq(reader->item_count, 1);
}
END_TEST

START_TEST(an_operation_is_chosen_by_its_name)
{
    struct lab_op one = open_case(north, 1), set;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .operation = "operation larkspur"});
    set = set_title(north, 2, &one, "Operation Larkspur");
    ck_assert_uint_eq(reader_times(reader, &set.op), 1);
    ck_assert(!reader_item(reader, &set.op)->outside);
    /* It leaves what is chosen: whoever followed it hears so. */
    set = set_title(north, 3, &one, "Operation Foxglove");
    ck_assert_uint_eq(reader_times(reader, &set.op), 1);
    ck_assert(reader_item(reader, &set.op)->outside);
    lab_set(lab, 4, &one.case_id, FIELD_SUMMARY, "of no interest here", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(north, &set), CW_OK);
    ck_assert_uint_eq(reader_times(reader, &set.op), 0);
}
END_TEST

START_TEST(a_writer_and_a_kind_are_chosen)
{
    struct lab_op op;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .kind = KIND_LINE});
    op = open_case(north, 1);
    ck_assert_uint_eq(reader->item_count, 0);
    reader_link_down(reader);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .kind = KIND_OPERATION, .division = "NTH"});
    ck_assert_uint_eq(reader_times(reader, &op.op), 1);
    reader_link_down(reader);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .division = "WST"});
    ck_assert_uint_eq(reader_times(reader, &op.op), 1);
}
END_TEST

/* --- refusals ------------------------------------------------------------------------------------------------------- */

START_TEST(a_damaged_cursor_is_refused_with_what_to_do)
{
    reader_subscribe(reader, north, FROM_NOW);
    reader->cursor[20] ^= 1;
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_CURSOR);
    ck_assert_uint_eq(reader->code, CW_REFUSED_MALFORMED);
    ck_assert_ptr_nonnull(strstr(reader->text, "earlier copy"));
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 0);
}
END_TEST

START_TEST(a_cursor_of_another_network_reader_or_version_is_refused)
{
    static const uint32_t codes[] = {CW_REFUSED_NETWORK, CW_REFUSED_READER, CW_REFUSED_VERSION};
    struct cursor c = {.network = lab->world.network, .reader = reader->cert};
    struct writer w = writer_over(reader->cursor, sizeof reader->cursor);

    if (_i == 0)
        c.network.b[0] ^= 1;
    if (_i == 1)
        c.reader.b[0] ^= 1;
    cursor_encode(&c, &w);
    if (_i == 2)
        reader->cursor[1] = 2;
    reader->cursor_len = w.len;
    reader_subscribe(reader, north, FROM_CURSOR);
    ck_assert_uint_eq(reader->ends, 1);
    ck_assert_uint_eq(reader->code, codes[_i]);
    ck_assert_uint_gt(strlen(reader->text), 20);
}
END_TEST

START_TEST(a_filter_that_means_nothing_is_refused)
{
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .risk = "hihg"});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .kind = 29});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .tag = ""});
    ck_assert_uint_eq(reader->code, CW_REFUSED_SIZE);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 5, .case_name = slice_of("deadbeef00")});
    ck_assert_uint_eq(reader->code, CW_REFUSED_UNKNOWN_CASE);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 9});
    ck_assert_uint_eq(reader->code, CW_REFUSED_VALUE);
    ck_assert_uint_eq(reader->ends, 5);
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 0);
}
END_TEST

START_TEST(feeds_of_one_certificate_are_bounded)
{
    for (uint32_t i = 0; i < 20; i++)
        reader_subscribe(reader, north, FROM_NOW);
    ck_assert_uint_eq(reader->ends, 4);
    ck_assert_uint_eq(reader->code, CW_AGAIN_BUSY);
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 16);
    reader_link_down(reader);
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 0);
}
END_TEST

START_TEST(credit_for_no_feed_is_answered_by_its_end)
{
    reader->at = north;
    reader_credit(reader, 1, 1);
    ck_assert_uint_eq(reader->ends, 1);
    ck_assert_uint_eq(reader->code, CW_REFUSED_UNKNOWN_OP);
}
END_TEST

START_TEST(who_ends_a_feed_gets_its_last_cursor)
{
    reader_subscribe(reader, north, FROM_NOW);
    reader_unsubscribe(reader);
    ck_assert_uint_eq(reader->ends, 1);
    ck_assert_uint_eq(reader->code, CW_OK);
    ck_assert_uint_eq(feeds_count(node_feeds(north->node)), 0);
}
END_TEST

/* --- who reads --------------------------------------------------------------------------------------------------------- */

START_TEST(a_regional_unit_reads_no_running_text)
{
    struct lab_op op = open_case(north, 1), set;

    reader->subject = SUBJECT_REGIONAL;
    reader_subscribe(reader, north, FROM_NOW);
    lab_set(lab, 2, &op.case_id, FIELD_SUMMARY, "the informant says", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(north, &set), CW_OK);
    ck_assert(reader_item(reader, &set.op)->withheld);
    ck_assert_str_eq(reader_item(reader, &set.op)->value, "");
    set = set_title(north, 3, &op, "Operation Foxglove");
    ck_assert(!reader_item(reader, &set.op)->withheld);
    ck_assert_str_eq(reader_item(reader, &set.op)->value, "Operation Foxglove");
}
END_TEST

START_TEST(views_carry_the_case_and_records_are_told_when_asked_for)
{
    struct lab_op op = open_case(north, 1);
    uint32_t records = 0;

    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .views = true, .records = true});
    ck_assert(reader_item(reader, &op.op)->has_view);
    for (uint32_t i = 0; i < reader->item_count; i++)
        records += reader->items[i].why == 4;
    ck_assert_uint_ge(records, 5);
}
END_TEST

Suite *suite_feed(void);
Suite *suite_feed(void)
{
    Suite *suite = suite_create("node/feed");
    TCase *hostile = tcase_create("refused"), *c = tcase_create("feed");

    tcase_add_checked_fixture(hostile, begin, end);
    tcase_add_test(hostile, a_damaged_cursor_is_refused_with_what_to_do);
    tcase_add_loop_test(hostile, a_cursor_of_another_network_reader_or_version_is_refused, 0, 3);
    tcase_add_test(hostile, a_filter_that_means_nothing_is_refused);
    tcase_add_test(hostile, feeds_of_one_certificate_are_bounded);
    tcase_add_test(hostile, credit_for_no_feed_is_answered_by_its_end);
    suite_add_tcase(suite, hostile);
    tcase_add_checked_fixture(c, begin, end);
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
    tcase_add_test(c, an_answer_waits_for_its_question);
    tcase_add_test(c, what_is_due_is_not_looked_at_again_and_again_without_credit);
    tcase_add_test(c, an_answer_does_not_wait_for_ever_and_comes_again_after_a_resume);
    tcase_add_test(c, however_many_are_told_before_their_fold_all_are_told_once_and_the_case_is_corrected);
    tcase_add_test(c, two_writes_that_did_not_know_of_each_other_are_told_in_conflict);
    tcase_add_test(c, an_op_that_stands_before_one_already_told_is_late);
    tcase_add_test(c, what_is_judged_otherwise_is_told_again);
    tcase_add_test(c, one_op_in_two_logs_is_told_once);
    tcase_add_test(c, a_filter_leaves_out_what_does_not_fit_and_the_cursor_goes_on);
    tcase_add_test(c, an_operation_is_chosen_by_its_name);
    tcase_add_test(c, a_writer_and_a_kind_are_chosen);
    tcase_add_test(c, who_ends_a_feed_gets_its_last_cursor);
    tcase_add_test(c, a_regional_unit_reads_no_running_text);
    tcase_add_test(c, views_carry_the_case_and_records_are_told_when_asked_for);
    suite_add_tcase(suite, c);
    return suite;
}
