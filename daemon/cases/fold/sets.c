/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets (docs/fold.md §8.7, §8.8). A remove takes away the adds it saw and no others, so a concurrent add stays: wrongly
 * losing a member is worse than looking at one more. Equal values are one element.
 */
#include "cases/rules.h"

/* Elements ascending by value, withheld ones last and apart; within an element the latest add first. */
static int compare_elements(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;
    const struct work_write *wa = &f->writes[a], *wb = &f->writes[b];
    int order = compare_u64(!wa->write->has_value, !wb->write->has_value);

    if (order == 0 && wa->write->has_value)
        order = value_compare(&wa->write->value, &wb->write->value);
    if (order != 0 || a == b)
        return order;
    return write_later(f, wa, wb) ? -1 : 1;
}

static bool is_same_element(const struct work_write *a, const struct work_write *b)
{
    return a->write->has_value && b->write->has_value && values_equal(&a->write->value, &b->write->value);
}

static bool is_add(const struct work_write *w)
{
    return w->write->verb == VERB_ADD;
}

/* Adds that stand, and those that were removed: both are needed to see a removal that missed one. */
static uint32_t gather_adds(struct fold *f, const struct work_cell *cell, uint32_t *adds)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < cell->count; i++) {
        const struct work_write *w = &f->writes[f->by_cell[cell->first + i]];

        if (is_add(w) && (w->fate == 0 || w->removed_by != NONE))
            adds[count++] = f->by_cell[cell->first + i];
    }
    sort_indices(adds, count, compare_elements, f);
    return count;
}

struct element {
    struct work_write *dot; /* the latest standing add */
    uint32_t add_count;
    uint32_t remover; /* the latest remove that took an equal add away, or NONE */
    bool struck;
};

static void take_removed(const struct fold *f, struct element *e, const struct work_write *w)
{
    if (e->remover == NONE || write_later(f, &f->writes[w->removed_by], &f->writes[e->remover]))
        e->remover = w->removed_by;
}

static void take_standing(struct element *e, struct work_write *w)
{
    if (e->dot == NULL)
        e->dot = w;
    e->struck = e->add_count == 0 ? w->struck : e->struck && w->struck;
    e->add_count++;
    w->fate = FATE_CURRENT;
}

/* One run of equal adds; returns where the next begins. */
static uint32_t take_element(struct fold *f, const uint32_t *adds, uint32_t at, uint32_t count, struct element *e)
{
    const struct work_write *first = &f->writes[adds[at]];

    *e = (struct element){.remover = NONE};
    for (; at < count; at++) {
        struct work_write *w = &f->writes[adds[at]];

        if (w != first && !is_same_element(first, w))
            break;
        if (w->superseded)
            take_removed(f, e, w);
        else
            take_standing(e, w);
    }
    return at;
}

/* §8.7: re-adding something answers its removal by naming it; otherwise the two did not see each other. */
static bool missed_by_remove(const struct fold *f, const struct element *e)
{
    return e->remover != NONE && !op_directly_knows(f, e->dot->op, f->writes[e->remover].op);
}

static enum cw_err put_element(struct settling *s, struct element *e, struct case_value *out)
{
    struct fold *f = s->f;

    *out = value_of(f, e->dot);
    out->add_count = e->add_count;
    out->flags |= e->struck ? VALUE_STRUCK : 0u;
    if (!missed_by_remove(f, e))
        return CW_OK;
    out->flags |= VALUE_REMOVED_ONCE;
    return note_add(f, NOTE_REMOVE_UNAWARE, s->cell->row->number, out->dot, f->writes[e->remover].op);
}

enum cw_err settle_set(struct settling *s, struct case_cell *out)
{
    struct fold *f = s->f;
    uint32_t *adds = ARENA_ARRAY(f->arena, uint32_t, s->cell->count);
    struct case_value *values = ARENA_ARRAY(f->arena, struct case_value, s->count);
    uint32_t count;

    if (adds == NULL || values == NULL)
        return CW_LOCAL_MEMORY;
    count = gather_adds(f, s->cell, adds);
    for (uint32_t at = 0; at < count;) {
        struct element e;

        at = take_element(f, adds, at, count, &e);
        if (e.dot != NULL) {
            enum cw_err err = put_element(s, &e, &values[out->value_count]);

            if (err != CW_OK)
                return err;
            out->value_count++;
        }
    }
    out->values = values;
    return CW_OK;
}
