/* SPDX-License-Identifier: Apache-2.0 */
/* The machine: one descriptor, several daemons, and what happens when one of them fails. */
#include "tests/unit/client/world.h"

#include "proto/wire.h"

#include <check.h>

Suite *suite_client(void);

/* --- one daemon ------------------------------------------------------------------------------------------------ */

START_TEST(a_blocking_question_is_answered)
{
    struct world w = {0};

    world_make(&w, 1, 0);
    ck_assert_int_eq(world_view_of(&w, 0).state, CW_DAEMON_IDLE);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_int_eq(world_view_of(&w, 0).state, CW_DAEMON_READY);
    ck_assert_uint_eq(world_view_of(&w, 0).answers, 2);
    ck_assert_uint_eq(world_view_of(&w, 0).failures, 0);
    world_done(&w);
}
END_TEST

START_TEST(the_descriptor_alone_is_enough_for_many_requests_at_once)
{
    struct world w = {0};
    struct tally t = {0};

    world_make(&w, 1, 0);
    ck_assert(world_is_quiet(w.client));
    ck_assert_int_eq(cw_client_timeout_ms(w.client), -1);
    for (int i = 0; i < 700; i++)
        world_start_status(w.client, tally_done, &t, PATIENT_MS);
    while (t.done < 700)
        world_turn(w.client);
    ck_assert_uint_eq(t.failed, 0);
    ck_assert(world_is_quiet(w.client));
    ck_assert_int_eq(cw_client_timeout_ms(w.client), -1);
    world_done(&w);
}
END_TEST

START_TEST(a_deadline_makes_the_descriptor_readable)
{
    struct world w = {.scripts = {{.acts = {FAKE_SILENCE}, .count = 1}}};
    struct tally t = {0};

    world_make(&w, 1, 0);
    world_start_status(w.client, tally_done, &t, 300);
    ck_assert_int_ge(cw_client_timeout_ms(w.client), 0);
    ck_assert_int_le(cw_client_timeout_ms(w.client), 300);
    while (t.done == 0)
        world_turn(w.client);
    ck_assert_int_eq(t.last, CW_AGAIN_NO_DAEMON);
    ck_assert_str_eq(t.fault.text, "the daemon is there but did not answer in time");
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    world_done(&w);
}
END_TEST

START_TEST(an_answer_to_a_request_that_was_given_up_is_dropped)
{
    struct world w = {0};
    struct cw_call call = {.size = sizeof(call), .timeout_ms = PATIENT_MS};
    struct cw_request *request;

    world_make(&w, 1, 0);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_int_eq(cw_ask_status(w.client, &call, &request), CW_OK);
    world_turn(w.client);
    cw_request_cancel(request);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_int_eq(world_view_of(&w, 0).state, CW_DAEMON_READY);
    world_done(&w);
}
END_TEST

START_TEST(a_busy_daemon_is_asked_again)
{
    struct world w = {
        .scripts = {{.acts = {FAKE_ANSWER, FAKE_ANSWER}, .codes = {CW_AGAIN_BUSY, CW_AGAIN_BUSY}, .count = 2}}};

    world_make(&w, 1, 0);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(fake_count(w.daemons[0]), 3);
    world_done(&w);
}
END_TEST

START_TEST(a_daemon_that_dies_and_comes_back_gets_the_same_request)
{
    struct world w = {.scripts = {{.acts = {FAKE_DIE}, .count = 1}}};
    struct tally t = {0};
    uint16_t port;

    world_make(&w, 1, 0);
    port = fake_port(w.daemons[0]);
    world_start_status(w.client, tally_done, &t, PATIENT_MS);
    while (world_view_of(&w, 0).failures == 0)
        world_turn(w.client);
    fake_stop(w.daemons[0]);
    w.scripts[0].count = 0;
    w.daemons[0] = fake_start(port, script_play, &w.scripts[0]);
    while (t.done == 0)
        world_turn(w.client);
    ck_assert_int_eq(t.last, CW_OK);
    ck_assert_uint_eq(fake_count(w.daemons[0]), 1);
    world_done(&w);
}
END_TEST

