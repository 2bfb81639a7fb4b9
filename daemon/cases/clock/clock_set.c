/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an element of a set starts (docs/fold.md §19.4): being there, from when it was absent last. Whoever names again what stands
 * already says nothing new, and puts no duty off.
 */
#include "cases/clocks.h"

static int compare_adds(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;
    const struct work_write *x = &f->writes[a], *y = &f->writes[b];
    int order = compare_i64(x->write->value.number, y->write->value.number);

    if (order == 0)
        order = compare_u64(rank_of(f, x->op), rank_of(f, y->op));
    return order != 0 ? order : compare_u64(x->index, y->index);
}

/* The adds of one value, from `at` on, in order; returns where those of the next begin. */
static uint32_t start_element(struct clock_run *run, uint32_t at, uint32_t count)
{
    const struct fold *f = run->f;
    int64_t number = f->writes[run->scratch[at]].write->value.number;
    struct clock_first first = {.op = NONE, .event = NONE};
    uint32_t until = 0; /* rank of the op that took away the last of them; NONE: it stands */

    for (; at < count && f->writes[run->scratch[at]].write->value.number == number; at++) {
        const struct work_write *w = &f->writes[run->scratch[at]];
        int64_t usual = clock_usual_of_op(f, w->op);

        if (first.op == NONE || rank_of(f, w->op) > until) {
            first = (struct clock_first){.op = w->op, .started_ms = usual, .event = NONE, .field = w->row->number};
            until = w->unseated;
        } else {
            first.started_ms = usual < first.started_ms ? usual : first.started_ms;
            until = w->unseated > until ? w->unseated : until;
        }
    }
    if (until == NONE)
        clock_begin(run, &first);
    return at;
}

void clock_start_set(struct clock_run *run, const struct work_cell *cell)
{
    const struct fold *f = run->f;
    uint32_t count = 0;

    CW_ASSERT(run->row->start_mask != 0); /* a value that starts it is a number */
    for (uint32_t i = 0; i < cell->count; i++) {
        uint32_t write = f->by_cell[cell->first + i];

        if (write_starts(run, &f->writes[write]))
            run->scratch[count++] = write;
    }
    sort_indices(run->scratch, count, compare_adds, f);
    for (uint32_t at = 0; at < count;)
        at = start_element(run, at, count);
}
