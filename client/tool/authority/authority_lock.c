/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One writer at a time. Two that both read where the log ends would both write its next entry: a fork, for good. The
 * lock is taken before the log is read and kept until the folder is closed; the kernel lets go of it when a process ends,
 * however it ends. Copies of the folder are beyond it: against those, a daemon is asked.
 */
#include "tool/authority.h"

#include "lib/fault.h"
#include "lib/link.h"
#include "lib/when.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HOLDER_LEN_MAX 24

/* For people only: that it may fail changes nothing about the lock. One length, so that no older number shows through. */
static void write_holder(int fd)
{
    char text[HOLDER_LEN_MAX];
    int len = snprintf(text, sizeof(text), "%-20ld\n", (long)getpid());

    if (pwrite(fd, text, (size_t)len, 0) != len)
        return;
}

static enum cw_err name_holder(int fd, const char *path, int64_t wait_ms, struct cw_fault *fault)
{
    char text[HOLDER_LEN_MAX] = "", since[WHEN_TEXT_LEN_MAX];
    ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
    long process = len > 0 ? strtol(text, NULL, 10) : 0;
    struct stat info;

    if (process <= 0 || fstat(fd, &info) != 0)
        return fault_set(fault, CW_AGAIN_BUSY, path, "another process writes on this authority's log");
    when_short((struct cw_wall){(int64_t)info.st_mtim.tv_sec * 1000}, when_now(), since);
    return fault_set(fault, CW_AGAIN_BUSY, path,
                     "process %ld has had this authority's log to itself since %s; waited %lld s for it", process,
                     since, (long long)(wait_ms / 1000));
}

/* flock() knows no bound, so it is asked again and again: commands that queue here are few, and soon done. */
static enum cw_err wait_for(int fd, int64_t wait_ms)
{
    static const struct timespec pause_between = {0, 20000000};
    struct cw_mono deadline = {link_now().ms + wait_ms};

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK && link_ms_left(deadline) <= 0)
            return CW_AGAIN_BUSY;
        if (errno == EWOULDBLOCK)
            nanosleep(&pause_between, NULL);
        else if (errno != EINTR)
            return CW_LOCAL_IO;
    }
    return CW_OK;
}

enum cw_err authority_lock(const char *dir, int64_t wait_ms, int *out_fd, struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];
    int fd = path_join(path, dir, "lock") ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    enum cw_err err;

    if (fd < 0)
        return fault_set(fault, CW_LOCAL_IO, path, "the folder cannot be locked: %s", strerror(errno));
    err = wait_for(fd, wait_ms);
    if (err == CW_OK) {
        write_holder(fd);
        *out_fd = fd;
        return CW_OK;
    }
    if (err == CW_AGAIN_BUSY)
        (void)name_holder(fd, path, wait_ms, fault);
    else
        (void)fault_set(fault, err, path, "the folder cannot be locked: %s", strerror(errno));
    close(fd);
    return err;
}

void authority_unlock(int fd)
{
    close(fd);
}
