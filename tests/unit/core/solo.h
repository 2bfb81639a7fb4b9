/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CORE_SOLO_H
#define TESTS_UNIT_CORE_SOLO_H

/* One replica, and a peer played by the test: messages are made by hand, effects are looked at one by one. */

#include "core/replica.h"

extern const struct replica_view solo_empty_view; /* a store that holds nothing; everybody can read */

struct solo {
    struct replica *replica;
    const struct replica_view *view; /* solo_empty_view, until the test says another */
    void *memory;
    struct replica_limits limits;
    struct effects effects;
    struct arena arena, made; /* the turn's; what the test makes */
    struct cw_mono now;
    struct cw_wall wall;
    /* the played peer */
    struct cert_id peer;
    link_id link;
    struct session_id mine, theirs; /* the peer's id, the replica's id */
    uint64_t counter;
    uint64_t says_ms;  /* what its frontiers say of its clock */
    bool shown;        /* its whole frontier was told in this session, */
    uint64_t shown_at; /* and the last one had this counter */
    /* a log of the peer's making */
    struct log_id log;
    struct cw_slice genesis_bytes;
    struct genesis genesis;
    uint64_t seq;
    struct hash head;
    uint64_t hlc;
};

void solo_init(struct solo *s);
void solo_done(struct solo *s);
/* One event, one turn; the effects stay until the next. */
enum cw_err solo_turn(struct solo *s, const struct event *event);
void solo_tick(struct solo *s, int64_t ms);
/* Link and HELLO both ways: a session. */
void solo_meet(struct solo *s);
void solo_link_up(struct solo *s);
/* Fills ids and counter and gives it to the replica. */
enum cw_err solo_hear(struct solo *s, struct peer_message *message, size_t frame_len);
enum cw_err solo_hear_event(struct solo *s, struct event *event, struct peer_message *message);
struct peer_message solo_hello(const struct solo *s);

/* The next batch of the peer's log, count entries. Not told to anybody. */
struct sealed_batch solo_batch(struct solo *s, uint32_t count);
/* Seals again what the batch's entries and seal now say. */
void solo_reseal(struct solo *s, struct sealed_batch *batch);
enum cw_err solo_hear_batches(struct solo *s, struct sealed_batch *batches, uint32_t count, bool seal_ok, bool pushed,
                              bool last, size_t frame_len);
/* A second peer, with a log of its own, that meets the same replica: it goes on from here as h does. */
void solo_beside(struct solo *s, const struct solo *h, uint8_t name);
/* The peer's signed frontier with these items (sorted here), which are all it has: the whole first in a session, then
 * what changed. */
enum cw_err solo_hear_frontier(struct solo *s, struct frontier_item *items, uint32_t count, uint64_t counter);
/* The whole, whenever. */
enum cw_err solo_hear_whole(struct solo *s, struct frontier_item *items, uint32_t count, uint64_t counter);
/* A change since the frontier with the counter before; it must name all items, old and new. */
enum cw_err solo_hear_change(struct solo *s, struct frontier_item *items, uint32_t count, uint64_t counter);
struct frontier_item solo_item(const struct solo *s); /* of the peer's log, at its head */

const struct effect *solo_find(const struct solo *s, enum effect_kind kind, uint32_t nth); /* NULL: no such */
const struct peer_message *solo_said(const struct solo *s, enum peer_kind kind);           /* the last; NULL: none */
uint32_t solo_count(const struct solo *s, enum effect_kind kind);
const struct effect *solo_note(const struct solo *s, enum note note);
enum peer_state solo_state(const struct solo *s);
enum cw_err solo_error(const struct solo *s);
/* The session ended for this, the peer was told, and the link goes (asserted). */
void solo_ck_refused(const struct solo *s, enum cw_err err);
/* The peer offers its log and is asked for it. */
void solo_offer(struct solo *s, uint64_t counter);

#endif
