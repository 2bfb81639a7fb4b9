/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"
#include "node/receipt_tree.h"
#include "proto/wire.h"

struct receipt_tree *receipt_tree_new(struct arena *arena)
{
    struct receipt_tree *tree = arena_take_raw(arena, sizeof *tree, alignof(struct receipt_tree));

    if (tree != NULL) {
        tree->has_log = false;
        tree->last = 0;
    }
    return tree;
}

/* --- the tree ------------------------------------------------------------------------------------------------ */

static void node_hash(const struct hash *left, const struct hash *right, struct hash *out)
{
    const struct cw_slice parts[] = {ID_SLICE(left), ID_SLICE(right)};

    hash_labelled(LABEL_ENTRY_NODE, parts, CW_COUNT(parts), out->b);
}

/* RFC 6962's split at the largest power of two is pairing neighbours, an odd last one going up as it is. */
static void build_levels(struct receipt_tree *tree)
{
    for (uint32_t level = 0; level + 1 < CW_COUNT(tree->counts); level++) {
        uint32_t count = tree->counts[level], above = 0;

        for (uint32_t i = 0; i + 1 < count; i += 2)
            node_hash(&tree->levels[level][i], &tree->levels[level][i + 1], &tree->levels[level + 1][above++]);
        if (count % 2 == 1)
            tree->levels[level + 1][above++] = tree->levels[level][count - 1];
        tree->counts[level + 1] = above;
    }
}

static enum cw_err take_log(const struct node_read *read, const struct log_id *log, struct receipt_tree *tree)
{
    if (tree->has_log && ID_EQ(&tree->log, log))
        return CW_OK;
    tree->has_log = false;
    tree->last = 0;
    enum cw_err err = db_get_log(read->node, read->txn, log, &tree->log_row);
    tree->log = *log;
    tree->has_log = err == CW_OK;
    return err;
}

static enum cw_err take_leaves(const struct node_read *read, struct receipt_tree *tree)
{
    for (uint64_t seq = tree->first; seq <= tree->last; seq++) {
        struct entry_row row;
        struct hash hash;
        enum cw_err err = db_get_entry(read->node, read->txn, &tree->log, seq, &row);

        if (err != CW_OK)
            return err;
        entry_hash_of(row.header, &hash);
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&hash), &tree->levels[0][seq - tree->first]);
    }
    return CW_OK;
}

/* The seal that covers seq, with its tree; take_log came before. */
static enum cw_err take_seal(const struct node_read *read, uint64_t seq, struct receipt_tree *tree)
{
    if (tree->last != 0 && tree->first <= seq && seq <= tree->last)
        return CW_OK;
    tree->last = 0;
    uint64_t last;
    enum cw_err err = db_get_seal(read->node, read->txn, &tree->log, seq, &tree->seal, &last);
    if (err != CW_OK)
        return err;
    tree->first = tree->seal.first;
    tree->last = last;
    tree->counts[0] = (uint32_t)(last - tree->first + 1);
    err = take_leaves(read, tree);
    if (err != CW_OK)
        tree->last = 0;
    else
        build_levels(tree);
    return err;
}

static uint32_t tree_path(const struct receipt_tree *tree, uint32_t index, struct hash out[static SEAL_PATH_MAX])
{
    uint32_t count = 0;

    for (uint32_t level = 0; tree->counts[level] > 1; level++, index /= 2) {
        if ((index ^ 1u) < tree->counts[level])
            out[count++] = tree->levels[level][index ^ 1u];
    }
    return count;
}

/* --- pieces --------------------------------------------------------------------------------------------------- */

ProtobufCBinaryData receipt_keep(struct receipt_making *m, struct cw_slice s)
{
    const void *copy = s.len == 0 ? "" : arena_copy(m->arena, s.data, s.len);

    m->full = m->full || copy == NULL;
    return wire_bytes(copy == NULL ? slice("", 0) : slice(copy, s.len));
}

