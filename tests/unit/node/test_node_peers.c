/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#include <check.h>
#include <stdlib.h>

/* What a reader is told of the other daemons: how far, since when, of which cases, and why. */

#define ANSWER_MEMORY_LEN ((size_t)4 << 20)

static struct lab *lab;
static struct lab_node *north, *east;
static uint8_t *memory;

static void two_nodes(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 500);
    memory = malloc(2 * ANSWER_MEMORY_LEN);
}

static void end(void)
{
    lab_free(lab);
    free(memory);
}

static const Cw__PeerRow *row_of_east(void)
{
    struct arena arena = arena_over(memory, ANSWER_MEMORY_LEN);
    struct reader_identity who = {LAB_CLIENT, false, lab->world.officer.id, SUBJECT_PERSON};
    struct answering a = {.node = north->node, .who = &who, .arena = &arena};
    Cw__Answer answer = CW__ANSWER__INIT;

    lab->now += 1000; /* peers are shown a few times a second */
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_int_eq(node_read_begin(north->node, &a.read), CW_OK);
    ck_assert_int_eq(answer_peers(&a, &answer), CW_OK);
    node_read_done(&a.read);
    for (size_t i = 0; i < answer.peers->n_rows; i++) {
        if (slice_eq(wire_slice(answer.peers->rows[i]->division), slice_of("EST")))
            return answer.peers->rows[i];
    }
    ck_abort_msg("EST is not shown");
    return NULL;
}

static void ck_bytes(ProtobufCBinaryData is, const char *expected)
{
    ck_assert_msg(slice_eq(wire_slice(is), slice_of(expected)), "%.*s", (int)is.len, (const char *)is.data);
}

static void east_leaves(enum link_end why)
{
    struct input down = input_link_down(east->index + 1);
    uint32_t taken;

    down.as.link_down.end = why;
    ck_assert_int_eq(node_turn(north->node, &down, 1, &taken), CW_OK);
}

START_TEST(a_peer_in_step_needs_no_reason)
{
    lab_run(lab, 3000);
    const Cw__PeerRow *row = row_of_east();

    ck_bytes(row->state, "in step");
    ck_assert_uint_eq(row->behind, 0);
    ck_assert(!row->has_why && !row->has_lacks_since_ms);
    ck_assert_uint_eq(row->n_lacks_cases, 0);
}
END_TEST

START_TEST(what_a_peer_lacks_is_named_by_case_and_since_when)
{
    struct lab_op first, second, third;

    lab_run(lab, 3000);
    lab->cut = true;
    east_leaves(LINK_END_CLOSED);
    lab_open_case(lab, 1, SPOIL_NOTHING, &first);
    ck_assert_uint_eq(lab_ask(north, &first), CW_OK);
    lab_open_case(lab, 2, SPOIL_NOTHING, &second);
    ck_assert_uint_eq(lab_ask(north, &second), CW_OK);
    lab_set(lab, 3, &first.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &third);
    ck_assert_uint_eq(lab_ask(north, &third), CW_OK);
    const Cw__PeerRow *row = row_of_east();
    ck_assert_uint_ge(row->behind, 3); /* and perhaps the key they were written under */
    ck_assert_uint_eq(row->n_lacks_cases, 2);
    ck_assert_mem_eq(row->lacks_cases[0].data, first.case_id.b, ID_LEN);
    ck_assert_mem_eq(row->lacks_cases[1].data, second.case_id.b, ID_LEN);
    ck_assert(row->has_lacks_since_ms && row->lacks_since_ms > 0);
    ck_assert(row->has_why);
}
END_TEST

START_TEST(a_peer_we_do_not_dial_is_said_not_to_have_called)
{
    lab_run(lab, 3000);
    east_leaves(LINK_END_CLOSED);
    ck_bytes(row_of_east()->why_code, "no-link");
}
END_TEST

START_TEST(a_cut_on_purpose_is_not_taken_for_a_fault)
{
    struct input cut = input_cut("EST", true);
    uint32_t taken;

    lab_run(lab, 3000);
    ck_assert_int_eq(node_turn(north->node, &cut, 1, &taken), CW_OK);
    ck_bytes(row_of_east()->why_code, "cut");
}
END_TEST

Suite *suite_node_peers(void);
Suite *suite_node_peers(void)
{
    Suite *s = suite_create("node/peers");
    TCase *pair = tcase_create("pair");

    tcase_add_checked_fixture(pair, two_nodes, end);
    tcase_add_test(pair, a_peer_in_step_needs_no_reason);
    tcase_add_test(pair, what_a_peer_lacks_is_named_by_case_and_since_when);
    tcase_add_test(pair, a_peer_we_do_not_dial_is_said_not_to_have_called);
    tcase_add_test(pair, a_cut_on_purpose_is_not_taken_for_a_fault);
    suite_add_tcase(s, pair);
    return s;
}