START_TEST(a_wrong_key_is_said_so)
{
    struct world w = {0};
    struct cw_daemon daemon = {.address = NULL};
    struct cw_client_options options = {.size = sizeof(options), .daemons = &daemon, .daemon_count = 1};
    struct cw_fault fault;
    char address[32];

    world_make(&w, 1, 0);
    snprintf(address, sizeof(address), "tcp://127.0.0.1:%u", fake_port(w.daemons[0]));
    daemon.address = address;
    memset(daemon.key, 9, sizeof(daemon.key));
    memset(options.network_id, 1, CW_ID_LEN);
    options.identity = w.identity;
    cw_client_close(w.client);
    ck_assert_int_eq(cw_client_open(&options, &w.client, &fault), CW_OK);
    ck_assert_int_eq(world_ask(&w, 700), CW_AGAIN_NO_DAEMON);
    ck_assert_msg(strstr(cw_client_fault(w.client)->text, "wrong key") != NULL, "%s", cw_client_fault(w.client)->text);
    world_done(&w);
}
END_TEST

/* --- two daemons -------------------------------------------------------------------------------------------------- */

static const struct script honest = {.count = 0};

START_TEST(when_nobody_listens_the_next_is_asked)
{
    struct world w = {0};

    world_make(&w, 2, NEVER_MS);
    fake_stop(w.daemons[0]);
    w.daemons[0] = NULL;
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(fake_count(w.daemons[1]), 1);
    ck_assert_str_eq(world_view_of(&w, 0).fault.text, "nothing listens there");
    world_done(&w);
}
END_TEST

START_TEST(a_mark_is_over_one_day)
{
    struct world w;

    ck_assert_int_eq(world_ask_two(&w, (struct script){.acts = {FAKE_GARBAGE}, .count = 1}, honest, PATIENT_MS), CW_OK);
    ck_assert_int_gt(cw_client_timeout_ms(w.client), 0);
    w.client->daemons[0].marked_until = link_now();
    ck_assert_int_eq(cw_client_dispatch(w.client), CW_OK);
    while (world_view_of(&w, 0).state != CW_DAEMON_READY)
        world_turn(w.client);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(fake_count(w.daemons[0]), 2);
    world_done(&w);
}
END_TEST

