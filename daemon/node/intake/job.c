/* SPDX-License-Identifier: Apache-2.0 */
#include "node/job.h"

#include <stdlib.h>

/*
 * Parsed structs take more room than their bytes: a submission about four times as much. Memory that was given back is
 * handed out again at other places, so in the end every page of every job is touched: what is generous here is resident.
 */
#define ARENA_FLOOR ((size_t)32 << 10)
#define ARENA_FACTOR 16
#define ARENA_LARGEST ((size_t)12 << 20)

static bool take_arena(struct job *job, size_t len)
{
    uint8_t *memory = malloc(len);

    if (memory == NULL)
        return false;
    free(job->arena.base);
    job->arena = arena_over(memory, len);
    return true;
}

static size_t arena_len_for(struct cw_slice frame)
{
    size_t len = ARENA_FLOOR + frame.len * ARENA_FACTOR;

    return len < ARENA_LARGEST ? len : ARENA_LARGEST;
}

struct job *job_new(enum job_kind kind, const struct reader_identity *who, struct cw_slice frame)
{
    struct job *job = malloc(sizeof *job + frame.len);

    if (job == NULL)
        return NULL;
    *job = (struct job){.kind = kind, .state = JOB_WAITING, .cost = sizeof *job + frame.len};
    if (who != NULL)
        job->who = *who;
    if (frame.len != 0)
        memcpy(job + 1, frame.data, frame.len);
    job->frame = slice(job + 1, frame.len);
    if (kind == JOB_INPUT || take_arena(job, arena_len_for(frame)))
        return job;
    job_free(job);
    return NULL;
}

bool job_grow(struct job *job)
{
    return job->arena.len < ARENA_LARGEST && take_arena(job, ARENA_LARGEST);
}

void job_free(struct job *job)
{
    if (job == NULL)
        return;
    free(job->arena.base);
    free(job);
}

void job_queue_init(struct job_queue *q)
{
    q->first = NULL;
    q->last = &q->first;
}

void job_queue_put(struct job_queue *q, struct job *job)
{
    job->next = NULL;
    *q->last = job;
    q->last = &job->next;
}

void job_queue_put_first(struct job_queue *q, struct job *job)
{
    job->next = q->first;
    if (q->first == NULL)
        q->last = &job->next;
    q->first = job;
}

struct job *job_queue_take(struct job_queue *q)
{
    struct job *job = q->first;

    if (job == NULL)
        return NULL;
    q->first = job->next;
    if (q->first == NULL)
        q->last = &q->first;
    return job;
}
