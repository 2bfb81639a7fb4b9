/* SPDX-License-Identifier: Apache-2.0 */
/* The pool as the node thread sees it: inputs for a turn, and a client's frame to verify when there are none. */
#include "node/pool_parts.h"

#include <time.h>

static struct timespec deadline_in(int64_t ms)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_nsec -= 1000000000L;
        t.tv_sec++;
    }
    return t;
}

static void wait_for_input(struct pool *p, int64_t wait_ms)
{
    struct timespec until = deadline_in(wait_ms < 0 ? 0 : wait_ms);
    int rc = 0;

    while (p->ready.first == NULL && !p->stopping && rc == 0) {
        rc = wait_ms < 0 ? pthread_cond_wait(&p->input, &p->lock) : pthread_cond_timedwait(&p->input, &p->lock, &until);
    }
}

/* Frames whose link ended are freed on the way. */
static struct job *first_of_clients(struct pool *p)
{
    struct job *job;

    while ((job = job_queue_take(&p->clients)) != NULL) {
        if (job->lane != NULL)
            return job;
        job_free(job);
    }
    return NULL;
}

static void wait_to_help(struct pool *p, int64_t wait_ms)
{
    struct timespec until = deadline_in(wait_ms < 0 ? 0 : wait_ms);
    int rc = 0;

    while (p->ready.first == NULL && p->clients.first == NULL && !p->stopping && rc == 0) {
        p->helper_waits = true;
        rc = wait_ms < 0 ? pthread_cond_wait(&p->input, &p->lock) : pthread_cond_timedwait(&p->input, &p->lock, &until);
    }
    p->helper_waits = false;
}

struct job *pool_help(struct pool *p, int64_t wait_ms)
{
    struct job *job = NULL;

    pool_lock(p);
    if (wait_ms != 0)
        wait_to_help(p, wait_ms);
    if (wait_ms != 0 && p->ready.first == NULL && !p->stopping)
        job = first_of_clients(p);
    if (job != NULL)
        job->state = JOB_TAKEN;
    else if (p->clients.first != NULL)
        (void)pthread_cond_signal(&p->work); /* the signal for it may have come to us */
    pool_unlock(p);
    return job;
}

uint32_t pool_gather(struct pool *p, struct job **out, uint32_t max, int64_t wait_ms)
{
    uint32_t count = 0;

    pool_lock(p);
    wait_for_input(p, wait_ms);
    while (count < max && !p->stopping && (out[count] = job_queue_take(&p->ready)) != NULL)
        count++;
    pool_unlock(p);
    return count;
}

/* Under the lock. NULL: it goes on to the readers, beyond their bound if need be, as the pool's own bounds them too. */
static struct job *let_go(struct pool *p, struct job *job)
{
    if (job->input.kind != INPUT_FOLD) {
        pool_uncount(p, job);
        return job;
    }
    p->read_count++;
    job_queue_put(&p->reads, job);
    (void)pthread_cond_signal(&p->reading);
    return NULL;
}

void pool_turned(struct pool *p, struct job **jobs, uint32_t count, uint32_t taken)
{
    pool_lock(p);
    for (uint32_t i = count; i > taken; i--)
        job_queue_put_first(&p->ready, jobs[i - 1]);
    for (uint32_t i = 0; i < taken; i++)
        jobs[i] = let_go(p, jobs[i]);
    pool_unlock(p);
    for (uint32_t i = 0; i < taken; i++) {
        if (jobs[i] != NULL)
            job_free(jobs[i]);
    }
}
