/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record says and never happened: an episode that was reported in error, a return after which an inspector said
 * that the child is still missing, or was found dead. After these nobody is asked about a return either (docs/fold.md
 * §19.8).
 */
#include "tool/board_parts.h"

#include "proto/schema.h"
#include "proto/wire.h"

#include <string.h>

bool board_was_cancelled(const Cw__CaseView *view, struct cw_slice report)
{
    for (size_t i = 0; i < view->n_episodes; i++)
        if (slice_eq(wire_slice(view->episodes[i]->episode), report))
            return slice_eq(wire_slice(view->episodes[i]->state), slice_of("cancelled"));
    return false;
}

/* The record's event of this op, and how many are newer; NULL: it has none. */
static const Cw__ViewEvent *event_of(const struct board_record *record, ProtobufCBinaryData op, size_t *out_place)
{
    size_t place = 0;

    for (size_t p = 0; p < record->page_count; p++)
        for (size_t i = 0; i < record->pages[p]->n_events; i++, place++) {
            const Cw__ViewEvent *event = record->pages[p]->events[i];

            if (!slice_eq(wire_slice(event->op), wire_slice(op)))
                continue;
            *out_place = place;
            return event;
        }
    return NULL;
}

/* The older event that this one says once more; NULL: it is the first. */
static const Cw__ViewEvent *first_said(const struct board_record *record, const Cw__ViewEvent *event, size_t *place)
{
    for (size_t i = 0; i < event->n_corrects; i++) {
        size_t at = 0;
        const Cw__ViewEvent *older = event_of(record, event->corrects[i], &at);

        if (older == NULL || older->type != event->type || older->withdrawn_by.len > 0 || at <= *place)
            continue;
        *place = at;
        return older;
    }
    return NULL;
}

size_t board_place(const struct board_record *record, const Cw__ViewEvent *event, size_t place)
{
    while (event != NULL)
        event = first_said(record, event, &place);
    return place;
}

/* docs/fold.md §12.2. */
bool board_took_step(const struct board_record *record, const Cw__ViewEvent *event)
{
    size_t place = 0;
    const Cw__ViewEvent *by;

    if (event->withdrawn_by.len > 0 || event->withdraws || event->proposal || event->refused_transition ||
        first_said(record, event, &place) != NULL)
        return false;
    by = event->corrected_by.len > 0 ? event_of(record, event->corrected_by, &place) : NULL;
    return by == NULL || by->type == event->type;
}

static bool was_undone(const struct counting *c, const struct told_event *e)
{
    for (size_t i = 0; i < c->undoing.count; i++) {
        const struct told_event *u = &c->undoing.at[i];

        if (u->record == e->record && u->place < e->place && slice_eq(u->episode, e->episode))
            return true;
    }
    return false;
}

static void leave_undone(const struct counting *c, struct told_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++)
        if (!was_undone(c, &list->at[i]))
            list->at[kept++] = list->at[i];
    list->count = kept;
}

void board_leave_undone(struct counting *c)
{
    leave_undone(c, &c->returns);
    leave_undone(c, &c->claims);
    leave_undone(c, &c->confirmed);
}
