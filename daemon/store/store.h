/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_STORE_H
#define CASEWIRE_STORE_STORE_H

/*
 * One LMDB environment: ordered tables of byte keys and byte values, one writer, snapshot readers.
 *
 * What is decided here, with the measurements in REPLICATION.md §2.2: LMDB's default flushes and no other flag that
 * touches durability; one huge sparse map that never changes while the process lives; no DUPSORT; readers
 * pooled and short; one place that translates errors; a reserve file that is given back when the disk is
 * full, so that deleting stays possible. Commits go to a write-ahead file first and to LMDB later, many at a
 * time (docs/decisions/0011); nobody outside sees a difference. docs/storage.md describes the files.
 *
 * The tables are the caller's: it names them, the driver gives each a database of its own and knows nothing
 * of their rows. Its own rows (format, store id, marks) live in a database called "casewire".
 *
 * Threads: open, close, write transactions, tend and copy from one thread; read transactions from any. A
 * transaction is used by one thread at a time.
 */

#include "proto/bytes.h"

#define STORE_FORMAT 3 /* what this version writes; format.c holds the steps from older ones */
#define STORE_ID_LEN 16
#define STORE_KEY_LEN_MAX 500 /* LMDB's 511, with room */
#define STORE_TABLES_MAX 24
#define STORE_MAP_LEN_DEFAULT ((uint64_t)1 << 40)
#define STORE_RESERVE_LEN_DEFAULT ((uint64_t)16 << 20)
#define STORE_READERS_MAX 1024

struct store;
struct store_txn;

struct store_table {
    const char *name;
    bool derived; /* can be made again from the other tables: emptied when a migration asks for it */
};

struct store_options {
    const char *dir; /* made when absent (its parent is not) */
    const struct store_table *tables;
    uint32_t table_count;
    uint64_t map_len;               /* 0: STORE_MAP_LEN_DEFAULT */
    uint64_t reserve_len;           /* 0: STORE_RESERVE_LEN_DEFAULT */
    uint64_t low_water_len;         /* 0: the smaller of 5 % of the file system and 1 GiB */
    uint64_t write_ahead_len;       /* 0, or too small for two segments of 16 KiB: no write-ahead file */
    uint32_t settle_after_ms;       /* a commit waits no longer to be settled, a fifth when nothing follows; 0: 5 s */
    bool larger_than_memory;        /* MDB_NORDAHEAD: random reads on a store that does not fit */
    bool read_only;                 /* for verifying and copying; nothing is created, nothing is migrated */
    uint8_t fresh_id[STORE_ID_LEN]; /* random at each opening; becomes the store id when the store is new */
};

/*
 * *why (may be NULL) says what is wrong and what to do, for a person.
 *
 * Returns   CW_OK, or
 *           CW_LOCAL_FORMAT    written by a newer version (or an older one, when read_only)
 *           CW_LOCAL_CORRUPT   not a store of ours, or damaged
 *           CW_LOCAL_CONFIG    on a network file system, or the map does not fit the address space
 *           CW_LOCAL_NO_SPACE, CW_LOCAL_IO, CW_LOCAL_MEMORY
 *           CW_LOCAL_NOT_FOUND read_only and there is no store
 */
enum cw_err store_open(const struct store_options *options, struct store **out, struct refusal *why);
void store_close(struct store *s); /* every transaction ended before */

/* --- transactions ------------------------------------------------------------------------------- */

/* One write transaction at a time (asserted). CW_LOCAL_IO once the store has failed: see store_failed. May wait for the disk when commits come
 * faster than it takes them. Without room it begins, and its first write says so. */
enum cw_err store_begin(struct store *s, struct store_txn **out);
/* A snapshot; short-lived: it pins every page freed after it. */
enum cw_err store_begin_read(struct store *s, struct store_txn **out);
/*
 * Durable when it returns CW_OK: one flush of the write-ahead file, or LMDB's own two. Otherwise nothing changed, and the first
 * error of the transaction is returned. CW_LOCAL_NO_SPACE: the store goes on. Anything else: the store has failed, and takes no
 * further write in this process. Always leaves *txn NULL. Not for read transactions.
 */
