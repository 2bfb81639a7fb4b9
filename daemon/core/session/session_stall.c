/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

/*
 * How long we wait for what was asked for. Each log has its own time, which only a batch of that log from that peer
 * moves: whoever shows a log and sends others, or pushes its own, keeps nobody else from being asked. Then the log rests
 * at that peer, each time longer, and others who show it are asked; when nobody else does, it is asked again after the
 * shortest rest.
 */

/* --- resting --------------------------------------------------------------------------------------------------- */

static void rest(const struct replica *r, struct peer *p, const struct log_id *log, int64_t firm_ms)
{
    struct known_item *item = known_frontier_find(&p->known, log);

    if (item == NULL)
        return;
    rest_begin(&item->entries_rest, r->now, firm_ms, FETCH_STALL_MS, FETCH_REST_DOUBLINGS_MAX);
    p->rests = true;
}

/* Of a link that breaks nobody is to blame: it is asked again at once, unless somebody else can be. */
void session_leave_want(struct replica *r, struct peer *p, const struct want *want)
{
    if (!want->moved)
        rest(r, p, &want->log, 0);
}

static void note_next(const struct replica *r, struct peer *p)
{
    p->rests_to = CW_NEVER;
    for (uint32_t i = 0; p->rests && i < p->known.item_count; i++)
        p->rests_to = mono_earlier(p->rests_to, rest_next(&p->known.items[i].entries_rest, r->now));
    p->rests = p->rests_to.ms != CW_NEVER.ms;
}

static bool shows_more(const struct replica *r, const struct peer *p, const struct log_id *log, uint64_t than)
{
    const struct known_item *item;

    if (!peer_state_is_session(p->state) || !p->known.known)
        return false;
    item = known_frontier_find(&p->known, log);
    return item != NULL && item->seq > than && !item->elsewhere && !rest_is_on(&item->entries_rest, r->now);
}

bool session_is_shown_elsewhere(const struct replica *r, const struct peer *p, const struct log_id *log)
{
    uint32_t slot = logs_find(&r->logs, log);
    uint64_t held = slot == LOG_NONE ? 0 : replica_slot(r, slot)->head.seq;

    for (uint32_t i = 0; i < r->peers.count; i++) {
        if (&r->peers.at[i] != p && shows_more(r, &r->peers.at[i], log, held))
            return true;
    }
    return false;
}

/* --- waiting --------------------------------------------------------------------------------------------------- */

void session_want_advanced(struct replica *r, struct peer *p, const struct log_id *log, bool pushed)
{
    struct known_item *item = known_frontier_find(&p->known, log);
    struct want *want = session_find_want(p, log);

    if (item != NULL)
        rest_end(&item->entries_rest);
    if (want == NULL)
        return;
    want->again = false;
    want->moved = true;
    want->stall_at = mono_after(r->now, FETCH_STALL_MS);
    want->queue_to = mono_after(r->now, FETCH_QUEUE_MS);
    if (!pushed)
        p->stall_at = want->stall_at;
}

/* The logs asked for come one after the other, and this one's turn may not have come; but not for ever. */
static bool may_wait(const struct replica *r, const struct peer *p, const struct want *want)
{
    return !mono_reached(r->now, p->stall_at) &&
           (!mono_reached(r->now, want->queue_to) || !session_is_shown_elsewhere(r, p, &want->log));
}

void session_stall(struct replica *r, struct peer *p)
{
    for (uint32_t i = 0; i < p->want_count;) {
        struct want *want = &p->wants[i];

        if (!mono_reached(r->now, want->stall_at)) {
            i++;
        } else if (may_wait(r, p, want)) {
            want->stall_at = mono_after(r->now, FETCH_STALL_MS);
            i++;
        } else {
            rest(r, p, &want->log, FETCH_STALL_MS);
            *want = p->wants[--p->want_count];
        }
    }
    note_next(r, p);
}
