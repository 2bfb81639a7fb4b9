/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_REPLICA_STATE_H
#define CASEWIRE_CORE_REPLICA_STATE_H

/* What a replica is made of. Only files of this folder include it. */

#include "core/effects.h"
#include "core/hlc.h"
#include "core/holdoff.h"
#include "core/peers.h"
#include "core/positions.h"
#include "core/watch.h"

#define PENDING_MAX 4096       /* submissions of one turn */
#define LOGS_SHARE 8           /* one certificate fills at most this part of the table of logs, */
#define LOGS_OF_ONE_MIN 16     /* and may always have this many */
#define OWN_LOGS_RESERVED 16   /* slots that others' logs may not take: a division can always write */
#define MESSAGE_ITEMS_MAX 1024 /* batches or blobs looked at in one message; the rest is asked for again */
#define SAY_EFFECTS 16         /* what one peer may be told in a turn, or one small event lists */
#define SAY_ARENA_LEN ((size_t)48 << 10)
#define MADE_ARENA_LEN ((size_t)8 << 10) /* one own entry and its seal in the arena, at most */

struct pending {
    uint64_t tag;
    const struct entry_header *draft;
};

struct replica {
    struct replica_limits limits;
    struct replica_identity self;
    uint64_t random; /* splitmix64 state */

    struct logs logs;
    struct peers peers;
    struct watches watches;
    struct holdoffs holdoffs;
    struct frontier_scratch scratch;
    uint64_t granted;         /* bytes granted to all peers together */
    uint64_t authority_epoch; /* raised whenever a root or authority log advances */

    /* own log and incarnation */
    uint32_t own; /* slot; LOG_NONE: the next submission opens a log */
    struct hlc clock;
    bool has_prior;
    struct position prior;
    uint64_t next_n;
    bool has_nonce;
    uint8_t nonce[32];
    struct pending *pending;
    uint32_t pending_count;
    struct hash *seal_leaves; /* SEAL_ENTRIES_MAX */

    /* own frontier */
    uint8_t start[16], replaces[16];
    struct frontier_head head; /* as of the last end_turn */
    bool head_stale;           /* something other than an item changed */
    bool watch_again;          /* a peer's frontier moved, a watch came */

    /* the turn */
    const struct replica_view *view;
    struct effects *out;
    struct positions authority; /* as the turn began: what the shell's admissions knew at most */
    struct cw_mono now;
    struct cw_wall wall;
    uint32_t first_peer; /* whose turn it is to be told first */
    bool unsaid;         /* somebody could not be told for lack of room: another turn at once */
    bool told_full_table;
};

uint64_t replica_random(struct replica *r);
void replica_random_fill(struct replica *r, uint8_t *out, size_t len);

/* A position in one of our logs: compared with our copy of it. AHEAD also when the log is not known here. */
enum agreement replica_agrees(const struct replica *r, const struct log_id *log, uint64_t seq, const struct hash *seal);

/*
 * Stops sequencing in the own log: somebody has seen more of it, or another of it. What a peer only says is believed
 * once: until the entries it spoke of are here, it cannot make us open another log.
 */
void replica_own_fork(struct replica *r, const struct cert_id *witness, uint64_t seq, const char *text);
/* Entries or a proof of this log came: whoever spoke of it spoke the truth. */
void replica_settle_claims(struct replica *r, const struct log_id *log);
/* The frontier's own name changes with each incarnation decision. start NULL: drawn. */
void replica_renew_start(struct replica *r, const uint8_t *start);
/* Opens nothing yet: the next submission does. */
void replica_close_own(struct replica *r);

/* Notes what this turn's seals name, r->authority. */
void replica_note_authority(struct replica *r);

static inline struct log_slot *replica_slot(const struct replica *r, uint32_t slot)
{
    CW_ASSERT(slot < r->logs.count);
    return &r->logs.slots[slot];
}

#endif
