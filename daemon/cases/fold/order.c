/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of ops (docs/fold.md §3): an op comes after everything it names, whatever the clocks said, because a
 * person who saw something answers it. And who knows whom, by walking names.
 */
#include "cases/work.h"

static enum cw_err allocate(struct fold *f)
{
    f->first_named_by = ARENA_ARRAY(f->arena, uint32_t, (size_t)f->op_count + 1);
    f->named_by = ARENA_ARRAY(f->arena, uint32_t, f->name_count);
    f->by_rank = ARENA_ARRAY(f->arena, uint32_t, f->op_count);
    f->seen = ARENA_ARRAY(f->arena, uint32_t, f->op_count);
    f->stack = ARENA_ARRAY(f->arena, uint32_t, f->op_count);
    if (f->first_named_by == NULL || f->named_by == NULL || f->by_rank == NULL || f->seen == NULL || f->stack == NULL)
        return CW_LOCAL_MEMORY;
    return CW_OK;
}

/* The reverse of names, by counting. */
static void reverse_names(struct fold *f)
{
    uint32_t *first = f->first_named_by;

    for (uint32_t i = 0; i < f->name_count; i++)
        first[f->names[i] + 1]++;
    for (uint32_t i = 0; i < f->op_count; i++)
        first[i + 1] += first[i];
    for (uint32_t i = f->op_count; i-- > 0;) {
        for (uint32_t j = 0; j < f->extra[i].name_count; j++) {
            uint32_t target = f->names[f->extra[i].first_name + j];

            /* fills each bucket from its end; afterwards first[] is one bucket ahead, put right below */
            f->named_by[--first[target + 1]] = i;
        }
    }
    for (uint32_t i = 0; i < f->op_count; i++)
        first[i] = first[i + 1];
    first[f->op_count] = f->name_count;
}

/* Ops whose names are all placed get their time; what is left stands in or behind a ring and keeps its clock's. */
static void find_times(struct fold *f)
{
    uint32_t *waiting = f->seen; /* names not yet placed; becomes stamps later */
    uint32_t top = 0;

    for (uint32_t i = 0; i < f->op_count; i++) {
        f->extra[i].t = f->ops[i].hlc;
        waiting[i] = f->extra[i].name_count;
        if (waiting[i] == 0)
            f->stack[top++] = i;
    }
    while (top > 0) {
        uint32_t op = f->stack[--top];
        uint64_t after = f->extra[op].t == UINT64_MAX ? UINT64_MAX : f->extra[op].t + 1;

        for (uint32_t i = f->first_named_by[op]; i < f->first_named_by[op + 1]; i++) {
            uint32_t later = f->named_by[i];

            if (f->extra[later].t < after)
                f->extra[later].t = after;
            if (--waiting[later] == 0)
                f->stack[top++] = later;
        }
    }
    for (uint32_t i = 0; i < f->op_count; i++) {
        if (waiting[i] != 0)
            f->extra[i].t = f->ops[i].hlc;
    }
}

static int compare_order(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;
    int order = compare_u64(f->extra[a].t, f->extra[b].t);

    return order != 0 ? order : compare_u64(a, b);
}

enum cw_err fold_order(struct fold *f)
{
    enum cw_err err = allocate(f);

    f->order_times = ARENA_ARRAY(f->arena, uint64_t, with_room(f, f->op_count, 1));
    if (err != CW_OK || f->order_times == NULL)
        return CW_LOCAL_MEMORY;
    reverse_names(f);
    find_times(f);
    for (uint32_t i = 0; i < f->op_count; i++) {
        f->by_rank[i] = i;
        f->seen[i] = 0;
        f->order_times[i] = f->extra[i].t;
    }
    sort_indices(f->by_rank, f->op_count, compare_order, f);
    for (uint32_t i = 0; i < f->op_count; i++)
        f->extra[f->by_rank[i]].rank = i;
    f->state->order_times = f->order_times;
    return CW_OK;
}

/* --- knowing ------------------------------------------------------------------------------------------ */

static void mark(struct fold *f, uint32_t op, uint32_t *top)
{
    if (f->seen[op] != f->seen_stamp) {
        f->seen[op] = f->seen_stamp;
        f->stack[(*top)++] = op;
    }
}

void mark_known_by(struct fold *f, uint32_t op)
{
    uint32_t top = 0;

    f->seen_stamp++;
    mark(f, op, &top);
    while (top > 0) {
        const struct work_op *at = &f->extra[f->stack[--top]];

        for (uint32_t i = 0; i < at->name_count; i++)
            mark(f, f->names[at->first_name + i], &top);
    }
}

void mark_knowing(struct fold *f, uint32_t op)
{
    uint32_t top = 0;

    f->stack[top++] = op; /* itself is marked already by mark_known_by */
    while (top > 0) {
        uint32_t at = f->stack[--top];

        for (uint32_t i = f->first_named_by[at]; i < f->first_named_by[at + 1]; i++)
            mark(f, f->named_by[i], &top);
    }
}

bool op_knows(struct fold *f, uint32_t a, uint32_t b)
{
    if (a == b)
        return false;
    mark_known_by(f, a);
    return is_marked(f, b);
}

void begin_marks(struct fold *f)
{
    f->seen_stamp++;
}

bool op_knows_marked(struct fold *f, uint32_t a, uint32_t b)
{
    uint32_t top = 0;

    if (rank_of(f, a) > rank_of(f, b))
        mark(f, a, &top);
    while (top > 0) {
        const struct work_op *at = &f->extra[f->stack[--top]];

        for (uint32_t i = 0; i < at->name_count; i++) {
            uint32_t name = f->names[at->first_name + i];

            if (name == b)
                return true;
            if (rank_of(f, name) > rank_of(f, b))
                mark(f, name, &top);
        }
    }
    return false;
}

bool op_directly_knows(const struct fold *f, uint32_t a, uint32_t b)
{
    const struct work_op *at = &f->extra[a];

    for (uint32_t i = 0; i < at->name_count; i++) {
        if (f->names[at->first_name + i] == b)
            return true;
    }
    return false;
}
