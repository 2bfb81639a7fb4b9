/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/ahead.h"
#include "tests/unit/node/pair.h"

#include <check.h>

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

static void stores_nothing(enum lab_spoil spoil, enum cw_err code)
{
    uint64_t entries = lab_counter(north, COUNTER_ENTRIES);
    struct lab_op op;

    lab_open_case(lab, 1, spoil, &op);
    ck_assert_str_eq(cw_err_name((enum cw_err)lab_ask(north, &op)), cw_err_name(code));
    ck_assert_uint_eq(lab_counter(north, COUNTER_ENTRIES), entries);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE), 0);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_SUBMIT_ID), entries); /* those of the authority's records */
}

/* --- hostile ------------------------------------------------------------------------------------------------------ */

START_TEST(a_wrong_signature_is_refused)
{
    stores_nothing(SPOIL_SIGNATURE, CW_REFUSED_SIGNATURE);
}
END_TEST

START_TEST(another_network_is_refused)
{
    stores_nothing(SPOIL_NETWORK, CW_REFUSED_NETWORK);
}
END_TEST

START_TEST(an_unknown_field_is_refused)
{
    stores_nothing(SPOIL_FIELD, CW_REFUSED_UNKNOWN_FIELD);
}
END_TEST

/* An opening, too: it is the first of all duties' times. */
START_TEST(what_was_signed_by_a_clock_far_ahead_is_refused)
{
    lab->author_ms = lab->now + CLOCKS_DIFFER_MS + 60000;
    stores_nothing(SPOIL_NOTHING, CW_REFUSED_VALUE);
}
END_TEST

START_TEST(a_secret_marking_is_refused)
{
    stores_nothing(SPOIL_SECRET, CW_REFUSED_MARKING);
}
END_TEST

START_TEST(what_no_write_names_is_refused)
{
    stores_nothing(SPOIL_UNNAMED_VALUE, CW_REFUSED_MALFORMED);
    stores_nothing(SPOIL_UNNAMED_PART, CW_REFUSED_MALFORMED);
}
END_TEST

START_TEST(an_author_whom_nobody_certified_is_refused)
{
    stores_nothing(SPOIL_STRANGER, CW_REFUSED_AUTHOR);
}
END_TEST

START_TEST(a_part_that_was_not_signed_is_refused)
{
    stores_nothing(SPOIL_PART, CW_REFUSED_COMMITMENT);
}
END_TEST

START_TEST(what_no_frame_carries_to_a_peer_is_refused)
{
    stores_nothing(SPOIL_HEAVY, CW_REFUSED_SIZE);
}
END_TEST

START_TEST(garbage_is_answered_and_stores_nothing)
{
    struct lab_op op = {.request = slice_of("\xff\xff\xff\xff this is no request")};

    ck_assert_uint_eq(lab_ask(north, &op), CW_REFUSED_MALFORMED);
}
END_TEST

START_TEST(an_op_of_a_case_that_nobody_knows_is_refused)
{
    struct cw_case_id nowhere = {{9}};
    struct lab_op op;

    lab_set(lab, 1, &nowhere, FIELD_TITLE, "x", &lab->world.officer, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_REFUSED_UNKNOWN_CASE);
}
END_TEST

START_TEST(a_reused_submission_id_is_refused_and_alarmed)
{
    struct lab_op first, second;

    lab_open_case(lab, 1, SPOIL_NOTHING, &first);
    ck_assert_uint_eq(lab_ask(north, &first), CW_OK);
    lab_open_case(lab, 2, SPOIL_SAME_ID, &second);
    ck_assert_uint_eq(lab_ask(north, &second), CW_REFUSED_REUSED_ID);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_CASE), 1);
    ck_assert_str_eq(north->last_alarm, "submission-id-reused");
}
END_TEST

static const Cw__Status *ask_status(void)
{
    Cw__GetStatus ask = CW__GET_STATUS__INIT;
    Cw__Request request = CW__REQUEST__INIT;

    request.status = &ask;
    pair = (struct pair){.lab = lab, .north = north}; /* whom pair_ask() asks */
    const Cw__Answer *answer = pair_ask(&request);
    ck_assert_uint_eq(answer->code, CW_OK);
    return answer->status;
}

/* It was refused, and that is over: nobody is out of step for it, and it is told of for a day. */
START_TEST(what_was_refused_keeps_nobody_from_being_in_sync)
{
    struct lab_op first, second;

    lab_open_case(lab, 1, SPOIL_NOTHING, &first);
    ck_assert_uint_eq(lab_ask(north, &first), CW_OK);
    lab_open_case(lab, 2, SPOIL_SAME_ID, &second);
    ck_assert_uint_eq(lab_ask(north, &second), CW_REFUSED_REUSED_ID);
    const Cw__Status *status = ask_status();
    ck_assert_uint_eq(status->n_alarms, 1);
    ck_assert_ptr_nonnull(strstr((const char *)status->alarms[0]->text.data, "one submission id, two contents"));
    ck_assert_uint_eq(status->n_reasons, 0);
    lab->now += INT64_C(86400000) + 1000;
    ck_assert_uint_eq(ask_status()->n_alarms, 0);
}
END_TEST

