/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_LOGS_H
#define CASEWIRE_CORE_LOGS_H

/*
 * The table of logs: one slot per log, slots never move (they are named by number inside a replica), an
 * index sorted by log id beside them. Bounded; nothing is ever removed in this version.
 */

#include "core/replica.h"

#define LOG_NONE UINT32_MAX

struct log_slot {
    struct log_head head;
    uint64_t turn_seq;       /* head.seq when the turn began */
    uint64_t changed_at;     /* frontier counter that last carried this log's item */
    struct hash item_leaf;   /* Merkle leaf of that item */
    bool dirty;              /* touched in this turn: listed in logs.dirty */
    uint32_t fork_rank;      /* 1.. in the order in which forks became known; 0 not forked */
    struct cw_mono blobs_at; /* missing blobs are asked for again from then on */
    uint32_t blobs_asked;    /* number of the peer that was asked last: its neighbours in the table are next */
    uint32_t blobs_from;     /* of the peer whose blobs came last */
};

struct logs {
    struct log_slot *slots;
    uint32_t *sorted; /* slot numbers by log id */
    uint32_t *dirty;  /* slot numbers touched in this turn */
    uint32_t count, max, dirty_count, fork_count;
};

void logs_init(struct logs *logs, struct arena *memory, uint32_t max);
/* Slot number, or LOG_NONE. */
uint32_t logs_find(const struct logs *logs, const struct log_id *log);
/* Adds a head whose log is not there yet; LOG_NONE when the table is full. */
uint32_t logs_add(struct logs *logs, const struct log_head *head);
void logs_touch(struct logs *logs, uint32_t slot);
void logs_begin_turn(struct logs *logs);

/* A head from its genesis, before the first entry. */
void log_head_open(struct log_head *head, const struct log_id *log, const struct genesis *genesis);
bool log_head_lacks_blobs(const struct log_head *head);
/* Up to and with this seq all blobs are held; 0: not even the first entry's. */
uint64_t log_head_held(const struct log_head *head);
/*
 * Says that the blobs of seq are held or not, and keeps the bounded form: blob_seq, holes ascending below it.
 * A gap that would need a 65th hole leaves blob_seq where it is: *out_full is then set. seq is at most head.seq.
 */
void log_head_blob(struct log_head *head, uint64_t seq, bool held, bool *out_full);
bool log_holds_blob(uint64_t blob_seq, const uint64_t *holes, uint32_t hole_count, uint64_t seq);
struct position log_head_position(const struct log_head *head);
void log_head_item(const struct log_head *head, struct frontier_item *out);

#endif
