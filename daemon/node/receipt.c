/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"
#include "node/receipt_tree.h"
#include "proto/wire.h"

#define BETWEEN_MAX 1024 /* seals from an entry's to the peer's position that one receipt carries */

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

static enum cw_err load_tree(const struct node_read *read, const struct log_id *log, uint64_t first, uint64_t last,
                             struct receipt_tree *tree)
{
    if (tree->last == last && tree->first == first && ID_EQ(&tree->log, log))
        return CW_OK;
    tree->last = 0;
    tree->counts[0] = (uint32_t)(last - first + 1);
    for (uint64_t seq = first; seq <= last; seq++) {
        struct entry_row row;
        struct hash hash;
        enum cw_err err = db_get_entry(read->node, read->txn, log, seq, &row);

        if (err != CW_OK)
            return err;
        entry_hash_of(row.header, &hash);
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&hash), &tree->levels[0][seq - first]);
    }
    build_levels(tree);
    tree->log = *log;
    tree->first = first;
    tree->last = last;
    return CW_OK;
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

struct making {
    const struct node_read *read;
    struct arena *arena;
    bool full; /* the arena gave out */
};

static ProtobufCBinaryData keep(struct making *m, struct cw_slice s)
{
    const void *copy = s.len == 0 ? "" : arena_copy(m->arena, s.data, s.len);

    m->full = m->full || copy == NULL;
    return wire_bytes(copy == NULL ? slice("", 0) : slice(copy, s.len));
}

