/* SPDX-License-Identifier: Apache-2.0 */
/* What ends a duty (docs/fold.md §19.7, §19.8): the answer it asks for, or that there is nothing left to do. */
#include "cases/clocks.h"
#include "cases/view.h"

/* --- answers of events --------------------------------------------------------------------------------------- */

bool clock_is_met_by(const struct schema_clock *row, uint32_t number)
{
    for (size_t i = 0; i < CLOCK_MET_BY_MAX; i++) {
        if (row->met_by[i] == number)
            return true;
    }
    return false;
}

static bool is_about_it(const struct schema_clock *row, const struct work_event *e)
{
    return event_speaks(e) && clock_is_met_by(row, e->row->number);
}

/* Events in the row's order, filtered. With `out` NULL only counted. */
static uint32_t list_events(const struct clock_run *run, struct clock_answer *out)
{
    const struct fold *f = run->f;
    const struct schema_clock *row = run->row;
    bool offered = false;
    uint32_t count = 0;

    for (uint32_t i = 0; i < f->event_count; i++) {
        uint32_t at = run->bound ? f->events_by_scope[i] : i;
        const struct work_event *e = &f->events[at];
        const struct op_value *value;

        if (run->bound && (i == 0 || !ID_EQ(&f->events[f->events_by_scope[i - 1]].scope, &e->scope)))
            offered = false;
        if (!is_about_it(row, e) || !event_has_rank(run, e) || !event_weighs(f, e))
            continue;
        value = row->met_mask != 0 ? event_detail(f, e, row->met_field) : NULL;
        offered = offered || (value != NULL && value->number == 1);
        if (!event_shows(f, e, row->met_field, row->met_mask) ||
            ((row->flags & CLOCK_OFFERED) != 0 && value != NULL && value->number == 3 && !offered))
            continue;
        if (out != NULL)
            out[count] = (struct clock_answer){.op = e->op, .event = at, .place = rank_of(f, f->events[e->first].op)};
        count++;
    }
    return count;
}

/* --- answers of writes --------------------------------------------------------------------------------------- */

/* "PNCID 26/0123456Q": the first word is a name of the field's scale. */
static bool begins_with_value(const struct schema_field *row, uint32_t mask, struct cw_slice text)
{
    size_t space = 0;
    uint32_t number;

    while (space < text.len && text.data[space] != ' ')
        space++;
    return space < text.len && schema_value_by_name(row->scale, slice(text.data, space), &number) &&
           in_mask(mask, number);
}

static bool write_answers(const struct clock_run *run, const struct work_write *w)
{
    const struct op_value *value = &w->write->value;

    if (!w->stood || w->struck)
        return false;
    if (run->row->met_mask == 0)
        return true;
    if (!w->write->has_value)
        return false;
    return value->type == VALUE_NUMBER
               ? in_mask(run->row->met_mask, value->number)
               : value->type == VALUE_TEXT && begins_with_value(w->row, run->row->met_mask, value->text);
}

static uint32_t list_writes(const struct clock_run *run, struct clock_answer *out)
{
    const struct fold *f = run->f;
    uint32_t count = 0;

    for (size_t n = 0; n < CLOCK_MET_BY_MAX; n++) {
        const struct work_cell *cell = run->row->met_by[n] != 0 ? find_cell(f, &scope_none, run->row->met_by[n]) : NULL;

        for (uint32_t i = 0; cell != NULL && i < cell->count; i++) {
            const struct work_write *w = &f->writes[f->by_cell[cell->first + i]];

            if (!write_answers(run, w))
                continue;
            if (out != NULL)
                out[count] = (struct clock_answer){
                    .op = w->op, .event = NONE, .place = rank_of(f, w->op), .field = w->row->number};
            count++;
        }
    }
    return count;
}

/* --- in order -------------------------------------------------------------------------------------------------- */

struct by_place {
    const struct clock_run *run;
    const struct clock_answer *answers;
};

