/* SPDX-License-Identifier: Apache-2.0 */
#include "core/logs.h"
#include "node/prepare.h"
#include "node/receipt_tree.h"
#include "proto/seen.h"
#include "proto/wire.h"

/* Who else holds an entry, as each of them signed it: "held by k". */

#define BETWEEN_MAX 1024 /* seals from an entry's to the peer's position that one receipt carries */
/* Of the frame, for what an answer says beside its receipt: the session's token is the most of it. */
#define BESIDE_LEN (SEEN_LEN_MAX + 8192)
#define FIELD_LEN_MAX 8 /* what stands before an item: its number and length */

/* --- evidence of a division ------------------------------------------------------------------------------------- */

struct evidence {
    bool own; /* this daemon's */
    struct cert_id cert;
    char division[DIVISION_LEN_MAX + 1];
    struct cw_slice head, item;
    struct signature signature;
    struct frontier_item parsed;
    uint8_t item_bytes[1024]; /* own */
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
static bool read_evidence(struct receipt_making *m, const struct log_id *log, uint64_t seq, struct evidence *e)
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

/* What this daemon says itself, as its stored frontier has it. */
static bool read_own(struct receipt_making *m, const struct receipt_tree *tree, uint64_t seq, struct evidence *e)
{
    const struct node *n = m->read->node;
    const struct signer_port *signer = &n->ports.signer;
    struct writer w = writer_over(e->item_bytes, sizeof e->item_bytes);
    struct frontier_row row;
    struct cw_slice raw;

    if (db_get(n, m->read->txn, TABLE_META, row_key_text(META_FRONTIER), &raw) != CW_OK ||
        frontier_row_parse(raw, &row) != CW_OK)
        return false;
    log_head_item(&tree->log_row.head, &e->parsed);
    frontier_item_encode(&e->parsed, &w);
    if (w.failed || !item_holds(&e->parsed, seq))
        return false;
    e->item = slice(w.data, w.len);
    e->head = row.head;
    signer->sign(signer->ctx, LABEL_FRONTIER, e->head, &e->signature); /* it was stored before */
    return true;
}

struct item_leaves {
    struct hash *at, *scratch;
    uint32_t count, index; /* of the item that the evidence is about */
};

static void list_leaf(const struct evidence *e, const struct log_id *log, struct cw_slice item, struct item_leaves *out)
{
    if (ID_EQ(log, &e->parsed.log))
        out->index = out->count;
    merkle_leaf(MERKLE_ITEMS, item, &out->at[out->count++]);
}

static void list_of_peer(struct receipt_making *m, const struct evidence *e, struct item_leaves *out)
{
    struct row_key from = row_key_cert(&e->cert);
    struct kv_pair pair;
    struct log_id log;

    while (out->count < LOGS_MAX &&
           db_next(m->read->node, m->read->txn, TABLE_PEER, ID_SLICE(&e->cert), row_key_slice(&from), true, &pair) ==
               CW_OK &&
           pair.key.len == (size_t)2 * ID_LEN) {
        memcpy(log.b, pair.key.data + ID_LEN, ID_LEN);
        list_leaf(e, &log, pair.value, out);
        from = row_key_peer_item(&e->cert, &log);
    }
}

static enum cw_err list_own(struct receipt_making *m, const struct evidence *e, struct item_leaves *out)
{
    struct log_row *row = ARENA_NEW(m->arena, struct log_row);
    struct frontier_item *item = ARENA_NEW(m->arena, struct frontier_item);
    struct row_key from = {.len = 0};
    struct kv_pair pair;

    if (row == NULL || item == NULL)
        return CW_LOCAL_MEMORY;
    while (out->count < LOGS_MAX && db_next(m->read->node, m->read->txn, TABLE_LOG, slice("", 0), row_key_slice(&from),
                                            from.len > 0, &pair) == CW_OK) {
        uint8_t bytes[sizeof e->item_bytes];
        struct writer w = writer_over(bytes, sizeof bytes);
        enum cw_err err = log_row_parse(pair.value, row);

        if (err != CW_OK)
            return err;
        from = row_key_log(&row->head.log);
        if (row->head.seq == 0)
            continue;
        log_head_item(&row->head, item);
        frontier_item_encode(item, &w);
        list_leaf(e, &item->log, slice(w.data, w.len), out);
    }
    return CW_OK;
}

/* CW_LOCAL_NOT_FOUND: the head was signed over other items, under another certificate, or before this run's first turn. */
static enum cw_err check_own(const struct evidence *e, const struct item_leaves *leaves)
{
    struct frontier_head head;
    struct hash root;

    if (frontier_head_parse(e->head, &head) != CW_OK || !ID_EQ(&head.signer, &e->cert) ||
        head.item_count != leaves->count)
        return CW_LOCAL_NOT_FOUND;
    memcpy(leaves->scratch, leaves->at, leaves->count * sizeof *leaves->at);
    merkle_root(MERKLE_ITEMS, leaves->scratch, leaves->count, &root);
    return ID_EQ(&root, &head.root) ? CW_OK : CW_LOCAL_NOT_FOUND;
}

static enum cw_err item_path(struct receipt_making *m, const struct evidence *e, Cw__ReceiptItem *out)
{
    struct item_leaves leaves = {ARENA_ARRAY(m->arena, struct hash, LOGS_MAX),
                                 ARENA_ARRAY(m->arena, struct hash, LOGS_MAX), 0, 0};
    struct hash path[MERKLE_PATH_MAX];
    enum cw_err err = CW_OK;

