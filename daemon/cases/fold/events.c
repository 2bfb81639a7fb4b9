/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened (docs/fold.md §10): events in order, who could record them, what was withdrawn or corrected.
 * An event never changes; another one speaks about it.
 */
#include "cases/work.h"

static uint32_t count_events(const struct fold *f)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < f->op_count; i++)
        count += op_counts(f, i) && f->ops[i].op->type == OP_EVENT;
    return count;
}

bool may_record_event(const struct fold *f, uint32_t roles, const struct schema_event *row)
{
    return row != NULL && row_fits(f, row->kinds) && (roles & policy_event_roles(f->policy, row)) != 0;
}

static bool may_record(const struct fold *f, uint32_t op, const struct schema_event *row)
{
    return may_record_event(f, f->ops[op].roles, row);
}

static struct work_event event_of(const struct fold *f, uint32_t op)
{
    struct work_event event = {.op = op, .row = schema_event(f->ops[op].op->event)};

    event.authorised = may_record(f, op, event.row);
    event.withdrawal = event.authorised && (f->ops[op].op->withdraws || (event.row->flags & EVENT_WITHDRAWS) != 0);
    if (event.row != NULL && (event.row->flags & (EVENT_EPISODE | EVENT_OPENS_EPISODE)) != 0)
        event.scope = f->extra[op].scope;
    return event;
}

static int compare_ids(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;
    int order = ID_COMPARE(&f->extra[f->events[a].op].thing, &f->extra[f->events[b].op].thing);

    return order != 0 ? order : compare_u64(a, b);
}

static int compare_scopes(const void *context, uint32_t a, uint32_t b)
{
    const struct fold *f = context;
    int order = ID_COMPARE(&f->events[a].scope, &f->events[b].scope);

    return order != 0 ? order : compare_u64(a, b);
}

static enum cw_err list_events(struct fold *f)
{
    uint32_t count = count_events(f);

    f->events = ARENA_ARRAY(f->arena, struct work_event, count);
    f->events_by_id = ARENA_ARRAY(f->arena, uint32_t, count);
    f->events_by_scope = ARENA_ARRAY(f->arena, uint32_t, count);
    if (f->events == NULL || f->events_by_id == NULL || f->events_by_scope == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t rank = 0; rank < f->op_count; rank++) {
        uint32_t op = f->by_rank[rank];

        if (!op_counts(f, op) || f->ops[op].op->type != OP_EVENT)
            continue;
        f->extra[op].event = f->event_count;
        f->events_by_id[f->event_count] = f->event_count;
        f->events_by_scope[f->event_count] = f->event_count;
        f->events[f->event_count++] = event_of(f, op);
    }
    sort_indices(f->events_by_id, f->event_count, compare_ids, f);
    return CW_OK;
}

uint32_t find_event(const struct fold *f, const struct hash *id)
{
    uint32_t low = 0, high = f->event_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t event = f->events_by_id[middle];
        int order = ID_COMPARE(&f->extra[f->events[event].op].thing, id);

        if (order == 0)
            return event;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NONE;
}

uint32_t events_in_scope(const struct fold *f, const struct hash *scope, uint32_t *out_first)
{
    uint32_t bounds[2]; /* first not below, first above */

    for (int side = 0; side < 2; side++) {
        uint32_t low = 0, high = f->event_count;

        while (low < high) {
            uint32_t middle = low + (high - low) / 2;

            if (ID_COMPARE(&f->events[f->events_by_scope[middle]].scope, scope) < side)
                low = middle + 1;
            else
                high = middle;
        }
        bounds[side] = low;
    }
    *out_first = bounds[0];
    return bounds[1];
}

/* An assertion is taken back or corrected by the division that made it, and by nobody else (§10.5). */
static bool is_others_assertion(const struct fold *f, const struct work_event *event, uint32_t by)
{
    return (event->row->flags & EVENT_OWN_SIDE) != 0 && !slice_eq(f->ops[event->op].division, f->ops[by].division);
}

/* A sighting may contradict a return or a close: nobody unsays it to whom its contradiction is inconvenient (§10.7). */
static bool may_unsay(const struct fold *f, const struct work_event *event, uint32_t by)
{
    return event->row->class != EVENT_CLASS_SIGHTING || (f->ops[by].roles & R_INSP_UP) != 0 ||
           slice_eq(f->ops[event->op].division, f->ops[by].division);
}

/* Said by somebody who may not: it has no effect, and waits for somebody who may (§10.6). */
static bool is_proposed(const struct fold *f, const struct work_event *event)
{
    return !event->authorised && event->row != NULL && row_fits(f, event->row->kinds);
}

/* The event that one of the op's corrects means, when its author may speak about it (§10.2, §10.3, §10.6). */
static struct work_event *addressed(struct fold *f, const struct work_event *from, const struct op_ref *ref)
{
    uint32_t op = find_op(f, &ref->op);
    struct work_event *event;

