/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What counts of one child. Several records of it are one child's: while it is missing by one of them, another division's
 * report of the same absence is no second episode, and coming back ends it in all.
 */
#include "tool/board.h"

#include "lib/fault.h"
#include "proto/id.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define ASKED_WITHIN_MS (72 * HOUR_MS)
#define REPEAT_WITHIN_MS (INT64_C(90) * 24 * HOUR_MS)
#define REPEAT_COUNT 3u

enum { RHI_OFFERED = 1, RHI_DECLINED = 3, RHI_COMPLETED = 5 };

/* Something of one of the records. */
struct told_event {
    int64_t at;
    struct cw_slice op, episode;
    struct cw_slice report; /* of a report: the one by which its episode goes; empty: the first */
    size_t record;
    int64_t step; /* of an interview */
    bool dated;   /* it says when it occurred */
};
struct told_list {
    size_t count;
    struct told_event *at; /* by time */
};
struct counting {
    struct board *b;
    const struct board_record *records;
    size_t record_count;
    struct told_list episodes, ends, returns, claims, confirmed, interviews;
    size_t absence_count;
    int64_t *absences; /* when each began, by time */
};

/* --- events ----------------------------------------------------------------------------------------------------- */

static bool in_period(const struct board *b, int64_t at)
{
    return at >= b->from.ms && at < b->to.ms;
}

static const Cw__CaseView *view_of(const struct counting *c, size_t record)
{
    return c->records[record].pages[0];
}

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

/* At most `span` later; times of others may be any number. */
static bool is_within(int64_t from, int64_t to, int64_t span)
{
    return from > INT64_MAX - span || to <= from + span;
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

static void put(struct told_list *list, const Cw__ViewEvent *event, size_t record)
{
    struct told_event *e = &list->at[list->count++];

    *e = (struct told_event){
        .op = wire_slice(event->op), .episode = wire_slice(event->episode), .record = record, .step = step_of(event)};
    e->dated = event_at(event, &e->at);
}

static void sort_event(struct counting *c, const Cw__ViewEvent *event, size_t record)
{
    if (!counts(event))
        return;
    if (event->type == EVENT_EPISODE_REPORTED) {
        put(&c->episodes, event, record);
        c->episodes.at[c->episodes.count - 1].report = report_of(view_of(c, record), event);
    }
    if (event->type == EVENT_RETURNED || event->type == EVENT_EPISODE_CANCELLED)
        put(&c->ends, event, record);
    if (event->type == EVENT_RETURNED)
        put(&c->returns, event, record);
    if (event->type == EVENT_RETURN_CLAIM)
        put(&c->claims, event, record);
    if (event->type == EVENT_RETURN_CONFIRMED)
        put(&c->confirmed, event, record);
    if (event->type == EVENT_RHI)
        put(&c->interviews, event, record);
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
        c->ends.at[c->ends.count++] = e;
    }
}

static void make_lists(struct counting *c)
{
    struct told_list *const lists[] = {&c->claims, &c->confirmed, &c->episodes, &c->ends, &c->returns, &c->interviews};
    size_t most = event_count(c);

    for (size_t i = 0; i < CW_COUNT(lists); i++) {
        lists[i]->at = calloc(most + 1, sizeof(*lists[i]->at));
        CW_ASSERT(lists[i]->at != NULL);
    }
    c->absences = calloc(most + 1, sizeof(*c->absences));
    CW_ASSERT(c->absences != NULL);
    for (size_t r = 0; r < c->record_count; r++) {
        c->episodes.at[c->episodes.count++] = first_episode(view_of(c, r), r);
        for (size_t p = 0; p < c->records[r].page_count; p++)
            for (size_t i = 0; i < c->records[r].pages[p]->n_events; i++)
                sort_event(c, c->records[r].pages[p]->events[i], r);
    }
    for (size_t i = 0; i < CW_COUNT(lists); i++) {
        if (lists[i] == &c->episodes)
            take_confirmed(c); /* of sorted claims */
        qsort(lists[i]->at, lists[i]->count, sizeof(*lists[i]->at), compare_told);
    }
}

/* --- absences --------------------------------------------------------------------------------------------------- */

