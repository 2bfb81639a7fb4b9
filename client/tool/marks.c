/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/marks.h"

#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

const Cw__ViewValue *told_detail(const Cw__ViewEvent *event, uint32_t field)
{
    for (size_t i = 0; i < event->n_fields; i++)
        if (event->fields[i]->field == field && event->fields[i]->n_values > 0)
            return event->fields[i]->values[0];
    return NULL;
}

bool told_is_about(const Cw__ViewEvent *event, ProtobufCBinaryData id)
{
    const Cw__ViewValue *about = told_detail(event, FIELD_ABOUT);

    return about != NULL && about->value != NULL && id.len == CW_ID_LEN &&
           slice_eq(wire_slice(about->value->id), wire_slice(id));
}

/* Events are newest first; what somebody without the role said does not count. */
static const Cw__ViewEvent *newest(const Cw__CaseView *view, uint32_t type)
{
    for (size_t i = 0; i < view->n_events; i++)
        if (view->events[i]->type == type && !view->events[i]->proposal)
            return view->events[i];
    return NULL;
}

static const Cw__ViewEvent *newest_about(const Cw__CaseView *view, uint32_t type, ProtobufCBinaryData id)
{
    for (size_t i = 0; i < view->n_events; i++)
        if (view->events[i]->type == type && !view->events[i]->proposal && told_is_about(view->events[i], id))
            return view->events[i];
    return NULL;
}

bool told_is_mark(const Cw__ViewEvent *event)
{
    const struct schema_event *row = schema_event(event->type);

    return row != NULL &&
           (row->class == EVENT_CLASS_CLOCK || row->number == EVENT_SHIFT_BRIEF || row->number == EVENT_SHIFT_ACCEPTED);
}

static void fill(const Cw__CaseView *view, struct told *out)
{
    const Cw__ViewEvent *from = out->accepted != NULL ? out->accepted : out->event;

    out->seen = newest_about(view, EVENT_SEEN, out->event->event_id);
    out->delivered = newest_about(view, EVENT_DELIVERED, out->event->event_id);
    for (size_t i = 0; i < view->n_events && view->events[i] != from; i++)
        out->since += !told_is_mark(view->events[i]);
}

void told_brief(const Cw__CaseView *view, struct told *out)
{
    *out = (struct told){.event = newest(view, EVENT_SHIFT_BRIEF)};
    if (out->event == NULL)
        return;
    out->accepted = newest_about(view, EVENT_SHIFT_ACCEPTED, out->event->event_id);
    fill(view, out);
}

bool told_breached(const Cw__ViewDeadline *duty)
{
    for (size_t i = 0; i < duty->n_marks; i++)
        if (slice_eq(wire_slice(duty->marks[i]->what), slice_of("breached")) && !duty->marks[i]->without_effect)
            return true;
    return false;
}

/* The duty to answer it, which the offer began, is W1. */
static bool has_lapsed(const Cw__CaseView *view, const Cw__ViewEvent *offer)
{
    for (size_t i = 0; i < view->n_deadlines; i++) {
        const Cw__ViewDeadline *duty = view->deadlines[i];

        if (slice_eq(wire_slice(duty->clock), slice_of("W1")) &&
            slice_eq(wire_slice(duty->start), wire_slice(offer->op)) && told_breached(duty))
            return true;
    }
    return false;
}

/* docs/fold.md 13.1: the step was not its author's to take. */
#define NOTE_STEP_ROLE 4

static bool lacked_rank(const Cw__CaseView *view, const Cw__ViewEvent *step)
{
    for (size_t i = 0; i < view->n_notes; i++)
        if (view->notes[i]->kind == NOTE_STEP_ROLE && slice_eq(wire_slice(view->notes[i]->op), wire_slice(step->op)))
            return true;
    return false;
}

static void note_refused(const Cw__CaseView *view, const Cw__ViewEvent *step, struct told *out)
{
    if (step->type != EVENT_HANDOVER_ACCEPT || out->refused != NULL)
        return;
    out->refused = step;
    out->lacked_rank = lacked_rank(view, step);
}

void told_offer(const Cw__CaseView *view, struct told *out)
{
    const Cw__ViewEvent *last = NULL, *step = NULL;

    *out = (struct told){.event = NULL};
    for (size_t i = 0; i < view->n_events; i++) {
        const struct schema_event *row = schema_event(view->events[i]->type);

        if (row == NULL || row->class != EVENT_CLASS_OWNERSHIP || view->events[i]->proposal ||
            view->events[i]->withdraws)
            continue;
        if (view->events[i]->refused_transition) {
            note_refused(view, view->events[i], out);
            continue;
        }
        last = step == NULL ? view->events[i] : last;
        step = view->events[i];
        if (step->type == EVENT_HANDOVER_OFFER)
            break;
    }
    if (last == NULL || step->type != EVENT_HANDOVER_OFFER || (last != step && last->type != EVENT_HANDOVER_ACCEPT))
        return;
    out->event = step;
    out->accepted = last != step ? last : NULL;
    if (out->accepted != NULL)
        out->refused = NULL; /* somebody else's stands */
    out->lapsed = out->accepted == NULL && has_lapsed(view, step);
    fill(view, out);
}

bool told_by(const Cw__ViewEvent *event, const uint8_t cert[static CW_ID_LEN])
{
    return event->author != NULL && slice_eq(wire_slice(event->author->cert), slice(cert, CW_ID_LEN));
}

