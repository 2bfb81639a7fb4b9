/* SPDX-License-Identifier: Apache-2.0 */
#include "host/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum cw_err lock_file_hold(int fd)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return CW_LOCAL_LOCKED;
        if (errno != EINTR)
            return CW_LOCAL_IO;
    }
    return CW_OK;
}

/* 0 when the file does not say. */
static long holder_of(int fd)
{
    char text[24] = "";
    ssize_t len = pread(fd, text, sizeof text - 1, 0);

    return len > 0 ? strtol(text, NULL, 10) : 0;
}

/* For people only: that it may fail changes nothing about the lock. One length, so that no older number shows through. */
static void write_holder(int fd)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%-20ld\n", (long)getpid());

    if (pwrite(fd, text, (size_t)len, 0) != len)
        return;
}

static enum cw_err refuse_held(const char *path, int fd, struct refusal *why)
{
    return refuse(why, CW_LOCAL_LOCKED, "lock", "%.120s is held by process %ld: this division already runs here", path,
                  holder_of(fd));
}

enum cw_err lock_file_look(const char *path, struct refusal *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    enum cw_err err = CW_OK;

    if (fd >= 0 && lock_file_hold(fd) == CW_LOCAL_LOCKED)
        err = refuse_held(path, fd, why);
    lock_file_drop(fd);
    return err;
}

enum cw_err lock_file_take(const char *path, int *out_fd, struct refusal *why)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    enum cw_err err;

    if (fd < 0)
        return refuse(why, CW_LOCAL_IO, "lock", "%.150s: %s", path, strerror(errno));
    err = lock_file_hold(fd);
    if (err == CW_LOCAL_LOCKED)
        (void)refuse_held(path, fd, why);
    else if (err != CW_OK)
        (void)refuse(why, err, "lock", "%.150s: %s", path, strerror(errno));
    if (err != CW_OK) {
        (void)close(fd);
        return err;
    }
    write_holder(fd);
    *out_fd = fd;
    return CW_OK;
}

void lock_file_drop(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}
