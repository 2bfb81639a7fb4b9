/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's admin socket: be32 length, then the frame, both ways. Who may speak is decided by the daemon from the
 * credentials of this process.
 */
#include "lib/fault.h"
#include "lib/link.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD_LEN 4
/* What may wait to be written: one frame of the longest kind, and a little. */
#define OUT_LEN_MAX (CW_MESSAGE_LEN_MAX + 65536)

struct link_unix {
    struct link base;
    int fd;
    char path[108];
    struct buf out; /* not yet written */
    struct buf in;  /* the frame that is coming, its length first */
};

static void unix_shut(struct link *link)
{
    struct link_unix *l = (struct link_unix *)link;

    if (l->fd >= 0)
        close(l->fd); /* leaves the epoll set by itself */
    l->fd = -1;
    buf_clear(&l->out);
    buf_clear(&l->in);
    link->state = LINK_IDLE;
}

static enum cw_err lose(struct link_unix *l, enum cw_err code, const char *what)
{
    fault_set(&l->base.fault, code, l->path, "%s", what);
    unix_shut(&l->base);
    l->base.lost_count++;
    return code;
}

static void watch(struct link_unix *l, int how)
{
    struct epoll_event event = {.events = EPOLLIN | (l->out.len > 0 ? EPOLLOUT : 0u)};

    epoll_ctl(l->base.epoll, how, l->fd, &event);
}

static enum cw_err unix_open(struct link *link)
{
    struct link_unix *l = (struct link_unix *)link;
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    memcpy(to.sun_path, l->path, strlen(l->path) + 1);
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0)
        return fault_set(&link->fault, CW_LOCAL_IO, l->path, "no socket could be made");
    if (connect(l->fd, (const struct sockaddr *)&to, sizeof(to)) == 0) {
        watch(l, EPOLL_CTL_ADD);
        link->state = LINK_READY;
        fault_set(&link->fault, CW_AGAIN_NO_DAEMON, l->path, "no answer on the admin socket in time");
        return CW_OK;
    }
    if (errno == EACCES || errno == EPERM)
        return lose(l, CW_REFUSED_READER, "this user may not open the daemon's admin socket");
    return lose(l, CW_AGAIN_NO_DAEMON, "the daemon's admin socket does not answer: it is not running, or not here");
}

static void write_some(struct link_unix *l)
{
    while (l->out.len > 0) {
        ssize_t moved = send(l->fd, l->out.data, l->out.len, MSG_NOSIGNAL);

        if (moved < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (moved <= 0) {
            lose(l, CW_AGAIN_NO_DAEMON, "the daemon closed its admin socket");
            return;
        }
        memmove(l->out.data, l->out.data + moved, l->out.len - (size_t)moved);
        l->out.len -= (size_t)moved;
    }
    watch(l, EPOLL_CTL_MOD);
}

static void unix_look(struct link *link)
{
    struct link_unix *l = (struct link_unix *)link;

    if (l->fd >= 0 && l->out.len > 0)
        write_some(l);
}

static enum cw_err unix_send(struct link *link, struct cw_slice frame)
{
    struct link_unix *l = (struct link_unix *)link;

    if (l->out.len + HEAD_LEN + frame.len > OUT_LEN_MAX)
        return CW_AGAIN_BUSY;
    if (buf_reserve(&l->out, HEAD_LEN + frame.len) != CW_OK)
        return CW_AGAIN_BUSY;
    (void)!buf_add_be32(&l->out, (uint32_t)frame.len);
    (void)!buf_add(&l->out, frame);
    write_some(l);
    return CW_OK;
}

/* --- reading --------------------------------------------------------------------------------------------- */

/* How many bytes the frame that is coming still lacks; its length is checked as soon as it is there. */
static enum cw_err still_lacks(struct link_unix *l, size_t *out_len)
{
    const uint8_t *head = l->in.data;
    size_t len;

    if (l->in.len < HEAD_LEN) {
        *out_len = HEAD_LEN - l->in.len;
        return CW_OK;
    }
    len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    if (len > CW_MESSAGE_LEN_MAX)
        return fault_set(&l->base.fault, CW_PEER_MALFORMED, l->path, "an answer of %zu bytes is longer than the limit",
                         len);
    *out_len = HEAD_LEN + len - l->in.len;
    return CW_OK;
}

/* Reads up to `len` bytes into `in`. CW_OK: some came. */
static enum cw_err read_some(struct link_unix *l, size_t len)
{
    ssize_t moved;

    if (buf_reserve(&l->in, len) != CW_OK)
        return CW_LOCAL_MEMORY;
    moved = recv(l->fd, l->in.data + l->in.len, len, 0);
    if (moved < 0 && (errno == EAGAIN || errno == EINTR))
        return CW_LOCAL_NOT_FOUND;
    if (moved <= 0) {
        lose(l, CW_AGAIN_NO_DAEMON,
             l->in.len > 0 ? "the answer on the admin socket stopped in the middle"
                           : "the daemon closed its admin socket");
        return CW_LOCAL_NOT_FOUND;
    }
    l->in.len += (size_t)moved;
    return CW_OK;
}

static enum cw_err unix_receive(struct link *link, struct buf *out_frame)
{
    struct link_unix *l = (struct link_unix *)link;
    size_t lacking = 0;
    enum cw_err err = l->fd >= 0 ? CW_OK : CW_LOCAL_NOT_FOUND;

    while (err == CW_OK) {
        err = still_lacks(l, &lacking);
        if (err != CW_OK || lacking == 0)
            break;
        err = read_some(l, lacking);
    }
    if (err != CW_OK)
        return err;
    buf_clear(out_frame);
    err = buf_add(out_frame, slice(l->in.data + HEAD_LEN, l->in.len - HEAD_LEN));
    buf_clear(&l->in);
    return err;
}

static bool unix_pending(struct link *link, bool want_send)
{
    (void)link; /* a stream's descriptor is level-triggered by itself */
    (void)want_send;
    return false;
}

static void unix_close(struct link *link)
{
    struct link_unix *l = (struct link_unix *)link;

    unix_shut(link);
    buf_done(&l->out);
    buf_done(&l->in);
    free(link);
}

static const struct link_ops unix_ops = {
    unix_open, unix_shut, unix_look, unix_send, unix_receive, unix_pending, unix_close,
};

enum cw_err link_unix_open(const char *path, int epoll, struct link **out_link, struct cw_fault *fault)
{
    struct link_unix *l;

    if (strlen(path) >= sizeof(l->path))
        return fault_set(fault, CW_USAGE_ARGUMENT, "admin_socket", "the path is longer than a Unix socket's may be");
    l = calloc(1, sizeof(*l));
    if (l == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    l->base = (struct link){.ops = &unix_ops, .address = l->path, .epoll = epoll, .once = true};
    l->fd = -1;
    memcpy(l->path, path, strlen(path) + 1);
    *out_link = &l->base;
    return CW_OK;
}