static ProtobufCBinaryData *keep_hashes(struct making *m, const struct hash *hashes, size_t count)
{
    ProtobufCBinaryData *out = ARENA_ARRAY(m->arena, ProtobufCBinaryData, count + 1);

    if (out == NULL) {
        m->full = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        out[i] = keep(m, ID_SLICE(&hashes[i]));
    return out;
}

static Cw__SignedSeal *receipt_seal(struct arena *arena, const struct signed_seal *seal)
{
    struct making m = {NULL, arena, false};
    Cw__SignedSeal *out = ARENA_NEW(arena, Cw__SignedSeal);
    Cw__SealSignature **list = ARENA_ARRAY(arena, Cw__SealSignature *, seal->signature_count + 1);

    if (out == NULL || list == NULL)
        return NULL;
    cw__signed_seal__init(out);
    out->has_seal = 1;
    out->seal = keep(&m, seal->bytes);
    out->signatures = list;
    for (uint32_t i = 0; i < seal->signature_count; i++) {
        Cw__SealSignature *s = ARENA_NEW(arena, Cw__SealSignature);

        if (s == NULL)
            return NULL;
        cw__seal_signature__init(s);
        s->has_index = s->has_signature = 1;
        s->index = seal->signer_index[i];
        s->signature = keep(&m, slice(seal->signatures[i].b, SIGNATURE_LEN));
        list[out->n_signatures++] = s;
    }
    return m.full ? NULL : out;
}

/* Entry, seal and path of one place. */
static enum cw_err make_item(struct making *m, const struct log_id *log, uint64_t seq, struct receipt_tree *tree,
                             Cw__ReceiptItem **out, uint64_t *out_last)
{
    Cw__ReceiptItem *item = ARENA_NEW(m->arena, Cw__ReceiptItem);
    struct hash path[SEAL_PATH_MAX];
    struct seal_row seal;
    struct entry_row entry;

    if (item == NULL)
        return CW_LOCAL_MEMORY;
    cw__receipt_item__init(item);
    enum cw_err err = db_get_seal(m->read->node, m->read->txn, log, seq, &seal, out_last);
    if (err == CW_OK)
        err = load_tree(m->read, log, seal.first, *out_last, tree);
    if (err == CW_OK)
        err = db_get_entry(m->read->node, m->read->txn, log, seq, &entry);
    if (err != CW_OK)
        return err;
    uint32_t count = tree_path(tree, (uint32_t)(seq - seal.first), path);
    item->has_entry = 1;
    item->entry = keep(m, entry.header);
    item->seal = receipt_seal(m->arena, &seal.seal);
    item->path = keep_hashes(m, path, count);
    item->n_path = count;
    *out = item;
    return m->full || item->seal == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

/* --- evidence of other divisions -------------------------------------------------------------------------------- */

struct peer_evidence {
    struct cert_id cert;
    char division[DIVISION_LEN_MAX + 1];
    struct cw_slice head, item;
    struct signature signature;
    struct frontier_item parsed;
};

static bool item_holds(const struct frontier_item *item, uint64_t seq)
{
    if (item->blob_seq < seq)
        return false;
    for (uint32_t i = 0; i < item->hole_count; i++) {
        if (item->holes[i] == seq)
            return false;
    }
    return true;
}

/* What the peer last signed about this log, when that covers the entry and passes through our chain. */
static bool read_evidence(struct making *m, const struct log_id *log, uint64_t seq, struct peer_evidence *e)
{
    const struct node *n = m->read->node;
    struct cw_slice raw;
    struct seal_row seal;
    uint64_t last;

    if (db_get(n, m->read->txn, TABLE_PEER, row_key_cert(&e->cert), &raw) != CW_OK || raw.len < SIGNATURE_LEN)
        return false;
    memcpy(e->signature.b, raw.data, SIGNATURE_LEN);
    e->head = slice(raw.data + SIGNATURE_LEN, raw.len - SIGNATURE_LEN);
    if (db_get(n, m->read->txn, TABLE_PEER, row_key_peer_item(&e->cert, log), &e->item) != CW_OK ||
        frontier_item_parse(e->item, &e->parsed) != CW_OK || !item_holds(&e->parsed, seq))
        return false;
    return db_get_seal(n, m->read->txn, log, e->parsed.seq, &seal, &last) == CW_OK && last == e->parsed.seq &&
           ID_EQ(&seal.hash, &e->parsed.seal);
}

static enum cw_err item_path(struct making *m, const struct peer_evidence *e, Cw__ReceiptItem *out)
{
    const struct node *n = m->read->node;
    struct hash *leaves = ARENA_ARRAY(m->arena, struct hash, LOGS_MAX), *scratch = ARENA_ARRAY(m->arena, struct hash, LOGS_MAX);
    struct hash path[MERKLE_PATH_MAX];
    struct row_key from = row_key_cert(&e->cert);
    struct kv_pair pair;
    uint32_t count = 0, index = 0;
    struct log_id log;

    if (leaves == NULL || scratch == NULL)
        return CW_LOCAL_MEMORY;
    while (count < LOGS_MAX &&
           db_next(n, m->read->txn, TABLE_PEER, ID_SLICE(&e->cert), row_key_slice(&from), true, &pair) == CW_OK &&
           pair.key.len == 2 * ID_LEN) {
        memcpy(log.b, pair.key.data + ID_LEN, ID_LEN);
        if (ID_EQ(&log, &e->parsed.log))
            index = count;
        merkle_leaf(MERKLE_ITEMS, pair.value, &leaves[count++]);
        from = row_key_peer_item(&e->cert, &log);
    }
    size_t len = merkle_path(MERKLE_ITEMS, leaves, count, index, scratch, path);
    out->item_path = keep_hashes(m, path, len);
    out->n_item_path = len;
    out->has_item_index = 1;
    out->item_index = index;
    return m->full ? CW_LOCAL_MEMORY : CW_OK;
}

static enum cw_err seals_between(struct making *m, const struct peer_evidence *e, uint64_t covered, Cw__ReceiptItem *out)
{
    Cw__SignedSeal **list = ARENA_ARRAY(m->arena, Cw__SignedSeal *, BETWEEN_MAX);
    enum cw_err err = CW_OK;

    if (list == NULL)
        return CW_LOCAL_MEMORY;
    out->between = list;
    while (covered < e->parsed.seq && err == CW_OK) {
        struct seal_row seal;

        if (out->n_between == BETWEEN_MAX)
            return CW_REFUSED_SIZE;
        err = db_get_seal(m->read->node, m->read->txn, &e->parsed.log, covered + 1, &seal, &covered);
        if (err != CW_OK)
            break;
        list[out->n_between] = receipt_seal(m->arena, &seal.seal);
        err = list[out->n_between] == NULL ? CW_LOCAL_MEMORY : CW_OK;
        out->n_between++;
    }
    return err;
}

static enum cw_err add_evidence(struct making *m, const struct peer_evidence *e, const Cw__ReceiptItem *local, uint64_t covered,
                                Cw__Receipt *out)
{
    Cw__ReceiptItem *item = ARENA_NEW(m->arena, Cw__ReceiptItem);
    Cw__SignedFrontier *frontier = ARENA_NEW(m->arena, Cw__SignedFrontier);

    if (item == NULL || frontier == NULL)
        return CW_LOCAL_MEMORY;
    cw__receipt_item__init(item);
    cw__signed_frontier__init(frontier);
    item->has_entry = 1;
    item->entry = local->entry;
    item->seal = local->seal;
    item->path = local->path;
    item->n_path = local->n_path;
    item->has_frontier_item = 1;
    item->frontier_item = keep(m, e->item);
    item->frontier = frontier;
    frontier->has_head = frontier->has_signature = 1;
    frontier->head = keep(m, e->head);
    frontier->signature = keep(m, slice(e->signature.b, SIGNATURE_LEN));
    enum cw_err err = item_path(m, e, item);
    if (err == CW_OK)
        err = seals_between(m, e, covered, item);
    if (err == CW_OK)
        out->held[out->n_held++] = item;
    return err;
}

/* --- who holds it -------------------------------------------------------------------------------------------------- */

static bool is_counted(char (*seen)[DIVISION_LEN_MAX + 1], uint32_t count, const char *division)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(seen[i], division) == 0)
            return true;
    }
    return false;
}

