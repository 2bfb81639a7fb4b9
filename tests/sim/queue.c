/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim.h"

#include <stdlib.h>

/* A binary heap by (time, order of adding): what happens at one moment happens in the order it was planned. */

static bool earlier(const struct sim_event *a, const struct sim_event *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void sift_up(struct sim_queue *q, uint32_t at)
{
    struct sim_event *e = q->heap[at];

    while (at > 0 && earlier(e, q->heap[(at - 1) / 2])) {
        q->heap[at] = q->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    q->heap[at] = e;
}

static void sift_down(struct sim_queue *q, uint32_t at)
{
    struct sim_event *e = q->heap[at];

    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= q->count)
            break;
        if (child + 1 < q->count && earlier(q->heap[child + 1], q->heap[child]))
            child++;
        if (!earlier(q->heap[child], e))
            break;
        q->heap[at] = q->heap[child];
        at = child;
    }
    q->heap[at] = e;
}

struct sim_event *sim_at(struct sim *s, int64_t at, const char *name, sim_handler run)
{
    struct sim_queue *q = &s->queue;
    struct sim_event *e = calloc(1, sizeof *e);

    CW_ASSERT(e != NULL);
    if (q->count == q->max) {
        q->max = q->max == 0 ? 256 : q->max * 2;
        q->heap = realloc(q->heap, q->max * sizeof(struct sim_event *));
        CW_ASSERT(q->heap != NULL);
    }
    e->at = at < s->now ? s->now : at;
    e->order = q->added++;
    e->name = name;
    e->run = run;
    q->heap[q->count++] = e;
    sift_up(q, q->count - 1);
    return e;
}

struct sim_event *sim_at_with(struct sim *s, int64_t at, const char *name, sim_handler run, struct cw_slice bytes)
{
    struct sim_event *e = sim_at(s, at, name, run);

    e->bytes = malloc(bytes.len + 1);
    CW_ASSERT(e->bytes != NULL);
    if (bytes.len > 0)
        memcpy(e->bytes, bytes.data, bytes.len);
    e->len = bytes.len;
    return e;
}

struct sim_event *queue_pop(struct sim_queue *q)
{
    struct sim_event *first;

    if (q->count == 0)
        return NULL;
    first = q->heap[0];
    q->heap[0] = q->heap[--q->count];
    if (q->count > 0)
        sift_down(q, 0);
    return first;
}

void event_free(struct sim_event *e)
{
    free(e->bytes);
    free(e);
}

void queue_done(struct sim_queue *q)
{
    for (uint32_t i = 0; i < q->count; i++)
        event_free(q->heap[i]);
    free(q->heap);
    *q = (struct sim_queue){0};
}
