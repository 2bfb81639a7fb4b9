/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include "node/internal.h"
#include <check.h>

/* An entry that names one op and carries another's submission is kept, and says nothing of either. */

#define HLC(i) (((uint64_t)(WORLD_TIME_MS + 500) << 16) + (i))

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_op op, other; /* each opens a case */

static void two_nodes(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 2000);
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    lab_open_case(lab, 7, SPOIL_NOTHING, &other);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert_uint_eq(lab_ask(north, &other), CW_OK);
    lab_run(lab, 2000);
}

static void end(void)
{
    lab_free(lab);
}

static void expect_whole(void)
{
    struct refusal why = {0};

    for (uint32_t i = 0; i < lab->count; i++)
        ck_assert_msg(lab_store_is_whole(&lab->nodes[i], &why), "node %u: %s: %s", i, why.where, why.text);
}

static struct op_row row_at(struct lab_node *n, const struct cw_op_id *id)
{
    struct node_read read;
    struct op_row row;

    ck_assert_int_eq(node_read_begin(n->node, &read), CW_OK);
    ck_assert_int_eq(db_get_op(n->node, read.txn, id, &row), CW_OK);
    node_read_done(&read);
    return row;
}

static void expect_case(struct lab_node *n, const struct cw_case_id *id, const char *title, uint32_t ops)
{
    static uint8_t memory[1 << 16];
    struct arena arena = arena_over(memory, sizeof memory);
    struct node_read read;
    struct case_row row;
    struct case_line line;

    ck_assert_int_eq(node_read_begin(n->node, &read), CW_OK);
    ck_assert_int_eq(case_row_read(&read, id, &arena, &row, &line), CW_OK);
    ck_assert_msg(slice_eq(line.title, slice_of(title)), "node %u: title '%.*s'", n->index, (int)line.title.len,
                  (const char *)line.title.data);
    ck_assert_uint_eq(row.op_count, ops);
    node_read_done(&read);
}

static void restart(struct lab_node *n)
{
    lab_crash(n);
    ck_assert_int_eq(lab_open(n), CW_OK);
    lab_run(lab, 2000);
}

static void expect_note(const struct lab_op *note)
{
    for (uint32_t i = 0; i < lab->count; i++) {
        struct op_row row = row_at(&lab->nodes[i], &note->op);

        ck_assert_int_eq(op_row_verdict(&row, NULL), VERDICT_EFFECTIVE);
        ck_assert_uint_eq(row.entry_count, 2);
        ck_assert(row.has_case && ID_EQ(&row.case_id, &op.case_id));
        ck_assert(ID_EQ(&row.author, &lab->world.officer.id));
        expect_case(&lab->nodes[i], &op.case_id, "Operation Teasel", 2);
    }
    ck_assert(lab_same_case(lab, &op.case_id) && lab_same_case(lab, &other.case_id));
    ck_assert(lab_same_frontiers(lab));
    expect_whole();
}

static void title_in(struct lab_op *note)
{
    lab_set(lab, 2, &op.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, note);
}

/* A member seals other words under the op's name, so that whoever opens it without asking whose they are has them. */
static struct cw_slice forged(const struct lab_op *note)
{
    struct lab_op said;

    lab_set(lab, 13, &op.case_id, FIELD_TITLE, "Forged", &lab->world.daemons[WORLD_EST], &said);
    return lab_sealed_copy(lab, note, &said, east, 2, HLC(9));
}

START_TEST(other_words_under_an_ops_name_are_nobodys)
{
    struct lab_op note;

    title_in(&note);
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_run(lab, 5000);
    lab_hand_in(north, forged(&note));
    lab_run(lab, 5000);
    expect_note(&note);
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), 1);
    ck_assert_str_eq(north->last_alarm, "entry-void");
    restart(north);
    expect_note(&note);
}
END_TEST

START_TEST(other_words_that_come_first_are_nobodys)
{
    struct lab_op note;

    title_in(&note);
    lab_hand_in(north, forged(&note));
    lab_run(lab, 2000);
    ck_assert(!row_at(east, &note.op).has_case);
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_run(lab, 5000);
    expect_note(&note);
    restart(north);
    expect_note(&note);
}
END_TEST

/* Whoever hears it before the op itself would file the op under another case, for good. */
START_TEST(an_op_is_of_its_own_case_whatever_came_before_it)
{
    struct lab_op note;

    title_in(&note);
    lab_hand_in(north, lab_sealed_copy(lab, &note, &other, NULL, 1, HLC(9)));
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_run(lab, 5000);
    expect_note(&note);
    restart(north);
    expect_note(&note);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE), 2);
}
END_TEST

START_TEST(an_op_is_of_its_own_case_whatever_comes_after_it)
{
    struct lab_op note;

    title_in(&note);
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    lab_hand_in(north, lab_sealed_copy(lab, &note, &other, NULL, 1, HLC(9)));
    lab_run(lab, 5000);
    expect_note(&note);
}
END_TEST

START_TEST(an_entry_that_names_what_nobody_said_is_in_no_case)
{
    struct lab_op note;
    uint64_t ops = mem_store_rows(north->disk, TABLE_CASE_OP);

    title_in(&note);
    lab_hand_in(north, forged(&note));
    lab_hand_in(north, lab_sealed_copy(lab, &note, &other, east, 4, HLC(10)));
    lab_run(lab, 5000);
    for (uint32_t i = 0; i < lab->count; i++) {
        struct op_row row = row_at(&lab->nodes[i], &note.op);

        ck_assert_uint_eq(row.entry_count, 2);
        ck_assert_int_eq(row.entries[0].reason, REASON_OP_ID);
        ck_assert(!row.has_case);
        ck_assert_int_eq(op_row_part(&row, 0, NULL), PART_ABSENT);
        ck_assert_uint_eq(mem_store_rows(lab->nodes[i].disk, TABLE_CASE_OP), ops);
    }
    ck_assert(lab_same_frontiers(lab));
    expect_whole();
}
END_TEST

Suite *suite_node_misnamed(void);
Suite *suite_node_misnamed(void)
{
    Suite *suite = suite_create("node/misnamed");
    TCase *t = tcase_create("misnamed");

    tcase_add_checked_fixture(t, two_nodes, end);
    tcase_add_test(t, other_words_under_an_ops_name_are_nobodys);
    tcase_add_test(t, other_words_that_come_first_are_nobodys);
    tcase_add_test(t, an_op_is_of_its_own_case_whatever_came_before_it);
    tcase_add_test(t, an_op_is_of_its_own_case_whatever_comes_after_it);
    tcase_add_test(t, an_entry_that_names_what_nobody_said_is_in_no_case);
    suite_add_tcase(suite, t);
    return suite;
}
