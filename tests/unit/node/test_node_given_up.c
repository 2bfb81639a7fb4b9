/* SPDX-License-Identifier: Apache-2.0 */
#include "node/turn.h"
#include "tests/unit/node/lab.h"
#include <stdlib.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* A turn that comes to nothing, or that cannot speak: what it was told is not lost with it. */

#define DIALLED_IN_MS 2000
#define HOLD_MS 2000 /* as in node/turn.h */
#define ELSEWHERE (LAB_READER - 1)

static struct lab *lab;
static struct lab_node *north, *east;
static uint32_t dials, hung, said; /* said: on links at whose other end nobody is */
static link_id dialled_last;

static void count_dial(void *ctx, link_id link, const char *address, const uint8_t server_key[static KEY_LEN])
{
    (void)ctx, (void)address, (void)server_key;
    dials++;
    dialled_last = link;
}

static void count_send(void *ctx, link_id link, struct cw_slice frame)
{
    if (link == ELSEWHERE || (link & LINK_DIALLED) != 0)
        said++;
    else
        lab_send(ctx, link, frame);
}

static void count_hang(void *ctx, link_id link)
{
    (void)ctx, (void)link;
    hung++;
}

static void two_nodes(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 500);
    dials = hung = said = 0;
    north->node->ports.net.dial = count_dial;
    north->node->ports.net.hang = count_hang;
    north->node->ports.net.send = count_send;
}

static void end(void)
{
    lab_free(lab);
}

/* North dials west from now on. */
static void dial_west(void)
{
    struct node_peer west = {.division = "WST", .address = "tcp://192.0.2.1:4700", .server_key = {7}};

    struct dialled *before = north->node->dialled;

    ck_assert_int_eq(dialled_make(north->node, &west, 1, &north->node->dialled, &north->node->dialled_count), CW_OK);
    free(before);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(dials, 1);
}

static struct reader_identity west_on(link_id link)
{
    return (struct reader_identity){link, false, lab->world.daemons[WORLD_WST].id, SUBJECT_DAEMON};
}

static void turn_of(const struct input *inputs, uint32_t count)
{
    uint32_t taken;

    ck_assert_int_eq(node_turn(north->node, inputs, count, &taken), CW_OK);
    ck_assert_uint_eq(taken, count);
}

/* Its first write meets a full disk. */
static void failed_turn_of(const struct input *inputs, uint32_t count)
{
    uint64_t before = lab_counter(north, COUNTER_NO_SPACE);

    mem_store_fail(north->disk, MEM_FAULT_CALL, 1, CW_LOCAL_NO_SPACE);
    turn_of(inputs, count);
    mem_store_fail(north->disk, MEM_FAULT_NONE, 1, CW_OK);
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(lab_counter(north, COUNTER_NO_SPACE), before + 1);
}

static struct input submitted(uint32_t number, struct arena *arena, struct lab_op *out)
{
    const struct reader_identity who = {LAB_CLIENT, false, lab->world.officer.id, SUBJECT_PERSON};
    static uint8_t refusal[ANSWER_REFUSAL_LEN_MAX];
    struct writer answer = writer_over(refusal, sizeof refusal);
    const Cw__Request *request;
    struct input in;

    lab_open_case(lab, number, SPOIL_NOTHING, out);
    ck_assert_int_eq(intake_client(north->node, &who, out->request, arena, &in, &request, &answer), INTAKE_TURN);
    return in;
}

START_TEST(what_stands_behind_the_input_that_failed_is_not_lost)
{
    struct arena arena = room_arena(&lab->memory);
    struct lab_op first, second;

    dial_west();
    struct reader_identity west = west_on(dialled_last);
    const struct input up = input_link_up(&west, "WST", false);
    turn_of(&up, 1);
    const struct input inputs[] = {submitted(1, &arena, &first), input_link_down(west.link),
                                   submitted(2, &arena, &second)};
    uint32_t answers = north->answers;
    failed_turn_of(inputs, CW_COUNT(inputs));
    ck_assert_uint_eq(north->answers, answers + 2);
    ck_assert_uint_eq(north->code, CW_LOCAL_NO_SPACE);
    ck_assert_ptr_null(link_find(north->node, west.link));
    lab_run(lab, DIALLED_IN_MS);
    ck_assert_uint_eq(dials, 2);
    ck_assert_uint_eq(lab_ask(north, &second), CW_OK);
}
END_TEST

