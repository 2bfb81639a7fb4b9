/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include "proto/wire.h"

/* What a reader is sent. Items were encoded one by one: the frame is put together around them. */

static void begin(Cw__Answer *answer, const uint8_t id[static 16], enum cw_err code)
{
    cw__answer__init(answer);
    SET_NUMBER(answer, v, 1);
    SET_BYTES(answer, id, wire_bytes(slice(id, 16)));
    SET_NUMBER(answer, code, (uint32_t)code);
}

static void send(struct node *n, link_id link, const struct writer *frame)
{
    const struct net_port *net = &n->ports.net;

    CW_ASSERT(!frame->failed);
    net->send(net->ctx, link, slice(frame->data, frame->len));
}

static uint64_t lag_ms(const struct feed_step *s, uint64_t left)
{
    return left == 0 || s->now.ms < s->feed->level_at.ms ? 0 : (uint64_t)(s->now.ms - s->feed->level_at.ms);
}

/* Field 20 of Answer, and inside it field 3 again and again: the items, after what is said about them. */
static void put_frame(struct feed_step *s, const Cw__FeedItems *head, struct writer *w)
{
    Cw__Answer answer;
    size_t len = protobuf_c_message_get_packed_size(&head->base) + s->out.len;

    begin(&answer, s->feed->id, CW_OK);
    wire_pack(&answer.base, w);
    writer_varint(w, 20 << 3 | 2);
    writer_varint(w, len);
    wire_pack(&head->base, w);
    writer_slice(w, slice(s->out.data, s->out.len));
}

void feed_say_items(struct feed_step *s)
{
    struct feed *feed = s->feed;
    struct writer w = writer_over(s->frame, MESSAGE_LEN_MAX);
    uint64_t left = feed_left(s);
    Cw__FeedItems head = CW__FEED_ITEMS__INIT;

    SET_BYTES(&head, before, wire_bytes(ID_SLICE(&feed->before)));
    SET_BYTES(&head, cursor, wire_bytes(slice(feed->cursor, feed->cursor_len)));
    SET_NUMBER(&head, lag_entries, left);
    SET_NUMBER(&head, lag_ms, lag_ms(s, left));
    SET_NUMBER(&head, phase, feed->phase);
    if (left == 0 && feed->phase == PHASE_LIVE)
        SET_NUMBER(&head, level, 1);
    put_frame(s, &head, &w);
    send(s->node, feed->who.link, &w);
    cursor_hash(slice(feed->cursor, feed->cursor_len), &feed->before);
    feed->cursor_unsaid = false;
    feed->last_said = s->now;
}

void feed_say_end(struct node *n, link_id link, const uint8_t id[static 16], const struct refusal *why,
                  struct cw_slice cursor)
{
    static const size_t room = CURSOR_LEN_MAX + 1024;
    uint8_t bytes[CURSOR_LEN_MAX + 1024];
    struct writer w = writer_over(bytes, room);
    Cw__Answer answer;
    Cw__FeedEnd end = CW__FEED_END__INIT;
    const char *text = why->text[0] != '\0' ? why->text : cw_err_sentence(why->code);

    begin(&answer, id, why->code);
    if (why->code != CW_OK) {
        SET_BYTES(&answer, text, wire_bytes(slice_of(text)));
        if (why->where[0] != '\0')
            SET_BYTES(&answer, where, wire_bytes(slice_of(why->where)));
    }
    answer.feed_end = &end;
    if (cursor.len > 0)
        SET_BYTES(&end, cursor, wire_bytes(cursor));
    wire_pack(&answer.base, &w);
    send(n, link, &w);
}
