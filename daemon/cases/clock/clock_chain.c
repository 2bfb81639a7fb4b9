/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a start takes from those that it replaces (docs/fold.md §19.4): whoever puts the place right says nothing of the time,
 * and the marks that people and daemons left on the duty stay on it.
 */
#include "cases/clocks.h"

/* A device whose clock is ahead puts nothing off: what a daemon has sealed was said by then. */
int64_t clock_usual_of_op(const struct fold *f, uint32_t op)
{
    int64_t said = f->ops[op].author_time.ms, sealed = (int64_t)(f->ops[op].hlc >> 16);

    return said < sealed ? said : sealed;
}

int64_t clock_usual(const struct fold *f, const struct work_event *e)
{
    int64_t from, to, said = clock_usual_of_op(f, e->op);

    event_occurred(f, e, &from, &to);
    return from < said ? from : said;
}

/* The claim that it confirms, or NONE: a return that was seen has started the duty by itself. */
static uint32_t claim_confirmed(const struct fold *f, const struct work_event *e)
{
    const struct work_op *op = &f->extra[e->op];

    return op->stepped_episode && op->episode_from == EPISODE_LOCATED && op->step_before != NONE
               ? f->extra[op->step_before].event
               : NONE;
}

static bool says_when(const struct fold *f, const struct work_event *e)
{
    return event_detail(f, e, FIELD_OCCURRED) != NULL;
}

static void take_over(const struct fold *f, struct work_event *e, const struct work_event *before)
{
    e->confirms = before->confirms < e->confirms ? before->confirms : e->confirms;
    if (says_when(f, e))
        return;
    e->since_ms = before->since_ms < e->since_ms ? before->since_ms : e->since_ms;
    e->dated = e->dated || before->dated;
}

/* Of several that it replaces the latest is where it begins: what answered only the others does not answer it. */
static void follow(struct fold *f, struct work_event *e)
{
    const struct op *op = f->ops[e->op].op;
    uint32_t first = NONE;

    for (uint32_t i = 0; i < op->correct_count; i++) {
        const struct work_event *before = replaced_by(f, e, &op->corrects[i]);

        if (before == NULL)
            continue;
        take_over(f, e, before);
        if (first == NONE || before->first > first)
            first = before->first;
    }
    if (first != NONE)
        e->first = first;
}

/* In order, and a correction is later than what it names: what it replaces is complete by then. */
void clock_chains(struct fold *f)
{
    for (uint32_t i = 0; i < f->event_count; i++) {
        struct work_event *e = &f->events[i];

        e->first = i;
        e->since_ms = clock_usual(f, e);
        e->dated = says_when(f, e);
        e->confirms = claim_confirmed(f, e);
    }
    for (uint32_t i = 0; i < f->event_count; i++)
        follow(f, &f->events[i]);
}

static bool starts_row(const struct schema_clock *row, const struct work_event *e)
{
    return e->authorised && (e->row->number == row->starts[0] || e->row->number == row->starts[1]);
}

static void keep_due(struct fold *f, struct work_event *e)
{
    const struct op *op = f->ops[e->op].op;

    for (uint32_t i = 0; i < op->correct_count; i++) {
        const struct work_event *before = replaced_by(f, e, &op->corrects[i]);

        if (before != NULL && before->due_ms < e->due_ms)
            e->due_ms = before->due_ms;
    }
}

void clock_chain_reviews(const struct clock_run *run)
{
    struct fold *f = run->f;

    for (uint32_t i = 0; i < f->event_count; i++) {
        struct work_event *e = &f->events[i];
        struct clock_first own = {.op = e->op, .scope = e->scope, .started_ms = e->since_ms, .event = i};

        if (starts_row(run->row, e))
            e->due_ms = clock_review_due(run, &own);
    }
    for (uint32_t i = 0; i < f->event_count; i++) {
        if (starts_row(run->row, &f->events[i]))
            keep_due(f, &f->events[i]);
    }
}
