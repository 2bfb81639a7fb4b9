/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/feed.h"

#include "proto/cursor.h"
#include "proto/wire.h"
#include "tests/sim/check.h"

#include <stdlib.h>

#define READER_LINK ((link_id)2 << 40) /* then the reader and its session */
#define WINDOW_ITEMS 60u
#define WINDOW_BYTES 60000u
#define PLENTY_ITEMS 100000u
#define PLENTY_BYTES ((uint32_t)1 << 20)
#define BEHIND_MAX 12 /* refusals in a row, before it goes on without */

bool feed_is_link(link_id link)
{
    return link >> 40 == 2;
}

static link_id link_of(const struct sim_reader *r)
{
    return READER_LINK | (uint64_t)r->index << 32 | (r->session & 0xffffffffu);
}

/* --- what it keeps ---------------------------------------------------------------------------------------------- */

static void set_bytes(uint8_t **to, size_t *to_len, const uint8_t *from, size_t len)
{
    free(*to);
    *to = malloc(len + 1);
    CW_ASSERT(*to != NULL);
    if (len > 0)
        memcpy(*to, from, len);
    *to_len = len;
}

/* The cursor and what was told up to it, in one step: as whoever writes both in one transaction. */
static void keep(struct sim_reader *r)
{
    set_bytes(&r->kept_cursor, &r->kept_cursor_len, r->cursor, r->cursor_len);
    r->kept_told = r->told_count;
    r->kept_lines = r->line_count;
}

static void forget_unkept(struct sim_reader *r)
{
    set_bytes(&r->cursor, &r->cursor_len, r->kept_cursor, r->kept_cursor_len);
    r->told_count = r->kept_told;
    r->line_count = r->kept_lines;
}

const struct told_op *feed_was_told(const struct sim_reader *r, const struct cw_op_id *op)
{
    for (uint32_t i = r->told_count; i > 0; i--) {
        if (ID_EQ(&r->told[i - 1].id, op))
            return &r->told[i - 1];
    }
    return NULL;
}

bool feed_last_line(const struct sim_reader *r, const struct cw_case_id *id, uint64_t *out)
{
    for (uint32_t i = r->line_count; i > 0; i--) {
        if (ID_EQ(&r->lines[i - 1].id, id)) {
            *out = r->lines[i - 1].hash;
            return true;
        }
    }
    return false;
}

static void *grown(void *memory, uint32_t count, uint32_t *max, size_t size)
{
    if (count < *max)
        return memory;
    *max = *max == 0 ? 256 : 2 * *max;
    memory = realloc(memory, *max * size);
    CW_ASSERT(memory != NULL);
    return memory;
}

/* --- a line of a case, as one number ------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t h, struct cw_slice text)
{
    return (h ^ sim_quick_hash(text.len > 0 ? text : slice("", 0))) * 0x94d049bb133111ebu;
}

static uint64_t mix_number(uint64_t h, uint64_t number)
{
    return mix(h, slice(&number, sizeof number));
}

uint64_t feed_line_hash(const struct case_row *row, const struct case_line *line)
{
    uint64_t h = mix_number(1, row->kind);

    h = mix(mix(mix(h, line->reference), line->status), line->title);
    h = mix(mix(h, line->owner), line->risk);
    h = mix_number(mix_number(h, row->op_count), row->updated_hlc);
    for (uint32_t i = 0; i < line->labels.tag_count; i++)
        h = mix(h, line->labels.tags[i]);
    return mix_number(h, line->labels.conflict_count);
}

static uint64_t told_hash(const Cw__FeedCase *c)
{
    uint64_t h = mix_number(1, c->kind);

    h = mix(mix(mix(h, wire_slice(c->human_ref)), wire_slice(c->status)), wire_slice(c->title));
    h = mix(mix(h, wire_slice(c->owner)), wire_slice(c->risk));
    h = mix_number(mix_number(h, c->op_count), c->updated_hlc);
    for (size_t i = 0; i < c->n_tags; i++)
        h = mix(h, wire_slice(c->tags[i]));
    return mix_number(h, c->n_conflicts);
}

/* --- hearing ------------------------------------------------------------------------------------------------------ */

