/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_INTERNAL_H
#define CASEWIRE_STORE_INTERNAL_H

/* What the files of this folder share. */

#include "store/store.h"

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

#define STORE_PATH_LEN_MAX 4096
#define STORE_POOL_MAX 64 /* idle read transactions kept; more are given back to LMDB */

struct store_txn {
    struct store *store;
    MDB_txn *mdb;
    bool writes;
    enum cw_err err;                       /* the first failure: a transaction that failed cannot commit */
    MDB_cursor *cursors[STORE_TABLES_MAX]; /* opened when first asked for */
    struct store_txn *next, *prev;         /* in the store's list of open readers, or of idle ones */
};

struct store {
    MDB_env *env;
    char dir[STORE_PATH_LEN_MAX];
    uint32_t table_count;
    MDB_dbi tables[STORE_TABLES_MAX];
    MDB_dbi own;

    uint8_t id[STORE_ID_LEN];
    bool created, read_only;
    bool is_backup, wants_rebuild;
    uint64_t device, inode;

    struct store_txn writer;
    bool writing;
    bool clears_backup, clears_rebuild; /* by the open write transaction */

    pthread_mutex_t lock; /* guards the two lists and the count */
    struct store_txn *open_readers, *idle_readers;
    uint32_t open_count, idle_count;

    uint64_t map_len, page_len, reserve_len, low_water_len;
    atomic_bool reserve_spent;
    atomic_bool failed;
};

/* errors.c: the one place where LMDB's and the system's codes become ours. */
enum cw_err store_error(const struct store *s, int rc);
/* The same for a write: spends the reserve on a full disk, marks the store failed on what is neither room nor usage. */
enum cw_err store_write_error(struct store *s, int rc);

/* filesystem.c: the name of the network file system that `dir` is on, or NULL when it is a local one. */
const char *store_remote_filesystem(uint64_t magic);
enum cw_err store_check_filesystem(const char *dir, struct refusal *why);

/* space.c */
uint64_t store_disk_free(const struct store *s);
void store_reserve_make(struct store *s);
void store_reserve_spend(struct store *s);
uint64_t store_low_water(const struct store *s);

/* format.c: the store's own rows. */
enum cw_err store_format_open(struct store *s, const struct store_options *options, struct refusal *why);
enum cw_err store_mark_backup(MDB_env *env);

#endif
