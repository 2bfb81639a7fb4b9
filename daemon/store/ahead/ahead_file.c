/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ahead_file.h"

#include "host/file.h"
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "write-ahead"
#define PART_NAME "write-ahead.part"

static void path_of(const char *dir, const char *name, char out[static STORE_PATH_LEN_MAX + 32])
{
    int len = snprintf(out, STORE_PATH_LEN_MAX + 32, "%s/%s", dir, name);

    CW_ASSERT(len > 0 && len < STORE_PATH_LEN_MAX + 32); /* store_open bounded the folder's name */
}

uint64_t ahead_segment_len(uint64_t len)
{
    uint64_t segment_len = len / AHEAD_SEGMENTS / AHEAD_PAGE_LEN * AHEAD_PAGE_LEN;

    if (segment_len < AHEAD_SEGMENT_LEN_MIN)
        return 0;
    return segment_len < AHEAD_SEGMENT_LEN_MAX ? segment_len : AHEAD_SEGMENT_LEN_MAX;
}

enum cw_err ahead_file_open(const char *dir, bool read_only, struct ahead_file *out)
{
    char path[STORE_PATH_LEN_MAX + 32];
    struct stat st;
    int fd;

    path_of(dir, NAME, path);
    fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? CW_LOCAL_NOT_FOUND : CW_LOCAL_IO;
    if (fstat(fd, &st) != 0) {
        (void)close(fd);
        return CW_LOCAL_IO;
    }
    out->fd = fd;
    out->segment_len = ahead_segment_len((uint64_t)st.st_size);
    if (out->segment_len != 0 && out->segment_len * AHEAD_SEGMENTS == (uint64_t)st.st_size)
        return CW_OK;
    ahead_file_close(out);
    return CW_LOCAL_CORRUPT;
}

static int write_all(int fd, const uint8_t *bytes, size_t len, uint64_t at)
{
    while (len > 0) {
        ssize_t done = pwrite(fd, bytes, len, (off_t)at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done == 0 ? ENOSPC : errno;
        bytes += done;
        len -= (size_t)done;
        at += (uint64_t)done;
    }
    return 0;
}

/* Taken first, so that a full disk is met before anything is written; then written, because blocks that are only taken
 * cost the file system's journal at their first use. */
static int fill(int fd, uint64_t len)
{
    static const uint8_t zeros[64 << 10];
    int rc = posix_fallocate(fd, 0, (off_t)len);

    for (uint64_t at = 0; rc == 0 && at < len; at += sizeof zeros) {
        uint64_t left = len - at;

        rc = write_all(fd, zeros, left < sizeof zeros ? (size_t)left : sizeof zeros, at);
    }
    return rc == 0 && fsync(fd) != 0 ? errno : rc;
}

static enum cw_err make_part(const char *path, uint64_t len, int *out_fd)
{
    int rc;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return errno == ENOSPC || errno == EDQUOT ? CW_LOCAL_NO_SPACE : CW_LOCAL_IO;
    rc = fill(fd, len);
    if (rc == 0) {
        *out_fd = fd;
        return CW_OK;
    }
    (void)close(fd);
    (void)unlink(path);
    return rc == ENOSPC || rc == EDQUOT || rc == EFBIG ? CW_LOCAL_NO_SPACE : CW_LOCAL_IO;
}

enum cw_err ahead_file_make(const char *dir, uint64_t segment_len, struct ahead_file *out)
{
    char part[STORE_PATH_LEN_MAX + 32], path[STORE_PATH_LEN_MAX + 32];
    int fd = -1;
    enum cw_err err;

    path_of(dir, PART_NAME, part);
    path_of(dir, NAME, path);
    ahead_file_remove(dir);
    err = make_part(part, segment_len * AHEAD_SEGMENTS, &fd);
    if (err != CW_OK)
        return err;
    if (rename(part, path) != 0 || file_sync_folder(dir) != CW_OK) {
        (void)close(fd);
        (void)unlink(part);
        return CW_LOCAL_IO;
    }
    *out = (struct ahead_file){fd, segment_len};
    return CW_OK;
}

void ahead_file_close(struct ahead_file *f)
{
    if (f->fd >= 0)
        (void)close(f->fd);
    f->fd = -1;
}

void ahead_file_remove(const char *dir)
{
    char path[STORE_PATH_LEN_MAX + 32];

    path_of(dir, NAME, path);
    (void)unlink(path);
}

static uint64_t offset_of(const struct ahead_file *f, uint32_t segment, uint64_t at, size_t len)
{
    CW_ASSERT(segment < AHEAD_SEGMENTS && at <= f->segment_len && len <= f->segment_len - at);
    return segment * f->segment_len + at;
}

enum cw_err ahead_file_read(const struct ahead_file *f, uint32_t segment, uint64_t at, uint8_t *out, size_t len)
{
    uint64_t from = offset_of(f, segment, at, len);

    while (len > 0) {
        ssize_t done = pread(f->fd, out, len, (off_t)from);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return CW_LOCAL_IO;
        out += done;
        len -= (size_t)done;
        from += (uint64_t)done;
    }
    return CW_OK;
}

int ahead_file_write(const struct ahead_file *f, uint32_t segment, uint64_t at, const uint8_t *bytes, size_t len)
{
    int rc = write_all(f->fd, bytes, len, offset_of(f, segment, at, len));

    return rc == 0 && fdatasync(f->fd) != 0 ? errno : rc;
}