/* What corrects an answer says nothing of what came between: its place is that of the first (§19.7). */
static int compare_places(const void *context, uint32_t a, uint32_t b)
{
    const struct by_place *by = context;
    const struct clock_answer *x = &by->answers[a], *y = &by->answers[b];
    const struct fold *f = by->run->f;
    int order = by->run->bound ? ID_COMPARE(&f->events[x->event].scope, &f->events[y->event].scope) : 0;

    if (order == 0)
        order = compare_u64(x->place, y->place);
    if (order == 0)
        order = compare_u64(rank_of(f, x->op), rank_of(f, y->op));
    return order != 0 ? order : compare_u64(a, b);
}

static enum cw_err sort_answers(struct clock_run *run, struct clock_answer *answers)
{
    struct fold *f = run->f;
    struct by_place by = {run, answers};
    struct clock_answer *sorted = ARENA_ARRAY(f->arena, struct clock_answer, run->answer_count);
    uint32_t *order = ARENA_ARRAY(f->arena, uint32_t, run->answer_count);

    if (sorted == NULL || order == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < run->answer_count; i++)
        order[i] = i;
    sort_indices(order, run->answer_count, compare_places, &by);
    for (uint32_t i = 0; i < run->answer_count; i++)
        sorted[i] = answers[order[i]];
    run->answers = sorted;
    return CW_OK;
}

static bool is_bound(const struct schema_clock *row)
{
    const struct schema_event *event = (row->flags & CLOCK_BY_FIELD) == 0 ? schema_event(row->met_by[0]) : NULL;

    return event != NULL && (row->flags & CLOCK_EPISODE) != 0 && (event->flags & EVENT_EPISODE) != 0;
}

enum cw_err clock_list_answers(struct clock_run *run)
{
    bool by_field = (run->row->flags & CLOCK_BY_FIELD) != 0;
    struct clock_answer *answers;

    run->bound = is_bound(run->row);
    run->answer_count = by_field ? list_writes(run, NULL) : list_events(run, NULL);
    answers = ARENA_ARRAY(run->f->arena, struct clock_answer, run->answer_count);
    if (answers == NULL)
        return CW_LOCAL_MEMORY;
    run->answers = answers;
    (void)(by_field ? list_writes(run, answers) : list_events(run, answers));
    return run->answer_count > 1 ? sort_answers(run, answers) : CW_OK;
}

/* --- the first that does ------------------------------------------------------------------------------------- */

static int compare_answer(const struct clock_run *run, const struct clock_answer *a, const struct hash *scope,
                          uint32_t rank)
{
    int order = run->bound ? ID_COMPARE(&run->f->events[a->event].scope, scope) : 0;

    return order != 0 ? order : compare_u64(a->place, rank);
}

