/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

static MDB_val val_of(struct cw_slice s)
{
    return (MDB_val){s.len, (void *)(uintptr_t)s.data};
}

static struct cw_slice slice_of_val(const MDB_val *v)
{
    return slice(v->mv_data, v->mv_size);
}

static MDB_dbi dbi_of(const struct store_txn *txn, uint32_t table)
{
    CW_ASSERT(table < txn->store->table_count);
    return txn->store->tables[table];
}

static enum cw_err read_error(const struct store_txn *txn, int rc)
{
    return store_error(txn->store, rc);
}

/* The first failure stays: LMDB would refuse the commit as well, but with less to say. */
static enum cw_err write_error(struct store_txn *txn, int rc)
{
    enum cw_err err = store_write_error(txn->store, rc);

    if (err != CW_OK && err != CW_LOCAL_NOT_FOUND && txn->err == CW_OK)
        txn->err = err;
    return err;
}

enum cw_err store_get(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice *out)
{
    MDB_val k = val_of(key);
    MDB_val v;
    int rc;

    if (slice_empty(key) || key.len > STORE_KEY_LEN_MAX)
        return CW_LOCAL_NOT_FOUND; /* no such key can have been put */
    rc = mdb_get(txn->mdb, dbi_of(txn, table), &k, &v);
    if (rc != MDB_SUCCESS)
        return read_error(txn, rc);
    *out = slice_of_val(&v);
    return CW_OK;
}

enum cw_err store_put(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice value)
{
    MDB_val k = val_of(key);
    MDB_val v = val_of(value);

    CW_ASSERT(txn->writes);
    if (txn->err != CW_OK)
        return txn->err;
    if (slice_empty(key) || key.len > STORE_KEY_LEN_MAX)
        return write_error(txn, MDB_BAD_VALSIZE);
    return write_error(txn, mdb_put(txn->mdb, dbi_of(txn, table), &k, &v, 0));
}

enum cw_err store_del(struct store_txn *txn, uint32_t table, struct cw_slice key)
{
    MDB_val k = val_of(key);
    enum cw_err err;

    CW_ASSERT(txn->writes);
    if (txn->err != CW_OK)
        return txn->err;
    if (slice_empty(key) || key.len > STORE_KEY_LEN_MAX)
        return CW_OK;
    err = write_error(txn, mdb_del(txn->mdb, dbi_of(txn, table), &k, NULL));
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err cursor_of(struct store_txn *txn, uint32_t table, MDB_cursor **out)
{
    MDB_dbi dbi = dbi_of(txn, table);
    int rc = MDB_SUCCESS;

    if (txn->cursors[table] == NULL)
        rc = mdb_cursor_open(txn->mdb, dbi, &txn->cursors[table]);
    if (rc != MDB_SUCCESS)
        return read_error(txn, rc);
    *out = txn->cursors[table];
    return CW_OK;
}

static enum cw_err give(const struct store_txn *txn, int rc, const MDB_val *k, const MDB_val *v, struct store_pair *out)
{
    if (rc != MDB_SUCCESS)
        return read_error(txn, rc);
    *out = (struct store_pair){slice_of_val(k), slice_of_val(v)};
    return CW_OK;
}

/* LMDB knows no empty key, so an empty start is the first row. */
static int seek(MDB_cursor *cursor, struct cw_slice from, MDB_val *k, MDB_val *v)
{
    *k = val_of(from);
    return mdb_cursor_get(cursor, k, v, slice_empty(from) ? MDB_FIRST : MDB_SET_RANGE);
}

enum cw_err store_next(struct store_txn *txn, uint32_t table, struct cw_slice from, bool after, struct store_pair *out)
{
    MDB_cursor *cursor = NULL;
    MDB_val k, v;
    int rc;
    enum cw_err err = cursor_of(txn, table, &cursor);

    if (err != CW_OK)
        return err;
    rc = seek(cursor, from, &k, &v);
    if (rc == MDB_SUCCESS && after && slice_eq(slice_of_val(&k), from))
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    return give(txn, rc, &k, &v, out);
}

enum cw_err store_prev(struct store_txn *txn, uint32_t table, struct cw_slice from, bool after, struct store_pair *out)
{
    MDB_cursor *cursor = NULL;
    MDB_val k, v;
    int rc;
    enum cw_err err = cursor_of(txn, table, &cursor);

    if (err != CW_OK)
        return err;
    rc = seek(cursor, from, &k, &v);
    if (rc == MDB_NOTFOUND) /* every key is below */
        rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
    else if (rc == MDB_SUCCESS && (after || !slice_eq(slice_of_val(&k), from)))
        rc = mdb_cursor_get(cursor, &k, &v, MDB_PREV);
    return give(txn, rc, &k, &v, out);
}

enum cw_err store_count(struct store_txn *txn, uint32_t table, uint64_t *out)
{
    MDB_stat stat;
    int rc = mdb_stat(txn->mdb, dbi_of(txn, table), &stat);

    if (rc != MDB_SUCCESS)
        return read_error(txn, rc);
    *out = stat.ms_entries;
    return CW_OK;
}
