/* SPDX-License-Identifier: Apache-2.0 */
/* The events of one child's records that a board counts. */
#include "tool/board_parts.h"

#include "lib/fault.h"
#include "proto/id.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

/* The beginning of an interval that a field says; false: it does not. */
static bool interval_of(const Cw__ViewField *field, int64_t *out_ms)
{
    const Cw__Value *value = field->n_values > 0 ? field->values[0]->value : NULL;

    if (value == NULL || value->interval == NULL || !value->interval->has_earliest_ms)
        return false;
    *out_ms = (int64_t)value->interval->earliest_ms;
    return true;
}

/* When it occurred: true; else when it was said. */
static bool event_at(const Cw__ViewEvent *event, int64_t *out_at)
{
    *out_at = (int64_t)event->author_time_ms;
    for (size_t i = 0; i < event->n_fields; i++)
        if (event->fields[i]->field == FIELD_OCCURRED && interval_of(event->fields[i], out_at))
            return true;
    return false;
}

/* What another stands for, what was taken back, or what only somebody proposed, is not counted. */
static bool counts(const Cw__ViewEvent *event)
{
    return event->corrected_by.len == 0 && event->withdrawn_by.len == 0 && !event->withdraws && event->n_same_as == 0 &&
           !event->proposal && !event->refused_transition;
}

static int64_t step_of(const Cw__ViewEvent *event)
{
    for (size_t i = 0; i < event->n_fields; i++) {
        const Cw__ViewField *field = event->fields[i];

        if (field->field == FIELD_RHI_STEP && field->n_values > 0 && field->values[0]->value != NULL)
            return field->values[0]->value->number;
    }
    return 0;
}

/* Reports of one absence that people merged go by one of them (docs/fold.md §4.6). */
static struct cw_slice report_of(const Cw__CaseView *view, const Cw__ViewEvent *event)
{
    for (size_t i = 0; i < view->n_episodes; i++)
        for (size_t j = 0; j < view->episodes[i]->n_merged; j++)
            if (slice_eq(wire_slice(view->episodes[i]->merged[j]), wire_slice(event->event_id)))
                return wire_slice(view->episodes[i]->episode);
    return wire_slice(event->event_id);
}

static void put(struct told_list *list, const Cw__ViewEvent *event, size_t record, size_t place)
{
    struct told_event *e = &list->at[list->count++];

    *e = (struct told_event){.op = wire_slice(event->op),
                             .episode = wire_slice(event->episode),
                             .record = record,
                             .place = place,
                             .step = step_of(event)};
    e->dated = event_at(event, &e->at);
}

/* The list of what is counted once more for each; NULL: it is not. */
static struct told_list *list_of(struct counting *c, uint32_t type)
{
    switch (type) {
    case EVENT_EPISODE_REPORTED:
        return &c->episodes;
    case EVENT_RETURNED:
        return &c->returns;
    case EVENT_RETURN_CLAIM:
        return &c->claims;
    case EVENT_RETURN_CONFIRMED:
        return &c->confirmed;
    case EVENT_RHI:
        return &c->interviews;
    default:
        return NULL;
    }
}

static void put_report(struct counting *c, const Cw__ViewEvent *event, size_t record, size_t place)
{
    const Cw__CaseView *view = c->records[record].pages[0];
    struct cw_slice report = report_of(view, event);

    if (board_was_cancelled(view, report))
        return;
    put(&c->episodes, event, record, place);
    c->episodes.at[c->episodes.count - 1].report = report;
}

/* `place` is how many events of the record are newer. */
static void sort_event(struct counting *c, const Cw__ViewEvent *event, size_t record, size_t place)
{
    struct told_list *list = counts(event) ? list_of(c, event->type) : NULL;

    if ((event->type == EVENT_STILL_MISSING || event->type == EVENT_CLAIM_REFUTED ||
         event->type == EVENT_FOUND_DEAD_CONFIRMED) &&
        board_took_step(&c->records[record], event))
        put(&c->undoing, event, record, place);
    if (list == NULL)
        return;
    if (list == &c->episodes)
        put_report(c, event, record, place);
    else
        put(list, event, record, board_place(&c->records[record], event, place));
}

/* What the case's id is made of; empty: no value that is shown was said with it. */
static struct cw_slice opening_of(const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_fields; i++)
        for (size_t v = 0; v < view->fields[i]->n_values; v++) {
            const Cw__OpRef *by = view->fields[i]->values[v]->set_by;
            struct cw_op_id op;
            struct cw_case_id id;

            if (by == NULL || by->op.len != ID_LEN)
                continue;
            memcpy(op.b, by->op.data, ID_LEN);
            case_id_of(&op, &id);
            if (slice_eq(slice(id.b, ID_LEN), wire_slice(view->case_id)))
                return wire_slice(by->op);
        }
    return slice(NULL, 0);
}

