/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab_logs.h"

#include "node/internal.h"
#include <check.h>

/* An op that counts nowhere, and entries under its id that carry other words: what is shown of it is its own. */

#define HLC(i) (((uint64_t)(WORLD_TIME_MS + 500) << 16) + (i))

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_op opening, note;

static void two_nodes(void)
{
    lab = lab_new(2);
    lab->logs_max = 128;
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 2000);
    lab_open_case(lab, 1, SPOIL_NOTHING, &opening);
    ck_assert_uint_eq(lab_ask(north, &opening), CW_OK);
    lab_set(lab, 2, &opening.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, &note);
    lab_run(lab, 2000);
}

static void end(void)
{
    lab_free(lab);
}

static void expect_whole(void)
{
    for (uint32_t i = 0; i < lab->count; i++) {
        struct refusal why = {0};

        ck_assert_msg(lab_store_is_whole(&lab->nodes[i], &why), "node %u: %s: %s", i, why.where, why.text);
    }
}

/* The note, as the history of its case has it. */
static struct loaded_op told(struct lab_node *n)
{
    static uint8_t memory[1 << 18];
    struct arena arena = arena_over(memory, sizeof memory);
    struct loaded_op found = {.seq = 0};
    struct node_read read;
    struct loaded_case c;

    ck_assert_int_eq(node_read_begin(n->node, &read), CW_OK);
    ck_assert_int_eq(case_load(&read, &opening.case_id, &arena, &c), CW_OK);
    for (uint32_t i = 0; i < c.op_count; i++) {
        if (ID_EQ(&c.ops[i]->op_id, &note.op))
            found = *c.ops[i];
    }
    node_read_done(&read);
    ck_assert_uint_ne(found.seq, 0);
    return found;
}

static void expect_its_own(struct lab_node *n)
{
    struct loaded_op op = told(n);

    ck_assert_int_eq(op.verdict, VERDICT_VOID);
    ck_assert_int_eq(op.reason, REASON_NOT_YET);
    ck_assert(op.submission_ok && op.author_known);
    ck_assert(ID_EQ(&op.author, &lab->world.officer.id));
}

/* The seal of its own entry knows nothing of its author: it is void, and comes behind those that say something else. */
START_TEST(what_is_shown_of_a_void_op_is_what_its_own_entry_says)
{
    struct cw_slice own = lab_copy(lab, &note, 60, HLC(60), false);

    for (uint32_t i = 0; i < OP_ENTRIES_MAX + 2; i++)
        lab_hand_in(north, lab_sealed_copy(lab, &note, &opening, NULL, 1 + i, HLC(1 + i)));
    lab_hand_in(north, own);
    lab_run(lab, 5000);
    for (uint32_t i = 0; i < OP_ENTRIES_MAX + 2; i++)
        lab_hand_in(north, lab_sealed_copy(lab, &note, &opening, NULL, 21 + i, HLC(21 + i)));
    lab_run(lab, 5000);
    expect_its_own(north);
    expect_its_own(east);
    ck_assert(lab_same_case(lab, &opening.case_id) && lab_same_frontiers(lab));
    expect_whole();
}
END_TEST

/* --- the authority's log ------------------------------------------------------------------------------------------- */

static void knows(struct lab_node *n, bool does)
{
    ck_assert(does == (authority_find(n->node->authority, &lab->late_officer.id) != NULL));
}

/* An authority's record under the id of an op of an officer: in its turn it is void, and what follows it has its effect. */
START_TEST(a_record_under_an_ops_id_stops_no_log)
{
    struct lab_hand authority = *lab->authority_hand;
    struct lab_record misnamed = lab_policy(lab, "some", "thing");
    struct lab_batch batch = {.records = {misnamed, lab_issue(lab, &lab->late_officer)}, .count = 2};

    batch.records[0].under = &note.op;
    lab_hand_in(north, lab_hand_write(&authority, &batch, 1));
    lab_run(lab, 5000);
    for (uint32_t i = 0; i < lab->count; i++) {
        knows(&lab->nodes[i], true);
        ck_assert_uint_eq(lab_counter(&lab->nodes[i], COUNTER_PENDING), 0);
        ck_assert(!lab_op_row(&lab->nodes[i], &note.op).has_case);
    }
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_run(lab, 5000);
    ck_assert_int_eq(told(east).verdict, VERDICT_EFFECTIVE);
    ck_assert(lab_same_case(lab, &opening.case_id) && lab_same_frontiers(lab));
    expect_whole();
}
END_TEST

/* The record before it lacks its contents: it waits, which says nothing of the op. */
START_TEST(a_record_under_an_ops_id_that_waits_makes_no_void_op_wait)
{
    struct lab_hand authority = *lab->authority_hand, again = authority;
    struct lab_batch batch = {
        .records = {lab_policy(lab, "one", "1"), lab_policy(lab, "two", "2"), lab_issue(lab, &lab->late_officer)},
        .count = 3};

    lab_hand_in(north, lab_copy(lab, &note, 60, HLC(60), false));
    lab_run(lab, 2000);
    expect_its_own(north);
    expect_its_own(east);
    lab->cut = true;
    batch.records[1].under = &note.op;
    lab_hand_in(east, lab_hand_write(&again, &batch, 1));
    batch.records[0].mute = true;
    lab_hand_in(north, lab_hand_write(&authority, &batch, 1));
    lab_run(lab, 2000);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PENDING), 3);
    knows(north, false);
    knows(east, true);
    expect_its_own(north);
    expect_its_own(east);
    expect_whole();

    lab->cut = false;
    lab_run(lab, 200000);
    for (uint32_t i = 0; i < lab->count; i++) {
        knows(&lab->nodes[i], true);
        ck_assert_uint_eq(lab_counter(&lab->nodes[i], COUNTER_PENDING), 0);
        expect_its_own(&lab->nodes[i]);
    }
    ck_assert(lab_same_case(lab, &opening.case_id) && lab_same_frontiers(lab));
    expect_whole();
}
END_TEST

Suite *suite_node_unsaid(void);
Suite *suite_node_unsaid(void)
{
    Suite *suite = suite_create("node/unsaid");
    TCase *t = tcase_create("unsaid");

    tcase_add_checked_fixture(t, two_nodes, end);
    tcase_add_test(t, what_is_shown_of_a_void_op_is_what_its_own_entry_says);
    tcase_add_test(t, a_record_under_an_ops_id_stops_no_log);
    tcase_add_test(t, a_record_under_an_ops_id_that_waits_makes_no_void_op_wait);
    suite_add_tcase(suite, t);
    return suite;
}