ProtobufCBinaryData *receipt_keep_hashes(struct receipt_making *m, const struct hash *hashes, size_t count)
{
    ProtobufCBinaryData *out = ARENA_ARRAY(m->arena, ProtobufCBinaryData, count + 1);

    if (out == NULL) {
        m->full = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        out[i] = receipt_keep(m, ID_SLICE(&hashes[i]));
    return out;
}

Cw__SignedSeal *receipt_seal(struct arena *arena, const struct signed_seal *seal)
{
    struct receipt_making m = {NULL, arena, false};
    Cw__SignedSeal *out = ARENA_NEW(arena, Cw__SignedSeal);
    Cw__SealSignature **list = ARENA_ARRAY(arena, Cw__SealSignature *, seal->signature_count + 1);

    if (out == NULL || list == NULL)
        return NULL;
    cw__signed_seal__init(out);
    out->has_seal = 1;
    out->seal = receipt_keep(&m, seal->bytes);
    out->signatures = list;
    for (uint32_t i = 0; i < seal->signature_count; i++) {
        Cw__SealSignature *s = ARENA_NEW(arena, Cw__SealSignature);

        if (s == NULL)
            return NULL;
        cw__seal_signature__init(s);
        s->has_index = s->has_signature = 1;
        s->index = seal->signer_index[i];
        s->signature = receipt_keep(&m, slice(seal->signatures[i].b, SIGNATURE_LEN));
        list[out->n_signatures++] = s;
    }
    return m.full ? NULL : out;
}

/* Entry, seal and path of one place. */
static enum cw_err make_item(struct receipt_making *m, uint64_t seq, struct cw_slice header, struct receipt_tree *tree,
                             Cw__ReceiptItem **out)
{
    Cw__ReceiptItem *item = ARENA_NEW(m->arena, Cw__ReceiptItem);
    struct hash path[SEAL_PATH_MAX];

    if (item == NULL)
        return CW_LOCAL_MEMORY;
    cw__receipt_item__init(item);
    enum cw_err err = take_seal(m->read, seq, tree);
    if (err != CW_OK)
        return err;
    uint32_t count = tree_path(tree, (uint32_t)(seq - tree->first), path);
    item->has_entry = 1;
    item->entry = receipt_keep(m, header);
    item->seal = receipt_seal(m->arena, &tree->seal.seal);
    item->path = receipt_keep_hashes(m, path, count);
    item->n_path = count;
    *out = item;
    return m->full || item->seal == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

/* --- the receipt ----------------------------------------------------------------------------------------------------- */

static enum cw_err fill(struct receipt_making *m, const struct cw_op_id *op, const struct entry_row *entry,
                        const struct receipt_tree *tree, Cw__Receipt *out)
{
    out->has_network = out->has_op_id = out->has_submission_header = out->has_proof = out->has_genesis = 1;
    out->network = receipt_keep(m, ID_SLICE(&m->read->node->identity.network));
    out->op_id = receipt_keep(m, ID_SLICE(op));
    out->submission_header = receipt_keep(m, entry->submission);
    out->proof = receipt_keep(m, entry->proof);
    out->has_path = entry->path.len > 0;
    out->path = receipt_keep(m, entry->path);
    out->genesis = receipt_keep(m, tree->log_row.genesis);
    return m->full ? CW_LOCAL_MEMORY : CW_OK;
}

/* The daemon's own entry of the op when it has one, else the least. */
static uint32_t choose(const struct op_row *op)
{
    uint32_t place;

    op_row_verdict(op, &place);
    for (uint32_t i = 0; i < op->entry_count; i++) {
        if (op->entries[i].own && op->entries[i].verdict == op->entries[place].verdict)
            return i;
    }
    return place;
}

enum cw_err receipt_build_with(const struct node_read *read, const struct cw_op_id *op, const struct op_row *row,
                               uint32_t held_max, struct receipt_tree *tree, struct arena *arena, Cw__Receipt **out,
                               uint32_t *out_held)
{
    struct receipt_making m = {read, arena, false};
    Cw__Receipt *receipt = ARENA_NEW(arena, Cw__Receipt);
    const struct op_entry *place = &row->entries[choose(row)];
    struct entry_row entry;

    if (receipt == NULL)
        return CW_LOCAL_MEMORY;
    cw__receipt__init(receipt);
    enum cw_err err = take_log(read, &place->log, tree);
    if (err == CW_OK)
        err = db_get_entry(read->node, read->txn, &place->log, place->seq, &entry);
    if (err == CW_OK)
        err = fill(&m, op, &entry, tree, receipt);
    if (err == CW_OK)
        err = make_item(&m, place->seq, entry.header, tree, &receipt->local);
    *out_held = 1;
    if (err == CW_OK && held_max > 0)
        err = receipt_gather(&m, tree, place->seq, held_max, receipt, out_held);
    if (err == CW_OK)
        *out = receipt;
    return err;
}

enum cw_err receipt_build(const struct node_read *read, const struct cw_op_id *op, uint32_t held_max,
                          struct arena *arena, Cw__Receipt **out, uint32_t *out_held)
{
    struct receipt_tree *tree = receipt_tree_new(arena);
    struct op_row row;
    enum cw_err err = tree == NULL ? CW_LOCAL_MEMORY : db_get_op(read->node, read->txn, op, &row);

    return err == CW_OK ? receipt_build_with(read, op, &row, held_max, tree, arena, out, out_held) : err;
}
