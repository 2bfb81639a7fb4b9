/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/feed.h"

#include "lib/fault.h"
#include "lib/need.h"
#include "lib/unpack.h"
#include "proto/wire.h"

#include <stddef.h>
#include <stdlib.h>

#define SILENCE_MS_DEFAULT 45000
#define PAUSE_MS_MIN 100
#define PAUSE_MS_MAX 5000
/* A daemon may exceed the bytes by one message; beyond that it does not keep to what it was granted. */
#define EXCESS_LEN_MAX CW_MESSAGE_LEN_MAX

static void begin(struct cw_feed *feed);

/* --- hearing -------------------------------------------------------------------------------------------------- */

/* The daemon does not do what it should: another one is asked. The request ends, and begins anew. */
static void distrust(struct cw_feed *feed, enum cw_err err, const char *why)
{
    struct cw_fault fault;

    fault_set(&fault, err, "feed", "%s", why);
    client_mark(feed->client, feed->request->daemon, &fault, link_now());
}

/* A feed that was being told goes on at once; one that did not even begin makes a pause. */
static void give_up(struct cw_feed *feed, enum cw_err err, const struct cw_fault *fault)
{
    int32_t pause_ms = feed->pause_ms;

    feed->request = NULL;
    feed->fault = *fault;
    if (cw_err_class_of(err) == CW_CLASS_REFUSED || cw_err_class_of(err) == CW_CLASS_USAGE) {
        feed->over = err;
        return;
    }
    feed->begin_at = mono_after(link_now(), pause_ms);
    feed->pause_ms = pause_ms == 0 ? PAUSE_MS_MIN : pause_ms > PAUSE_MS_MAX / 2 ? PAUSE_MS_MAX : 2 * pause_ms;
    if (pause_ms == 0)
        begin(feed);
}

static void on_ended(void *context, enum cw_err err, const struct cw_fault *fault)
{
    give_up(context, err, fault);
}

/* After it began: its certificate was revoked; or the daemon has trouble of its own, and another is to go on. */
static void hear_end(struct cw_feed *feed, struct cw_answer *answer)
{
    struct cw_fault fault;
    enum cw_err err = client_refusal(answer->message, &fault);

    if (err == CW_OK)
        err = fault_set(&fault, CW_AGAIN_NO_DAEMON, "feed", "the daemon ended the feed");
    cw_answer_close(answer);
    if (cw_err_class_of(err) == CW_CLASS_LOCAL) {
        client_mark(feed->client, feed->request->daemon, &fault, link_now());
        return;
    }
    cw_request_cancel(feed->request);
    give_up(feed, err, &fault);
}

static bool follows(const struct cw_feed *feed, const Cw__FeedItems *items)
{
    return items->before.len == CW_ID_LEN && memcmp(items->before.data, feed->expected.b, CW_ID_LEN) == 0;
}

static void on_frame(void *context, struct cw_answer *answer)
{
    struct cw_feed *feed = context;
    const Cw__FeedItems *items = answer->message->feed;
    const char *wrong = NULL;
    uint32_t bytes;

    if (items == NULL) {
        hear_end(feed, answer);
        return;
    }
    bytes = items->n_items == 0 ? 0 : (uint32_t)(answer->bytes.len - items->cursor.len);
    if (!follows(feed, items))
        wrong = "a message of the feed is missing";
    else if (items->cursor.len == 0 || items->cursor.len > CW_FEED_CURSOR_LEN_MAX)
        wrong = "a message without a cursor";
    else if (feed->held_items + items->n_items > 2 * (uint64_t)feed->window_items ||
             feed->held_bytes > 2 * (uint64_t)feed->window_bytes + EXCESS_LEN_MAX)
        wrong = "the daemon sends more than it was granted";
    if (wrong == NULL) {
        buf_clear(&feed->cursor);
        if (buf_add(&feed->cursor, wire_slice(items->cursor)) != CW_OK ||
            !feed_queue_put(feed, answer, (uint32_t)items->n_items, bytes))
            wrong = "no memory for a message of the feed";
    }
    if (wrong != NULL) {
        cw_answer_close(answer);
        distrust(feed, CW_PEER_MALFORMED, wrong);
        return;
    }
    cursor_hash(buf_slice(&feed->cursor), &feed->expected);
    feed->heard_at = link_now();
    feed->pause_ms = 0;
    feed->fault = (struct cw_fault){0};
}

static const struct stream_ops stream_ops = {on_frame, on_ended};

/* --- asking --------------------------------------------------------------------------------------------------- */

static enum cw_err ask(struct cw_feed *feed, Cw__Subscribe *subscribe)
{
    struct request_plan plan = {.member = offsetof(Cw__Answer, feed), .stream = &stream_ops};
    struct cw_call call = {.size = sizeof(call), .timeout_ms = CW_TIMEOUT_MS_MAX, .context = feed};
    Cw__Request request = CW__REQUEST__INIT;

