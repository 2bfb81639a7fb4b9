/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which notice an event is about (docs/fold.md §19.12): the one that it names; where it names none, but says of what kind it is, the
 * only one of that kind that is open. So the end of one is not the end of another, and what is about something else is about none.
 */
#include "cases/clocks.h"
#include "cases/view.h"

/* An event that begins something, or says something of it; in order of its place. */
struct mention {
    uint32_t event;
    bool begins;
};

struct naming {
    const struct clock_run *run;
    struct mention *mentions;
    uint32_t count;
    uint32_t *named; /* by event */
    bool *open;      /* by event: the first of what was begun */
    uint32_t open_count;
    uint64_t open_sum; /* of their indices: when there is one, it is that one */
};

static bool begins(const struct clock_run *run, const struct work_event *e)
{
    return event_may_start(e) && e->row->number == run->row->starts[0] &&
           event_shows(run->f, e, run->row->start_field, run->row->start_mask);
}

static bool mentions(const struct schema_clock *row, const struct work_event *e)
{
    return event_speaks(e) && (e->row->number == row->starts[1] || clock_is_met_by(row, e->row->number));
}

static void list_mentions(struct naming *n)
{
    const struct fold *f = n->run->f;

    for (uint32_t i = 0; i < f->event_count; i++) {
        const struct work_event *e = &f->events[i];

        n->named[i] = NONE;
        n->open[i] = false;
        if (begins(n->run, e))
            n->mentions[n->count++] = (struct mention){.event = e->first, .begins = true};
        else if (mentions(n->run->row, e))
            n->mentions[n->count++] = (struct mention){.event = i};
    }
}

/* Events are in order, so their indices tell it. */
static int compare_mentions(const void *context, uint32_t a, uint32_t b)
{
    const struct naming *n = context;
    const struct mention *x = &n->mentions[a], *y = &n->mentions[b];
    int order = compare_u64(n->run->f->events[x->event].first, n->run->f->events[y->event].first);

    return order != 0 ? order : compare_u64(x->event, y->event);
}

static void open_or_close(struct naming *n, uint32_t first, bool opens)
{
    if (n->open[first] == opens)
        return;
    n->open[first] = opens;
    if (opens) {
        n->open_count++;
        n->open_sum += first;
    } else {
        n->open_count--;
        n->open_sum -= first;
    }
}

/* What the event of this id began, or is about itself. */
static uint32_t named_by_id(const struct naming *n, const struct hash *id)
{
    const struct fold *f = n->run->f;
    uint32_t event = find_event(f, id), first;

    if (event == NONE)
        return NONE;
    first = n->open[f->events[event].first] ? f->events[event].first : n->named[event];
    return first != NONE && n->open[first] ? first : NONE;
}

static uint32_t find_named(const struct naming *n, uint32_t event)
{
    const struct fold *f = n->run->f;
    const struct schema_clock *row = n->run->row;
    const struct work_event *e = &f->events[event];
    const struct op_value *kind = event_detail(f, e, row->start_field), *about = event_detail(f, e, FIELD_ABOUT);

    if (kind != NULL && !in_mask(row->start_mask, kind->number))
        return NONE;
    if (about != NULL)
        return named_by_id(n, &about->id);
    if (e->first != event)
        return n->named[e->first];
    return kind != NULL && n->open_count == 1 ? (uint32_t)n->open_sum : NONE;
}

static void take(struct naming *n, const struct mention *mention)
{
    uint32_t number = n->run->f->events[mention->event].row->number, named;

    if (mention->begins) {
        open_or_close(n, mention->event, true);
        return;
    }
    named = find_named(n, mention->event);
    n->named[mention->event] = named;
    if (named != NONE && number != n->run->row->starts[1])
        open_or_close(n, named, false);
}

static bool is_started(const struct clock_run *run)
{
    for (uint32_t i = 0; i < run->f->event_count; i++) {
        if (begins(run, &run->f->events[i]))
            return true;
    }
    return false;
}

enum cw_err clock_list_named(struct clock_run *run)
{
    struct fold *f = run->f;
    struct naming n = {.run = run};
    uint32_t *order;

    run->named = NULL;
    if ((run->row->flags & CLOCK_NAMED) == 0 || !is_started(run))
        return CW_OK;
    n.mentions = ARENA_ARRAY(f->arena, struct mention, f->event_count);
    n.named = ARENA_ARRAY(f->arena, uint32_t, f->event_count);
    n.open = ARENA_ARRAY(f->arena, bool, f->event_count);
    order = ARENA_ARRAY(f->arena, uint32_t, f->event_count);
    if (n.mentions == NULL || n.named == NULL || n.open == NULL || order == NULL)
        return CW_LOCAL_MEMORY;
    list_mentions(&n);
    for (uint32_t i = 0; i < n.count; i++)
        order[i] = i;
    sort_indices(order, n.count, compare_mentions, &n);
    for (uint32_t i = 0; i < n.count; i++)
        take(&n, &n.mentions[order[i]]);
    run->named = n.named;
    return CW_OK;
}
