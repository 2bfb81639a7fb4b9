/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_CONN_H
#define CASEWIRE_NET_CONN_H

/*
 * TCP connections by descriptor, and the watch over unfinished messages.
 *
 * libzmq counts a multipart message against its limits only when the last frame arrives, so an authenticated
 * peer that never sends one fills our memory unseen (REPLICATION.md §2.1). The kernel knows better: what it
 * received for a connection, less what was delivered from it, is what libzmq holds. When that passes 4 MiB
 * and nothing is delivered, the connection is cut.
 */

#include "proto/base.h"

#define CONN_FD_MAX 8192
#define CONNS_MAX 6000 /* above it, new ones are shut: at the descriptor limit libzmq would spin */
#define CONN_GAP_MAX ((uint64_t)4 << 20)
/* While the core is not keeping up we do not read, and honest messages wait: a full pipe of the largest. */
#define CONN_GAP_PAUSED_MAX ((uint64_t)40 << 20)
#define CONN_HEARTBEAT_ALLOWANCE 64 /* bytes per second that are no message */

struct conn {
    bool open;
    bool cut;           /* we ended it */
    int probe;          /* its descriptor once more, to ask the kernel how it ended; 0: none */
    uint32_t index;     /* in conns.fds */
    uint64_t link;      /* 0: it has not said anything yet */
    uint64_t received;  /* by the kernel, and taken by libzmq, as of the last look */
    uint64_t delivered; /* since the last look */
    uint64_t gap;
    struct cw_mono looked_at;
};

struct conns {
    struct conn at[CONN_FD_MAX];
    int fds[CONNS_MAX];
    uint32_t count;
};

/* false: too many; the caller shuts it. */
bool conn_opened(struct conns *c, int fd, struct cw_mono now);
void conn_closed(struct conns *c, int fd);
struct conn *conn_find(struct conns *c, int fd); /* NULL: not open */
/* A message of this length came out of libzmq. */
void conn_delivered(struct conn *c, size_t payload_len);

/* What the kernel received for it so far, read or not. false: not a TCP connection. */
bool conn_heard(int fd, uint64_t *out);
/* What the kernel says was received less what is still in its buffer. false: not a TCP connection any more. */
bool conn_received(int fd, uint64_t *out);
/* Brings the gap up to date; true: it is too large, cut the connection. */
bool conn_look(struct conn *c, uint64_t received, bool paused, struct cw_mono now);
/* Begins to hold the descriptor a second time, above all that libzmq has; without one nothing is known at the end. */
void conn_probe(struct conn *c, int fd);
/*
 * The connection is over for libzmq, and neither we nor the other side ended it: something came that libzmq would not read. What
 * a handshake takes is not enough for that, when nothing was delivered before.
 */
bool conn_left_unread(const struct conn *c);
/* Where the other side is, without its port; "" when that is not known. */
void conn_address(int fd, char *out, size_t out_len);
/* Ends the connection under libzmq's feet; a DISCONNECTED event follows. */
void conn_shut(int fd);
/* The same, remembered: what is left unread of it is our doing. */
void conn_cut(struct conn *c, int fd);
/* Before that, for one who pours: the end is a reset, which stops it at once and leaves nothing behind in the kernel. */
void conn_end_hard(int fd);

#endif