    subscribe->has_start = subscribe->has_cursor = subscribe->has_since_ms = true;
    subscribe->start = feed->cursor.len > 0 ? CW_FEED_CURSOR : feed->start;
    subscribe->cursor = wire_bytes(buf_slice(&feed->cursor));
    subscribe->since_ms = (uint64_t)feed->since.ms;
    subscribe->has_credit_items = subscribe->has_credit_bytes = true;
    subscribe->credit_items = feed->window_items > feed->held_items ? feed->window_items - feed->held_items : 0;
    subscribe->credit_bytes = feed->window_bytes > feed->held_bytes ? feed->window_bytes - feed->held_bytes : 0;
    feed->owed_items = feed->owed_bytes = 0;
    request.subscribe = subscribe;
    return client_start(feed->client, &request, &call, &plan, &feed->request);
}

static enum cw_err try_to_begin(struct cw_feed *feed)
{
    ProtobufCMessage *message;
    void *memory;
    enum cw_err err = message_unpack(&cw__subscribe__descriptor, buf_slice(&feed->ask), &memory, &message, NULL);

    if (err != CW_OK)
        return err;
    cursor_hash(buf_slice(&feed->cursor), &feed->expected);
    err = ask(feed, (Cw__Subscribe *)message);
    free(memory);
    return err;
}

/* What cannot even be asked, for want of memory or of slots, is tried again when the feed is next looked at. */
static void begin(struct cw_feed *feed)
{
    enum cw_err err = try_to_begin(feed);

    if (err == CW_OK)
        return;
    fault_plain(&feed->fault, err, "feed");
    feed->begin_at = mono_after(link_now(), PAUSE_MS_MAX);
}

static void grant(struct cw_feed *feed)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__FeedCredit credit = CW__FEED_CREDIT__INIT;

    if (feed->request == NULL || feed->request->state != REQUEST_OPEN ||
        (feed->owed_items < feed->window_items / 4 && feed->owed_bytes < feed->window_bytes / 4 &&
         feed->first != NULL) ||
        feed->owed_items + feed->owed_bytes == 0)
        return;
    credit.has_feed = credit.has_items = credit.has_bytes = true;
    credit.feed = wire_bytes(slice(feed->request->id, sizeof(feed->request->id)));
    credit.items = feed->owed_items;
    credit.bytes = feed->owed_bytes;
    request.credit = &credit;
    if (client_say(feed->request, &request) == CW_OK)
        feed->owed_items = feed->owed_bytes = 0;
}

/* --- the handle's rounds ----------------------------------------------------------------------------------------- */

static bool is_silent(const struct cw_feed *feed, struct cw_mono now)
{
    return feed->request != NULL && feed->request->state == REQUEST_OPEN &&
           mono_reached(now, mono_after(feed->heard_at, feed->silence_ms));
}

_Static_assert(offsetof(struct cw_feed, on) == 0, "what is attached is the feed");

static void tend(struct attached *on, struct cw_mono now)
{
    struct cw_feed *feed = (struct cw_feed *)on;

    if (feed->request == NULL && feed->over == CW_OK && mono_reached(now, feed->begin_at))
        begin(feed);
    if (is_silent(feed, now))
        distrust(feed, CW_AGAIN_NO_DAEMON, "the daemon has fallen silent");
    feed_check_operations(feed, now);
    grant(feed);
}

static struct cw_mono wake_at(const struct attached *on)
{
    const struct cw_feed *feed = (const struct cw_feed *)on;

    if (feed->request != NULL && feed->request->state == REQUEST_OPEN)
        return mono_earlier(mono_after(feed->heard_at, feed->silence_ms), feed_check_at(feed));
    return feed->request == NULL && feed->over == CW_OK ? feed->begin_at : CW_NEVER;
}

/* The request goes with the handle. */
static void leave(struct attached *on)
{
    struct cw_feed *feed = (struct cw_feed *)on;

    attached_remove(&feed->client->attached, on);
    feed->client = NULL;
    feed->request = feed->check = NULL;
}

static const struct attached_ops on_handle = {.tend = tend, .wake_at = wake_at, .leave = leave};

/* --- opening and closing ----------------------------------------------------------------------------------------- */

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static void free_feed(struct cw_feed *feed)
{
    while (feed->first != NULL)
        cw_answer_close(feed_queue_take(feed));
    buf_done(&feed->ask);
    buf_done(&feed->cursor);
    buf_done(&feed->checking);
    free(feed);
}

enum cw_err cw_feed_open(struct cw_client *client, const struct cw_feed_options *options, struct cw_feed **out_feed)
{
    if (MISSING(FAULT_OF(client), client, out_feed))
        return CW_USAGE_ARGUMENT;
    struct cw_feed *feed;
    enum cw_err err = feed_check_options(client, options);

