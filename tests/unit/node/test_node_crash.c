/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include <check.h>

/* The process dies, the disk fills, rows are damaged: what was acknowledged stays, what is wrong is named. */

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

/* Dies at the k-th thing it does to the outside, for every k until a whole turn fits. */
START_TEST(a_crash_at_any_point_keeps_what_was_acknowledged)
{
    for (uint32_t k = 1;; k++) {
        struct lab_op op;
        struct refusal why = {0};
        uint32_t before = north->answers;

        lab_open_case(lab, k, SPOIL_NOTHING, &op);
        lab_submit(north, &op);
        north->calls = 0;
        north->dies_at = k;
        (void)lab_turn(north);
        bool survived = !north->dead, acknowledged = north->answers > before;
        north->dies_at = 0;
        lab_crash(north);
        ck_assert_int_eq(lab_open(north), CW_OK);
        ck_assert_msg(lab_store_is_whole(north, &why), "died at %u: %s: %s", k, why.where, why.text);
        uint64_t entries = lab_counter(north, COUNTER_ENTRIES);
        ck_assert_uint_eq(lab_ask(north, &op), CW_OK); /* the same bytes again */
        if (acknowledged)
            ck_assert_uint_eq(lab_counter(north, COUNTER_ENTRIES), entries);
        if (survived)
            break;
        ck_assert_uint_lt(k, 20);
    }
    ck_assert_uint_gt(mem_store_rows(north->disk, TABLE_CASE), 2);
}
END_TEST

START_TEST(a_plain_crash_continues_the_log)
{
    struct lab_op op;
    struct receipt_facts first, second;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_receipt_holds(north, &first));
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_open_case(lab, 2, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_receipt_holds(north, &second));
    ck_assert(ID_EQ(&first.log, &second.log));
    ck_assert_uint_eq(second.seq, first.seq + 1);
}
END_TEST

static void restart_into_a_new_log(void)
{
    struct lab_op op;
    struct receipt_facts first, second;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_receipt_holds(north, &first));
    lab_crash(north);
    memset(lab->boot_id, 9, sizeof lab->boot_id); /* the machine was started again */
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_open_case(lab, 2, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_receipt_holds(north, &second));
    ck_assert(!ID_EQ(&first.log, &second.log));
}

START_TEST(a_reboot_opens_a_new_log)
{
    struct refusal why = {0};

    restart_into_a_new_log();
    ck_assert_msg(lab_store_is_whole(north, &why), "%s: %s", why.where, why.text);
}
END_TEST

START_TEST(a_full_disk_stores_nothing_and_the_daemon_goes_on)
{
    struct lab_op op;

    mem_store_limit(north->disk, mem_store_len(north->disk) + 100);
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_LOCAL_NO_SPACE);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE), 0);
    mem_store_limit(north->disk, 0);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_same_case(lab, &op.case_id));
}
END_TEST

/* Its breach is due and cannot be signed: a turn that is wanted at once would come to nothing at once, for ever. */
START_TEST(a_duty_on_a_full_disk_is_not_tried_again_at_once)
{
    struct lab_op op;

    lab_open_child(lab, 1, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 1000);
    mem_store_limit(north->disk, mem_store_len(north->disk));
    lab->now += INT64_C(1860000); /* 31 minutes */
    for (int i = 0; i < 3; i++)   /* the first may have to do with the links */
        ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_gt(lab_counter(north, COUNTER_NO_SPACE), 0);
    ck_assert_int_gt(node_wake_at(north->node).ms, lab->now);
    mem_store_limit(north->disk, 0);
    lab_run(lab, 5000);
    ck_assert_uint_gt(north->told[DUTY_BREACHED], 0);
}
END_TEST

/* What was acted on by a clock that was wrong is looked at again, though nobody saw it being set. */
START_TEST(a_clock_that_is_set_back_while_the_daemon_is_down_leaves_no_deadline_unsaid)
{
    struct lab_op op;

    lab_open_child(lab, 1, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 1000);
    lab->skew_ms = INT64_C(36000000); /* ten hours */
    lab_run(lab, 61000);              /* a clock that was set is looked at every minute */
    uint32_t told = north->told[DUTY_BREACHED];
    ck_assert_uint_gt(told, 0);
    lab_crash(north);
    lab->skew_ms = 0;
    ck_assert_int_eq(lab_open(north), CW_OK);
    lab_run(lab, 1000);
    ck_assert_uint_eq(north->told[DUTY_BREACHED], told);
    lab->now += INT64_C(1800000); /* half an hour */
    lab_run(lab, 2000);
    ck_assert_uint_gt(north->told[DUTY_BREACHED], told);
    ck_assert(lab_store_is_whole(north, &lab->why));
}
END_TEST

