/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

/*
 * FRONTIER: what each side durably holds, signed. The whole at the start of a session, then what changed. A
 * delta that does not lead to the signed root is answered by asking for the whole (a WANT that lists nothing
 * and grants nothing): the session and what flows in it go on.
 *
 * Each item costs its reader a row, and each frontier a root over all of them. So a whole one comes only when it has to,
 * and what one peer may have us do is bounded; beyond that it is passed over and the whole asked for later.
 */

#define ROOT_OF_ITEMS 256 /* so many hashed anew cost what one that changed does */

/* An honest daemon says one a turn: some three hundred a second go through with a thousand logs, a thousand with few. */
static int64_t cost_ms(const struct peer *p, const struct peer_frontier *frontier)
{
    return ((int64_t)frontier->item_count + p->known.item_count / ROOT_OF_ITEMS) / FRONTIER_ITEMS_PER_MS + 1;
}

static bool take_share(const struct replica *r, struct peer *p, const struct peer_frontier *frontier)
{
    struct cw_mono from = mono_reached(r->now, p->frontier_paid) ? r->now : p->frontier_paid;
    struct cw_mono paid = mono_after(from, cost_ms(p, frontier));

    if (paid.ms > r->now.ms + FRONTIER_AHEAD_MS + (int64_t)r->limits.logs_max)
        return false;
    p->frontier_paid = paid;
    return true;
}

/* There is room for any whole one from then on. */
struct cw_mono session_whole_at(const struct peer *p)
{
    return (struct cw_mono){p->frontier_paid.ms - FRONTIER_AHEAD_MS};
}

void session_ask_whole(struct replica *r, struct peer *p)
{
    if (!peer_state_is_session(p->state) || !p->lacks_whole || p->asked_full ||
        !mono_reached(r->now, session_whole_at(p)))
        return;
    p->asked_full = true;
    session_say(r, p, PEER_WANT);
}

/* The first of a session, or asked for. */
static bool expects_whole(struct peer *p)
{
    bool expected = !p->shown || p->asked_full;

    p->shown = true;
    p->asked_full = false;
    return expected;
}

/* A peer's position that our chain does not pass through: ask for the batch there, which will prove it. */
static void raise_dispute(struct replica *r, struct peer *p, const struct known_item *item)
{
    p->contradicts = true;
    if (p->disputed || !mono_reached(r->now, p->dispute_at))
        return;
    p->disputed = true;
    p->dispute = (struct position){item->log, item->seq, item->seal};
    p->dispute_at = mono_after(r->now, DISPUTE_MS);
}

static void compare_item(struct replica *r, struct peer *p, struct known_item *item)
{
    if (item->elsewhere) {
        item->agreement = AGREEMENT_CONTRADICTS;
        return;
    }
    bool own = r->own != LOG_NONE && ID_EQ(&replica_slot(r, r->own)->head.log, &item->log);

    item->agreement = replica_agrees(r, &item->log, item->seq, &item->seal);
    if (own && item->agreement == AGREEMENT_AHEAD)
        replica_own_fork(r, &p->cert, item->seq, "a peer's frontier shows more of the own log than this store");
    else if (own && item->agreement == AGREEMENT_CONTRADICTS)
        replica_own_fork(r, &p->cert, item->seq, "a peer's frontier shows another seal of the own log");
    if (item->agreement != AGREEMENT_CONTRADICTS)
        return;
    item->elsewhere = replica_slot(r, logs_find(&r->logs, &item->log))->head.forked;
    if (!item->elsewhere)
        raise_dispute(r, p, item);
}

void session_compare(struct replica *r, struct peer *p)
{
    p->compare = p->contradicts = false;
    for (uint32_t i = 0; i < p->known.item_count; i++) {
        struct known_item *item = &p->known.items[i];

        if (item->agreement != AGREEMENT_SAME)
            compare_item(r, p, item);
        /* Not in the store yet: accepted in this very turn. */
        p->compare = p->compare || item->agreement == AGREEMENT_UNCHECKED;
    }
    r->watch_again = true;
}

static void took(struct replica *r, struct peer *p, const struct peer_frontier *frontier)
{
    struct effect *put = effects_add(r->out, EFFECT_PUT_PEER);

    put->as.put_peer.cert = p->cert;
    put->as.put_peer.frontier = frontier;
    if (frontier->full)
        p->lacks_whole = false;
    session_compare(r, p);
}

void session_frontier(struct replica *r, struct peer *p, const struct event *event)
{
    const struct peer_frontier *frontier = &event->as.message.message->as.frontier;

    if (!event->as.message.signature_ok || !ID_EQ(&frontier->head.signer, &p->cert)) {
        session_refuse(r, p, CW_PEER_FRONTIER);
        return;
    }
    session_note_clock(r, p, frontier->now_ms);
    if (frontier->full && !expects_whole(p)) {
        session_refuse(r, p, CW_PEER_CREDIT);
        return;
    }
    if (!take_share(r, p, frontier)) {
        p->lacks_whole = true;
        return;
    }
    switch (frontier_take(&p->known, &r->scratch, frontier)) {
    case FRONTIER_TAKEN:
        took(r, p, frontier);
        break;
    case FRONTIER_SAME:
        break;
    case FRONTIER_GAP:
        p->lacks_whole = true;
        break;
    case FRONTIER_BACK: /* told so, it takes a new start id and is heard again */
        session_restart(r, p, CW_PEER_FRONTIER);
        break;
    case FRONTIER_WRONG:
        session_refuse(r, p, CW_PEER_FRONTIER);
        break;
    case FRONTIER_TOO_MANY:
        effects_note(r->out, NOTE_LIMIT, CW_LOCAL_MEMORY, "logs_max: a peer's frontier")->as.note.cert = p->cert;
        session_refuse(r, p, CW_PEER_CREDIT);
        break;
    }
}

static void tell(struct replica *r, struct peer *p, bool full)
{
    struct effect *effect = effects_add(r->out, EFFECT_SEND_FRONTIER);

    effect->as.send_frontier.link = peer_link(p);
    effect->as.send_frontier.from = p->mine;
    effect->as.send_frontier.to = p->theirs;
    effect->as.send_frontier.counter = session_next_counter(p);
    effect->as.send_frontier.full = full;
    effect->as.send_frontier.since = full ? 0 : p->told_counter;
    p->told = true;
    p->told_counter = r->head.counter;
    p->push.heard = 0;
    p->heartbeat_at = mono_after(r->now, r->limits.heartbeat_ms);
}

void session_tell_frontier(struct replica *r, struct peer *p)
{
    if (!peer_state_is_session(p->state))
        return;
    if (!p->told || (p->asks_full && mono_reached(r->now, p->full_at))) {
        p->asks_full = false;
        p->full_at = mono_after(r->now, FULL_FRONTIER_MS_MIN);
        tell(r, p, true);
    } else if (p->told_counter != r->head.counter || mono_reached(r->now, p->heartbeat_at)) {
        tell(r, p, false);
    }
}
