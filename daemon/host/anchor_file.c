/* SPDX-License-Identifier: Apache-2.0 */
#include "host/anchor_file.h"

#include "host/file.h"
#include "host/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

struct anchor_file {
    int fd;
    bool survives_reboot;
};

static bool survives_reboot(int fd)
{
    struct statfs fs;

    if (fstatfs(fd, &fs) != 0)
        return true;
    return fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC;
}

static enum cw_err lock(int fd, const char *path, struct refusal *why)
{
    enum cw_err err = lock_file_hold(fd);

    if (err == CW_LOCAL_LOCKED)
        return refuse(why, err, "anchor", "%.120s is held by another process: this division already runs here", path);
    if (err != CW_OK)
        return refuse(why, err, "anchor", "%.150s: %s", path, strerror(errno));
    return CW_OK;
}

enum cw_err anchor_file_open(const char *path, struct anchor_file **out, struct refusal *why)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct anchor_file *a;
    enum cw_err err;

    if (fd < 0)
        return refuse(why, CW_LOCAL_IO, "anchor", "%.150s: %s", path, strerror(errno));
    err = lock(fd, path, why);
    a = err == CW_OK ? malloc(sizeof *a) : NULL;
    if (a == NULL) {
        (void)close(fd);
        return err != CW_OK ? err : refuse(why, CW_LOCAL_MEMORY, "anchor", "no memory");
    }
    *a = (struct anchor_file){fd, survives_reboot(fd)};
    *out = a;
    return CW_OK;
}

enum cw_err anchor_file_look(const char *path, struct anchor_file **out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct anchor_file *a = fd < 0 ? NULL : malloc(sizeof *a);

    if (a == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return CW_LOCAL_NOT_FOUND;
    }
    *a = (struct anchor_file){fd, survives_reboot(fd)};
    *out = a;
    return CW_OK;
}

void anchor_file_close(struct anchor_file *a)
{
    if (a == NULL)
        return;
    (void)close(a->fd); /* the file stays: the next start reads it */
    free(a);
}

bool anchor_file_survives_reboot(const struct anchor_file *a)
{
    return a->survives_reboot;
}

enum cw_err anchor_file_read(struct anchor_file *a, uint8_t *out, size_t len)
{
    uint8_t bytes[ANCHOR_LEN_MAX + 1];
    ssize_t got = pread(a->fd, bytes, sizeof bytes, 0);

    CW_ASSERT(len <= ANCHOR_LEN_MAX);
    if (got < 0)
        return CW_LOCAL_IO;
    if (got == 0)
        return CW_LOCAL_NOT_FOUND;
    if ((size_t)got != len)
        return CW_LOCAL_CORRUPT;
    memcpy(out, bytes, len);
    return CW_OK;
}

enum cw_err anchor_file_write(struct anchor_file *a, const uint8_t *bytes, size_t len)
{
    ssize_t put;

    CW_ASSERT(len > 0 && len <= ANCHOR_LEN_MAX);
    do {
        put = pwrite(a->fd, bytes, len, 0);
    } while (put < 0 && errno == EINTR);
    if (put == (ssize_t)len)
        return CW_OK;
    return put < 0 && errno != ENOSPC ? CW_LOCAL_IO : CW_LOCAL_NO_SPACE;
}

/* --- the boot id ----------------------------------------------------------------------------------------- */

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_TEXT_LEN 36 /* 8-4-4-4-12 hexadecimal digits */

static bool take_digits(struct cw_slice text, char out[static 33])
{
    size_t count = 0;

    for (size_t i = 0; i < text.len && i < BOOT_ID_TEXT_LEN; i++) {
        if (text.data[i] == '-')
            continue;
        if (count == 32)
            return false;
        out[count++] = (char)text.data[i];
    }
    out[count] = '\0';
    return count == 32;
}

void boot_id_read(uint8_t out[static 16])
{
    CW_AUTO(buf_done) struct buf text = {0};
    char digits[33];

    memset(out, 0, 16);
    if (file_read(BOOT_ID_PATH, 256, FILE_PUBLIC, &text, NULL) != CW_OK)
        return;
    if (!take_digits(buf_slice(&text), digits) || hex_parse(digits, out, 16) != CW_OK)
        memset(out, 0, 16);
}
