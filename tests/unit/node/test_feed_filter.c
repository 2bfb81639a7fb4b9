/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/feed_pair.h"
#include "tests/unit/node/lab_logs.h"

#include <check.h>

/* What a filter chooses, and what is not told because of it. */

static uint32_t told_of(const struct lab_op *op)
{
    uint32_t times = 0;

    for (uint32_t i = 0; i < reader->item_count; i++)
        times += ID_EQ(&reader->items[i].case_id, &op->case_id);
    return times;
}

/* --- who wrote ------------------------------------------------------------------------------------------------------ */

START_TEST(a_snapshot_of_one_division_holds_the_cases_in_which_it_wrote)
{
    struct lab_op ours = open_case(north, 1), theirs = open_case(east, 2), both = open_case(north, 3);

    lab_run(lab, 2000);
    (void)set_title(east, 4, &both, "Operation Teasel");
    lab_run(lab, 2000);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 3, .division = "est"});
    ck_assert_uint_eq(reader->item_count, 2);
    ck_assert_uint_eq(told_of(&ours), 0);
    ck_assert_uint_eq(told_of(&theirs), 1);
    ck_assert_uint_eq(told_of(&both), 1);
    ck_assert(!reader->items[0].outside && !reader->items[1].outside);
    reader_link_down(reader);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 3, .division = "NTH"});
    ck_assert_uint_eq(told_of(&ours),
                      1); /* and the others: their author is of the north, wherever they were handed in */
}
END_TEST

/* Of more ops than are looked at, nobody says whose they are. */
START_TEST(the_longest_cases_are_told_to_who_chose_a_division_as_outside)
{
    struct lab_op longest = open_case(north, 1), other = open_case(north, 2);

    for (uint32_t i = 0; i < 1030; i++)
        (void)set_title(north, 3 + i, &longest, "Operation Larkspur");
    lab_run(lab, 5000);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 3, .division = "EST"});
    lab_run(lab, 1000);
    ck_assert_uint_eq(told_of(&longest), 1);
    ck_assert_uint_eq(told_of(&other), 0);
    ck_assert(reader->items[0].outside);
    ck_assert(reader->level);
}
END_TEST

/* After a change of policy a resume owes all cases. */
START_TEST(a_correction_is_told_to_whoever_chose_a_division_that_wrote_in_the_case)
{
    struct lab_op ours = open_case(north, 1), theirs = open_case(east, 2);

    lab_run(lab, 2000);
    reader_subscribe(reader, north, FROM_NOW);
    reader_link_down(reader);
    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_policy(lab, "role.event.found_dead", "any")));
    lab_run(lab, 2000);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 1, .division = "EST"});
    ck_assert_uint_eq(told_of(&ours), 0);
    ck_assert_uint_eq(told_of(&theirs), 1);
}
END_TEST

/* --- what can never fit ---------------------------------------------------------------------------------------------- */

START_TEST(a_case_of_another_kind_is_told_of_nothing_that_moves)
{
    struct lab_op op = open_case(north, 1), tagged;

    lab_put(lab, 2, &op.case_id, NULL, FIELD_TAGS, "repeat", &tagged);
    ck_assert_uint_eq(lab_ask(north, &tagged), CW_OK);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .kind = KIND_LINE, .tag = "harbour"});
    ck_assert_uint_eq(reader->item_count, 0);
    reader_link_down(reader);
    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .kind = KIND_OPERATION, .tag = "harbour"});
    ck_assert_uint_eq(reader->item_count, 1); /* another tag may have been there */
    ck_assert(reader_item(reader, &tagged.op)->outside);
}
END_TEST

static struct lab_op renamed(uint32_t number, const struct lab_op *before, const char *name)
{
    const struct op_ref old = {.op = before->op};
    const struct op_write write = {.field = FIELD_TITLE,
                                   .verb = VERB_SET,
                                   .has_value = true,
                                   .value = {.type = VALUE_TEXT, .text = slice_of(name)},
                                   .supersede_count = 1,
                                   .supersedes = &old};
    const struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 1, .writes = &write};
    struct lab_op out;

    lab_say(lab, number, &before->case_id, &op, &lab->world.officer, &out);
    out.case_id = before->case_id;
    ck_assert_uint_eq(lab_ask(north, &out), CW_OK);
    return out;
}

static struct lab_op linked(uint32_t number, const struct cw_case_id *id, const struct cw_op_id *added,
                            const char *text)
{
    struct lab_op out;

    lab_put(lab, number, id, added, FIELD_LINKS, text, &out);
    ck_assert_uint_eq(lab_ask(north, &out), CW_OK);
    return out;
}

/* From the beginning, when all of it is over: what is told does not depend on how the cases stand now. */
START_TEST(of_an_operation_only_what_touches_it_is_told)
{
    struct lab_op child, other = open_case(north, 2), one, there, away, link, unlinked;

    lab_open_child(lab, 1, &child);
    ck_assert_uint_eq(lab_ask(north, &child), CW_OK);
    other = renamed(3, &other, "Operation Foxglove");
    one = open_case(north, 4);
    there = renamed(5, &one, "Operation Teasel");
    away = renamed(6, &there, "Operation Foxglove");
    (void)linked(7, &child.case_id, NULL, "part_of_operation Operation Foxglove");
    link = linked(8, &child.case_id, NULL, "part_of_operation Operation Teasel");
    unlinked = linked(9, &child.case_id, &link.op, "part_of_operation Operation Teasel");
    reader_subscribe(reader, north, &(struct reader_ask){.start = 2, .operation = "operation teasel"});
    ck_assert_uint_eq(reader_times(reader, &there.op), 1);
    ck_assert_uint_eq(reader_times(reader, &away.op), 1);
    ck_assert_uint_eq(reader_times(reader, &link.op), 1);
    ck_assert_uint_eq(reader_times(reader, &unlinked.op), 1);
    ck_assert_uint_eq(reader->item_count, 4);
    ck_assert(reader_item(reader, &away.op)->outside);
}
END_TEST

Suite *suite_feed_filter(void);
Suite *suite_feed_filter(void)
{
    Suite *suite = suite_create("node/feed_filter");
    TCase *c = tcase_create("filter");

    tcase_add_checked_fixture(c, feed_pair_begin, feed_pair_end);
    tcase_add_test(c, a_snapshot_of_one_division_holds_the_cases_in_which_it_wrote);
    tcase_add_test(c, the_longest_cases_are_told_to_who_chose_a_division_as_outside);
    tcase_add_test(c, a_correction_is_told_to_whoever_chose_a_division_that_wrote_in_the_case);
    tcase_add_test(c, a_case_of_another_kind_is_told_of_nothing_that_moves);
    tcase_add_test(c, of_an_operation_only_what_touches_it_is_told);
    suite_add_tcase(suite, c);
    return suite;
}
