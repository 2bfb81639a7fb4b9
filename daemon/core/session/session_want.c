/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

/*
 * WANT, both sides of it.
 *
 *   logs, credit   serve these from `after` (a log already being served starts there again); grant replaced
 *   no log, credit the grant only: what is being served goes on
 *   neither        send the whole frontier
 *
 * The receiver is in control: the sender sends nothing beyond the grant, and re-reads its store by position.
 */

/* A frame is verified by one thread at a time: several of them, and the next on its way, keep all busy. */
#define SERVE_LEN (MESSAGE_LEN_MAX / 8)

/* --- serving ------------------------------------------------------------------------------------------- */

static struct serve *find_serve(struct peer *p, const struct log_id *log)
{
    for (uint32_t i = 0; i < p->serve_count; i++) {
        if (ID_EQ(&p->serves[i].log, log))
            return &p->serves[i];
    }
    return NULL;
}

static void take_want(struct replica *r, struct peer *p, const struct log_want *want)
{
    struct serve *serve = find_serve(p, &want->log);
    uint32_t slot = logs_find(&r->logs, &want->log);

    if (slot == LOG_NONE || replica_slot(r, slot)->head.seq == 0)
        return; /* our frontier did not offer it */
    if (serve == NULL && p->serve_count == WANT_LOGS_MAX)
        return; /* the peer keeps the same bound and asks again */
    if (serve == NULL) {
        serve = &p->serves[p->serve_count++];
        serve->log = want->log;
    }
    serve->sent = want->after;
}

void session_want(struct replica *r, struct peer *p, const struct peer_want *want)
{
    if (want->log_count == 0 && want->credit == 0) {
        p->asks_full = true;
        return;
    }
    for (uint32_t i = 0; i < want->log_count; i++)
        take_want(r, p, &want->logs[i]);
    p->grant = want->credit;
}

static void end_serve(struct peer *p, struct serve *serve)
{
    uint32_t index = (uint32_t)(serve - p->serves);

    p->serve_count--;
    memmove(serve, serve + 1, (p->serve_count - index) * sizeof *serve);
}

void session_serve(struct replica *r, struct peer *p)
{
    if (!peer_state_is_session(p->state) || p->serving != 0 || p->grant == 0 || p->serve_count == 0)
        return;
    struct effect *effect = effects_add(r->out, EFFECT_SEND_ENTRIES);

    effect->as.send_entries.link = peer_link(p);
    effect->as.send_entries.from = p->mine;
    effect->as.send_entries.to = p->theirs;
    effect->as.send_entries.counter = session_next_counter(p);
    effect->as.send_entries.log = p->serves[0].log;
    effect->as.send_entries.after = p->serves[0].sent;
    effect->as.send_entries.bytes = p->grant < SERVE_LEN ? p->grant : SERVE_LEN;
    p->serving = effect->as.send_entries.counter;
}

static void sent_served(struct peer *p, const struct event *event)
{
    struct serve *serve = find_serve(p, &event->as.sent.log);

    p->serving = 0;
    p->grant -= event->as.sent.bytes < p->grant ? event->as.sent.bytes : p->grant;
    if (serve == NULL)
        return;
    if (event->as.sent.upto > serve->sent)
        serve->sent = event->as.sent.upto;
    if (!event->as.sent.more)
        end_serve(p, serve);
    else if (event->as.sent.bytes == 0)
        p->grant = 0; /* the next batch is larger than what is left: the next grant will do */
}

void session_sent(struct replica *r, const struct event *event)
{
    enum link_way way;
    struct peer *p = peers_of_link(&r->peers, event->as.sent.link, &way);

    if (p == NULL || way != p->way || memcmp(event->as.sent.from.b, p->mine.b, SESSION_ID_LEN) != 0)
        return;
    if (event->as.sent.counter == p->push.counter)
        push_sent(&p->push, event->as.sent.upto, event->as.sent.bytes);
    else if (event->as.sent.counter == p->serving)
        sent_served(p, event);
}

