/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"
#include "node/exec.h"
#include "node/turn.h"

/* After commit and anchor, from a snapshot: everything that tells somebody what was decided. */

void exec_send_message(struct turn *t, link_id link, const struct peer_message *message)
{
    size_t mark = arena_mark(&t->arena);
    struct writer w = writer_over(arena_take_raw(&t->arena, MESSAGE_LEN_MAX, 1), MESSAGE_LEN_MAX);
    enum cw_err err = w.data == NULL ? CW_LOCAL_MEMORY : peer_message_encode(message, &t->arena, &w);

    if (err == CW_OK) {
        t->n->counters[COUNTER_SENT_BYTES] += w.len;
        t->n->ports.net.send(t->n->ports.net.ctx, link, slice(w.data, w.len));
    } else {
        node_alarm(t->n, "message", "a message of kind %d could not be made: %s", (int)message->kind,
                   cw_err_sentence(err));
    }
    arena_release(&t->arena, mark);
}

static void sign_frontier(struct node *n)
{
    const struct signer_port *signer = &n->ports.signer;

    if (n->frontier_signed)
        return;
    signer->sign(signer->ctx, LABEL_FRONTIER, n->frontier.head, &n->frontier_signature);
    n->frontier_signed = true;
}

/* A frontier that nothing moved has no stored bytes yet: it is the one of an empty daemon. */
static bool state_frontier(struct node *n)
{
    struct frontier_head head;
    struct writer w = writer_over(n->frontier_head_bytes, sizeof n->frontier_head_bytes);

    if (n->frontier.head.len > 0)
        return true;
    replica_frontier(n->replica, &head);
    frontier_head_encode(&head, &w);
    n->frontier.head = slice(n->frontier_head_bytes, w.len);
    n->frontier_signed = false;
    return !w.failed;
}

static bool encode_items(struct turn *t, struct peer_frontier *f)
{
    f->item_bytes = ARENA_ARRAY(&t->arena, struct cw_slice, f->item_count + 1);
    if (f->item_bytes == NULL)
        return false;
    for (uint32_t i = 0; i < f->item_count; i++) {
        uint8_t bytes[1024];
        struct writer w = writer_over(bytes, sizeof bytes);

        frontier_item_encode(&f->items[i], &w);
        const void *copy = w.failed ? NULL : arena_copy(&t->arena, bytes, w.len);
        if (copy == NULL)
            return false;
        f->item_bytes[i] = slice(copy, w.len);
    }
    return true;
}

void exec_send_frontier(struct turn *t, const struct effect *e)
{
    struct node *n = t->n;
    size_t mark = arena_mark(&t->arena);
    struct peer_message *m = ARENA_NEW(&t->arena, struct peer_message);
    struct frontier_item *items = ARENA_TABLE(&t->arena, struct frontier_item, replica_log_count(n->replica) + 1);

    if (m == NULL || items == NULL || !state_frontier(n))
        return;
    sign_frontier(n);
    m->from = e->as.send_frontier.from;
    m->to = e->as.send_frontier.to;
    m->counter = e->as.send_frontier.counter;
    m->kind = PEER_FRONTIER;
    struct peer_frontier *f = &m->as.frontier;
    f->head_bytes = n->frontier.head;
    f->signature = n->frontier_signature;
    f->full = e->as.send_frontier.full;
    f->since = e->as.send_frontier.since;
    f->now_ms = t->wall.ms > 0 ? (uint64_t)t->wall.ms : 0;
    f->items = items;
    f->item_count = f->full ? replica_frontier_items(n->replica, items, replica_log_count(n->replica))
                            : replica_frontier_changes(n->replica, f->since, items, replica_log_count(n->replica));
    if (encode_items(t, f))
        exec_send_message(t, e->as.send_frontier.link, m);
    arena_release(&t->arena, mark);
}

void exec_send_fork(struct turn *t, const struct effect *e)
{
    size_t mark = arena_mark(&t->arena);
    struct peer_message *m = ARENA_NEW(&t->arena, struct peer_message);
    struct cw_slice frame;

    if (m != NULL &&
        db_get_copy(t->n, t->txn, TABLE_FORK, row_key_log(&e->as.send_fork.log), &t->arena, &frame) == CW_OK &&
        peer_message_parse(frame, &t->arena, m) == CW_OK) {
        m->from = e->as.send_fork.from;
        m->to = e->as.send_fork.to;
        m->counter = e->as.send_fork.counter;
        exec_send_message(t, e->as.send_fork.link, m);
    }
    arena_release(&t->arena, mark);
}

void exec_held(struct turn *t, const struct effect *e)
{
    reply_held(t, e->as.held.tag, e->as.held.held);
}

static link_id needs_store(const struct effect *e)
{
    switch ((int)e->kind) {
    case EFFECT_SEND_ENTRIES:
        return e->as.send_entries.link;
    case EFFECT_SEND_BLOBS:
        return e->as.send_blobs.link;
    case EFFECT_SEND_FORK:
        return e->as.send_fork.link;
    default:
        return 0;
    }
}

static void exec_say(struct turn *t, const struct effect *e)
{
    switch (e->kind) {
    case EFFECT_SEND:
        exec_send_message(t, e->as.send.link, e->as.send.message);
        break;
    case EFFECT_SEND_FRONTIER:
        exec_send_frontier(t, e);
        break;
    case EFFECT_SEND_ENTRIES:
        exec_send_entries(t, e);
        break;
    case EFFECT_SEND_BLOBS:
        exec_send_blobs(t, e);
        break;
    case EFFECT_SEND_FORK:
        exec_send_fork(t, e);
        break;
    case EFFECT_DROP_LINK:
        link_dropped(t->n, e->as.drop_link.link, e->as.drop_link.why);
        break;
    case EFFECT_HELD:
        exec_held(t, e);
        break;
    case EFFECT_NOTE:
        exec_note(t, e);
        break;
    case EFFECT_OPEN_LOG:
    case EFFECT_PUT_ENTRY:
    case EFFECT_PUT_SEAL:
    case EFFECT_STORE_BATCH:
    case EFFECT_STORE_BLOBS:
    case EFFECT_CLOSE_LOG:
    case EFFECT_STORE_FORK:
    case EFFECT_PUT_FRONTIER:
    case EFFECT_PUT_PEER:
    case EFFECT_PUT_LOG:
    case EFFECT_LOG_ADVANCED: /* folds and tables looked while it was written */
        break;
    }
}

void exec_says(struct turn *t)
{
    for (uint32_t i = 0; i < t->effects.count; i++) {
        const struct effect *e = &t->effects.at[i];
        link_id unread = t->txn == NULL ? needs_store(e) : 0;

        if (unread == 0)
            exec_say(t, e);
        else
            links_greet_later(t->n, unread, mono_after(t->now, FAILED_HOLD_MS));
    }
}