static bool ended_between(const struct counting *c, int64_t from, int64_t to)
{
    for (size_t i = 0; i < c->ends.count; i++)
        if (c->ends.at[i].at > from && c->ends.at[i].at <= to)
            return true;
    return false;
}

/* Two reports of one record that people merged are one episode (docs/fold.md §4.6): the earlier stands for both. */
static bool was_reported(const struct counting *c, size_t index)
{
    const struct told_event *e = &c->episodes.at[index];

    for (size_t i = 0; i < index; i++)
        if (c->episodes.at[i].record == e->record && slice_eq(c->episodes.at[i].report, e->report))
            return true;
    return false;
}

static void leave_out_merged(struct counting *c)
{
    for (size_t i = c->episodes.count; i-- > 0;) {
        if (!was_reported(c, i))
            continue;
        memmove(&c->episodes.at[i], &c->episodes.at[i + 1], (c->episodes.count - i - 1) * sizeof(*c->episodes.at));
        c->episodes.count--;
    }
}

/* One list of episodes, without those that another record told of already. */
static void unite_episodes(struct counting *c)
{
    uint64_t told_by = 0; /* records that told of the absence: at most BOARD_RECORDS_MAX */
    size_t kept = 0;

    for (size_t i = 0; i < c->episodes.count; i++) {
        const struct told_event *e = &c->episodes.at[i];
        uint64_t by = UINT64_C(1) << e->record;

        if (kept > 0 && (told_by & by) == 0 && !ended_between(c, c->episodes.at[kept - 1].at, e->at)) {
            told_by |= by;
            continue;
        }
        told_by = by;
        c->absences[c->absence_count++] = e->at;
        c->episodes.at[kept++] = *e;
    }
    c->episodes.count = kept;
}

/* Which absence a time belongs to; 0: before the first. */
static size_t absence_of(const struct counting *c, int64_t at)
{
    size_t count = 0;

    while (count < c->absence_count && c->absences[count] <= at)
        count++;
    return count;
}

static void count_episodes(struct counting *c)
{
    const struct told_event *all = c->episodes.at;
    size_t found = 0;
    bool repeat = false;

    for (size_t i = 0; i < c->episodes.count; i++) {
        const Cw__CaseView *view = view_of(c, all[i].record);

        if (!in_period(c->b, all[i].at))
            continue;
        board_trace(c->b, BOARD_EPISODES, view, all[i].op, "episode", all[i].at);
        if (found++ == 0)
            board_trace(c->b, BOARD_CHILDREN, view, all[i].op, "first episode in the period", all[i].at);
        if (repeat || i + 1 < REPEAT_COUNT || !is_within(all[i + 1 - REPEAT_COUNT].at, all[i].at, REPEAT_WITHIN_MS))
            continue;
        repeat = true;
        board_trace(c->b, BOARD_REPEAT, view, all[i].op, "third episode in 90 days", all[i].at);
    }
}

/* --- interviews after a return --------------------------------------------------------------------------------- */

/* The interview is of an episode that some record says this absence was. */
static bool is_of_absence(const struct counting *c, const struct told_event *interview, size_t absence)
{
    for (size_t i = 0; i < c->returns.count; i++) {
        const struct told_event *r = &c->returns.at[i];

        if (r->record == interview->record && slice_eq(r->episode, interview->episode) &&
            absence_of(c, r->at) == absence)
            return true;
    }
    return false;
}

/* Nobody declines what was not offered in this episode: such a refusal meets no duty either (docs/fold.md §19.7). */
static bool was_offered(const struct counting *c, const struct told_event *declined)
{
    for (size_t i = 0; i < c->interviews.count; i++) {
        const struct told_event *e = &c->interviews.at[i];

        if (e->step == RHI_OFFERED && e->record == declined->record && e->at <= declined->at &&
            slice_eq(e->episode, declined->episode))
            return true;
    }
    return false;
}

/* The earliest interview that answers this return, and the earliest refusal. */
static enum board_figure judge_return(const struct counting *c, const struct told_event *returned)
{
    enum board_figure best = BOARD_NOT_ASKED;