    if (err != CW_OK)
        return err;
    feed = calloc(1, sizeof(*feed));
    if (feed == NULL)
        return fault_plain(&client->fault, CW_LOCAL_MEMORY, "feed");
    feed->client = client;
    feed->last = &feed->first;
    feed->start = options->start;
    feed->since = options->since;
    feed->window_items = or_default(options->window_items, CW_FEED_WINDOW_ITEMS_DEFAULT);
    feed->window_bytes = or_default(options->window_bytes, CW_FEED_WINDOW_BYTES_DEFAULT);
    feed->operation_count = options->operations.count;
    feed->silence_ms = options->silence_ms != 0 ? options->silence_ms : SILENCE_MS_DEFAULT;
    err = feed_pack_ask(feed, options);
    if (err == CW_OK)
        err = buf_add(&feed->cursor, options->cursor);
    if (err == CW_OK)
        err = try_to_begin(feed);
    if (err != CW_OK) {
        free_feed(feed);
        return err;
    }
    feed->on.ops = &on_handle;
    attached_add(&client->attached, &feed->on);
    *out_feed = feed;
    return CW_OK;
}

static void unsubscribe(struct cw_feed *feed)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Unsubscribe unsubscribe = CW__UNSUBSCRIBE__INIT;

    unsubscribe.has_feed = true;
    unsubscribe.feed = wire_bytes(slice(feed->request->id, sizeof(feed->request->id)));
    request.unsubscribe = &unsubscribe;
    (void)!client_say(feed->request, &request);
    cw_request_cancel(feed->request);
}

void feed_refuse(struct cw_feed *feed, const struct cw_fault *why)
{
    if (feed->request != NULL)
        unsubscribe(feed);
    give_up(feed, why->code, why);
}

void cw_feed_close(struct cw_feed *feed)
{
    if (feed == NULL)
        return;
    if (feed->client != NULL)
        attached_remove(&feed->client->attached, &feed->on);
    if (feed->request != NULL)
        unsubscribe(feed);
    cw_request_cancel(feed->check);
    free_feed(feed);
}

/* --- taking ---------------------------------------------------------------------------------------------------- */

/* Whoever asks for the next message is done with the one before. */
static void settle_taken(struct cw_feed *feed)
{
    feed->owed_items += feed->taken_items;
    feed->owed_bytes += feed->taken_bytes;
    feed->taken_items = feed->taken_bytes = 0;
    if (feed->client != NULL)
        grant(feed);
}

const struct cw_fault *cw_feed_fault(const struct cw_feed *feed)
{
    if (MISSING(NULL, feed))
        return need_fault();
    const struct cw_request *request = feed->request;

    if (request != NULL && request->state == REQUEST_WAITING && request->err != CW_OK)
        return &request->fault;
    if (request != NULL && request->state != REQUEST_OPEN && feed->fault.code == CW_OK &&
        feed->client->daemons[request->daemon].link->state != LINK_READY)
        return &feed->client->daemons[request->daemon].link->fault;
    return &feed->fault;
}

size_t cw_feed_daemon(const struct cw_feed *feed)
{
    if (MISSING(NULL, feed))
        return 0;
    return feed->request != NULL && feed->request->state == REQUEST_OPEN ? feed->request->daemon : SIZE_MAX;
}

/* Nothing came: because there is nothing, or because nobody could say it. */
static enum cw_err nothing_came(struct cw_feed *feed)
{
    const struct cw_fault *fault = cw_feed_fault(feed);

    if (cw_feed_daemon(feed) != SIZE_MAX)
        return CW_LOCAL_NOT_FOUND;
    feed->client->fault = *fault;
    return cw_err_class_of(fault->code) == CW_CLASS_AGAIN ? fault->code : CW_AGAIN_NO_DAEMON;
}

static enum cw_err look(struct cw_feed *feed, struct cw_answer **out_answer)
{
    if (feed->first != NULL && feed_is_checked(feed)) {
        *out_answer = feed_queue_take(feed);
        return CW_OK;
    }
    if (feed->client == NULL)
        return CW_USAGE_ORDER;
    if (feed->over != CW_OK)
        feed->client->fault = feed->fault;
    return feed->over != CW_OK ? feed->over : CW_LOCAL_NOT_FOUND;
}

enum cw_err cw_feed_next(struct cw_feed *feed, int32_t timeout_ms, struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(feed), feed, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_mono deadline = timeout_ms < 0 ? CW_NEVER : mono_after(link_now(), timeout_ms);
    enum cw_err err;

    settle_taken(feed);
    if (timeout_ms != 0 && feed->client != NULL && feed->client->inside)
        return fault_set(&feed->client->fault, CW_USAGE_ORDER, "client", "a callback may not wait on its own handle");
    while ((err = look(feed, out_answer)) == CW_LOCAL_NOT_FOUND) {
        if (timeout_ms == 0 || mono_reached(link_now(), deadline))
            return nothing_came(feed);
        if (!client_pump(feed->client))
            return CW_USAGE_ORDER; /* closed by a callback */
        if (feed->over == CW_OK && (feed->first == NULL || !feed_is_checked(feed)))
            loop_wait(feed->client, deadline);
    }
    return err;
}
