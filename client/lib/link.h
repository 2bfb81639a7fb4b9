/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_LINK_H
#define CASEWIRE_LIB_LINK_H

/*
 * One way to a daemon: a frame out, a frame in, never more than CW_MESSAGE_LEN_MAX bytes. Two makes of it:
 * a DEALER socket with CURVE for everybody, a Unix socket for administrators.
 */

#include <casewire/casewire.h>

#include "proto/buf.h"

struct link_ops;

struct link {
    const struct link_ops *ops;
};

struct link_ops {
    /* Queues or writes one frame within the time left. */
    enum cw_err (*send)(struct link *link, struct cw_slice frame, struct cw_mono deadline, struct cw_fault *fault);
    /* Waits for one frame. CW_AGAIN_NO_DAEMON after the deadline, CW_PEER_MALFORMED when what came is no frame. */
    enum cw_err (*receive)(struct link *link, struct cw_mono deadline, struct buf *out_frame, struct cw_fault *fault);
    void (*close)(struct link *link);
};

struct cw_mono link_now(void);
/* Milliseconds until deadline, 0 when it has come. */
int link_ms_left(struct cw_mono deadline);

struct link_curve {
    const char *address;
    const uint8_t *daemon_key;
    const uint8_t *public_key;
    const uint8_t *secret_key;
};
enum cw_err link_zmq_open(const struct link_curve *to, struct link **out_link, struct cw_fault *fault);
enum cw_err link_unix_open(const char *path, struct link **out_link, struct cw_fault *fault);

#endif
