/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_RECEIPT_TREE_H
#define CASEWIRE_NODE_RECEIPT_TREE_H

#include "node/internal.h"
#include "node/receipt.h"

/*
 * The Merkle tree of one seal's entries, all its levels: made once, it gives the path of every entry. One
 * seal covers the submissions of a turn, and each of them wants its receipt.
 */
struct receipt_tree {
    struct log_id log;
    uint64_t first, last; /* last 0: empty */
    struct hash levels[9][SEAL_ENTRIES_MAX];
    uint32_t counts[9];
};

/* A receipt being made. */
struct receipt_making {
    const struct node_read *read;
    struct arena *arena;
    bool full; /* the arena gave out */
};
ProtobufCBinaryData receipt_keep(struct receipt_making *m, struct cw_slice s);
ProtobufCBinaryData *receipt_keep_hashes(struct receipt_making *m, const struct hash *hashes, size_t count);
Cw__SignedSeal *receipt_seal(struct arena *arena, const struct signed_seal *seal);
/* Evidence of at most held_max further divisions (receipt_evidence.c). covered: the last seq of the entry's own seal. */
enum cw_err receipt_gather(struct receipt_making *m, const struct log_id *log, uint64_t seq, uint64_t covered,
                           uint32_t held_max, const Cw__ReceiptItem *local, Cw__Receipt *out, uint32_t *out_held);

/* As receipt_build, with a tree to use again. */
enum cw_err receipt_build_with(const struct node_read *read, const struct cw_op_id *op, uint32_t held_max,
                               struct receipt_tree *tree, struct arena *arena, Cw__Receipt **out, uint32_t *out_held);

#endif
