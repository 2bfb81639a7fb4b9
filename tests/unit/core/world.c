/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/core/world.h"
#include "tests/unit/core/world_store.h"

#include <stdlib.h>

#define EFFECTS_MAX 20000
#define ARENA_LEN ((size_t)16 << 20)

/* --- names --------------------------------------------------------------------------------------------- */

static const char *const divisions[WORLD_NODES_MAX] = {"NTH", "EST", "WST", "STH"};

void world_network(struct network_id *out)
{
    memset(out, 0x4E, sizeof *out);
}

void world_cert(uint32_t number, struct cert_id *out)
{
    memset(out, 0, sizeof *out);
    out->b[0] = (uint8_t)(0x10 + number);
    out->b[31] = 0xCE;
}

struct node *world_node(struct world *w, uint32_t node)
{
    return &w->nodes[node];
}

/* --- making -------------------------------------------------------------------------------------------- */

static bool view_covering(void *ctx, const struct log_id *log, uint64_t seq, struct position *out, uint64_t *out_first)
{
    const struct stored_batch *batch = store_covering(ctx, log, seq);

    if (batch == NULL)
        return false;
    *out = (struct position){*log, batch->seal.last, batch->seal_hash};
    *out_first = batch->seal.first;
    return true;
}

static bool everybody_reads(void *ctx, const struct cert_id *cert)
{
    (void)ctx;
    (void)cert;
    return true;
}

static void load(struct node *n, bool incarnate)
{
    struct replica_start start = {.next_n = n->log_count + 1, .counter = n->frontier.counter};
    const struct log_head *own = NULL;

    for (uint32_t i = 0; i < n->head_count; i++) {
        CW_ASSERT(replica_load_log(n->replica, &n->heads[i]) == CW_OK);
        if (ID_EQ(&n->heads[i].cert, &n->self.cert) && !n->heads[i].closed && n->heads[i].seq > 0)
            own = &n->heads[i];
    }
    struct position prior = {0};

    if (own != NULL)
        prior = (struct position){own->log, own->seq, own->seal};
    if (own != NULL && !incarnate)
        start.own_log = &own->log;
    else if (own != NULL)
        start.prior = &prior;
    memset(start.nonce, (int)(n->number + 1), sizeof start.nonce);
    memcpy(start.nonce, &n->turns, sizeof n->turns);
    memcpy(start.start, n->frontier.start, sizeof start.start);
    memcpy(start.replaces, n->frontier.replaces, sizeof start.replaces);
    if (incarnate || n->frontier.counter == 0) {
        memcpy(start.replaces, n->frontier.start, sizeof start.replaces);
        memset(start.start, (int)(0x50 + n->number), sizeof start.start);
        memcpy(start.start, &n->turns, sizeof n->turns);
    }
    replica_start(n->replica, &start);
}

static void boot(struct node *n, bool incarnate)
{
    struct world *w = n->world;

    free(n->memory);
    n->memory = malloc(replica_memory(&w->limits));
    CW_ASSERT(n->memory != NULL);
    n->replica = replica_init(n->memory, &w->limits, &n->self);
    replica_seed(n->replica, 1000 + n->number + 97 * n->turns);
    load(n, incarnate);
}

struct world *world_new(uint32_t node_count)
{
    struct world *w = calloc(1, sizeof *w);

    CW_ASSERT(w != NULL && node_count <= WORLD_NODES_MAX);
    w->now.ms = 1000;
    w->node_count = node_count;
    w->limits = (struct replica_limits){.logs_max = 64,
                                        .peers_max = 8,
                                        .watches_max = 8,
                                        .credit_peer = MESSAGE_LEN_MAX,
                                        .credit_total = UINT64_C(4) * MESSAGE_LEN_MAX,
                                        .heartbeat_ms = 30000,
                                        .session_dead_ms = 90000};
    for (uint32_t i = 0; i < node_count; i++) {
        struct node *n = &w->nodes[i];

        n->world = w;
        n->number = i;
        world_network(&n->self.network);
        world_cert(i, &n->self.cert);
        memcpy(n->self.division, divisions[i], 3);
        n->effects = (struct effects){calloc(EFFECTS_MAX, sizeof(struct effect)), 0, EFFECTS_MAX, &n->arena};
        n->arena = arena_over(malloc(ARENA_LEN), ARENA_LEN);
        n->parse_arena = arena_over(malloc(ARENA_LEN), ARENA_LEN);
        n->inbox = calloc(INBOX_MAX, sizeof *n->inbox);
        CW_ASSERT(n->effects.at != NULL && n->arena.base != NULL && n->parse_arena.base != NULL && n->inbox != NULL);
        boot(n, false);
    }
    return w;
}

