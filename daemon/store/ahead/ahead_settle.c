/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

static MDB_val val_of(struct cw_slice s)
{
    return (MDB_val){s.len, (void *)(uintptr_t)s.data};
}

static int settle_row(MDB_txn *txn, MDB_dbi dbi, struct cw_slice key, const struct layer_version *v)
{
    MDB_val k = val_of(key), value = val_of(v->value);
    int rc = v->dead ? mdb_del(txn, dbi, &k, NULL) : mdb_put(txn, dbi, &k, &value, 0);

    return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
}

/* In the order of keys: neighbours are on one page. */
static int settle_table(MDB_txn *txn, MDB_dbi dbi, const struct ahead_settlement *what, uint32_t table)
{
    const struct layer_row *row = layer_seek(what->layer, table, slice(NULL, 0), false);
    int rc = MDB_SUCCESS;

    for (; row != NULL && rc == MDB_SUCCESS; row = layer_next(row)) {
        const struct layer_version *v = layer_row_at(row, what->upto);

        if (v != NULL && v->number > what->above)
            rc = settle_row(txn, dbi, layer_row_key(row), v);
    }
    return rc;
}

static int settle_tables(const struct store *s, MDB_txn *txn, const struct ahead_settlement *what)
{
    int rc = MDB_SUCCESS;

    for (uint32_t t = 0; t < s->table_count && rc == MDB_SUCCESS; t++)
        rc = settle_table(txn, s->tables[t], what, t);
    return rc == MDB_SUCCESS ? settle_table(txn, s->own, what, LAYER_OWN_TABLE) : rc;
}

static enum cw_err settle_once(struct store *s, const struct ahead_settlement *what)
{
    const struct own_position position = {what->at, what->live, s->device, s->inode};
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(s->env, NULL, 0, &txn);

    if (rc != MDB_SUCCESS)
        return store_write_error(s, rc);
    if (what->layer != NULL)
        rc = settle_tables(s, txn, what);
    if (rc == MDB_SUCCESS && what->is_backup)
        rc = own_mark(txn, s->own, own_backup);
    if (rc == MDB_SUCCESS)
        rc = own_put_position(txn, s->own, &position);
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return store_write_error(s, rc);
    }
    rc = mdb_txn_commit(txn);
    return rc == MDB_SUCCESS ? CW_OK : store_commit_error(s, rc);
}

static void note_settled(struct store *s, uint64_t number)
{
    (void)pthread_mutex_lock(&s->lock);
    s->ahead.settled = number;
    (void)pthread_mutex_unlock(&s->lock);
}

/* Pages that reached the file stay there for the next try: any byte more may be the one that was wanting. */
static void note_full(struct store *s)
{
    uint64_t free_len = store_disk_free(s);

    (void)pthread_mutex_lock(&s->lock);
    s->ahead.stuck_free_len = free_len;
    (void)pthread_mutex_unlock(&s->lock);
}

/* What is to be settled was acknowledged: it may have the reserve at once. */
enum cw_err ahead_settle(struct store *s, const struct ahead_settlement *what)
{
    bool had_reserve = !atomic_load(&s->reserve_spent);
    enum cw_err err = settle_once(s, what);

    if (err == CW_LOCAL_NO_SPACE && had_reserve && atomic_load(&s->reserve_spent))
        err = settle_once(s, what);
    if (err == CW_OK)
        note_settled(s, what->at.number);
    else if (err == CW_LOCAL_NO_SPACE)
        note_full(s);
    return err;
}
