/* SPDX-License-Identifier: Apache-2.0 */
#include "host/keyring_file.h"

#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct keyring_file {
    int fd;
};

#define KEYRING_LEN_MAX ((size_t)128 << 20) /* above the keyring's greatest */

static enum cw_err open_fd(const char *path, int *out_fd, struct refusal *why)
{
    bool existed = access(path, F_OK) == 0;
    int fd;
    enum cw_err err = existed ? file_check(path, KEYRING_LEN_MAX, FILE_SECRET, why) : CW_OK;

    if (err != CW_OK)
        return err;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return refuse(why, CW_LOCAL_IO, "keyring", "%.150s: %s", path, strerror(errno));
    if (!existed && file_sync_parent(path) != CW_OK) {
        (void)close(fd);
        return refuse(why, CW_LOCAL_IO, "keyring", "%.150s: its folder cannot be flushed", path);
    }
    *out_fd = fd;
    return CW_OK;
}

static enum cw_err take_fd(int fd, struct keyring_file **out)
{
    struct keyring_file *k = malloc(sizeof *k);

    if (k == NULL) {
        (void)close(fd);
        return CW_LOCAL_MEMORY;
    }
    k->fd = fd;
    *out = k;
    return CW_OK;
}

enum cw_err keyring_file_open(const char *path, struct keyring_file **out, struct refusal *why)
{
    int fd = -1;
    enum cw_err err = open_fd(path, &fd, why);

    if (err != CW_OK)
        return err;
    err = take_fd(fd, out);
    return err == CW_OK ? CW_OK : refuse(why, err, "keyring", "no memory");
}

enum cw_err keyring_file_look(const char *path, struct keyring_file **out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    return fd < 0 ? CW_LOCAL_NOT_FOUND : take_fd(fd, out);
}

void keyring_file_close(struct keyring_file *k)
{
    if (k == NULL)
        return;
    (void)close(k->fd);
    free(k);
}

enum cw_err keyring_file_read(struct keyring_file *k, uint64_t offset, uint8_t *out, size_t len)
{
    while (len > 0) {
        ssize_t got = pread(k->fd, out, len, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return CW_LOCAL_IO;
        if (got == 0)
            return CW_LOCAL_NOT_FOUND;
        out += got;
        offset += (uint64_t)got;
        len -= (size_t)got;
    }
    return CW_OK;
}

static enum cw_err write_error(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? CW_LOCAL_NO_SPACE : CW_LOCAL_IO;
}

enum cw_err keyring_file_write(struct keyring_file *k, uint64_t offset, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = pwrite(k->fd, bytes, len, (off_t)offset);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return write_error();
        bytes += put;
        offset += (uint64_t)put;
        len -= (size_t)put;
    }
    return fdatasync(k->fd) == 0 ? CW_OK : write_error();
}