START_TEST(when_a_daemon_dies_between_question_and_answer_the_next_is_asked)
{
    struct world w;

    ck_assert_int_eq(world_ask_two(&w, (struct script){.acts = {FAKE_DIE}, .count = 1}, honest, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(fake_count(w.daemons[0]), 1);
    ck_assert_uint_eq(fake_count(w.daemons[1]), 1);
    world_done(&w);
}
END_TEST

START_TEST(a_daemon_that_is_silent_for_too_long_is_marked)
{
    struct world w = {.scripts = {{.acts = {FAKE_SILENCE}, .count = 1}}};

    world_make(&w, 2, 200);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_int_eq(world_view_of(&w, 0).state, CW_DAEMON_MARKED);
    ck_assert_uint_eq(fake_count(w.daemons[1]), 1);
    world_done(&w);
}
END_TEST

START_TEST(a_refusal_is_the_answer)
{
    struct world w;

    ck_assert_int_eq(world_ask_two(&w, (struct script){.acts = {FAKE_ANSWER}, .codes = {CW_REFUSED_ROLE}, .count = 1},
                                   honest, PATIENT_MS),
                     CW_REFUSED_ROLE);
    ck_assert_uint_eq(fake_count(w.daemons[1]), 0);
    world_done(&w);
}
END_TEST

START_TEST(what_is_wrong_with_one_daemon_is_asked_of_the_next)
{
    static const uint32_t codes[] = {CW_LOCAL_NO_SPACE,  CW_LOCAL_IO,        CW_AGAIN_BEHIND,
                                     CW_REFUSED_NETWORK, CW_REFUSED_VERSION, 4000000000u};

    for (size_t i = 0; i < CW_COUNT(codes); i++) {
        struct world w;
        struct script first = {.acts = {FAKE_ANSWER}, .codes = {codes[i]}, .count = 1};

        ck_assert_int_eq(world_ask_two(&w, first, honest, PATIENT_MS), CW_OK);
        ck_assert_uint_eq(fake_count(w.daemons[1]), 1);
        world_done(&w);
    }
}
END_TEST

START_TEST(what_all_daemons_say_is_the_answer)
{
    struct script full = {.acts = {FAKE_ANSWER}, .codes = {CW_LOCAL_NO_SPACE}, .count = 1};
    struct script behind = {.acts = {FAKE_ANSWER}, .codes = {CW_AGAIN_BEHIND}, .count = 1, .for_ever = true};
    unsigned asked = 0;
    enum cw_err err = CW_OK;
    struct world w;

    ck_assert_int_eq(world_ask_two(&w, full, full, PATIENT_MS), CW_LOCAL_NO_SPACE);
    world_done(&w);
    /* What may pass is waited for: both are asked again and again, until the time is over. */
    for (int32_t ms = 150; asked < 2 || err != CW_AGAIN_BEHIND; ms *= 2) {
        err = world_ask_two(&w, behind, behind, ms);
        asked = fake_count(w.daemons[0]);
        world_done(&w);
        ck_assert(err == CW_AGAIN_BEHIND ||
                  err == CW_AGAIN_NO_DAEMON); /* a slow machine: asked, and the time was over */
        ck_assert_int_lt(ms, PATIENT_MS);
    }
}
END_TEST

/* Whether a certificate is valid today, a daemon's clock says: of several one may be wrong, and all are asked. */
START_TEST(what_a_clock_says_of_a_certificate_every_daemon_is_asked)
{
    struct world w;
    struct script refusing = {.acts = {FAKE_ANSWER}, .codes = {CW_REFUSED_EXPIRED}, .count = 1, .for_ever = true};

    ck_assert_int_eq(world_ask_two(&w, refusing, honest, PATIENT_MS), CW_OK);
    world_done(&w);
    ck_assert_int_eq(world_ask_two(&w, refusing, refusing, PATIENT_MS), CW_REFUSED_EXPIRED);
    ck_assert_uint_eq(fake_count(w.daemons[0]), 1);
    ck_assert_uint_eq(fake_count(w.daemons[1]), 1);
    world_done(&w);
}
END_TEST

/* Nobody was refused by a daemon that did not answer. */
START_TEST(one_clocks_word_is_not_the_last_while_another_daemon_is_away)
{
    struct world w = {
        .scripts = {{.acts = {FAKE_ANSWER}, .codes = {CW_REFUSED_EXPIRED}, .count = 1, .for_ever = true}}};

    world_make(&w, 2, 0);
    fake_stop(w.daemons[1]);
    w.daemons[1] = NULL;
    ck_assert_int_eq(world_ask(&w, 700), CW_AGAIN_NO_DAEMON);
    ck_assert_uint_eq(fake_count(w.daemons[0]), 1);
    ck_assert_ptr_nonnull(strstr(cw_client_fault(w.client)->text, cw_err_sentence(CW_REFUSED_EXPIRED)));
    world_done(&w);
}
END_TEST

START_TEST(requests_return_to_the_preferred_daemon)
{
    struct world w = {0};
    uint16_t port;

    world_make(&w, 2, NEVER_MS);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    port = fake_port(w.daemons[0]);
    fake_stop(w.daemons[0]);
    while (world_view_of(&w, 0).failures == 0)
        world_turn(w.client);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(fake_count(w.daemons[1]), 1);
    w.daemons[0] = fake_start(port, script_play, &w.scripts[0]);
    while (world_view_of(&w, 0).state != CW_DAEMON_READY)
        world_turn(w.client);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(fake_count(w.daemons[0]), 1);
    ck_assert_uint_eq(fake_count(w.daemons[1]), 1);
    world_done(&w);
}
END_TEST

/* --- callbacks and misuse --------------------------------------------------------------------------------------- */

struct rule_breaker {
    struct cw_client *client;
    struct tally tally;
    unsigned more;
    bool close;
};

static void break_rules(void *context, enum cw_err err, struct cw_answer *answer, const struct cw_fault *fault)
{
    struct rule_breaker *b = context;
    struct cw_answer *other = NULL;

    tally_done(&b->tally, err, answer, fault);
    ck_assert_int_eq(cw_client_dispatch(b->client), CW_USAGE_ORDER);
    ck_assert_int_eq(cw_client_status(b->client, 100, &other), CW_USAGE_ORDER);
    ck_assert_ptr_null(other);
    if (b->more > 0) {
        b->more--;
        world_start_status(b->client, break_rules, b, PATIENT_MS);
    } else if (b->close) {
        cw_client_close(b->client);
    }
}

START_TEST(a_callback_may_ask_but_not_block)
{
    struct world w = {0};
    struct rule_breaker b = {.more = 3};

    world_make(&w, 1, 0);
    b.client = w.client;
    world_start_status(w.client, break_rules, &b, PATIENT_MS);
    while (b.tally.done < 4)
        world_turn(w.client);
    ck_assert_uint_eq(b.tally.failed, 0);
    ck_assert(world_is_quiet(w.client));
    world_done(&w);
}
END_TEST

START_TEST(a_callback_may_close_the_handle)
{
    struct world w = {0};
    struct rule_breaker b = {.close = true};
    struct tally never = {0};

    world_make(&w, 1, 0);
    b.client = w.client;
    world_start_status(w.client, break_rules, &b, PATIENT_MS);
    while (b.tally.done == 0) {
        world_start_status(w.client, tally_done, &never, PATIENT_MS);
        if (never.done == 0)
            world_turn(w.client);
    }
    w.client = NULL;
    world_done(&w);
}
END_TEST

START_TEST(misuse_names_the_rule)
{
    struct world w = {0};
    struct cw_call call = {.size = sizeof(call), .timeout_ms = 100};
    struct cw_answer *answer = NULL;
    struct cw_request *request;
    struct tally t = {0};

    world_make(&w, 1, 0);
    ck_assert_int_eq(cw_ask_status(w.client, NULL, &request), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(cw_ask_status(w.client, &call, NULL), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(cw_client_fault(w.client)->where, "out_request");
    call.size--;
    ck_assert_int_eq(cw_ask_status(w.client, &call, &request), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(cw_client_fault(w.client)->where, "call");
    call = (struct cw_call){sizeof(call), 0, tally_done, &t};
    ck_assert_int_eq(cw_ask_status(w.client, &call, &request), CW_USAGE_ARGUMENT);
    call.timeout_ms = CW_TIMEOUT_MS_MAX + 1;
    ck_assert_int_eq(cw_ask_status(w.client, &call, &request), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(cw_client_fault(w.client)->where, "timeout_ms");
    call.timeout_ms = PATIENT_MS;
    ck_assert_int_eq(cw_ask_status(w.client, &call, &request), CW_OK);
    ck_assert_int_eq(cw_request_wait(request, &answer), CW_USAGE_ORDER);
    ck_assert_int_eq(cw_client_daemon(w.client, 1, &(struct cw_daemon_view){.size = sizeof(struct cw_daemon_view)}),
                     CW_USAGE_ARGUMENT);
    ck_assert_int_eq(cw_client_publish(w.client, &(struct cw_slice){0}, 0, 100, &answer), CW_USAGE_ORDER);
    world_done(&w);
}
END_TEST

START_TEST(a_request_above_the_limit_is_not_sent_and_says_why)
{
    struct world w = {0};
    struct cw_call call = {.size = sizeof(call), .timeout_ms = PATIENT_MS};
    uint8_t *name = calloc(1, CW_MESSAGE_LEN_MAX);
    struct cw_request *request;

    ck_assert_ptr_nonnull(name);
    memset(name, 'a', CW_MESSAGE_LEN_MAX);
    world_make(&w, 1, 0);
    ck_assert_int_eq(cw_ask_get(w.client, &call, slice(name, CW_MESSAGE_LEN_MAX), &request), CW_REFUSED_SIZE);
    ck_assert_str_eq(cw_client_fault(w.client)->where, "request");
    ck_assert_ptr_nonnull(strstr(cw_client_fault(w.client)->text, "at most 1048576 bytes, and this one has 1048"));
    world_done(&w);
    free(name);
}
END_TEST

START_TEST(wrong_options_are_named)
{
    struct cw_identity *identity = fake_identity();
    struct cw_daemon daemon = {.address = "udp://x"};
    struct cw_client_options good = {.size = sizeof(good), .identity = identity, .daemons = &daemon, .daemon_count = 1};
    struct cw_client_options bad = good;
    struct cw_client *client = NULL;
    struct cw_fault fault;

    ck_assert_int_eq(cw_client_open(&bad, &client, &fault), CW_REFUSED_NETWORK);
    memset(bad.network_id, 1, CW_ID_LEN);
    ck_assert_int_eq(cw_client_open(&bad, &client, &fault), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "address");
    daemon.address = NULL;
    ck_assert_int_eq(cw_client_open(&bad, &client, &fault), CW_USAGE_ARGUMENT);
    bad.daemon_count = CW_DAEMONS_MAX + 1;
    ck_assert_int_eq(cw_client_open(&bad, &client, &fault), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "daemons");
    bad.daemon_count = 0;
    ck_assert_int_eq(cw_client_open(&bad, &client, &fault), CW_USAGE_ARGUMENT);
    bad.attempt_ms = -1;
    ck_assert_int_eq(cw_client_open(&bad, &client, &fault), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "attempt_ms");
    bad = good;
    bad.admin_socket = "/somewhere";
    ck_assert_int_eq(cw_client_open(&bad, &client, &fault), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "admin_socket");
    ck_assert_ptr_null(client);
    cw_identity_close(identity);
}
END_TEST

START_TEST(requests_on_their_way_are_bounded)
{
    struct world w = {.scripts = {{.acts = {FAKE_SILENCE}, .count = 1}}};
    struct cw_call call = {.size = sizeof(call), .timeout_ms = PATIENT_MS, .done = tally_done};
    struct tally t = {0};

    world_make(&w, 1, 0);
    call.context = &t;
    for (int i = 0; i < CW_REQUESTS_MAX; i++)
        ck_assert_int_eq(cw_ask_status(w.client, &call, NULL), CW_OK);
    ck_assert_int_eq(cw_ask_status(w.client, &call, NULL), CW_LOCAL_MEMORY);
    while (t.done == 0)
        world_turn(w.client);
    ck_assert_int_eq(cw_ask_status(w.client, &call, NULL), CW_OK);
    world_done(&w);
}
END_TEST

Suite *suite_client(void)
{
    Suite *s = suite_create("client");
    TCase *one = tcase_create("one daemon"), *two = tcase_create("two daemons"), *rules = tcase_create("rules");

    tcase_add_test(one, a_blocking_question_is_answered);
    tcase_add_test(one, the_descriptor_alone_is_enough_for_many_requests_at_once);
    tcase_add_test(one, a_deadline_makes_the_descriptor_readable);
    tcase_add_test(one, an_answer_to_a_request_that_was_given_up_is_dropped);
    tcase_add_test(one, a_busy_daemon_is_asked_again);
    tcase_add_test(one, a_daemon_that_dies_and_comes_back_gets_the_same_request);
    tcase_add_test(one, a_wrong_key_is_said_so);
    suite_add_tcase(s, one);
    tcase_add_test(two, when_nobody_listens_the_next_is_asked);
    tcase_add_test(two, a_mark_is_over_one_day);
    tcase_add_test(two, when_a_daemon_dies_between_question_and_answer_the_next_is_asked);
    tcase_add_test(two, a_daemon_that_is_silent_for_too_long_is_marked);
    tcase_add_test(two, a_refusal_is_the_answer);
    tcase_add_test(two, what_is_wrong_with_one_daemon_is_asked_of_the_next);
    tcase_add_test(two, what_all_daemons_say_is_the_answer);
    tcase_add_test(two, what_a_clock_says_of_a_certificate_every_daemon_is_asked);
    tcase_add_test(two, one_clocks_word_is_not_the_last_while_another_daemon_is_away);
    tcase_add_test(two, requests_return_to_the_preferred_daemon);
    suite_add_tcase(s, two);
    tcase_add_test(rules, a_callback_may_ask_but_not_block);
    tcase_add_test(rules, a_callback_may_close_the_handle);
    tcase_add_test(rules, misuse_names_the_rule);
    tcase_add_test(rules, a_request_above_the_limit_is_not_sent_and_says_why);
    tcase_add_test(rules, wrong_options_are_named);
    tcase_add_test(rules, requests_on_their_way_are_bounded);
    suite_add_tcase(s, rules);
    return s;
}
