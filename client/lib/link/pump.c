/* SPDX-License-Identifier: Apache-2.0 */
/* One round of the machine: hear the daemons, judge what they say, send what is due. Nothing here waits. */
#include "lib/client.h"
#include "lib/fault.h"
#include "lib/need.h"
#include "proto/wire.h"

#include <stdio.h>

/* Frames of one daemon in one round: whatever is left keeps the descriptor readable. */
#define FRAMES_PER_ROUND 16

/* --- a daemon is gone ----------------------------------------------------------------------------------------- */

/* Everything that was sent there goes elsewhere, or ends. */
static void move_requests(struct cw_client *client, uint32_t daemon, const struct cw_fault *why, struct cw_mono now)
{
    for (uint32_t i = 0; i < CW_REQUESTS_MAX && !client->closing; i++) {
        struct cw_request *r = client->requests[i];

        if (r == NULL || r->daemon != daemon)
            continue;
        if (r->state == REQUEST_SENT)
            request_outcome(r, daemon, why, now);
        else if (r->state == REQUEST_OPEN)
            request_finish(r, why->code, NULL, why);
    }
}

void client_mark(struct cw_client *client, uint32_t daemon, const struct cw_fault *fault, struct cw_mono now)
{
    struct cw_fault why = *fault; /* it may lie in what is about to be freed */

    /* Which part of its answer is wrong, the text says; whoever reads it must know which daemon to look after. */
    if (cw_err_class_of(why.code) != CW_CLASS_LOCAL)
        snprintf(why.where, sizeof(why.where), "%s", client->daemons[daemon].link->address);
    daemon_mark(&client->daemons[daemon], &why, now);
    move_requests(client, daemon, &why, now);
}

static void notice_loss(struct cw_client *client, uint32_t daemon, struct cw_mono now)
{
    struct daemon *d = &client->daemons[daemon];
    struct cw_fault why = d->link->fault;

    if (d->link->lost_count == d->lost_seen)
        return;
    d->lost_seen = d->link->lost_count;
    d->connection++;
    daemon_failed(d, &why);
    move_requests(client, daemon, &why, now);
}

/* --- an answer ------------------------------------------------------------------------------------------------- */

enum cw_err client_refusal(const Cw__Answer *answer, struct cw_fault *fault)
{
    enum cw_err code = (enum cw_err)answer->code;
    char where[sizeof(fault->where)], text[CW_FAULT_TEXT_LEN_MAX];

    if (!answer->has_code || answer->code == CW_OK)
        return CW_OK;
    fault_clean_text(wire_slice(answer->where), where, sizeof(where));
    fault_clean_text(wire_slice(answer->text), text, sizeof(text));
    /* A number this version does not know still is a refusal. */
    if (cw_err_class_of(code) == CW_CLASS_NONE || answer->code > 9999)
        code = CW_PEER_MALFORMED;
    return fault_set(fault, code, where, "%s", text[0] != '\0' ? text : cw_err_sentence(code));
}

static struct session_way way_to(const struct cw_client *client, uint32_t daemon)
{
    return (struct session_way){client->handle, client->daemons[daemon].connection, daemon};
}

/* What the session has seen with this answer. Over a connection that is no more, it is nobody's way any longer. */
static enum cw_err learn(const struct cw_request *request, uint32_t daemon, const Cw__Answer *answer,
                         struct cw_fault *fault)
{
    static const struct session_carried nothing = {.count = 0};
    const struct session_carried *carried = &request->carried;
    struct cw_client *client = request->client;
    struct session_way way = way_to(client, daemon);
    enum cw_err err;

    if (request->session == SESSION_NONE || client->session == NULL || !answer->has_session)
        return CW_OK;
    if (request->daemon != daemon || request->connection != way.connection)
        way.handle = 0;
    /* What it brought along went elsewhere; or was brought for the case that it is refused. */
    if (way.handle == 0 || request->session == SESSION_WRITE)
        carried = &nothing;
    err = session_learn(client->session, wire_slice(answer->session), client->network, &way, carried);
    if (err == CW_PEER_MALFORMED)
        return fault_set(fault, err, "session", "the daemon's session token cannot be read");
    return err == CW_OK ? CW_OK : fault_plain(fault, err, "session");
}

/* An answer to this question holds this message: anything else is a daemon that does not know what it says. */
static enum cw_err judge(const struct cw_request *request, const Cw__Answer *answer, struct cw_fault *fault)
{
    const void *const *member = (const void *const *)(const void *)((const uint8_t *)answer + request->member);
    enum cw_err err = client_refusal(answer, fault);

