/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_INTERNAL_H
#define CASEWIRE_STORE_INTERNAL_H

/* What the files of this folder share. */

#include "store/ahead.h"
#include "store/gap.h"
#include "store/own.h"
#include "store/store.h"

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

#define STORE_PATH_LEN_MAX 4096
#define STORE_POOL_MAX 64 /* idle read transactions kept; more are given back to LMDB */

/*
 * What a transaction sees: LMDB's rows as of mdb, under the layers, the newest first, each up to a commit. A writing
 * one either writes into LMDB (then mdb writes, and there are no layers) or ahead: into the active layer.
 */
struct store_txn {
    struct store *store;
    MDB_txn *mdb;
    bool writes;
    bool ahead;
    bool oversize;  /* its record outgrew the segment */
    bool refuses;   /* there is no room: its first write fails */
    size_t ops_len; /* bytes of its record's ops */
    struct layer *layers[2];
    uint32_t layer_count;
    uint64_t upto;                         /* of an ahead one: the number it will have */
    uint64_t behind;                       /* store's commits when it began */
    enum cw_err err;                       /* the first failure: a transaction that failed cannot commit */
    MDB_cursor *cursors[STORE_TABLES_MAX]; /* opened when first asked for */
    struct store_txn *next, *prev;         /* in the store's list of open readers, or of idle ones */
};

struct store {
    MDB_env *env;
    int fd; /* LMDB's, of the data file; -1 before it is open */
    char dir[STORE_PATH_LEN_MAX];
    uint32_t table_count;
    MDB_dbi tables[STORE_TABLES_MAX];
    char table_names[STORE_TABLES_MAX][AHEAD_TABLE_NAME_LEN_MAX + 1];
    MDB_dbi own;

    uint8_t id[STORE_ID_LEN];
    bool created, read_only;
    bool is_backup, wants_rebuild, cut_short;
    uint64_t device, inode;

    uint32_t format; /* as it was found */

    struct store_txn writer;
    MDB_txn *writer_base; /* what an ahead transaction reads; idle between two */
    bool writing;
    bool clears_backup, clears_rebuild; /* by the open write transaction */
    struct gaps gaps;                   /* of the writing thread's view */
    struct ahead ahead;

    pthread_mutex_t lock; /* guards the two lists and the counts, and what ahead.h says */
    struct store_txn *open_readers, *idle_readers;
    uint32_t open_count, idle_count;
    uint64_t commits; /* by this process; and how long they took (store_stats) */
    uint64_t commits_took[STORE_COMMIT_BOUNDS + 1], commits_took_us;

    uint64_t map_len, page_len, reserve_len, low_water_len;
    atomic_bool reserve_spent;
    atomic_bool failed;
};

/* errors.c: the one place where LMDB's and the system's codes become ours. */
enum cw_err store_error(const struct store *s, int rc);
/* The same for a write: spends the reserve on a full disk, marks the store failed on what is neither room nor usage. */
enum cw_err store_write_error(struct store *s, int rc);
/* The same for LMDB's commit. CW_LOCAL_NO_SPACE only when LMDB goes on; else the store has failed. */
enum cw_err store_commit_error(struct store *s, int rc);

/* filesystem.c: the name of the network file system that `dir` is on, or NULL when it is a local one. */
const char *store_remote_filesystem(uint64_t magic);

/* length.c: CW_LOCAL_CORRUPT when a page that can be reached lies beyond the data file's end. */
enum cw_err store_check_length(const struct store *s, struct refusal *why);

/* cut.c */
bool cut_is_noted(const struct store *s);

/* space.c */
uint64_t store_disk_free(const struct store *s);
void store_reserve_make(struct store *s);
void store_reserve_spend(struct store *s);
uint64_t store_low_water(const struct store *s);

/* row.c; table may be LAYER_OWN_TABLE. The first failure is kept in the transaction. */
enum cw_err store_write(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice value, bool dead);
enum cw_err store_cursor(struct store_txn *txn, uint32_t table, MDB_cursor **out);
MDB_val store_val(struct cw_slice s);
struct cw_slice store_slice(const MDB_val *v);

/* format.c. Opened first, then what the write-ahead file holds is taken, then an older format is brought up. */
enum cw_err store_format_open(struct store *s, const struct store_options *options, struct refusal *why);
enum cw_err store_format_raise(struct store *s, const struct store_options *options, struct refusal *why);
enum cw_err store_read_marks(struct store *s);
enum cw_err store_mark_backup(MDB_env *env);

#endif
