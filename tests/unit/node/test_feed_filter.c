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

Suite *suite_feed_filter(void);
Suite *suite_feed_filter(void)
{
    Suite *suite = suite_create("node/feed_filter");
    TCase *c = tcase_create("filter");

    tcase_add_checked_fixture(c, feed_pair_begin, feed_pair_end);
    tcase_add_test(c, a_snapshot_of_one_division_holds_the_cases_in_which_it_wrote);
    tcase_add_test(c, a_correction_is_told_to_whoever_chose_a_division_that_wrote_in_the_case);
    suite_add_tcase(suite, c);
    return suite;
}
