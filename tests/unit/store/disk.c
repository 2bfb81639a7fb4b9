/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/disk.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

const char *const tape_names[TAPE_FILES] = {"data.mdb", "write-ahead"};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct disk_seen seen;
static struct tape *running;

/* --- failures ------------------------------------------------------------------------------------------- */

struct failure {
    atomic_int countdown;
    int code;
    size_t kept;
};
static struct failure flush_failure, meta_failure, append_failure;
static atomic_int calls, fail_from, fail_to;
static int fail_code;

static void plan(struct failure *f, int nth, int code, size_t kept)
{
    f->code = code;
    f->kept = kept;
    atomic_store(&f->countdown, nth);
}

static bool strikes(struct failure *f)
{
    if (atomic_load(&f->countdown) <= 0 || atomic_fetch_sub(&f->countdown, 1) != 1)
        return false;
    errno = f->code;
    return true;
}

void disk_fail_flush(int nth, int code)
{
    plan(&flush_failure, nth, code, 0);
}

void disk_fail_meta_write(int nth, int code)
{
    plan(&meta_failure, nth, code, 0);
}

void disk_fail_append(int nth, int code, size_t kept)
{
    plan(&append_failure, nth, code, kept);
}

void disk_fail_all(int nth, int count, int code)
{
    int now = atomic_load(&calls);

    fail_code = code;
    atomic_store(&fail_from, nth > 0 ? now + nth : 0);
    atomic_store(&fail_to, nth > 0 ? now + nth + count : 0);
}

int disk_calls(void)
{
    return atomic_load(&calls);
}

static bool fails_with_all(void)
{
    int call = atomic_fetch_add(&calls, 1) + 1;

    if (call < atomic_load(&fail_from) || call >= atomic_load(&fail_to))
        return false;
    errno = fail_code;
    return true;
}

struct disk_seen disk_seen(void)
{
    struct disk_seen copy;

    (void)pthread_mutex_lock(&lock);
    copy = seen;
    (void)pthread_mutex_unlock(&lock);
    return copy;
}

/* --- which file ------------------------------------------------------------------------------------------- */

static bool ends_with(const char *path, const char *name)
{
    size_t path_len = strlen(path), name_len = strlen(name);

    return path_len > name_len && path[path_len - name_len - 1] == '/' && strcmp(path + path_len - name_len, name) == 0;
}

/* TAPE_FILES: another one. */
static enum tape_file file_of(int fd)
{
    char link[64], path[512];
    ssize_t len;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    len = readlink(link, path, sizeof path - 1);
    if (len <= 0)
        return TAPE_FILES;
    path[len] = '\0';
    return ends_with(path, "data.mdb") ? TAPE_DATA : ends_with(path, "write-ahead") ? TAPE_AHEAD : TAPE_FILES;
}

/* --- the tape --------------------------------------------------------------------------------------------- */

static void add(struct tape_event event)
{
    struct tape *t = running;

    if (t == NULL || (event.file == TAPE_FILES && event.kind < TAPE_BEGIN))
        return;
    if (t->count == t->cap) {
        t->cap = t->cap == 0 ? 1024 : t->cap * 2;
        t->events = realloc(t->events, t->cap * sizeof *t->events);
        ck_assert_ptr_nonnull(t->events);
    }
    if (event.bytes != NULL) {
        uint8_t *copy = malloc(event.len + 1);

        ck_assert_ptr_nonnull(copy);
        memcpy(copy, event.bytes, event.len);
        event.bytes = copy;
    }
    t->events[t->count++] = event;
}

static void read_base(struct tape *t, const char *dir, enum tape_file file)
{
    char path[512];
    struct stat st;
    int fd;

    (void)snprintf(path, sizeof path, "%s/%s", dir, tape_names[file]);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ck_assert_int_eq(fstat(fd, &st), 0);
    t->base_len[file] = (size_t)st.st_size;
    t->base[file] = malloc(t->base_len[file] + 1);
    ck_assert_int_eq(pread(fd, t->base[file], t->base_len[file], 0), st.st_size);
    (void)close(fd);
}

void tape_start(struct tape *t, const char *dir)
{
    memset(t, 0, sizeof *t);
    for (enum tape_file file = 0; file < TAPE_FILES; file++)
        read_base(t, dir, file);
    (void)pthread_mutex_lock(&lock);
    running = t;
    (void)pthread_mutex_unlock(&lock);
}

void tape_go_on(struct tape *t, const struct tape *before, size_t cut)
{
    memset(t, 0, sizeof *t);
    for (enum tape_file file = 0; file < TAPE_FILES; file++) {
        t->base_len[file] = before->base_len[file];
        t->base[file] = malloc(t->base_len[file] + 1);
        ck_assert_ptr_nonnull(t->base[file]);
        if (t->base_len[file] > 0)
            memcpy(t->base[file], before->base[file], t->base_len[file]);
    }
    (void)pthread_mutex_lock(&lock);
    running = t;
    for (size_t i = 0; i < cut; i++)
        add(before->events[i]);
    (void)pthread_mutex_unlock(&lock);
}

