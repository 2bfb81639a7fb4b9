/* SPDX-License-Identifier: Apache-2.0 */
/* A request's life: started, sent to this daemon or that, done, waited for, given up. */
#include "lib/client.h"
#include "lib/fault.h"
#include "lib/need.h"
#include "lib/unpack.h"
#include "proto/sign.h"

#include <stdlib.h>

#define RETRY_MS_MIN 50
#define RETRY_MS_MAX 1000

/* --- slots: an answer's id says which, chance says that it is that request and no other --------------------- */

static bool take_slot(struct cw_client *client, struct cw_request *request)
{
    for (uint32_t i = 0; i < CW_REQUESTS_MAX; i++) {
        uint32_t slot = (client->slot_hint + i) % CW_REQUESTS_MAX;

        if (client->requests[slot] != NULL)
            continue;
        client->requests[slot] = request;
        client->request_count++;
        client->slot_hint = slot + 1;
        request->slot = slot;
        random_bytes(request->id, sizeof(request->id));
        for (int b = 0; b < 4; b++)
            request->id[b] = (uint8_t)(slot >> (24 - 8 * b));
        return true;
    }
    return false;
}

struct cw_request *request_find(const struct cw_client *client, struct cw_slice id)
{
    struct cw_request *request;
    uint32_t slot;

    if (id.len != sizeof(request->id))
        return NULL;
    slot = (uint32_t)id.data[0] << 24 | (uint32_t)id.data[1] << 16 | (uint32_t)id.data[2] << 8 | id.data[3];
    request = slot < CW_REQUESTS_MAX ? client->requests[slot] : NULL;
    return request != NULL && memcmp(request->id, id.data, id.len) == 0 ? request : NULL;
}

void request_free(struct cw_request *request)
{
    struct cw_client *client = request->client;

    client->requests[request->slot] = NULL;
    client->request_count--;
    client->requests_len -= request->bytes.len;
    buf_done(&request->bytes);
    cw_answer_close(request->answer);
    free(request);
}

/* --- starting ----------------------------------------------------------------------------------------------- */

static enum cw_err check_call(struct cw_client *client, const struct cw_call *call, const struct request_plan *plan,
                              struct cw_request **out_request)
{
    if (call == NULL || call->size != sizeof(*call))
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "call", "its size is not that of this library's cw_call");
    if (call->timeout_ms < 1 || call->timeout_ms > CW_TIMEOUT_MS_MAX)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "timeout_ms", "must be 1 to %d", CW_TIMEOUT_MS_MAX);
    if (call->done == NULL && plan->stream == NULL && out_request == NULL)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "out_request",
                         "a request without a callback must be kept, to be waited for");
    if (client->closing)
        return fault_set(&client->fault, CW_USAGE_ORDER, "client", "the handle is being closed");
    return CW_OK;
}

/* A daemon would hang up on it, and say nothing. */
static enum cw_err explain_size(struct cw_client *client, enum cw_err err, size_t len)
{
    if (err != CW_REFUSED_SIZE)
        return fault_set(&client->fault, err, "request", "%s", cw_err_sentence(err));
    return fault_set(&client->fault, err, "request",
                     "a request has at most %d bytes, and this one has %zu: it was not sent; say it in several",
                     CW_MESSAGE_LEN_MAX, len);
}

static enum cw_err pack(struct cw_request *request, Cw__Request *message)
{
    struct cw_client *client = request->client;
    enum cw_err err;

    message->has_v = message->has_id = true;
    message->v = 1;
    message->id = wire_bytes(slice(request->id, sizeof(request->id)));
    message->has_network = !client->admin || !id_is_zero(client->network);
    message->network = wire_bytes(slice(client->network, CW_ID_LEN));
    message->has_track = message->track = request->session != SESSION_NONE && client->session != NULL;
    err = message_pack(&message->base, CW_MESSAGE_LEN_MAX, &request->bytes);
    if (err != CW_OK) {
        buf_done(&request->bytes);
        return explain_size(client, err, protobuf_c_message_get_packed_size(&message->base));
    }
    client->requests_len += request->bytes.len;
    if (client->requests_len > CW_REQUESTS_LEN_MAX)
        return fault_set(&client->fault, CW_LOCAL_MEMORY, "request", "more than %d bytes are on their way already",
                         CW_REQUESTS_LEN_MAX);
    return CW_OK;
}