static bool division_of(struct node *n, const struct cert_id *cert, char out[static DIVISION_LEN_MAX + 1])
{
    const struct authority_cert *c = authority_find(node_authority(n), cert);

    if (c != NULL)
        memcpy(out, c->division, DIVISION_LEN_MAX + 1);
    node_authority_done(n);
    return c != NULL;
}

/* Every peer's head has a row of its own, among its items. */
static bool next_peer(struct making *m, struct cert_id *at, bool first)
{
    struct row_key from = row_key_cert(at);
    struct kv_pair pair;

    if (!first) { /* past this peer's items: no item's log is all ones */
        memset(from.b + ID_LEN, 0xff, ID_LEN);
        from.len = 2 * ID_LEN;
    }
    const struct store_port *store = node_store(m->read->node);
    if (store->next(m->read->txn, TABLE_PEER, row_key_slice(&from), !first, &pair) != CW_OK || pair.key.len != ID_LEN)
        return false;
    memcpy(at->b, pair.key.data, ID_LEN);
    return true;
}

static enum cw_err gather(struct making *m, const struct log_id *log, uint64_t seq, uint64_t covered, uint32_t held_max,
                          const Cw__ReceiptItem *local, Cw__Receipt *out, uint32_t *out_held)
{
    char(*seen)[DIVISION_LEN_MAX + 1] = arena_take(m->arena, (size_t)(held_max + 2) * (DIVISION_LEN_MAX + 1), 1);
    struct peer_evidence *e = ARENA_NEW(m->arena, struct peer_evidence);
    uint32_t held = 1;

    out->held = ARENA_ARRAY(m->arena, Cw__ReceiptItem *, held_max + 1);
    if (seen == NULL || e == NULL || out->held == NULL)
        return CW_LOCAL_MEMORY;
    memcpy(seen[0], m->read->node->identity.division, DIVISION_LEN_MAX + 1);
    for (bool first = true; held <= held_max && next_peer(m, &e->cert, first); first = false) {
        if (!division_of(m->read->node, &e->cert, e->division) || is_counted(seen, held, e->division) ||
            !read_evidence(m, log, seq, e))
            continue;
        enum cw_err err = add_evidence(m, e, local, covered, out);
        if (err == CW_REFUSED_SIZE)
            continue; /* too far behind for one receipt */
        if (err != CW_OK)
            return err;
        memcpy(seen[held++], e->division, DIVISION_LEN_MAX + 1);
    }
    *out_held = held;
    return CW_OK;
}

