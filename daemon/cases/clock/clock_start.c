/* SPDX-License-Identifier: Apache-2.0 */
/* What starts a duty (docs/fold.md §19.4). */
#include "cases/clocks.h"
#include "cases/view.h"

bool event_shows(const struct fold *f, const struct work_event *e, uint32_t field, uint32_t mask)
{
    const struct op_value *value = mask != 0 ? event_detail(f, e, field) : NULL;

    return mask == 0 || (value != NULL && in_mask(mask, value->number));
}

bool event_has_rank(const struct clock_run *run, const struct work_event *e)
{
    return (run->row->flags & CLOCK_COMMAND) == 0 || (run->f->ops[e->op].roles & ROLE_MASK(SUPT)) != 0;
}

static bool review_is_held(const struct fold *f, const struct work_event *e)
{
    const struct op_value *level = event_detail(f, e, FIELD_LEVEL);

    return level == NULL || (f->ops[e->op].roles & review_roles(level->number)) != 0;
}

static bool risk_has_effect(const struct fold *f, const struct work_event *e)
{
    const struct work_op *op = &f->extra[e->op];
    bool gives = false, stood = false;

    for (uint32_t i = op->first_write; i < op->first_write + op->write_count; i++) {
        if (f->writes[i].write->field != FIELD_MISSING_RISK)
            continue;
        gives = true;
        stood = stood || f->writes[i].stood;
    }
    return !gives || stood;
}

bool event_weighs(const struct fold *f, const struct work_event *e)
{
    if (f->state->kind != KIND_CHILD)
        return true;
    return e->row->number == EVENT_REVIEW            ? review_is_held(f, e)
           : e->row->number == EVENT_RISK_ASSESSMENT ? risk_has_effect(f, e)
                                                     : true;
}

/* One that replaces another keeps the duty that began there, whatever it weighs itself. */
static bool starts_anew(const struct clock_run *run, const struct work_event *e)
{
    return event_has_rank(run, e) && (event_weighs(run->f, e) || e->first != (uint32_t)(e - run->f->events));
}

/* --- reported: the opening of a child's case, and what opens an episode ------------------------------------- */

static int64_t reported_at(const struct fold *f, const struct hash *scope, int64_t said)
{
    const struct case_value *value = state_value(f->state, scope, FIELD_REPORTED_AT);

    return value != NULL && value->value.type == VALUE_INTERVAL && value->value.number < said ? value->value.number
                                                                                              : said;
}

/* Of an absence that was reported twice the report before it in order; NULL: it is the first. */
static struct clock_first *reported_before(const struct fold *f, const struct hash *scope, struct clock_first *out,
                                           uint32_t count)
{
    for (uint32_t i = 0; i < count && f->state->merged_count > 0; i++) {
        if (ID_EQ(&out[i].scope, scope))
            return &out[i];
    }
    return NULL;
}

/* The opening; without one what speaks of the first episode, which was reported before that. */
static struct clock_first reported_first(const struct fold *f)
{
    uint32_t event = f->extra[f->reports].event;

    return (struct clock_first){
        .op = f->reports,
        .event = event,
        .stands_in = f->reports != f->opening,
        .started_ms = event != NONE ? clock_usual(f, &f->events[event]) : clock_usual_of_op(f, f->reports),
    };
}

uint32_t clock_reported(const struct fold *f, struct clock_first *out, uint32_t max)
{
    uint32_t count = 0;

    if (f->reports != NONE && count < max)
        out[count++] = reported_first(f);
    for (uint32_t i = 0; i < f->event_count && count < max; i++) {
        const struct work_event *e = &f->events[i];
        struct clock_first *before;

        if (!event_stands(e) || (e->row->flags & EVENT_OPENS_EPISODE) == 0)
            continue;
        before = reported_before(f, &e->scope, out, count);
        if (before == NULL)
            out[count++] =
                (struct clock_first){.op = e->op, .scope = e->scope, .event = i, .started_ms = clock_usual(f, e)};
        else if (clock_usual(f, e) < before->started_ms)
            before->started_ms = clock_usual(f, e);
    }
    for (uint32_t i = 0; i < count; i++)
        out[i].started_ms = reported_at(f, &out[i].scope, out[i].started_ms);
    return count;
}

static void start_reported(struct clock_run *run)
{
    for (uint32_t i = 0; i < run->reported_count; i++)
        clock_begin(run, &run->reported[i]);
}