START_TEST(a_nearly_full_disk_refuses_submissions_and_takes_authority)
{
    struct lab_op op;
    uint64_t entries = lab_counter(north, COUNTER_ENTRIES);

    mem_store_set_low(north->disk, true);
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_LOCAL_NO_SPACE);
    lab_hand_in(north, lab->late);
    ck_assert_uint_eq(lab_counter(north, COUNTER_ENTRIES), entries + 1);
}
END_TEST

/* --- accepted ------------------------------------------------------------------------------------------------------- */

START_TEST(a_receipt_verifies)
{
    struct lab_op op;
    struct receipt_facts facts;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_receipt_holds(north, &facts));
    ck_assert(ID_EQ(&facts.op_id, &op.op));
    ck_assert_uint_eq(facts.held_by, 1);
    ck_assert_str_eq(facts.division, "NTH");
}
END_TEST

START_TEST(the_same_bytes_again_get_the_same_receipt)
{
    struct lab_op op;
    struct receipt_facts first, again;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_receipt_holds(north, &first));
    uint64_t entries = lab_counter(north, COUNTER_ENTRIES);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(lab_receipt_holds(north, &again));
    ck_assert_uint_eq(first.seq, again.seq);
    ck_assert_uint_eq(first.hlc, again.hlc);
    ck_assert_uint_eq(lab_counter(north, COUNTER_ENTRIES), entries);
}
END_TEST

START_TEST(the_same_bytes_twice_in_one_turn_make_one_entry)
{
    struct lab_op op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    lab_submit(north, &op);
    lab_submit(north, &op);
    uint64_t entries = lab_counter(north, COUNTER_ENTRIES);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(north->answers, 2);
    ck_assert_uint_eq(lab_counter(north, COUNTER_ENTRIES), entries + 2); /* the key record, and the op */
}
END_TEST

START_TEST(an_op_may_follow_the_opening_in_one_turn)
{
    struct lab_op open, set;

    lab_open_case(lab, 1, SPOIL_NOTHING, &open);
    lab_set(lab, 2, &open.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &set);
    lab_submit(north, &open);
    lab_submit(north, &set);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(north->answers, 2);
    ck_assert_uint_eq(north->code, CW_OK);
    ck_assert(lab_same_case(lab, &open.case_id));
}
END_TEST

START_TEST(many_ops_of_one_case_are_one_history)
{
    struct lab_op open, set;
    struct refusal why = {0};

    lab_open_case(lab, 1, SPOIL_NOTHING, &open);
    ck_assert_uint_eq(lab_ask(north, &open), CW_OK);
    for (uint32_t i = 0; i < 40; i++) {
        lab_set(lab, 10 + i, &open.case_id, FIELD_TITLE, i % 2 == 0 ? "even" : "odd", &lab->world.officer, &set);
        ck_assert_uint_eq(lab_ask(north, &set), CW_OK);
    }
    ck_assert(lab_same_case(lab, &open.case_id));
    ck_assert_msg(lab_store_is_whole(north, &why), "%s: %s", why.where, why.text);
}
END_TEST

Suite *suite_node_submit(void);
Suite *suite_node_submit(void)
{
    Suite *suite = suite_create("node/submit");
    TCase *hostile = tcase_create("hostile"), *accepted = tcase_create("accepted");

    tcase_add_checked_fixture(hostile, one_node, end);
    tcase_add_test(hostile, what_no_frame_carries_to_a_peer_is_refused);
    tcase_add_test(hostile, a_wrong_signature_is_refused);
    tcase_add_test(hostile, another_network_is_refused);
    tcase_add_test(hostile, an_unknown_field_is_refused);
    tcase_add_test(hostile, what_was_signed_by_a_clock_far_ahead_is_refused);
    tcase_add_test(hostile, a_secret_marking_is_refused);
    tcase_add_test(hostile, what_no_write_names_is_refused);
    tcase_add_test(hostile, an_author_whom_nobody_certified_is_refused);
    tcase_add_test(hostile, a_part_that_was_not_signed_is_refused);
    tcase_add_test(hostile, garbage_is_answered_and_stores_nothing);
    tcase_add_test(hostile, an_op_of_a_case_that_nobody_knows_is_refused);
    tcase_add_test(hostile, a_reused_submission_id_is_refused_and_alarmed);
    tcase_add_test(hostile, what_was_refused_keeps_nobody_from_being_in_sync);
    tcase_add_test(hostile, a_nearly_full_disk_refuses_submissions_and_takes_authority);
    suite_add_tcase(suite, hostile);
    tcase_add_checked_fixture(accepted, one_node, end);
    tcase_add_test(accepted, a_receipt_verifies);
    tcase_add_test(accepted, the_same_bytes_again_get_the_same_receipt);
    tcase_add_test(accepted, the_same_bytes_twice_in_one_turn_make_one_entry);
    tcase_add_test(accepted, an_op_may_follow_the_opening_in_one_turn);
    tcase_add_test(accepted, many_ops_of_one_case_are_one_history);
    suite_add_tcase(suite, accepted);
    return suite;
}
