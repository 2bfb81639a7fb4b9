/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include <errno.h>

/*
 * A write that met a full disk comes back as EIO: LMDB takes a short write for an input/output error
 * (REPLICATION.md §2.2, probe). So EIO means "no room" when there is none, and a failing disk otherwise.
 */
#define FULL_BELOW ((uint64_t)1 << 20)

static bool disk_is_full(const struct store *s)
{
    return store_disk_free(s) < FULL_BELOW;
}

enum cw_err store_error(const struct store *s, int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return CW_OK;
    case MDB_NOTFOUND:
    case ENOENT:
        return CW_LOCAL_NOT_FOUND;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG: /* RLIMIT_FSIZE */
        return CW_LOCAL_NO_SPACE;
    case EIO:
        return disk_is_full(s) ? CW_LOCAL_NO_SPACE : CW_LOCAL_IO;
    case MDB_TXN_FULL:
    case MDB_READERS_FULL:
    case ENOMEM:
        return CW_LOCAL_MEMORY;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
        return CW_LOCAL_CORRUPT;
    case MDB_VERSION_MISMATCH:
        return CW_LOCAL_FORMAT;
    case MDB_BAD_VALSIZE:
        return CW_USAGE_ARGUMENT;
    default:
        return CW_LOCAL_IO;
    }
}

enum cw_err store_write_error(struct store *s, int rc)
{
    enum cw_err err = store_error(s, rc);

    switch (err) {
    case CW_OK:
    case CW_LOCAL_NOT_FOUND:
    case CW_USAGE_ARGUMENT:
        break;
    case CW_LOCAL_NO_SPACE:
        if (rc != MDB_MAP_FULL) /* a full map gains nothing from room on the disk */
            store_reserve_spend(s);
        break;
    default:
        atomic_store(&s->failed, true);
        break;
    }
    return err;
}
