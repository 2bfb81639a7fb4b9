/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include <stdlib.h>
#include <time.h>

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

/* LMDB's transaction and the layers over it are of one moment: under the lock no layer is taken away. */
static int look(struct store *s, struct store_txn *txn, MDB_txn **mdb)
{
    int rc;

    (void)pthread_mutex_lock(&s->lock);
    rc = *mdb == NULL ? mdb_txn_begin(s->env, NULL, MDB_RDONLY, mdb) : mdb_txn_renew(*mdb);
    if (rc == MDB_SUCCESS)
        ahead_look(s, txn);
    txn->behind = s->commits;
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}

static void let_go_of_layers(struct store_txn *txn)
{
    for (uint32_t i = 0; i < txn->layer_count; i++)
        layer_release(txn->layers[i]);
    txn->layer_count = 0;
}

/* --- writing: into LMDB, or ahead -------------------------------------------------------------------- */

static enum cw_err begin_base(struct store *s)
{
    int rc = mdb_txn_begin(s->env, NULL, 0, &s->writer.mdb);

    gaps_forget(&s->gaps);
    return rc == MDB_SUCCESS ? CW_OK : store_write_error(s, rc);
}

static enum cw_err begin_ahead(struct store *s)
{
    struct store_txn *txn = &s->writer;
    int rc = look(s, txn, &s->writer_base);

    if (rc != MDB_SUCCESS)
        return store_error(s, rc);
    txn->mdb = s->writer_base;
    txn->ahead = true;
    txn->upto++; /* the number it will have */
    return CW_OK;
}

enum cw_err store_begin(struct store *s, struct store_txn **out)
{
    enum cw_err err;

    CW_ASSERT(!s->writing && !s->read_only);
    if (atomic_load(&s->failed))
        return CW_LOCAL_IO;
    memset(&s->writer, 0, sizeof s->writer);
    s->writer.store = s;
    s->writer.writes = true;
    ahead_set_writing(s, true);
    err = ahead_ready(s);
    s->writer.refuses =
        err == CW_LOCAL_NO_SPACE; /* what is ahead fits nowhere, so nothing may follow it; reading goes on */
    if (err == CW_OK || s->writer.refuses)
        err = s->ahead.live ? begin_ahead(s) : begin_base(s);
    if (err != CW_OK) {
        ahead_set_writing(s, false);
        return err;
    }
    s->clears_backup = s->clears_rebuild = false;
    *out = &s->writer;
    return CW_OK;
}

/* --- reading ------------------------------------------------------------------------------------------ */

static struct store_txn *reader_for(struct store *s)
{
    struct store_txn *txn = take_idle(s);

    if (txn == NULL)
        txn = calloc(1, sizeof *txn);
    if (txn != NULL)
        txn->store = s;
    return txn;
}

static void free_reader(struct store_txn *txn)
{
    if (txn->mdb != NULL)
        mdb_txn_abort(txn->mdb);
    free(txn);
}

/*
 * Reading only, the layers are those of the opening, and LMDB may be written by the daemon meanwhile: once it is, or may be,
 * beyond the layers' last commit they say nothing more.
 */
static void drop_outrun_layers(struct store_txn *txn)
{
    const struct ahead_position *last = &txn->store->ahead.at;
    struct own_position row;

    if (txn->layer_count == 0 || own_get_position(txn->mdb, txn->store->own, &row) != MDB_SUCCESS)
        return;
    if (!row.live || (row.at.number >= last->number && !ahead_position_eq(&row.at, last)))
        let_go_of_layers(txn);
}

enum cw_err store_begin_read(struct store *s, struct store_txn **out)
{
    struct store_txn *txn = reader_for(s);
    int rc;

    if (txn == NULL)
        return CW_LOCAL_MEMORY;
    rc = look(s, txn, &txn->mdb);
    if (rc != MDB_SUCCESS) {
        free_reader(txn);
        return store_error(s, rc);
    }
    if (s->read_only)
        drop_outrun_layers(txn);
    add_open(s, txn);
    *out = txn;
    return CW_OK;
}

/* --- ending ------------------------------------------------------------------------------------------- */

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

enum cw_err store_commit_error(struct store *s, int rc)
{
    enum cw_err err = store_write_error(s, rc);

    if (err == CW_LOCAL_NO_SPACE && environment_lives(s))
        return CW_LOCAL_NO_SPACE;
    atomic_store(&s->failed, true); /* after a failed flush nobody knows what the disk holds */
    return err == CW_LOCAL_NO_SPACE ? CW_LOCAL_IO : err;
}

static enum cw_err commit_base(struct store_txn *txn)
{
    int rc = mdb_txn_commit(txn->mdb); /* frees it, whatever it returns */

    return rc == MDB_SUCCESS ? CW_OK : store_commit_error(txn->store, rc);
}

static void end_ahead(struct store_txn *txn)
{
    mdb_txn_reset(txn->mdb);
    let_go_of_layers(txn);
}

const int64_t store_commit_bounds_ms[STORE_COMMIT_BOUNDS] = {1, 2, 5, 10, 20, 50, 100, 250, 1000, 5000};

static uint64_t now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void count_commit(struct store *s, uint64_t took_us)
{
    size_t i = 0;

    while (i < STORE_COMMIT_BOUNDS && took_us > (uint64_t)store_commit_bounds_ms[i] * 1000)
        i++;
    s->is_backup = s->is_backup && !s->clears_backup;
    s->wants_rebuild = s->wants_rebuild && !s->clears_rebuild;
    (void)pthread_mutex_lock(&s->lock);
    s->commits++;
    s->commits_took[i]++;
    s->commits_took_us += took_us;
    (void)pthread_mutex_unlock(&s->lock);
}

enum cw_err store_commit(struct store_txn **txn)
{
    struct store_txn *t = *txn;
    struct store *s = t->store;
    enum cw_err err = t->err;
    uint64_t since_us = now_us();

    CW_ASSERT(t->writes);
    if (err != CW_OK) {
        store_abort(txn);
        return err;
    }
    *txn = NULL;
    close_cursors(t);
    if (t->ahead) {
        err = ahead_commit(t);
        end_ahead(t);
    } else {
        err = commit_base(t);
    }
    if (err == CW_OK)
        count_commit(s, now_us() - since_us);
    else
        gaps_forget(&s->gaps); /* what it had deleted lives */
    ahead_set_writing(s, false);
    return err;
}

static void end_reader(struct store_txn *txn)
{
    struct store *s = txn->store;

    remove_open(s, txn);
    mdb_txn_reset(txn->mdb);
    let_go_of_layers(txn);
    if (!keep_idle(s, txn))
        free_reader(txn);
}

static void end_writer(struct store_txn *txn)
{
    struct store *s = txn->store;

    if (txn->ahead) {
        ahead_undo(txn);
        end_ahead(txn);
        gaps_forget(&s->gaps);
    } else {
        mdb_txn_abort(txn->mdb);
    }
    ahead_set_writing(s, false);
}

void store_abort(struct store_txn **txn)
{
    struct store_txn *t = *txn;

    if (t == NULL)
        return;
    *txn = NULL;
    close_cursors(t);
    if (t->writes)
        end_writer(t);
    else
        end_reader(t);
}
