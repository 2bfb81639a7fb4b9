/* SPDX-License-Identifier: Apache-2.0 */
#include "node/authority_entries.h"
#include "node/case_work.h"
#include "node/key_records.h"
#include "node/prepare.h"
#include "node/turn.h"

#include <casewire/casewire.h>

#include <stdlib.h>

/*
 * From the store into memory: heads of logs, the authority's records, key records, peers' frontiers. Nothing
 * here grows with the number of entries.
 */

struct loading {
    struct node *n;
    struct kv_txn *txn;
    struct arena arena;
    struct refusal *why;
};

/* --- logs -------------------------------------------------------------------------------------------------------- */

static enum cw_err load_logs(struct loading *l)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    struct log_row row;
    enum cw_err err;

    while ((err = node_store(l->n)->next(l->txn, TABLE_LOG, row_key_slice(&from), from.len > 0, &pair)) == CW_OK) {
        err = log_row_parse(pair.value, &row);
        if (err == CW_OK)
            err = replica_load_log(l->n->replica, &row.head);
        if (err != CW_OK)
            return refuse(l->why, err, "log", "a log's row cannot be read");
        from = row_key_log(&row.head.log);
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* --- authority ------------------------------------------------------------------------------------------------------ */

static enum cw_err load_authority_log(struct loading *l, const struct log_head *head)
{
    enum cw_err err = CW_OK;

    for (uint64_t seq = 1; seq <= head->seq && err == CW_OK; seq++) {
        size_t mark = arena_mark(&l->arena);

        err = authority_replay(l->n, l->txn, &head->log, seq, &l->arena);
        arena_release(&l->arena, mark);
    }
    return err;
}

static enum cw_err load_authority(struct loading *l)
{
    static const enum log_scope order[] = {LOG_ROOT, LOG_AUTHORITY};
    enum cw_err err = CW_OK;

    for (size_t scope = 0; scope < CW_COUNT(order); scope++) {
        for (uint32_t i = 0; i < replica_log_count(l->n->replica) && err == CW_OK; i++) {
            const struct log_head *head = replica_log_at(l->n->replica, i);

            if (head->scope == order[scope])
                err = load_authority_log(l, head);
        }
    }
    authority_read_policy(l->n);
    authority_tell_left_out(l->n);
    return err == CW_OK ? CW_OK : refuse(l->why, err, "authority", "an authority record cannot be read back");
}

/* --- keys ------------------------------------------------------------------------------------------------------------- */

static enum cw_err load_key(struct loading *l, const struct key_row *row)
{
    const struct log_head *head = replica_log_find(l->n->replica, &row->log);
    struct cw_slice envelopes = {NULL, 0};
    enum cw_err err =
        db_get(l->n, l->txn, TABLE_BLOB, row_key_blob(&row->log, row->seq, BLOB_ENVELOPES, 0), &envelopes);

    if (err != CW_OK && err != CW_LOCAL_NOT_FOUND)
        return err;
    if (head == NULL)
        return refuse(l->why, CW_LOCAL_CORRUPT, "key", "a key record's log is not there");
    err = key_record_learn(l->n, &head->cert, row->record, envelopes);
    if (err != CW_OK)
        node_alarm(l->n, "key-record", "a stored key record cannot be used: %s", key_record_failure(err));
    return CW_OK;
}

static bool is_of(const struct key_row *row, const struct position *membership)
{
    struct key_record record;

    return key_record_parse(row->record, &record) == CW_OK && ID_EQ(&record.membership.log, &membership->log) &&
           record.membership.seq == membership->seq && ID_EQ(&record.membership.seal, &membership->seal);
}

/* Those of this membership, or all others. */
static enum cw_err load_keys_of(struct loading *l, const struct position *membership, bool of_it)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    struct key_row row;
    struct key_record_id id;
    enum cw_err err;

    while ((err = node_store(l->n)->next(l->txn, TABLE_KEY, row_key_slice(&from), from.len > 0, &pair)) == CW_OK) {
        err = pair.key.len == ID_LEN ? key_row_parse(pair.value, &row) : CW_LOCAL_CORRUPT;
        if (err != CW_OK)
            return refuse(l->why, err, "key", "a key record's row cannot be read");
        memcpy(id.b, pair.key.data, ID_LEN);
        err = is_of(&row, membership) == of_it ? load_key(l, &row) : CW_OK;
        if (err != CW_OK)
            return err;
        from = row_key_key(&id);
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* The newest membership's first: where there is not room for all, the keys to write under are there. */
static enum cw_err load_keys(struct loading *l)
{
    struct position newest;

    key_record_note_former(l->n);
    (void)authority_members(l->n->authority, slice_of(AUDIENCE_FORCE), NULL, 0, &newest);
    enum cw_err err = load_keys_of(l, &newest, true);

    return err == CW_OK ? load_keys_of(l, &newest, false) : err;
}

/* --- peers ------------------------------------------------------------------------------------------------------------ */

static enum cw_err load_items(struct loading *l, const struct cert_id *cert, struct peer_frontier *f)
{
    struct row_key from = row_key_cert(cert);
    struct kv_pair pair;

    f->items = ARENA_ARRAY(&l->arena, struct frontier_item, f->head.item_count + 1);
    f->item_bytes = ARENA_ARRAY(&l->arena, struct cw_slice, f->head.item_count + 1);
    if (f->items == NULL || f->item_bytes == NULL)
        return CW_LOCAL_MEMORY;
    while (f->item_count <= f->head.item_count &&
           db_next(l->n, l->txn, TABLE_PEER, ID_SLICE(cert), row_key_slice(&from), true, &pair) == CW_OK) {
        struct frontier_item *item = &f->items[f->item_count];

        if (frontier_item_parse(pair.value, item) != CW_OK)
            return CW_LOCAL_CORRUPT;
        f->item_bytes[f->item_count++] = pair.value;
        from = row_key_peer_item(cert, &item->log);
    }
    return CW_OK;
}

/* What a peer signed is evidence, and a saving: a row that does not hold is let go, the peer will say it again. */
static enum cw_err load_peer(struct loading *l, const struct cert_id *cert, struct cw_slice raw, bool readers)
{
    struct peer_frontier f = {.full = true};
    const struct authority_cert *c = authority_find(l->n->authority, cert);
    size_t mark = arena_mark(&l->arena);

    if (raw.len <= SIGNATURE_LEN || c == NULL ||
        authority_reads(l->n->authority, slice_of(AUDIENCE_FORCE), cert) != readers)
        return CW_OK;
    memcpy(f.signature.b, raw.data, SIGNATURE_LEN);
    f.head_bytes = slice(raw.data + SIGNATURE_LEN, raw.len - SIGNATURE_LEN);
    if (frontier_head_parse(f.head_bytes, &f.head) != CW_OK)
        return CW_LOCAL_CORRUPT;
    enum cw_err err = load_items(l, cert, &f);
    if (err == CW_OK && f.item_count == f.head.item_count)
        err = replica_load_peer(l->n->replica, cert, c->division, &f);
    if (err == CW_LOCAL_CORRUPT)
        node_journal_about(l->n, JOURNAL_WARNING, "peer-row", &(struct journal_about){.peer = c->division},
                           "what %s last signed does not hold together: forgotten", c->division);
    arena_release(&l->arena, mark);
    return err == CW_LOCAL_CORRUPT || err == CW_REFUSED_SIZE ? CW_OK : err;
}

static enum cw_err load_peers_of(struct loading *l, bool readers)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    struct cert_id cert;
    enum cw_err err;

    while ((err = node_store(l->n)->next(l->txn, TABLE_PEER, row_key_slice(&from), from.len > 0, &pair)) == CW_OK) {
        if (pair.key.len != ID_LEN)
            return refuse(l->why, CW_LOCAL_CORRUPT, "peer", "a peer's row has a key of another length");
        memcpy(cert.b, pair.key.data, ID_LEN);
        err = load_peer(l, &cert, pair.value, readers);
        if (err != CW_OK)
            return err;
        from = row_key_cert(&cert);
        memset(from.b + ID_LEN, 0xff, ID_LEN); /* past its items */
        from.len = (size_t)2 * ID_LEN;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* Those who may read first: where there is not room for all, the others' rows stay in the store. */
static enum cw_err load_peers(struct loading *l)
{
    enum cw_err err = load_peers_of(l, true);

    return err == CW_OK ? load_peers_of(l, false) : err;
}

/* --- small rows --------------------------------------------------------------------------------------------------------- */

static uint64_t number_row(struct loading *l, const char *name, size_t len)
{
    struct cw_slice raw;
    uint64_t v = 0;

    if (db_get(l->n, l->txn, TABLE_META, row_key_text(name), &raw) != CW_OK || raw.len != len)
        return 0;
    for (size_t i = 0; i < len; i++)
        v = v << 8 | raw.data[i];
    return v;
}

static void load_counters(struct loading *l)
{
    struct cw_slice raw;

    if (db_get(l->n, l->txn, TABLE_META, row_key_text(META_COUNTERS), &raw) != CW_OK)
        return;
    struct reader in = reader_over(raw);
    for (uint32_t i = 0; i < COUNTER_COUNT; i++) {
        uint64_t v = reader_be64(&in);

        if (counter_is_kept((enum counter)i) && !in.failed)
            l->n->counters[i] = v;
    }
}

static bool any_pending(const struct loading *l, enum pending_kind kind)
{
    const struct row_key prefix = row_key_pending_all(kind);
    struct kv_pair pair;

    return db_next(l->n, l->txn, TABLE_PENDING, row_key_slice(&prefix), row_key_slice(&prefix), false, &pair) == CW_OK;
}

static enum cw_err load_meta(struct loading *l)
{
    struct node *n = l->n;
    struct cw_slice raw;

    n->feed_next = number_row(l, META_FEED, 8);
    n->slot_max = (uint32_t)number_row(l, META_SLOT, 4);
    load_counters(l);
    n->refold_left = db_has(n, l->txn, TABLE_META, row_key_text(META_REFOLD));
    n->folds_left = any_pending(l, PENDING_FOLD);
    atomic_store(&n->folds_shown, n->folds_left);
    n->judge_left = any_pending(l, PENDING_ENTRY);
    n->open_left = any_pending(l, PENDING_KEY);
    n->opened_to.len = 0;
    n->judge_over = false;
    n->judged_to.len = 0;
    n->duty_next_ms = 0; /* the first turn looks */
    n->duty_wall_ms = n->clock_noted_ms = (int64_t)number_row(l, META_CLOCK, 8);
    n->duty_at = n->duty_hold = (struct cw_mono){0};
    memset(&n->own, 0, sizeof n->own);
    n->own.next_n = 1;
    if (db_get(n, l->txn, TABLE_META, row_key_text(META_OWN), &raw) == CW_OK && own_row_parse(raw, &n->own) != CW_OK)
        return refuse(l->why, CW_LOCAL_CORRUPT, "own", "the own log's row cannot be read");
    memset(&n->frontier, 0, sizeof n->frontier);
    n->frontier_signed = false;
    if (db_get(n, l->txn, TABLE_META, row_key_text(META_FRONTIER), &raw) != CW_OK)
        return CW_OK;
    if (frontier_row_parse(raw, &n->frontier) != CW_OK || n->frontier.head.len > sizeof n->frontier_head_bytes)
        return refuse(l->why, CW_LOCAL_CORRUPT, "frontier", "the frontier's row cannot be read");
    memcpy(n->frontier_head_bytes, n->frontier.head.data, n->frontier.head.len);
    n->frontier.head.data = n->frontier_head_bytes;
    return CW_OK;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------- */

static enum cw_err make_vault(struct node *n)
{
    const struct vault_limits limits = {.audience_keys_max = n->audience_keys_max};
    const struct signer_port *signer = &n->ports.signer;

    return vault_new(&limits, &n->cert, signer->seal_secret(signer->ctx), n->strict_memory, &n->vault);
}

static enum cw_err make_tables(struct node *n)
{
    struct replica_identity identity = {.network = n->identity.network, .cert = n->cert};

    memcpy(identity.division, n->identity.division, sizeof identity.division);
    _Static_assert(sizeof CW_VERSION_TEXT <= sizeof identity.software, "what runs here is said to peers whole");
    memcpy(identity.software, CW_VERSION_TEXT, sizeof CW_VERSION_TEXT);
    n->replica_memory = malloc(replica_memory(&n->limits));
    n->cases = case_cache_new(n->case_cache_max);
    if (n->authority_memory == NULL)
        n->authority_memory = malloc(authority_memory(&n->authority_limits));
    if (n->replica_memory == NULL || n->authority_memory == NULL || n->cases == NULL)
        return CW_LOCAL_MEMORY;
    n->replica = replica_init(n->replica_memory, &n->limits, &identity);
    pthread_rwlock_wrlock(&n->authority_lock);
    n->authority = authority_init(n->authority_memory, &n->authority_limits, &n->identity.network, &n->genesis);
    n->authority_generation++;
    n->former_looked = 0;
    pthread_rwlock_unlock(&n->authority_lock);
    return n->vault == NULL ? make_vault(n) : CW_OK;
}

static enum cw_err load_all(struct loading *l)
{
    enum cw_err err = load_logs(l);

    if (err == CW_OK)
        err = load_authority(l);
    if (err == CW_OK)
        err = load_keys(l);
    if (err == CW_OK)
        err = load_peers(l);
    return err == CW_OK ? load_meta(l) : err;
}

enum cw_err node_load(struct node *n, bool decide, struct refusal *why)
{
    struct loading l = {.n = n, .arena = arena_over(n->arena_memory, n->arena_len), .why = why};
    enum cw_err err = make_tables(n);

    if (err != CW_OK)
        return refuse(why, err, "", "memory for the tables: %s", cw_err_sentence(err));
    err = node_store(n)->begin_read(node_store(n)->ctx, &l.txn);
    if (err != CW_OK)
        return refuse(why, err, "store", "%s", cw_err_sentence(err));
    err = load_all(&l);
    node_store(n)->abort(node_store(n)->ctx, l.txn);
    if (err != CW_OK)
        return err;
    keyring_used(n->keyring, n->slot_max); /* one at least: the name index has the first */
    case_slots_tell(n);
    for (uint32_t i = 0; i < DIGEST_BUCKETS; i++)
        n->digest_dirty[i] = true;
    n->allow_stale = true;
    n->keys_left = n->counters[COUNTER_CASES] > 0; /* a key that rotted is found before somebody asks for its case */
    n->keys_at.len = 0;
    return incarnation_begin(n, decide, why);
}

/* Other threads may be reading certificates and opening parts: those tables stay where they are. */
void node_unload(struct node *n)
{
    case_cache_free(n->cases);
    n->cases = NULL;
    free(n->replica_memory);
    n->replica_memory = NULL;
    n->replica = NULL;
    n->later_count = 0;
}
