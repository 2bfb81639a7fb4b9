/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define CHUNK_LEN 16384

bool file_path(char out[static FILE_PATH_LEN_MAX], const char *folder, const char *name)
{
    int len = snprintf(out, FILE_PATH_LEN_MAX, "%s/%s", folder, name);

    return len > 0 && len < FILE_PATH_LEN_MAX;
}

static enum cw_err take_all(int fd, size_t max, struct buf *out)
{
    size_t start = out->len;

    for (;;) {
        ssize_t got;

        if (buf_reserve(out, CHUNK_LEN) != CW_OK)
            return CW_LOCAL_MEMORY;
        got = read(fd, out->data + out->len, CHUNK_LEN);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? CW_OK : CW_LOCAL_IO;
        out->len += (size_t)got;
        if (out->len - start > max)
            return CW_REFUSED_SIZE;
    }
}

enum cw_err file_take(const char *path, size_t max, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum cw_err err;

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? CW_LOCAL_NOT_FOUND : CW_LOCAL_IO;
    err = take_all(fd, max, out);
    close(fd);
    return err;
}
