/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/cursor.h"
#include "tests/unit/node/feed_pair.h"

#include <check.h>
#include <stdlib.h>

/* In which order, and what is told again because more is known. */

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

/* The reader is there; of the question only its id has come, over other words. */
static void ask_misnamed(const struct lab_op *of, struct lab_op *question, struct lab_op *answer)
{
    struct lab_op other;

    reader_subscribe(reader, north, FROM_NOW);
    lab_set(lab, 2, &of->case_id, FIELD_SUMMARY, "who saw it?", &lab->world.officer, question);
    lab_answer(lab, 3, &of->case_id, FIELD_SUMMARY, "the crew did", &question->op, answer);
    lab_set(lab, 4, &of->case_id, FIELD_SUMMARY, "nobody said this", &lab->world.officer, &other);
    lab_hand_in(north, lab_sealed_copy(lab, question, &other, NULL, 1, (uint64_t)WORLD_TIME_MS << 16));
    lab_run(lab, 1000);
    ck_assert_uint_eq(lab_op_row(north, &question->op).entry_count, 1);
}

/* Words of nobody's under the question's id are told to nobody: the question has not come with them. */
START_TEST(an_answer_waits_for_its_question_though_other_words_came_under_its_id)
{
    struct lab_op op = open_case(north, 1), question, answer;

    ask_misnamed(&op, &question, &answer);
    ck_assert_uint_eq(lab_ask(north, &answer), CW_OK);
    lab_run(lab, 3000);
    ck_assert_uint_eq(reader->item_count, 0);
    ck_assert_uint_eq(lab_ask(north, &question), CW_OK);
    lab_run(lab, 1000);
    ck_assert_uint_eq(reader->item_count, 2);
    ck_assert_uint_lt(reader_place(reader, &question.op), reader_place(reader, &answer.op));
    ck_assert(!reader_item(reader, &answer.op)->cause_missing);
}
END_TEST

START_TEST(an_answer_to_what_nobody_said_is_told_without_it)
{
    struct lab_op op = open_case(north, 1), question, answer;

    ask_misnamed(&op, &question, &answer);
    ck_assert_uint_eq(lab_ask(north, &answer), CW_OK);
    lab_run(lab, 6000);
    ck_assert_uint_eq(reader->item_count, 1);
    ck_assert(reader_item(reader, &answer.op)->cause_missing);
}
END_TEST

/* Its own entry is void too, and stands behind the other words: those are its place, where it was told to nobody. */
START_TEST(an_answer_waits_for_a_void_question_that_stands_behind_other_words)
{
    struct lab_op op = open_case(north, 1), question, answer;

    ask_misnamed(&op, &question, &answer);
    ck_assert_uint_eq(lab_ask(north, &answer), CW_OK);
    lab_hand_in(north, lab_copy(lab, &question, 2, ((uint64_t)WORLD_TIME_MS << 16) + 1, false));
    lab_run(lab, 6000);
    ck_assert_uint_eq(lab_op_row(north, &question.op).entry_count, 2);
    ck_assert_uint_eq(reader->item_count, 2);
    ck_assert_str_eq(reader_item(reader, &question.op)->verdict, "void");
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

/* Another entry of it came first, of which nobody can open the content; then its author sends it here. */
START_TEST(what_another_entry_opens_is_told_again)
{
    struct lab_op op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    reader_subscribe(reader, north, FROM_NOW);
    lab_hand_in(north, lab_copy(lab, &op, 0, (uint64_t)WORLD_TIME_MS << 16, true));
    lab_run(lab, 3000);
    ck_assert_uint_ge(reader_times(reader, &op.op), 1);
    ck_assert(!reader_item(reader, &op.op)->opened);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 3000);
    ck_assert(reader_item(reader, &op.op)->opened);
    ck_assert(reader_item(reader, &op.op)->again);
    ck_assert_str_eq(reader_item(reader, &op.op)->title, "Operation Larkspur");
}
END_TEST

/* What lies in the inbox arrives without parts and wraps: they follow when the node asks for them. */
static void strip_contents(struct lab_node *n)
{
    struct arena arena = arena_over(malloc((size_t)4 << 20), (size_t)4 << 20);

    for (struct lab_frame *f = n->inbox; f != NULL; f = f->next) {
        struct writer w = writer_over(f->bytes, f->len);
        struct peer_message m;
        uint8_t *copy = arena_take(&arena, f->len, 1);

        memcpy(copy, f->bytes, f->len);
        ck_assert_int_eq(peer_message_parse(slice(copy, f->len), &arena, &m), CW_OK);
        for (uint32_t b = 0; m.kind == PEER_ENTRIES && b < m.as.entries.batch_count; b++) {
            for (uint32_t i = 0; i < m.as.entries.batches[b].entry_count; i++)
                m.as.entries.batches[b].entries[i].blobs = (struct entry_blobs){.part_count = 0};
        }
        ck_assert_int_eq(peer_message_encode(&m, &arena, &w), CW_OK);
        f->len = w.len;
    }
    free(arena.base);
}

