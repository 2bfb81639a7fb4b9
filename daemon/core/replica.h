/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_REPLICA_H
#define CASEWIRE_CORE_REPLICA_H

/*
 * The replica: one daemon's decisions about logs, peers and frontiers. Events in, effects out.
 *
 *   Same memory, same view, same events: same effects, byte for byte.
 *   A step that fails changed nothing and listed nothing. CW_AGAIN_BUSY: the turn's effects or arena are
 *   full: end the turn and give the event again in the next. CW_LOCAL_MEMORY: a submission cannot be
 *   sequenced, the log table is full.
 *   Everything is bounded by struct replica_limits; memory is the caller's, given once.
 *
 * A turn: replica_begin_turn, any number of replica_step, replica_end_turn (which seals what was
 * submitted, moves the frontier and answers peers), then the shell's one commit, then the speaking.
 * If the commit fails, the replica is thrown away and loaded from the store again.
 */

#include "core/authority.h"
#include "core/effect.h"

struct replica_limits {
    uint32_t logs_max;       /* 1..LOGS_MAX */
    uint32_t peers_max;      /* certificates of daemons remembered, and so sessions */
    uint32_t watches_max;    /* held-by-k waits under way */
    uint64_t credit_peer;    /* bytes granted to one peer at a time, default 1 MiB; not below MESSAGE_LEN_MAX */
    uint64_t credit_total;   /* to all, default 8 MiB */
    int64_t heartbeat_ms;    /* default 30000: frontier to idle peers */
    int64_t session_dead_ms; /* default 90000 without a word: session over */
};

struct replica_identity {
    struct network_id network;
    struct cert_id cert;
    char division[DIVISION_LEN_MAX + 1];
    char software[SOFTWARE_LEN_MAX + 1]; /* what peers are told that runs here; "": nothing */
};

/* One log as stored: how the shell loads it at start, and what it reads back. */
struct log_head {
    struct log_id log;
    enum log_scope scope;
    struct cert_id cert;
    char division[DIVISION_LEN_MAX + 1];
    uint64_t n;
    uint64_t seq;     /* 0: genesis known, no entry */
    struct hash seal; /* of the last seal; the log id's bytes when seq is 0 */
    uint64_t hlc;     /* of the last entry */
    uint64_t blob_seq;
    uint32_t hole_count;
    uint64_t holes[HOLES_MAX];
    bool has_prior;
    struct position prior;
    bool closed, forked;
    struct positions authority; /* as of the last seal, cumulative */
};

/* Read access to what is stored, for comparisons. Called only inside a step. */
struct replica_view {
    void *ctx;
    /* The seal that covers seq in log: its position (end) and first seq. false when not held. */
    bool (*seal_covering)(void *ctx, const struct log_id *log, uint64_t seq, struct position *out_end,
                          uint64_t *out_first);
    /* A division that can read what is written here: a member of the audience now, whose certificate nobody revoked. */
    bool (*may_read)(void *ctx, const struct cert_id *cert);
};

struct replica;

size_t replica_memory(const struct replica_limits *limits);
/* What one turn needs at least: effects, and bytes of the turn's arena. More lets a turn take more events. */
void replica_turn_bounds(const struct replica_limits *limits, uint32_t *out_effects, size_t *out_arena);
struct replica *replica_init(void *memory, const struct replica_limits *limits,
                             const struct replica_identity *identity);

/* --- loading, before the first turn --- */
enum cw_err replica_load_log(struct replica *r, const struct log_head *head);
/* CW_REFUSED_SIZE: the table is full; what the peer signed stays in the store alone. CW_LOCAL_CORRUPT: it does not hold. */
enum cw_err replica_load_peer(struct replica *r, const struct cert_id *cert, const char *division,
                              const struct peer_frontier *last_known);
/*
 * The incarnation decision (core/incarnation.h) and the frontier's identity. own_log NULL: a new
 * incarnation opens with the next submission, naming `prior` (may be NULL). nonce, start: fresh entropy.
 * start_counter continues the stored frontier when the start id is kept.
 */
struct replica_start {
    const struct log_id *own_log;
    const struct position *prior;
    uint64_t next_n;
    uint8_t nonce[32];
    uint8_t start[16], replaces[16];
    uint64_t counter;
};
void replica_start(struct replica *r, const struct replica_start *how);
/* Entropy for session ids and further incarnations: a seed for a ChaCha-free splitmix inside; not secret. */
void replica_seed(struct replica *r, uint64_t seed);

