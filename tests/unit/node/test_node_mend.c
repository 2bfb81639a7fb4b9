/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include "node/entry.h"
#include <check.h>

/* A store of rows' format 12 that lacks a row is opened all the same, and made whole or said to be not. */

#define MORE (OP_ENTRIES_MAX + 3) /* entries than a row lists */
#define HLC(i) (((uint64_t)(WORLD_TIME_MS + 500) << 16) + (i))

static struct lab *lab;
static struct lab_node *north;
static struct lab_op opening, other, note;
static struct kv_txn *txn;

/* North holds the note's own entry and many that only name it. */
static void one_node(void)
{
    lab = lab_new(1);
    lab->logs_max = 128;
    north = &lab->nodes[0];
    lab_start(north);
    lab_run(lab, 2000);
    lab_open_case(lab, 1, SPOIL_NOTHING, &opening);
    lab_open_case(lab, 2, SPOIL_NOTHING, &other);
    ck_assert_uint_eq(lab_ask(north, &opening), CW_OK);
    ck_assert_uint_eq(lab_ask(north, &other), CW_OK);
    lab_set(lab, 3, &opening.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, &note);
    ck_assert_uint_eq(lab_ask(north, &note), CW_OK);
    for (uint32_t i = 0; i < MORE; i++)
        lab_hand_in(north, lab_sealed_copy(lab, &note, &other, NULL, 1 + i, HLC(1 + i)));
    lab_run(lab, 2000);
}

static void end(void)
{
    lab_free(lab);
}

static void begin_old(void)
{
    struct row_key key = row_key_text(META_STORE);
    uint8_t bytes[256];
    struct cw_slice raw;

    ck_assert_int_eq(north->store.begin_write(north->store.ctx, &txn), CW_OK);
    ck_assert_int_eq(north->store.get(txn, TABLE_META, row_key_slice(&key), &raw), CW_OK);
    memcpy(bytes, raw.data, raw.len);
    bytes[3] = ROWS_FORMAT_NAMED - 1;
    ck_assert_int_eq(north->store.put(txn, TABLE_META, row_key_slice(&key), slice(bytes, raw.len)), CW_OK);
}

static void take_away(enum table table, struct row_key key)
{
    begin_old();
    ck_assert_int_eq(north->store.del(txn, table, row_key_slice(&key)), CW_OK);
    ck_assert_int_eq(north->store.commit(north->store.ctx, txn), CW_OK);
    lab_crash(north);
}

START_TEST(an_op_without_a_row_is_listed_and_judged_again)
{
    struct refusal why = {0};
    struct op_row row;

    take_away(TABLE_OP, row_key_op(&note.op));
    ck_assert_int_eq(lab_open_with(north, &why), CW_OK);
    lab_run(lab, 5000);
    row = lab_op_row(north, &note.op);
    ck_assert_uint_eq(row.entry_count + row.more, 1 + MORE);
    ck_assert_int_eq(op_row_verdict(&row, NULL), VERDICT_EFFECTIVE);
    ck_assert(row.has_case && ID_EQ(&row.case_id, &opening.case_id));
    ck_assert_uint_eq(lab_counter(north, COUNTER_PENDING), 0);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE), 2);
    ck_assert_msg(lab_store_is_whole(north, &why), "%s: %s", why.where, why.text);
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert_msg(lab_store_is_whole(north, &why), "%s: %s", why.where, why.text);
}
END_TEST

/* Which no daemon can make again: it starts, and whoever verifies the store is told. */
START_TEST(an_entry_that_is_gone_keeps_no_daemon_from_starting)
{
    struct op_row row = lab_op_row(north, &note.op);
    struct refusal why = {0};
    uint32_t at = 0;

    while (row.entries[at].own)
        at++;
    take_away(TABLE_ENTRY, row_key_seq(&row.entries[at].log, row.entries[at].seq));
    ck_assert_msg(lab_open_with(north, &why) == CW_OK, "%s: %s", why.where, why.text);
    lab_run(lab, 5000);
    ck_assert(!lab_store_is_whole(north, &why));
}
END_TEST

Suite *suite_node_mend(void);
Suite *suite_node_mend(void)
{
    Suite *suite = suite_create("node/mend");
    TCase *t = tcase_create("mend");

    tcase_add_checked_fixture(t, one_node, end);
    tcase_add_test(t, an_op_without_a_row_is_listed_and_judged_again);
    tcase_add_test(t, an_entry_that_is_gone_keeps_no_daemon_from_starting);
    suite_add_tcase(suite, t);
    return suite;
}
