/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

/*
 * Other systems, spoken to in their own protocols over plain TCP, with no client library in between: the same loop
 * loads all of them, and costs each the same.
 */

#include "common.h"

#include <sys/types.h>

struct peer;

struct conn {
    const struct peer *peer;
    int fd;
    unsigned index;     /* of the connection: names that it makes are its own */
    size_t payload_len; /* of what is written */
    struct buf in;      /* received and not taken yet */
};

/* What one whole message of the server means. */
enum heard {
    HEARD_NOTHING, /* for the protocol only */
    HEARD_ACK,     /* one write is done as durably as this system is set to */
    HEARD_ITEM,    /* a listener was told of a write */
    HEARD_ABSENT,  /* a probe found that it is not there yet */
};

struct peer {
    const char *name;
    /* Blocking, after connecting: until writes may be sent. */
    void (*greet)(struct conn *c);
    /* Appends one write; `number` is different for each of a connection. */
    void (*write)(const struct conn *c, uint64_t number, struct buf *out);
    /*
     * Length of the first whole message in `in`, 0 when it is not whole yet, and what it means. Gives up when the
     * server refuses.
     */
    size_t (*hear)(const struct conn *c, struct cw_slice in, enum heard *out_heard);
    /* Blocking: from now on this connection is told of each write. NULL: it cannot be; then `probe`. */
    void (*listen)(struct conn *c);
    /* Appends what must be said to be told again, after an item. NULL: nothing. */
    void (*listen_again)(const struct conn *c, struct buf *out);
    /* Asks whether the write with this number of connection 0 is there: HEARD_ITEM or HEARD_ABSENT comes back. */
    void (*probe)(const struct conn *c, uint64_t number, struct buf *out);
};

extern const struct peer peer_redis, peer_nats, peer_postgres, peer_ldap;

/* For the protocols. */
void conn_send(const struct conn *c, struct cw_slice bytes); /* blocking */
/* Blocking: the next message that means `wanted`, or any when HEARD_NOTHING is wanted. */
void conn_hear(struct conn *c, enum heard wanted);
/* Reads what there is, at least one byte. */
void conn_fill(struct conn *c);
void conn_drop(struct conn *c, size_t len); /* from the front of in */
void add_text(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void add_payload(const struct conn *c, struct buf *out); /* payload_len printable bytes */
/* The line at the front without its CRLF; data NULL when it is not whole. */
struct cw_slice first_line(struct cw_slice in);
_Noreturn void peer_refused(const struct conn *c, struct cw_slice what);

#endif
