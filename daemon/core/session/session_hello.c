/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

/*
 * HELLO: generation information before data. Each side says what it believes of its own division's logs and
 * what it holds of the other's, so that a daemon restored from an old copy learns of it before it writes on.
 */

static bool is_of_division(const struct log_head *head, const char *division)
{
    return head->scope == LOG_DIVISION && division[0] != '\0' && strcmp(head->division, division) == 0;
}

/* Open logs first, then closed ones, until the list is full. */
static uint32_t list_positions(const struct logs *logs, const char *division, struct position *out)
{
    uint32_t count = 0;

    for (int closed = 0; closed <= 1; closed++) {
        for (uint32_t i = 0; i < logs->count && count < HELLO_LOGS_MAX; i++) {
            const struct log_head *head = &logs->slots[i].head;

            if (head->seq > 0 && head->closed == (closed == 1) && is_of_division(head, division))
                out[count++] = log_head_position(head);
        }
    }
    return count;
}

void session_say_hello(struct replica *r, struct peer *p, bool reply)
{
    struct peer_message *message = session_say(r, p, PEER_HELLO);
    struct peer_hello *hello = &message->as.hello;

    hello->v_min = PROTOCOL_VERSION;
    hello->v_max = PROTOCOL_VERSION;
    hello->network = r->self.network;
    hello->cert = r->self.cert;
    hello->own = EFFECTS_ARRAY(r->out, struct position, HELLO_LOGS_MAX);
    hello->own_count = list_positions(&r->logs, r->self.division, hello->own);
    hello->your = EFFECTS_ARRAY(r->out, struct position, HELLO_LOGS_MAX);
    hello->your_count = list_positions(&r->logs, p->division, hello->your);
    hello->reply = reply;
    hello->software = slice_of(r->self.software);
    hello->now_ms = r->wall.ms > 0 ? (uint64_t)r->wall.ms : 0;
    p->hello_at = mono_after(r->now, HELLO_RETRY_MS);
    p->reset_told = false;
}

static enum cw_err check_hello(const struct replica *r, const struct peer *p, const struct peer_hello *hello)
{
    if (!ID_EQ(&hello->network, &r->self.network))
        return CW_PEER_NETWORK;
    if (hello->v_min > PROTOCOL_VERSION || hello->v_max < PROTOCOL_VERSION)
        return CW_PEER_VERSION;
    return ID_EQ(&hello->cert, &p->cert) ? CW_OK : CW_PEER_SESSION;
}

static void look_for_own_fork(struct replica *r, const struct peer *p, const struct peer_hello *hello)
{
    for (uint32_t i = 0; i < hello->your_count && r->own != LOG_NONE; i++) {
        const struct position *seen = &hello->your[i];
        enum agreement agreement = replica_agrees(r, &seen->log, seen->seq, &seen->seal);

        if (!ID_EQ(&seen->log, &replica_slot(r, r->own)->head.log))
            continue;
        if (agreement == AGREEMENT_AHEAD)
            replica_own_fork(r, &p->cert, seen->seq, "a peer holds more of the own log than this store");
        else if (agreement == AGREEMENT_CONTRADICTS)
            replica_own_fork(r, &p->cert, seen->seq, "a peer holds another seal of the own log");
    }
}

/* --- what it says of itself, for people, and for replica_clock_behind_ms ----------------------------------------- */

static void note_software(struct peer *p, struct cw_slice said)
{
    memset(p->software, 0, sizeof p->software);
    if (said.len != 0) /* what is not said has no bytes, not even a place of them */
        memcpy(p->software, said.data, said.len < sizeof p->software ? said.len : sizeof p->software - 1);
}

/*
 * Whatever a message meets on its way makes the sender's clock look slower than it is, never faster: so the greatest
 * difference of a while is the nearest to the truth.
 */
void session_note_clock(struct replica *r, struct peer *p, uint64_t now_ms)
{
    int64_t said = now_ms < (uint64_t)CLOCK_SAID_MS_MAX ? (int64_t)now_ms : CLOCK_SAID_MS_MAX;
    int64_t ahead = said - r->wall.ms;

    if (now_ms == 0 || (p->says_time && ahead < p->clock_ahead_ms && !mono_reached(r->now, p->clock_ahead_to)))
        return;
    p->says_time = true;
    p->clock_ahead_ms = ahead;
    p->clock_ahead_to = mono_after(r->now, CLOCK_AHEAD_KEPT_MS);
}

static void begin_session(struct replica *r, struct peer *p, const struct peer_message *message)
{
    p->theirs = message->from;
    p->heard_counter = message->counter;
    p->last_heard = r->now;
    p->standby_hellos = 0;
    p->hello_at = CW_NEVER;
    p->heartbeat_at = mono_after(r->now, r->limits.heartbeat_ms);
    p->last_error = CW_OK;
    peer_move(p, PEER_STATE_COMPARING, r->now);
    if (!message->as.hello.reply)
        session_say_hello(r, p, true);
    p->hello_at = CW_NEVER;
}

static bool id_eq(const struct session_id *a, const struct session_id *b)
{
    return memcmp(a->b, b->b, SESSION_ID_LEN) == 0;
}

static bool is_addressed(const struct peer *p, const struct session_id *to)
{
    static const struct session_id nobody;

    return id_eq(to, &nobody) || id_eq(to, &p->mine);
}

void session_hello(struct replica *r, struct peer *p, const struct peer_message *message)
{
    enum cw_err err;

    if (!is_addressed(p, &message->to))
        return; /* answers a HELLO of a session that is gone */
    err = check_hello(r, p, &message->as.hello);
    if (err != CW_OK) {
        p->theirs = message->from;
        session_refuse(r, p, err);
        return;
    }
    look_for_own_fork(r, p, &message->as.hello);
    note_software(p, message->as.hello.software);
    p->says_time = p->says_time && message->as.hello.now_ms != 0; /* an older daemon may have come back */
    session_note_clock(r, p, message->as.hello.now_ms);

    if (peer_state_is_session(p->state) && id_eq(&message->from, &p->theirs)) {
        if (!message->as.hello.reply && message->counter > p->heard_counter) {
            p->heard_counter = message->counter;
            session_say_hello(r, p, true);
            p->hello_at = CW_NEVER;
        }
        return;
    }
    if (peer_state_is_session(p->state)) {
        /* The peer began anew: so do we, or its old messages could be taken for new ones. */
        session_forget(r, p);
        replica_random_fill(r, p->mine.b, SESSION_ID_LEN);
        peer_move(p, PEER_STATE_GREETING, r->now);
    }
    begin_session(r, p, message);
}
