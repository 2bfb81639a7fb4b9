/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Duties (docs/fold.md §13.3, §13.4): what started each, when it is due, what met it. The fold has no "now"; a view
 * compares. Scope by scope from the latest event back, so that each start finds its next answer at once.
 */
#include "cases/work.h"

enum { RHI_DECLINED = 3, RHI_COMPLETED = 5 };

struct clock_run {
    struct fold *f;
    const struct schema_clock *row;
    struct case_clock *out;
    uint32_t count, max;
};

static bool meets(const struct fold *f, const struct schema_clock *row, const struct work_event *e)
{
    const struct op_value *step;

    if (!event_stands(e) || e->row->number != row->met_by)
        return false;
    if (row->met_by != EVENT_RHI)
        return true;
    step = event_detail(f, e, FIELD_RHI_STEP);
    return step != NULL && (step->number == RHI_DECLINED || step->number == RHI_COMPLETED);
}

static bool starts(const struct schema_clock *row, const struct work_event *e)
{
    return event_stands(e) && !e->corrected && e->row->number == row->start;
}

static int64_t after_s(int64_t start_ms, int64_t seconds)
{
    int64_t ms = seconds > INT64_MAX / 1000 ? INT64_MAX : seconds * 1000;

    return start_ms > 0 && ms > INT64_MAX - start_ms ? INT64_MAX : start_ms + ms;
}

static void emit(struct clock_run *run, uint32_t op, const struct hash *scope, int64_t started, uint32_t met_by)
{
    const struct fold *f = run->f;
    struct case_clock *clock = &run->out[run->count++];

    CW_ASSERT(run->count <= run->max);
    *clock = (struct case_clock){
        .clock = run->row->number,
        .scope = *scope,
        .start = f->ops[op].op_id,
        .started_ms = started,
        .deadline_ms = after_s(started, policy_clock_s(f->policy, run->row)),
        .met = met_by != NONE,
    };
    if (met_by != NONE) {
        clock->met_by = f->ops[met_by].op_id;
        clock->met_ms = f->ops[met_by].author_time.ms;
    }
}

static void run_from_opening(struct clock_run *run)
{
    static const struct hash none;
    const struct fold *f = run->f;
    uint32_t first, end = events_in_scope(f, &none, &first), met_by = NONE;

    for (uint32_t i = first; i < end && met_by == NONE; i++) {
        const struct work_event *e = &f->events[f->events_by_scope[i]];

        if (meets(f, run->row, e) && f->extra[e->op].rank > f->extra[f->opening].rank)
            met_by = e->op;
    }
    emit(run, f->opening, &none, f->ops[f->opening].author_time.ms, met_by);
}

static void run_from_events(struct clock_run *run)
{
    const struct fold *f = run->f;
    uint32_t met_by = NONE;

    for (uint32_t i = f->event_count; i-- > 0;) {
        const struct work_event *e = &f->events[f->events_by_scope[i]];
        bool last_of_scope = i + 1 == f->event_count || !ID_EQ(&f->events[f->events_by_scope[i + 1]].scope, &e->scope);

        if (last_of_scope)
            met_by = NONE;
        if (starts(run->row, e)) {
            int64_t from, to;

            event_occurred(f, e, &from, &to);
            emit(run, e->op, &e->scope, from, met_by);
        }
        if (meets(f, run->row, e))
            met_by = e->op;
    }
}

static int compare_clocks(const void *context, uint32_t a, uint32_t b)
{
    const struct case_clock *clocks = context;
    int order = compare_u64(clocks[a].clock, clocks[b].clock);

    if (order == 0)
        order = ID_COMPARE(&clocks[a].scope, &clocks[b].scope);
    return order != 0 ? order : ID_COMPARE(&clocks[a].start, &clocks[b].start);
}

static enum cw_err sort_clocks(struct fold *f, const struct clock_run *run)
{
    struct case_clock *sorted = ARENA_ARRAY(f->arena, struct case_clock, run->count);
    uint32_t *order = ARENA_ARRAY(f->arena, uint32_t, run->count);

    if (sorted == NULL || order == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < run->count; i++)
        order[i] = i;
    sort_indices(order, run->count, compare_clocks, run->out);
    for (uint32_t i = 0; i < run->count; i++)
        sorted[i] = run->out[order[i]];
    f->state->clocks = sorted;
    f->state->clock_count = run->count;
    return CW_OK;
}

static uint32_t count_starts(const struct fold *f, const struct schema_clock *rows, size_t row_count)
{
    uint32_t count = (uint32_t)row_count;

    for (size_t r = 0; r < row_count; r++) {
        for (uint32_t i = 0; i < f->event_count; i++)
            count += starts(&rows[r], &f->events[i]);
    }
    return count;
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
    size_t row_count;
    const struct schema_clock *rows = schema_clocks(&row_count);
    struct clock_run run = {.f = f, .max = count_starts(f, rows, row_count)};

    find_last_happened(f);
    if (f->opening == NONE)
        return CW_OK;
    run.out = ARENA_ARRAY(f->arena, struct case_clock, run.max);
    if (run.out == NULL)
        return CW_LOCAL_MEMORY;
    for (size_t r = 0; r < row_count; r++) {
        run.row = &rows[r];
        if (!row_fits(f, rows[r].kinds))
            continue;
        if (rows[r].start == EVENT_NONE)
            run_from_opening(&run);
        else
            run_from_events(&run);
    }
    return sort_clocks(f, &run);
}