    if (leaves.at == NULL || leaves.scratch == NULL)
        return CW_LOCAL_MEMORY;
    if (e->own)
        err = list_own(m, e, &leaves);
    else
        list_of_peer(m, e, &leaves);
    if (err == CW_OK && e->own)
        err = check_own(e, &leaves);
    if (err != CW_OK)
        return err;
    size_t len = merkle_path(MERKLE_ITEMS, leaves.at, leaves.count, leaves.index, leaves.scratch, path);
    out->item_path = receipt_keep_hashes(m, path, len);
    out->n_item_path = len;
    out->has_item_index = 1;
    out->item_index = leaves.index;
    return m->full ? CW_LOCAL_MEMORY : CW_OK;
}

static enum cw_err seals_between(struct receipt_making *m, const struct evidence *e, uint64_t covered,
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

/* CW_REFUSED_SIZE: too far behind for one receipt, or too much for what is left of the frame. */
static enum cw_err add_evidence(struct receipt_making *m, const struct evidence *e, uint64_t covered, size_t *room,
                                Cw__Receipt *out)
{
    const Cw__ReceiptItem *local = out->local;
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
    if (err != CW_OK)
        return err;
    size_t len = protobuf_c_message_get_packed_size(&item->base) + FIELD_LEN_MAX;
    if (len > *room)
        return CW_REFUSED_SIZE;
    *room -= len;
    out->held[out->n_held++] = item;
    return CW_OK;
}

/* --- who holds it -------------------------------------------------------------------------------------------------- */

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

/* Divisions, each once. */
struct division_list {
    char (*at)[DIVISION_LEN_MAX + 1];
    uint32_t count;
};

static bool is_counted(const struct division_list *list, const char *division)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (strcmp(list->at[i], division) == 0)
            return true;
    }
    return false;
}

struct gathering {
    struct receipt_making *m;
    const struct receipt_tree *tree;
    uint64_t seq;
    Cw__Receipt *out;
    size_t room; /* bytes of the frame that are left */
    uint32_t held_max;
    struct division_list proven, known; /* known: holds it, and no receipt can show it */
    struct evidence *e;
};

/* One piece more, when it is of a new division and fits. */
static enum cw_err take_evidence(struct gathering *g)
{
    size_t mark = arena_mark(g->m->arena);
    struct division_list *list = &g->proven;
    enum cw_err err;

    if (!division_of(g->m->read->node, &g->e->cert, g->e->division) || is_counted(&g->proven, g->e->division) ||
        !(g->e->own ? read_own(g->m, g->tree, g->seq, g->e) : read_evidence(g->m, &g->tree->log, g->seq, g->e)))
        return CW_OK;
    err = add_evidence(g->m, g->e, g->tree->last, &g->room, g->out);
    if (err != CW_OK)
        arena_release(g->m->arena, mark);
    if (err == CW_LOCAL_NOT_FOUND)
        return CW_OK;
    if (err == CW_REFUSED_SIZE) {
        list = &g->known;
        err = CW_OK;
    }
    if (err == CW_OK && list->count <= g->held_max && !is_counted(list, g->e->division))
        memcpy(list->at[list->count++], g->e->division, DIVISION_LEN_MAX + 1);
    return err;
}

static uint32_t count_held(const struct gathering *g)
{
    uint32_t held = g->proven.count;

    for (uint32_t i = 0; i < g->known.count; i++)
        held += !is_counted(&g->proven, g->known.at[i]);
    return held;
}

/* The entry's log proves its own division; this daemon's is one of the others when it is not that one. */
static enum cw_err gather_all(struct gathering *g)
{
    enum cw_err err;

    memcpy(g->proven.at[g->proven.count++], g->tree->log_row.head.division, DIVISION_LEN_MAX + 1);
    g->e->own = true;
    g->e->cert = g->m->read->node->identity.cert;
    err = take_evidence(g);
    memset(g->e, 0, sizeof *g->e); /* from the first peer on */
    for (bool first = true; err == CW_OK && g->proven.count <= g->held_max && next_peer(g->m, &g->e->cert, first);
         first = false)
        err = take_evidence(g);
    return err;
}

enum cw_err receipt_gather(struct receipt_making *m, const struct receipt_tree *tree, uint64_t seq, uint32_t held_max,
                           Cw__Receipt *out, uint32_t *out_held)
{
    const size_t len = (size_t)(held_max + 1) * (DIVISION_LEN_MAX + 1),
                 used = protobuf_c_message_get_packed_size(&out->base) + BESIDE_LEN;
    struct gathering g = {.m = m,
                          .tree = tree,
                          .seq = seq,
                          .out = out,
                          .room = used < MESSAGE_LEN_MAX ? MESSAGE_LEN_MAX - used : 0,
                          .held_max = held_max,
                          .proven.at = arena_take(m->arena, len, 1),
                          .known.at = arena_take(m->arena, len, 1),
                          .e = ARENA_NEW(m->arena, struct evidence)};

    out->held = ARENA_ARRAY(m->arena, Cw__ReceiptItem *, held_max + 1);
    if (g.proven.at == NULL || g.known.at == NULL || g.e == NULL || out->held == NULL)
        return CW_LOCAL_MEMORY;
    enum cw_err err = gather_all(&g);
    *out_held = count_held(&g);
    return err;
}