    if (op == NONE || op == from->op || f->extra[op].event == NONE)
        return NULL;
    event = &f->events[f->extra[op].event];
    if ((!event->authorised && !is_proposed(f, event)) || event->withdrawal || !may_record(f, from->op, event->row))
        return NULL;
    return is_others_assertion(f, event, from->op) ? NULL : event;
}

static enum cw_err allocate_voids(struct fold *f)
{
    size_t most = 0;

    for (uint32_t i = 0; i < f->event_count; i++) {
        const struct op *op = f->ops[f->events[i].op].op;

        if (f->events[i].withdrawal)
            most += (size_t)op->correct_count * op->same_count;
    }
    f->voids = ARENA_ARRAY(f->arena, struct work_void, most);
    return f->voids == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

static void withdraw(struct fold *f, const struct work_event *from)
{
    const struct op *op = f->ops[from->op].op;

    for (uint32_t i = 0; i < op->correct_count; i++) {
        struct work_event *event = addressed(f, from, &op->corrects[i]);

        if (event == NULL)
            continue;
        event->withdrawn = event->withdrawn || op->same_count == 0;
        event->unsaid_by_right = event->unsaid_by_right || (op->same_count == 0 && may_unsay(f, event, from->op));
        for (uint32_t j = 0; j < op->same_count; j++) {
            f->voids[f->void_count].event = (uint32_t)(event - f->events);
            f->voids[f->void_count++].id = op->same_as[j];
        }
    }
}

static void correct(struct fold *f, struct work_event *from)
{
    const struct op *op = f->ops[from->op].op;

    for (uint32_t i = 0; i < op->correct_count; i++) {
        struct work_event *event = addressed(f, from, &op->corrects[i]);

        if (event == NULL)
            continue;
        event->corrected = true;
        event->said_otherwise_by_right = event->said_otherwise_by_right || may_unsay(f, event, from->op);
        if (!event->authorised)
            continue; /* it is taken up: what had no effect is not put right by this one, which steps as if it was alone */
        if (event->row == from->row)
            from->corrects_own_type =
                from->corrects_own_type || !event->withdrawn; /* nobody else says it then (§12.2) */
        else
            event->corrected_other_type = true;
    }
}

/* §19.3: what `correct` found, seen from an event that counts itself. Nothing replaces a step of the ownership. */
struct work_event *replaced_by(struct fold *f, const struct work_event *from, const struct op_ref *ref)
{
    struct work_event *event =
        event_counts(from) && from->row->class != EVENT_CLASS_OWNERSHIP ? addressed(f, from, ref) : NULL;

    return event != NULL && event->authorised && event->row == from->row && ID_EQ(&event->scope, &from->scope) ? event
                                                                                                               : NULL;
}

static void replace(struct fold *f, const struct work_event *from)
{
    const struct op *op = f->ops[from->op].op;

    for (uint32_t i = 0; i < op->correct_count; i++) {
        struct work_event *event = replaced_by(f, from, &op->corrects[i]);

        if (event != NULL)
            event->replaced = true;
    }
}

enum cw_err fold_events(struct fold *f)
{
    enum cw_err err = list_events(f);

    if (err == CW_OK)
        err = allocate_voids(f);
    if (err != CW_OK)
        return err;
    for (uint32_t i = 0; i < f->event_count; i++) {
        if (f->events[i].withdrawal)
            withdraw(f, &f->events[i]);
    }
    for (uint32_t i = 0; i < f->event_count; i++) {
        if (event_stands(&f->events[i]))
            correct(f, &f->events[i]);
    }
    err = episodes_merge(f);
    sort_indices(f->events_by_scope, f->event_count, compare_scopes, f);
    for (uint32_t i = 0; i < f->event_count; i++)
        replace(f, &f->events[i]);
    return err;
}

/* --- what an event says ------------------------------------------------------------------------------- */

const struct op_value *op_detail(const struct op *op, uint32_t field)
{
    const struct schema_field *row = schema_field(field);

    for (uint32_t i = 0; row != NULL && i < op->write_count; i++) {
        const struct op_write *write = &op->writes[i];

        if (write->field == field && write->has_value && (uint32_t)write->value.type == schema_value_type(row->type))
            return &write->value;
    }
    return NULL;
}

const struct op_value *event_detail(const struct fold *f, const struct work_event *event, uint32_t field)
{
    return op_detail(f->ops[event->op].op, field);
}

void event_occurred(const struct fold *f, const struct work_event *event, int64_t *out_earliest, int64_t *out_latest)
{
    const struct op_value *occurred = event_detail(f, event, FIELD_OCCURRED);

    *out_earliest = occurred != NULL ? occurred->number : f->ops[event->op].author_time.ms;
    *out_latest = occurred != NULL ? occurred->latest : f->ops[event->op].author_time.ms;
}
