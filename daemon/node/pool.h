/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_POOL_H
#define CASEWIRE_NODE_POOL_H

/*
 * Where frames wait for a worker, and inputs for the turn. Frames of different links are verified in any
 * order and by any worker; those of one link reach the turn in the order in which they came. Everything is
 * bounded, and so is what one certificate has of it: above the bound a client is told to come again, and a peer's frame
 * waits in the caller, which then reads no more from the network.
 *
 *            put                take (worker)                  gather (node thread)
 *   frame -------> waiting jobs -------------> in its lane ---------------------> turn
 *                                         \--> readers
 *
 * Threads: any, guarded inside. Nothing here polls: every wait ends by a signal or at its deadline.
 */

#include "node/job.h"
#include "proto/table_hash.h"

#include <pthread.h>
#include <uthash.h>

#define POOL_JOBS_MAX 1024
#define POOL_COST_MAX ((size_t)24 << 20) /* of all jobs' frames; what peers are granted stays below */
#define POOL_READS_MAX 256
/* Of one certificate that is no daemon's, over all its links; an outbox sends 64 at once. */
#define POOL_HOLDER_JOBS_MAX (POOL_JOBS_MAX / 8)
#define POOL_HOLDER_COST_MAX (POOL_COST_MAX / 4)

/* What one certificate has in the pool; administrators are one. */
struct pool_holder {
    struct cert_id cert;
    uint32_t lane_count, job_count;
    size_t cost;
    UT_hash_handle hh;
};

/* One link: who is at its other end, and its frames in order. */
struct lane {
    struct reader_identity who;
    bool peer;                  /* a daemon's: otherwise a client's or an administrator's */
    bool ended;                 /* nothing more is taken from it; it goes with its last job */
    struct pool_holder *holder; /* NULL: a peer's, whose own credit bounds it */
    struct job *jobs;
    UT_hash_handle hh;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work, input, reading, room;
    bool stopping;
    struct lane *lanes;
    struct pool_holder *holders;
    uint32_t job_count; /* in all stages */
    size_t cost;
    bool helper_waits; /* the node thread would take a client's frame */
    bool peers_turn;   /* which queue a worker looks at first: no side starves the other */
    struct job_queue peers, clients, reads;
    uint32_t read_count;
    struct job_queue ready; /* inputs, in an order that keeps each link's */
};

bool pool_init(struct pool *p);
void pool_done(struct pool *p); /* after all threads ended */
void pool_stop(struct pool *p); /* wakes everybody: nothing is taken or gathered from now on */

/* A link is up; `first` (may be NULL) goes ahead of its frames. false: no memory, or the link is there already. */
bool pool_add_lane(struct pool *p, const struct reader_identity *who, bool peer, const struct input *first);
/*
 * A link is over: frames that still wait are dropped, and `last` (may be NULL) comes after those under way. false: it was over
 * already.
 */
bool pool_end_lane(struct pool *p, link_id link, const struct input *last);

bool pool_is_open(struct pool *p, link_id link); /* known, and not over */

enum pool_put { POOL_TAKEN, POOL_BUSY /* a client's: tell it */, POOL_NO_LANE };
/* Copies the frame. Blocks for a peer's frame while the pool is full. */
enum pool_put pool_put(struct pool *p, link_id link, struct cw_slice frame);

/* For workers. Blocks; NULL: stopping. The job is the worker's until one of the three calls below. */
struct job *pool_take(struct pool *p);
void pool_to_turn(struct pool *p, struct job *job); /* job->input is set */
/* A read leaves its link's order. false: too many wait, the job is still the worker's. */
bool pool_to_readers(struct pool *p, struct job *job);
void pool_drop(struct pool *p, struct job *job); /* answered, or of no use */

struct job *pool_take_read(struct pool *p); /* for readers; blocks; NULL: stopping. Ends with pool_drop */

/*
 * For the node thread: waits for something to do, wait_ms at most (negative: for ever; 0: not at all). A client's frame
 * when no input is ready: the node thread then verifies it itself, which saves a lone officer a wake-up of another thread,
 * and does with it what a worker does. NULL: inputs are ready, time is up, or stopping.
 */
struct job *pool_help(struct pool *p, int64_t wait_ms);
/* For the node thread: up to max inputs, waiting wait_ms for the first (negative: for ever). 0: time is up, or stopping. */
uint32_t pool_gather(struct pool *p, struct job **out, uint32_t max, int64_t wait_ms);
/* After the turn: the first `taken` are done with, or go on to the readers (INPUT_FOLD); the others go back to the front, in order. */
void pool_turned(struct pool *p, struct job **jobs, uint32_t count, uint32_t taken);

#endif
