/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

void session_timers(struct replica *r, struct peer *p)
{
    if (p->state == PEER_STATE_GREETING && mono_reached(r->now, p->hello_at))
        session_say_hello(r, p, false);
    else if (peer_state_is_session(p->state) &&
             mono_reached(r->now, mono_after(p->last_heard, r->limits.session_dead_ms)))
        session_restart(r, p, CW_PEER_SESSION);
}

/* The answer may be lost with its session, and no frontier need ever change again. */
bool session_dispute_is_due(const struct replica *r, const struct peer *p)
{
    return peer_state_is_session(p->state) && p->contradicts && !p->disputed && mono_reached(r->now, p->dispute_at);
}

static struct cw_mono session_wake(const struct replica *r, const struct peer *p)
{
    struct cw_mono next = mono_earlier(p->heartbeat_at, mono_after(p->last_heard, r->limits.session_dead_ms));

    if (p->asks_full)
        next = mono_earlier(next, p->full_at);
    if (p->lacks_whole && !p->asked_full)
        next = mono_earlier(next, session_whole_at(p));
    if (p->contradicts && !p->disputed)
        next = mono_earlier(next, p->dispute_at);
    for (uint32_t i = 0; i < p->want_count; i++)
        next = mono_earlier(next, p->wants[i].stall_at);
    if (p->state == PEER_STATE_FETCHING && p->want_count == 0)
        next = mono_earlier(next, mono_reached(r->now, p->slow_until) ? CW_NEVER : p->slow_until);
    if (p->state == PEER_STATE_FETCHING && !mono_reached(r->now, p->rests_to))
        next = mono_earlier(next, p->rests_to);
    return next;
}

static bool lacks_blobs(const struct replica *r, struct cw_mono *out_next)
{
    bool lacking = false;

    *out_next = CW_NEVER;
    for (uint32_t i = 0; i < r->logs.count; i++) {
        const struct log_slot *slot = &r->logs.slots[i];

        if (!log_head_lacks_blobs(&slot->head))
            continue;
        lacking = true;
        *out_next = mono_earlier(*out_next, slot->blobs_at);
    }
    return lacking;
}

/* Times that have passed were dealt with at the turn's end as far as they could be: only later ones wake. */
static struct cw_mono not_past(struct cw_mono now, struct cw_mono t)
{
    return t.ms > now.ms ? t : mono_after(now, BLOBS_PAUSE_MS);
}

struct cw_mono replica_wake_at(const struct replica *r)
{
    struct cw_mono next = mono_earlier(watches_next(&r->watches), holdoffs_next(&r->holdoffs, r->now)), blobs;
    bool in_session = false;

    if (r->unsaid || r->head_stale)
        return r->now;
    for (uint32_t i = 0; i < r->peers.count; i++) {
        const struct peer *p = &r->peers.at[i];

        if (p->state == PEER_STATE_GREETING)
            next = mono_earlier(next, p->hello_at);
        if (!peer_state_is_session(p->state))
            continue;
        in_session = true;
        next = mono_earlier(next, session_wake(r, p));
    }
    if (in_session && lacks_blobs(r, &blobs))
        next = mono_earlier(next, not_past(r->now, blobs));
    return next;
}
