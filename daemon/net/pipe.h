/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_PIPE_H
#define CASEWIRE_NET_PIPE_H

/*
 * One end of the socket pair between the core and the net process: be32 length, then one ToNet or FromNet
 * of proto/link.proto. Both ends use it. What is put is gathered and written in one go by pipe_flush; what
 * arrives is read in one go by pipe_fill and taken apart by pipe_next: at full load one system call carries
 * hundreds of messages.
 *
 * Threads: one at a time; the core's end is guarded by its driver. Never blocks (the descriptor is set so).
 */

#include "proto/buf.h"

#include <protobuf-c/protobuf-c.h>

#define PIPE_MESSAGE_LEN_MAX (1048576 + 4096) /* a frame of MESSAGE_LEN_MAX and what surrounds it */

struct pipe_end {
    int fd;
    struct buf in;
    size_t in_at; /* taken so far */
    struct buf out;
    size_t out_at; /* written so far */
    bool secret;   /* something in `out` is: wiped when it is written, moved or given back */
};

/* Takes over fd and makes it non-blocking. */
void pipe_init(struct pipe_end *p, int fd);
void pipe_done(struct pipe_end *p);

/* Gathers one message. CW_LOCAL_MEMORY, CW_REFUSED_SIZE: nothing was added. */
enum cw_err pipe_put(struct pipe_end *p, const ProtobufCMessage *message);
/* The same of a message with a secret in it: no copy of it stays here once all is written, or the pipe is gone. */
enum cw_err pipe_put_secret(struct pipe_end *p, const ProtobufCMessage *message);
/* The same with bytes that are a message already. */
enum cw_err pipe_put_bytes(struct pipe_end *p, struct cw_slice message);
size_t pipe_pending(const struct pipe_end *p); /* bytes gathered and not yet written */
/* Writes what can be written now. CW_LOCAL_IO: the other end is gone. */
enum cw_err pipe_flush(struct pipe_end *p);

/* Reads what is there now, up to a bound. CW_AGAIN_BUSY: nothing is there; CW_LOCAL_IO: the other end is gone. */
enum cw_err pipe_fill(struct pipe_end *p);
/* The next whole message, borrowed until pipe_fill. CW_AGAIN_BUSY: none yet; CW_PEER_MALFORMED: its length is over the bound. */
enum cw_err pipe_next(struct pipe_end *p, struct cw_slice *out);

#endif