/* I28: no op before an op it names, but one that says that its cause is missing. */
static void check_order(struct sim_reader *r, const struct cw_op_id *id)
{
    struct sim *s = r->sim;
    const struct sim_op *op = check_op(s, id);

    if (op == NULL)
        return;
    for (uint32_t i = 0; i < op->op.after_count; i++) {
        if (feed_was_told(r, &op->op.after[i]) == NULL)
            sim_fail(s, "I28", "reader %u is told an op of %s before one that it answers", r->index, op->author->name);
    }
    for (uint32_t i = 0; i < op->op.write_count; i++) {
        for (uint32_t k = 0; k < op->op.writes[i].supersede_count; k++) {
            if (feed_was_told(r, &op->op.writes[i].supersedes[k].op) == NULL)
                sim_fail(s, "I28", "reader %u is told an op of %s before one that it supersedes", r->index,
                         op->author->name);
        }
    }
}

static void take_op(struct sim_reader *r, const Cw__FeedItem *item)
{
    struct told_op told = {.verdict = ""};
    size_t len = item->op->verdict.len < sizeof told.verdict ? item->op->verdict.len : sizeof told.verdict - 1;

    memcpy(told.id.b, item->id.data, ID_LEN);
    if (len > 0)
        memcpy(told.verdict, item->op->verdict.data, len);
    if (!item->cause_missing && item->op->opened && !r->by_state && !r->sim->failed)
        check_order(r, &told.id);
    if (r->sim->verbose)
        sim_say(r->sim, "reader %u at %s is told %02x%02x: %s%s", r->index, sim_name(&r->sim->nodes[r->node]),
                told.id.b[0], told.id.b[1], told.verdict, item->again ? " again" : "");
    r->told = grown(r->told, r->told_count, &r->told_max, sizeof *r->told);
    r->told[r->told_count++] = told;
}

static void take_item(struct sim_reader *r, const Cw__FeedItem *item)
{
    if (item->why == 1 && item->id.len == ID_LEN && item->op != NULL)
        take_op(r, item);
    if (item->case_ == NULL || item->revising || item->case_->case_id.len != ID_LEN)
        return;
    r->lines = grown(r->lines, r->line_count, &r->line_max, sizeof *r->lines);
    sim_say(r->sim, "reader %u at %s has a line of %.*s: %u ops, %llx, why %u%s", r->index,
            sim_name(&r->sim->nodes[r->node]), (int)item->case_->human_ref.len,
            (const char *)item->case_->human_ref.data, item->case_->op_count,
            (unsigned long long)told_hash(item->case_), item->why, item->again ? " again" : "");
    memcpy(r->lines[r->line_count].id.b, item->case_->case_id.data, ID_LEN);
    r->lines[r->line_count++].hash = told_hash(item->case_);
}

static void take_items(struct sim_reader *r, const Cw__FeedItems *feed, size_t frame_len)
{
    struct sim *s = r->sim;

    if (feed->before.len != ID_LEN || memcmp(feed->before.data, r->expected.b, ID_LEN) != 0)
        sim_fail(s, "I28", "reader %u: a message does not follow the one before", r->index);
    r->heard_items += feed->n_items;
    r->heard_bytes += feed->n_items > 0 ? frame_len : 0;
    if (r->heard_items > r->granted_items)
        sim_fail(s, "I30", "reader %u granted %llu items and is told %llu", r->index,
                 (unsigned long long)r->granted_items, (unsigned long long)r->heard_items);
    for (size_t i = 0; i < feed->n_items; i++)
        take_item(r, feed->items[i]);
    set_bytes(&r->cursor, &r->cursor_len, feed->cursor.data, feed->cursor.len);
    cursor_hash(slice(r->cursor, r->cursor_len), &r->expected);
    r->level = feed->level;
    r->refusals = 0;
}

static void hear(struct sim_reader *r, struct cw_slice frame)
{
    struct sim *s = r->sim;
    size_t mark = arena_mark(&s->scratch);
    ProtobufCMessage *message;

    if (wire_unpack(&cw__answer__descriptor, frame, &s->scratch, &message, NULL) != CW_OK) {
        sim_fail(s, "I28", "reader %u: a message cannot be read", r->index);
    } else {
        const Cw__Answer *answer = (const Cw__Answer *)(const void *)message;

        if (answer->feed != NULL)
            take_items(r, answer->feed, frame.len);
        else
            r->on = false;
        if (answer->feed_end != NULL) {
            r->refusals++;
            sim_say(s, "reader %u is refused at %s: %s", r->index, sim_name(&s->nodes[r->node]),
                    cw_err_name((enum cw_err)answer->code));
        }
    }
    arena_release(&s->scratch, mark);
}

