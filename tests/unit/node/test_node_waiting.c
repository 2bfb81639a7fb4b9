/* SPDX-License-Identifier: Apache-2.0 */
#include "node/internal.h"
#include "tests/unit/node/lab.h"

#include <check.h>

/* Entries that wait for a key which is here, more than one turn opens. */

#define OPS 300u

static struct lab *lab;
static struct lab_node *north;

static void one_node(void)
{
    lab = lab_new(1);
    north = &lab->nodes[0];
    lab_start(north);
}

static void end(void)
{
    lab_free(lab);
}

/* As if the key had come late: each op of north's log is listed under the key that it was sealed with, and under one that nobody has. */
static void list_as_waiting(void)
{
    const struct store_port *store = &north->store;
    struct kv_txn *txn;
    struct kv_pair key;
    struct key_record_id record, nobodys = {{0}};
    const struct log_id log = north->node->own.log;

    ck_assert_int_eq(store->begin_write(store->ctx, &txn), CW_OK);
    ck_assert_int_eq(store->next(txn, TABLE_KEY, slice("", 0), false, &key), CW_OK);
    memcpy(record.b, key.key.data, ID_LEN);
    for (uint64_t seq = 2; seq < 2 + OPS; seq++) {
        struct row_key listed = row_key_pending_key(&record, &log, seq);
        struct row_key in_vain = row_key_pending_key(&nobodys, &log, seq);

        ck_assert_int_eq(store->put(txn, TABLE_PENDING, row_key_slice(&listed), slice("", 0)), CW_OK);
        ck_assert_int_eq(store->put(txn, TABLE_PENDING, row_key_slice(&in_vain), slice("", 0)), CW_OK);
    }
    ck_assert_int_eq(store->commit(store->ctx, txn), CW_OK);
}

START_TEST(what_waits_for_a_key_that_is_here_is_opened_in_as_many_turns_as_it_takes)
{
    struct lab_op op;
    uint32_t turns = 0;

    for (uint32_t i = 1; i <= OPS; i++) {
        lab_open_case(lab, i, SPOIL_NOTHING, &op);
        ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    }
    lab_run(lab, 2000);
    list_as_waiting();
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    while (turns < 10 && node_wake_at(north->node).ms == 0) {
        turns++;
        ck_assert_int_eq(lab_turn(north), CW_OK);
    }
    ck_assert_uint_gt(turns, 1);
    ck_assert_uint_lt(turns, 10);
    lab_run(lab, 5000);                                                 /* what was touched is folded */
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_PENDING), OPS); /* those of nobody's key */
    ck_assert_msg(lab_store_is_whole(north, &lab->why), "%s", lab->why.text);
}
END_TEST

Suite *suite_node_waiting(void);
Suite *suite_node_waiting(void)
{
    Suite *suite = suite_create("node/waiting");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, one_node, end);
    tcase_add_test(all, what_waits_for_a_key_that_is_here_is_opened_in_as_many_turns_as_it_takes);
    suite_add_tcase(suite, all);
    return suite;
}