void world_free(struct world *w)
{
    for (uint32_t i = 0; i < w->node_count; i++) {
        struct node *n = &w->nodes[i];

        for (uint32_t k = 0; k < n->inbox_count; k++)
            free(n->inbox[k].frame);
        free(n->inbox);
        free(n->effects.at);
        free(n->arena.base);
        free(n->parse_arena.base);
        free(n->memory);
        store_free(n);
    }
    free(w);
}

/* --- events -------------------------------------------------------------------------------------------- */

static struct inbox_event *queue(struct node *n, enum event_kind kind)
{
    CW_ASSERT(n->inbox_count < INBOX_MAX);
    struct inbox_event *in = &n->inbox[n->inbox_count++];

    memset(in, 0, sizeof *in);
    in->event.kind = kind;
    return in;
}

void world_event(struct world *w, uint32_t node, const struct event *event)
{
    queue(&w->nodes[node], event->kind)->event = *event;
}

void world_submit_len(struct world *w, uint32_t node, uint32_t count, uint32_t part_len)
{
    for (uint32_t i = 0; i < count; i++) {
        struct inbox_event *in = queue(&w->nodes[node], EVENT_SUBMIT);
        uint64_t tag = ++w->tags;

        in->draft = (struct entry_header){.kind = CLASS_CASE, .part_count = 1};
        memcpy(in->draft.op_id.b, &tag, sizeof tag);
        in->draft.parts[0].len = part_len;
        in->event.as.submit.tag = tag;
        w->nodes[node].submitted++;
    }
}

void world_submit(struct world *w, uint32_t node, uint32_t count)
{
    world_submit_len(w, node, count, 4);
}

void world_watch(struct world *w, uint32_t node, uint32_t k, int64_t timeout_ms)
{
    struct inbox_event *in = queue(&w->nodes[node], EVENT_WATCH);

    in->event.as.watch.tag = 77;
    in->event.as.watch.log = w->nodes[node].last_put_log;
    in->event.as.watch.seq = w->nodes[node].last_put_seq;
    in->event.as.watch.k = k;
    in->event.as.watch.deadline = mono_after(w->now, timeout_ms);
}

static void link_up(struct node *n, struct node *peer, link_id link, bool incoming)
{
    struct inbox_event *in = queue(n, EVENT_LINK_UP);

    in->event.as.link_up.link = link;
    in->event.as.link_up.cert = peer->self.cert;
    memcpy(in->event.as.link_up.division, peer->self.division, sizeof peer->self.division);
    in->event.as.link_up.incoming = incoming;
}

uint32_t world_connect(struct world *w, uint32_t a, uint32_t b)
{
    CW_ASSERT(w->wire_count < CW_COUNT(w->wires));
    struct wire *wire = &w->wires[w->wire_count++];

    *wire = (struct wire){a, b, ++w->next_link, 0, true};
    wire->at_b = ++w->next_link;
    link_up(&w->nodes[a], &w->nodes[b], wire->at_a, false);
    link_up(&w->nodes[b], &w->nodes[a], wire->at_b, true);
    return w->wire_count - 1;
}

void world_disconnect(struct world *w, uint32_t number)
{
    struct wire *wire = &w->wires[number];

    if (!wire->up)
        return;
    wire->up = false;
    queue(&w->nodes[wire->a], EVENT_LINK_DOWN)->event.as.link_down.link = wire->at_a;
    queue(&w->nodes[wire->b], EVENT_LINK_DOWN)->event.as.link_down.link = wire->at_b;
}

