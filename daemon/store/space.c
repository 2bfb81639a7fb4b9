/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * The reserve: a file whose blocks are really taken, so that a full disk still has room for deletions, which
 * in a copy-on-write tree need pages before they free any. It is spent by the write that met the full disk,
 * and made again by store_tend once there is room for it above the low-water mark.
 */

#define LOW_WATER_MAX ((uint64_t)1 << 30)
#define LOW_WATER_PART 20 /* one twentieth: 5 % */

static void reserve_path(const struct store *s, char *out, size_t out_len)
{
    int len = snprintf(out, out_len, "%s/reserve", s->dir);

    CW_ASSERT(len > 0 && (size_t)len < out_len); /* store_open bounded the folder's name */
}

uint64_t store_disk_free(const struct store *s)
{
    struct statvfs fs;

    if (fstatvfs(s->fd, &fs) != 0)
        return 0;
    return (uint64_t)fs.f_frsize * (geteuid() == 0 ? fs.f_bfree : fs.f_bavail);
}

uint64_t store_low_water(const struct store *s)
{
    struct statvfs fs;
    uint64_t part;

    if (s->low_water_len != 0)
        return s->low_water_len;
    if (fstatvfs(s->fd, &fs) != 0)
        return LOW_WATER_MAX;
    part = (uint64_t)fs.f_frsize * fs.f_blocks / LOW_WATER_PART;
    return part < LOW_WATER_MAX ? part : LOW_WATER_MAX;
}

/* posix_fallocate writes where the file system cannot allocate: taken blocks are the point. */
static bool allocate(int fd, uint64_t len)
{
    return posix_fallocate(fd, 0, (off_t)len) == 0;
}

void store_reserve_make(struct store *s)
{
    char path[STORE_PATH_LEN_MAX + 16];
    int fd;

    reserve_path(s, path, sizeof path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        atomic_store(&s->reserve_spent, true);
        return;
    }
    atomic_store(&s->reserve_spent, !allocate(fd, s->reserve_len));
    (void)close(fd);
    if (atomic_load(&s->reserve_spent)) /* half a reserve would fill the disk further */
        (void)unlink(path);
}

void store_reserve_spend(struct store *s)
{
    char path[STORE_PATH_LEN_MAX + 16];

    reserve_path(s, path, sizeof path);
    (void)unlink(path);
    atomic_store(&s->reserve_spent, true);
}

static uint64_t used_len(const struct store *s)
{
    MDB_envinfo info;

    (void)mdb_env_info(s->env, &info); /* fails only without an environment */
    return ((uint64_t)info.me_last_pgno + 1) * s->page_len;
}

/* Pages that are free inside the map are not counted: they come back by themselves, and asking costs a walk. */
static bool map_is_low(const struct store *s)
{
    uint64_t left = s->map_len - used_len(s);
    uint64_t part = s->map_len / LOW_WATER_PART;

    return left < (part < LOW_WATER_MAX ? part : LOW_WATER_MAX);
}

bool store_low_on_space(struct store *s)
{
    return atomic_load(&s->reserve_spent) || store_disk_free(s) < store_low_water(s) || map_is_low(s);
}

void store_tend(struct store *s)
{
    int dead = 0;

    (void)mdb_reader_check(s->env, &dead);
    if (s->read_only)
        return;
    if (atomic_load(&s->reserve_spent) && store_disk_free(s) >= store_low_water(s) + s->reserve_len)
        store_reserve_make(s);
    if (!store_low_on_space(s))
        ahead_has_room(s);
    else
        ahead_may_fit(s);
}

/* Under the lock. */
static uint64_t oldest_reader(const struct store *s)
{
    uint64_t oldest = s->commits;

    for (const struct store_txn *t = s->open_readers; t != NULL; t = t->next)
        oldest = t->behind < oldest ? t->behind : oldest;
    return oldest;
}

void store_stats(struct store *s, struct store_stats *out)
{
    *out = (struct store_stats){
        .map_len = s->map_len,
        .used_len = used_len(s),
        .disk_free_len = store_disk_free(s),
        .reserve_len = atomic_load(&s->reserve_spent) ? 0 : s->reserve_len,
    };
    (void)pthread_mutex_lock(&s->lock);
    out->commits = s->commits;
    memcpy(out->commits_took, s->commits_took, sizeof out->commits_took);
    out->commits_took_us = s->commits_took_us;
    out->unsettled = s->ahead.at.number - s->ahead.settled;
    out->oldest_reader_commits = s->commits - oldest_reader(s);
    out->readers = s->open_count;
    (void)pthread_mutex_unlock(&s->lock);
}
