/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/hook_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define CHUNK_LEN 4096
#define CHUNKS_AT_ONCE 256 /* in one go: whoever prints faster than it is read holds nobody up */

int hook_output_open(struct hook_output *out)
{
    int ends[2];

    *out = (struct hook_output){.fd = -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        close(ends[0]);
        close(ends[1]);
        return -1;
    }
    *out = (struct hook_output){.open = true, .fd = ends[0]};
    return ends[1];
}

static void hand_on(struct hook_output *out, const char *bytes, size_t len)
{
    size_t room = HOOK_OUTPUT_LEN_MAX - out->len;

    out->cut = out->cut || len > room;
    len = len < room ? len : room;
    if (len == 0)
        return;
    fwrite(bytes, 1, len, stderr);
    out->len += len;
    out->in_a_line = bytes[len - 1] != '\n';
}

void hook_output_take(struct hook_output *out)
{
    char bytes[CHUNK_LEN];

    for (int i = 0; out->open && i < CHUNKS_AT_ONCE; i++) {
        ssize_t got = read(out->fd, bytes, sizeof(bytes));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0) {
            close(out->fd);
            out->open = false;
            return;
        }
        hand_on(out, bytes, (size_t)got);
    }
}

void hook_output_end(struct hook_output *out)
{
    hook_output_take(out);
    if (out->in_a_line)
        fputc('\n', stderr);
    out->in_a_line = false;
    if (out->open)
        close(out->fd);
    out->open = false;
}