void session_push(struct replica *r, struct peer *p)
{
    uint64_t after, room;

    if (!peer_state_is_session(p->state) || !p->known.known || !p->told || r->own == LOG_NONE)
        return;
    struct log_slot *own = replica_slot(r, r->own);

    if (find_serve(p, &own->head.log) != NULL)
        return;
    room = push_room(&p->push, &p->known, &own->head, own->turn_seq, &after);
    if (room == 0)
        return;
    struct effect *effect = effects_add(r->out, EFFECT_SEND_ENTRIES);

    effect->as.send_entries.link = peer_link(p);
    effect->as.send_entries.from = p->mine;
    effect->as.send_entries.to = p->theirs;
    effect->as.send_entries.counter = session_next_counter(p);
    effect->as.send_entries.log = own->head.log;
    effect->as.send_entries.after = after;
    effect->as.send_entries.bytes = room;
    effect->as.send_entries.pushed = true;
    p->push.counter = effect->as.send_entries.counter;
}

/* --- asking -------------------------------------------------------------------------------------------- */

struct want *session_find_want(const struct peer *p, const struct log_id *log)
{
    for (uint32_t i = 0; i < p->want_count; i++) {
        if (ID_EQ(&p->wants[i].log, log))
            return &p->wants[i];
    }
    return NULL;
}

static bool has_want(const struct peer *p, const struct log_id *log)
{
    return session_find_want(p, log) != NULL;
}

/* Asked for, and what comes continues what we hold. */
static bool is_coming(const struct peer *p, const struct log_id *log)
{
    const struct want *want = session_find_want(p, log);

    return want != NULL && !want->gap;
}

static bool is_asked_elsewhere(const struct replica *r, const struct peer *p, const struct log_id *log)
{
    for (uint32_t i = 0; i < r->peers.count; i++) {
        const struct want *want = &r->peers.at[i] == p ? NULL : session_find_want(&r->peers.at[i], log);

        if (want != NULL && !want->dispute)
            return true;
    }
    return false;
}

/* Authority before everything, then logs that nothing is known about, then the divisions'. */
enum rank { RANK_ROOT, RANK_AUTHORITY, RANK_UNKNOWN, RANK_DIVISION, RANK_COUNT, RANK_BLOCKED, RANK_NOT_NEEDED };

static enum rank rank_of_new(const struct replica *r)
{
    return r->logs.count + OWN_LOGS_RESERVED < r->logs.max ? RANK_UNKNOWN : RANK_BLOCKED;
}

static enum rank rank_of_known(const struct log_head *head, uint64_t seq)
{
    if (seq <= head->seq)
        return RANK_NOT_NEEDED;
    return head->scope == LOG_ROOT ? RANK_ROOT : head->scope == LOG_AUTHORITY ? RANK_AUTHORITY : RANK_DIVISION;
}

static enum rank rank_of(const struct replica *r, const struct known_item *item, uint64_t *out_after)
{
    enum rank rank;

    *out_after = 0;
    if (item->agreement == AGREEMENT_SAME || item->elsewhere)
        return RANK_NOT_NEEDED;

    uint32_t number = logs_find(&r->logs, &item->log);

    if (number == LOG_NONE) {
        rank = rank_of_new(r);
    } else {
        *out_after = replica_slot(r, number)->head.seq;
        rank = rank_of_known(&replica_slot(r, number)->head, item->seq);
    }
    if (rank != RANK_NOT_NEEDED && (rest_is_firm(&item->entries_rest, r->now) ||
                                    holdoffs_block(&r->holdoffs, &item->log, r->authority_epoch, r->now)))
        return RANK_BLOCKED;
    return rank;
}

struct shopping {
    uint32_t count;        /* new wants */
    bool dispute;          /* the first of them is in dispute */
    struct log_want *logs; /* WANT_LOGS_MAX */
};

/* The peer holds something that we lack, whether it can be asked for now or not. */
static bool is_lacking(const struct replica *r, const struct peer *p)
{
    uint64_t after;

    for (uint32_t i = 0; i < p->known.item_count; i++) {
        if (rank_of(r, &p->known.items[i], &after) != RANK_NOT_NEEDED)
            return true;
    }
    return p->disputed;
}

/* A log is asked for once in a message: the serving side keeps one position for it. A dispute looks further back,
 * and what follows comes with it. */
static bool is_listed(const struct shopping *shopping, const struct log_id *log)
{
    for (uint32_t i = 0; i < shopping->count; i++) {
        if (ID_EQ(&shopping->logs[i].log, log))
            return true;
    }
    return false;
}

/* It let us wait before: another's turn first. */
static bool gives_way(const struct replica *r, const struct peer *p, const struct known_item *item)
{
    return rest_is_on(&item->entries_rest, r->now) && session_is_shown_elsewhere(r, p, &item->log);
}