START_TEST(a_link_that_comes_up_behind_the_input_that_failed_is_greeted)
{
    struct arena arena = room_arena(&lab->memory);
    struct lab_op op;

    dial_west();
    struct reader_identity west = west_on(dialled_last);
    const struct input inputs[] = {submitted(1, &arena, &op), input_link_up(&west, "WST", false)};
    failed_turn_of(inputs, CW_COUNT(inputs));
    ck_assert_ptr_nonnull(link_find(north->node, west.link));
    lab_run(lab, HOLD_MS + 500);
    ck_assert_uint_gt(said, 0);
}
END_TEST

/* On a full disk what peers send again would come to nothing again, at once, for ever. */
START_TEST(peers_are_not_greeted_at_once_after_a_turn_that_came_to_nothing)
{
    struct arena arena = room_arena(&lab->memory);
    struct lab_op op;

    lab_run(lab, 3000);
    const struct input in = submitted(1, &arena, &op);
    failed_turn_of(&in, 1);
    ck_assert_ptr_null(east->inbox);
    lab_run(lab, HOLD_MS + 1000);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 1000);
    ck_assert(lab_same_case(lab, &op.case_id));
}
END_TEST

static enum cw_err no_reader(void *ctx, struct kv_txn **out)
{
    (void)ctx, (void)out;
    return CW_LOCAL_MEMORY;
}

/* What was decided stands: the officer is told to ask again, and what a peer lacks reaches it. */
START_TEST(a_turn_that_cannot_speak_leaves_nobody_waiting)
{
    enum cw_err (*begin_read)(void *, struct kv_txn **) = north->node->ports.store.begin_read;
    struct lab_op op;

    lab_run(lab, 3000);
    lab_open_case(lab, 1, SPOIL_HELD_BY_TWO, &op);
    north->node->ports.store.begin_read = no_reader;
    ck_assert_uint_eq(lab_ask(north, &op), CW_AGAIN_BUSY);
    ck_assert_str_eq(north->last_alarm, "store-read");
    north->node->ports.store.begin_read = begin_read;
    lab_run(lab, HOLD_MS + 1000);
    ck_assert(lab_same_case(lab, &op.case_id));
}
END_TEST

START_TEST(a_link_is_hung_up_by_a_turn_that_cannot_speak)
{
    const struct reader_identity again = {ELSEWHERE, false, lab->world.daemons[east->index].id, SUBJECT_DAEMON};
    const struct input up = input_link_up(&again, "EST", true); /* too soon behind the other: refused */

    lab_run(lab, 3000);
    north->node->ports.store.begin_read = no_reader;
    turn_of(&up, 1);
    ck_assert_uint_eq(hung, 1);
    ck_assert_ptr_null(link_find(north->node, ELSEWHERE));
}
END_TEST

Suite *suite_node_given_up(void);
Suite *suite_node_given_up(void)
{
    Suite *suite = suite_create("node/given-up");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, two_nodes, end);
    tcase_add_test(all, what_stands_behind_the_input_that_failed_is_not_lost);
    tcase_add_test(all, a_link_that_comes_up_behind_the_input_that_failed_is_greeted);
    tcase_add_test(all, peers_are_not_greeted_at_once_after_a_turn_that_came_to_nothing);
    tcase_add_test(all, a_turn_that_cannot_speak_leaves_nobody_waiting);
    tcase_add_test(all, a_link_is_hung_up_by_a_turn_that_cannot_speak);
    suite_add_tcase(suite, all);
    return suite;
}
