/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_LINK_H
#define CASEWIRE_LIB_LINK_H

/*
 * One way to a daemon: a frame out, a frame in, never more than CW_MESSAGE_LEN_MAX bytes, and nothing blocks. Two makes
 * of it: a DEALER socket with CURVE for everybody, a Unix socket for administrators.
 *
 *     idle --open--> connecting --greeted--> ready
 *      ^                 |    ^----lost--------|      (the zmq make reconnects by itself)
 *      +------shut-------+---------------------+
 *
 * Whoever holds a link waits for its descriptors with epoll; when one is readable, or pending() says that there is more
 * than they show, it calls look() and receive() until nothing is left.
 */

#include <casewire/client.h>

#include "proto/buf.h"

enum link_state { LINK_IDLE, LINK_CONNECTING, LINK_READY };

struct link_ops;

struct link {
    const struct link_ops *ops;
    const char *address;   /* or the path, for faults */
    int epoll;             /* where the link's descriptors are watched; borrowed */
    enum link_state state; /* as of the last look() */
    uint64_t lost_count;   /* how often a connection that was ready, or being made, came to nothing */
    struct cw_fault fault; /* what was last seen of the other side when it is not ready */
    bool once;             /* never sends a request twice, and does not wait for a daemon that is not there */
};

struct link_ops {
    /* Starts connecting. CW_OK, or why it could not even begin, in link->fault. */
    enum cw_err (*open)(struct link *link);
    /* Ends the connection with everything that waits in it. */
    void (*shut)(struct link *link);
    /* Hears what happened to the connection: sets state, lost_count, fault. */
    void (*look)(struct link *link);
    /* CW_OK, CW_AGAIN_BUSY (no room now: try again after look), CW_LOCAL_IO. */
    enum cw_err (*send)(struct link *link, struct cw_slice frame);
    /* CW_OK, CW_LOCAL_NOT_FOUND (nothing there now), CW_PEER_MALFORMED (what came is no frame; fault), CW_LOCAL_MEMORY. */
    enum cw_err (*receive)(struct link *link, struct buf *out_frame);
    /* Whether there is something to do that the descriptors do not show; want_send: somebody has a frame to send. */
    bool (*pending)(struct link *link, bool want_send);
    void (*close)(struct link *link);
};

struct cw_mono link_now(void);
/* Milliseconds until deadline, 0 when it has come; at most INT_MAX. */
int link_ms_left(struct cw_mono deadline);

struct link_curve {
    const char *address; /* at most CW_ADDRESS_LEN_MAX bytes */
    const uint8_t *daemon_key;
    const uint8_t *public_key;
    const uint8_t *secret_key;
};
/* `context` is the handle's ZeroMQ context: it outlives the link. */
enum cw_err link_zmq_open(void *context, int epoll, const struct link_curve *to, struct link **out_link,
                          struct cw_fault *fault);
enum cw_err link_unix_open(const char *path, int epoll, struct link **out_link, struct cw_fault *fault);

#endif
