/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_RECEIPT_TREE_H
#define CASEWIRE_NODE_RECEIPT_TREE_H

#include "node/internal.h"
#include "node/receipt.h"

/*
 * What the receipts of one seal's entries have in common: the log's row, the seal, and the Merkle tree of the entries
 * with all its levels, which gives the path of each. One seal covers the submissions of a turn, and each of them wants
 * its receipt. Good for one snapshot: rows are borrowed from it.
 */
struct receipt_tree {
    bool has_log;
    struct log_id log;
    struct log_row log_row;
    uint64_t first, last; /* last 0: empty */
    struct seal_row seal;
    struct hash levels[9][SEAL_ENTRIES_MAX];
    uint32_t counts[9];
};

/* Empty, in the arena; its 70 KiB are written only as far as a seal has entries. NULL: the arena is full. */
struct receipt_tree *receipt_tree_new(struct arena *arena);

/* A receipt being made. */
struct receipt_making {
    const struct node_read *read;
    struct arena *arena;
    bool full; /* the arena gave out */
};
ProtobufCBinaryData receipt_keep(struct receipt_making *m, struct cw_slice s);
ProtobufCBinaryData *receipt_keep_hashes(struct receipt_making *m, const struct hash *hashes, size_t count);
Cw__SignedSeal *receipt_seal(struct arena *arena, const struct signed_seal *seal);
/* Evidence of at most held_max further divisions (receipt_evidence.c) for the entry seq of the tree's seal. */
enum cw_err receipt_gather(struct receipt_making *m, const struct receipt_tree *tree, uint64_t seq, uint32_t held_max,
                           Cw__Receipt *out, uint32_t *out_held);

/* As receipt_build, with the op's row at hand and a tree to use again. */
enum cw_err receipt_build_with(const struct node_read *read, const struct cw_op_id *op, const struct op_row *row,
                               uint32_t held_max, struct receipt_tree *tree, struct arena *arena, Cw__Receipt **out,
                               uint32_t *out_held);

#endif
