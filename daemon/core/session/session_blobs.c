/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

/*
 * WANT_BLOBS and BLOBS: headers always flow, blobs may lag. Holes are asked for, log by log, from peers whose
 * signed item shows the entry without a hole; each frame of BLOBS answers one that was asked for. Peers that show a log
 * are asked for it in turn. Who does not send what it shows rests, each time longer, until it sends some.
 */

void session_want_blobs(struct replica *r, struct peer *p, const struct peer_want_blobs *want)
{
    if (want->log_count == 0 || p->blob_answers == BLOB_ANSWERS_MAX)
        return;
    p->blob_answers++;
    /* One log a message is what we ask; more would let a peer make us read without end. */
    const struct blob_want *first = &want->logs[0];
    struct effect *effect = effects_add(r->out, EFFECT_SEND_BLOBS);

    effect->as.send_blobs.link = peer_link(p);
    effect->as.send_blobs.from = p->mine;
    effect->as.send_blobs.to = p->theirs;
    effect->as.send_blobs.counter = session_next_counter(p);
    effect->as.send_blobs.log = first->log;
    effect->as.send_blobs.seq_count = first->seq_count;
    effect->as.send_blobs.seqs = first->seqs;
}

static uint32_t number_of(const struct replica *r, const struct peer *p)
{
    return (uint32_t)(p - r->peers.at);
}

static bool is_missing(const struct log_head *head, uint64_t seq)
{
    return seq >= 1 && seq <= head->seq && !log_holds_blob(head->blob_seq, head->holes, head->hole_count, seq);
}

/* Each entry once a frame: whoever says it again makes us read again. */
static bool is_repeated(const struct peer_blobs *blobs, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++) {
        if (blobs->items[i].seq == blobs->items[at].seq && ID_EQ(&blobs->items[i].log, &blobs->items[at].log))
            return true;
    }
    return false;
}

void session_blobs(struct replica *r, struct peer *p, const struct peer_blobs *blobs)
{
    if (p->blob_frames == 0) {
        session_refuse(r, p, CW_PEER_CREDIT);
        return;
    }
    p->blob_frames--;
    for (uint32_t i = 0; i < blobs->count && i < MESSAGE_ITEMS_MAX; i++) {
        uint32_t slot = logs_find(&r->logs, &blobs->items[i].log);

        if (slot == LOG_NONE || !is_missing(&replica_slot(r, slot)->head, blobs->items[i].seq) || is_repeated(blobs, i))
            continue;
        replica_slot(r, slot)->blobs_from = number_of(r, p);
        effects_add(r->out, EFFECT_STORE_BLOBS)->as.store_blobs.item = &blobs->items[i];
    }
}

/* What fits was held and is: that peer may be asked for more at once. */
void session_blobs_held(struct replica *r, struct log_slot *slot)
{
    struct known_item *item = slot->blobs_from >= r->peers.count
                                  ? NULL
                                  : known_frontier_find(&r->peers.at[slot->blobs_from].known, &slot->head.log);

    if (item != NULL)
        rest_end(&item->blobs_rest);
    slot->blobs_at = r->now;
}

static uint32_t list_missing(const struct log_head *head, const struct known_frontier *known,
                             const struct known_item *item, uint64_t *out)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < head->hole_count && count < BLOB_SEQS_MAX; i++) {
        if (known_item_holds_blob(known, item, head->holes[i]))
            out[count++] = head->holes[i];
    }
    for (uint64_t seq = head->blob_seq + 1; seq <= head->seq && count < BLOB_SEQS_MAX; seq++) {
        if (known_item_holds_blob(known, item, seq))
            out[count++] = seq;
        else if (seq > item->blob_seq)
            break;
    }
    return count;
}

static bool can_ask(const struct replica *r, const struct peer *p)
{
    return peer_state_is_session(p->state) && p->known.known && mono_reached(r->now, p->blobs_at);
}

static bool is_of_use(const struct replica *r, const struct known_item *item)
{
    return item != NULL && item->agreement != AGREEMENT_CONTRADICTS && !rest_is_on(&item->blobs_rest, r->now);
}

/* Between who was asked last and this one, round the table, stands another who shows what is missing. */
static bool is_anothers_turn(const struct replica *r, const struct peer *p, const struct log_slot *slot)
{
    uint64_t missing[BLOB_SEQS_MAX];

    for (uint32_t i = slot->blobs_asked + 1;; i++) {
        const struct peer *other = &r->peers.at[i % r->peers.count];
        const struct known_item *item = known_frontier_find(&other->known, &slot->head.log);

        if (other == p)
            return false;
        if (can_ask(r, other) && is_of_use(r, item) && list_missing(&slot->head, &other->known, item, missing) > 0)
            return true;
    }
}

static bool ask_for(struct replica *r, struct peer *p, struct log_slot *slot)
{
    struct known_item *item = known_frontier_find(&p->known, &slot->head.log);
    uint64_t *seqs;
    uint32_t count;

    if (!is_of_use(r, item))
        return false;
    seqs = EFFECTS_ARRAY(r->out, uint64_t, BLOB_SEQS_MAX);
    count = list_missing(&slot->head, &p->known, item, seqs);
    if (count == 0 || is_anothers_turn(r, p, slot))
        return false;

    struct blob_want *want = EFFECTS_NEW(r->out, struct blob_want);
    struct peer_message *message = session_say(r, p, PEER_WANT_BLOBS);

    *want = (struct blob_want){slot->head.log, count, seqs};
    message->as.want_blobs = (struct peer_want_blobs){1, want};
    slot->blobs_at = mono_after(r->now, BLOBS_RETRY_MS);
    slot->blobs_asked = number_of(r, p);
    rest_begin(&item->blobs_rest, r->now, BLOBS_RETRY_MS, BLOBS_RETRY_MS, BLOBS_RETRY_DOUBLINGS_MAX);
    p->blob_frames += p->blob_frames < BLOB_FRAMES_MAX;
    return true;
}

void session_fetch_blobs(struct replica *r, struct peer *p)
{
    if (!can_ask(r, p))
        return;
    for (uint32_t i = 0; i < r->logs.count; i++) {
        struct log_slot *slot = replica_slot(r, i);
        size_t mark = arena_mark(r->out->arena);

        if (!log_head_lacks_blobs(&slot->head) || !mono_reached(r->now, slot->blobs_at))
            continue;
        if (ask_for(r, p, slot)) {
            p->blobs_at = mono_after(r->now, BLOBS_PAUSE_MS);
            return;
        }
        arena_release(r->out->arena, mark);
    }
}
