/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

uint64_t session_next_counter(struct peer *p)
{
    return ++p->sent_counter;
}

struct peer_message *session_say(struct replica *r, struct peer *p, enum peer_kind kind)
{
    struct peer_message *message = EFFECTS_NEW(r->out, struct peer_message);
    struct effect *effect = effects_add(r->out, EFFECT_SEND);

    message->from = p->mine;
    message->to = p->theirs;
    message->counter = session_next_counter(p);
    message->kind = kind;
    effect->as.send.link = peer_link(p);
    effect->as.send.message = message;
    return message;
}

static void say_reset(struct replica *r, struct peer *p, const struct session_id *to, enum cw_err why)
{
    struct peer_message *message = session_say(r, p, PEER_RESET);
    const char *text = cw_err_sentence(why);

    if (to != NULL)
        message->to = *to;
    message->as.reset.code = (uint32_t)why;
    message->as.reset.text = slice_of(text);
}

static void note_ended(struct replica *r, const struct peer *p, enum cw_err why)
{
    struct effect *note = effects_note(r->out, NOTE_PEER_SESSION_ENDED, why, "a peer session ended");

    note->as.note.cert = p->cert;
}

void session_forget(struct replica *r, struct peer *p)
{
    for (uint32_t i = 0; i < p->want_count; i++)
        session_leave_want(r, p, &p->wants[i]);
    r->granted -= p->credit.granted;
    peer_forget_session(p);
}

void session_greet(struct replica *r, struct peer *p)
{
    CW_ASSERT(peer_link(p) != 0);
    session_forget(r, p);
    replica_random_fill(r, p->mine.b, SESSION_ID_LEN);
    p->last_heard = r->now;
    peer_move(p, PEER_STATE_GREETING, r->now);
    session_say_hello(r, p, false);
}

void session_restart(struct replica *r, struct peer *p, enum cw_err why)
{
    say_reset(r, p, NULL, why);
    p->last_error = why;
    note_ended(r, p, why);
    session_greet(r, p);
}

void session_refuse(struct replica *r, struct peer *p, enum cw_err why)
{
    say_reset(r, p, NULL, why);
    for (enum link_way way = LINK_OUT; way < LINK_WAYS; way++) {
        if (p->links[way] == 0)
            continue;
        struct effect *drop = effects_add(r->out, EFFECT_DROP_LINK);

        drop->as.drop_link.link = p->links[way];
        drop->as.drop_link.why = why;
        p->links[way] = 0;
    }
    p->last_error = why;
    note_ended(r, p, why);
    session_forget(r, p);
    peer_move(p, PEER_STATE_REFUSED, r->now);
}

void session_move(struct replica *r, struct peer *p, enum link_way way)
{
    if (peer_state_is_session(p->state) && peer_link(p) != 0)
        say_reset(r, p, NULL, CW_PEER_SESSION);
    session_forget(r, p);
    p->way = way;
    p->standby_hellos = 0;
}

/*
 * Ours went back, as the peer sees it: this memory was rolled back unnoticed. So it can only say of what it was shown
 * in this session, and again only when that happened again.
 */
static void believe_going_back(struct replica *r, struct peer *p)
{
    if (!p->told || !mono_reached(r->now, p->renew_at))
        return;
    p->renew_at = mono_after(r->now, START_RENEW_MS);
    replica_renew_start(r, NULL);
}

/* The peer ended its side. What it says is information; greeting again is slow enough to stand a loop. */
static void session_reset(struct replica *r, struct peer *p, const struct peer_message *message)
{
    uint32_t code = message->as.reset.code;

    if (memcmp(message->to.b, p->mine.b, SESSION_ID_LEN) != 0)
        return;
    enum cw_err why = code == 0 || code > INT16_MAX ? CW_PEER_SESSION : (enum cw_err)code;

    if (why == CW_PEER_FRONTIER)
        believe_going_back(r, p);
    p->last_error = why;
    note_ended(r, p, why);
    session_forget(r, p);
    replica_random_fill(r, p->mine.b, SESSION_ID_LEN);
    peer_move(p, PEER_STATE_GREETING, r->now);
    p->hello_at = mono_after(r->now, HELLO_RETRY_MS / 2);
}

static bool same_session(const struct peer *p, const struct peer_message *message)
{
    return memcmp(message->from.b, p->theirs.b, SESSION_ID_LEN) == 0 &&
           memcmp(message->to.b, p->mine.b, SESSION_ID_LEN) == 0;
}

/* Before the peer's HELLO nothing else is heard. */
static void answer_stranger(struct replica *r, struct peer *p, const struct peer_message *message)
{
    if (p->reset_told)
        return;
    p->reset_told = true;
    say_reset(r, p, &message->from, CW_PEER_SESSION);
}

static void hear(struct replica *r, struct peer *p, const struct event *event)
{
    const struct peer_message *message = event->as.message.message;

    p->heard_counter = message->counter;
    p->last_heard = r->now;
    switch (message->kind) {
    case PEER_FRONTIER:
        session_frontier(r, p, event);
        break;
    case PEER_WANT:
        session_want(r, p, &message->as.want);
        break;
    case PEER_ENTRIES:
        session_entries(r, p, event);
        break;
    case PEER_WANT_BLOBS:
        session_want_blobs(r, p, &message->as.want_blobs);
        break;
    case PEER_BLOBS:
        session_blobs(r, p, &message->as.blobs);
        break;
    case PEER_FORK_PROOF:
        session_fork_proof(r, p, event);
        break;
    case PEER_DIGEST: /* compared by the shell, which knows the leaves */
    case PEER_HELLO:
    case PEER_RESET:
        break;
    }
}

/*
 * Both daemons dialled. A HELLO on the better link: the peer is where the session belongs. A second one on the worse
 * link: the peer lost the other. If each followed the other's second HELLO, both could move at once, and each would
 * speak where the other does not listen.
 */
static void hear_standby(struct replica *r, struct peer *p, enum link_way way, const struct event *event)
{
    const struct peer_message *message = event->as.message.message;

    uint32_t enough = way == session_best_way(r, p) ? 1 : 2;

    if (message->kind != PEER_HELLO || ++p->standby_hellos < enough)
        return;
    session_move(r, p, way);
    peer_move(p, PEER_STATE_GREETING, r->now);
    replica_random_fill(r, p->mine.b, SESSION_ID_LEN);
    p->hello_at = r->now;
    session_hello(r, p, message);
}

void session_message(struct replica *r, const struct event *event)
{
    const struct peer_message *message = event->as.message.message;
    enum link_way way;
    struct peer *p = peers_of_link(&r->peers, event->as.message.link, &way);

    if (p == NULL)
        return;
    if (way != p->way)
        hear_standby(r, p, way, event);
    else if (message->kind == PEER_HELLO)
        session_hello(r, p, message);
    else if (message->kind == PEER_RESET)
        session_reset(r, p, message);
    else if (!peer_state_is_session(p->state))
        answer_stranger(r, p, message);
    else if (!same_session(p, message) || message->counter <= p->heard_counter)
        session_restart(r, p, CW_PEER_SESSION);
    else
        hear(r, p, event);
}