    for (size_t i = 0; i < c->interviews.count; i++) {
        const struct told_event *e = &c->interviews.at[i];
        bool own = e->record == returned->record && slice_eq(e->episode, returned->episode);

        if (e->at < returned->at ||
            (!own && (e->record == returned->record || !is_of_absence(c, e, absence_of(c, returned->at)))))
            continue;
        if (e->step == RHI_COMPLETED && is_within(returned->at, e->at, ASKED_WITHIN_MS))
            return BOARD_ASKED;
        if (e->step == RHI_COMPLETED)
            best = BOARD_ASKED_LATE;
        else if (e->step == RHI_DECLINED && best == BOARD_NOT_ASKED && was_offered(c, e))
            best = BOARD_DECLINED;
    }
    return best;
}

/* Another record told first that the child came back from this absence. */
static bool was_told(const struct counting *c, size_t index)
{
    const struct told_event *r = &c->returns.at[index];

    for (size_t i = 0; i < index; i++) {
        if (absence_of(c, c->returns.at[i].at) == absence_of(c, r->at))
            return c->returns.at[i].record != r->record;
    }
    return false;
}

static void count_returns(struct counting *c)
{
    for (size_t i = 0; i < c->returns.count; i++) {
        const struct told_event *r = &c->returns.at[i];

        if (!in_period(c->b, r->at) || was_told(c, i))
            continue;
        board_trace(c->b, BOARD_RETURNS, view_of(c, r->record), r->op, "returned", r->at);
        board_trace(c->b, judge_return(c, r), view_of(c, r->record), r->op, "returned", r->at);
    }
}

/* --- duties ------------------------------------------------------------------------------------------------------ */

/* A clock is met by when it was said that it is: so the fold has it. */
static bool was_met_in_time(const struct board_record *record, const Cw__ViewDeadline *d)
{
    for (size_t p = 0; d->met_by.len > 0 && p < record->page_count; p++)
        for (size_t i = 0; i < record->pages[p]->n_events; i++) {
            const Cw__ViewEvent *event = record->pages[p]->events[i];

            if (slice_eq(wire_slice(event->op), wire_slice(d->met_by)))
                return event->author_time_ms <= d->due_ms;
        }
    return d->met_by.len > 0; /* by no event */
}

static bool is_breached(const struct board *b, const struct board_record *record, const Cw__ViewDeadline *d)
{
    struct cw_slice state = wire_slice(d->state);

    if (d->has_state && (slice_eq(state, slice_of("ended")) || slice_eq(state, slice_of("waived"))))
        return d->has_since_ms && (int64_t)d->since_ms > (int64_t)d->due_ms; /* nobody had met it when it ended */
    if (d->has_state)                                                        /* the daemon says so itself */
        return slice_eq(state, slice_of("breached")) || slice_eq(state, slice_of("met late"));
    return (int64_t)d->due_ms < b->now.ms && !was_met_in_time(record, d);
}

/* Each record has its own: both divisions had them. */
static void count_duties(struct board *b, const struct board_record *record)
{
    const Cw__CaseView *view = record->pages[0];
    char clock[24];

    for (size_t i = 0; i < view->n_deadlines; i++) {
        const Cw__ViewDeadline *d = view->deadlines[i];

        if (!in_period(b, (int64_t)d->due_ms) || !is_breached(b, record, d))
            continue;
        TEXT(d->clock, clock);
        board_trace(b, BOARD_BREACHED, view, wire_slice(d->met_by), clock, (int64_t)d->due_ms);
    }
}

void board_count(struct board *b, const struct board_record *records, size_t count)
{
    struct counting c = {.b = b, .records = records, .record_count = count};

    CW_ASSERT(count > 0 && count <= BOARD_RECORDS_MAX);
    make_lists(&c);
    leave_out_merged(&c);
    unite_episodes(&c);
    count_episodes(&c);
    count_returns(&c);
    for (size_t r = 0; r < count; r++) {
        const Cw__CaseView *view = records[r].pages[0];

        b->cases++;
        b->incomplete += view->incomplete || view->newer || view->degraded;
        count_duties(b, &records[r]);
    }
    free(c.episodes.at);
    free(c.ends.at);
    free(c.claims.at);
    free(c.confirmed.at);
    free(c.returns.at);
    free(c.interviews.at);
    free(c.absences);
}
