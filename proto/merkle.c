/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/id.h"

/*
 * RFC 6962 §2.1 splits a list at the largest power of two below its length. Level by level that is the
 * same as: hash neighbours in pairs, and carry an odd last node up unchanged. The second form needs no
 * recursion and gives a path's exact length from (index, count) alone.
 */

static const struct {
    enum label leaf, node;
} merkle_labels[] = {
    [MERKLE_BUNDLE] = {LABEL_BUNDLE_LEAF, LABEL_BUNDLE_NODE},
    [MERKLE_ENTRIES] = {LABEL_ENTRY_LEAF, LABEL_ENTRY_NODE},
    [MERKLE_ITEMS] = {LABEL_ITEM_LEAF, LABEL_ITEM_NODE},
};

static void node_hash(enum merkle_kind kind, const struct hash *left, const struct hash *right, struct hash *out)
{
    uint8_t both[2 * ID_LEN];

    memcpy(both, left->b, ID_LEN);
    memcpy(both + ID_LEN, right->b, ID_LEN);
    hash_one(merkle_labels[kind].node, slice(both, sizeof(both)), out->b);
}

/* Replaces `count` nodes by their parents, in place; gives how many parents there are. */
static size_t climb(enum merkle_kind kind, struct hash *nodes, size_t count)
{
    for (size_t i = 0; i + 1 < count; i += 2)
        node_hash(kind, &nodes[i], &nodes[i + 1], &nodes[i / 2]);
    if (count % 2 != 0)
        nodes[count / 2] = nodes[count - 1];
    return (count + 1) / 2;
}

void merkle_leaf(enum merkle_kind kind, struct cw_slice bytes, struct hash *out)
{
    CW_ASSERT((size_t)kind < CW_COUNT(merkle_labels));
    hash_one(merkle_labels[kind].leaf, bytes, out->b);
}

void merkle_root(enum merkle_kind kind, struct hash *leaf_hashes, size_t count, struct hash *out)
{
    CW_ASSERT((size_t)kind < CW_COUNT(merkle_labels) && count <= MERKLE_LEAVES_MAX);
    if (count == 0) {
        *out = (struct hash){{0}};
        return;
    }
    while (count > 1)
        count = climb(kind, leaf_hashes, count);
    *out = leaf_hashes[0];
}

size_t merkle_path(enum merkle_kind kind, const struct hash *leaf_hashes, size_t count, size_t index,
                   struct hash *scratch, struct hash out[static MERKLE_PATH_MAX])
{
    size_t path_count = 0;

    CW_ASSERT((size_t)kind < CW_COUNT(merkle_labels) && index < count && count <= MERKLE_LEAVES_MAX);
    memcpy(scratch, leaf_hashes, count * sizeof(*scratch));
    while (count > 1) {
        if ((index ^ 1) < count)
            out[path_count++] = scratch[index ^ 1];
        count = climb(kind, scratch, count);
        index /= 2;
    }
    return path_count;
}

enum cw_err merkle_check(enum merkle_kind kind, const struct hash *leaf, size_t index, size_t count,
                         const struct hash *path, size_t path_count, const struct hash *root)
{
    struct hash node = *leaf;
    size_t used = 0;

    CW_ASSERT((size_t)kind < CW_COUNT(merkle_labels));
    if (index >= count || count > MERKLE_LEAVES_MAX)
        return CW_PEER_HASH;

    for (; count > 1; count = (count + 1) / 2, index /= 2) {
        if ((index ^ 1) >= count)
            continue; /* an odd last node: carried up */
        if (used == path_count)
            return CW_PEER_HASH;
        if (index % 2 == 0)
            node_hash(kind, &node, &path[used], &node);
        else
            node_hash(kind, &path[used], &node, &node);
        used++;
    }
    return used == path_count && ID_EQ(&node, root) ? CW_OK : CW_PEER_HASH;
}
