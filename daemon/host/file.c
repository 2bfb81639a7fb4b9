/* SPDX-License-Identifier: Apache-2.0 */
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum cw_err error_of(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return CW_LOCAL_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return CW_LOCAL_NO_SPACE;
    case ENOMEM:
        return CW_LOCAL_MEMORY;
    case EACCES:
    case EPERM:
    case EROFS:
        return CW_LOCAL_CONFIG; /* stays so until somebody changes it */
    default:
        return CW_LOCAL_IO;
    }
}

/* errno as it is now, as a sentence about the file. */
static enum cw_err failed(const char *path, struct refusal *why)
{
    int code = errno;

    return refuse(why, error_of(code), "file", "%.150s: %s", path, strerror(code));
}

/* --- checks ------------------------------------------------------------------------------------------- */

static enum cw_err check_privacy(const char *path, const struct stat *st, enum file_privacy privacy,
                                 struct refusal *why)
{
    mode_t too_open = privacy == FILE_CREDENTIAL ? 037 : 077;
    bool handed = privacy == FILE_CREDENTIAL && geteuid() == 0; /* to a unit's user; it is root who looks */

    if (privacy == FILE_PUBLIC)
        return CW_OK;
    if (!handed && st->st_uid != geteuid() && st->st_uid != 0)
        return refuse(why, CW_LOCAL_CONFIG, "file", "%.120s belongs to another user, who could replace it: chown it",
                      path);
    if ((st->st_mode & too_open) != 0)
        return refuse(why, CW_LOCAL_CONFIG, "file", "%.120s holds a secret and has mode %04o: chmod 600 it", path,
                      (unsigned int)st->st_mode & 07777);
    return CW_OK;
}

static enum cw_err check_open(int fd, const char *path, size_t max, enum file_privacy privacy, struct refusal *why)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return failed(path, why);
    if (!S_ISREG(st.st_mode))
        return refuse(why, CW_LOCAL_CONFIG, "file", "%.150s is not a regular file", path);
    if ((uint64_t)st.st_size > max)
        return refuse(why, CW_REFUSED_SIZE, "file", "%.120s is longer than %zu bytes", path, max);
    return check_privacy(path, &st, privacy, why);
}

/* NONBLOCK: a pipe put in the file's place would otherwise stop us before it is refused. */
static enum cw_err open_checked(const char *path, size_t max, enum file_privacy privacy, int *out_fd,
                                struct refusal *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum cw_err err;

    if (fd < 0)
        return failed(path, why);
    err = check_open(fd, path, max, privacy, why);
    if (err != CW_OK) {
        (void)close(fd);
        return err;
    }
    *out_fd = fd;
    return CW_OK;
}

enum cw_err file_check(const char *path, size_t max, enum file_privacy privacy, struct refusal *why)
{
    int fd = -1;
    enum cw_err err = open_checked(path, max, privacy, &fd, why);

    if (err == CW_OK)
        (void)close(fd);
    return err;
}

enum cw_err file_check_private(const char *path, struct refusal *why)
{
    struct stat st;

    return stat(path, &st) == 0 ? check_privacy(path, &st, FILE_SECRET, why) : CW_OK;
}

#define READ_CHUNK 4096

/* --- reading ------------------------------------------------------------------------------------------ */

/* Until the end, whatever the size was said to be: a file that grows meanwhile is refused as well. */
static enum cw_err read_chunks(int fd, const char *path, size_t max, uint8_t chunk[static READ_CHUNK], struct buf *out,
                               struct refusal *why)
{
    size_t before = out->len;

    for (;;) {
        ssize_t got = read(fd, chunk, READ_CHUNK);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(path, why);
        if (got == 0)
            return CW_OK;
        if (out->len - before + (size_t)got > max)
            return refuse(why, CW_REFUSED_SIZE, "file", "%.120s is longer than %zu bytes", path, max);
        if (buf_add(out, slice(chunk, (size_t)got)) != CW_OK)
            return refuse(why, CW_LOCAL_MEMORY, "file", "%.120s: no memory to read it", path);
    }
}

static enum cw_err read_all(int fd, const char *path, size_t max, struct buf *out, struct refusal *why)
{
    uint8_t chunk[READ_CHUNK];
    enum cw_err err = read_chunks(fd, path, max, chunk, out, why);

