/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last step (docs/fold.md §13): fates, events, notes and conflicts are listed and put in order; counts and state
 * flags follow from them.
 */
#include "cases/view.h"
#include "cases/work.h"
#include "proto/identifier.h"

enum { OCG_ACTIVE = 2 };

static const struct hash no_scope;

/* --- writes and events ----------------------------------------------------------------------------------- */

static const struct hash *scope_of(const struct fold *f, const struct work_write *w)
{
    const struct schema_field *row = schema_field(w->write->field);

    return row != NULL && row->place == PLACE_EPISODE ? &f->extra[w->op].scope : &no_scope;
}

static void flag_from_write(struct fold *f, const struct work_write *w)
{
    if (f->ops[w->op].verdict == VERDICT_EFFECTIVE && w->write->withheld)
        f->state->flags |= STATE_INCOMPLETE;
    if (w->fate == FATE_UNKNOWN)
        f->state->flags |= STATE_NEWER;
    if (w->fate == FATE_FLOOR)
        f->state->flags |= STATE_FLOOR;
    f->state->proposal_count += w->fate == FATE_PROPOSAL;
}

static enum cw_err list_writes(struct fold *f)
{
    struct case_write *writes =
        ARENA_ARRAY(f->arena, struct case_write, with_room(f, f->write_count, ROOM_WRITES_EACH));

    if (writes == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->write_count; i++) {
        const struct work_write *w = &f->writes[i];

        CW_ASSERT(w->fate != 0);
        writes[i] = (struct case_write){w->op, w->index, w->fate, *scope_of(f, w)};
        flag_from_write(f, w);
    }
    f->state_writes = writes;
    f->state->writes = writes;
    f->state->write_count = f->write_count;
    return CW_OK;
}

/* The member with the least op_id names its class. */
static enum cw_err name_classes(struct fold *f, uint32_t **out)
{
    uint32_t *least = ARENA_ARRAY(f->arena, uint32_t, f->event_count);

    if (least == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->event_count; i++)
        least[i] = NONE;
    for (uint32_t i = 0; i < f->event_count; i++) {
        const struct work_event *e = &f->events[i];

        if (!e->authorised || e->withdrawal || (e->row->flags & EVENT_TALLIED) == 0)
            continue;
        if (least[e->class_root] == NONE || e->op < f->events[least[e->class_root]].op)
            least[e->class_root] = i;
    }
    *out = least;
    return CW_OK;
}

/* What the indexes of cases hold hashes of (node/case/case_filters.c), and a little more. */
static bool value_names(const struct op_write *write)
{
    const struct schema_field *row = schema_field(write->field);

    if (!write->has_value || row == NULL)
        return false;
    return write->value.type == VALUE_ID || row->type == TYPE_PERSON ||
           (row->flags & (FORM_PHONE | FORM_REFERENCE)) != 0 || identifier_is_formed(row);
}

bool event_names(const struct case_event *event, const struct op *op)
{
    bool names = event->row == NULL || event->row->class == EVENT_CLASS_OWNERSHIP ||
                 event->row->class == EVENT_CLASS_CLOCK || event->event == EVENT_LINK ||
                 event->event == EVENT_IDENTITY_MERGED || event->event == EVENT_IDENTITY_ACCEPTED;

    for (uint32_t i = 0; i < op->write_count && !names; i++)
        names = value_names(&op->writes[i]);
    return names;
}

static enum cw_err list_naming(struct fold *f)
{
    f->naming = ARENA_ARRAY(f->arena, uint32_t, with_room(f, f->event_count, 1));
    if (f->naming == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->event_count; i++) {
        if (event_names(&f->state_events[i], f->ops[f->state_events[i].op_index].op))
            f->naming[f->state->naming_count++] = i;
    }
    f->state->naming = f->naming;
    return CW_OK;
}

static enum cw_err list_events(struct fold *f)
{
    struct case_event *events = ARENA_ARRAY(f->arena, struct case_event, with_room(f, f->event_count, 1));
    uint32_t *least;

    f->event_of = ARENA_ARRAY(f->arena, uint32_t, with_room(f, f->op_count, 1));
    if (events == NULL || f->event_of == NULL || name_classes(f, &least) != CW_OK)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->op_count; i++)
        f->event_of[i] = f->extra[i].event;
    for (uint32_t i = 0; i < f->event_count; i++) {
        const struct work_event *e = &f->events[i];
        bool tallied = e->authorised && !e->withdrawal && (e->row->flags & EVENT_TALLIED) != 0;

        events[i] = (struct case_event){.dot = dot_of(f, e->op, 0),
                                        .id = f->extra[e->op].thing,
                                        .op_index = e->op,
                                        .event = f->ops[e->op].op->event,
                                        .row = e->row,
                                        .scope = e->scope,
                                        .order_time = f->extra[e->op].t,
                                        .authorised = e->authorised,
                                        .corrected = e->corrected,
                                        .withdrawn = e->withdrawn,
                                        .withdrawal = e->withdrawal,
                                        .counted = e->counted,
                                        .class_index = tallied ? least[e->class_root] : NONE};
        if (e->row == NULL)
            f->state->flags |= STATE_NEWER;
        f->state->proposal_count += e->row != NULL && !e->authorised;
    }
    f->state_events = events;
    f->state->events = events;
    f->state->event_of = f->event_of;
    f->state->event_count = f->event_count;
    return CW_OK;
}