enum cw_err store_commit(struct store_txn **txn);
void store_abort(struct store_txn **txn); /* ends a read transaction too; *txn may be NULL; leaves it NULL */

struct store_pair {
    struct cw_slice key, value; /* borrowed: until the next write in the same transaction, or its end */
};

/* CW_LOCAL_NOT_FOUND when there is no such row. `table` is an index into the options' tables. */
enum cw_err store_get(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice *out);
/* key and value must not be borrowed from this same transaction: a write may move what it reads from. */
enum cw_err store_put(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice value);
enum cw_err store_del(struct store_txn *txn, uint32_t table, struct cw_slice key); /* absent: CW_OK */
/* The first pair with key >= from (> from when after). An empty `from` is before every key. */
enum cw_err store_next(struct store_txn *txn, uint32_t table, struct cw_slice from, bool after, struct store_pair *out);
/* The last pair with key <= from (< from when after). */
enum cw_err store_prev(struct store_txn *txn, uint32_t table, struct cw_slice from, bool after, struct store_pair *out);

/* --- the store as a whole ------------------------------------------------------------------------ */

void store_id(const struct store *s, uint8_t out[static STORE_ID_LEN]);
/* Device and inode of the data file: a copy elsewhere has others. */
void store_identity(const struct store *s, uint64_t *out_device, uint64_t *out_inode);
bool store_created(const struct store *s); /* this very open made it */

/* The mark that store_copy leaves in a copy: its log must not be continued. Cleared in the transaction that opens a new one. */
bool store_is_backup(const struct store *s);
enum cw_err store_clear_backup(struct store_txn *txn);
/* Commits that were acknowledged may be missing: when it was opened, now or before, the write-ahead file was lost, is damaged, another
 * store's or an older one. The store is marked as a backup then. Stays until somebody removes the file `cut-short` from its folder. */
bool store_is_cut_short(const struct store *s);
/* The same, found out by the caller: durable, as far as there is room. */
void store_note_cut_short(struct store *s);
/* A migration emptied the derived tables; the caller makes them again and says so. */
bool store_wants_rebuild(const struct store *s);
enum cw_err store_rebuilt(struct store_txn *txn);

/* CW_LOCAL_CONFIG: the folder is on a network file system, whose name *why says. Also before there is a store in it. */
enum cw_err store_check_filesystem(const char *dir, struct refusal *why);

/* The low-water mark is passed, on the file system or in the map, or the reserve is spent. Any thread; does not block. */
bool store_low_on_space(struct store *s);
/* A write went wrong in a way that says nothing certain about the disk: the process restarts. Any thread. */
bool store_failed(const struct store *s);
/* Once a minute: frees the slots of dead readers, makes the reserve again when there is room, and settles what found none. */
void store_tend(struct store *s);

/* How long commits took, in whole milliseconds, until they were durable. */
#define STORE_COMMIT_BOUNDS 10
extern const int64_t store_commit_bounds_ms[STORE_COMMIT_BOUNDS]; /* ascending */

struct store_stats {
    uint64_t map_len, used_len; /* bytes of the map; up to its last used page */
    uint64_t disk_free_len;
    uint64_t reserve_len;           /* 0 while it is spent */
    uint32_t readers;               /* open read transactions of this process */
    uint64_t oldest_reader_commits; /* how many commits the oldest of them is behind */
    uint64_t commits;               /* made by this process */
    uint64_t unsettled;             /* commits that are durable in the write-ahead file and not in LMDB yet */
    /* [i]: commits of up to bounds_ms[i] and more than the one before; the last: of more than all */
    uint64_t commits_took[STORE_COMMIT_BOUNDS + 1];
    uint64_t commits_took_us; /* all together */
};
void store_stats(struct store *s, struct store_stats *out); /* any thread */
/* Rows of one table, as of the transaction. */
enum cw_err store_count(struct store_txn *txn, uint32_t table, uint64_t *out);

/*
 * A compacted copy in `dir`, a new folder, marked as a backup and durable when this returns. Reads from a snapshot: it pins pages
 * while it runs, and it takes as long as the disk does. A store that is only read must have been closed well: CW_LOCAL_IO when
 * commits are ahead of LMDB.
 */
enum cw_err store_copy(struct store *s, const char *dir, struct refusal *why);

#endif
