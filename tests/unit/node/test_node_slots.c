/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab_logs.h"

#include "node/entry.h"
#include <check.h>

/* Slots of the keyring are few, and never given back: only what counts takes one, and having none left costs no turn. */

#define SLOTS 20u /* of the nodes here; 18 are nine tenths */
#define HLC(i) (((uint64_t)(WORLD_TIME_MS + 500) << 16) + (i))

static struct lab *lab;
static struct lab_node *north, *east;
static uint32_t number;

static void two_nodes(void)
{
    lab = lab_new(2);
    lab->logs_max = 128;
    lab->slots_max = SLOTS;
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    number = 0;
    lab_start(north);
    lab_start(east);
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

static struct case_row row_of(struct lab_node *n, const struct cw_case_id *id, struct case_line *out_line)
{
    static uint8_t memory[1 << 16];
    struct arena arena = arena_over(memory, sizeof memory);
    struct node_read read;
    struct case_row row;

    ck_assert_int_eq(node_read_begin(n->node, &read), CW_OK);
    ck_assert_int_eq(case_row_read(&read, id, &arena, &row, out_line), CW_OK);
    node_read_done(&read);
    return row;
}

static uint32_t slot_of(struct lab_node *n, const struct lab_op *op)
{
    struct case_line line;
    struct case_row row = row_of(n, &op->case_id, &line);

    ck_assert_msg(line.status.len > 0 || row.kind == KIND_NONE, "its line does not open");
    return row.slot;
}

/* How the wraps of the op's first entry are kept. */
static uint8_t kept(struct lab_node *n, const struct lab_op *op)
{
    struct op_row row = lab_op_row(n, &op->op);
    struct row_key key = row_key_blob(&row.entries[0].log, row.entries[0].seq, BLOB_WRAPS, 0);
    struct cw_slice raw;
    struct kv_txn *txn;

    ck_assert_int_eq(n->store.begin_read(n->store.ctx, &txn), CW_OK);
    ck_assert_int_eq(n->store.get(txn, TABLE_BLOB, row_key_slice(&key), &raw), CW_OK);
    uint8_t how = raw.data[0];
    n->store.abort(n->store.ctx, txn);
    return how;
}

static void open_case(struct lab_node *n, struct lab_op *out)
{
    lab_open_case(lab, ++number, SPOIL_NOTHING, out);
    ck_assert_uint_eq(lab_ask(n, out), CW_OK);
    lab_run(lab, 5000);
}

static void restart(struct lab_node *n)
{
    lab_crash(n);
    lab_run(lab, 1000);
    lab_start(n);
    lab_run(lab, 5000);
}

START_TEST(what_is_void_takes_no_slot_for_the_case_that_it_names)
{
    struct lab_op ops[4];
    uint32_t before = north->node->slot_max;

    for (uint32_t i = 0; i < CW_COUNT(ops); i++) {
        lab_open_case(lab, ++number, SPOIL_NOTHING, &ops[i]);
        lab_hand_in(north, lab_copy(lab, &ops[i], i, HLC(i), false));
    }
    lab_run(lab, 5000);
    ck_assert_uint_eq(lab_counter(north, COUNTER_VOID), CW_COUNT(ops));
    ck_assert_uint_eq(north->node->slot_max, before);
    expect_whole();
    restart(north);

    ck_assert_uint_eq(lab_ask(north, &ops[2]), CW_OK); /* the same op, which its author's own daemon says */
    lab_run(lab, 5000);
    for (uint32_t i = 0; i < lab->count; i++) {
        ck_assert_uint_eq(lab->nodes[i].node->slot_max, before + 1);
        ck_assert_uint_eq(slot_of(&lab->nodes[i], &ops[2]), before + 1);
    }
    ck_assert(lab_same_case(lab, &ops[2].case_id) && lab_same_frontiers(lab));
    expect_whole();
}
END_TEST

/* Its author's certificate comes after it: what waits is sealed under the case's own key as soon as it counts. */
START_TEST(what_waits_takes_a_slot_when_it_counts)
{
    struct lab_hand authority = *lab->authority_hand;
    struct cw_slice late = lab_hand_one(&authority, lab_issue(lab, &lab->late_officer));
    uint32_t before = north->node->slot_max;
    struct lab_op op;

    lab->authority_at = (struct position){authority.log, authority.seq, authority.prev};
    lab_open_case(lab, ++number, SPOIL_STRANGER, &op);
    lab_hand_in(north, lab_copy(lab, &op, 1, HLC(1), true));
    lab_run(lab, 5000);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PENDING), 1);
    ck_assert_uint_eq(north->node->slot_max, before);
    ck_assert_uint_eq(kept(north, &op), WRAPS_SHARED);
    expect_whole();

    lab_hand_in(north, late);
    lab_run(lab, 5000);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PENDING), 0);
    ck_assert_uint_eq(slot_of(north, &op), before + 1);
    ck_assert_uint_eq(kept(north, &op), WRAPS_SEALED);
    ck_assert_uint_eq(kept(east, &op), WRAPS_SEALED);
    expect_whole();
    restart(north);
    expect_whole();
}
END_TEST