static void on_frame(struct sim *s, struct sim_event *e)
{
    struct sim_reader *r = &s->readers[e->node];

    if (r->session == e->a && r->on)
        hear(r, slice(e->bytes, e->len));
}

void feed_hear(struct sim_node *n, link_id link, struct cw_slice frame)
{
    struct sim *s = n->sim;
    uint32_t index = (uint32_t)(link >> 32) & 0xff;
    struct sim_reader *r = &s->readers[index];
    int64_t at = (n->busy_until > s->now ? n->busy_until : s->now) + rng_between(&r->rng, 1, 60);
    struct sim_event *e;

    if ((link & 0xffffffffu) != (r->session & 0xffffffffu))
        return;
    if (s->ended) {
        hear(r, frame);
        return;
    }
    if (at < r->last_arrival)
        at = r->last_arrival;
    r->last_arrival = at;
    e = sim_at_with(s, at, "feed frame", on_frame, frame);
    e->untraced = true;
    e->node = index;
    e->a = r->session;
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static void ask(struct sim_reader *r, Cw__Request *request)
{
    struct sim *s = r->sim;
    struct sim_node *n = &s->nodes[r->node];
    size_t mark = arena_mark(&s->scratch), cap = r->cursor_len + 4096;
    struct reader_identity who = {link_of(r), false, r->cert, SUBJECT_PERSON};
    struct writer w = writer_over(arena_take(&s->scratch, cap, 1), cap);
    uint8_t refusal[ANSWER_REFUSAL_LEN_MAX];
    struct writer answer = writer_over(refusal, sizeof refusal);
    const Cw__Request *read;
    struct input input;

    request->has_v = request->has_id = request->has_network = 1;
    request->v = 1;
    request->id = wire_bytes(slice(r->id, sizeof r->id));
    request->network = wire_bytes(ID_SLICE(&s->cast->network));
    wire_pack(&request->base, &w);
    CW_ASSERT(!w.failed);
    if (intake_client(n->node, &who, slice(w.data, w.len), &s->scratch, &input, &read, &answer) == INTAKE_FEED)
        feeds_ask(node_feeds(n->node), &who, read);
    else
        sim_fail(s, "I28", "%s does not take a request for a feed", sim_name(n));
    arena_release(&s->scratch, mark);
    feed_pump(n);
}

static void grant(struct sim_reader *r, uint32_t items, uint32_t bytes)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__FeedCredit credit = CW__FEED_CREDIT__INIT;

    r->granted_items += items;
    credit.has_feed = credit.has_items = credit.has_bytes = 1;
    credit.feed = wire_bytes(slice(r->id, sizeof r->id));
    credit.items = items;
    credit.bytes = bytes;
    request.credit = &credit;
    ask(r, &request);
}

static void hang_up(struct sim_reader *r)
{
    struct sim_node *n = &r->sim->nodes[r->node];

    if (r->on && n->up && n->starts == r->run)
        feeds_link_down(node_feeds(n->node), link_of(r));
    r->on = false;
}

static void connect_to(struct sim_reader *r, uint32_t node, uint32_t items, uint32_t bytes)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Subscribe subscribe = CW__SUBSCRIBE__INIT;

    r->session++;
    sim_say(r->sim, "reader %u goes to %s%s", r->index, sim_name(&r->sim->nodes[node]),
            r->cursor_len > 0 ? " with its cursor" : "");
    r->node = node;
    r->run = (uint32_t)r->sim->nodes[node].starts;
    r->on = true;
    r->stalled = r->level = false;
    rng_fill(&r->rng, r->id, sizeof r->id);
    r->granted_items = items;
    r->heard_items = 0;
    r->last_arrival = 0;
    memset(&r->expected, 0, sizeof r->expected);
    subscribe.has_start = subscribe.has_credit_items = subscribe.has_credit_bytes = subscribe.has_even_if_behind = 1;
    subscribe.start = r->cursor_len > 0 ? 1 : r->by_state ? 3 : 2;
    subscribe.has_by_state = subscribe.by_state = r->by_state;
    subscribe.credit_items = items;
    subscribe.credit_bytes = bytes;
    subscribe.even_if_behind = r->refusals >= BEHIND_MAX;
    r->went_on_behind = r->went_on_behind || subscribe.even_if_behind;
    if (r->cursor_len > 0) {
        subscribe.has_cursor = 1;
        subscribe.cursor = wire_bytes(slice(r->cursor, r->cursor_len));
        cursor_hash(slice(r->cursor, r->cursor_len), &r->expected);
        r->resumes++;
    }
    request.subscribe = &subscribe;
    ask(r, &request);
}