/* --- notes ----------------------------------------------------------------------------------------------- */

static enum cw_err note_ops(struct fold *f)
{
    for (uint32_t i = 0; i < f->op_count; i++) {
        const struct case_op *op = &f->ops[i];
        enum cw_err err = CW_OK;

        if (op->verdict != VERDICT_EFFECTIVE)
            continue;
        if (op->op == NULL)
            f->state->flags |= STATE_INCOMPLETE;
        else if (op->op->newer)
            f->state->flags |= STATE_NEWER;
        if ((op->flags & CASE_OP_NOTED) != 0)
            err = note_add(f, NOTE_FLAGGED_OP, op->flags & CASE_OP_NOTED, dot_of(f, i, 0), NONE);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

static enum cw_err note_cell(struct fold *f, const struct case_cell *cell)
{
    for (uint32_t i = 0; i < cell->value_count; i++) {
        const struct case_value *v = &cell->values[i];
        enum cw_err err = CW_OK;

        if (v->fate == FATE_FLOOR)
            err = note_add(f, NOTE_FLOOR, cell->field, v->dot, NONE);
        else if ((v->flags & VALUE_RAISED_CONCURRENT) != 0)
            err = note_add(f, NOTE_LOWER_UNAWARE, cell->field, v->dot, cell->values[cell->shown].op_index);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

/* §12.8: an active group needs somebody responsible. */
static enum cw_err note_missing_lro(struct fold *f)
{
    const struct case_cell *cell = state_cell(f->state, &no_scope, FIELD_LRO);

    if (f->state->machine_count == 0 || f->machines[0].machine != MACHINE_OCG || f->machines[0].state != OCG_ACTIVE)
        return CW_OK;
    if (cell != NULL && cell->value_count > 0)
        return CW_OK;
    return note_add(f, NOTE_NO_LRO, FIELD_LRO, dot_of(f, NONE, 0), NONE);
}

static int compare_dots(const struct dot *a, const struct dot *b)
{
    int order = ID_COMPARE(&a->op, &b->op);

    return order != 0 ? order : compare_u64(a->index, b->index);
}

static int compare_notes(const struct case_note *a, const struct case_note *b)
{
    int order = compare_u64(a->kind, b->kind);

    if (order == 0)
        order = compare_dots(&a->op, &b->op);
    if (order == 0)
        order = ID_COMPARE(&a->about, &b->about);
    return order != 0 ? order : compare_u64(a->field, b->field);
}

static int compare_note_indices(const void *context, uint32_t a, uint32_t b)
{
    const struct case_note *const *notes = context;
    int order = compare_notes(notes[a], notes[b]);

    return order != 0 ? order : compare_u64(a, b);
}

static enum cw_err list_notes(struct fold *f)
{
    const struct case_note **found = ARENA_ARRAY(f->arena, const struct case_note *, f->notes.count);
    struct case_note *sorted = ARENA_ARRAY(f->arena, struct case_note, f->notes.count);
    uint32_t *order = ARENA_ARRAY(f->arena, uint32_t, f->notes.count);
    uint32_t count = 0;

    if (found == NULL || sorted == NULL || order == NULL)
        return CW_LOCAL_MEMORY;
    for (const struct note_chunk *chunk = f->notes.first; chunk != NULL; chunk = chunk->next) {
        for (uint32_t i = 0; i < chunk->count; i++, count++) {
            found[count] = &chunk->notes[i];
            order[count] = count;
        }
    }
    sort_indices(order, count, compare_note_indices, found);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || compare_notes(found[order[i]], found[order[i - 1]]) != 0)
            sorted[f->state->note_count++] = *found[order[i]];
    }
    f->state->notes = sorted;
    return CW_OK;
}

enum cw_err fold_findings(struct fold *f)
{
    enum cw_err err = note_ops(f);

    for (uint32_t i = 0; i < f->state->cell_count && err == CW_OK; i++)
        err = note_cell(f, &f->state->cells[i]);
    if (err == CW_OK)
        err = note_missing_lro(f);
    if (err == CW_OK)
        err = list_writes(f);
    if (err == CW_OK)
        err = list_events(f);
    if (err == CW_OK)
        err = list_naming(f);
    if (err == CW_OK)
        err = list_notes(f);
    return err == CW_OK ? fold_conflicts(f) : err;
}
