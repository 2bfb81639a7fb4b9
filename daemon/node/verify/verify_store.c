/* SPDX-License-Identifier: Apache-2.0 */
#include "node/verify_store.h"

#include "core/positions.h"

#include "node/authority_entries.h"
#include "node/turn.h"
#include "node/verify_cache.h"

#include <stdlib.h>

/*
 * casewired --verify-store: everything in a store against everything else. The root log first, then the
 * authority logs, so that the certificates which judge the rest are themselves verified before they are used.
 */

#define VERIFY_ARENA_LEN ((size_t)64 << 20)

/* --- saying what is wrong ----------------------------------------------------------------------------------------- */

enum cw_err wrong_entry(struct checking *c, const struct log_id *log, uint64_t seq, const char *what)
{
    char hex[2 * ID_LEN + 1];

    hex_of(ID_SLICE(log), hex);
    return refuse(c->why, CW_LOCAL_CORRUPT, "log", "log %.16s, seq %llu: %s", hex, (unsigned long long)seq, what);
}

enum cw_err wrong_row(struct checking *c, const char *table, struct cw_slice key, const char *what)
{
    char hex[2 * 24 + 1];

    hex_of(slice(key.data, key.len < 24 ? key.len : 24), hex);
    return refuse(c->why, CW_LOCAL_CORRUPT, table, "row %s: %s", hex, what);
}

/* --- seals ---------------------------------------------------------------------------------------------------------- */

static bool is_signed(struct checking *c, const struct log_head *head, uint64_t first, const struct signed_seal *seal)
{
    const uint8_t(*keys)[KEY_LEN];
    uint32_t threshold;

    if (head->scope == LOG_ROOT) {
        uint32_t count = authority_root_keys(c->n->authority, first, &keys, &threshold);

        return seal_verify_threshold(&c->n->identity.network, seal, keys, count, threshold);
    }
    const struct authority_cert *cert = authority_find(c->n->authority, &head->cert);
    return cert != NULL && seal_verify(&c->n->identity.network, seal, cert->sign_key);
}

/* Records take effect as they are passed, so that later ones are judged by them. */
static enum cw_err apply_record(struct checking *c, const struct log_id *log, uint64_t seq)
{
    enum cw_err err = authority_replay(c->n, c->txn, log, seq, &c->arena);

    if (err == CW_LOCAL_MEMORY)
        return err;
    return err == CW_OK ? CW_OK : wrong_entry(c, log, seq, "a record that is kept as effective and cannot be");
}

static enum cw_err check_entries(struct checking *c, const struct log_head *head, const struct seal *seal,
                                 uint64_t *hlc)
{
    struct hash leaves[SEAL_ENTRIES_MAX], hash, root;
    uint32_t count = 0;

    for (uint64_t seq = seal->first; seq <= seal->last; seq++) {
        size_t mark = arena_mark(&c->arena);
        enum cw_err err = verify_entry(c, head, seq, *hlc, &hash, hlc);

        if (err == CW_OK && head->scope != LOG_DIVISION)
            err = apply_record(c, &head->log, seq);
        arena_release(&c->arena, mark);
        if (err != CW_OK)
            return err;
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&hash), &leaves[count++]);
        c->facts->entries++;
    }
    merkle_root(MERKLE_ENTRIES, leaves, count, &root);
    return ID_EQ(&root, &seal->root)
               ? CW_OK
               : wrong_entry(c, &head->log, seal->last, "its seal's root is not that of its entries");
}

struct chain {
    uint64_t seq, hlc;
    struct hash seal;
    struct positions authority;
};

static enum cw_err check_seal(struct checking *c, const struct log_head *head, const struct kv_pair *pair,
                              struct chain *chain)
{
    struct seal_row row;
    struct seal seal;
    struct hash hash;
    struct log_id log;
    uint64_t last;

    if (!row_key_seq_of(pair->key, &log, &last) || seal_row_parse(pair->value, &row) != CW_OK ||
        seal_parse(row.seal.bytes, &seal) != CW_OK)
        return wrong_entry(c, &head->log, chain->seq + 1, "its seal cannot be read");
    seal_hash_of(row.seal.bytes, &hash);
    if (!ID_EQ(&hash, &row.hash))
        return wrong_entry(c, &head->log, last, "its seal does not hash to what its row says");
    if (!ID_EQ(&seal.log, &head->log) || seal.first != chain->seq + 1 || seal.last != last || row.first != seal.first ||
        !ID_EQ(&seal.prev, &chain->seal))
        return wrong_entry(c, &head->log, last, "its seal does not continue the one before");
    if (positions_go_back(&chain->authority, &seal.authority))
        return wrong_entry(c, &head->log, last, "its seal names less of an authority's log than one before");
    (void)positions_raise(&chain->authority, &seal.authority);
    if (!is_signed(c, head, seal.first, &row.seal))
        return wrong_entry(c, &head->log, last, "its seal's signature does not verify");
    enum cw_err err = check_entries(c, head, &seal, &chain->hlc);
    if (err == CW_OK && chain->hlc != seal.hlc)
        err = wrong_entry(c, &head->log, last, "its seal names another time than its last entry");
    chain->seq = last;
    chain->seal = hash;
    c->facts->seals++;
    return err;
}

/* --- logs ------------------------------------------------------------------------------------------------------------ */

static enum cw_err check_head(struct checking *c, const struct log_row *row, const struct chain *chain)
{
    struct log_id named;
    struct entry_row beyond;

