/* SPDX-License-Identifier: Apache-2.0 */
#include "core/feed.h"

typedef int (*compare_fn)(const struct feed_op *a, const struct feed_op *b);

static int compare_id(const struct feed_op *a, const struct feed_op *b)
{
    return ID_COMPARE(&a->op, &b->op);
}

static int compare_time(const struct feed_op *a, const struct feed_op *b)
{
    if (a->hlc != b->hlc)
        return a->hlc < b->hlc ? -1 : 1;
    return compare_id(a, b);
}

static void sift_down(const struct feed_op *ops, uint32_t *heap, uint32_t count, uint32_t at, compare_fn compare)
{
    for (;;) {
        uint32_t largest = at, child = 2 * at + 1;

        for (uint32_t i = child; i < child + 2 && i < count; i++) {
            if (compare(&ops[heap[largest]], &ops[heap[i]]) < 0)
                largest = i;
        }
        if (largest == at)
            return;
        uint32_t swapped = heap[at];

        heap[at] = heap[largest];
        heap[largest] = swapped;
        at = largest;
    }
}

/* Heapsort: no heap, no recursion, no qsort with its allocation. */
static void sort(const struct feed_op *ops, uint32_t *indexes, uint32_t count, compare_fn compare)
{
    for (uint32_t i = 0; i < count; i++)
        indexes[i] = i;
    for (uint32_t i = count / 2; i > 0; i--)
        sift_down(ops, indexes, count, i - 1, compare);
    for (uint32_t left = count; left > 1; left--) {
        uint32_t last = indexes[left - 1];

        indexes[left - 1] = indexes[0];
        indexes[0] = last;
        sift_down(ops, indexes, left - 1, 0, compare);
    }
}

#define NOT_IN_LOT UINT32_MAX
#define DELIVERED UINT32_MAX

static uint32_t find(const struct feed_op *ops, const uint32_t *by_id, uint32_t count, const struct cw_op_id *op)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = ID_COMPARE(&ops[by_id[middle]].op, op);

        if (order == 0)
            return by_id[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NOT_IN_LOT;
}

struct ordering {
    const struct feed_op *ops;
    uint32_t count;
    const struct feed_scratch *scratch;
};

/* First cause that is in the lot, not delivered and not on the way; NOT_IN_LOT when there is none. */
static uint32_t next_cause(const struct ordering *o, uint32_t op)
{
    for (uint32_t i = 0; i < o->ops[op].cause_count; i++) {
        uint32_t cause = find(o->ops, o->scratch->by_id, o->count, &o->ops[op].causes[i]);

        if (cause != NOT_IN_LOT && cause != op && o->scratch->waits_for[cause] == 0)
            return cause;
    }
    return NOT_IN_LOT;
}

/*
 * Delivers op after its causes: a walk down to the causes that remembers the way back in waits_for (index + 1 of who
 * waits; the first waits for itself). A cause that is already on the way is a ring and is passed over.
 */
static uint32_t deliver(const struct ordering *o, uint32_t op, uint32_t *out, uint32_t out_count)
{
    uint32_t *waits_for = o->scratch->waits_for;
    uint32_t at = op;

    waits_for[op] = op + 1;
    for (;;) {
        uint32_t cause = next_cause(o, at);

        if (cause != NOT_IN_LOT) {
            waits_for[cause] = at + 1;
            at = cause;
            continue;
        }
        uint32_t back = waits_for[at] - 1;
        bool first = back == at;

        waits_for[at] = DELIVERED;
        out[out_count++] = at;
        if (first)
            return out_count;
        at = back;
    }
}

void feed_order(const struct feed_op *ops, uint32_t count, const struct feed_scratch *scratch, uint32_t *out)
{
    const struct ordering o = {ops, count, scratch};
    uint32_t out_count = 0;

    CW_ASSERT(count <= FEED_LOT_MAX);
    sort(ops, scratch->by_id, count, compare_id);
    sort(ops, scratch->by_time, count, compare_time);
    memset(scratch->waits_for, 0, count * sizeof *scratch->waits_for);
    for (uint32_t i = 0; i < count; i++) {
        if (scratch->waits_for[scratch->by_time[i]] == 0)
            out_count = deliver(&o, scratch->by_time[i], out, out_count);
    }
    CW_ASSERT(out_count == count);
}

uint64_t feed_prefix(const struct log_head *head)
{
    return head->hole_count > 0 ? head->holes[0] - 1 : head->blob_seq;
}