/* --- a turn --- */
void replica_begin_turn(struct replica *r, const struct replica_view *view, struct effects *out);
enum cw_err replica_step(struct replica *r, const struct event *event);
enum cw_err replica_end_turn(struct replica *r, struct cw_mono now, struct cw_wall wall);
/* Earliest time a TICK is wanted. */
struct cw_mono replica_wake_at(const struct replica *r);

/* The authority positions this replica holds now. */
void replica_authority_positions(const struct replica *r, struct positions *out);
/*
 * What the turn's seals name, together with what this log's earlier ones named: what they judge their entries' authors
 * by. As of the turn's beginning; of a log whose records are not all held with their bytes, the seal before the first
 * that is not.
 */
void replica_seal_positions(const struct replica *r, struct positions *out);
/* A new incarnation with fresh nonce at the next submission (after a fork proof, a wrong clock, a restore). */
void replica_reincarnate(struct replica *r, const uint8_t nonce[static 32], const uint8_t start[static 16]);

/*
 * Addresses a message of the shell's own making (PEER_DIGEST) to a peer in session: fills from, to, counter. Between
 * turns' ends only, and what is addressed must be sent before anything else goes to that peer. false: no session.
 */
bool replica_say(struct replica *r, const struct cert_id *peer, struct peer_message *message, link_id *out_link);

/* --- looking --- */
uint32_t replica_log_count(const struct replica *r);
const struct log_head *replica_log_at(const struct replica *r, uint32_t index);
const struct log_head *replica_log_find(const struct replica *r, const struct log_id *log);
const struct log_head *replica_own_log(const struct replica *r); /* NULL: none open */
/* Entries that were asked for are on their way: more of the same cases follow at once. */
bool replica_is_fetching(const struct replica *r);
void replica_frontier(const struct replica *r, struct frontier_head *out_head); /* as of the last end_turn */
uint32_t replica_frontier_items(const struct replica *r, struct frontier_item *out,
                                uint32_t max); /* sorted by log id */
/* Those changed after frontier counter `since`, sorted by log id: what EFFECT_SEND_FRONTIER sends when not full. */
uint32_t replica_frontier_changes(const struct replica *r, uint64_t since, struct frontier_item *out, uint32_t max);

enum peer_state {
    PEER_STATE_DOWN,      /* no link */
    PEER_STATE_GREETING,  /* link up, HELLO sent */
    PEER_STATE_COMPARING, /* HELLO received, frontiers under way */
    PEER_STATE_FETCHING,  /* it holds what we lack: WANT is out */
    PEER_STATE_IN_STEP,   /* nothing to fetch; own batches are pushed to it */
    PEER_STATE_REFUSED,   /* ended by us: network, version, invented bytes; err says why */
    PEER_STATE_COUNT
};
struct peer_status {
    struct cert_id cert;
    char division[DIVISION_LEN_MAX + 1];
    enum peer_state state;
    enum cw_err last_error;
    uint64_t behind; /* entries we hold and its last signed frontier lacks */
    uint64_t ahead;  /* entries it holds and we lack */
    struct cw_mono last_heard;
    struct cw_mono since; /* in this state */
    bool cut;
    char software[SOFTWARE_LEN_MAX + 1]; /* as it said last; "": it did not */
    bool says_time;
    int64_t clock_ahead_ms; /* of ours; what a message took on its way makes this less, never more */
};
uint32_t replica_peer_count(const struct replica *r);
/* Whose slot it is, without counting what replica_peer_at counts. */
const struct cert_id *replica_peer_cert(const struct replica *r, uint32_t index);
void replica_peer_at(const struct replica *r, uint32_t index, struct peer_status *out);
const char *peer_state_name(enum peer_state state);
/*
 * How far this daemon's clock is behind that of the network: so far, at least, as most divisions in session say it is, and two of
 * them; 0 when fewer say so. At most CLOCK_BEHIND_MS_MAX: what is more is a clock that a person must look at.
 */
#define CLOCK_BEHIND_MS_MAX INT64_C(86400000)
int64_t replica_clock_behind_ms(const struct replica *r);
/* Divisions (distinct; this one, when it holds it, included) that may read, and whose signed frontier covers (log, seq) with
 * its blobs; fills certs (max) of the others. */
uint32_t replica_held_by(const struct replica *r, const struct replica_view *view, const struct log_id *log,
                         uint64_t seq, struct cert_id *out_certs, uint32_t max);

#endif
