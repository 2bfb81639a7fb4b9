/* SPDX-License-Identifier: Apache-2.0 */
#include "node/internal.h"
#include "node/receipt_tree.h"
#include "node/turn.h"
#include "proto/seen.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#include <check.h>
#include <stdlib.h>

/* What a receipt proves of who holds an op, and what is said when it cannot. */

static struct lab *lab;
static struct lab_node *north, *east;

static void start_all(uint32_t count)
{
    lab = lab_started(count, 500);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
}

static void two_nodes(void)
{
    start_all(2);
}

static void three_nodes(void)
{
    start_all(3);
}

static void end(void)
{
    lab_free(lab);
}

/* So many ops at NTH, each under a seal of its own, and everybody has them. */
static void seal_more(uint32_t count)
{
    struct lab_op op;

    for (uint32_t i = 0; i < count; i++) {
        size_t mark = arena_mark(&lab->world.arena);

        lab_open_case(lab, 100 + i, SPOIL_NOTHING, &op);
        ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
        arena_release(&lab->world.arena, mark);
    }
    lab_run(lab, 30000);
    ck_assert(lab_same_frontiers(lab));
}

struct made {
    size_t len, evidence;
    uint32_t held;
};

/* A receipt made now of NTH's op, with evidence of two others when it is to be had; `padding` stands for what else is in it. */
static void make_receipt(const struct cw_op_id *op, size_t padding, struct made *out)
{
    const size_t cap = (size_t)16 << 20;
    void *memory = malloc(cap);
    struct arena arena = arena_over(memory, cap);
    struct node_read read = {.node = north->node};
    struct receipt_making m = {&read, &arena, false};
    struct receipt_tree *tree = receipt_tree_new(&arena);
    const struct op_row row = lab_op_row(north, op);
    Cw__Receipt *receipt;

    ck_assert_int_eq(north->store.begin_read(north->store.ctx, &read.txn), CW_OK);
    ck_assert_int_eq(receipt_build_with(&read, op, &row, 0, tree, &arena, &receipt, &out->held), CW_OK);
    ck_assert_uint_eq(out->held, 1);
    receipt->path = wire_bytes(slice(arena_take(&arena, padding, 1), padding));
    receipt->has_path = padding > 0;
    ck_assert_int_eq(receipt_gather(&m, tree, row.entries[0].seq, 2, receipt, &out->held), CW_OK);
    north->store.abort(north->store.ctx, read.txn);
    out->len = protobuf_c_message_get_packed_size(&receipt->base);
    out->evidence = receipt->n_held;
    free(memory);
}

/* The officer's daemon is gone, and another one has the op: that it holds it is what its own frontier says. */
START_TEST(a_daemon_proves_that_it_holds_the_entry_of_another_division)
{
    struct lab_op op, again;
    struct receipt_facts facts;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    lab_open_case(lab, 1, SPOIL_HELD_BY_TWO, &again);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 2000);
    lab_submit(east, &again);
    lab_run(lab, 2000);
    ck_assert_uint_eq(east->answers, 1);
    ck_assert_uint_eq(east->code, CW_OK);
    ck_assert(lab_receipt_holds(east, &facts));
    ck_assert_str_eq(facts.division, "NTH");
    ck_assert_uint_eq(facts.held_by, 2);
}
END_TEST

/* Each division's evidence has 100 seals, some 20 kB: both fit, one of them, none. */
START_TEST(a_receipt_stays_within_a_frame)
{
    static const size_t paddings[] = {0, MESSAGE_LEN_MAX - 110000, MESSAGE_LEN_MAX - 80000};
    struct lab_op op;
    struct made made;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    seal_more(100);
    for (size_t i = 0; i < CW_COUNT(paddings); i++) {
        make_receipt(&op.op, paddings[i], &made);
        ck_assert_uint_eq(made.evidence, 2 - i);
        ck_assert_uint_eq(made.held, 3); /* it is known all the same */
        ck_assert_uint_lt(made.len, MESSAGE_LEN_MAX - SEEN_LEN_MAX);
    }
}
END_TEST

/* The frontiers name positions too far from the entry: what is known is said, and what can be proven is in the receipt. */
START_TEST(what_no_receipt_reaches_any_more_is_said_all_the_same)
{
    struct lab_op op, again;
    struct receipt_facts facts;
    struct made made;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    lab_open_case(lab, 1, SPOIL_HELD_BY_TWO, &again);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    seal_more(1025);
    uint32_t before = north->answers;
    lab_submit(north, &again);
    lab_run(lab, 2000);
    ck_assert_uint_eq(north->answers, before + 1);
    ck_assert_uint_eq(north->code, CW_OK);
    ck_assert(lab_receipt_holds(north, &facts));
    ck_assert_uint_eq(facts.held_by, 1);
    make_receipt(&op.op, 0, &made);
    ck_assert_uint_eq(made.evidence, 0);
    ck_assert_uint_eq(made.held, 2);
}
END_TEST

/* Whoever waits is told, and the place among the waiting ones is free again. */
START_TEST(who_waits_is_told_when_there_is_no_memory_for_the_receipt)
{
    struct lab_op op;
    struct turn *turn = north->node->turn;

    lab->cut = true;
    lab_open_case(lab, 1, SPOIL_HELD_BY_TWO, &op);
    lab_submit(north, &op);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(north->node->wait_count, 1);
    const struct arena whole = turn->arena;
    turn->arena = arena_over(NULL, 0);
    reply_held(turn, north->node->waits[0].tag, 1);
    turn->arena = whole;
    ck_assert_uint_eq(north->node->wait_count, 0);
    ck_assert_uint_eq(north->answers, 1);
    ck_assert_uint_eq(north->code, CW_AGAIN_BUSY);
}
END_TEST

Suite *suite_node_receipt(void);
Suite *suite_node_receipt(void)
{
    Suite *suite = suite_create("node/receipt");
    TCase *pair = tcase_create("pair"), *three = tcase_create("three");

    tcase_add_checked_fixture(pair, two_nodes, end);
    tcase_add_test(pair, a_daemon_proves_that_it_holds_the_entry_of_another_division);
    tcase_add_test(pair, what_no_receipt_reaches_any_more_is_said_all_the_same);
    tcase_add_test(pair, who_waits_is_told_when_there_is_no_memory_for_the_receipt);
    suite_add_tcase(suite, pair);
    tcase_add_checked_fixture(three, three_nodes, end);
    tcase_add_test(three, a_receipt_stays_within_a_frame);
    suite_add_tcase(suite, three);
    return suite;
}
