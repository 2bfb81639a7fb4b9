/* SPDX-License-Identifier: Apache-2.0 */
/* A daemon that answers what cannot be: it is named and marked, the handle stays usable, and the next one is asked. */
#include "tests/unit/client/world.h"

#include "proto/wire.h"

#include <stdio.h>

Suite *suite_client_garbage(void);

static const struct script honest = {.count = 0};

/* Of two daemons, whoever reads the complaint must know which one to look after. */
static void expect_address(const struct world *w, size_t index, const char *where)
{
    char address[64];

    snprintf(address, sizeof(address), "tcp://127.0.0.1:%u", fake_port(w->daemons[index]));
    ck_assert_str_eq(where, address);
}

START_TEST(garbage_leaves_the_handle_usable)
{
    static const enum fake_act garbage[] = {FAKE_GARBAGE, FAKE_SEVERAL};

    for (size_t i = 0; i < CW_COUNT(garbage); i++) {
        struct world w = {.scripts = {{.acts = {garbage[i]}, .count = 1}}};

        world_make(&w, 1, 0);
        ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_PEER_MALFORMED);
        ck_assert_int_eq(world_view_of(&w, 0).state, CW_DAEMON_MARKED);
        ck_assert_uint_eq(world_view_of(&w, 0).failures, 1);
        ck_assert_int_eq(world_view_of(&w, 0).fault.code, CW_PEER_MALFORMED);
        expect_address(&w, 0, world_view_of(&w, 0).fault.where);
        expect_address(&w, 0, cw_client_fault(w.client)->where);
        ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
        world_done(&w);
    }
}
END_TEST

START_TEST(after_garbage_the_next_is_asked)
{
    static const enum fake_act garbage[] = {FAKE_GARBAGE, FAKE_SEVERAL};
    struct world w;

    for (size_t i = 0; i < CW_COUNT(garbage); i++) {
        ck_assert_int_eq(world_ask_two(&w, (struct script){.acts = {garbage[i]}, .count = 1}, honest, PATIENT_MS),
                         CW_OK);
        ck_assert_int_eq(world_view_of(&w, 0).state, CW_DAEMON_MARKED);
        /* While the mark lasts nobody asks it. */
        ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
        ck_assert_uint_eq(fake_count(w.daemons[0]), 1);
        ck_assert_uint_eq(fake_count(w.daemons[1]), 2);
        world_done(&w);
    }
}
END_TEST

/* The second is no better: the request ends, and names the one that was asked last. */
START_TEST(when_all_answer_garbage_each_is_marked_and_one_is_named)
{
    static const struct script garbage = {.acts = {FAKE_GARBAGE}, .count = 1};
    struct world w;

    ck_assert_int_eq(world_ask_two(&w, garbage, garbage, PATIENT_MS), CW_PEER_MALFORMED);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(world_view_of(&w, i).state, CW_DAEMON_MARKED);
        expect_address(&w, i, world_view_of(&w, i).fault.where);
    }
    expect_address(&w, 1, cw_client_fault(w.client)->where);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    world_done(&w);
}
END_TEST

static enum fake_act answer_another_question(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    static Cw__Peers peers = CW__PEERS__INIT;

    (void)context;
    (void)request;
    (void)nth;
    out->peers = &peers;
    return FAKE_ANSWER;
}

START_TEST(an_answer_to_another_question_is_garbage)
{
    struct world w = {.identity = fake_identity()};

    w.daemons[0] = fake_start(0, answer_another_question, NULL);
    w.daemons[1] = fake_start(0, fake_status, NULL);
    w.client = fake_client(w.identity, NEVER_MS, 2, w.daemons);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_int_eq(world_view_of(&w, 0).state, CW_DAEMON_MARKED);
    ck_assert_str_eq(world_view_of(&w, 0).fault.text, "the daemon answered another question");
    expect_address(&w, 0, world_view_of(&w, 0).fault.where);
    world_done(&w);
}
END_TEST

static enum fake_act answer_about_one_op(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    static Cw__Submitted submitted = CW__SUBMITTED__INIT;

    (void)request;
    (void)nth;
    submitted.has_op_id = 1;
    submitted.op_id = wire_bytes(slice(context, CW_ID_LEN));
    out->submitted = &submitted;
    return FAKE_ANSWER;
}

START_TEST(a_receipt_of_another_op_is_garbage)
{
    struct world w = {.identity = fake_identity()};
    struct cw_op_id op = {{1}}, other = {{2}};
    struct cw_answer *answer = NULL;

    w.daemons[0] = fake_start(0, answer_about_one_op, op.b);
    w.client = fake_client(w.identity, 0, 1, w.daemons);
    ck_assert_int_eq(cw_client_receipt(w.client, &other, PATIENT_MS, &answer), CW_PEER_MALFORMED);
    ck_assert_int_eq(cw_client_receipt(w.client, &op, PATIENT_MS, &answer), CW_OK);
    cw_answer_close(answer);
    world_done(&w);
}
END_TEST

Suite *suite_client_garbage(void)
{
    Suite *s = suite_create("client/garbage");
    TCase *c = tcase_create("garbage");

    tcase_add_test(c, garbage_leaves_the_handle_usable);
    tcase_add_test(c, after_garbage_the_next_is_asked);
    tcase_add_test(c, when_all_answer_garbage_each_is_marked_and_one_is_named);
    tcase_add_test(c, an_answer_to_another_question_is_garbage);
    tcase_add_test(c, a_receipt_of_another_op_is_garbage);
    suite_add_tcase(s, c);
    return s;
}