void tape_stop(void)
{
    (void)pthread_mutex_lock(&lock);
    running = NULL;
    (void)pthread_mutex_unlock(&lock);
}

void tape_done(struct tape *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->events[i].bytes);
    free(t->events);
    for (enum tape_file file = 0; file < TAPE_FILES; file++)
        free(t->base[file]);
    memset(t, 0, sizeof *t);
}

void tape_note(enum tape_kind kind, uint64_t number)
{
    (void)pthread_mutex_lock(&lock);
    add((struct tape_event){.kind = kind, .file = TAPE_FILES, .number = number});
    (void)pthread_mutex_unlock(&lock);
}

/* Before the call, because the disk may have it from then on. */
static void note_write(int fd, const void *bytes, size_t len, off_t offset, bool synchronous)
{
    (void)pthread_mutex_lock(&lock);
    if (running != NULL)
        add((struct tape_event){.kind = synchronous ? TAPE_SYNCHRONOUS_WRITE : TAPE_WRITE,
                                .file = file_of(fd),
                                .offset = (uint64_t)offset,
                                .len = len,
                                .bytes = (uint8_t *)(uintptr_t)bytes});
    (void)pthread_mutex_unlock(&lock);
}

static size_t events_so_far(void)
{
    size_t count;

    (void)pthread_mutex_lock(&lock);
    count = running != NULL ? running->count : 0;
    (void)pthread_mutex_unlock(&lock);
    return count;
}

/* After the call: what was written before it began is durable from now on. */
static void note_flush(int fd, size_t before)
{
    (void)pthread_mutex_lock(&lock);
    seen.flushes++;
    seen.meta_came_after_flush = false;
    if (running != NULL)
        add((struct tape_event){.kind = TAPE_FLUSH, .file = file_of(fd), .number = before});
    (void)pthread_mutex_unlock(&lock);
}

/* --- what LMDB and the store call -------------------------------------------------------------------------- */

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's names are reserved ones */
int fdatasync(int fd)
{
    size_t before = events_so_far();
    int rc;

    if (strikes(&flush_failure) || fails_with_all())
        return -1;
    rc = (int)syscall(SYS_fdatasync, fd);
    note_flush(fd, before);
    return rc;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): as above */
int fsync(int fd)
{
    struct stat st;
    bool is_folder = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);

    (void)pthread_mutex_lock(&lock);
    seen.folder_flushes += is_folder;
    (void)pthread_mutex_unlock(&lock);
    return (int)syscall(SYS_fsync, fd);
}

static bool is_synchronous(int fd)
{
    return (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
}

static void note_meta(int fd)
{
    (void)pthread_mutex_lock(&lock);
    seen.meta_writes++;
    seen.meta_is_synchronous = is_synchronous(fd);
    seen.meta_came_after_flush = true;
    (void)pthread_mutex_unlock(&lock);
}

static void note_other(int fd)
{
    enum tape_file file = file_of(fd);

    (void)pthread_mutex_lock(&lock);
    seen.page_writes += file == TAPE_DATA;
    seen.appends += file == TAPE_AHEAD;
    (void)pthread_mutex_unlock(&lock);
}

/* Pages are written whole; only the meta page's record is shorter than one. */
static bool is_meta_write(size_t len)
{
    return len < 512;
}

static ssize_t write_some(int fd, const void *data, size_t len, off_t offset)
{
    bool synchronous = is_synchronous(fd);
    ssize_t done;

    note_write(fd, data, len, offset, false);
    done = syscall(SYS_pwrite64, fd, data, len, offset);
    if (synchronous)
        note_write(fd, data, len, offset, true);
    return done;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): as above */
ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    if ((is_meta_write(len) && strikes(&meta_failure)) || fails_with_all())
        return -1;
    if (is_meta_write(len))
        note_meta(fd);
    else
        note_other(fd);
    if (atomic_load(&append_failure.countdown) > 0 && file_of(fd) == TAPE_AHEAD && strikes(&append_failure)) {
        (void)write_some(fd, data, append_failure.kept < len ? append_failure.kept : len, offset);
        errno = append_failure.code;
        return -1;
    }
    return write_some(fd, data, len, offset);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): as above */
ssize_t writev(int fd, const struct iovec *parts, int count)
{
    off_t at = lseek(fd, 0, SEEK_CUR);

    if (fails_with_all())
        return -1;
    note_other(fd);
    for (int i = 0; i < count; i++) {
        note_write(fd, parts[i].iov_base, parts[i].iov_len, at, false);
        at += (off_t)parts[i].iov_len;
    }
    return syscall(SYS_writev, fd, parts, (long)count);
}
