/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "host/file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static enum cw_err system_refusal(const struct store *s, enum cw_err err, const char *what, int rc, struct refusal *why)
{
    return refuse(why, err, "store", "%.120s: %s: %.60s", s->dir, what, mdb_strerror(rc));
}

static enum cw_err prepare_folder(const struct store *s, struct refusal *why)
{
    struct stat st;

    if (!s->read_only && mkdir(s->dir, 0700) != 0 && errno != EEXIST)
        return system_refusal(s, errno == ENOSPC ? CW_LOCAL_NO_SPACE : CW_LOCAL_IO, "cannot be made", errno, why);
    if (stat(s->dir, &st) != 0)
        return system_refusal(s, errno == ENOENT ? CW_LOCAL_NOT_FOUND : CW_LOCAL_IO, "cannot be read", errno, why);
    return store_check_filesystem(s->dir, why);
}

static struct store *new_store(const struct store_options *o)
{
    struct store *s = calloc(1, sizeof *s);
    pthread_condattr_t attr;

    if (s == NULL)
        return NULL;
    memcpy(s->dir, o->dir, strlen(o->dir) + 1);
    s->read_only = o->read_only;
    s->map_len = o->map_len != 0 ? o->map_len : STORE_MAP_LEN_DEFAULT;
    s->reserve_len = o->reserve_len != 0 ? o->reserve_len : STORE_RESERVE_LEN_DEFAULT;
    s->low_water_len = o->low_water_len;
    s->fd = s->ahead.file.fd = -1;
    (void)pthread_mutex_init(&s->lock, NULL); /* cannot fail with default attributes on Linux */
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&s->ahead.changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    return s;
}

/* NOTLS ties a read transaction to itself and not to a thread, so that they can be pooled. Nothing else: see store.h. */
static unsigned int environment_flags(const struct store_options *o)
{
    return MDB_NOTLS | (o->larger_than_memory ? MDB_NORDAHEAD : 0U) | (o->read_only ? MDB_RDONLY : 0U);
}

static int open_environment(struct store *s, const struct store_options *o)
{
    int rc = mdb_env_create(&s->env);

    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_maxdbs(s->env, STORE_TABLES_MAX + 1);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_maxreaders(s->env, STORE_READERS_MAX);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_mapsize(s->env, s->map_len);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_open(s->env, s->dir, environment_flags(o), 0600);
    return rc;
}

static enum cw_err explain_open(const struct store *s, int rc, struct refusal *why)
{
    if (rc == ENOMEM)
        return refuse(why, CW_LOCAL_CONFIG, "store",
                      "a map of %llu MiB does not fit the address space allowed here: lower map_size or raise LimitAS",
                      (unsigned long long)(s->map_len >> 20));
    return system_refusal(s, store_error(s, rc), "cannot be opened", rc, why);
}

static enum cw_err learn_environment(struct store *s, struct refusal *why)
{
    MDB_stat env_stat;
    MDB_envinfo info;
    struct stat st;
    mdb_filehandle_t fd;
    int dead = 0;
    int rc = mdb_env_get_fd(s->env, &fd);

    if (rc != MDB_SUCCESS || fstat(fd, &st) != 0)
        return system_refusal(s, CW_LOCAL_IO, "cannot be looked at", rc != MDB_SUCCESS ? rc : errno, why);
    (void)mdb_env_stat(s->env, &env_stat);
    (void)mdb_env_info(s->env, &info);
    s->fd = fd;
    s->page_len = env_stat.ms_psize;
    s->map_len = info.me_mapsize; /* LMDB never maps less than what is in use */
    s->device = (uint64_t)st.st_dev;
    s->inode = (uint64_t)st.st_ino;
    (void)mdb_reader_check(s->env, &dead); /* slots of a process that was killed would pin pages for ever */
    return CW_OK;
}

/*
 * What is read from now on may be acted upon, so it is durable first: a process that was killed inside its commit leaves a meta page
 * that only the page cache has, and what was read under it would be gone with the next power cut.
 */
static enum cw_err flush_once(const struct store *s, struct refusal *why)
{
    int rc = s->read_only ? MDB_SUCCESS : mdb_env_sync(s->env, 1);

    return rc == MDB_SUCCESS ? CW_OK : system_refusal(s, store_error(s, rc), "cannot be flushed", rc, why);
}

/* LMDB flushes files, never the folder that names them. */
static enum cw_err keep_names(const struct store *s, struct refusal *why)
{
    if (!s->created)
        return CW_OK;
    if (file_sync_folder(s->dir) != CW_OK || file_sync_parent(s->dir) != CW_OK)
        return system_refusal(s, CW_LOCAL_IO, "cannot be flushed", errno, why);
    return CW_OK;
}

static enum cw_err open_all(struct store *s, const struct store_options *o, struct refusal *why)
{
    int rc;
    enum cw_err err = prepare_folder(s, why);

    if (err == CW_OK)
        err = store_check_length(s, why);
    if (err != CW_OK)
        return err;
    rc = open_environment(s, o);
    if (rc != MDB_SUCCESS)
        return explain_open(s, rc, why);
    err = learn_environment(s, why);
    if (err == CW_OK)
        err = flush_once(s, why);
    if (err == CW_OK)
        err = store_format_open(s, o, why);
    if (err == CW_OK && !s->read_only)
        store_reserve_make(s);
    if (err == CW_OK)
        err = ahead_open(s, o, why);
    if (err == CW_OK)
        err = store_format_raise(s, o, why);
    s->cut_short = s->cut_short || cut_is_noted(s);
    if (err == CW_OK)
        err = store_read_marks(s);
    return err == CW_OK ? keep_names(s, why) : err;
}

enum cw_err store_open(const struct store_options *options, struct store **out, struct refusal *why)
{
    struct store *s;
    enum cw_err err;

    CW_ASSERT(options->table_count <= STORE_TABLES_MAX);
    if (strlen(options->dir) >= STORE_PATH_LEN_MAX)
        return refuse(why, CW_LOCAL_CONFIG, "store", "the store's folder has a name that is too long");
    s = new_store(options);
    if (s == NULL)
        return refuse(why, CW_LOCAL_MEMORY, "store", "no memory for the store");
    err = open_all(s, options, why);
    if (err != CW_OK) {
        store_close(s);
        return err;
    }
    *out = s;
    return CW_OK;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    CW_ASSERT(!s->writing && s->open_readers == NULL);
    ahead_close(s);
    if (s->writer_base != NULL)
        mdb_txn_abort(s->writer_base);
    while (s->idle_readers != NULL) {
        struct store_txn *txn = s->idle_readers;

        s->idle_readers = txn->next;
        mdb_txn_abort(txn->mdb);
        free(txn);
    }
    if (s->env != NULL)
        mdb_env_close(s->env);
    (void)pthread_cond_destroy(&s->ahead.changed);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

void store_id(const struct store *s, uint8_t out[static STORE_ID_LEN])
{
    memcpy(out, s->id, STORE_ID_LEN);
}

void store_identity(const struct store *s, uint64_t *out_device, uint64_t *out_inode)
{
    *out_device = s->device;
    *out_inode = s->inode;
}

bool store_created(const struct store *s)
{
    return s->created;
}

bool store_is_backup(const struct store *s)
{
    return s->is_backup;
}

bool store_wants_rebuild(const struct store *s)
{
    return s->wants_rebuild;
}

bool store_failed(const struct store *s)
{
    return atomic_load(&s->failed);
}
