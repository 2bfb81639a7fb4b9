/* SPDX-License-Identifier: Apache-2.0 */
#include "feed.h"

#include "proto/wire.h"

#include <stdio.h>

#define CREDIT_ITEMS 100000u
#define CREDIT_LEN 1048576u

enum { FIELD_ITEMS = 3, FIELD_LEVEL = 7, FIELD_ITEM_ID = 1 };

static void send_request(struct feed_reader *r, Cw__Request *request)
{
    struct buf frame = {0};

    frame_of(request, r->who, r->number, &frame);
    lane_send(&r->lane, buf_slice(&frame));
    buf_done(&frame);
}

static void give_credit(struct feed_reader *r)
{
    Cw__FeedCredit credit = CW__FEED_CREDIT__INIT;
    Cw__Request request = CW__REQUEST__INIT;
    uint8_t feed[16] = {0};

    memcpy(feed, &r->number, sizeof r->number);
    credit.has_feed = credit.has_items = credit.has_bytes = true;
    credit.feed = wire_bytes(slice(feed, sizeof feed));
    credit.items = (uint32_t)r->items_owed;
    credit.bytes = (uint32_t)r->bytes_owed;
    request.credit = &credit;
    send_request(r, &request);
    r->items_owed = r->bytes_owed = 0;
}

void feed_open(struct feed_reader *out, void *context, const struct place *place, const struct who *who,
               uint64_t number, enum feed_start start)
{
    Cw__Subscribe subscribe = CW__SUBSCRIBE__INIT;
    Cw__Request request = CW__REQUEST__INIT;
    struct cw_slice frame;
    zmq_msg_t message;

    *out = (struct feed_reader){.who = who, .number = number};
    lane_open(&out->lane, context, place, who);
    subscribe.has_start = subscribe.has_credit_items = subscribe.has_credit_bytes = true;
    subscribe.start = start;
    subscribe.credit_items = CREDIT_ITEMS;
    subscribe.credit_bytes = CREDIT_LEN;
    request.subscribe = &subscribe;
    send_request(out, &request);
    (void)zmq_msg_init(&message);
    lane_wait(&out->lane, &message, &frame);
    feed_take(out, frame);
    (void)zmq_msg_close(&message);
}

void feed_close(struct feed_reader *reader)
{
    lane_close(&reader->lane);
}

/* --- what comes ---------------------------------------------------------------------------------------------- */

static void count_item(struct feed_reader *r, struct cw_slice item)
{
    struct cw_slice id = field_bytes(item, FIELD_ITEM_ID);
    uint64_t head;

    if (id.len != CW_ID_LEN)
        give_up("feed", "an item has no id");
    memcpy(&head, id.data, sizeof head);
    r->mix ^= head;
    r->items++;
    r->items_owed++;
}

void feed_take(struct feed_reader *r, struct cw_slice frame)
{
    struct answer_head head;
    struct field field;

    if (!answer_head_read(frame, &head) || head.number != r->number)
        give_up("feed", "an answer cannot be read, or is not of this feed");
    if (head.feed.data == NULL) {
        char text[256];

        (void)snprintf(text, sizeof text, "ended with code %u: %.*s", (unsigned)head.code, (int)head.text.len,
                       head.text.len > 0 ? (const char *)head.text.data : "");
        give_up("feed", text);
    }
    struct reader in = reader_over(head.feed);
    r->level = false;
    while (field_next(&in, &field)) {
        if (field.number == FIELD_ITEMS)
            count_item(r, field.bytes);
        if (field.number == FIELD_LEVEL)
            r->level = field.value != 0;
    }
    r->messages++;
    r->bytes += frame.len;
    r->bytes_owed += frame.len;
    if (r->bytes_owed > CREDIT_LEN / 2 || r->items_owed > CREDIT_ITEMS / 2)
        give_credit(r);
}

bool feed_tells(struct cw_slice frame, const struct cw_op_id *op)
{
    struct answer_head head;
    struct field field;

    if (!answer_head_read(frame, &head))
        return false;
    struct reader in = reader_over(head.feed);
    while (field_next(&in, &field)) {
        if (field.number == FIELD_ITEMS && slice_eq(field_bytes(field.bytes, FIELD_ITEM_ID), slice(op->b, CW_ID_LEN)))
            return true;
    }
    return false;
}
