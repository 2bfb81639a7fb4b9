/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_LOOP_H
#define CASEWIRE_NET_LOOP_H

/*
 * The net process from inside: one thread owns every ZeroMQ socket and answers to the core over one socket
 * pair. It holds configuration, no state: whatever happens to it, a new one is told the same and goes on.
 *
 *   loop.c    rounds, timers, holding back while the core does not keep up
 *   order.c   what the core says (ToNet)
 *   report.c  what the core is told (FromNet)
 *   server.c  the two listening sockets and their links
 *   dial.c    outgoing links
 *   watch.c   unfinished messages, refused keys, forgotten links
 */

#include "net/conn.h"
#include "net/net_link.h"
#include "net/pipe.h"
#include "net/poller.h"
#include "net/zap.h"
#include "net/zsocket.h"
#include "proto/link_end.h"

/* Above this many bytes on their way to the core nothing more is read from the network, until half is gone. */
#define LOOP_CORE_PENDING_MAX ((size_t)4 << 20)
/* Messages taken from one socket before the others have their turn. */
#define LOOP_FAIR_SHARE 64

struct server {
    struct loop *loop;
    enum door door;
    void *socket, *monitor;
    struct source messages, events;
    struct net_link_rid told; /* whose misframed message was told of last */
    /* Its own: each monitor tells its events in their order, but one may be read long after the other. */
    struct conns conns;
};

#define DIAL_WHY_LEN_MAX 160
struct dial {
    struct loop *loop;
    struct net_link *link; /* NULL: over, and reported down; the dial is freed at the end of the round */
    void *socket, *monitor;
    struct source messages, events;
    struct conn conn; /* link->fd's */
    bool up;
    struct cw_mono since;
    char address[201];
    enum link_end end; /* the first reason that libzmq gave, in our words */
    int probe; /* the connection's descriptor once more: how far the handshake came, and how it ended; -1: none */
    LIST_ENTRY(dial) next;
};

static inline bool dial_over(const struct dial *d)
{
    return d->link == NULL;
}

struct loop {
    struct poller poller;
    struct source orders;
    struct pipe_end core;
    bool write_wanted;
    void *context;
    struct zsocket_keys own;
    struct allow allow;
    struct refused refused;
    struct zap zap;
    struct source zap_requests;
    bool configured;
    struct server servers[DOOR_COUNT];
    LIST_HEAD(, dial) dials;
    struct net_links links;
    uint64_t monitor_count; /* names of monitors are never used twice */
    bool paused, paused_lately;
    struct cw_mono look_at;
    bool stopping;
    int exit_code;
};

struct cw_mono loop_now(void);
void *loop_open_monitor(struct loop *l, void *socket);
/* Ends with the process's exit code. */
int loop_run(int core_fd);

/* server.c */
bool server_open(struct server *s, struct loop *l, enum door door); /* with monitor and sources, not yet listening */
bool server_listen(struct server *s, const char *address, char *out_endpoint, size_t out_len);
void server_drain_events(struct server *s);
/* false: it has no room now (errno EAGAIN) or no such connection (anything else) */
bool server_transmit(struct server *s, const struct net_link *link, struct cw_slice frame);

/* dial.c */
void dial_open(struct loop *l, uint64_t id, struct cw_slice address, const uint8_t server_key[static KEY_LEN]);
void dial_end(struct dial *d, enum link_end end,
              const char *why); /* reports and closes; the memory goes at the end of the round */
void dial_sweep(struct loop *l);
void dial_drain_events(struct dial *d); /* may end it */
bool dial_transmit(struct dial *d, struct cw_slice frame);

/* order.c */
void order_work(struct source *s);
void order_send(struct loop *l, struct net_link *link, struct cw_slice frame);
void order_retry(struct loop *l, struct net_link *link); /* what waits, when there may be room */
/* Whose link it is, as a report names him; fd: the connection's. */
struct misframed_by link_holder(const struct net_link *link, int fd);
/* A link is over, whoever says so: tells the core, ends the connection. */
void loop_end_link(struct loop *l, struct net_link *link, enum link_end end, const char *why);

/* report.c */
void report_ready(struct loop *l, const char *peers, const char *clients);
/* `settings`: starting again will not help. */
void report_failed(struct loop *l, const char *text, bool settings);
void report_up(struct loop *l, const struct net_link *link);
void report_down(struct loop *l, uint64_t id, enum link_end end, const char *why);
void report_received(struct loop *l, uint64_t id, struct cw_slice frame);
void report_refused(struct loop *l, const struct refused_key *key);
void report_misframed(struct loop *l, enum misframed what, const struct misframed_by *by);

/* watch.c */
void watch_work(struct loop *l, struct cw_mono now);
struct cw_mono watch_wake_at(const struct loop *l);

#endif
