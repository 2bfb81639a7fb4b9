/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/reader.h"

#include "proto/cursor.h"
#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define PLENTY_ITEMS 100000u
#define PLENTY_BYTES ((uint32_t)1 << 20)

static struct cw_slice bytes_of(ProtobufCBinaryData b)
{
    return b.len > 0 ? wire_slice(b) : slice("", 0);
}

static void copy_text(char *out, size_t cap, ProtobufCBinaryData text)
{
    snprintf(out, cap, "%.*s", (int)text.len, text.len > 0 ? (const char *)text.data : "");
}

/* --- hearing -------------------------------------------------------------------------------------------------- */

static void take_op(struct read_item *to, const Cw__FeedOp *op)
{
    to->hlc = op->hlc;
    to->event = op->event;
    to->opened = op->opened;
    to->write_count = (uint32_t)op->n_writes;
    copy_text(to->what, sizeof to->what, op->what);
    copy_text(to->verdict, sizeof to->verdict, op->verdict);
    if (op->n_writes > 0) {
        copy_text(to->value, sizeof to->value, op->writes[0]->text);
        to->withheld = op->writes[0]->withheld;
    }
}

static bool says_death(ProtobufCBinaryData text)
{
    char copy[256];

    copy_text(copy, sizeof copy, text);
    return strstr(copy, "dea") != NULL || strstr(copy, "deceased") != NULL;
}

static bool view_tells_death(const Cw__CaseView *view)
{
    bool told = false;

    for (size_t i = 0; i < view->n_fields; i++) {
        for (size_t j = 0; j < view->fields[i]->n_values; j++)
            told = told || says_death(view->fields[i]->values[j]->text);
        for (size_t j = 0; j < view->fields[i]->n_proposals; j++)
            told = told || says_death(view->fields[i]->proposals[j]->text);
    }
    for (size_t i = 0; i < view->n_notes; i++)
        told = told || says_death(view->notes[i]->text);
    for (size_t i = 0; i < view->n_episodes; i++)
        told = told || says_death(view->episodes[i]->state);
    return told;
}

static void take_item(struct lab_reader *r, const Cw__FeedItem *item)
{
    struct read_item *to = &r->items[r->item_count++];

    world_must(r->item_count < READER_ITEMS_MAX, "a reader remembers no more");
    world_must(item->id.len == ID_LEN, "an item without id");
    memset(to, 0, sizeof *to);
    memcpy(to->id.b, item->id.data, ID_LEN);
    to->why = item->why;
    to->late = item->late;
    to->again = item->again;
    to->cause_missing = item->cause_missing;
    to->revising = item->revising;
    to->outside = item->outside;
    to->has_view = item->view != NULL;
    r->views_of_death += item->view != NULL && view_tells_death(item->view);
    to->in_conflict = (uint32_t)item->n_in_conflict;
    to->settled = (uint32_t)item->n_settled;
    to->same_child = (uint32_t)item->n_same_child;
    if (item->op != NULL)
        take_op(to, item->op);
    if (item->case_ == NULL)
        return;
    if (item->case_->case_id.len == ID_LEN)
        memcpy(to->case_id.b, item->case_->case_id.data, ID_LEN);
    to->kind = item->case_->kind;
    to->conflicts = (uint32_t)item->case_->n_conflicts;
    copy_text(to->title, sizeof to->title, item->case_->title);
    copy_text(to->status, sizeof to->status, item->case_->status);
}

static void take_items(struct lab_reader *r, const Cw__FeedItems *feed)
{
    world_must(bytes_of(feed->before).len == ID_LEN && memcmp(feed->before.data, r->expected.b, ID_LEN) == 0,
               "a message does not follow the one before");
    world_must(feed->cursor.len > 0 && feed->cursor.len <= sizeof r->cursor, "a message without a cursor");
    for (size_t i = 0; i < feed->n_items; i++)
        take_item(r, feed->items[i]);
    if (feed->n_items > r->largest)
        r->largest = (uint32_t)feed->n_items;
    memcpy(r->cursor, feed->cursor.data, feed->cursor.len);
    r->cursor_len = feed->cursor.len;
    cursor_hash(slice(r->cursor, r->cursor_len), &r->expected);
    r->lag_entries = feed->lag_entries;
    r->lag_ms = feed->lag_ms;
    r->phase = feed->phase;
    r->level = feed->level;
    r->messages++;
    if (r->grants && feed->n_items > 0)
        reader_credit(r, PLENTY_ITEMS, PLENTY_BYTES);
}

