/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who ends a conflict (docs/fold.md §5.10): one who lacks the rank names no two values that differ, and he does not get there in
 * two steps either, by naming one and saying the other, or one after the other. The cell is gone through in order, with how
 * many of each value stand.
 */
#include "cases/work.h"

enum standing {
    STANDS_NOT = 0,
    STANDS = 1,
    STANDS_BUT_NAMED = 2, /* by the write that is looked at */
    NAMED_BEFORE = 3,     /* by one that is earlier: it stands at no place */
};

struct endings {
    struct fold *f;
    const struct work_cell *cell;
    uint32_t *order;    /* of the cell's writes */
    uint32_t *standing; /* how many stand, by class of values */
    uint32_t distinct;  /* classes of which some stand */
};

static bool lacks_rank(const struct fold *f, const struct work_write *w)
{
    return (f->ops[w->op].roles & policy_lower_roles(f->policy, w->row)) == 0;
}

static bool is_candidate(const struct work_write *w)
{
    return w->eligible && !w->floor && w->fate == 0;
}

/* There is nothing to go through where everybody has the rank who names anything. */
static bool is_asked(const struct fold *f, const struct work_cell *cell)
{
    for (uint32_t i = 0; cell->row->rule == RULE_MVR && i < cell->count; i++) {
        const struct work_write *w = &f->writes[f->by_cell[cell->first + i]];

        if (is_candidate(w) && w->write->supersede_count > 0 && lacks_rank(f, w))
            return true;
    }
    return false;
}

static int compare_values(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;
    const struct op_write *wa = f->writes[a].write, *wb = f->writes[b].write;
    int order = compare_u64(!wa->has_value, !wb->has_value);

    if (order == 0 && wa->has_value)
        order = value_compare(&wa->value, &wb->value);
    return order != 0 ? order : compare_u64(a, b);
}

static int compare_order(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;

    if (a == b)
        return 0;
    return write_later(f, &f->writes[a], &f->writes[b]) ? 1 : -1;
}

/* What is withheld equals nothing. */
static void classify_values(struct endings *e)
{
    struct fold *f = e->f;

    sort_indices(e->order, e->cell->count, compare_values, f);
    for (uint32_t i = 0; i < e->cell->count; i++) {
        struct work_write *w = &f->writes[e->order[i]];
        const struct work_write *before = i > 0 ? &f->writes[e->order[i - 1]] : NULL;
        bool same = before != NULL && before->write->has_value && w->write->has_value &&
                    values_equal(&before->write->value, &w->write->value);

        w->value_class = same ? before->value_class : i;
    }
}

static void put(struct endings *e, const struct work_write *w)
{
    e->distinct += e->standing[w->value_class]++ == 0;
}

static void take(struct endings *e, const struct work_write *w)
{
    e->distinct -= --e->standing[w->value_class] == 0;
}

static void take_named(struct endings *e, const struct work_write *w)
{
    for (uint32_t i = 0; i < w->write->supersede_count; i++) {
        struct work_write *named = named_write(e->f, w, i);

        if (named != NULL && named->stands_yet == STANDS) {
            named->stands_yet = STANDS_BUT_NAMED;
            take(e, named);
        }
    }
}

static void settle_named(struct endings *e, const struct work_write *w, bool gone)
{
    for (uint32_t i = 0; i < w->write->supersede_count; i++) {
        struct work_write *named = named_write(e->f, w, i);

        if (named == NULL)
            continue;
        if (gone) {
            named->stands_yet = NAMED_BEFORE;
        } else if (named->stands_yet == STANDS_BUT_NAMED) {
            named->stands_yet = STANDS;
            put(e, named);
        }
    }
}

static void look_at(struct endings *e, struct work_write *w)
{
    bool was_conflict = e->distinct > 1, named_before = w->stands_yet == NAMED_BEFORE;

    take_named(e, w);
    put(e, w);
    if (was_conflict && e->distinct == 1 && lacks_rank(e->f, w)) {
        take(e, w);
        settle_named(e, w, false);
        w->fate = FATE_PROPOSAL;
        return;
    }
    settle_named(e, w, true);
    if (named_before)
        take(e, w);
    else
        w->stands_yet = STANDS;
}

enum cw_err judge_endings(struct fold *f, const struct work_cell *cell)
{
    size_t mark = arena_mark(f->arena);
    struct endings e = {.f = f, .cell = cell};

    if (!is_asked(f, cell))
        return CW_OK;
    e.order = ARENA_ARRAY(f->arena, uint32_t, cell->count);
    e.standing = ARENA_ARRAY(f->arena, uint32_t, cell->count);
    if (e.order == NULL || e.standing == NULL)
        return CW_LOCAL_MEMORY;
    memcpy(e.order, f->by_cell + cell->first, cell->count * sizeof *e.order);
    classify_values(&e);
    sort_indices(e.order, cell->count, compare_order, f);
    for (uint32_t i = 0; i < cell->count; i++) {
        struct work_write *w = &f->writes[e.order[i]];

        if (is_candidate(w))
            look_at(&e, w);
    }
    arena_release(f->arena, mark);
    return CW_OK;
}
