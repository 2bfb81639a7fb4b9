/* SPDX-License-Identifier: Apache-2.0 */
#include "node/prepare.h"
#include "node/receipt_tree.h"
#include "proto/wire.h"

/* Who else holds an entry, as each of them signed it: "held by k". */

#define BETWEEN_MAX 1024 /* seals from an entry's to the peer's position that one receipt carries */

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
static bool read_evidence(struct receipt_making *m, const struct log_id *log, uint64_t seq, struct peer_evidence *e)
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

static enum cw_err item_path(struct receipt_making *m, const struct peer_evidence *e, Cw__ReceiptItem *out)
{
    const struct node *n = m->read->node;
    struct hash *leaves = ARENA_ARRAY(m->arena, struct hash, LOGS_MAX),
                *scratch = ARENA_ARRAY(m->arena, struct hash, LOGS_MAX);
    struct hash path[MERKLE_PATH_MAX];
    struct row_key from = row_key_cert(&e->cert);
    struct kv_pair pair;
    uint32_t count = 0, index = 0;
    struct log_id log;

    if (leaves == NULL || scratch == NULL)
        return CW_LOCAL_MEMORY;
    while (count < LOGS_MAX &&
           db_next(n, m->read->txn, TABLE_PEER, ID_SLICE(&e->cert), row_key_slice(&from), true, &pair) == CW_OK &&
           pair.key.len == (size_t)2 * ID_LEN) {
        memcpy(log.b, pair.key.data + ID_LEN, ID_LEN);
        if (ID_EQ(&log, &e->parsed.log))
            index = count;
        merkle_leaf(MERKLE_ITEMS, pair.value, &leaves[count++]);
        from = row_key_peer_item(&e->cert, &log);
    }
    size_t len = merkle_path(MERKLE_ITEMS, leaves, count, index, scratch, path);
    out->item_path = receipt_keep_hashes(m, path, len);
    out->n_item_path = len;
    out->has_item_index = 1;
    out->item_index = index;
    return m->full ? CW_LOCAL_MEMORY : CW_OK;
}

static enum cw_err seals_between(struct receipt_making *m, const struct peer_evidence *e, uint64_t covered,
                                 Cw__ReceiptItem *out)
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

static enum cw_err add_evidence(struct receipt_making *m, const struct peer_evidence *e, const Cw__ReceiptItem *local,
                                uint64_t covered, Cw__Receipt *out)
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
    item->frontier_item = receipt_keep(m, e->item);
    item->frontier = frontier;
    frontier->has_head = frontier->has_signature = 1;
    frontier->head = receipt_keep(m, e->head);
    frontier->signature = receipt_keep(m, slice(e->signature.b, SIGNATURE_LEN));
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

/* Of who may read: others hold what they cannot give to anybody. */
static bool division_of(struct node *n, const struct cert_id *cert, char out[static DIVISION_LEN_MAX + 1])
{
    const struct authority *a = node_authority(n);
    bool reads = authority_reads(a, slice_of(AUDIENCE_FORCE), cert);

    if (reads)
        memcpy(out, authority_find(a, cert)->division, DIVISION_LEN_MAX + 1);
    node_authority_done(n);
    return reads;
}

/* Every peer's head has a row of its own, among its items. */
static bool next_peer(struct receipt_making *m, struct cert_id *at, bool first)
{
    struct row_key from = row_key_cert(at);
    struct kv_pair pair;

    if (!first) { /* past this peer's items: no item's log is all ones */
        memset(from.b + ID_LEN, 0xff, ID_LEN);
        from.len = (size_t)2 * ID_LEN;
    }
    const struct store_port *store = node_store(m->read->node);
    if (store->next(m->read->txn, TABLE_PEER, row_key_slice(&from), !first, &pair) != CW_OK || pair.key.len != ID_LEN)
        return false;
    memcpy(at->b, pair.key.data, ID_LEN);
    return true;
}

enum cw_err receipt_gather(struct receipt_making *m, const struct log_id *log, uint64_t seq, uint64_t covered,
                           uint32_t held_max, const Cw__ReceiptItem *local, Cw__Receipt *out, uint32_t *out_held)
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
