/* SPDX-License-Identifier: Apache-2.0 */
#include "node/rows.h"
#include "tests/unit/node/lab.h"

#include <check.h>

/* What other daemons say that they hold, as it is stored. */

static struct lab *lab;
static struct lab_node *north;

static void two_nodes(void)
{
    lab = lab_started(2, 3000);
    north = &lab->nodes[0];
}

static void end(void)
{
    lab_free(lab);
}

/* --- a store that counts --------------------------------------------------------------------------------------- */

static enum cw_err (*real_put)(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice value);
static uint32_t heads_put, items_put;

static enum cw_err counting_put(struct kv_txn *txn, enum table table, struct cw_slice key, struct cw_slice value)
{
    heads_put += table == TABLE_PEER && key.len == ID_LEN;
    items_put += table == TABLE_PEER && key.len == (size_t)2 * ID_LEN;
    return real_put(txn, table, key, value);
}

static void count_puts(void)
{
    lab_crash(north);
    real_put = north->store.put;
    north->store.put = counting_put;
    heads_put = items_put = 0;
    lab_start(north);
}

/* --------------------------------------------------------------------------------------------------------------- */

/* A new session begins with the whole frontier, and nothing in it is new. */
START_TEST(what_a_peer_says_again_is_not_written_again)
{
    ck_assert_uint_gt(mem_store_rows(north->disk, TABLE_PEER), 1);
    count_puts();
    lab_run(lab, 10000);
    ck_assert_uint_ge(heads_put, 1);
    ck_assert_uint_eq(items_put, 0);
}
END_TEST

START_TEST(what_changed_is_written)
{
    struct lab_op op;

    count_puts();
    lab_run(lab, 10000);
    uint32_t before = items_put;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 3000);
    ck_assert_uint_gt(items_put, before); /* the peer holds it too */
}
END_TEST

Suite *suite_node_frontiers(void);
Suite *suite_node_frontiers(void)
{
    Suite *suite = suite_create("node/frontiers");
    TCase *c = tcase_create("frontiers");

    tcase_add_checked_fixture(c, two_nodes, end);
    tcase_add_test(c, what_a_peer_says_again_is_not_written_again);
    tcase_add_test(c, what_changed_is_written);
    suite_add_tcase(suite, c);
    return suite;
}