void world_restart(struct world *w, uint32_t node, bool incarnate)
{
    struct node *n = &w->nodes[node];

    for (uint32_t i = 0; i < w->wire_count; i++) {
        if (w->wires[i].a == node || w->wires[i].b == node)
            world_disconnect(w, i);
    }
    for (uint32_t k = 0; k < n->inbox_count; k++)
        free(n->inbox[k].frame);
    n->inbox_count = 0;
    boot(n, incarnate);
}

/* --- sending ------------------------------------------------------------------------------------------- */

static void deliver(struct node *from, link_id link, struct cw_slice frame)
{
    struct world *w = from->world;

    from->frames_out++;
    for (uint32_t i = 0; i < w->wire_count; i++) {
        const struct wire *wire = &w->wires[i];
        bool is_a = wire->at_a == link && wire->a == from->number;
        bool is_b = wire->at_b == link && wire->b == from->number;

        if (!wire->up || (!is_a && !is_b))
            continue;
        uint32_t to = is_a ? wire->b : wire->a;

        if (w->pass != NULL && !w->pass(w, from->number, to, frame))
            return;
        struct inbox_event *in = queue(&w->nodes[to], EVENT_MESSAGE);

        in->event.as.message.link = is_a ? wire->at_b : wire->at_a;
        in->frame = malloc(frame.len);
        CW_ASSERT(in->frame != NULL);
        memcpy(in->frame, frame.data, frame.len);
        in->frame_len = frame.len;
    }
}

uint64_t world_send(struct node *n, link_id link, const struct peer_message *message)
{
    size_t mark = arena_mark(&n->arena);
    uint8_t *bytes = arena_take(&n->arena, MESSAGE_LEN_MAX, 1);
    struct writer writer = writer_over(bytes, MESSAGE_LEN_MAX);

    CW_ASSERT(bytes != NULL && peer_message_encode(message, &n->arena, &writer) == CW_OK && !writer.failed);
    deliver(n, link, slice(bytes, writer.len));
    arena_release(&n->arena, mark);
    return writer.len;
}

static void drop_link(struct node *n, link_id link)
{
    struct world *w = n->world;

    for (uint32_t i = 0; i < w->wire_count; i++) {
        struct wire *wire = &w->wires[i];

        if (!wire->up || (wire->at_a != link && wire->at_b != link))
            continue;
        wire->up = false;
        /* The side that drops has forgotten it; the other one notices. */
        bool is_a = wire->at_a == link;

        queue(&w->nodes[is_a ? wire->b : wire->a], EVENT_LINK_DOWN)->event.as.link_down.link =
            is_a ? wire->at_b : wire->at_a;
    }
}

static void note(struct node *n, const struct effect *e)
{
    n->notes[e->as.note.note]++;
    n->last_note_err[e->as.note.note] = e->as.note.err;
}

static void speak(struct node *n, const struct effect *e)
{
    switch (e->kind) {
    case EFFECT_SEND:
        (void)world_send(n, e->as.send.link, e->as.send.message);
        break;
    case EFFECT_SEND_FRONTIER:
        store_send_frontier(n, e);
        break;
    case EFFECT_SEND_ENTRIES:
        store_send_entries(n, e, &queue(n, EVENT_SENT)->event);
        break;
    case EFFECT_SEND_BLOBS:
        store_send_blobs(n, e);
        break;
    case EFFECT_SEND_FORK:
        store_send_fork(n, e);
        break;
    case EFFECT_DROP_LINK:
        drop_link(n, e->as.drop_link.link);
        break;
    case EFFECT_HELD:
        n->held_answers++;
        n->held_last = e->as.held.held;
        n->held_reached = e->as.held.reached;
        break;
    case EFFECT_NOTE:
        note(n, e);
        break;
    default:
        break;
    }
}

/* --- a turn -------------------------------------------------------------------------------------------- */

static enum cw_err step_one(struct node *n, struct inbox_event *in)
{
    struct event *event = &in->event;