static void shop_for_rank(const struct replica *r, const struct peer *p, enum rank rank, struct shopping *shopping)
{
    for (uint32_t i = 0; i < p->known.item_count; i++) {
        const struct known_item *item = &p->known.items[i];
        uint64_t after;

        if (rank_of(r, item, &after) == rank && p->want_count + shopping->count < WANT_LOGS_MAX &&
            !is_coming(p, &item->log) && !is_listed(shopping, &item->log) && !is_asked_elsewhere(r, p, &item->log) &&
            !gives_way(r, p, item))
            shopping->logs[shopping->count++] = (struct log_want){item->log, after};
    }
}

static void shop_for_dispute(const struct peer *p, struct shopping *shopping)
{
    if (!p->disputed || has_want(p, &p->dispute.log) || p->want_count == WANT_LOGS_MAX)
        return;
    shopping->logs[shopping->count++] = (struct log_want){p->dispute.log, p->dispute.seq - 1};
    shopping->dispute = true;
}

static bool can_grant(const struct replica *r, const struct peer *p)
{
    return r->granted - p->credit.granted + r->limits.credit_peer <= r->limits.credit_total;
}

/* Asking again gives no new time: a batch of the log does. */
static void note_want(const struct replica *r, struct peer *p, const struct log_want *log, bool dispute)
{
    struct want *want = session_find_want(p, &log->log);
    bool again = want != NULL;

    if (!again) {
        want = &p->wants[p->want_count++];
        *want = (struct want){.log = log->log,
                              .dispute = dispute,
                              .stall_at = mono_after(r->now, FETCH_STALL_MS),
                              .queue_to = mono_after(r->now, FETCH_QUEUE_MS)};
    }
    want->after = log->after;
    want->gap = false;
    want->again = again;
}

static void ask(struct replica *r, struct peer *p, const struct shopping *shopping)
{
    struct peer_message *message = session_say(r, p, PEER_WANT);

    message->as.want.log_count = shopping->count;
    message->as.want.logs = shopping->logs;
    message->as.want.credit = r->limits.credit_peer;
    for (uint32_t i = 0; i < shopping->count; i++)
        note_want(r, p, &shopping->logs[i], shopping->dispute && i == 0);
    p->disputed = false;
    r->granted += r->limits.credit_peer - p->credit.granted;
    credit_grant(&p->credit, r->limits.credit_peer);
}

/* Nothing more is expected: the grant serves somebody else. */
static void withdraw(struct replica *r, struct peer *p)
{
    r->granted -= p->credit.granted;
    credit_withdraw(&p->credit);
    p->want_count = 0;
}

static void settle(struct replica *r, struct peer *p, bool lacking)
{
    if (lacking || p->want_count > 0) {
        peer_move(p, PEER_STATE_FETCHING, r->now);
    } else if (p->state != PEER_STATE_IN_STEP) {
        peer_move(p, PEER_STATE_IN_STEP, r->now);
        effects_note(r->out, NOTE_PEER_IN_STEP, CW_OK, "nothing to fetch from this peer")->as.note.cert = p->cert;
    }
}

static void shop(struct replica *r, struct peer *p)
{
    size_t mark = arena_mark(r->out->arena);
    struct shopping shopping = {.logs = EFFECTS_ARRAY(r->out, struct log_want, WANT_LOGS_MAX)};
    bool refill = p->want_count > 0 && credit_half_used(&p->credit);

    shop_for_dispute(p, &shopping);
    for (enum rank rank = RANK_ROOT; rank < RANK_COUNT; rank++)
        shop_for_rank(r, p, rank, &shopping);
    if (shopping.count > 0 || refill)
        ask(r, p, &shopping);
    else
        arena_release(r->out->arena, mark);
}

void session_fetch(struct replica *r, struct peer *p)
{
    if (!peer_state_is_session(p->state) || !p->known.known || !p->told)
        return;
    session_stall(r, p);
    if (p->want_count == 0 && p->credit.granted > 0)
        withdraw(r, p);

    bool lacking = is_lacking(r, p);

    settle(r, p, lacking);
    if ((lacking || p->want_count > 0) && mono_reached(r->now, p->slow_until) && can_grant(r, p))
        shop(r, p);
}