    explicit_bzero(chunk, sizeof chunk); /* it may have held a key */
    return err;
}

enum cw_err file_read(const char *path, size_t max, enum file_privacy privacy, struct buf *out, struct refusal *why)
{
    size_t before = out->len;
    int fd = -1;
    enum cw_err err = open_checked(path, max, privacy, &fd, why);

    if (err != CW_OK)
        return err;
    err = read_all(fd, path, max, out, why);
    (void)close(fd);
    if (err != CW_OK)
        out->len = before;
    return err;
}

/* --- writing ------------------------------------------------------------------------------------------ */

static bool write_all(int fd, struct cw_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.data, bytes.len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes = slice(bytes.data + put, bytes.len - (size_t)put);
    }
    return true;
}

static enum cw_err fill_and_flush(int fd, const char *path, struct cw_slice bytes, unsigned int mode,
                                  struct refusal *why)
{
    if (fchmod(fd, mode) != 0 || !write_all(fd, bytes) || fsync(fd) != 0)
        return failed(path, why);
    return CW_OK;
}

enum cw_err file_write(const char *path, struct cw_slice bytes, unsigned int mode, struct refusal *why)
{
    char temporary[FILE_PATH_LEN_MAX];
    int len = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int fd;
    enum cw_err err;

    if (len < 0 || (size_t)len >= sizeof temporary)
        return refuse(why, CW_LOCAL_CONFIG, "file", "%.150s: the name is too long", path);
    fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return failed(path, why);
    err = fill_and_flush(fd, path, bytes, mode, why);
    (void)close(fd);
    if (err == CW_OK && rename(temporary, path) != 0)
        err = failed(path, why);
    if (err != CW_OK) {
        (void)unlink(temporary);
        return err;
    }
    err = file_sync_parent(path);
    return err == CW_OK ? CW_OK : failed(path, why);
}

enum cw_err file_append(const char *path, struct cw_slice bytes, unsigned int mode, struct refusal *why)
{
    bool existed = access(path, F_OK) == 0;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
    enum cw_err err = CW_OK;

    if (fd < 0)
        return failed(path, why);
    if (!write_all(fd, bytes) || fdatasync(fd) != 0)
        err = failed(path, why);
    (void)close(fd);
    if (err == CW_OK && !existed && file_sync_parent(path) != CW_OK)
        err = failed(path, why);
    return err;
}

/* --- folders and names --------------------------------------------------------------------------------- */

enum cw_err file_make_folder(const char *path, unsigned int mode, struct refusal *why)
{
    struct stat st;

    if (mkdir(path, mode) == 0)
        return file_sync_parent(path) == CW_OK ? CW_OK : failed(path, why);
    if (errno != EEXIST || stat(path, &st) != 0)
        return failed(path, why);
    if (!S_ISDIR(st.st_mode))
        return refuse(why, CW_LOCAL_CONFIG, "file", "%.150s is not a folder", path);
    return access(path, W_OK | X_OK) == 0 ? CW_OK : failed(path, why);
}

enum cw_err file_sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum cw_err err;

    if (fd < 0)
        return CW_LOCAL_IO;
    err = fsync(fd) == 0 ? CW_OK : CW_LOCAL_IO;
    (void)close(fd);
    return err;
}

enum cw_err file_sync_parent(const char *path)
{
    char parent[PATH_MAX];
    const char *name = strrchr(path, '/');
    size_t len = name != NULL ? (size_t)(name - path) : 0;

    if (name == NULL)
        return file_sync_folder(".");
    if (len == 0)
        return file_sync_folder("/");
    if (len >= sizeof parent)
        return CW_LOCAL_CONFIG;
    memcpy(parent, path, len);
    parent[len] = '\0';
    return file_sync_folder(parent);
}

enum cw_err file_join(const char *dir, const char *name, char out[static FILE_PATH_LEN_MAX])
{
    int len = snprintf(out, FILE_PATH_LEN_MAX, "%s/%s", dir, name);

    return len > 0 && len < FILE_PATH_LEN_MAX ? CW_OK : CW_LOCAL_CONFIG;
}
