/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After the steps (docs/fold.md §12.6, §12.7, §12.9): a sighting can contradict a return, a death is not believed from one
 * report and contradicts whatever ended the episode, and no case is closed over a child that is missing.
 */
#include "cases/machine.h"
#include "cases/view.h"
#include "cases/work.h"

enum {
    CONFIDENCE_CONFIRMED = 3,
    CONFIDENCE_REFUTED = 4,
    EPISODE_OVER = 6,
    EPISODE_CANCELLED = 7,
    CHILD_IS_OPEN = 1,
    CHILD_IS_MONITORED = 2,
    CHILD_IS_CLOSED = 3
};

/* Until which place in the order an absence was one: rank of its last step, UINT32_MAX while it is live. */
struct absences {
    uint32_t latest, latest_machine, next; /* the next of any other machine */
};

struct episode {
    struct fold *f;
    uint32_t machine;    /* index */
    uint32_t first, end; /* its events, in events_by_scope */
    const struct work_event *returned;
    int64_t returned_from, returned_to;
    const struct absences *absences;
    bool verified;
    bool walked; /* marks are set for the return */
};

static const struct work_event *event_at(const struct episode *e, uint32_t i)
{
    return &e->f->events[e->f->events_by_scope[i]];
}

/* Of this return: an interview before it was of another. */
static bool has_interview(const struct episode *e)
{
    const struct op_value *said = event_detail(e->f, e->returned, FIELD_INTERVIEWED);

    if (said != NULL && said->number == 1)
        return true;
    for (uint32_t i = e->first; i < e->end; i++) {
        const struct work_event *event = event_at(e, i);

        if (event > e->returned && event_stands(event) && event->row->number == EVENT_PREVENTION_INTERVIEW)
            return true;
    }
    return false;
}

static bool is_verified(const struct episode *e)
{
    switch (e->returned->row->number) {
    case EVENT_RETURN_CONFIRMED:
    case EVENT_CLOSE_CORRECTED:
        return true;
    case EVENT_RETURNED:
        return has_interview(e);
    default:
        return false;
    }
}

static bool is_sighting(const struct fold *f, const struct work_event *event)
{
    const struct op_value *confidence;

    if (!sighting_stands(event) || event->said_otherwise_by_right || event->row->class != EVENT_CLASS_SIGHTING)
        return false;
    confidence = event_detail(f, event, FIELD_CONFIDENCE);
    return confidence == NULL || confidence->number != CONFIDENCE_REFUTED;
}

static bool return_knows(struct episode *e, const struct work_event *sighting)
{
    if (!e->walked)
        mark_known_by(e->f, e->returned->op);
    e->walked = true;
    return is_marked(e->f, sighting->op);
}

/* Before any is disputed: what a sighting says of one decides nothing about another. */
static void find_absences(const struct fold *f, struct absences *out)
{
    *out = (struct absences){.latest_machine = NONE};
    for (uint32_t i = 0; i < f->state->machine_count; i++) {
        const struct case_machine *m = &f->machines[i];
        bool live = m->state < 32 && (EPISODE_LIVE_STATES & (1u << m->state)) != 0;
        uint32_t until = live || m->last_step == NONE ? NONE : rank_of(f, m->last_step);

        if (m->machine != MACHINE_EPISODE || m->state == EPISODE_CANCELLED)
            continue;
        if (out->latest_machine == NONE || until > out->latest) {
            out->next = out->latest;
            out->latest = until;
            out->latest_machine = i;
        } else if (until > out->next) {
            out->next = until;
        }
    }
}

/* Somebody has recorded that the child was missing then, as another absence. */
static bool was_recorded(const struct episode *e, const struct work_event *sighting)
{
    const struct absences *a = e->absences;

    return (a->latest_machine == e->machine ? a->next : a->latest) > rank_of(e->f, sighting->op);
}

/* DOMAIN §9.3: police have seen the child, and whoever says that it was back did not know. */
static bool contradicts_verified(struct episode *e, const struct work_event *sighting)
{
    const struct op_value *confidence = event_detail(e->f, sighting, FIELD_CONFIDENCE);

    return confidence != NULL && confidence->number == CONFIDENCE_CONFIRMED && !was_recorded(e, sighting) &&
           !return_knows(e, sighting);
}

static enum cw_err weigh_sighting(struct episode *e, const struct work_event *sighting)
{
    struct fold *f = e->f;
    struct case_machine *machine = &f->machines[e->machine];
    struct dot dot = dot_of(f, sighting->op, 0);
    int64_t from, to;

    event_occurred(f, sighting, &from, &to);
    /* Having read of it explains away no sighting of a later time than the child is said to have been back. */
    if (to < e->returned_from || (from <= e->returned_to && return_knows(e, sighting)))
        return CW_OK;
    if (e->verified && from > e->returned_to && !contradicts_verified(e, sighting))
        return note_add(f, NOTE_NEW_EPISODE, FIELD_EPISODE_STATE, dot, e->returned->op);
    machine->state = EPISODE_IN_DISPUTE;
    f->disputes[f->dispute_count++] = (struct work_dispute){e->machine, e->returned->op, sighting->op};
    return note_add(f, NOTE_RETURN_DISPUTED, FIELD_EPISODE_STATE, dot, e->returned->op);
}

