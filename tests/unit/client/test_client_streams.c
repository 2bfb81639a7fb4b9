/* SPDX-License-Identifier: Apache-2.0 */
/* Requests whose answers go on: each frame to its own, until the daemon ends. */
#include "tests/unit/client/world.h"

#include "proto/wire.h"

struct listener {
    unsigned frames, ended;
    enum cw_err why;
};

static void hear_frame(void *context, struct cw_answer *answer)
{
    ((struct listener *)context)->frames++;
    cw_answer_close(answer);
}

static void hear_end(void *context, enum cw_err err, const struct cw_fault *fault)
{
    ck_assert_int_eq(fault->code, err);
    ((struct listener *)context)->ended++;
    ((struct listener *)context)->why = err;
}

static const struct stream_ops listening = {hear_frame, hear_end};

static struct cw_request *listen_to(struct world *w, struct listener *l)
{
    struct cw_call call = {.size = sizeof(call), .timeout_ms = PATIENT_MS, .context = l};
    struct request_plan plan = {.member = offsetof(Cw__Answer, status), .stream = &listening};
    Cw__Request message = CW__REQUEST__INIT;
    Cw__GetStatus status = CW__GET_STATUS__INIT;
    struct cw_request *request;

    message.status = &status;
    ck_assert_int_eq(client_start(w->client, &message, &call, &plan, &request), CW_OK);
    return request;
}

/* More frames at once than one round takes: the descriptor stays readable although libzmq's own falls silent. */
START_TEST(the_descriptor_stays_readable_while_frames_wait)
{
    struct world w = {0};
    struct listener l = {0};

    world_make(&w, 1, 0);
    (void)listen_to(&w, &l);
    while (l.frames == 0)
        world_turn(w.client);
    for (unsigned i = 1; i <= 10; i++) {
        fake_push(w.daemons[0], 60);
        while (l.frames < 60 * i + 1)
            world_turn(w.client);
    }
    ck_assert(world_is_quiet(w.client));
    world_done(&w);
}
END_TEST

START_TEST(a_stream_gets_every_frame_with_its_id)
{
    struct world w = {0};
    struct listener l = {0};
    struct cw_request *request;
    Cw__Request more = CW__REQUEST__INIT;

    world_make(&w, 1, 0);
    request = listen_to(&w, &l);
    while (l.frames == 0)
        world_turn(w.client);
    fake_push(w.daemons[0], 300);
    while (l.frames < 301)
        world_turn(w.client);
    ck_assert_int_eq(client_say(request, &more), CW_OK);
    while (l.frames < 302)
        world_turn(w.client);
    ck_assert_uint_eq(l.ended, 0);
    cw_request_cancel(request);
    fake_push(w.daemons[0], 3);
    ck_assert_int_eq(world_ask(&w, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(l.frames, 302);
    ck_assert_int_eq(world_view_of(&w, 0).state, CW_DAEMON_READY);
    world_done(&w);
}
END_TEST

START_TEST(a_stream_ends_with_its_daemon_and_begins_again_at_the_next)
{
    struct world w = {.scripts = {{.acts = {FAKE_ANSWER, FAKE_DIE}, .count = 2}}};
    struct listener l = {0};
    Cw__Request more = CW__REQUEST__INIT;
    struct cw_request *request;

    world_make(&w, 2, NEVER_MS);
    request = listen_to(&w, &l);
    while (l.frames == 0)
        world_turn(w.client);
    ck_assert_int_eq(client_say(request, &more), CW_OK);
    while (l.ended == 0)
        world_turn(w.client);
    ck_assert_int_eq(l.why, CW_AGAIN_NO_DAEMON);
    (void)listen_to(&w, &l);
    while (l.frames < 2)
        world_turn(w.client);
    ck_assert_uint_eq(fake_count(w.daemons[1]), 1);
    world_done(&w);
}
END_TEST

START_TEST(a_stream_that_is_refused_ends)
{
    struct world w = {.scripts = {{.acts = {FAKE_ANSWER}, .codes = {CW_REFUSED_READER}, .count = 1}}};
    struct listener l = {0};

    world_make(&w, 1, 0);
    (void)listen_to(&w, &l);
    while (l.ended == 0)
        world_turn(w.client);
    ck_assert_int_eq(l.why, CW_REFUSED_READER);
    ck_assert_uint_eq(l.frames, 0);
    world_done(&w);
}
END_TEST

Suite *suite_client_streams(void);
Suite *suite_client_streams(void)
{
    Suite *s = suite_create("client_streams");
    TCase *streams = tcase_create("streams");

    tcase_add_test(streams, the_descriptor_stays_readable_while_frames_wait);
    tcase_add_test(streams, a_stream_gets_every_frame_with_its_id);
    tcase_add_test(streams, a_stream_ends_with_its_daemon_and_begins_again_at_the_next);
    tcase_add_test(streams, a_stream_that_is_refused_ends);
    suite_add_tcase(s, streams);
    return s;
}
