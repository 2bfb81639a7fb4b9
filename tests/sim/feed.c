/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/feed.h"

#include "proto/cursor.h"
#include "proto/wire.h"
#include "tests/sim/check.h"

#include <stdlib.h>

#define FEED_STEPS_MAX 20000u          /* at one moment; what a world holds is told in a few hundred */
#define READER_LINK ((link_id)2 << 40) /* then the reader and its session */
#define PLENTY_ITEMS 100000u
#define PLENTY_BYTES ((uint32_t)1 << 20)
#define BEHIND_MAX 12 /* refusals in a row, before it goes on without */

/* How each of them reads. */
static const struct {
    enum reader_kind kind;
    uint32_t window_items, window_bytes;
    uint32_t stalls; /* of 1000 looks, how many end or begin a pause */
} ways[READERS_MAX] = {
    {READS_ALL, 60, 60000, 50},
    {READS_STATE, 60, 60000, 50},
    {READS_ALL, 3, 900, 250}, /* slow: a message at a time, and long pauses */
    {READS_CHOSEN, 60, 60000, 50},
};

bool feed_is_link(link_id link)
{
    return link >> 40 == 2;
}

static link_id link_of(const struct sim_reader *r)
{
    return READER_LINK | (uint64_t)r->index << 32 | (r->session & 0xffffffffu);
}

/* --- hearing ------------------------------------------------------------------------------------------------------ */

static void hear(struct sim_reader *r, struct cw_slice frame, uint64_t granted)
{
    struct sim *s = r->sim;
    size_t mark = arena_mark(&s->scratch);
    ProtobufCMessage *message;

    if (wire_unpack(&cw__answer__descriptor, frame, &s->scratch, &message, NULL) != CW_OK) {
        sim_fail(s, "I28", "reader %u: a message cannot be read", r->index);
    } else {
        const Cw__Answer *answer = (const Cw__Answer *)(const void *)message;

        if (answer->feed != NULL)
            feed_take_items(r, answer->feed, granted);
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
        hear(r, slice(e->bytes, e->len), e->b);
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
    if (r->at_once) {
        hear(r, frame, r->granted_bytes);
        return;
    }
    if (at < r->last_arrival)
        at = r->last_arrival;
    r->last_arrival = at;
    e = sim_at_with(s, at, "feed frame", on_frame, frame);
    e->untraced = true;
    e->node = index;
    e->a = r->session;
    e->b = r->granted_bytes;
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
    r->granted_bytes += bytes;
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
    Cw__FeedFilter filter = CW__FEED_FILTER__INIT;
    ProtobufCBinaryData risk = wire_bytes(slice_of(READER_CHOSEN_RISK));

    r->session++;
    sim_say(r->sim, "reader %u goes to %s%s", r->index, sim_name(&r->sim->nodes[node]),
            r->cursor_len > 0 ? " with its cursor" : "");
    r->node = node;
    r->run = (uint32_t)r->sim->nodes[node].starts;
    r->on = true;
    r->stalled = r->level = false;
    rng_fill(&r->rng, r->id, sizeof r->id);
    r->granted_items = items;
    r->granted_bytes = bytes;
    r->heard_items = r->counted_bytes = r->left_bytes = 0;
    r->last_arrival = 0;
    memset(&r->expected, 0, sizeof r->expected);
    subscribe.has_start = subscribe.has_credit_items = subscribe.has_credit_bytes = subscribe.has_even_if_behind = 1;
    subscribe.start = r->cursor_len > 0 ? 1 : r->kind == READS_STATE ? 3 : 2;
    subscribe.has_by_state = subscribe.by_state = r->kind == READS_STATE;
    subscribe.has_records = subscribe.records = r->kind == READS_ALL;
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
    filter.risks = &risk;
    filter.n_risks = 1;
    if (r->kind == READS_CHOSEN)
        subscribe.filter = &filter;
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
        connect_to(r, node, ways[r->index].window_items, ways[r->index].window_bytes);
}

/* At most what it can take: the window less what is on its way. */
static void grant_window(struct sim_reader *r)
{
    uint32_t window = ways[r->index].window_items;
    uint64_t left = r->granted_items - r->heard_items;

    if (left < window / 2 || r->left_bytes == 0)
        grant(r, (uint32_t)(window - left), ways[r->index].window_bytes);
}

static void live(struct sim_reader *r)
{
    struct sim *s = r->sim;
    uint32_t fate = rng_below(&r->rng, 1000);

    if (!s->calm && fate < 60) { /* it crashes */
        sim_say(s, "reader %u crashes", r->index);
        hang_up(r);
        feed_forget_unkept(r);
    } else if (!s->calm && fate < 110) { /* it goes elsewhere */
        feed_keep(r);
        hang_up(r);
    } else if (!s->calm && fate < 110 + ways[r->index].stalls) {
        r->stalled = !r->stalled;
    }
    if (!r->on || (r->stalled && !s->calm))
        return;
    if (fate % 3 != 0)
        feed_keep(r);
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
        r->kind = ways[i].kind;
        r->slow = ways[i].window_items < 10;
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
    uint32_t steps = 0;

    if (s->unwatched || !n->up || n->dead || n->in_turn)
        return;
    while (feeds_step(node_feeds(n->node)) && ++steps < FEED_STEPS_MAX)
        ;
    if (steps == FEED_STEPS_MAX) /* it would keep a core busy */
        sim_fail(s, "I30", "%s finds something to do for its feeds without end", sim_name(n));
    at = true_time_of(n, feeds_wake_at(node_feeds(n->node)));
    if (at == INT64_MAX || at >= n->feeder_at)
        return;
    n->feeder_at = at > s->now ? at : s->now + 1;
    e = sim_at(s, n->feeder_at, "feeder", on_feeder);
    e->untraced = true;
    e->node = n->index;
    e->a = n->starts;
}

/*
 * All that can be told at once is told in one round. What is left then waits for a cause that nobody honest has, and is
 * told without it when its time is over.
 */
void feed_read_out(struct sim_reader *r, struct sim_node *n)
{
    uint64_t waited_with =
        UINT64_MAX; /* entries, when it was waited last: daemons go on to sign for duties meanwhile */

    hang_up(r);
    r->at_once = true;
    r->told_now = r->provisional_now = 0;
    for (int i = 0; i < 1000 && !r->sim->failed; i++) {
        uint32_t told = r->told_now;
        uint64_t entries = n->node->counters[COUNTER_ENTRIES];

        if (!r->on)
            connect_to(r, n->index, PLENTY_ITEMS, PLENTY_BYTES);
        else
            grant(r, PLENTY_ITEMS, PLENTY_BYTES);
        if (r->level || (!r->on && r->refusals > BEHIND_MAX) ||
            (r->on && waited_with == entries && r->told_now == told))
            break;
        if (r->on && waited_with != entries && r->told_now == told) {
            waited_with = entries;
            sim_run_ms(r->sim, FEED_READ_OUT_MS);
        }
    }
    feed_keep(r);
    hang_up(r);
    r->at_once = false;
}