static enum cw_err weigh_return(struct episode *e)
{
    const struct case_machine *machine = &e->f->machines[e->machine];
    bool was_returned = machine->state == EPISODE_RETURNED;

    if ((!was_returned && machine->state != EPISODE_LOCATED) || machine->last_step == NONE)
        return CW_OK;
    e->returned = &e->f->events[e->f->extra[machine->last_step].event];
    event_occurred(e->f, e->returned, &e->returned_from, &e->returned_to);
    e->verified = was_returned && is_verified(e);
    for (uint32_t i = e->first; i < e->end; i++) {
        const struct work_event *event = event_at(e, i);
        enum cw_err err = CW_OK;

        if (event != e->returned && is_sighting(e->f, event))
            err = weigh_sighting(e, event);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

/* Closed: what was seen later, and was not read by who closed, is asked about as behind a verified return (§12.6). */
static enum cw_err look_behind_close(struct episode *e)
{
    const struct fold *f = e->f;
    uint32_t close = f->machines[e->machine].last_step, returned = f->extra[close].step_before;
    int64_t from, to, seen_from, seen_to;

    if (returned == NONE)
        return CW_OK;
    event_occurred(f, &f->events[f->extra[returned].event], &from, &to);
    mark_known_by(e->f, close);
    for (uint32_t i = e->first; i < e->end; i++) {
        const struct work_event *event = event_at(e, i);
        enum cw_err err;

        if (!is_sighting(f, event) || is_marked(f, event->op))
            continue;
        event_occurred(f, event, &seen_from, &seen_to);
        if (seen_from <= to)
            continue;
        err = note_add(e->f, NOTE_NEW_EPISODE, FIELD_EPISODE_STATE, dot_of(f, event->op, 0), returned);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

/* DOMAIN §9.3: until it is confirmed, or taken back, a reported death keeps the episode live. */
static enum cw_err weigh_deaths(const struct episode *e)
{
    struct fold *f = e->f;
    struct case_machine *machine = &f->machines[e->machine];
    bool is_over = (EPISODE_LIVE_STATES & (1u << machine->state)) == 0;

    if (machine->state == EPISODE_DECEASED)
        return CW_OK;
    for (uint32_t i = e->first; i < e->end; i++) {
        const struct work_event *event = event_at(e, i);
        enum cw_err err;

        if (!event_reports_death(event))
            continue;
        if (is_over) {
            machine->state = EPISODE_IN_DISPUTE;
            f->disputes[f->dispute_count++] = (struct work_dispute){e->machine, machine->last_step, event->op};
        }
        err = note_add(f, NOTE_DEATH_UNCONFIRMED, EVENT_FOUND_DEAD, dot_of(f, event->op, 0), NONE);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

static bool has_live_episode(const struct fold *f)
{
    for (uint32_t i = 0; i < f->state->machine_count; i++) {
        const struct case_machine *m = &f->machines[i];

        if (m->machine == MACHINE_EPISODE && m->state < 32 && (EPISODE_LIVE_STATES & (1u << m->state)) != 0)
            return true;
    }
    return false;
}

/* Whoever closed it did not know of the report, or of the sighting that disputes the return. */
static enum cw_err keep_open(struct fold *f)
{
    struct case_machine *child = f->state->machine_count > 0 ? &f->machines[0] : NULL;

    if (child == NULL || child->machine != MACHINE_CHILD ||
        (child->state != CHILD_IS_MONITORED && child->state != CHILD_IS_CLOSED) || !has_live_episode(f))
        return CW_OK;
    child->state = CHILD_IS_OPEN;
    return note_add(f, NOTE_CASE_OPEN, f->ops[child->last_step].op->event, dot_of(f, child->last_step, 0), NONE);
}

enum cw_err fold_disputes(struct fold *f)
{
    struct absences absences;

    f->disputes = ARENA_ARRAY(f->arena, struct work_dispute, f->event_count);
    if (f->disputes == NULL)
        return CW_LOCAL_MEMORY;
    find_absences(f, &absences);
    for (uint32_t i = 0; i < f->state->machine_count; i++) {
        struct episode e = {.f = f, .machine = i, .absences = &absences};
        enum cw_err err;

        if (f->machines[i].machine != MACHINE_EPISODE)
            continue;
        e.end = events_in_scope(f, &f->machines[i].scope, &e.first);
        err = f->machines[i].state == EPISODE_OVER ? look_behind_close(&e) : weigh_return(&e);
        if (err == CW_OK)
            err = weigh_deaths(&e);
        if (err != CW_OK)
            return err;
    }
    return keep_open(f);
}