    /* What is stored there is a success even when fewer divisions hold it than was asked for. */
    if (err == CW_AGAIN_NO_PEER && answer->submitted != NULL)
        err = CW_OK;
    if (err != CW_OK)
        return err;
    if (request->member != 0 && *member == NULL)
        return fault_set(fault, CW_PEER_MALFORMED, "answer", "the daemon answered another question");
    if (request->has_op &&
        (answer->submitted == NULL || !slice_eq(wire_slice(answer->submitted->op_id), slice(request->op.b, CW_ID_LEN))))
        return fault_set(fault, CW_PEER_MALFORMED, "answer", "the daemon's answer is about another op");
    return CW_OK;
}

static enum cw_err judge_and_learn(const struct cw_request *request, uint32_t daemon, const Cw__Answer *answer,
                                   struct cw_fault *fault)
{
    enum cw_err err = judge(request, answer, fault);

    return err == CW_OK ? learn(request, daemon, answer, fault) : err;
}

static void give_frame(struct cw_request *request, struct cw_answer *answer)
{
    struct cw_client *client = request->client;
    bool inside = client->inside;

    CW_ASSERT(request->stream != NULL); /* only such a request opens */
    client->inside = true;
    request->stream->frame(request->context, answer); /* may free the request */
    client->inside = inside;
}

static void take_answer(struct cw_client *client, uint32_t daemon, struct cw_answer *answer, struct cw_mono now)
{
    struct cw_request *request = request_find(client, wire_slice(answer->message->id));
    bool here = request != NULL && request->daemon == daemon &&
                (request->state == REQUEST_SENT || request->state == REQUEST_OPEN);
    struct cw_fault fault = {0};
    enum cw_err err = request != NULL && request->state != REQUEST_DONE
                          ? judge_and_learn(request, daemon, answer->message, &fault)
                          : CW_OK;

    /* Late: it was given up, or another daemon was faster. A late success is as good as any. */
    if (request == NULL || request->state == REQUEST_DONE || (!here && (err != CW_OK || request->stream != NULL))) {
        cw_answer_close(answer);
        return;
    }
    if (here && err != CW_OK && route_of(&fault) == ROUTE_MARK) {
        cw_answer_close(answer);
        client_mark(client, daemon, &fault, now);
        return;
    }
    daemon_answered(&client->daemons[daemon]);
    if (request->state == REQUEST_OPEN || (request->stream != NULL && err == CW_OK)) {
        request->state = REQUEST_OPEN;
        give_frame(request, answer);
    } else if (err == CW_OK) {
        request_finish(request, CW_OK, answer, NULL);
    } else {
        cw_answer_close(answer);
        request_outcome(request, daemon, &fault, now);
    }
}

/* False: the daemon was marked, nothing more of it is heard. */
static bool take_frame(struct cw_client *client, uint32_t daemon, struct cw_mono now)
{
    struct cw_answer *answer;
    struct cw_fault fault;
    enum cw_err err = answer_take(&client->frame, &answer);

    if (err == CW_OK && (!answer->message->has_v || answer->message->v != 1 || answer->message->id.len != 16)) {
        cw_answer_close(answer);
        err = CW_PEER_MALFORMED;
    }
    if (err != CW_OK) {
        fault_set(&fault, err, "answer",
                  err == CW_LOCAL_MEMORY ? "no memory to unpack it" : "the daemon's answer cannot be read");
        client_mark(client, daemon, &fault, now);
        return false;
    }
    answer->daemon = daemon;
    take_answer(client, daemon, answer, now);
    return client->daemons[daemon].link->state != LINK_IDLE;
}

static void hear(struct cw_client *client, uint32_t daemon, struct cw_mono now)
{
    struct link *link = client->daemons[daemon].link;

    for (int n = 0; n < FRAMES_PER_ROUND && !client->closing; n++) {
        enum cw_err err = link->ops->receive(link, &client->frame);

        if (err == CW_LOCAL_NOT_FOUND)
            break;
        if (err != CW_OK) {
            if (err == CW_LOCAL_MEMORY)
                fault_plain(&link->fault, err, "answer");
            client_mark(client, daemon, &link->fault, now);
            return;
        }
        if (!take_frame(client, daemon, now))
            return;
    }
    link->ops->look(link);
    notice_loss(client, daemon, now);
}

/* --- sending --------------------------------------------------------------------------------------------------- */

/* With the tokens that this daemon may not know. */
static enum cw_err send_bytes(struct cw_request *request, uint32_t daemon)
{
    struct cw_client *client = request->client;
    struct link *link = client->daemons[daemon].link;
    struct session_way way = way_to(client, daemon);
    enum cw_err err;

