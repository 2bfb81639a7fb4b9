/* SPDX-License-Identifier: Apache-2.0 */
#include "net/conn.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A CURVE message on the wire: "\7MESSAGE", short nonce, authenticator, flags; before it the frame's head. */
#define CURVE_MESSAGE_LEN (8 + 8 + 16 + 1)
#define FRAME_HEAD_SHORT_LEN 2
#define FRAME_HEAD_LONG_LEN 9

#define STATE_ESTABLISHED 1 /* linux/tcp.h has the struct, and not the numbers */
#define STATE_CLOSE_WAIT 8
#define LEFT_MS_MAX 5000        /* one that was silent for longer is given up for that */
#define HANDSHAKE_LEN_MAX 16384 /* what a stranger says before he is let in or not */

bool conn_opened(struct conns *c, int fd, struct cw_mono now)
{
    if (fd < 0 || fd >= CONN_FD_MAX || c->count >= CONNS_MAX)
        return false;
    conn_closed(c, fd); /* its end was told to somebody who is gone */
    c->at[fd] = (struct conn){.open = true, .index = c->count, .looked_at = now};
    c->fds[c->count++] = fd;
    return true;
}

void conn_closed(struct conns *c, int fd)
{
    struct conn *gone = conn_find(c, fd);

    if (gone == NULL)
        return;
    if (gone->probe > 0)
        (void)close(gone->probe);
    int moved = c->fds[--c->count];
    c->fds[gone->index] = moved;
    c->at[moved].index = gone->index;
    *gone = (struct conn){0};
}

struct conn *conn_find(struct conns *c, int fd)
{
    return fd >= 0 && fd < CONN_FD_MAX && c->at[fd].open ? &c->at[fd] : NULL;
}

void conn_delivered(struct conn *c, size_t payload_len)
{
    size_t body = payload_len + CURVE_MESSAGE_LEN;

    c->delivered += body + (body <= 255 ? FRAME_HEAD_SHORT_LEN : FRAME_HEAD_LONG_LEN);
}

static uint64_t less(uint64_t from, uint64_t what)
{
    return from > what ? from - what : 0;
}

bool conn_heard(int fd, uint64_t *out)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return false;
    *out = info.tcpi_bytes_received;
    return true;
}

bool conn_received(int fd, uint64_t *out)
{
    uint64_t heard;
    int unread = 0;

    if (!conn_heard(fd, &heard) || ioctl(fd, SIOCINQ, &unread) != 0)
        return false;
    *out = less(heard, (uint64_t)unread);
    return true;
}

/* Heartbeats are received and never delivered; over weeks they would add up. */
static void forgive_heartbeats(struct conn *c, struct cw_mono now)
{
    int64_t seconds = (now.ms - c->looked_at.ms) / 1000;

    if (seconds <= 0)
        return;
    c->gap = less(c->gap, (uint64_t)seconds * CONN_HEARTBEAT_ALLOWANCE);
    c->looked_at = now;
}

bool conn_look(struct conn *c, uint64_t received, bool paused, struct cw_mono now)
{
    uint64_t delta = less(received, c->received);
    bool delivering = c->delivered != 0;

    /* A delivered message settles everything before it: frames of one connection come in order. */
    c->gap = delivering ? less(delta, c->delivered) : c->gap + delta;
    c->received = received;
    c->delivered = 0;
    forgive_heartbeats(c, now);
    return c->gap > CONN_GAP_PAUSED_MAX || (c->gap > CONN_GAP_MAX && !delivering && !paused);
}

void conn_probe(struct conn *c, int fd)
{
    int probe = fcntl(fd, F_DUPFD_CLOEXEC, CONN_FD_MAX);

    c->probe = probe < 0 ? 0 : probe;
}

bool conn_left_unread(const struct conn *c)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    int unread = 0;

    if (c->probe <= 0 || c->cut || getsockopt(c->probe, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
        ioctl(c->probe, SIOCINQ, &unread) != 0)
        return false;
    if (c->link == 0 && info.tcpi_bytes_received < HANDSHAKE_LEN_MAX)
        return false;
    if (info.tcpi_state == STATE_ESTABLISHED)
        return unread > 0 || info.tcpi_last_data_recv < LEFT_MS_MAX;
    return info.tcpi_state == STATE_CLOSE_WAIT &&
           unread > 0; /* it closed behind what it sent; libzmq never came there */
}

void conn_address(int fd, char *out, size_t out_len)
{
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof at;
    const void *host = &((const struct sockaddr_in *)(const void *)&at)->sin_addr;

    out[0] = '\0';
    if (getpeername(fd, (struct sockaddr *)(void *)&at, &len) != 0)
        return;
    if (at.ss_family == AF_INET6)
        host = &((const struct sockaddr_in6 *)(const void *)&at)->sin6_addr;
    if (inet_ntop(at.ss_family, host, out, (socklen_t)out_len) == NULL)
        out[0] = '\0';
}

void conn_shut(int fd)
{
    (void)shutdown(fd, SHUT_RDWR);
}

void conn_cut(struct conn *c, int fd)
{
    c->cut = true;
    conn_shut(fd);
}

void conn_end_hard(int fd)
{
    struct linger none = {1, 0};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}
