/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include <check.h>

/* One op in many entries has one effect, at its least place, and counts if any of them makes it so. */

#define COPIES 40
#define COUNTING 4 /* the last of them */
#define HLC(i) (((uint64_t)(WORLD_TIME_MS + 500) << 16) + (i))

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_op op;
static struct cw_slice copies[COPIES];

static void two_nodes(void)
{
    lab = lab_new(2);
    lab->logs_max = 512;
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 2000);
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    for (uint32_t i = 0; i < COPIES; i++)
        copies[i] = lab_copy(lab, &op, i, HLC(i), i >= COPIES - COUNTING);
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

static void expect_place(struct lab_node *n, uint64_t hlc, enum case_verdict verdict)
{
    struct op_row row = lab_op_row(n, &op.op);
    uint32_t place;

    ck_assert_int_eq(op_row_verdict(&row, &place), verdict);
    ck_assert_uint_eq(row.entries[place].hlc, hlc);
    ck_assert_uint_eq(row.entry_count + row.more, COPIES);
}

/* The first that counts comes after more void ones than any list holds; the other node hears of them backwards. */
START_TEST(an_op_in_forty_entries_counts_at_the_least_that_makes_it_so)
{
    lab->cut = true;
    for (uint32_t i = 0; i < COPIES; i++) {
        lab_hand_in(north, copies[i]);
        lab_hand_in(east, copies[COPIES - 1 - i]);
    }
    for (uint32_t i = 0; i < lab->count; i++)
        expect_place(&lab->nodes[i], HLC(COPIES - COUNTING), VERDICT_EFFECTIVE);
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), COPIES - COUNTING);
    ck_assert_uint_eq(lab_counter(east, COUNTER_VOID), COPIES - COUNTING);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE_OP), 1);
    expect_whole();
}
END_TEST

/* Its content comes last, with the officer's own daemon: it opens, in the entry of all that has it. */
START_TEST(an_op_in_forty_entries_opens_where_one_of_them_does)
{
    struct op_row row;

    for (uint32_t i = 0; i < COPIES; i++)
        lab_hand_in(north, copies[i]);
    row = lab_op_row(north, &op.op);
    ck_assert_int_eq(op_row_part(&row, 0, NULL), PART_SEALED);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK); /* held, but not whole: sequenced here too */
    lab_run(lab, 5000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert(lab_same_case(lab, &op.case_id));
    expect_whole();
}
END_TEST

static uint32_t ops_folded(struct lab_node *n)
{
    struct node_read read;
    struct cw_slice raw;
    struct case_row row;
    struct row_key key = row_key_case(&op.case_id);

    ck_assert_int_eq(node_read_begin(n->node, &read), CW_OK);
    ck_assert_int_eq(n->store.get(read.txn, TABLE_CASE, row_key_slice(&key), &raw), CW_OK);
    ck_assert_int_eq(case_row_parse(raw, &row), CW_OK);
    node_read_done(&read);
    return row.op_count;
}

/* The daemon keeps the case, decoded, with the op unopened in it, when the officer sends the op itself. */
START_TEST(an_op_that_comes_again_with_its_content_is_folded_once)
{
    struct lab_op next;

    lab_hand_in(north, copies[COPIES - 1]);
    lab_run(lab, 2000);
    ck_assert_uint_eq(ops_folded(north), 1);
    lab_set(lab, 2, &op.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, &next);
    lab_submit(north, &op);
    lab_submit(north, &next);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(north->answers, 2);
    ck_assert_uint_eq(north->code, CW_OK);
    ck_assert_uint_eq(ops_folded(north), 2);
    lab_run(lab, 5000);
    ck_assert(lab_same_case(lab, &op.case_id));
    expect_whole();
}
END_TEST

START_TEST(a_restart_knows_all_forty)
{
    for (uint32_t i = 0; i < COPIES; i++)
        lab_hand_in(north, copies[i]);
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    expect_place(north, HLC(COPIES - COUNTING), VERDICT_EFFECTIVE);
    expect_whole();
}
END_TEST

START_TEST(a_damaged_row_behind_the_ops_own_is_found)
{
    struct row_key key = row_key_op(&op.op);
    struct refusal why = {0};
    struct kv_pair pair;
    struct node_read read;

    for (uint32_t i = 0; i < COPIES; i++)
        lab_hand_in(north, copies[i]);
    ck_assert_int_eq(node_read_begin(north->node, &read), CW_OK);
    ck_assert_int_eq(north->store.next(read.txn, TABLE_OP, row_key_slice(&key), true, &pair), CW_OK);
    ck_assert_uint_gt(pair.key.len, ID_LEN);
    memcpy(key.b, pair.key.data, pair.key.len);
    key.len = pair.key.len;
    node_read_done(&read);
    for (size_t at = 0; at < 49; at++) { /* log, seq, hlc, verdict */
        ck_assert(mem_store_flip(north->disk, TABLE_OP, row_key_slice(&key), at));
        ck_assert_msg(!lab_store_is_whole(north, &why), "byte %zu", at);
        ck_assert(mem_store_flip(north->disk, TABLE_OP, row_key_slice(&key), at));
    }
    ck_assert(lab_store_is_whole(north, &why));
}
END_TEST

Suite *suite_node_copies(void);
Suite *suite_node_copies(void)
{
    Suite *suite = suite_create("node/copies");
    TCase *t = tcase_create("copies");

    tcase_add_checked_fixture(t, two_nodes, end);
    tcase_add_test(t, an_op_in_forty_entries_counts_at_the_least_that_makes_it_so);
    tcase_add_test(t, an_op_in_forty_entries_opens_where_one_of_them_does);
    tcase_add_test(t, an_op_that_comes_again_with_its_content_is_folded_once);
    tcase_add_test(t, a_restart_knows_all_forty);
    tcase_add_test(t, a_damaged_row_behind_the_ops_own_is_found);
    suite_add_tcase(suite, t);
    return suite;
}
