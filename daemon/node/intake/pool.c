/* SPDX-License-Identifier: Apache-2.0 */
#include "node/pool_parts.h"

#include <stdlib.h>
#include <utlist.h>

static bool init_condition(pthread_cond_t *c)
{
    pthread_condattr_t attributes;

    return pthread_condattr_init(&attributes) == 0 && pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
           pthread_cond_init(c, &attributes) == 0;
}

bool pool_init(struct pool *p)
{
    *p = (struct pool){.stopping = false};
    job_queue_init(&p->peers);
    job_queue_init(&p->clients);
    job_queue_init(&p->reads);
    job_queue_init(&p->ready);
    return pthread_mutex_init(&p->lock, NULL) == 0 && init_condition(&p->work) && init_condition(&p->input) &&
           init_condition(&p->reading) && init_condition(&p->room);
}

static void free_queue(struct job_queue *q)
{
    struct job *job;

    while ((job = job_queue_take(q)) != NULL)
        job_free(job);
}

/* What waits is freed from its queue, what was verified from its lane. */
static void free_lane(struct pool *p, struct lane *lane)
{
    struct job *job, *next;

    DL_FOREACH_SAFE2(lane->jobs, job, next, lane_next)
    {
        if (job->state == JOB_READY)
            job_free(job);
    }
    HASH_DEL(p->lanes, lane);
    if (lane->holder != NULL)
        lane->holder->lane_count--;
    pool_holder_tidy(p, lane->holder);
    free(lane);
}

void pool_done(struct pool *p)
{
    struct lane *lane, *next;

    HASH_ITER (hh, p->lanes, lane, next) {
        free_lane(p, lane);
    }
    free_queue(&p->peers);
    free_queue(&p->clients);
    free_queue(&p->reads);
    free_queue(&p->ready);
    pool_holders_done(p);
    (void)pthread_cond_destroy(&p->room);
    (void)pthread_cond_destroy(&p->reading);
    (void)pthread_cond_destroy(&p->input);
    (void)pthread_cond_destroy(&p->work);
    (void)pthread_mutex_destroy(&p->lock);
}

void pool_stop(struct pool *p)
{
    pool_lock(p);
    p->stopping = true;
    (void)pthread_cond_broadcast(&p->work);
    (void)pthread_cond_broadcast(&p->input);
    (void)pthread_cond_broadcast(&p->reading);
    (void)pthread_cond_broadcast(&p->room);
    pool_unlock(p);
}

/* --- lanes ----------------------------------------------------------------------------------------------- */

static struct lane *find_lane(struct pool *p, link_id link)
{
    struct lane *lane;

    HASH_FIND(hh, p->lanes, &link, sizeof link, lane);
    return lane;
}

static void enter_lane(struct pool *p, struct lane *lane, struct job *job)
{
    job->lane = lane;
    DL_APPEND2(lane->jobs, job, lane_prev, lane_next);
    p->job_count++;
    p->cost += job->cost;
    job->holder = lane->holder;
    if (job->holder != NULL) {
        job->holder->job_count++;
        job->holder->cost += job->cost;
    }
}

static void leave_lane(struct job *job)
{
    DL_DELETE2(job->lane->jobs, job, lane_prev, lane_next);
    job->lane = NULL;
}

void pool_uncount(struct pool *p, const struct job *job)
{
    p->job_count--;
    p->cost -= job->cost;
    if (job->holder != NULL) {
        job->holder->job_count--;
        job->holder->cost -= job->cost;
        pool_holder_tidy(p, job->holder);
    }
    (void)pthread_cond_broadcast(&p->room);
}

/* What is verified at the head of a lane goes to the turn; what follows something that is not waits for it. */
static void advance(struct pool *p, struct lane *lane)
{
    struct job *job;

    while ((job = lane->jobs) != NULL && job->state == JOB_READY) {
        leave_lane(job);
        job_queue_put(&p->ready, job);
        (void)pthread_cond_signal(&p->input);
    }
    if (lane->ended && lane->jobs == NULL)
        free_lane(p, lane);
}

static struct job *input_job(const struct input *input)
{
    struct job *job = job_new(JOB_INPUT, &input->who, slice(NULL, 0));

    if (job == NULL)
        return NULL;
    job->state = JOB_READY;
    job->input = *input;
    return job;
}

/* NOLINTNEXTLINE(readability-function-size): a hundred of the statements are uthash's */
static struct lane *new_lane(struct pool *p, const struct reader_identity *who, bool peer)
{
    struct lane *lane = calloc(1, sizeof *lane);

    if (lane == NULL)
        return NULL;
    lane->who = *who;
    lane->peer = peer;
    if (!peer && (lane->holder = pool_holder_of(p, &who->cert)) == NULL) {
        free(lane);
        return NULL;
    }
    if (!peer)
        lane->holder->lane_count++;
    HASH_ADD(hh, p->lanes, who.link, sizeof who->link, lane);
    return lane;
}

bool pool_add_lane(struct pool *p, const struct reader_identity *who, bool peer, const struct input *first)
{
    struct job *job = first == NULL ? NULL : input_job(first);
    struct lane *lane = NULL;

    if (first != NULL && job == NULL)
        return false;
    pool_lock(p);
    if (find_lane(p, who->link) == NULL)
        lane = new_lane(p, who, peer);
    if (lane == NULL) {
        job_free(job);
    } else if (job != NULL) {
        enter_lane(p, lane, job);
        advance(p, lane);
    }
    pool_unlock(p);
    return lane != NULL;
}

