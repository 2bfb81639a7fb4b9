/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_JOB_H
#define CASEWIRE_NODE_JOB_H

/*
 * One frame on its way from the wire to the turn, with the memory that intake fills: it must live until the
 * turn took the input.
 */

#include "node/intake.h"

enum job_kind { JOB_PEER, JOB_CLIENT, JOB_INPUT /* nothing to verify: input is set */ };
enum job_state {
    JOB_WAITING, /* for a worker */
    JOB_TAKEN,   /* by a worker */
    JOB_READY,   /* input is for the turn */
};

struct lane;
struct pool_holder;

struct job {
    enum job_kind kind;
    enum job_state state;
    struct lane *lane;          /* NULL: out of its link's order; dropped, if it still waits */
    struct pool_holder *holder; /* as long as the pool counts it; NULL: a peer's */
    struct reader_identity who;
    struct cw_slice frame;
    struct input input;
    const Cw__Request *request;        /* a read */
    struct arena arena;                /* intake's; its memory is the job's own */
    size_t cost;                       /* what it counts against the bound */
    struct job *lane_prev, *lane_next; /* in its link's order */
    struct job *next;                  /* in the queue it is in */
};

/* A job of `kind` with a copy of the frame and an arena that suffices for most; NULL: no memory. */
struct job *job_new(enum job_kind kind, const struct reader_identity *who, struct cw_slice frame);
/* An empty arena of the largest size, for a frame that needs it. false: it was that already, or no memory. */
bool job_grow(struct job *job);
void job_free(struct job *job);

/* First in, first out. */
struct job_queue {
    struct job *first, **last;
};
void job_queue_init(struct job_queue *q);
void job_queue_put(struct job_queue *q, struct job *job);
void job_queue_put_first(struct job_queue *q, struct job *job);
struct job *job_queue_take(struct job_queue *q); /* NULL: empty */

#endif