static void take_answer(struct lab_reader *r, const Cw__Answer *answer)
{
    world_must(answer->id.len == sizeof r->id && memcmp(answer->id.data, r->id, sizeof r->id) == 0,
               "an answer to somebody else");
    if (answer->feed != NULL) {
        take_items(r, answer->feed);
        return;
    }
    world_must(answer->feed_end != NULL, "neither items nor an end");
    r->ends++;
    r->code = answer->code;
    copy_text(r->text, sizeof r->text, answer->text);
}

static struct lab_reader *reader_at(struct lab_node *n, link_id link)
{
    struct lab_reader *r = n->lab->readers;

    while (r != NULL && (r->at != n || r->link != link))
        r = r->next;
    return r;
}

void lab_tell_reader(struct lab_node *n, link_id link, struct cw_slice frame)
{
    struct lab_reader *r = reader_at(n, link);
    static struct room reading = ROOM(8 << 20);
    struct arena arena = room_arena(&reading);
    ProtobufCMessage *message;

    if (r != NULL) {
        r->leaks += r->secret != NULL && memmem(frame.data, frame.len, r->secret, strlen(r->secret)) != NULL;
        world_must(wire_unpack(&cw__answer__descriptor, frame, &arena, &message, NULL) == CW_OK,
                   "a feed's message cannot be read");
        take_answer(r, (const Cw__Answer *)(const void *)message);
    }
}

void reader_hear(struct lab_node *n)
{
    while (feeds_step(node_feeds(n->node)))
        ;
}

/* --- asking --------------------------------------------------------------------------------------------------- */

struct lab_reader *reader_new(struct lab *lab)
{
    struct lab_reader *r = calloc(1, sizeof *r);

    world_must(r != NULL, "no memory for a reader");
    r->lab = lab;
    r->next = lab->readers;
    r->link = LAB_READER + (r->next == NULL ? 0 : r->next->link + 1 - LAB_READER);
    r->cert = lab->world.officer.id;
    r->subject = SUBJECT_PERSON;
    lab->readers = r;
    return r;
}

/* Through the door, as a client's frame comes. */
static void ask(struct lab_reader *r, Cw__Request *request)
{
    struct arena arena = arena_over(malloc((size_t)1 << 20), (size_t)1 << 20);
    struct reader_identity who = {r->link, false, r->cert, r->subject};
    uint8_t frame[READER_CURSOR_LEN_MAX + 8192], refusal[ANSWER_REFUSAL_LEN_MAX];
    struct writer w = writer_over(frame, sizeof frame), answer = writer_over(refusal, sizeof refusal);
    const Cw__Request *read;
    struct input input;

    request->has_v = request->has_id = request->has_network = 1;
    request->v = 1;
    request->id = wire_bytes(slice(r->id, sizeof r->id));
    request->network = wire_bytes(ID_SLICE(&r->lab->world.network));
    wire_pack(&request->base, &w);
    world_must(!w.failed, "a request is too long");
    world_must(intake_client(r->at->node, &who, slice(frame, w.len), &arena, &input, &read, &answer) == INTAKE_FEED,
               "a request about a feed is not taken for one");
    feeds_ask(node_feeds(r->at->node), &who, read);
    free(arena.base);
}