    event->now = n->world->now;
    event->wall = (struct cw_wall){WORLD_WALL_MS + n->world->now.ms};
    if (event->kind == EVENT_SUBMIT)
        event->as.submit.draft = &in->draft;
    if (in->frame != NULL && !store_read_frame(n, in))
        return CW_OK;
    return replica_step(n->replica, event);
}

static void finish_turn(struct node *n)
{
    uint32_t from = 0;

    store_write(n);
    for (uint32_t i = from; i < n->effects.count; i++) {
        if (!effect_is_write(n->effects.at[i].kind))
            speak(n, &n->effects.at[i]);
    }
}

static void turn(struct node *n)
{
    static const struct replica_view template = {.seal_covering = view_covering, .may_read = everybody_reads};
    struct replica_view view = template;
    uint32_t count = n->inbox_count, done = 0;

    view.ctx = n;
    n->turns++;
    n->effects.count = 0;
    n->arena.used = n->parse_arena.used = 0;
    replica_begin_turn(n->replica, &view, &n->effects);
    while (done < count && n->parse_arena.len - n->parse_arena.used > ((size_t)5 << 20)) {
        if (step_one(n, &n->inbox[done]) == CW_AGAIN_BUSY)
            break;
        done++;
    }
    CW_ASSERT(replica_end_turn(n->replica, n->world->now, (struct cw_wall){WORLD_WALL_MS + n->world->now.ms}) == CW_OK);
    finish_turn(n);
    for (uint32_t i = 0; i < done; i++)
        free(n->inbox[i].frame);
    n->inbox_count -= done;
    memmove(n->inbox, n->inbox + done, n->inbox_count * sizeof *n->inbox);
}

bool world_round(struct world *w)
{
    bool any = false;

    for (uint32_t i = 0; i < w->node_count; i++) {
        if (w->nodes[i].inbox_count == 0 && !mono_reached(w->now, replica_wake_at(w->nodes[i].replica)))
            continue;
        turn(&w->nodes[i]);
        any = true;
    }
    return any;
}

void world_settle(struct world *w)
{
    uint32_t rounds = 0;

    while (world_round(w))
        CW_ASSERT(++rounds < 20000);
}

void world_run_ms(struct world *w, int64_t ms)
{
    struct cw_mono end = mono_after(w->now, ms);

    for (;;) {
        struct cw_mono next = end;

        world_settle(w);
        for (uint32_t i = 0; i < w->node_count; i++)
            next = mono_earlier(next, replica_wake_at(w->nodes[i].replica));
        if (next.ms >= end.ms)
            break;
        CW_ASSERT(next.ms > w->now.ms);
        w->now = next;
    }
    w->now = end;
    world_settle(w);
}

/* --- looking ------------------------------------------------------------------------------------------- */

bool world_equal(struct world *w)
{
    struct frontier_head first, other;

    replica_frontier(w->nodes[0].replica, &first);
    for (uint32_t i = 1; i < w->node_count; i++) {
        replica_frontier(w->nodes[i].replica, &other);
        if (!ID_EQ(&first.root, &other.root) || first.item_count != other.item_count)
            return false;
    }
    return true;
}

uint64_t world_total(struct world *w, uint32_t node)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < replica_log_count(w->nodes[node].replica); i++)
        total += replica_log_at(w->nodes[node].replica, i)->seq;
    return total;
}

enum peer_state world_state(struct world *w, uint32_t node, uint32_t peer)
{
    for (uint32_t i = 0; i < replica_peer_count(w->nodes[node].replica); i++) {
        struct peer_status status;

        replica_peer_at(w->nodes[node].replica, i, &status);
        if (ID_EQ(&status.cert, &w->nodes[peer].self.cert))
            return status.state;
    }
    return PEER_STATE_DOWN;
}

bool world_in_step(struct world *w, uint32_t node, uint32_t peer)
{
    return world_state(w, node, peer) == PEER_STATE_IN_STEP;
}

uint32_t world_notes(struct world *w, uint32_t node, enum note kind)
{
    return w->nodes[node].notes[kind];
}
