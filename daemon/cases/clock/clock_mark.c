/* SPDX-License-Identifier: Apache-2.0 */
/* What people and daemons said about duties (docs/fold.md §19.10): by the id that a clock has, in order. */
#include "cases/clocks.h"
#include "cases/view.h"

struct mark_list {
    struct fold *f;
    struct case_clock *clocks;
    uint32_t clock_count;
    uint32_t *by_id;                      /* clocks */
    uint32_t count, *clock_of, *event_of; /* of each mark */
    uint32_t waived;                      /* scratch: the op that waived the clock looked at; NONE */
    bool breached;                        /* scratch: some division said so */
};

static int compare_ids(const void *context, uint32_t a, uint32_t b)
{
    const struct case_clock *clocks = context;
    int order = ID_COMPARE(&clocks[a].id, &clocks[b].id);

    return order != 0 ? order : compare_u64(a, b);
}

static int compare_marks(const void *context, uint32_t a, uint32_t b)
{
    const struct mark_list *m = context;
    int order = compare_u64(m->clock_of[a], m->clock_of[b]);

    return order != 0 ? order : compare_u64(m->event_of[a], m->event_of[b]);
}

static uint32_t find_clock(const struct mark_list *m, const struct hash *id)
{
    uint32_t low = 0, high = m->clock_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = ID_COMPARE(&m->clocks[m->by_id[middle]].id, id);

        if (order == 0)
            return m->by_id[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NONE;
}

/* What a daemon told was told, whatever somebody says of it later. */
bool event_is_mark(const struct work_event *e)
{
    if (!event_stands(e) || e->row->class != EVENT_CLASS_CLOCK)
        return false;
    return e->row->number == EVENT_CLOCK_BREACHED || (!e->corrected_other_type && !e->replaced);
}

const struct op_value *mark_clock(const struct fold *f, const struct work_event *e)
{
    const struct op_value *id = event_detail(f, e, FIELD_CLOCK);

    return id != NULL ? id : event_detail(f, e, FIELD_ABOUT);
}

static void gather(struct mark_list *m)
{
    const struct fold *f = m->f;

    for (uint32_t i = 0; i < f->event_count; i++) {
        const struct work_event *e = &f->events[i];
        const struct op_value *id;
        uint32_t clock;

        if (!event_is_mark(e))
            continue;
        id = mark_clock(f, e);
        clock = id != NULL ? find_clock(m, &id->id) : NONE;
        if (clock == NONE)
            continue;
        m->clock_of[m->count] = clock;
        m->event_of[m->count++] = i;
    }
}

/* --- effects, mark by mark ------------------------------------------------------------------------------------ */

static bool has_effect(struct mark_list *m, const struct case_clock *clock, const struct work_event *e)
{
    const struct fold *f = m->f;
    const struct case_op *op = &f->ops[e->op];
    const struct op_value *due;

    switch (e->row->number) {
    case EVENT_CLOCK_ACK:
        return (op->roles & clock_may_acknowledge(f->state, clock)) != 0 &&
               (m->breached || op->author_time.ms >= clock->deadline_ms);
    case EVENT_CLOCK_WAIVED:
        return (op->roles & clock->waive) != 0;
    case EVENT_CLOCK_BREACHED:
        due = event_detail(f, e, FIELD_DUE);
        return !m->breached && due != NULL && due->number == clock->deadline_ms;
    default:
        return true;
    }
}

static void apply(struct mark_list *m, struct case_clock *clock, const struct work_event *e, uint32_t mark)
{
    const struct fold *f = m->f;
    int64_t at = f->ops[e->op].author_time.ms;

    if (e->row->number == EVENT_CLOCK_ACK && clock->ack == NONE)
        clock->ack = mark;
    if (e->row->number == EVENT_CLOCK_WAIVED && m->waived == NONE)
        m->waived = e->op;
    if (e->row->number != EVENT_CLOCK_BREACHED)
        return;
    m->breached = true;
    clock->learned_late = clock->learned_late || at > add_span(f->policy, clock->deadline_ms, SPAN_LATE) ||
                          (clock->end == CLOCK_END_MET && clock->end_ms <= clock->deadline_ms);
}

static void waive(const struct mark_list *m, struct case_clock *clock)
{
    if (m->waived == NONE || clock->end == CLOCK_END_MET)
        return;
    clock->end = CLOCK_END_WAIVED;
    clock->end_op = m->f->ops[m->waived].op_id;
    clock->end_ms = m->f->ops[m->waived].author_time.ms;
}

static void end_by_ack(const struct mark_list *m, struct case_clock *clock, const struct case_mark *marks)
{
    const struct case_op *op = clock->ack != NONE ? &m->f->ops[marks[clock->ack].op_index] : NULL;

    if ((clock->row->flags & CLOCK_LAPSES) == 0 || clock->end != CLOCK_RUNS || !m->breached || op == NULL)
        return;
    clock->end = CLOCK_END_OVER;
    clock->end_op = op->op_id;
    clock->end_ms = op->author_time.ms;
}

static void judge(struct mark_list *m, const uint32_t *order, struct case_mark *marks)
{
    uint32_t at = 0;

    while (at < m->count) {
        struct case_clock *clock = &m->clocks[m->clock_of[order[at]]];

        clock->first_mark = at;
        m->waived = NONE;
        m->breached = false;
        for (; at < m->count && &m->clocks[m->clock_of[order[at]]] == clock; at++) {
            const struct work_event *e = &m->f->events[m->event_of[order[at]]];

            marks[at] = (struct case_mark){e->row->number, e->op, !has_effect(m, clock, e)};
            if (!marks[at].without_effect)
                apply(m, clock, e, at);
            clock->mark_count++;
        }
        waive(m, clock);
        end_by_ack(m, clock, marks);
    }
}

/* --- all of it -------------------------------------------------------------------------------------------------- */

static void identify(struct mark_list *m)
{
    for (uint32_t i = 0; i < m->clock_count; i++) {
        struct case_clock *clock = &m->clocks[i];

        thing_id_of(&clock->start, CLOCK_ID_INDEX + clock->clock, &clock->id);
        m->by_id[i] = i;
    }
    sort_indices(m->by_id, m->clock_count, compare_ids, m->clocks);
}

static uint32_t count_marks(const struct fold *f)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < f->event_count; i++)
        count += event_is_mark(&f->events[i]);
    return count;
}

enum cw_err clock_marks(struct fold *f, struct case_clock *clocks, uint32_t count)
{
    struct mark_list m = {.f = f, .clocks = clocks, .clock_count = count};
    uint32_t most = count_marks(f), *order = ARENA_ARRAY(f->arena, uint32_t, most);
    struct case_mark *marks = ARENA_ARRAY(f->arena, struct case_mark, most);

    m.by_id = ARENA_ARRAY(f->arena, uint32_t, count);
    m.clock_of = ARENA_ARRAY(f->arena, uint32_t, most);
    m.event_of = ARENA_ARRAY(f->arena, uint32_t, most);
    if (order == NULL || marks == NULL || m.by_id == NULL || m.clock_of == NULL || m.event_of == NULL)
        return CW_LOCAL_MEMORY;
    identify(&m);
    gather(&m);
    for (uint32_t i = 0; i < m.count; i++)
        order[i] = i;
    sort_indices(order, m.count, compare_marks, &m);
    judge(&m, order, marks);
    f->state->marks = marks;
    f->state->mark_count = m.count;
    return CW_OK;
}
