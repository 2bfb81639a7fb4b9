/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

/*
 * FRONTIER: what each side durably holds, signed. The whole at the start of a session, then what changed. A
 * delta that does not lead to the signed root is answered by asking for the whole (a WANT that lists nothing
 * and grants nothing): the session and what flows in it go on.
 */

static void ask_full(struct replica *r, struct peer *p)
{
    if (p->asked_full)
        return;
    p->asked_full = true;
    session_say(r, p, PEER_WANT);
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
        p->asked_full = false;
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
    switch (frontier_take(&p->known, &r->scratch, frontier)) {
    case FRONTIER_TAKEN:
        took(r, p, frontier);
        break;
    case FRONTIER_SAME:
        break;
    case FRONTIER_GAP:
        ask_full(r, p);
        break;
    case FRONTIER_BACK: /* told so, it takes a new start id and is heard again */
        session_restart(r, p, CW_PEER_FRONTIER);
        break;
    case FRONTIER_WRONG:
        session_refuse(r, p, CW_PEER_FRONTIER);
        break;
    case FRONTIER_TOO_MANY:
        effects_note(r->out, NOTE_LIMIT, CW_LOCAL_MEMORY, "logs_max: a peer's frontier")->as.note.cert = p->cert;
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