static void fill_filter(const struct reader_ask *ask, Cw__FeedFilter *filter, ProtobufCBinaryData names[static 6],
                        uint32_t *kind)
{
    const char *texts[] = {ask->risk, ask->tag, ask->owner, ask->division, ask->operation};
    size_t *counts[] = {&filter->n_risks, &filter->n_tags, &filter->n_owners, &filter->n_divisions,
                        &filter->n_operations};
    ProtobufCBinaryData **lists[] = {&filter->risks, &filter->tags, &filter->owners, &filter->divisions,
                                     &filter->operations};

    for (size_t i = 0; i < CW_COUNT(texts); i++) {
        if (texts[i] == NULL)
            continue;
        names[i] = wire_bytes(slice_of(texts[i]));
        *lists[i] = &names[i];
        *counts[i] = 1;
    }
    names[5] = wire_bytes(ask->case_name);
    filter->cases = &names[5];
    filter->n_cases = ask->case_name.len > 0;
    *kind = ask->kind;
    filter->kinds = kind;
    filter->n_kinds = ask->kind != 0;
}

void reader_subscribe(struct lab_reader *r, struct lab_node *at, const struct reader_ask *how)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Subscribe subscribe = CW__SUBSCRIBE__INIT;
    Cw__FeedFilter filter = CW__FEED_FILTER__INIT;
    ProtobufCBinaryData names[6];
    uint32_t kind;

    fill_filter(how, &filter, names, &kind);
    r->at = at;
    r->id[0]++;
    r->grants = how->credit_items == 0;
    subscribe.filter = &filter;
    subscribe.has_start = subscribe.has_credit_items = subscribe.has_credit_bytes = 1;
    subscribe.start = how->start;
    subscribe.credit_items = r->grants ? PLENTY_ITEMS : how->credit_items;
    subscribe.credit_bytes = how->credit_bytes == 0 ? PLENTY_BYTES : how->credit_bytes;
    subscribe.has_since_ms = 1;
    subscribe.since_ms = how->since_ms;
    subscribe.has_by_state = subscribe.by_state = how->by_state;
    subscribe.has_views = subscribe.views = how->views;
    subscribe.has_records = subscribe.records = how->records;
    subscribe.has_even_if_behind = subscribe.even_if_behind = how->even_if_behind;
    memset(&r->expected, 0, sizeof r->expected);
    if (how->start == 1) {
        subscribe.has_cursor = 1;
        subscribe.cursor = wire_bytes(slice(r->cursor, r->cursor_len));
        cursor_hash(slice(r->cursor, r->cursor_len), &r->expected);
    }
    request.subscribe = &subscribe;
    ask(r, &request);
    reader_hear(at);
}

void reader_credit(struct lab_reader *r, uint32_t items, uint32_t bytes)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__FeedCredit credit = CW__FEED_CREDIT__INIT;

    credit.has_feed = credit.has_items = credit.has_bytes = 1;
    credit.feed = wire_bytes(slice(r->id, sizeof r->id));
    credit.items = items;
    credit.bytes = bytes;
    request.credit = &credit;
    ask(r, &request);
}

void reader_unsubscribe(struct lab_reader *r)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Unsubscribe unsubscribe = CW__UNSUBSCRIBE__INIT;

    unsubscribe.has_feed = 1;
    unsubscribe.feed = wire_bytes(slice(r->id, sizeof r->id));
    request.unsubscribe = &unsubscribe;
    ask(r, &request);
    reader_hear(r->at);
}

void reader_link_down(struct lab_reader *r)
{
    feeds_link_down(node_feeds(r->at->node), r->link);
}

/* --- looking ---------------------------------------------------------------------------------------------------- */

static bool is_op(const struct read_item *item, const struct cw_op_id *op)
{
    return memcmp(item->id.b, op->b, ID_LEN) == 0;
}

uint32_t reader_times(const struct lab_reader *r, const struct cw_op_id *op)
{
    uint32_t times = 0;

    for (uint32_t i = 0; i < r->item_count; i++)
        times += is_op(&r->items[i], op);
    return times;
}

uint32_t reader_place(const struct lab_reader *r, const struct cw_op_id *op)
{
    for (uint32_t i = 0; i < r->item_count; i++) {
        if (is_op(&r->items[i], op))
            return i;
    }
    return UINT32_MAX;
}

const struct read_item *reader_item(const struct lab_reader *r, const struct cw_op_id *op)
{
    for (uint32_t i = r->item_count; i > 0; i--) {
        if (is_op(&r->items[i - 1], op))
            return &r->items[i - 1];
    }
    return NULL;
}