static void fill(struct cw_request *request, const struct cw_call *call, const struct request_plan *plan)
{
    request->member = plan->member;
    request->has_op = plan->op != NULL;
    if (plan->op != NULL)
        request->op = *plan->op;
    request->session = plan->session;
    request->patience_ms = plan->patience_ms;
    request->stream = plan->stream;
    request->deadline = mono_after(link_now(), call->timeout_ms);
    request->attempt = CW_NEVER;
    request->retry_ms = RETRY_MS_MIN;
    request->done = call->done;
    request->context = call->context;
}

enum cw_err client_start(struct cw_client *client, Cw__Request *message, const struct cw_call *call,
                         const struct request_plan *plan, struct cw_request **out_request)
{
    struct cw_request *request;
    enum cw_err err = check_call(client, call, plan, out_request);

    if (err != CW_OK)
        return err;
    request = calloc(1, sizeof(*request));
    if (request == NULL)
        return fault_plain(&client->fault, CW_LOCAL_MEMORY, "request");
    request->client = client;
    if (!take_slot(client, request)) {
        free(request);
        return fault_set(&client->fault, CW_LOCAL_MEMORY, "request", "%d requests are on their way already",
                         CW_REQUESTS_MAX);
    }
    fill(request, call, plan);
    err = pack(request, message);
    if (err != CW_OK) {
        request_free(request);
        return err;
    }
    if (out_request != NULL)
        *out_request = request;
    /* Inside a callback the round that called it goes on to send; outside, the descriptor says that there is a round. */
    if (!client->inside)
        loop_settle(client);
    return CW_OK;
}

enum cw_err client_wait_for(enum cw_err started, struct cw_request *request, struct cw_answer **out_answer)
{
    struct cw_client *client;

    if (request == NULL)
        return started;
    client = request->client;
    if (!client->inside)
        return cw_request_wait(request, out_answer);
    cw_request_cancel(request);
    return fault_set(&client->fault, CW_USAGE_ORDER, "client", "a callback may not block on its own handle");
}

enum cw_err client_ask(struct cw_client *client, Cw__Request *message, const struct request_plan *plan,
                       int32_t timeout_ms, struct cw_answer **out_answer)
{
    struct cw_call call = {.size = sizeof(call), .timeout_ms = timeout_ms};
    struct cw_request *request = NULL;
    enum cw_err err = client_start(client, message, &call, plan, &request);

    return client_wait_for(err, request, out_answer);
}

enum cw_err client_say(struct cw_request *request, Cw__Request *message)
{
    struct cw_client *client = request->client;
    struct link *link = client->daemons[request->daemon].link;
    struct buf bytes = {0};
    enum cw_err err;

    if (request->state != REQUEST_OPEN || link->state != LINK_READY)
        return CW_AGAIN_NO_DAEMON;
    message->has_v = message->has_id = message->has_network = true;
    message->v = 1;
    message->id = wire_bytes(slice(request->id, sizeof(request->id)));
    message->network = wire_bytes(slice(client->network, CW_ID_LEN));
    err = message_pack(&message->base, CW_MESSAGE_LEN_MAX, &bytes);
    if (err == CW_OK)
        err = link->ops->send(link, buf_slice(&bytes));
    if (err == CW_AGAIN_BUSY)
        client->full |= UINT32_C(1) << request->daemon;
    buf_done(&bytes);
    if (!client->inside)
        loop_settle(client);
    return err;
}

/* --- what comes of it ---------------------------------------------------------------------------------------- */