/* The first above (scope, rank); with EARLIER of the scope. */
static uint32_t first_above(const struct clock_run *run, const struct clock_first *first)
{
    bool earlier = (run->row->flags & CLOCK_EARLIER) != 0 || first->stands_in;
    uint32_t rank = rank_of(run->f, first->op), low = 0, high = run->answer_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare_answer(run, &run->answers[middle], &first->scope, earlier ? 0 : rank);

        if (order < 0 || (order == 0 && !earlier))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_of_its_chain(const struct fold *f, uint32_t event, const struct clock_first *first)
{
    return first->event != NONE && event != NONE && f->events[event].first == f->events[first->event].first;
}

static bool is_meant(const struct clock_run *run, const struct clock_answer *a, const struct clock_first *first)
{
    const struct fold *f = run->f;
    const struct op_value *about = a->event != NONE ? event_detail(f, &f->events[a->event], FIELD_ABOUT) : NULL;

    if ((run->row->flags & CLOCK_NAMED) != 0)
        return clock_named(run, a->event) == first->named;
    if (about != NULL)
        return is_of_its_chain(f, find_event(f, &about->id), first);
    return a->event != NONE || first->field == 0 || first->field == a->field;
}

/*
 * Whoever writes in a case has its id, which is the opening's; whoever speaks of an episode has its report's. To what is void, and
 * whose value stands as a floor, no name leads.
 */
static bool is_named_by_place(const struct fold *f, uint32_t op, uint32_t start)
{
    const struct op *said = f->ops[op].op;

    return start == f->opening || !op_counts(f, start) ||
           (said->ref_count > 0 && f->extra[start].event != NONE && ID_EQ(&said->refs[0], &f->extra[start].thing));
}

/* A risk is looked at again by who knew of it (§19.7), and a correction looks at nothing. */
static bool was_known(struct fold *f, const struct clock_answer *a, const struct clock_first *first)
{
    const struct work_event *begun = &f->events[f->events[a->event].first];
    const struct op_value *about = event_detail(f, begun, FIELD_ABOUT);
    uint32_t named = about != NULL ? find_event(f, &about->id) : NONE;

    if (named != NONE && (f->events[named].op == first->op || op_knows_marked(f, f->events[named].op, first->op)))
        return true;
    return is_named_by_place(f, begun->op, first->op) || op_knows_marked(f, begun->op, first->op);
}

/* Nobody was asked about a return before it: whoever says when, says it of this one. */
static bool is_before_it(const struct clock_run *run, const struct clock_answer *a, const struct clock_first *first)
{
    const struct fold *f = run->f;
    const struct op_value *when =
        (run->row->flags & CLOCK_CONFIRMS) != 0 ? event_detail(f, &f->events[a->event], FIELD_OCCURRED) : NULL;

    return when != NULL && when->latest < first->started_ms;
}

static uint32_t find_answer(const struct clock_run *run, const struct clock_first *first)
{
    struct fold *f = run->f;
    int64_t from = run->row->after != 0 ? add_span(f->policy, first->started_ms, run->row->after) : INT64_MIN;

    begin_marks(f);
    for (uint32_t i = first_above(run, first); i < run->answer_count; i++) {
        const struct clock_answer *a = &run->answers[i];

        if (run->bound && !ID_EQ(&f->events[a->event].scope, &first->scope))
            break;
        if (f->ops[a->op].author_time.ms >= from && is_meant(run, a, first) && !is_before_it(run, a, first) &&
            (run->row->due != DUE_REVIEW || was_known(f, a, first)))
            return a->op;
    }
    return NONE;
}

/* --- nothing left to do ---------------------------------------------------------------------------------------- */

static uint32_t find_missing_again(const struct fold *f, const struct clock_first *first)
{
    uint32_t at, end = events_in_scope(f, &first->scope, &at);

    for (; at < end; at++) {
        uint32_t op = f->events[f->events_by_scope[at]].op;

        if (rank_of(f, op) > rank_of(f, first->op) && f->extra[op].stepped_episode &&
            (MISSING_STATES & (1u << f->extra[op].episode_state)) != 0)
            return op;
    }
    return NONE;
}

static uint32_t find_over(const struct clock_run *run, const struct clock_first *first)
{
    const struct case_machine *m = find_episode(run->f, &first->scope);

    if (m == NULL)
        return NONE;
    if ((run->row->flags & CLOCK_LIVE) != 0 && !is_live(m))
        return m->last_step;
    return (run->row->flags & CLOCK_RETURN) != 0 ? find_missing_again(run->f, first) : NONE;
}

void clock_find_end(const struct clock_run *run, const struct clock_first *first, struct case_clock *clock)
{
    uint32_t op = find_answer(run, first);

    clock->end = CLOCK_END_MET;
    if (op == NONE) {
        op = find_over(run, first);
        clock->end = op != NONE ? CLOCK_END_OVER : CLOCK_RUNS;
    }
    if (op != NONE) {
        clock->end_op = run->f->ops[op].op_id;
        clock->end_ms = run->f->ops[op].author_time.ms;
    }
}
