/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

MDB_val store_val(struct cw_slice s)
{
    return (MDB_val){s.len, (void *)(uintptr_t)s.data};
}

struct cw_slice store_slice(const MDB_val *v)
{
    return slice(v->mv_data, v->mv_size);
}

static MDB_dbi dbi_of(const struct store_txn *txn, uint32_t table)
{
    if (table == LAYER_OWN_TABLE)
        return txn->store->own;
    CW_ASSERT(table < txn->store->table_count);
    return txn->store->tables[table];
}

enum cw_err store_cursor(struct store_txn *txn, uint32_t table, MDB_cursor **out)
{
    MDB_dbi dbi = dbi_of(txn, table);
    int rc = MDB_SUCCESS;

    if (txn->cursors[table] == NULL)
        rc = mdb_cursor_open(txn->mdb, dbi, &txn->cursors[table]);
    if (rc != MDB_SUCCESS)
        return store_error(txn->store, rc);
    *out = txn->cursors[table];
    return CW_OK;
}

/* --- reading --------------------------------------------------------------------------------------------- */

static enum cw_err get_base(const struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice *out)
{
    MDB_val k = store_val(key);
    MDB_val v;
    int rc = mdb_get(txn->mdb, dbi_of(txn, table), &k, &v);

    if (rc != MDB_SUCCESS)
        return store_error(txn->store, rc);
    *out = store_slice(&v);
    return CW_OK;
}

static const struct layer_version *find_in_layers(const struct store_txn *txn, uint32_t table, struct cw_slice key)
{
    const struct layer_version *v = NULL;
    struct layer_key k;

    if (txn->layer_count == 0)
        return NULL;
    k = layer_key_of(table, key);
    for (uint32_t i = 0; i < txn->layer_count && v == NULL; i++)
        v = layer_find(txn->layers[i], &k, txn->upto);
    return v;
}

enum cw_err store_get(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice *out)
{
    const struct layer_version *v;

    if (slice_empty(key) || key.len > STORE_KEY_LEN_MAX)
        return CW_LOCAL_NOT_FOUND; /* no such key can have been put */
    v = find_in_layers(txn, table, key);
    if (v == NULL)
        return get_base(txn, table, key, out);
    if (v->dead)
        return CW_LOCAL_NOT_FOUND;
    *out = v->value;
    return CW_OK;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

/* The first failure stays: LMDB would refuse the commit as well, but with less to say. */
static enum cw_err keep_error(struct store_txn *txn, enum cw_err err)
{
    if (err != CW_OK && err != CW_LOCAL_NOT_FOUND && txn->err == CW_OK)
        txn->err = err;
    return err;
}

static enum cw_err write_base(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice value,
                              bool dead)
{
    MDB_val k = store_val(key), v = store_val(value);
    MDB_dbi dbi = dbi_of(txn, table);

    return store_write_error(txn->store, dead ? mdb_del(txn->mdb, dbi, &k, NULL) : mdb_put(txn->mdb, dbi, &k, &v, 0));
}

enum cw_err store_write(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice value, bool dead)
{
    CW_ASSERT(txn->writes);
    if (txn->err != CW_OK)
        return txn->err;
    if (txn->refuses)
        return keep_error(txn, CW_LOCAL_NO_SPACE);
    return keep_error(txn, txn->ahead ? ahead_write(txn, table, key, value, dead)
                                      : write_base(txn, table, key, value, dead));
}

enum cw_err store_put(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice value)
{
    CW_ASSERT(txn->writes);
    if (txn->err != CW_OK)
        return txn->err;
    if (slice_empty(key) || key.len > STORE_KEY_LEN_MAX || value.len > UINT32_MAX)
        return keep_error(txn, CW_USAGE_ARGUMENT);
    (void)dbi_of(txn, table);
    if (txn->ahead)
        gaps_cut(&txn->store->gaps, table, key);
    return store_write(txn, table, key, value, false);
}

/* A row that is not there needs no deletion in a layer, nor in the file. */
static enum cw_err del_ahead(struct store_txn *txn, uint32_t table, struct cw_slice key)
{
    struct cw_slice ignored;
    enum cw_err err = store_get(txn, table, key, &ignored);

    return err == CW_OK ? store_write(txn, table, key, slice(NULL, 0), true) : keep_error(txn, err);
}

enum cw_err store_del(struct store_txn *txn, uint32_t table, struct cw_slice key)
{
    enum cw_err err;

    CW_ASSERT(txn->writes);
    if (txn->err != CW_OK)
        return txn->err;
    if (slice_empty(key) || key.len > STORE_KEY_LEN_MAX)
        return CW_OK;
    err = txn->ahead ? del_ahead(txn, table, key) : store_write(txn, table, key, slice(NULL, 0), true);
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* --- counting ------------------------------------------------------------------------------------------------ */

/* What the rows of layer i make of LMDB's count: those that a newer layer says something about are that one's. */
static int64_t count_layer(const struct store_txn *txn, uint32_t table, uint32_t i)
{
    const struct layer_row *row = layer_seek(txn->layers[i], table, slice(NULL, 0), false);
    int64_t more = 0;

    for (; row != NULL; row = layer_next(row)) {
        const struct layer_version *v = layer_row_at(row, txn->upto);
        struct cw_slice ignored;

        if (v == NULL || find_in_layers(txn, table, layer_row_key(row)) != v)
            continue;
        more += !v->dead;
        more -= get_base(txn, table, layer_row_key(row), &ignored) == CW_OK;
    }
    return more;
}

enum cw_err store_count(struct store_txn *txn, uint32_t table, uint64_t *out)
{
    MDB_stat stat;
    int64_t more = 0;
    int rc = mdb_stat(txn->mdb, dbi_of(txn, table), &stat);

    if (rc != MDB_SUCCESS)
        return store_error(txn->store, rc);
    for (uint32_t i = 0; i < txn->layer_count; i++)
        more += count_layer(txn, table, i);
    *out = stat.ms_entries + (uint64_t)more;
    return CW_OK;
}