START_TEST(a_keyring_without_a_slot_left_costs_a_case_its_own_key_and_nothing_else)
{
    struct lab_op before, op, set;
    struct case_line line;

    open_case(north, &before);
    keyring_used(north->node->keyring, SLOTS - 1); /* all others were given out */
    open_case(north, &op);
    ck_assert_str_eq(north->last_alarm, "keyring-full");
    ck_assert_uint_eq(north->alarms, 1);
    ck_assert(case_slot_is_shared(north->node, slot_of(north, &op)));
    ck_assert(!case_slot_is_shared(east->node, slot_of(east, &op)));
    lab_set(lab, ++number, &op.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(east, &set), CW_OK); /* what comes from others too */
    lab_run(lab, 5000);
    ck_assert(lab_same_case(lab, &op.case_id) && lab_same_case(lab, &before.case_id) && lab_same_frontiers(lab));
    ck_assert_uint_eq(row_of(north, &op.case_id, &line).flags & CASE_INCOMPLETE, 0);
    ck_assert(slice_eq(line.title, slice_of("Operation Teasel")));
    ck_assert_uint_eq(kept(north, &op), WRAPS_SHARED);
    ck_assert_uint_eq(north->alarms, 1); /* said once */
    expect_whole();
}
END_TEST

/* Slots that no row names are free again after a start. */
START_TEST(a_case_that_found_no_slot_gets_one_when_there_is_one)
{
    struct lab_op op, set;
    struct case_line line;

    keyring_used(north->node->keyring, SLOTS - 1);
    open_case(north, &op);
    restart(north);
    ck_assert(lab_same_case(lab, &op.case_id));
    ck_assert(case_slot_is_shared(north->node, slot_of(north, &op)));
    lab_set(lab, ++number, &op.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(north, &set), CW_OK);
    lab_run(lab, 5000);
    ck_assert(!case_slot_is_shared(north->node, row_of(north, &op.case_id, &line).slot));
    ck_assert(slice_eq(line.title, slice_of("Operation Teasel")));
    ck_assert_uint_eq(kept(north, &set), WRAPS_SEALED);
    ck_assert(lab_same_case(lab, &op.case_id));
    expect_whole();
}
END_TEST

START_TEST(a_key_that_rotted_when_no_slot_is_left_costs_no_turn)
{
    struct lab_op op, set;

    open_case(north, &op);
    north->keyring.bytes[64 + (size_t)64 * slot_of(north, &op) + 20] ^= 4;
    keyring_used(north->node->keyring, SLOTS - 1);
    lab_set(lab, ++number, &op.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(north, &set), CW_OK);
    lab_run(lab, 5000);
    ck_assert(case_slot_is_shared(north->node, slot_of(north, &op)));
    ck_assert(lab_same_case(lab, &op.case_id) && lab_same_frontiers(lab));
    expect_whole();
}
END_TEST

START_TEST(a_keyring_that_is_nearly_full_is_said_once_and_at_every_start)
{
    struct lab_op op;

    keyring_used(north->node->keyring, SLOTS / 10 * 9 - 2);
    open_case(north, &op);
    ck_assert_uint_eq(north->alarms, 1);
    ck_assert_str_eq(north->last_alarm, "keyring-filling");
    open_case(north, &op);
    ck_assert_uint_eq(north->alarms, 1);
    restart(north);
    ck_assert_uint_eq(north->alarms, 2);
    ck_assert_str_eq(north->last_alarm, "keyring-filling");
}
END_TEST

Suite *suite_node_slots(void);
Suite *suite_node_slots(void)
{
    Suite *suite = suite_create("node/slots");
    TCase *t = tcase_create("slots");

    tcase_add_checked_fixture(t, two_nodes, end);
    tcase_add_test(t, what_is_void_takes_no_slot_for_the_case_that_it_names);
    tcase_add_test(t, what_waits_takes_a_slot_when_it_counts);
    tcase_add_test(t, a_keyring_without_a_slot_left_costs_a_case_its_own_key_and_nothing_else);
    tcase_add_test(t, a_case_that_found_no_slot_gets_one_when_there_is_one);
    tcase_add_test(t, a_key_that_rotted_when_no_slot_is_left_costs_no_turn);
    tcase_add_test(t, a_keyring_that_is_nearly_full_is_said_once_and_at_every_start);
    suite_add_tcase(suite, t);
    return suite;
}