/* --- its life ------------------------------------------------------------------------------------------------------ */

static bool may_read_at(const struct sim_node *n)
{
    return n->present && n->up && n->honest && !n->dead && !n->in_turn;
}

static void connect_somewhere(struct sim_reader *r)
{
    struct sim *s = r->sim;
    uint32_t node = rng_below(&r->rng, s->node_count);

    if (may_read_at(&s->nodes[node]))
        connect_to(r, node, WINDOW_ITEMS, WINDOW_BYTES);
}

/* At most what it can take: the window less what is on its way. */
static void grant_window(struct sim_reader *r)
{
    uint64_t left = r->granted_items - r->heard_items;

    if (left < WINDOW_ITEMS / 2)
        grant(r, (uint32_t)(WINDOW_ITEMS - left), WINDOW_BYTES);
}

static void live(struct sim_reader *r)
{
    struct sim *s = r->sim;
    uint32_t fate = rng_below(&r->rng, 1000);

    if (!s->calm && fate < 60) { /* it crashes */
        sim_say(s, "reader %u crashes", r->index);
        hang_up(r);
        forget_unkept(r);
    } else if (!s->calm && fate < 110) { /* it goes elsewhere */
        keep(r);
        hang_up(r);
    } else if (!s->calm && fate < 160) {
        r->stalled = !r->stalled;
    }
    if (!r->on || (r->stalled && !s->calm))
        return;
    if (fate % 3 != 0)
        keep(r);
    grant_window(r);
}

static void on_tick(struct sim *s, struct sim_event *e)
{
    struct sim_reader *r = &s->readers[e->node];
    const struct sim_node *n = &s->nodes[r->node];
    struct sim_event *next = sim_at(s, s->now + rng_between(&r->rng, 20, 700), "feed reader", on_tick);

    next->untraced = true;
    next->node = e->node;
    if (r->on && (!n->up || n->starts != r->run))
        r->on = false; /* its daemon is gone; what was on its way is lost */
    if (!r->on)
        connect_somewhere(r);
    else if (may_read_at(n))
        live(r);
}

void feed_readers_begin(struct sim *s)
{
    for (uint32_t i = 0; i < READERS_MAX && !s->unwatched; i++) {
        struct sim_reader *r = &s->readers[i];
        struct sim_event *e = sim_at(s, 500 + 100 * (int64_t)i, "feed reader", on_tick);

        r->sim = s;
        r->index = i;
        r->rng = rng_of(s->options.seed, 5000 + i);
        r->cert = s->cast->officers[0][OFFICER_SUP].cert;
        r->by_state = i == 1;
        e->untraced = true;
        e->node = i;
    }
}

void feed_readers_free(struct sim *s)
{
    for (uint32_t i = 0; i < READERS_MAX; i++) {
        free(s->readers[i].cursor);
        free(s->readers[i].kept_cursor);
        free(s->readers[i].told);
        free(s->readers[i].lines);
    }
}

/* --- the feeder of a node -------------------------------------------------------------------------------------------- */

static void on_feeder(struct sim *s, struct sim_event *e)
{
    struct sim_node *n = &s->nodes[e->node];

    if (n->starts != e->a)
        return;
    n->feeder_at = INT64_MAX;
    feed_pump(n);
}

void feed_pump(struct sim_node *n)
{
    struct sim *s = n->sim;
    struct sim_event *e;
    int64_t at;

    if (s->unwatched || !n->up || n->dead || n->in_turn)
        return;
    while (feeds_step(node_feeds(n->node)))
        ;
    at = true_time_of(n, feeds_wake_at(node_feeds(n->node)));
    if (at == INT64_MAX || at >= n->feeder_at)
        return;
    n->feeder_at = at > s->now ? at : s->now + 1;
    e = sim_at(s, n->feeder_at, "feeder", on_feeder);
    e->untraced = true;
    e->node = n->index;
    e->a = n->starts;
}

void feed_read_out(struct sim_reader *r, struct sim_node *n)
{
    hang_up(r);
    for (int i = 0; i < 1000 && !r->sim->failed; i++) {
        if (!r->on)
            connect_to(r, n->index, PLENTY_ITEMS, PLENTY_BYTES);
        else
            grant(r, PLENTY_ITEMS, PLENTY_BYTES);
        if (r->level || (!r->on && r->refusals > BEHIND_MAX))
            break;
    }
    keep(r);
    hang_up(r);
}
