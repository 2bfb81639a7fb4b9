/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_LANE_H
#define BENCH_LANE_H

/*
 * One client's connection as lean as it gets: a DEALER socket with CURVE and frames made beforehand. The client
 * library does more for its users (deadlines, fail-over, checked answers); a load generator shares the machine
 * with what it measures.
 */

#include "common.h"
#include "proto/client.pb-c.h"

#include <zmq.h>

struct lane {
    void *socket;
};

/* Connected and greeted: a status was asked for and answered. `context` is libzmq's. */
void lane_open(struct lane *out, void *context, const struct place *place, const struct who *who);
void lane_close(struct lane *lane);
void lane_send(struct lane *lane, struct cw_slice frame);
/* False: nothing there now. The frame borrows from the message, which the caller has initialised. */
bool lane_receive(struct lane *lane, zmq_msg_t *message, struct cw_slice *out_frame);
/* Waits for the next one; gives up after ANSWER_WAIT_MS. */
void lane_wait(struct lane *lane, zmq_msg_t *message, struct cw_slice *out_frame);

/* A Request with this number in its id and what the caller put into it. Owned by the caller. */
void frame_of(Cw__Request *request, const struct who *who, uint64_t number, struct buf *out);

/* One field of a protobuf message; bytes when it has a length. */
struct field {
    uint32_t number;
    uint64_t value;
    struct cw_slice bytes;
};
/* False at the end, or when it cannot be read: reader_finish() tells. */
bool field_next(struct reader *in, struct field *out);

/* The outside of an answer, without unpacking the rest. */
struct answer_head {
    uint64_t number; /* of the request */
    uint64_t code;
    struct cw_slice submitted, feed; /* data NULL: absent */
    struct cw_slice text;
};
/* False: it cannot be read. */
bool answer_head_read(struct cw_slice frame, struct answer_head *out);
/* The bytes of field `number`, the first of that number with a length; empty when there is none. */
struct cw_slice field_bytes(struct cw_slice message, uint32_t number);

#endif