    log_id_of(row->genesis, &named);
    if (!ID_EQ(&named, &row->head.log))
        return wrong_entry(c, &row->head.log, 0, "its genesis does not hash to its id");
    if (chain->seq != row->head.seq || (chain->seq > 0 && !ID_EQ(&chain->seal, &row->head.seal)))
        return wrong_entry(c, &row->head.log, row->head.seq, "the log's row names another head than its last seal");
    if (db_get_entry(c->n, c->txn, &row->head.log, chain->seq + 1, &beyond) == CW_OK)
        return wrong_entry(c, &row->head.log, chain->seq + 1, "an entry beyond the last seal");
    return CW_OK;
}

static enum cw_err check_log(struct checking *c, const struct log_row *row)
{
    struct chain chain = {0};
    struct row_key from = row_key_log(&row->head.log);
    struct kv_pair pair;
    enum cw_err err;

    memcpy(chain.seal.b, row->head.log.b, ID_LEN);
    while ((err = db_next(c->n, c->txn, TABLE_SEAL, ID_SLICE(&row->head.log), row_key_slice(&from), true, &pair)) ==
           CW_OK) {
        err = check_seal(c, &row->head, &pair, &chain);
        if (err != CW_OK)
            return err;
        from = row_key_seq(&row->head.log, chain.seq);
    }
    c->facts->logs++;
    return err == CW_LOCAL_NOT_FOUND ? check_head(c, row, &chain) : err;
}

static enum cw_err check_logs_of(struct checking *c, enum log_scope scope)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    struct log_row row;
    enum cw_err err;

    while ((err = node_store(c->n)->next(c->txn, TABLE_LOG, row_key_slice(&from), from.len > 0, &pair)) == CW_OK) {
        if (log_row_parse(pair.value, &row) != CW_OK)
            return wrong_row(c, "log", pair.key, "cannot be read");
        if (!slice_eq(pair.key, ID_SLICE(&row.head.log)))
            return wrong_row(c, "log", pair.key, "is of another log than it says");
        if (row.head.scope == scope)
            err = check_log(c, &row);
        if (err != CW_OK)
            return err;
        from = row_key_log(&row.head.log);
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err check_all(struct checking *c)
{
    struct cw_slice raw;
    struct store_row row;
    enum cw_err err = db_get(c->n, c->txn, TABLE_META, row_key_text(META_STORE), &raw);

    if (err == CW_OK)
        err = store_row_parse(raw, &row);
    if (err != CW_OK)
        return refuse(c->why, err == CW_LOCAL_NOT_FOUND ? CW_LOCAL_CORRUPT : err, "meta",
                      "the store's own row cannot be read");
    if (!ID_EQ(&row.network, &c->n->identity.network))
        return refuse(c->why, CW_REFUSED_NETWORK, "meta", "the store belongs to another network");
    c->n->store_row = row;
    if (c->n->ports.anchor.read != NULL && incarnation_is_behind(c->n, c->txn))
        return refuse(c->why, CW_LOCAL_CORRUPT, "own",
                      "the anchor names more of the own log than is here: what was acknowledged last is missing");
    err = check_logs_of(c, LOG_ROOT);
    if (err == CW_OK)
        err = check_logs_of(c, LOG_AUTHORITY);
    if (err == CW_OK)
        err = check_logs_of(c, LOG_DIVISION);
    return err == CW_OK ? verify_indexes(c) : err;
}

/* --- a node to read with ------------------------------------------------------------------------------------------------ */

static enum cw_err make_reader(struct node *n, const struct ports *ports, struct cw_slice genesis, struct refusal *why)
{
    const struct authority_limits limits = {NODE_CERTS_MAX, 1024};

    n->ports = *ports;
    if (pthread_rwlock_init(&n->authority_lock, NULL) != 0)
        return CW_LOCAL_MEMORY;
    if (genesis.len > sizeof n->genesis_bytes || network_genesis_parse(genesis, &n->genesis) != CW_OK)
        return refuse(why, CW_LOCAL_CONFIG, "network", "the network's genesis cannot be read");
    network_id_of(genesis, &n->identity.network);
    n->authority_memory = malloc(authority_memory(&limits));
    n->cache = verify_cache_new();
    if (n->authority_memory == NULL || n->cache == NULL)
        return CW_LOCAL_MEMORY;
    n->authority = authority_init(n->authority_memory, &limits, &n->identity.network, &n->genesis);
    return CW_OK;
}

static void free_reader(struct node *n)
{
    keyring_close(n->keyring);
    wipe(n->name_key, sizeof n->name_key);
    verify_cache_free(n->cache);
    free(n->authority_memory);
    pthread_rwlock_destroy(&n->authority_lock);
    free(n);
}

enum cw_err node_verify_store(const struct ports *ports, struct cw_slice network_genesis, struct verify_facts *out,
                              struct refusal *why)
{
    const struct store_port *store = &ports->store;
    struct node *n = calloc(1, sizeof *n);
    void *memory = malloc(VERIFY_ARENA_LEN);
    struct checking c = {.n = n, .arena = arena_over(memory, VERIFY_ARENA_LEN), .facts = out, .why = why};

    if (n == NULL || memory == NULL) {
        free(n);
        free(memory);
        return refuse(why, CW_LOCAL_MEMORY, "", "no memory to verify with");
    }
    memset(out, 0, sizeof *out);
    enum cw_err err = make_reader(n, ports, network_genesis, why);
    if (err == CW_OK && ports->keyring.read != NULL)
        err = node_open_keyring(n, why);
    if (err == CW_OK)
        err = store->begin_read(store->ctx, &c.txn);
    if (err == CW_OK) {
        err = check_all(&c);
        store->abort(store->ctx, c.txn);
    }
    free_reader(n);
    free(memory);
    return err;
}
