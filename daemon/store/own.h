/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_OWN_H
#define CASEWIRE_STORE_OWN_H

/*
 * The store's own rows, in the database "casewire":
 *
 *   "format"       be32        which version wrote it
 *   "store id"     16 bytes    random, made once; a copy keeps it, the anchor tells copies apart
 *   "backup"       1 byte      present in a copy that was made as a backup
 *   "rebuild"      1 byte      present after a migration that emptied the derived tables
 *   "write-ahead"  57 bytes    how far LMDB is: be64 number, chain, 1 when the write-ahead file may hold more;
 *                              be64 device and be64 inode of the data file
 *
 * Functions with an int return LMDB's codes.
 */

#include "store/ahead_record.h"

#include <lmdb.h>

#define OWN_NAME "casewire"

extern const char own_format[], own_id[], own_backup[], own_rebuild[], own_ahead[];

int own_get(MDB_txn *txn, MDB_dbi own, const char *key, struct cw_slice *out);
int own_put(MDB_txn *txn, MDB_dbi own, const char *key, const void *data, size_t len);
int own_del(MDB_txn *txn, MDB_dbi own, const char *key); /* absent: MDB_SUCCESS */
int own_mark(MDB_txn *txn, MDB_dbi own, const char *key);

struct own_position {
    struct ahead_position at;
    bool live;              /* commits after `at` may be in the write-ahead file, and nowhere else */
    uint64_t device, inode; /* of the data file that said so */
};
/* Absent: *out is zeroed, MDB_SUCCESS. MDB_CORRUPTED: of another form. */
int own_get_position(MDB_txn *txn, MDB_dbi own, struct own_position *out);
int own_put_position(MDB_txn *txn, MDB_dbi own, const struct own_position *position);

#endif
