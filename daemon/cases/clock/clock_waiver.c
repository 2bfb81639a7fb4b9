/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a waiver reaches (docs/fold.md §19.9). One duty stands for all of its row that nobody has done; whoever waives it decides
 * about what was there, and not about what begins later.
 */
#include "cases/clocks.h"

static bool is_waiver(const struct fold *f, const struct work_event *e)
{
    return event_is_mark(e) && e->row->number == EVENT_CLOCK_WAIVED && mark_clock(f, e) != NULL;
}

struct waiver_list {
    const struct fold *f;
    const struct clock_waiver *waivers;
};

static int compare_waivers(const void *context, uint32_t a, uint32_t b)
{
    const struct waiver_list *list = context;
    int order = ID_COMPARE(&list->waivers[a].id, &list->waivers[b].id);

    return order != 0 ? order : compare_u64(a, b); /* they were listed in order */
}

enum cw_err clock_list_waivers(struct clock_run *run)
{
    struct fold *f = run->f;
    uint32_t count = 0, *order;
    struct clock_waiver *found, *sorted;
    struct waiver_list list = {.f = f};

    for (uint32_t i = 0; i < f->event_count; i++)
        count += is_waiver(f, &f->events[i]);
    found = ARENA_ARRAY(f->arena, struct clock_waiver, count);
    sorted = ARENA_ARRAY(f->arena, struct clock_waiver, count);
    order = ARENA_ARRAY(f->arena, uint32_t, count);
    if (found == NULL || sorted == NULL || order == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0, at = 0; i < f->event_count; i++) {
        const struct work_event *e = &f->events[i];

        if (!is_waiver(f, e))
            continue;
        order[at] = at;
        found[at++] = (struct clock_waiver){.id = mark_clock(f, e)->id, .op = e->op};
    }
    list.waivers = found;
    sort_indices(order, count, compare_waivers, &list);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = found[order[i]];
    run->waivers = sorted;
    run->waiver_count = count;
    return CW_OK;
}

static uint32_t first_waiver(const struct clock_run *run, const struct hash *id)
{
    uint32_t low = 0, high = run->waiver_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (ID_COMPARE(&run->waivers[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t clock_covers(const struct clock_run *run, const struct case_clock *clock)
{
    const struct fold *f = run->f;
    uint32_t covered = NONE, own;
    struct hash id;

    if (run->waiver_count == 0 || clock->end == CLOCK_END_MET)
        return NONE;
    thing_id_of(&clock->start, CLOCK_ID_INDEX + clock->clock, &id);
    for (uint32_t i = first_waiver(run, &id); i < run->waiver_count && ID_EQ(&run->waivers[i].id, &id); i++) {
        if ((f->ops[run->waivers[i].op].roles & clock->waive) != 0)
            covered = rank_of(f, run->waivers[i].op);
    }
    if (covered == NONE)
        return NONE;
    own = rank_of(f, find_op(f, &clock->start)) + 1;
    return covered > own ? covered : own;
}
