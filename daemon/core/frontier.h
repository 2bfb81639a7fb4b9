/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_FRONTIER_H
#define CASEWIRE_CORE_FRONTIER_H

/*
 * What another daemon has signed that it holds, in a compact form, and how its next frontier replaces it.
 * A delta is believed only when the root recomputed over all items is the signed one.
 */

#include "core/logs.h"
#include "core/rest.h"
#include "proto/session.h"

/* How a peer's position compares with our copy of the same log. */
enum agreement {
    AGREEMENT_UNCHECKED = 0, /* not compared yet */
    AGREEMENT_SAME,          /* our chain passes through it */
    AGREEMENT_AHEAD,         /* beyond our head */
    AGREEMENT_CONTRADICTS,   /* our chain has another seal there: one of the two forked */
};

struct known_item {
    struct log_id log;
    struct hash seal, leaf;
    uint64_t seq, blob_seq;
    uint32_t hole_at, hole_count; /* in the frontier's holes */
    enum agreement agreement;
    bool elsewhere; /* on another branch than ours of a forked log: changes do not bring it back */
    struct rest entries_rest, blobs_rest;
};

/* Holes of all items of one peer together. What does not fit lowers that item's blob_seq: less is believed. */
#define KNOWN_HOLES_MAX 1024

struct known_frontier {
    bool known;
    uint8_t start[16];
    uint64_t counter;
    struct hash root;
    uint32_t item_count, hole_count;
    struct known_item *items; /* sorted by log id; capacity: the replica's logs_max */
    uint64_t *holes;
};

/* Working memory of frontier_take, one per replica. */
struct frontier_scratch {
    struct known_frontier next;
    struct hash *leaves;
    uint32_t max;
};

void known_frontier_init(struct known_frontier *k, struct arena *memory, uint32_t logs_max);
void frontier_scratch_init(struct frontier_scratch *s, struct arena *memory, uint32_t logs_max);
struct known_item *known_frontier_find(const struct known_frontier *k, const struct log_id *log);
bool known_item_holds_blob(const struct known_frontier *k, const struct known_item *item, uint64_t seq);

enum frontier_verdict {
    FRONTIER_TAKEN,    /* *k now is what the message says */
    FRONTIER_SAME,     /* a heartbeat: nothing new */
    FRONTIER_GAP,      /* a delta from a state that is not ours: ask for the whole */
    FRONTIER_WRONG,    /* root, order or count do not hold: the signer's own doing */
    FRONTIER_BACK,     /* below, or beside, what was signed before under this start id: its memory was rolled back */
    FRONTIER_TOO_MANY, /* more logs than this replica has room for */
};

/* The head's signature was verified by the shell. Anything but FRONTIER_TAKEN leaves *k as it was. */
enum frontier_verdict frontier_take(struct known_frontier *k, struct frontier_scratch *scratch,
                                    const struct peer_frontier *message);

/* Merkle leaf of one item, over its encoded bytes. */
void frontier_leaf(const struct frontier_item *item, struct hash *out);

#endif