static void call_back(struct cw_request *request, enum cw_err err, struct cw_answer *answer,
                      const struct cw_fault *fault)
{
    struct cw_client *client = request->client;
    const struct stream_ops *stream = request->stream;
    cw_done *done = request->done;
    void *context = request->context;
    bool inside = client->inside;

    request_free(request);
    client->inside = true;
    if (stream != NULL) {
        cw_answer_close(answer);
        stream->ended(context, err, fault);
    } else {
        done(context, err, answer, fault);
    }
    client->inside = inside;
}

void request_finish(struct cw_request *request, enum cw_err err, struct cw_answer *answer, const struct cw_fault *fault)
{
    struct cw_fault why = {0};

    if (err != CW_OK)
        why = *fault;
    if (request->done != NULL || request->stream != NULL) {
        call_back(request, err, answer, &why);
        return;
    }
    request->state = REQUEST_DONE;
    request->err = err;
    request->fault = why;
    request->answer = answer;
}

/* Half of the pause is chance: those who were refused together do not come back together. */
static void pause_request(struct cw_request *request, struct cw_mono now)
{
    uint16_t chance;

    random_bytes(&chance, sizeof(chance));
    request->retry_at = mono_after(now, request->retry_ms / 2 + chance % (request->retry_ms / 2 + 1));
    request->retry_ms = request->retry_ms >= RETRY_MS_MAX / 2 ? RETRY_MS_MAX : 2 * request->retry_ms;
}

void request_outcome(struct cw_request *request, uint32_t daemon, const struct cw_fault *fault, struct cw_mono now)
{
    struct cw_client *client = request->client;
    enum route route = client->daemons[daemon].link->once ? ROUTE_DONE : route_of(fault);

    request->state = REQUEST_WAITING;
    request->attempt = CW_NEVER;
    request->parked = false;
    request->err = fault->code;
    request->fault = *fault;
    if (route == ROUTE_LATER)
        pause_request(request, now);
    if (route == ROUTE_NEXT || route == ROUTE_MARK) {
        request->tried |= UINT32_C(1) << daemon;
        if (!daemons_all_tried(client, request->tried))
            return;
        /* Nobody is left to do better. What may pass is tried again all around; what will not is the answer. */
        if (cw_err_class_of(fault->code) == CW_CLASS_AGAIN) {
            request->tried = 0;
            pause_request(request, now);
            return;
        }
        route = ROUTE_DONE;
    }
    if (route == ROUTE_DONE)
        request_finish(request, fault->code, NULL, fault);
}

struct cw_mono request_wake_at(const struct cw_request *request)
{
    switch (request->state) {
    case REQUEST_WAITING:
        return request->parked ? request->deadline : mono_earlier(request->deadline, request->retry_at);
    case REQUEST_SENT:
        return mono_earlier(request->deadline, request->attempt);
    default:
        return CW_NEVER;
    }
}

/* --- waiting and giving up ------------------------------------------------------------------------------------ */

enum cw_err cw_request_wait(struct cw_request *request, struct cw_answer **out_answer)
{
    if (MISSING(NULL, request, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_client *client = request->client;
    enum cw_err err;

    if (client->inside)
        return fault_set(&client->fault, CW_USAGE_ORDER, "client", "a callback may not wait on its own handle");
    if (request->done != NULL || request->stream != NULL)
        return fault_set(&client->fault, CW_USAGE_ORDER, "request", "this request has a callback: nobody waits for it");
    for (;;) {
        if (!client_pump(client))
            return CW_USAGE_ORDER; /* closed by a callback: the handle and the request are gone */
        if (request->state == REQUEST_DONE)
            break;
        loop_wait(client, request->deadline);
    }
    err = request->err;
    if (err == CW_OK) {
        *out_answer = request->answer;
        request->answer = NULL;
    } else {
        client->fault = request->fault;
    }
    request_free(request);
    return err;
}

int cw_request_is_done(const struct cw_request *request)
{
    if (MISSING(NULL, request))
        return 0;
    return request->state == REQUEST_DONE;
}

void cw_request_cancel(struct cw_request *request)
{
    if (request != NULL)
        request_free(request);
}