/* --- a strategy discussion: often missing, or long missing and exploited -------------------------------------- */

static bool was_cancelled(const struct fold *f, const struct hash *scope)
{
    const struct case_machine *m = find_episode(f, scope);

    return m != NULL && m->state == 7;
}

/* `reported` is sorted by time, so that both ends of the window only move on. */
struct strategy_window {
    uint32_t first, end;
    int64_t episodes; /* in [first, end), without those reported in error */
};

static bool is_repeated(const struct clock_run *run, struct strategy_window *w, int64_t at)
{
    int64_t from = add_ms(at, -policy_span(run->f->policy, SPAN_M6_WINDOW) * 1000);

    for (; w->end < run->reported_count && run->reported[w->end].started_ms <= at; w->end++)
        w->episodes += !was_cancelled(run->f, &run->reported[w->end].scope);
    for (; w->first < w->end && run->reported[w->first].started_ms < from; w->first++)
        w->episodes -= !was_cancelled(run->f, &run->reported[w->first].scope);
    return w->episodes >= policy_span(run->f->policy, SPAN_M6_EPISODES);
}

static bool is_exploited(const struct fold *f)
{
    const struct case_cell *cell = state_cell(f->state, &scope_none, FIELD_VULNERABILITY);

    for (uint32_t i = 0; cell != NULL && i < cell->value_count; i++) {
        const struct op_value *value = &cell->values[i].value;

        if (value->type == VALUE_NUMBER && (value->number == 1 || value->number == 2))
            return true;
    }
    return false;
}

static bool was_missing_at(const struct fold *f, const struct hash *scope, int64_t at)
{
    const struct case_machine *m = find_episode(f, scope);

    return m != NULL && (is_live(m) || (m->last_step != NONE && f->ops[m->last_step].author_time.ms >= at));
}

static void start_strategy(struct clock_run *run)
{
    const struct fold *f = run->f;
    struct strategy_window window = {0};
    bool exploited = is_exploited(f);

    for (uint32_t i = 0; i < run->reported_count; i++) {
        struct clock_first first = run->reported[i];
        int64_t missing = add_seconds(first.started_ms, policy_span(f->policy, SPAN_M6_MISSING));
        bool repeated = is_repeated(run, &window, first.started_ms);

        if (was_cancelled(f, &first.scope))
            continue;
        if (!repeated) {
            if (!exploited || !was_missing_at(f, &first.scope, missing))
                continue;
            first.started_ms = missing;
        }
        clock_begin(run, &first);
    }
}

/* --- events ----------------------------------------------------------------------------------------------------- */

bool event_may_start(const struct work_event *e)
{
    return event_speaks(e) && !e->replaced && (e->row->number != EVENT_HANDOVER_ACCEPT || e->contests);
}

static int64_t confirmed_at(const struct fold *f, const struct work_event *e)
{
    return e->dated ? e->since_ms : f->events[e->confirms].since_ms;
}

/* A risk that is said otherwise, or whose assessment turned floor or was taken back while the value stands, is looked at again too. */
static void start_written_risk(struct clock_run *run)
{
    const struct fold *f = run->f;

    for (uint32_t i = 0; i < f->write_count; i++) {
        const struct work_write *w = &f->writes[i];
        uint32_t event = f->extra[w->op].event;

        if (!w->stood || w->row->number != FIELD_MISSING_RISK || (event != NONE && f->events[event].starts_review))
            continue;
        clock_begin(run,
                    &(struct clock_first){
                        .op = w->op,
                        .scope = f->cells[w->cell].scope,
                        .event = event,
                        .last = NONE,
                        .started_ms = event != NONE ? clock_usual(f, &f->events[event]) : clock_usual_of_op(f, w->op),
                    });
    }
}