/* Nobody waits for an answer any more. The queue still names them: whoever takes them there frees them. */
static void drop_waiting(struct pool *p, struct lane *lane)
{
    struct job *job, *next;

    DL_FOREACH_SAFE2(lane->jobs, job, next, lane_next)
    {
        if (job->state != JOB_WAITING)
            continue;
        leave_lane(job);
        pool_uncount(p, job);
    }
}

bool pool_end_lane(struct pool *p, link_id link, const struct input *last)
{
    struct job *job = last == NULL ? NULL : input_job(last);
    struct lane *lane;
    bool found;

    pool_lock(p);
    lane = find_lane(p, link);
    found = lane != NULL && !lane->ended;
    if (found) {
        lane->ended = true;
        drop_waiting(p, lane);
        if (job != NULL)
            enter_lane(p, lane, job);
        advance(p, lane);
        (void)pthread_cond_broadcast(&p->room); /* somebody may wait to put a frame of it */
    } else {
        job_free(job);
    }
    pool_unlock(p);
    return found;
}

bool pool_is_open(struct pool *p, link_id link)
{
    struct lane *lane;
    bool open;

    pool_lock(p);
    lane = find_lane(p, link);
    open = lane != NULL && !lane->ended;
    pool_unlock(p);
    return open;
}

/* --- frames in ------------------------------------------------------------------------------------------- */

static bool full(const struct pool *p, size_t frame_len)
{
    return p->job_count >= POOL_JOBS_MAX || p->cost + frame_len > POOL_COST_MAX;
}

/* The lane may end while we wait, so it is looked up again each time. */
static enum pool_put wait_for_room(struct pool *p, link_id link, size_t frame_len, struct lane **out)
{
    for (;;) {
        *out = find_lane(p, link);
        if (*out == NULL || (*out)->ended || p->stopping)
            return POOL_NO_LANE;
        if (!full(p, frame_len) && !pool_holder_is_full((*out)->holder, frame_len))
            return POOL_TAKEN;
        if (!(*out)->peer)
            return POOL_BUSY;
        (void)pthread_cond_wait(&p->room, &p->lock);
    }
}

static enum pool_put put_locked(struct pool *p, link_id link, struct cw_slice frame)
{
    struct lane *lane = NULL;
    enum pool_put result = wait_for_room(p, link, frame.len, &lane);
    struct job *job;

    if (result != POOL_TAKEN)
        return result;
    job = job_new(lane->peer ? JOB_PEER : JOB_CLIENT, &lane->who, frame);
    if (job == NULL)
        return POOL_BUSY;
    enter_lane(p, lane, job);
    job_queue_put(lane->peer ? &p->peers : &p->clients, job);
    if (p->helper_waits && !lane->peer) {
        p->helper_waits = false;
        (void)pthread_cond_signal(&p->input);
    } else {
        (void)pthread_cond_signal(&p->work);
    }
    return POOL_TAKEN;
}

enum pool_put pool_put(struct pool *p, link_id link, struct cw_slice frame)
{
    enum pool_put result;

    pool_lock(p);
    result = put_locked(p, link, frame);
    pool_unlock(p);
    return result;
}

/* --- workers and readers --------------------------------------------------------------------------------- */

static struct job *first_waiting(struct pool *p)
{
    struct job_queue *first = p->peers_turn ? &p->peers : &p->clients;
    struct job_queue *second = p->peers_turn ? &p->clients : &p->peers;
    struct job *job = job_queue_take(first);

    p->peers_turn = !p->peers_turn;
    return job != NULL ? job : job_queue_take(second);
}

static struct job *take_locked(struct pool *p)
{
    while (!p->stopping) {
        struct job *job = first_waiting(p);

        if (job == NULL) {
            (void)pthread_cond_wait(&p->work, &p->lock);
        } else if (job->lane == NULL) {
            job_free(job); /* its link ended */
        } else {
            job->state = JOB_TAKEN;
            return job;
        }
    }
    return NULL;
}

struct job *pool_take(struct pool *p)
{
    struct job *job;

    pool_lock(p);
    job = take_locked(p);
    pool_unlock(p);
    return job;
}

void pool_to_turn(struct pool *p, struct job *job)
{
    pool_lock(p);
    job->state = JOB_READY;
    advance(p, job->lane);
    pool_unlock(p);
}

/* Out of the lane; those behind it may go on. */
static void step_aside(struct pool *p, struct job *job)
{
    struct lane *lane = job->lane;

    if (lane == NULL)
        return;
    leave_lane(job);
    advance(p, lane);
}

bool pool_to_readers(struct pool *p, struct job *job)
{
    bool room;

    pool_lock(p);
    room = p->read_count < POOL_READS_MAX;
    if (room) {
        p->read_count++;
        step_aside(p, job);
        job_queue_put(&p->reads, job);
        (void)pthread_cond_signal(&p->reading);
    }
    pool_unlock(p);
    return room;
}

void pool_drop(struct pool *p, struct job *job)
{
    pool_lock(p);
    step_aside(p, job);
    pool_uncount(p, job);
    pool_unlock(p);
    job_free(job);
}

struct job *pool_take_read(struct pool *p)
{
    struct job *job = NULL;

    pool_lock(p);
    while (!p->stopping && (job = job_queue_take(&p->reads)) == NULL)
        (void)pthread_cond_wait(&p->reading, &p->lock);
    if (job != NULL)
        p->read_count--;
    pool_unlock(p);
    return job;
}
