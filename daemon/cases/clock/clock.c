/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Duties (docs/fold.md §19, §13.4): row by row of the clock table, what started each, when it is due, what ended it. The fold has
 * no "now"; a view compares (view.h).
 */
#include "cases/clocks.h"

void clock_begin(struct clock_run *run, const struct clock_first *first)
{
    const struct fold *f = run->f;
    const struct schema_clock *row = run->row;
    struct case_clock *clock;
    int64_t deadline;

    if (!clock_due(run, first, &deadline))
        return;
    if (run->out == NULL) {
        run->count++;
        return;
    }
    CW_ASSERT(run->count < run->max);
    clock = &run->out[run->count++];
    *clock = (struct case_clock){
        .clock = row->number,
        .row = row,
        .scope = first->scope,
        .start = f->ops[first->op].op_id,
        .started_ms = first->started_ms,
        .soon_ms = add_ms(deadline, -policy_soon_s(f->policy, row) * 1000),
        .deadline_ms = deadline,
        .told = policy_told(f->policy, row),
        .waive = policy_waive(f->policy, row),
        .step_ms = (row->flags & CLOCK_OUTSIDE) != 0 ? 0 : policy_step_s(f->policy, row) * 1000,
        .ack = NONE,
    };
    clock_find_end(run, first, clock);
}

/* --- one stands for all that the same answer ends (§19.9) ---------------------------------------------------- */

/* With EACH those of one start: of one event that was put right by several, none of whom knew of the other. */
static int compare_ends(const struct case_clock *a, const struct case_clock *b)
{
    int order = ID_COMPARE(&a->scope, &b->scope);

    if (order == 0 && (a->row->flags & CLOCK_EACH) != 0)
        order = ID_COMPARE(&a->start, &b->start);
    if (order == 0)
        order = compare_u64((uint64_t)a->end, (uint64_t)b->end);
    return order != 0 ? order : ID_COMPARE(&a->end_op, &b->end_op);
}

static int compare_urgency(const void *context, uint32_t a, uint32_t b)
{
    const struct case_clock *clocks = context;
    int order = compare_ends(&clocks[a], &clocks[b]);

    if (order == 0)
        order = compare_i64(clocks[a].deadline_ms, clocks[b].deadline_ms);
    if (order == 0)
        order = ID_COMPARE(&clocks[a].start, &clocks[b].start);
    if (order == 0)
        order = compare_i64(clocks[a].started_ms, clocks[b].started_ms);
    return order != 0 ? order : compare_u64(a, b);
}

static bool is_covered(const struct fold *f, const struct case_clock *clock, uint32_t covered)
{
    return covered == NONE || rank_of(f, find_op(f, &clock->start)) < covered;
}

/* Those of one row, from `first` on. What goes loses its row: but what began after the one that stands was waived stands too. */
static enum cw_err unite(struct clock_run *run, uint32_t first)
{
    struct fold *f = run->f;
    struct case_clock *clocks = run->out + first;
    uint32_t count = run->count - first, *order = ARENA_ARRAY(f->arena, uint32_t, count);