/* --- words -------------------------------------------------------------------------------------------------- */

struct words {
    char *out;
    size_t len, cap;
};

/* "; seen 23:01 by B (NTH, SUP)" */
static void add(struct words *w, const char *word, const Cw__ViewEvent *event)
{
    struct cw_wall at =
        event->has_author_time_ms ? (struct cw_wall){(int64_t)event->author_time_ms} : hlc_wall(event->hlc);
    char by[200];
    int len;

    view_by(event->author, at, by);
    len = snprintf(w->out + w->len, w->cap - w->len, "%s%s: %s", w->len > 0 ? "; " : "", word, by);
    w->len += len > 0 && (size_t)len < w->cap - w->len ? (size_t)len : 0;
}

static void add_plain(struct words *w, const char *text)
{
    int len = snprintf(w->out + w->len, w->cap - w->len, "%s%s", w->len > 0 ? "; " : "", text);

    w->len += len > 0 && (size_t)len < w->cap - w->len ? (size_t)len : 0;
}

/* What was said with it: "The carer rings at six". */
static void add_note(struct words *w, const Cw__ViewEvent *event)
{
    const Cw__ViewValue *note = told_detail(event, event->type == EVENT_SHIFT_BRIEF ? FIELD_TEXT : FIELD_REASON);
    char text[200], quoted[220];

    if (note == NULL)
        return;
    view_value(note, text, sizeof(text));
    snprintf(quoted, sizeof(quoted), "\"%s\"", text);
    add_plain(w, quoted);
}

/* "offered to WST" */
static void offered_to(const Cw__ViewEvent *offer, char *out, size_t cap)
{
    const Cw__ViewValue *to = told_detail(offer, FIELD_TO_DIVISION);
    char division[40] = "";

    if (to != NULL)
        view_value(to, division, sizeof(division));
    snprintf(out, cap, "offered%s%s", division[0] != '\0' ? " to " : "", division);
}

static void add_unaccepted(struct words *w, const struct told *told)
{
    if (told->refused != NULL)
        add(w, "accepted WITHOUT EFFECT", told->refused);
    add_plain(w, told->lacked_rank ? "NOT ACCEPTED yet: " TOLD_RANK : "NOT ACCEPTED yet");
}

void told_words(const struct told *told, char out[static TOLD_LEN_MAX])
{
    struct words w = {out, 0, TOLD_LEN_MAX};
    char since[60], head[60];

    out[0] = '\0';
    if (told->event == NULL)
        return;
    offered_to(told->event, head, sizeof(head));
    add(&w, told->event->type == EVENT_SHIFT_BRIEF ? "briefed" : head, told->event);
    add_note(&w, told->event);
    if (told->delivered != NULL)
        add(&w, "delivered", told->delivered);
    if (told->seen != NULL)
        add(&w, "seen", told->seen);
    else if (told->accepted == NULL)
        add_plain(&w, "seen by nobody yet");
    if (told->accepted != NULL)
        add(&w, "accepted", told->accepted);
    else if (told->lapsed)
        add_plain(&w, "LAPSED: nobody answered in time");
    else
        add_unaccepted(&w, told);
    if (told->since > 0 && told->event->type == EVENT_SHIFT_BRIEF) {
        snprintf(since, sizeof(since), "%zu event%s since", told->since, told->since == 1 ? "" : "s");
        add_plain(&w, since);
    }
}

/* --- tasks -------------------------------------------------------------------------------------------------- */

const Cw__ViewEvent *task_next(const Cw__CaseView *view, const Cw__ViewEvent *after)
{
    bool past = after == NULL;

    for (size_t i = 0; i < view->n_events; i++) {
        const Cw__ViewEvent *e = view->events[i];

        if (past && e->type == EVENT_ACTION && !e->proposal && !e->withdraws && !e->has_withdrawn_by &&
            !e->has_corrected_by && told_detail(e, FIELD_RESULT) == NULL)
            return e;
        past = past || e == after;
    }
    return NULL;
}

bool task_due(const Cw__ViewEvent *task, struct cw_wall *out)
{
    const Cw__ViewValue *due = told_detail(task, FIELD_DUE);

    if (due == NULL || due->value == NULL || due->value->interval == NULL)
        return false;
    out->ms = due->value->interval->earliest_ms;
    return true;
}

void task_words(const Cw__ViewEvent *task, char out[static TASK_LEN_MAX])
{
    const Cw__ViewValue *what = told_detail(task, FIELD_DECISION), *who = told_detail(task, FIELD_UNIT);
    char text[420] = "", unit[80] = "", due[WHEN_TEXT_LEN_MAX + 8] = "", when[WHEN_TEXT_LEN_MAX],
         id[2 * SHORT_ID_LEN + 1] = "";
    struct cw_wall at;

    if (what != NULL)
        view_value(what, text, sizeof(text));
    if (who != NULL)
        view_value(who, unit, sizeof(unit));
    if (task_due(task, &at)) {
        when_short(at, when_now(), when);
        snprintf(due, sizeof(due), ", due %s", when);
    }
    short_id(task->event_id, id);
    snprintf(out, TASK_LEN_MAX, "%s%s%s%s%s [%.6s]", text, unit[0] != '\0' ? " (" : "", unit,
             unit[0] != '\0' ? ")" : "", due, id);
}
