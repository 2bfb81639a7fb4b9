/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ingest.h"
#include "core/session.h"

/*
 * ENTRIES: sealed batches of one log, asked for by WANT or pushed. DESIGN.md §3: "Only wrong bytes of the
 * sender's own making end a session." Honest relays verify before they store, so a signature or a hash that does
 * not hold was made by the sender; what the origin signed and nobody can store is made by the origin.
 */

static bool within_bounds(struct peer *p, const struct event *event)
{
    if (!event->as.message.message->as.entries.pushed)
        return credit_take(&p->credit, event->as.message.frame_len);
    p->push.heard += event->as.message.frame_len;
    return p->push.heard <= PUSH_HEARD_LEN_MAX;
}

static void note_about(struct replica *r, enum note kind, enum cw_err err, const struct peer *p,
                       const struct log_id *log, const char *text)
{
    struct effect *note = effects_note(r->out, kind, err, text);

    note->as.note.log = *log;
    if (p != NULL)
        note->as.note.cert = p->cert;
}

/* The origin signed it; when the origin itself sent it, its session ends, a relay is not punished. */
static void on_invalid(struct replica *r, struct peer *p, const struct peer_entries *entries)
{
    uint32_t slot = logs_find(&r->logs, &entries->log);
    const struct cert_id *origin = slot == LOG_NONE ? &entries->genesis.cert : &replica_slot(r, slot)->head.cert;

    note_about(r, NOTE_SEAL_INVALID, CW_PEER_CHAIN, p, &entries->log, "signed by its origin, but no log may hold it");
    holdoffs_add(&r->holdoffs, &entries->log, r->authority_epoch, r->now);
    if (p != NULL && ID_EQ(origin, &p->cert))
        session_refuse(r, p, CW_PEER_CHAIN);
}

static void on_other_past(struct replica *r, struct peer *p, const struct peer_entries *entries)
{
    const struct log_head *head = &replica_slot(r, logs_find(&r->logs, &entries->log))->head;

    if (p == NULL)
        return;
    p->disputed = true;
    p->dispute = log_head_position(head);
}

/* Nothing to blame it for: it holds another branch of a forked log, and is not asked for that log any more. */
static void on_elsewhere(struct peer *p, const struct log_id *log)
{
    struct known_item *item = p == NULL ? NULL : known_frontier_find(&p->known, log);

    if (item != NULL) {
        item->agreement = AGREEMENT_CONTRADICTS;
        item->elsewhere = true;
    }
}

/* What it sent was news, though not more of our branch. */
static bool showed_another_past(const struct peer *p, const struct log_id *log)
{
    const struct known_item *item = known_frontier_find(&p->known, log);

    return (p->disputed && ID_EQ(&p->dispute.log, log)) || (item != NULL && item->elsewhere);
}

static void on_invented(struct replica *r, struct peer *p, const struct peer_entries *entries)
{
    note_about(r, NOTE_PEER_INVENTED, CW_PEER_SEAL, p, &entries->log, "bytes that only the sender can have made wrong");
    if (p != NULL)
        session_refuse(r, p, CW_PEER_SEAL);
}

/* What was asked for goes on where it ended: the next WANT, at this turn's end, says where. */
static void on_gap(struct peer *p, const struct peer_entries *entries)
{
    struct want *want = p == NULL || entries->pushed ? NULL : session_find_want(p, &entries->log);

    if (want != NULL)
        want->gap = !want->again;
}

static void on_taken(struct replica *r, struct peer *p, const struct peer_entries *entries)
{
    if (p != NULL)
        session_want_advanced(r, p, &entries->log, entries->pushed);
}

/*
 * It may be as it says, and anybody can say it: of who was not asked for the log it is no news, and who was asked gives
 * way to others for a while.
 */
static void on_unknown(struct replica *r, struct peer *p, const struct log_id *log)
{
    const struct want *want = p == NULL ? NULL : session_find_want(p, log);

    if ((p != NULL && want == NULL) || holdoffs_block(&r->holdoffs, log, r->authority_epoch, r->now))
        return;
    holdoffs_add(&r->holdoffs, log, r->authority_epoch, r->now);
    if (want != NULL)
        session_leave_want(r, p, want);
}

/* false: nothing further of this message is looked at. p is NULL for segments handed in by an administrator. */
static bool act_on(struct replica *r, struct peer *p, const struct peer_entries *entries, enum ingest result)
{
    switch (result) {
    case INGEST_TAKEN:
        on_taken(r, p, entries);
        return true;
    case INGEST_SAME:
        return true;
    case INGEST_OTHER_PAST:
        on_other_past(r, p, entries);
        return false;
    case INGEST_UNKNOWN:
    case INGEST_NO_ROOM:
        on_unknown(r, p, &entries->log);
        return false;
    case INGEST_FORK:
    case INGEST_ELSEWHERE:
        on_elsewhere(p, &entries->log);
        return false;
    case INGEST_INVENTED:
        on_invented(r, p, entries);
        return false;
    case INGEST_INVALID:
        on_invalid(r, p, entries);
        return false;
    case INGEST_GAP:
        on_gap(p, entries);
        return false;
    }
    return false;
}

/* The result of the last one that was looked at; without any, INGEST_SAME. */
static enum ingest take_batches(struct replica *r, struct peer *p, const struct peer_entries *entries,
                                const struct batch_verdict *verdicts)
{
    enum ingest result = INGEST_SAME;

    for (uint32_t i = 0; i < entries->batch_count && i < MESSAGE_ITEMS_MAX; i++) {
        result = ingest_batch(r, entries, i, &verdicts[i]);
        if (!act_on(r, p, entries, result))
            break;
    }
    return result;
}

static bool led_nowhere(const struct replica *r, const struct want *want)
{
    uint32_t slot = logs_find(&r->logs, &want->log);

    return slot == LOG_NONE || replica_slot(r, slot)->head.seq <= want->after;
}

/* The peer has sent what it holds of this log. One that offered more than it sends is asked less often. */
static void end_want(struct replica *r, struct peer *p, const struct log_id *log)
{
    struct want *want = session_find_want(p, log);

    if (want == NULL)
        return;
    if (led_nowhere(r, want) && !holdoffs_block(&r->holdoffs, log, r->authority_epoch, r->now) &&
        !showed_another_past(p, log))
        p->slow_until = mono_after(r->now, FETCH_STALL_MS);
    *want = p->wants[--p->want_count];
}

/* Of a transfer that was begun again meanwhile. */
static bool is_left_over(const struct peer *p, const struct peer_entries *entries, enum ingest result)
{
    const struct want *want = session_find_want(p, &entries->log);

    return result == INGEST_GAP && want != NULL && want->again;
}

void session_entries(struct replica *r, struct peer *p, const struct event *event)
{
    const struct peer_entries *entries = &event->as.message.message->as.entries;

    if (!within_bounds(p, event)) {
        session_refuse(r, p, CW_PEER_CREDIT);
        return;
    }
    enum ingest result = take_batches(r, p, entries, event->as.message.batches);
    if (entries->last && peer_state_is_session(p->state) && !is_left_over(p, entries, result))
        end_want(r, p, &entries->log);
}

void session_admin_entries(struct replica *r, const struct event *event)
{
    (void)take_batches(r, NULL, event->as.admin.entries, event->as.admin.batches);
}
