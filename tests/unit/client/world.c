/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/world.h"

#include <poll.h>

enum fake_act script_play(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    const struct script *s = context;

    if (s->for_ever && nth >= s->count)
        nth = s->count - 1;
    if (nth >= s->count)
        return fake_status(NULL, request, nth, out);
    if (s->codes[nth] == 0)
        (void)fake_status(NULL, request, nth, out);
    out->has_code = s->codes[nth] != 0;
    out->code = s->codes[nth];
    return s->acts[nth];
}

void world_make(struct world *w, size_t count, int32_t attempt_ms)
{
    w->identity = fake_identity();
    for (size_t i = 0; i < count; i++)
        w->daemons[i] = fake_start(0, script_play, &w->scripts[i]);
    w->client = fake_client(w->identity, attempt_ms, count, w->daemons);
}

void world_done(struct world *w)
{
    cw_client_close(w->client);
    fake_stop(w->daemons[0]);
    fake_stop(w->daemons[1]);
    cw_identity_close(w->identity);
}

enum cw_err world_ask(struct world *w, int32_t timeout_ms)
{
    struct cw_answer *answer = NULL;
    enum cw_err err = cw_client_status(w->client, timeout_ms, &answer);

    ck_assert_int_eq(err == CW_OK, answer != NULL);
    cw_answer_close(answer);
    return err;
}

struct cw_daemon_view world_view_of(const struct world *w, size_t index)
{
    struct cw_daemon_view view = {.size = sizeof(view)};

    ck_assert_int_eq(cw_client_daemon(w->client, index, &view), CW_OK);
    return view;
}

enum cw_err world_ask_two(struct world *w, struct script first, struct script second, int32_t timeout_ms)
{
    *w = (struct world){.scripts = {first, second}};
    world_make(w, 2, NEVER_MS);
    return world_ask(w, timeout_ms);
}

void tally_done(void *context, enum cw_err err, struct cw_answer *answer, const struct cw_fault *fault)
{
    struct tally *t = context;

    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, err);
    ck_assert_int_eq(err == CW_OK, answer != NULL);
    cw_answer_close(answer);
    t->done++;
    t->failed += err != CW_OK;
    t->last = err;
    t->fault = *fault;
}

void world_start_status(struct cw_client *client, cw_done *done, void *context, int32_t timeout_ms)
{
    struct cw_call call = {sizeof(call), timeout_ms, done, context};

    ck_assert_int_eq(cw_ask_status(client, &call, NULL), CW_OK);
}

void world_turn(struct cw_client *client)
{
    struct pollfd wait = {.fd = cw_client_fd(client), .events = POLLIN};

    ck_assert_int_eq(poll(&wait, 1, PATIENT_MS), 1);
    ck_assert_int_eq(cw_client_dispatch(client), CW_OK);
}

bool world_is_quiet(struct cw_client *client)
{
    struct pollfd wait = {.fd = cw_client_fd(client), .events = POLLIN};

    return poll(&wait, 1, 0) == 0;
}
