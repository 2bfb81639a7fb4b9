/* SPDX-License-Identifier: Apache-2.0 */
/* See happenings.h. A joint warrant recorded by two divisions is one warrant: by exhibit, by a person's word, or by correction. */
#include "cases/happenings.h"

static uint32_t root_of(struct fold *f, uint32_t event)
{
    while (f->events[event].class_root != event) {
        uint32_t parent = f->events[event].class_root;

        f->events[event].class_root = f->events[parent].class_root; /* halves the path */
        event = parent;
    }
    return event;
}

/* The root is the least index, so the forest does not depend on the order of joining. */
static void join(struct fold *f, uint32_t a, uint32_t b)
{
    uint32_t ra = root_of(f, a), rb = root_of(f, b);

    if (ra < rb)
        f->events[rb].class_root = ra;
    else
        f->events[ra].class_root = rb;
}

static bool joins(const struct fold *f, uint32_t a, uint32_t b)
{
    return is_member(&f->events[a]) && is_member(&f->events[b]) && f->events[a].row == f->events[b].row;
}

static bool is_voided(const struct fold *f, uint32_t event, const struct hash *id)
{
    uint32_t low = 0, high = f->void_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct work_void *at = &f->voids[middle];
        int order = compare_u64(at->event, event);

        if (order == 0)
            order = ID_COMPARE(&at->id, id);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static int compare_voids(const void *context, uint32_t a, uint32_t b)
{
    const struct work_void *voids = context;
    int order = compare_u64(voids[a].event, voids[b].event);

    if (order == 0)
        order = ID_COMPARE(&voids[a].id, &voids[b].id);
    return order != 0 ? order : compare_u64(a, b);
}

static enum cw_err sort_voids(struct fold *f)
{
    uint32_t *order = ARENA_ARRAY(f->arena, uint32_t, f->void_count);
    struct work_void *sorted = ARENA_ARRAY(f->arena, struct work_void, f->void_count);

    if (order == NULL || sorted == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->void_count; i++)
        order[i] = i;
    sort_indices(order, f->void_count, compare_voids, f->voids);
    for (uint32_t i = 0; i < f->void_count; i++)
        sorted[i] = f->voids[order[i]];
    f->voids = sorted;
    return CW_OK;
}

static enum cw_err join_declared(struct fold *f, uint32_t event)
{
    const struct work_event *e = &f->events[event];
    const struct op *op = f->ops[e->op].op;

    for (uint32_t i = 0; i < op->same_count; i++) {
        uint32_t other = find_event(f, &op->same_as[i]);
        enum cw_err err;

        if (other == NONE || other == event || is_voided(f, event, &op->same_as[i]))
            continue;
        if (joins(f, event, other)) {
            join(f, event, other);
        } else if (f->ops[f->events[other].op].op->event != op->event) {
            err = note_add(f, NOTE_SAME_OTHER_TYPE, op->event, dot_of(f, e->op, 0), f->events[other].op);
            if (err != CW_OK)
                return err;
        }
    }
    return CW_OK;
}

/* Corrections were judged in events.c; here only those that took effect are joined. */
static void join_corrected(struct fold *f, uint32_t event)
{
    const struct op *op = f->ops[f->events[event].op].op;

    for (uint32_t i = 0; i < op->correct_count; i++) {
        uint32_t target = find_op(f, &op->corrects[i].op);
        uint32_t other = target == NONE ? NONE : f->extra[target].event;

        if (other != NONE && other != event && joins(f, event, other))
            join(f, event, other);
    }
}

struct exhibit_keys {
    const struct fold *f;
    const struct cw_slice *exhibits; /* by event index; empty: none */
};

static int compare_exhibits(const void *context, uint32_t a, uint32_t b)
{
    const struct exhibit_keys *keys = context;
    int order = compare_u64(keys->f->events[a].row->number, keys->f->events[b].row->number);

    if (order == 0)
        order = slice_compare(keys->exhibits[a], keys->exhibits[b]);
    return order != 0 ? order : compare_u64(a, b);
}

static uint32_t gather_exhibits(struct fold *f, struct cw_slice *exhibits, uint32_t *sorted)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < f->event_count; i++) {
        const struct work_event *e = &f->events[i];
        const struct op_value *exhibit = is_member(e) && !e->withdrawn ? event_detail(f, e, FIELD_EXHIBIT) : NULL;

        if (exhibit != NULL && exhibit->text.len > 0) {
            exhibits[i] = exhibit->text;
            sorted[count++] = i;
        }
    }
    return count;
}

static enum cw_err join_exhibits(struct fold *f)
{
    struct cw_slice *exhibits = ARENA_ARRAY(f->arena, struct cw_slice, f->event_count);
    uint32_t *sorted = ARENA_ARRAY(f->arena, uint32_t, f->event_count);
    struct exhibit_keys keys = {f, exhibits};
    uint32_t count;

    if (exhibits == NULL || sorted == NULL)
        return CW_LOCAL_MEMORY;
    count = gather_exhibits(f, exhibits, sorted);
    sort_indices(sorted, count, compare_exhibits, &keys);
    for (uint32_t i = 1; i < count; i++) {
        if (joins(f, sorted[i - 1], sorted[i]) && slice_eq(exhibits[sorted[i - 1]], exhibits[sorted[i]]))
            join(f, sorted[i - 1], sorted[i]);
    }
    return CW_OK;
}

enum cw_err happenings_unite(struct fold *f)
{
    enum cw_err err = sort_voids(f);

    for (uint32_t i = 0; i < f->event_count; i++)
        f->events[i].class_root = i;
    for (uint32_t i = 0; i < f->event_count && err == CW_OK; i++) {
        struct work_event *e = &f->events[i];

        if (event_stands(e) && (e->row->flags & EVENT_TALLIED) != 0) {
            join_corrected(f, i);
            err = join_declared(f, i);
        }
    }
    if (err == CW_OK)
        err = join_exhibits(f);
    for (uint32_t i = 0; i < f->event_count; i++)
        f->events[i].class_root = root_of(f, i);
    return err;
}
