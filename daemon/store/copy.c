/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "host/file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * mdb_env_copy2 neither flushes nor knows of marks. Opening the copy and committing the mark to it does
 * both: LMDB's commit flushes the whole file. A crash before that leaves a folder without the mark, so the
 * copy is made under another name and gets its own only when it is complete.
 */

static enum cw_err failed(const char *dir, int rc, struct refusal *why)
{
    enum cw_err err = rc == ENOSPC ? CW_LOCAL_NO_SPACE : CW_LOCAL_IO;

    return refuse(why, err, "backup", "%.120s: %.80s", dir, mdb_strerror(rc));
}

static void remove_unfinished(const char *dir)
{
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    char path[STORE_PATH_LEN_MAX + 32];

    for (size_t i = 0; i < CW_COUNT(files); i++) {
        if (snprintf(path, sizeof path, "%s/%s", dir, files[i]) > 0)
            (void)unlink(path);
    }
    (void)rmdir(dir);
}

static enum cw_err mark(const char *dir)
{
    MDB_env *env = NULL;
    enum cw_err err = CW_LOCAL_IO;

    if (mdb_env_create(&env) != MDB_SUCCESS)
        return CW_LOCAL_MEMORY;
    if (mdb_env_set_maxdbs(env, 1) == MDB_SUCCESS && mdb_env_open(env, dir, MDB_NOTLS, 0600) == MDB_SUCCESS)
        err = store_mark_backup(env);
    mdb_env_close(env);
    return err;
}

static enum cw_err fill(struct store *s, const char *part, struct refusal *why)
{
    enum cw_err err;
    int rc = mdb_env_copy2(s->env, part, MDB_CP_COMPACT);

    if (rc != MDB_SUCCESS)
        return failed(part, rc, why);
    err = mark(part);
    return err == CW_OK ? CW_OK : refuse(why, err, "backup", "%.120s: the copy cannot be marked as one", part);
}

/* LMDB copies what LMDB has. */
static enum cw_err settle_all(struct store *s)
{
    if (!s->ahead.live)
        return CW_OK;
    return s->read_only ? CW_LOCAL_IO : ahead_rest_between(s);
}

enum cw_err store_copy(struct store *s, const char *dir, struct refusal *why)
{
    char part[STORE_PATH_LEN_MAX];
    int len = snprintf(part, sizeof part, "%s.part", dir);
    enum cw_err err;

    if (len <= 0 || (size_t)len >= sizeof part)
        return refuse(why, CW_USAGE_ARGUMENT, "backup", "the folder's name is too long");
    if (access(dir, F_OK) == 0)
        return failed(dir, EEXIST, why);
    err = settle_all(s);
    if (err != CW_OK)
        return refuse(why, err, "backup", "%.120s: what was written ahead cannot be taken into the store", s->dir);
    if (mkdir(part, 0700) != 0)
        return failed(part, errno, why);
    err = fill(s, part, why);
    if (err == CW_OK && (file_sync_folder(part) != CW_OK || rename(part, dir) != 0))
        err = failed(dir, errno, why);
    if (err != CW_OK) {
        remove_unfinished(part);
        return err;
    }
    return file_sync_parent(dir) == CW_OK ? CW_OK : failed(dir, errno, why);
}
