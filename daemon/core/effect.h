/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_EFFECT_H
#define CASEWIRE_CORE_EFFECT_H

/*
 * What a replica wants done. Nothing is said before it is remembered: the shell performs the writes
 * (effect_is_write) in the order listed, commits, moves the anchor, and only then performs the rest in the
 * order listed. A turn of several events lists them event by event, so the two kinds are mixed in the list.
 * Strings are static; messages live in the turn's arena.
 */

#include "core/event.h"

enum effect_kind {
    /* writes */
    EFFECT_OPEN_LOG,     /* a new own log: store genesis */
    EFFECT_PUT_ENTRY,    /* own entry, sequenced: store header for tag */
    EFFECT_PUT_SEAL,     /* own seal: sign its bytes, store */
    EFFECT_STORE_BATCH,  /* a verified foreign batch of the event being handled: store it whole */
    EFFECT_STORE_BLOBS,  /* item `index` of a BLOBS message: check hashes, store, try to open */
    EFFECT_CLOSE_LOG,    /* a later genesis named it prior */
    EFFECT_STORE_FORK,   /* keep the proof: the log has forked */
    EFFECT_PUT_FRONTIER, /* this replica's frontier head and changed items; sign after commit */
    EFFECT_PUT_PEER,     /* a peer's frontier moved: keep its signed head and items (evidence); a delta's items replace
                             those of their logs, a full one's replace all */
    EFFECT_PUT_LOG,      /* a log's row changed this turn: store it (once per log, after everything else about it) */
    /* after the commit */
    EFFECT_SEND,          /* message to link */
    EFFECT_SEND_FRONTIER, /* the frontier of this turn: replica_frontier_items, or replica_frontier_changes(since) */
    EFFECT_SEND_ENTRIES,  /* from log, the batch that covers after + 1 and as many of the next as fit `bytes`, always
                             one (without its blobs when it would not fit a frame): read from the store, answer with
                             EVENT_SENT */
    EFFECT_SEND_BLOBS,
    EFFECT_SEND_FORK,    /* a stored proof, by log */
    EFFECT_DROP_LINK,    /* session over: hang up (or forget, for an incoming link) */
    EFFECT_HELD,         /* a watched op is held by `held` divisions, or its deadline came */
    EFFECT_NOTE,         /* an event worth a journal line or an alarm */
    EFFECT_LOG_ADVANCED, /* feeds, folds and authority tables look at log up to seq */
};

enum note {
    NOTE_PEER_IN_STEP,
    NOTE_PEER_SESSION_ENDED, /* err says why */
    NOTE_FORK_PROVEN,        /* alarm */
    NOTE_OWN_FORK,           /* alarm: somebody holds more of our log, or another of it: new incarnation */
    NOTE_NEW_INCARNATION,
    NOTE_SEAL_INVALID,    /* alarm: relayed bytes that the origin signed, but wrong: kept away */
    NOTE_CLOCK_AHEAD,     /* an entry more than 5 min ahead of this clock */
    NOTE_OWN_CLOCK_WRONG, /* our hlc is more than 120 s ahead of the clock: new incarnation */
    NOTE_TWIN,            /* alarm: two geneses of one division with one incarnation number */
    NOTE_HOLES_FULL,      /* the 65th hole ended blob seq */
    NOTE_LIMIT,           /* a bound of this replica was reached: named in text */
    NOTE_PEER_INVENTED,   /* the peer sent bytes that only it can have made wrong */
};
#define NOTE_COUNT (NOTE_PEER_INVENTED + 1)

struct log_head; /* core/replica.h */

struct effect {
    enum effect_kind kind;
    union {
        struct {
            struct log_id log;
            struct cw_slice genesis; /* bytes in the turn's arena */
        } open_log;
        struct {
            uint64_t tag;
            const struct entry_header *header; /* complete; bytes below */
            struct cw_slice bytes;
            struct hash hash;
        } put_entry;
        struct {
            const struct seal *seal;
            struct cw_slice bytes;
            struct hash hash;
        } put_seal;
        struct {
            const struct peer_entries *entries; /* of the event: genesis when the log is new, batches */
            uint32_t index;                     /* which batch */
            bool authority;                     /* an authority or root log: apply after the commit */
        } store_batch;
        struct {
            const struct blobs_of *item; /* of the event's BLOBS message */
        } store_blobs;
        struct {
            const struct log_head *head; /* valid until the next turn begins */
        } put_log;
        struct {
            struct log_id log;
            struct position at; /* last known head */
        } close_log;
        struct {
            struct log_id log;
            struct position ours; /* the stored seal that contradicts; zero when the event's FORK_PROOF is complete */
            const struct sealed_batch *theirs;
            const struct fork_proof *proof; /* when the event carried one */
        } store_fork;
        struct {
            const struct frontier_head
                *head; /* counter raised, root over all items; valid until the next turn begins */
        } put_frontier;
        struct {
            struct cert_id cert;
            const struct peer_frontier *frontier;
        } put_peer;
        struct {
            link_id link;
            const struct peer_message *message;
        } send;
        struct {
            link_id link;
            struct session_id from, to;
            uint64_t counter;
            bool full;
            uint64_t since;
        } send_frontier;
        struct {
            link_id link;
            struct session_id from, to;
            uint64_t counter; /* of the one frame this becomes */
            struct log_id log;
            uint64_t after;
            uint64_t bytes;
            bool pushed;
        } send_entries;
        struct {
            link_id link;
            struct session_id from, to;
            uint64_t counter;
            struct log_id log;
            uint32_t seq_count;
            const uint64_t *seqs;
        } send_blobs;
        struct {
            link_id link;
            struct session_id from, to;
            uint64_t counter;
            struct log_id log;
        } send_fork;
        struct {
            link_id link;
            enum cw_err why;
        } drop_link;
        struct {
            uint64_t tag;
            uint32_t held;
            bool reached;
        } held;
        struct {
            enum note note;
            enum cw_err err;
            struct log_id log;
            uint64_t seq;
            struct cert_id cert;
            const char *text; /* static */
        } note;
        struct {
            struct log_id log;
            uint64_t from, upto; /* inclusive */
        } advanced;
    } as;
};

static inline bool effect_is_write(enum effect_kind kind)
{
    return kind < EFFECT_SEND;
}

/* Filled by replica_step and replica_end_turn, emptied by the shell each turn. */
struct effects {
    struct effect *at;
    uint32_t count, max;
    struct arena *arena; /* the turn's */
};

#endif