/* --- the receipt ----------------------------------------------------------------------------------------------------- */

static enum cw_err fill(struct making *m, const struct cw_op_id *op, const struct log_id *log, uint64_t seq, Cw__Receipt *out)
{
    const struct node *n = m->read->node;
    struct entry_row entry;
    struct author_proof proof;
    struct signature signature;
    struct log_row row;
    enum cw_err err = db_get_entry(n, m->read->txn, log, seq, &entry);

    if (err == CW_OK && author_proof_parse(entry.proof, &proof) != CW_OK)
        err = CW_LOCAL_CORRUPT;
    if (err == CW_OK)
        err = db_get_log(n, m->read->txn, log, &row);
    if (err != CW_OK)
        return err;
    proof_signature(&proof, &signature);
    out->has_network = out->has_op_id = out->has_submission_header = out->has_author_signature = out->has_genesis = 1;
    out->network = keep(m, ID_SLICE(&n->identity.network));
    out->op_id = keep(m, ID_SLICE(op));
    out->submission_header = keep(m, entry.submission);
    out->author_signature = keep(m, slice(signature.b, SIGNATURE_LEN));
    out->genesis = keep(m, row.genesis);
    return m->full ? CW_LOCAL_MEMORY : CW_OK;
}

/* The daemon's own entry of the op when it has one, else the least. */
static uint32_t choose(const struct node_read *read, const struct op_row *op)
{
    uint32_t place;

    op_row_verdict(op, &place);
    for (uint32_t i = 0; i < op->entry_count; i++) {
        struct log_row row;

        if (op->entries[i].verdict == op->entries[place].verdict &&
            db_get_log(read->node, read->txn, &op->entries[i].log, &row) == CW_OK && ID_EQ(&row.head.cert, &read->node->cert))
            return i;
    }
    return place;
}

enum cw_err receipt_build_with(const struct node_read *read, const struct cw_op_id *op, uint32_t held_max,
                               struct receipt_tree *tree, struct arena *arena, Cw__Receipt **out, uint32_t *out_held)
{
    struct making m = {read, arena, false};
    struct op_row *row = ARENA_NEW(arena, struct op_row);
    Cw__Receipt *receipt = ARENA_NEW(arena, Cw__Receipt);
    uint64_t last;

    if (row == NULL || receipt == NULL)
        return CW_LOCAL_MEMORY;
    cw__receipt__init(receipt);
    enum cw_err err = db_get_op(read->node, read->txn, op, row);
    if (err != CW_OK)
        return err;
    const struct op_entry *entry = &row->entries[choose(read, row)];
    err = fill(&m, op, &entry->log, entry->seq, receipt);
    if (err == CW_OK)
        err = make_item(&m, &entry->log, entry->seq, tree, &receipt->local, &last);
    *out_held = 1;
    if (err == CW_OK && held_max > 0)
        err = gather(&m, &entry->log, entry->seq, last, held_max, receipt->local, receipt, out_held);
    if (err == CW_OK)
        *out = receipt;
    return err;
}

enum cw_err receipt_build(const struct node_read *read, const struct cw_op_id *op, uint32_t held_max, struct arena *arena,
                          Cw__Receipt **out, uint32_t *out_held)
{
    struct receipt_tree *tree = ARENA_NEW(arena, struct receipt_tree);

    return tree == NULL ? CW_LOCAL_MEMORY : receipt_build_with(read, op, held_max, tree, arena, out, out_held);
}
