/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What counts of one child. Several records of it are one child's: while it is missing by one of them, another division's
 * report of the same absence is no second episode, and coming back ends it in all.
 */
#include "tool/board_parts.h"

#include "lib/fault.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define ASKED_WITHIN_MS (72 * HOUR_MS)
#define REPEAT_WITHIN_MS (INT64_C(90) * 24 * HOUR_MS)
#define REPEAT_COUNT 3u

enum { RHI_OFFERED = 1, RHI_DECLINED = 3, RHI_COMPLETED = 5 };

static bool in_period(const struct board *b, int64_t at)
{
    return at >= b->from.ms && at < b->to.ms;
}

static const Cw__CaseView *view_of(const struct counting *c, size_t record)
{
    return c->records[record].pages[0];
}

/* At most `span` later; times of others may be any number. */
static bool is_within(int64_t from, int64_t to, int64_t span)
{
    return from > INT64_MAX - span || to <= from + span;
}

/* --- absences --------------------------------------------------------------------------------------------------- */

static bool ended_between(const struct counting *c, int64_t from, int64_t to)
{
    for (size_t i = 0; i < c->returns.count; i++)
        if (c->returns.at[i].at > from && c->returns.at[i].at <= to)
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

/* What met it too late; else the breach, which a daemon signed; else, as long as none has, what started it. */
static struct cw_slice breach_of(const Cw__ViewDeadline *d)
{
    if (d->met_by.len > 0)
        return wire_slice(d->met_by);
    for (size_t i = 0; i < d->n_marks; i++)
        if (slice_eq(wire_slice(d->marks[i]->what), slice_of("breached")) && !d->marks[i]->without_effect)
            return wire_slice(d->marks[i]->op);
    return wire_slice(d->start);
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
        board_trace(b, BOARD_BREACHED, view, breach_of(d), clock, (int64_t)d->due_ms);
    }
}

void board_count(struct board *b, const struct board_record *records, size_t count)
{
    struct counting c = {.b = b, .records = records, .record_count = count};

    CW_ASSERT(count > 0 && count <= BOARD_RECORDS_MAX);
    board_gather(&c);
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
    board_gather_done(&c);
}