    if (order == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    sort_indices(order, count, compare_urgency, clocks);
    for (uint32_t i = 0, group = 0, covered = NONE; i < count; i++) {
        struct case_clock *clock = &clocks[order[i]];
        bool begins = i == 0 || compare_ends(&clocks[order[group]], clock) != 0;

        if (begins) {
            group = i;
            covered = clock_covers(run, clock);
        } else if (is_covered(f, clock, covered)) {
            clock->row = NULL;
        } else {
            uint32_t more = clock_covers(run, clock);

            covered = more > covered ? more : covered;
        }
    }
    return CW_OK;
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static enum cw_err run_row(struct clock_run *run)
{
    struct fold *f = run->f;
    size_t mark = arena_mark(f->arena);
    uint32_t first = run->count;
    enum cw_err err = clock_list_named(run);

    if (err == CW_OK && run->out != NULL)
        err = clock_list_answers(run);
    if (err != CW_OK)
        return err;
    clock_starts(run);
    if (run->out != NULL && run->count > first + 1)
        err = unite(run, first);
    arena_release(f->arena, mark);
    return err;
}

/* With `out` NULL only counts. */
static enum cw_err run_rows(struct clock_run *run)
{
    size_t row_count;
    const struct schema_clock *rows = schema_clocks(&row_count);
    enum cw_err err = CW_OK;

    run->count = 0;
    for (size_t r = 0; r < row_count && err == CW_OK; r++) {
        run->row = &rows[r];
        if (row_fits(run->f, rows[r].kinds))
            err = run_row(run);
    }
    return err;
}

/* --- what they run from, and their order --------------------------------------------------------------------- */

static int compare_reported(const void *context, uint32_t a, uint32_t b)
{
    const struct clock_first *firsts = context;
    int order = compare_i64(firsts[a].started_ms, firsts[b].started_ms);

    return order != 0 ? order : compare_u64(a, b);
}

static enum cw_err list_reported(struct clock_run *run)
{
    struct fold *f = run->f;
    uint32_t most = 1, *order;
    struct clock_first *firsts, *sorted;

    for (uint32_t i = 0; i < f->event_count; i++)
        most += event_stands(&f->events[i]) && (f->events[i].row->flags & EVENT_OPENS_EPISODE) != 0;
    firsts = ARENA_ARRAY(f->arena, struct clock_first, most);
    sorted = ARENA_ARRAY(f->arena, struct clock_first, most);
    order = ARENA_ARRAY(f->arena, uint32_t, most);
    if (firsts == NULL || sorted == NULL || order == NULL)
        return CW_LOCAL_MEMORY;
    run->reported_count = clock_reported(f, firsts, most);
    for (uint32_t i = 0; i < run->reported_count; i++)
        order[i] = i;
    sort_indices(order, run->reported_count, compare_reported, firsts);
    for (uint32_t i = 0; i < run->reported_count; i++)
        sorted[i] = firsts[order[i]];
    run->reported = sorted;
    return CW_OK;
}

static int compare_clocks(const void *context, uint32_t a, uint32_t b)
{
    const struct case_clock *clocks = context;
    int order = compare_u64(clocks[a].clock, clocks[b].clock);

    if (order == 0)
        order = ID_COMPARE(&clocks[a].scope, &clocks[b].scope);
    return order != 0 ? order : ID_COMPARE(&clocks[a].start, &clocks[b].start);
}

static enum cw_err sort_clocks(struct clock_run *run)
{
    struct fold *f = run->f;
    struct case_clock *sorted = ARENA_ARRAY(f->arena, struct case_clock, run->count);
    uint32_t *order = ARENA_ARRAY(f->arena, uint32_t, run->count), count = 0;

    if (sorted == NULL || order == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < run->count; i++) {
        if (run->out[i].row != NULL)
            order[count++] = i;
    }
    sort_indices(order, count, compare_clocks, run->out);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = run->out[order[i]];
    f->state->clocks = sorted;
    f->state->clock_count = count;
    return clock_marks(f, sorted, count);
}

/* §13.4 */
static void find_last_happened(struct fold *f)
{
    for (uint32_t i = 0; i < f->event_count; i++) {
        const struct work_event *e = &f->events[i];
        int64_t from, to;

        if (!event_stands(e) || (e->row->class != EVENT_CLASS_SIGHTING && e->row->class != EVENT_CLASS_ACTIVITY &&
                                 e->row->class != EVENT_CLASS_INTEL))
            continue;
        event_occurred(f, e, &from, &to);
        if (to > f->state->last_happened.ms)
            f->state->last_happened.ms = to;
    }
}

enum cw_err fold_clocks(struct fold *f)
{
    struct clock_run run = {.f = f};
    enum cw_err err = list_reported(&run);

    clock_chains(f);
    find_last_happened(f);
    for (uint32_t rung = 0; rung < LADDER_RUNGS; rung++)
        f->state->ladder[rung] = policy_ladder(f->policy, rung + 1);
    f->state->beside = policy_ladder(f->policy, POLICY_BESIDE);
    run.scratch = ARENA_ARRAY(f->arena, uint32_t, f->write_count);
    if (run.scratch == NULL)
        return CW_LOCAL_MEMORY;
    if (err == CW_OK)
        err = clock_list_waivers(&run);
    if (err == CW_OK)
        err = run_rows(&run);
    if (err != CW_OK)
        return err;
    run.max = run.count;
    run.out = ARENA_ARRAY(f->arena, struct case_clock, run.max);
    if (run.out == NULL)
        return CW_LOCAL_MEMORY;
    err = run_rows(&run);
    return err == CW_OK ? sort_clocks(&run) : err;
}
