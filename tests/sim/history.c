/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/history.h"

#include "node/rows.h"

#include <stdlib.h>

#define PLACES 16384 /* a power of two */
#define FRESH_MAX 8192
#define MADE_LOGS_MAX 512
#define FRONTIERS_KEPT 4096

struct history {
    struct made_entry *entries;
    uint32_t entry_count, entry_max;
    uint32_t entry_heads[PLACES];
    uint32_t *entry_next;
    struct made_seal *seals;
    uint32_t seal_count, seal_max;
    struct made_log logs[MADE_LOGS_MAX];
    uint32_t log_count;
    uint32_t fresh_from;
    struct signed_frontier {
        uint8_t start[16];
        uint64_t counter;
        struct hash root;
    } frontiers[FRONTIERS_KEPT]; /* the slot is by start and counter: the latest that fell there */
};

struct history *history_new(void)
{
    struct history *h = calloc(1, sizeof *h);

    CW_ASSERT(h != NULL);
    return h;
}

void history_free(struct history *h)
{
    if (h == NULL)
        return;
    free(h->entries);
    free(h->entry_next);
    free(h->seals);
    free(h);
}

static uint32_t place_of(const struct log_id *log, uint64_t seq)
{
    uint64_t h;

    memcpy(&h, log->b, sizeof h);
    h = (h ^ seq * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    return (uint32_t)(h >> 40) & (PLACES - 1);
}

/* --- looking things up ------------------------------------------------------------------------------------------ */

static const struct made_entry *find_entry(const struct history *h, const struct log_id *log, uint64_t seq,
                                           const struct hash *hash, bool same)
{
    for (uint32_t i = h->entry_heads[place_of(log, seq)]; i != 0; i = h->entry_next[i - 1]) {
        const struct made_entry *e = &h->entries[i - 1];

        if (e->seq == seq && ID_EQ(&e->log, log) && ID_EQ(&e->hash, hash) == same)
            return e;
    }
    return NULL;
}

const struct made_entry *history_entry(const struct history *h, const struct log_id *log, uint64_t seq,
                                       const struct hash *hash)
{
    return find_entry(h, log, seq, hash, true);
}

const struct made_entry *history_rival(const struct history *h, const struct log_id *log, uint64_t seq,
                                       const struct hash *hash)
{
    return find_entry(h, log, seq, hash, false);
}

const struct made_seal *history_seal(const struct history *h, const struct log_id *log, const struct hash *hash)
{
    for (uint32_t i = h->seal_count; i > 0; i--) {
        if (ID_EQ(&h->seals[i - 1].hash, hash) && ID_EQ(&h->seals[i - 1].log, log))
            return &h->seals[i - 1];
    }
    return NULL;
}

static struct made_log *find_log(struct history *h, const struct log_id *log)
{
    for (uint32_t i = 0; i < h->log_count; i++) {
        if (ID_EQ(&h->logs[i].log, log))
            return &h->logs[i];
    }
    return NULL;
}

const struct made_log *history_log(const struct history *h, const struct log_id *log)
{
    for (uint32_t i = 0; i < h->log_count; i++) {
        if (ID_EQ(&h->logs[i].log, log))
            return &h->logs[i];
    }
    return NULL;
}

uint32_t history_logs(const struct history *h, const struct made_log **out)
{
    *out = h->logs;
    return h->log_count;
}

const struct made_entry *history_entries(const struct history *h, uint32_t *out_count)
{
    *out_count = h->entry_count;
    return h->entries;
}

const struct made_entry *history_fresh(const struct history *h, uint32_t *out_count)
{
    *out_count = h->entry_count - h->fresh_from;
    return h->entries + h->fresh_from;
}

/* --- keeping ------------------------------------------------------------------------------------------------------ */

static void keep_entry(struct history *h, const struct made_entry *e)
{
    if (h->entry_count == h->entry_max) {
        h->entry_max = h->entry_max == 0 ? 512 : h->entry_max * 2;
        h->entries = realloc(h->entries, h->entry_max * sizeof *h->entries);
        h->entry_next = realloc(h->entry_next, h->entry_max * sizeof *h->entry_next);
        CW_ASSERT(h->entries != NULL && h->entry_next != NULL);
    }
    uint32_t *head = &h->entry_heads[place_of(&e->log, e->seq)];
    h->entries[h->entry_count] = *e;
    h->entry_next[h->entry_count] = *head;
    *head = ++h->entry_count;
}

bool history_frontier(struct history *h, const struct frontier_head *head)
{
    uint64_t start;

    memcpy(&start, head->start, sizeof start);
    struct signed_frontier *kept = &h->frontiers[(start * 31 + head->counter) % FRONTIERS_KEPT];
    bool same = memcmp(kept->start, head->start, sizeof kept->start) == 0 && kept->counter == head->counter;

    if (same && !ID_EQ(&kept->root, &head->root))
        return false;
    memcpy(kept->start, head->start, sizeof kept->start);
    kept->counter = head->counter;
    kept->root = head->root;
    return true;
}

void history_add(struct history *h, const struct made_entry *e)
{
    keep_entry(h, e);
}

static bool overlap(const struct made_seal *a, const struct made_seal *b)
{
    return a->first <= b->last && b->first <= a->last;
}

static void keep_seal(struct history *h, const struct made_seal *seal)
{
    struct made_log *log = find_log(h, &seal->log);

    for (uint32_t i = 0; i < h->seal_count; i++) {
        if (ID_EQ(&h->seals[i].log, &seal->log) && overlap(&h->seals[i], seal)) {
            if (ID_EQ(&h->seals[i].hash, &seal->hash))
                return;
            log->forked = true;
        }
    }
    if (h->seal_count == h->seal_max) {
        h->seal_max = h->seal_max == 0 ? 256 : h->seal_max * 2;
        h->seals = realloc(h->seals, h->seal_max * sizeof *h->seals);
        CW_ASSERT(h->seals != NULL);
    }
    h->seals[h->seal_count++] = *seal;
}

static void keep_log(struct history *h, const struct log_id *log, uint32_t origin)
{
    if (find_log(h, log) != NULL)
        return;
    CW_ASSERT(h->log_count < MADE_LOGS_MAX);
    h->logs[h->log_count++] = (struct made_log){*log, origin, false};
}

/* --- reading a node's store ---------------------------------------------------------------------------------------- */

static bool read_entry(struct sim_node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                       struct made_entry *out)
{
    struct entry_header header;
    struct entry_row row;
    struct cw_slice value;

    if (n->store.get(txn, TABLE_ENTRY, KEY(row_key_seq(log, seq)), &value) != CW_OK ||
        entry_row_parse(value, &row) != CW_OK || entry_header_parse(row.header, &header) != CW_OK)
        return false;
    *out = (struct made_entry){.log = *log, .seq = seq, .hlc = header.hlc, .origin = n->index, .op = header.op_id};
    entry_hash_of(row.header, &out->hash);
    return true;
}

static void look_at_seals(struct sim_node *n, struct kv_txn *txn, const struct log_id *log, uint64_t after)
{
    struct history *h = n->sim->history;
    struct row_key from = row_key_seq(log, after);
    struct kv_pair pair;
    bool skip = true;

    while (n->store.next(txn, TABLE_SEAL, row_key_slice(&from), skip, &pair) == CW_OK &&
           row_key_has_prefix(pair.key, ID_SLICE(log))) {
        struct made_seal seal = {.log = *log, .origin = n->index};
        struct log_id named;
        struct seal_row row;

        if (seal_row_parse(pair.value, &row) != CW_OK || !row_key_seq_of(pair.key, &named, &seal.last))
            break;
        seal.first = row.first;
        seal.hash = row.hash;
        keep_seal(h, &seal);
        from.len = pair.key.len;
        memcpy(from.b, pair.key.data, pair.key.len);
    }
}

static void look_at_log(struct sim_node *n, struct kv_txn *txn, const struct log_id *log)
{
    struct history *h = n->sim->history;
    bool known = n->own_known && ID_EQ(&n->own_log, log);
    uint64_t after = known ? n->own_seq : 0;
    struct made_entry e;

    keep_log(h, log, n->index);
    for (uint64_t seq = after + 1; read_entry(n, txn, log, seq, &e); seq++) {
        if (history_entry(h, log, seq, &e.hash) == NULL)
            keep_entry(h, &e);
        n->own_seq = seq;
        n->own_hlc = e.hlc;
    }
    if (!known && after == 0 && !read_entry(n, txn, log, 1, &e))
        n->own_seq = 0;
    look_at_seals(n, txn, log, after);
    n->own_log = *log;
    n->own_known = true;
}

void history_look(struct sim_node *n)
{
    struct history *h = n->sim->history;
    struct own_row own;
    struct cw_slice value;
    struct kv_txn *txn;

    if (h == NULL)
        return;
    h->fresh_from = h->entry_count;
    if (n->store.begin_read(n->store.ctx, &txn) != CW_OK)
        return;
    if (n->store.get(txn, TABLE_META, KEY(row_key_text(META_OWN)), &value) == CW_OK &&
        own_row_parse(value, &own) == CW_OK && own.open)
        look_at_log(n, txn, &own.log);
    n->store.abort(n->store.ctx, txn);
}