    request->carried.count = 0;
    request->connection = way.connection;
    if (request->session == SESSION_NONE || client->session == NULL || client->session->count == 0)
        return link->ops->send(link, buf_slice(&request->bytes));
    buf_clear(&client->frame);
    err = buf_add(&client->frame, buf_slice(&request->bytes));
    if (err == CW_OK)
        err = session_carry(client->session, &way, CW_MESSAGE_LEN_MAX, &client->frame, &request->carried);
    if (err == CW_REFUSED_SIZE && request->session == SESSION_WRITE) {
        request->carried.count = 0; /* a submission of the longest kind goes without */
        return link->ops->send(link, buf_slice(&request->bytes));
    }
    return err == CW_OK ? link->ops->send(link, buf_slice(&client->frame)) : err;
}

static void send_to(struct cw_request *request, uint32_t daemon, struct cw_mono now)
{
    struct cw_client *client = request->client;
    enum cw_err err = send_bytes(request, daemon);
    struct cw_fault fault;

    if (err == CW_AGAIN_BUSY) {
        client->full |= UINT32_C(1) << daemon;
        return;
    }
    request->daemon = daemon;
    request->state = REQUEST_SENT;
    if (err != CW_OK) {
        fault_plain(&fault, err, "request");
        request_outcome(request, daemon, &fault, now);
    } else if (client->daemon_count > 1) {
        request->attempt = mono_after(now, (int64_t)client->attempt_ms + request->patience_ms);
    }
}

static void try_send(struct cw_request *request, struct cw_mono now)
{
    struct cw_client *client = request->client;
    uint32_t daemon = 0;
    enum pick pick;

    if (request->retry_at.ms > now.ms)
        return;
    request->parked = true;
    pick = daemons_pick(client, request->tried, now, &daemon);
    if (pick == PICK_FAILED)
        request_outcome(request, daemon, &client->daemons[daemon].link->fault, now);
    else if (pick == PICK_READY && (client->full >> daemon & 1) == 0) /* nobody overtakes those who wait for room */
        send_to(request, daemon, now);
}

/* --- deadlines --------------------------------------------------------------------------------------------------- */

/* Why nobody answered: what the last daemon said, or what is to be seen of the first one. */
static void run_out(struct cw_request *request)
{
    struct cw_client *client = request->client;
    struct cw_fault why = request->fault;

    if (request->state == REQUEST_WAITING && why.code == CW_REFUSED_EXPIRED)
        fault_set(&why, CW_AGAIN_NO_DAEMON, request->fault.where, "one daemon says: %.200s; no other answers",
                  request->fault.text);
    else if (request->state == REQUEST_SENT || request->err == CW_OK)
        why = client->daemons[request->state == REQUEST_SENT ? request->daemon : 0].link->fault;
    if (why.code == CW_OK)
        fault_plain(&why, CW_AGAIN_NO_DAEMON, "");
    request_finish(request, why.code, NULL, &why);
}

static void be_punctual(struct cw_request *request, struct cw_mono now)
{
    struct cw_client *client = request->client;

    if (mono_reached(now, request->deadline)) {
        run_out(request);
    } else if (request->state == REQUEST_SENT && mono_reached(now, request->attempt)) {
        struct cw_fault why = client->daemons[request->daemon].link->fault;

        client_mark(client, request->daemon, &why, now);
    } else if (request->state == REQUEST_WAITING) {
        try_send(request, now);
    }
}

bool client_pump(struct cw_client *client)
{
    struct cw_mono now = link_now();

    client->full = 0;
    daemons_tend(client, now);
    for (uint32_t i = 0; i < client->daemon_count && !client->closing; i++)
        if (client->daemons[i].link->state != LINK_IDLE)
            hear(client, i, now);
    for (uint32_t i = 0; i < CW_REQUESTS_MAX && !client->closing; i++) {
        struct cw_request *r = client->requests[i];

        if (r != NULL && (r->state == REQUEST_WAITING || r->state == REQUEST_SENT))
            be_punctual(r, now);
    }
    attached_tend(&client->attached, now, &client->closing);
    if (client->closing) {
        client_free(client);
        return false;
    }
    loop_settle(client);
    return true;
}

enum cw_err cw_client_dispatch(struct cw_client *client)
{
    if (MISSING(FAULT_OF(client), client))
        return CW_USAGE_ARGUMENT;
    if (client->inside)
        return fault_set(&client->fault, CW_USAGE_ORDER, "client", "a callback may not dispatch its own handle");
    (void)client_pump(client);
    return CW_OK;
}
