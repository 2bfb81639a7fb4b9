/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static enum cw_err read_all(int fd, size_t max, struct buf *out)
{
    size_t start = out->len;

    for (;;) {
        ssize_t got;

        if (buf_reserve(out, 65536) != CW_OK)
            return CW_LOCAL_MEMORY;
        got = read(fd, out->data + out->len, 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? CW_OK : CW_LOCAL_IO;
        out->len += (size_t)got;
        if (out->len - start > max)
            return CW_REFUSED_SIZE;
    }
}

enum cw_err file_read(const char *path, size_t max, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum cw_err err;

    if (fd < 0)
        return errno == ENOENT ? CW_LOCAL_NOT_FOUND : CW_LOCAL_IO;
    err = read_all(fd, max, out);
    close(fd);
    return err;
}

static bool write_all(int fd, struct cw_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.data, bytes.len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes = slice(bytes.data + put, bytes.len - (size_t)put);
    }
    return fsync(fd) == 0;
}

/* Written and synced beside its place, under a name that nobody reads. */
static enum cw_err write_beside(const char *path, struct cw_slice bytes, unsigned mode, char fresh[static PATH_LEN_MAX])
{
    bool written;
    int fd;

    if (snprintf(fresh, PATH_LEN_MAX, "%s.new", path) >= PATH_LEN_MAX)
        return CW_LOCAL_IO;
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return CW_LOCAL_IO;
    written = write_all(fd, bytes);
    if (close(fd) == 0 && written)
        return CW_OK;
    unlink(fresh);
    return CW_LOCAL_IO;
}

static enum cw_err sync_folder_of(const char *path)
{
    char folder[PATH_LEN_MAX];
    char *slash;
    int fd;
    bool synced;

    snprintf(folder, sizeof(folder), "%s", path);
    slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder] = '\0';
    fd = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); /* some file systems know no such thing */
    if (fd >= 0)
        close(fd);
    return synced ? CW_OK : CW_LOCAL_IO;
}

enum cw_err file_write(const char *path, struct cw_slice bytes, unsigned mode)
{
    char fresh[PATH_LEN_MAX];
    enum cw_err err = write_beside(path, bytes, mode, fresh);

    if (err != CW_OK)
        return err;
    if (rename(fresh, path) == 0)
        return sync_folder_of(path);
    unlink(fresh);
    return CW_LOCAL_IO;
}

/* Some file systems know no rename that spares what is there: a second name for it, then, and the first taken away. */
static bool name_new(const char *fresh, const char *path)
{
    if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return true;
    return (errno == EINVAL || errno == ENOSYS) && link(fresh, path) == 0 && unlink(fresh) == 0;
}

enum cw_err file_write_new(const char *path, struct cw_slice bytes, unsigned mode)
{
    char fresh[PATH_LEN_MAX];
    enum cw_err err = write_beside(path, bytes, mode, fresh);

    if (err != CW_OK)
        return err;
    if (name_new(fresh, path))
        return sync_folder_of(path);
    err = errno == EEXIST ? CW_REFUSED_REUSED_ID : CW_LOCAL_IO;
    unlink(fresh);
    return err;
}

enum cw_err folder_make(const char *path, unsigned mode)
{
    char part[PATH_LEN_MAX];

    for (size_t i = 1;; i++) {
        if (i >= sizeof(part))
            return CW_LOCAL_IO;
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return CW_LOCAL_IO;
        if (path[i] == '\0')
            return CW_OK;
    }
}

bool folder_is_empty(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    bool empty = dir != NULL;

    while (empty && (entry = readdir(dir)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (dir != NULL)
        closedir(dir);
    return empty;
}

bool path_absolute(const char *path, char out[static PATH_LEN_MAX])
{
    char *whole = realpath(path, NULL);
    bool fits = whole != NULL && snprintf(out, PATH_LEN_MAX, "%s", whole) < PATH_LEN_MAX;

    free(whole);
    return fits;
}

bool path_join(char out[static PATH_LEN_MAX], const char *dir, const char *format, ...)
{
    char name[PATH_LEN_MAX];
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(name, sizeof(name), format, arguments);
    va_end(arguments);
    return len >= 0 && len < (int)sizeof(name) && snprintf(out, PATH_LEN_MAX, "%s/%s", dir, name) < PATH_LEN_MAX;
}
