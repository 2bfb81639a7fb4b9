/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_CHAIN_H
#define CASEWIRE_LIB_CHAIN_H

/*
 * Following one log: genesis, then seal after seal, each checked against the one before and against the
 * key that may seal this log, each entry against its seal. What an entry says is its owner's business
 * (trust.c for authority logs, verify.c for all).
 */

#include "lib/answer.h"
#include "lib/fault.h"
#include "proto/submission.h"
#include "proto/wire.h"

struct chain {
    struct log_id log;
    struct buf genesis_bytes;
    struct genesis genesis; /* borrows from genesis_bytes */
    uint64_t seq;           /* of the last seal */
    struct hash seal;       /* its hash; the log id's bytes at first */
    uint64_t hlc;
    struct positions authority; /* as its seals say, cumulative */
    bool broken;                /* nothing behind this can be believed */
};

/* Who may seal: one key, or `threshold` of the root's. */
struct chain_keys {
    uint32_t count, threshold; /* threshold 0: the one key at [0], no index */
    const uint8_t (*keys)[KEY_LEN];
};

/* One entry whose seal and place hold. Borrows from the message. */
struct chain_entry {
    struct entry_header header;
    bool carried;        /* what came beside the header is what it names: step 13 of docs/protocol.md §8.1 */
    bool altered;        /* a blob is not what the header names, or what the author signed: step 14 */
    const char *lawless; /* why its origin should not have sealed it: it is void; NULL: it may */
    bool of_its_op;      /* rule 1 of docs/protocol.md §5.2; else it is of no op, whatever it names */
    struct submission_header submission; /* when of_its_op */
    struct author_proof proof;           /* the same */
    struct cw_slice submission_bytes;
    struct cw_slice parts[PARTS_MAX]; /* empty: not held, or not what is named */
};

struct chain_watcher {
    void *context;
    /* Something does not hold; seq 0: the log as a whole. */
    void (*problem)(void *context, const struct chain *chain, uint64_t seq, const struct cw_fault *fault);
    /* Called for each entry of a batch that carries what it names, after the whole batch was checked. May be NULL. */
    void (*entry)(void *context, struct chain *chain, const struct chain_entry *entry);
    void (*sealed)(void *context, const struct chain *chain, uint32_t entry_count);
};

/* The genesis record that starts a log. *out must be zero; done with chain_done(). */
enum cw_err chain_start(struct cw_slice genesis, const struct network_id *network, struct chain *out,
                        struct cw_fault *fault);
void chain_done(struct chain *chain);
/* Follows the batches of one message, which must go on where the chain stands. */
void chain_follow(struct chain *chain, const Cw__Entries *message, const struct network_id *network,
                  const struct chain_keys *keys, const struct chain_watcher *watcher);
/* Whether the seals so far say that they know `log` up to seq. */
bool chain_knows(const struct chain *chain, const struct log_id *log, uint64_t seq);
/* The 8-digit name people see for a log. */
void chain_short(const struct log_id *log, char out[static 9]);

#endif