/* The first begins with the case: reported_at, else last_seen, else when the case was opened. */
static struct told_event first_episode(const Cw__CaseView *view, size_t record)
{
    static const uint32_t fields[] = {FIELD_REPORTED_AT, FIELD_LAST_SEEN};
    struct told_event out = {.record = record, .op = opening_of(view)};
    bool known = false;

    for (size_t i = 0; i < view->n_fields; i++) {
        const Cw__ViewField *field = view->fields[i];

        if (field->field != FIELD_TITLE || field->n_values == 0 || field->values[0]->set_by == NULL)
            continue;
        if (out.op.len == 0)
            out.op = wire_slice(field->values[0]->set_by->op);
        out.at = (int64_t)field->values[0]->author_time_ms;
    }
    for (size_t f = 0; f < CW_COUNT(fields) && !known; f++)
        for (size_t i = 0; i < view->n_fields && !known; i++)
            known = view->fields[i]->field == fields[f] && view->fields[i]->episode.len == 0 &&
                    interval_of(view->fields[i], &out.at);
    return out;
}

static int compare_told(const void *left, const void *right)
{
    const struct told_event *l = left, *r = right;

    if (l->at != r->at)
        return l->at < r->at ? -1 : 1;
    return slice_compare(l->op, r->op);
}

static size_t event_count(const struct counting *c)
{
    size_t count = c->record_count; /* the first episode of each */

    for (size_t r = 0; r < c->record_count; r++)
        for (size_t p = 0; p < c->records[r].page_count; p++)
            count += c->records[r].pages[p]->n_events;
    return count;
}

/* The last of the same episode, or NULL. */
static const struct told_event *last_of(const struct told_list *list, const struct told_event *of)
{
    for (size_t i = list->count; i-- > 0;)
        if (list->at[i].record == of->record && slice_eq(list->at[i].episode, of->episode))
            return &list->at[i];
    return NULL;
}

/* A claim that an inspector confirmed is a return, from when the claim says, where nobody has seen one (docs/fold.md §19.4). */
static void take_confirmed(struct counting *c)
{
    for (size_t i = 0; i < c->confirmed.count; i++) {
        struct told_event e = c->confirmed.at[i];
        const struct told_event *claim = last_of(&c->claims, &e);

        if (claim == NULL || last_of(&c->returns, &e) != NULL)
            continue;
        e.at = e.dated ? e.at : claim->at;
        c->returns.at[c->returns.count++] = e;
    }
}

static void sort_record(struct counting *c, size_t record)
{
    const struct board_record *r = &c->records[record];
    size_t place = 0;

    if (!board_was_cancelled(r->pages[0], slice(NULL, 0)))
        c->episodes.at[c->episodes.count++] = first_episode(r->pages[0], record);
    for (size_t p = 0; p < r->page_count; p++)
        for (size_t i = 0; i < r->pages[p]->n_events; i++)
            sort_event(c, r->pages[p]->events[i], record, place++);
}

static void sort_list(struct told_list *list)
{
    qsort(list->at, list->count, sizeof(*list->at), compare_told);
}

static void make_lists(struct counting *c, struct told_list *const lists[], size_t count)
{
    size_t most = event_count(c);

    for (size_t i = 0; i < count; i++) {
        lists[i]->at = calloc(most + 1, sizeof(*lists[i]->at));
        CW_ASSERT(lists[i]->at != NULL);
    }
    c->absences = calloc(most + 1, sizeof(*c->absences));
    CW_ASSERT(c->absences != NULL);
}

void board_gather(struct counting *c)
{
    struct told_list *const lists[] = {&c->episodes,  &c->returns,    &c->claims,
                                       &c->confirmed, &c->interviews, &c->undoing};

    make_lists(c, lists, CW_COUNT(lists));
    for (size_t r = 0; r < c->record_count; r++)
        sort_record(c, r);
    board_leave_undone(c);
    for (size_t i = 0; i < CW_COUNT(lists); i++)
        sort_list(lists[i]);
    take_confirmed(c); /* of sorted claims */
    sort_list(&c->returns);
}

void board_gather_done(struct counting *c)
{
    free(c->episodes.at);
    free(c->returns.at);
    free(c->claims.at);
    free(c->confirmed.at);
    free(c->interviews.at);
    free(c->undoing.at);
    free(c->absences);
}
