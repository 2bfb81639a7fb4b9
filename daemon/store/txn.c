/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include <stdlib.h>

/* --- the list of open readers, and that of idle ones: under the store's lock ---------------------- */

static void list_add(struct store_txn **head, struct store_txn *txn)
{
    txn->prev = NULL;
    txn->next = *head;
    if (*head != NULL)
        (*head)->prev = txn;
    *head = txn;
}

static void list_remove(struct store_txn **head, struct store_txn *txn)
{
    if (txn->prev != NULL)
        txn->prev->next = txn->next;
    else
        *head = txn->next;
    if (txn->next != NULL)
        txn->next->prev = txn->prev;
    txn->next = txn->prev = NULL;
}

static struct store_txn *take_idle(struct store *s)
{
    struct store_txn *txn;

    (void)pthread_mutex_lock(&s->lock);
    txn = s->idle_readers;
    if (txn != NULL) {
        list_remove(&s->idle_readers, txn);
        s->idle_count--;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return txn;
}

static void add_open(struct store *s, struct store_txn *txn)
{
    (void)pthread_mutex_lock(&s->lock);
    list_add(&s->open_readers, txn);
    s->open_count++;
    (void)pthread_mutex_unlock(&s->lock);
}

static void remove_open(struct store *s, struct store_txn *txn)
{
    (void)pthread_mutex_lock(&s->lock);
    list_remove(&s->open_readers, txn);
    s->open_count--;
    (void)pthread_mutex_unlock(&s->lock);
}

/* False when there are enough idle ones. */
static bool keep_idle(struct store *s, struct store_txn *txn)
{
    bool kept;

    (void)pthread_mutex_lock(&s->lock);
    kept = s->idle_count < STORE_POOL_MAX;
    if (kept) {
        list_add(&s->idle_readers, txn);
        s->idle_count++;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return kept;
}

/* --- transactions ------------------------------------------------------------------------------- */

static void close_cursors(struct store_txn *txn)
{
    for (uint32_t i = 0; i < STORE_TABLES_MAX; i++) {
        if (txn->cursors[i] != NULL)
            mdb_cursor_close(txn->cursors[i]);
        txn->cursors[i] = NULL;
    }
}

enum cw_err store_begin(struct store *s, struct store_txn **out)
{
    int rc;

    CW_ASSERT(!s->writing && !s->read_only);
    if (atomic_load(&s->failed))
        return CW_LOCAL_IO;

    memset(&s->writer, 0, sizeof s->writer);
    s->writer.store = s;
    s->writer.writes = true;
    rc = mdb_txn_begin(s->env, NULL, 0, &s->writer.mdb);
    if (rc != MDB_SUCCESS)
        return store_write_error(s, rc);
    s->writing = true;
    s->clears_backup = s->clears_rebuild = false;
    *out = &s->writer;
    return CW_OK;
}

static enum cw_err begin_again(struct store *s, struct store_txn *idle, struct store_txn **out)
{
    int rc = mdb_txn_renew(idle->mdb);

    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(idle->mdb);
        free(idle);
        return store_error(s, rc);
    }
    *out = idle;
    return CW_OK;
}

static enum cw_err begin_new_reader(struct store *s, struct store_txn **out)
{
    struct store_txn *txn = calloc(1, sizeof *txn);
    int rc;

    if (txn == NULL)
        return CW_LOCAL_MEMORY;
    txn->store = s;
    rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn->mdb);
    if (rc != MDB_SUCCESS) {
        free(txn);
        return store_error(s, rc);
    }
    *out = txn;
    return CW_OK;
}

enum cw_err store_begin_read(struct store *s, struct store_txn **out)
{
    struct store_txn *idle = take_idle(s), *txn = NULL;
    enum cw_err err = idle != NULL ? begin_again(s, idle, &txn) : begin_new_reader(s, &txn);

    if (txn == NULL)
        return err;
    add_open(s, txn);
    *out = txn;
    return CW_OK;
}

/*
 * The page flush and the meta write differ: after the first fails the environment goes on, after the second
 * LMDB refuses everything (MDB_PANIC). Only asking tells them apart, and only the first may be "no room".
 */
static bool environment_lives(struct store *s)
{
    MDB_txn *probe = NULL;

    if (mdb_txn_begin(s->env, NULL, 0, &probe) != MDB_SUCCESS)
        return false;
    mdb_txn_abort(probe);
    return true;
}

static enum cw_err commit_failed(struct store *s, int rc)
{
    enum cw_err err = store_write_error(s, rc);

    if (err == CW_LOCAL_NO_SPACE && environment_lives(s))
        return CW_LOCAL_NO_SPACE;
    atomic_store(&s->failed, true); /* after a failed flush nobody knows what the disk holds */
    return err == CW_LOCAL_NO_SPACE ? CW_LOCAL_IO : err;
}

enum cw_err store_commit(struct store_txn **txn)
{
    struct store_txn *t = *txn;
    struct store *s = t->store;
    int rc;

    CW_ASSERT(t->writes);
    if (t->err != CW_OK) {
        enum cw_err err = t->err;

        store_abort(txn);
        return err;
    }
    *txn = NULL;
    close_cursors(t);
    rc = mdb_txn_commit(t->mdb); /* frees it, whatever it returns */
    s->writing = false;
    if (rc != MDB_SUCCESS)
        return commit_failed(s, rc);
    s->is_backup = s->is_backup && !s->clears_backup;
    s->wants_rebuild = s->wants_rebuild && !s->clears_rebuild;
    return CW_OK;
}

static void end_reader(struct store_txn *txn)
{
    struct store *s = txn->store;

    remove_open(s, txn);
    mdb_txn_reset(txn->mdb);
    if (keep_idle(s, txn))
        return;
    mdb_txn_abort(txn->mdb);
    free(txn);
}

void store_abort(struct store_txn **txn)
{
    struct store_txn *t = *txn;

    if (t == NULL)
        return;
    *txn = NULL;
    close_cursors(t);
    if (!t->writes) {
        end_reader(t);
        return;
    }
    mdb_txn_abort(t->mdb);
    t->store->writing = false;
}
