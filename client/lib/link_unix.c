/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's admin socket: be32 length, then the frame, both ways. Who may speak is decided by the daemon
 * from the credentials of this process.
 */
#include "lib/fault.h"
#include "lib/link.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct link_unix {
    struct link base;
    int fd;
    char path[108];
};

static enum cw_err no_daemon(struct link_unix *l, struct cw_fault *fault, const char *what)
{
    return fault_set(fault, CW_AGAIN_NO_DAEMON, l->path, "%s", what);
}

static enum cw_err connect_once(struct link_unix *l, struct cw_fault *fault)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    if (l->fd >= 0)
        return CW_OK;
    memcpy(to.sun_path, l->path, strlen(l->path) + 1);
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0)
        return fault_set(fault, CW_LOCAL_IO, l->path, "no socket could be made");
    if (connect(l->fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
        return CW_OK;
    int why = errno;
    close(l->fd);
    l->fd = -1;
    errno = why;
    if (why == EACCES || why == EPERM)
        return fault_set(fault, CW_REFUSED_READER, l->path, "this user may not open the daemon's admin socket");
    return no_daemon(l, fault, "the daemon's admin socket does not answer: it is not running, or not here");
}

static void hang_up(struct link_unix *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}

/* Moves all of len bytes one way; false on end, error or deadline. */
static bool move_all(struct link_unix *l, uint8_t *bytes, size_t len, bool out, struct cw_mono deadline)
{
    size_t done = 0;

    while (done < len) {
        struct pollfd wait = {.fd = l->fd, .events = out ? POLLOUT : POLLIN};
        ssize_t moved;

        if (poll(&wait, 1, link_ms_left(deadline)) <= 0)
            return false;
        moved = out ? send(l->fd, bytes + done, len - done, MSG_NOSIGNAL) : recv(l->fd, bytes + done, len - done, 0);
        if (moved < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (moved <= 0)
            return false;
        done += (size_t)moved;
    }
    return true;
}

static enum cw_err unix_send(struct link *link, struct cw_slice frame, struct cw_mono deadline, struct cw_fault *fault)
{
    struct link_unix *l = (struct link_unix *)link;
    struct buf all = {0};
    enum cw_err err = connect_once(l, fault);
    bool sent;

    if (err != CW_OK)
        return err;
    err = buf_add_be32(&all, (uint32_t)frame.len);
    if (err == CW_OK)
        err = buf_add(&all, frame);
    sent = err == CW_OK && move_all(l, all.data, all.len, true, deadline);
    buf_done(&all);
    if (err != CW_OK)
        return fault_plain(fault, err, l->path);
    if (sent)
        return CW_OK;
    hang_up(l);
    return no_daemon(l, fault, "the daemon closed its admin socket, or took too long");
}

static enum cw_err unix_receive(struct link *link, struct cw_mono deadline, struct buf *out_frame,
                                struct cw_fault *fault)
{
    struct link_unix *l = (struct link_unix *)link;
    uint8_t head[4];
    uint32_t len;

    if (l->fd < 0 || !move_all(l, head, sizeof(head), false, deadline)) {
        hang_up(l);
        return no_daemon(l, fault, "no answer on the admin socket in time");
    }
    len = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
    if (len > CW_MESSAGE_LEN_MAX) {
        hang_up(l);
        return fault_set(fault, CW_PEER_MALFORMED, l->path, "an answer of %u bytes is longer than the limit", len);
    }
    buf_clear(out_frame);
    if (buf_reserve(out_frame, len) != CW_OK)
        return fault_plain(fault, CW_LOCAL_MEMORY, l->path);
    if (!move_all(l, out_frame->data, len, false, deadline)) {
        hang_up(l);
        return no_daemon(l, fault, "the answer on the admin socket stopped in the middle");
    }
    out_frame->len = len;
    return CW_OK;
}

static void unix_close(struct link *link)
{
    hang_up((struct link_unix *)link);
    free(link);
}

static const struct link_ops unix_ops = {unix_send, unix_receive, unix_close};

enum cw_err link_unix_open(const char *path, struct link **out_link, struct cw_fault *fault)
{
    struct link_unix *l;

    if (strlen(path) >= sizeof(l->path))
        return fault_set(fault, CW_USAGE_ARGUMENT, "admin_socket", "the path is longer than a Unix socket's may be");
    l = calloc(1, sizeof(*l));
    if (l == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    l->base.ops = &unix_ops;
    l->fd = -1;
    memcpy(l->path, path, strlen(path) + 1);
    *out_link = &l->base;
    return CW_OK;
}