/* It is opened while the reader takes nothing; its cursor goes on being told, and the reader goes elsewhere with it. */
START_TEST(a_cursor_does_not_pass_what_was_told_unopened_before_it_is_told_opened)
{
    struct lab_op op = open_case(north, 1), title;

    lab_run(lab, 2000);
    reader_subscribe(reader, east, &(struct reader_ask){.start = 5, .credit_items = 1, .credit_bytes = 1 << 20});
    title = set_title(north, 2, &op, "Operation Teasel");
    strip_contents(east);
    ck_assert_int_eq(lab_turn(east), CW_OK);
    reader_hear(east);
    ck_assert(!reader_item(reader, &title.op)->opened);
    ck_assert_uint_eq(lab_counter(east, COUNTER_UNOPENED), 1);
    lab_run(lab, 60000);
    ck_assert_uint_eq(lab_counter(east, COUNTER_UNOPENED), 0);
    ck_assert_uint_eq(reader_times(reader, &title.op), 1);
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_CURSOR);
    ck_assert(reader_item(reader, &title.op)->opened);
    ck_assert_str_eq(reader_item(reader, &title.op)->title, "Operation Teasel");
}
END_TEST

/* North told it opened; east cannot open it, and shows an older line with what follows; then the reader goes back. */
START_TEST(a_line_that_says_less_elsewhere_is_told_again_where_it_says_more)
{
    struct lab_op op = open_case(north, 1), title, summary;

    lab_run(lab, 2000);
    reader_subscribe(reader, north, FROM_NOW);
    title = set_title(north, 2, &op, "Operation Teasel");
    ck_assert_str_eq(reader_item(reader, &title.op)->title, "Operation Teasel");
    reader_link_down(reader);
    strip_contents(east);
    lab->cut = true;
    ck_assert_int_eq(lab_turn(east), CW_OK);
    reader_subscribe(reader, east, FROM_CURSOR);
    lab_set(lab, 3, &op.case_id, FIELD_SUMMARY, "seen at the harbour", &lab->world.officer, &summary);
    ck_assert_uint_eq(lab_ask(east, &summary), CW_OK);
    lab_run(lab, 2000);
    ck_assert_str_eq(reader_item(reader, &summary.op)->title, "Operation Larkspur");
    reader_link_down(reader);
    lab->cut = false;
    lab_run(lab, 200000);
    reader_subscribe(reader, north, FROM_CURSOR);
    ck_assert_uint_eq(reader_times(reader, &title.op), 2);
    ck_assert_str_eq(reader->items[reader->item_count - 1].title, "Operation Teasel");
}
END_TEST

/* East has the entry of his certificate without its bytes, so what he wrote since is pending there; then the reader goes back. */
START_TEST(what_is_pending_where_a_record_lacks_its_bytes_is_told_again_elsewhere)
{
    struct lab_op op = open_case(north, 1);

    lab_run(lab, 2000);
    lab_hand_in(north, lab->late);
    ck_assert_int_eq(lab_turn(east), CW_OK); /* hears of it, and asks for it */
    ck_assert_int_eq(lab_turn(north), CW_OK);
    strip_contents(east);
    reader_subscribe(reader, north, FROM_NOW);
    reader_link_down(reader);
    lab_open_case(lab, 2, SPOIL_STRANGER, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab->cut = true;
    ck_assert_int_eq(lab_turn(east), CW_OK);
    reader_subscribe(reader, east, FROM_CURSOR);
    lab_run(lab, 3000);
    ck_assert_str_eq(reader_item(reader, &op.op)->verdict, "pending");
    reader_link_down(reader);
    reader_subscribe(reader, north, FROM_CURSOR);
    ck_assert_str_eq(reader_item(reader, &op.op)->verdict, "effective");
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

Suite *suite_feed_order(void);
Suite *suite_feed_order(void)
{
    Suite *suite = suite_create("node/feed_order");
    TCase *c = tcase_create("feed");

    tcase_add_checked_fixture(c, feed_pair_begin, feed_pair_end);
    tcase_add_test(c, an_answer_waits_for_its_question);
    tcase_add_test(c, an_answer_waits_for_its_question_though_other_words_came_under_its_id);
    tcase_add_test(c, an_answer_to_what_nobody_said_is_told_without_it);
    tcase_add_test(c, an_answer_waits_for_a_void_question_that_stands_behind_other_words);
    tcase_add_test(c, what_is_due_is_not_looked_at_again_and_again_without_credit);
    tcase_add_test(c, an_answer_does_not_wait_for_ever_and_comes_again_after_a_resume);
    tcase_add_test(c, however_many_are_told_before_their_fold_all_are_told_once_and_the_case_is_corrected);
    tcase_add_test(c, two_writes_that_did_not_know_of_each_other_are_told_in_conflict);
    tcase_add_test(c, an_op_that_stands_before_one_already_told_is_late);
    tcase_add_test(c, what_is_judged_otherwise_is_told_again);
    tcase_add_test(c, what_another_entry_opens_is_told_again);
    tcase_add_test(c, a_cursor_does_not_pass_what_was_told_unopened_before_it_is_told_opened);
    tcase_add_test(c, a_line_that_says_less_elsewhere_is_told_again_where_it_says_more);
    tcase_add_test(c, what_is_pending_where_a_record_lacks_its_bytes_is_told_again_elsewhere);
    tcase_add_test(c, one_op_in_two_logs_is_told_once);
    suite_add_tcase(suite, c);
    return suite;
}