static void start_event(struct clock_run *run)
{
    const struct fold *f = run->f;
    const struct schema_clock *row = run->row;
    bool names = (row->flags & CLOCK_NAMED) != 0, confirms = (row->flags & CLOCK_CONFIRMS) != 0;

    if (row->due == DUE_REVIEW)
        clock_chain_reviews(run);
    for (uint32_t i = 0; i < f->event_count; i++) {
        const struct work_event *e = &f->events[i];
        bool is_first = event_may_start(e) && e->row->number == row->starts[0] &&
                        event_shows(f, e, row->start_field, row->start_mask);
        bool is_second = row->starts[1] != 0 && event_may_start(e) && e->row->number == row->starts[1] &&
                         (names ? clock_named(run, i) != NONE : event_shows(f, e, row->start_field, row->start_mask)) &&
                         (!confirms || e->confirms != NONE);

        if ((is_first || is_second) && starts_anew(run, e)) {
            struct clock_first first = {.op = f->events[e->first].op,
                                        .started_ms = confirms && is_second ? confirmed_at(f, e) : e->since_ms,
                                        .event = e->first,
                                        .last = i,
                                        .named = is_first ? e->first : clock_named(run, i)};

            if ((row->flags & CLOCK_EPISODE) != 0)
                first.scope = e->scope;
            f->events[e->first].starts_review = f->events[e->first].starts_review || row->due == DUE_REVIEW;
            clock_begin(run, &first);
        }
    }
    if (row->due == DUE_REVIEW)
        start_written_risk(run);
}

/* --- values ------------------------------------------------------------------------------------------------------ */

bool write_starts(const struct clock_run *run, const struct work_write *w)
{
    if (!w->stood)
        return false;
    return run->row->start_mask == 0 || (w->write->has_value && w->write->value.type == VALUE_NUMBER &&
                                         in_mask(run->row->start_mask, w->write->value.number));
}

static void start_field(struct clock_run *run)
{
    const struct fold *f = run->f;

    for (size_t n = 0; n < CW_COUNT(run->row->starts); n++) {
        const struct work_cell *cell = find_cell(f, &scope_none, run->row->starts[n]);

        if (cell != NULL && cell->row->rule == RULE_ORS) {
            clock_start_set(run, cell);
            continue;
        }
        for (uint32_t i = 0; cell != NULL && i < cell->count; i++) {
            const struct work_write *w = &f->writes[f->by_cell[cell->first + i]];
            struct clock_first first = {
                .op = w->op, .started_ms = clock_usual_of_op(f, w->op), .event = NONE, .field = w->row->number};

            if (write_starts(run, w))
                clock_begin(run, &first);
        }
    }
}

static bool is_before(const struct case_value *a, const struct case_value *b)
{
    int order = ID_COMPARE(&a->dot.op, &b->dot.op);

    return order != 0 ? order < 0 : a->dot.index < b->dot.index;
}

bool birth_of(const struct fold *f, uint32_t *out_op, int64_t *out_day)
{
    const struct case_cell *cell = state_cell(f->state, &scope_none, FIELD_BIRTH_DATE);
    const struct case_value *best = NULL;

    for (uint32_t i = 0; cell != NULL && i < cell->value_count; i++) {
        const struct case_value *value = &cell->values[i];
        int64_t day;

        if (value->value.type != VALUE_TEXT || !date_parse(value->value.text, &day))
            continue;
        if (best == NULL || day < *out_day || (day == *out_day && is_before(value, best))) {
            best = value;
            *out_day = day;
            *out_op = value->op_index;
        }
    }
    return best != NULL;
}

static void start_birth(struct clock_run *run)
{
    struct clock_first first = {.event = NONE};

    if (!birth_of(run->f, &first.op, &first.birth))
        return;
    first.started_ms = clock_usual_of_op(run->f, first.op);
    clock_begin(run, &first);
}

/* What an arbitration that contests the case starts, is what a claim does. */
static void start_decided_anew(struct clock_run *run)
{
    const struct fold *f = run->f;

    for (uint32_t i = 0; run->row->starts[0] == EVENT_HANDOVER_CLAIM && i < f->event_count; i++) {
        const struct work_event *e = &f->events[i];

        if (event_stands(e) && event_decides_anew(e))
            clock_begin(run, &(struct clock_first){.op = e->op, .started_ms = e->since_ms, .event = i, .last = i});
    }
}

void clock_starts(struct clock_run *run)
{
    struct clock_first opening = {.op = run->f->opening, .event = NONE};

    switch (run->row->start) {
    case START_OPENING:
        if (opening.op == NONE)
            break;
        opening.started_ms = clock_usual_of_op(run->f, opening.op);
        clock_begin(run, &opening);
        break;
    case START_REPORTED:
        start_reported(run);
        break;
    case START_EVENT:
        start_event(run);
        start_decided_anew(run);
        break;
    case START_FIELD:
        start_field(run);
        break;
    case START_STRATEGY:
        start_strategy(run);
        break;
    case START_BIRTH:
        start_birth(run);
        break;
    }
}