START_TEST(a_commit_that_fails_otherwise_ends_the_process_and_the_log)
{
    struct lab_op op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_open_case(lab, 2, SPOIL_NOTHING, &op);
    mem_store_fail(north->disk, MEM_FAULT_COMMIT, 1, CW_LOCAL_IO);
    lab_submit(north, &op);
    ck_assert_int_eq(lab_turn(north), CW_LOCAL_IO);
    uint32_t answers = north->answers;
    ck_assert_int_eq(lab_turn(north), CW_LOCAL_IO); /* for good */
    lab_crash(north);
    ck_assert_int_eq(lab_open(north), CW_OK);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert_uint_eq(north->answers, answers + 1);
}
END_TEST

START_TEST(every_read_or_write_may_fail)
{
    struct lab_op op;

    for (uint64_t k = 1;; k += 3) {
        lab_open_case(lab, (uint32_t)k, SPOIL_NOTHING, &op);
        lab_submit(north, &op);
        mem_store_fail(north->disk, MEM_FAULT_CALL, k, CW_LOCAL_NO_SPACE);
        uint64_t calls = mem_store_calls(north->disk);
        enum cw_err err = lab_turn(north);
        bool reached = mem_store_calls(north->disk) - calls >= k;
        mem_store_fail(north->disk, MEM_FAULT_NONE, 1, CW_OK);
        if (err != CW_OK) { /* a fault where the disk cannot be full: it stopped, and comes back */
            lab_crash(north);
            ck_assert_int_eq(lab_open(north), CW_OK);
        }
        ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
        if (!reached)
            break;
        ck_assert_uint_lt(k, 1000);
    }
}
END_TEST

static void expect_found(enum table table, struct row_key key)
{
    struct refusal why = {0};

    ck_assert(mem_store_flip(north->disk, table, row_key_slice(&key), 70));
    ck_assert(!lab_store_is_whole(north, &why));
    ck_assert_str_ne(why.text, "");
    ck_assert(mem_store_flip(north->disk, table, row_key_slice(&key), 70));
    ck_assert(lab_store_is_whole(north, &why));
}

START_TEST(one_flipped_bit_is_found_and_named)
{
    struct lab_op op;
    struct receipt_facts facts;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_receipt_holds(north, &facts));
    expect_found(TABLE_ENTRY, row_key_seq(&facts.log, facts.seq));
    expect_found(TABLE_SEAL, row_key_seq(&facts.log, facts.seq));
    expect_found(TABLE_BLOB, row_key_blob(&facts.log, facts.seq, BLOB_PART, 0));
    expect_found(TABLE_OP, row_key_op(&op.op));
    expect_found(TABLE_CASE, row_key_case(&op.case_id));
}
END_TEST

Suite *suite_node_crash(void);
Suite *suite_node_crash(void)
{
    Suite *suite = suite_create("node/crash");
    TCase *all = tcase_create("crash");

    tcase_add_checked_fixture(all, one_node, end);
    tcase_add_test(all, a_crash_at_any_point_keeps_what_was_acknowledged);
    tcase_add_test(all, a_plain_crash_continues_the_log);
    tcase_add_test(all, a_reboot_opens_a_new_log);
    tcase_add_test(all, a_full_disk_stores_nothing_and_the_daemon_goes_on);
    tcase_add_test(all, a_duty_on_a_full_disk_is_not_tried_again_at_once);
    tcase_add_test(all, a_clock_that_is_set_back_while_the_daemon_is_down_leaves_no_deadline_unsaid);
    tcase_add_test(all, a_commit_that_fails_otherwise_ends_the_process_and_the_log);
    tcase_add_test(all, every_read_or_write_may_fail);
    tcase_add_test(all, one_flipped_bit_is_found_and_named);
    suite_add_tcase(suite, all);
    return suite;
}
