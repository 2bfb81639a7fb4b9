/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State machines (docs/fold.md §12): steps replayed in order. A close that did not know of something is held back, because
 * reopening a closed case is cheap and closing an open one by accident is not.
 */
#include "cases/machine.h"
#include "cases/view.h"
#include "cases/work.h"

enum step_match step_find(enum machine machine, uint32_t event, uint32_t state, const struct schema_step **out_row)
{
    size_t count;
    const struct schema_step *rows = schema_steps(&count);
    const struct schema_step *first = NULL;
    bool there = false;

    for (size_t i = 0; i < count; i++) {
        if (rows[i].machine != machine || rows[i].event != event)
            continue;
        if (first == NULL)
            first = &rows[i];
        there = there || rows[i].to == state;
        if (state < 32 && (rows[i].from & (1u << state)) != 0) {
            *out_row = &rows[i];
            return STEP_MATCHES;
        }
    }
    *out_row = first;
    if (first == NULL)
        return STEP_NONE;
    return there || (first->flags & STEP_SOFT) != 0 ? STEP_ALREADY_THERE : STEP_NOT_FROM_HERE;
}

/* --- the machines there are ----------------------------------------------------------------------------- */

static int compare_scopes(const void *context, uint32_t a, uint32_t b)
{
    const struct case_machine *machines = context;
    int order = compare_u64(machines[a].machine, machines[b].machine);

    if (order == 0)
        order = ID_COMPARE(&machines[a].scope, &machines[b].scope);
    return order != 0 ? order : compare_u64(a, b);
}

/* A report that was merged into another opens none. */
static bool opens_episode(const struct fold *f, const struct work_event *e)
{
    return event_stands(e) && (e->row->flags & EVENT_OPENS_EPISODE) != 0 && ID_EQ(&e->scope, &f->extra[e->op].thing);
}

static void add_machine(struct case_machine *machines, uint32_t *count, enum machine machine, const struct hash *scope)
{
    machines[*count] = (struct case_machine){.machine = machine, .state = 1, .last_step = NONE};
    if (scope != NULL)
        machines[*count].scope = *scope;
    (*count)++;
}

static enum cw_err list_machines(struct fold *f)
{
    uint32_t most = f->event_count + 2, count = 0;
    struct case_machine *machines = ARENA_ARRAY(f->arena, struct case_machine, most);
    struct case_machine *sorted = ARENA_ARRAY(f->arena, struct case_machine, most);
    uint32_t *order = ARENA_ARRAY(f->arena, uint32_t, most);
    enum machine own = schema_machine_of(f->state->kind);

    f->stuck = ARENA_ARRAY(f->arena, struct work_stuck, (size_t)f->event_count * 2);
    if (machines == NULL || sorted == NULL || order == NULL || f->stuck == NULL)
        return CW_LOCAL_MEMORY;
    if (f->begins != NONE && own != MACHINE_NONE)
        add_machine(machines, &count, own, NULL);
    if (f->reports != NONE)
        add_machine(machines, &count, MACHINE_EPISODE, NULL);
    for (uint32_t i = 0; i < f->event_count; i++) {
        if (opens_episode(f, &f->events[i]))
            add_machine(machines, &count, MACHINE_EPISODE, &f->events[i].scope);
    }
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    sort_indices(order, count, compare_scopes, machines);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = machines[order[i]];
    f->machines = sorted;
    f->state->machines = sorted;
    f->state->machine_count = count;
    return CW_OK;
}

struct case_machine *find_episode(const struct fold *f, const struct hash *scope)
{
    uint32_t low = 0, high = f->state->machine_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct case_machine *at = &f->machines[middle];
        int order = compare_u64(at->machine, MACHINE_EPISODE);

        if (order == 0)
            order = ID_COMPARE(&at->scope, scope);
        if (order == 0)
            return at;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* --- one step ------------------------------------------------------------------------------------------- */

static bool is_in_person(const struct fold *f, const struct work_event *e)
{
    const struct op_value *how = event_detail(f, e, FIELD_HOW_KNOWN);

    return how != NULL && (how->number == 4 || how->number == 5);
}

static bool death_is_reported(const struct fold *f, const struct hash *scope)
{
    uint32_t at, end = events_in_scope(f, scope, &at);

    for (; at < end; at++) {
        if (event_reports_death(&f->events[f->events_by_scope[at]]))
            return true;
    }
    return false;
}

static bool is_high(const struct fold *f, const struct hash *scope)
{
    uint64_t level;

    return level_at(f, scope, FIELD_MISSING_RISK, RANK_LAST, &level) && level >= RISK_HIGH;
}

/* Of whom the step needs one; an author who is none of them takes it without effect. */
static uint32_t roles_needed(const struct fold *f, const struct schema_step *row, const struct case_machine *machine)
{
    bool ranked = (row->flags & STEP_RANK_IF_HIGH) != 0 && is_high(f, &machine->scope);

    return ranked ? row->roles & R_INSP_UP : row->roles;
}

static bool could_hold(const struct work_event *x, const struct work_event *e, const struct schema_step *row,
                       const struct case_machine *machine)
{
    bool stands = x->authorised && x->row->class == EVENT_CLASS_SIGHTING ? sighting_stands(x) : event_stands(x);

    if (x == e || !stands || (row->held_by & (1u << x->row->class)) == 0)
        return false;
    return machine->machine != MACHINE_EPISODE || ID_EQ(&x->scope, &machine->scope);
}

/* §12.4, §12.5: the latest event that the step does not know and that does not know the step; NONE: not held. */
static uint32_t held_by(struct fold *f, const struct work_event *e, const struct schema_step *row,
                        const struct case_machine *machine)
{
    bool looked = false;

    if (row->held_by == 0)
        return NONE;
    for (uint32_t i = f->event_count; i-- > 0;) {
        const struct work_event *x = &f->events[i];

        if (!could_hold(x, e, row, machine))
            continue;
        if (!looked) {
            if (f->guarded_count == FOLD_GUARDED_MAX)
                return x->op;
            f->guarded_count++;
            mark_known_by(f, e->op);
            mark_knowing(f, e->op);
            looked = true;
        }
        if (!is_marked(f, x->op))
            return x->op;
    }
    return NONE;
}

/* Remembered: it is an open conflict until a later step knows of it (findings.c). */
static void remember_stuck(struct fold *f, const struct case_machine *machine, uint32_t resolvers,
                           const struct work_event *e)
{
    f->stuck[f->stuck_count++] = (struct work_stuck){e->op, (uint32_t)(machine - f->machines), resolvers};
}

static enum cw_err no_effect(struct fold *f, const struct case_machine *machine, const struct schema_step *row,
                             const struct work_event *e)
{
    remember_stuck(f, machine, row->roles, e);
    return note_add(f, NOTE_STEP_NO_EFFECT, e->row->number, dot_of(f, e->op, 0), NONE);
}

/* The author could not know how high the risk was, or has a role by policy only: whoever has the rank decides. */
static enum cw_err no_rank(struct fold *f, const struct case_machine *machine, const struct schema_step *row,
                           const struct work_event *e)
{
    if ((row->flags & STEP_SOFT) == 0)
        remember_stuck(f, machine, roles_needed(f, row, machine), e);
    return note_add(f, NOTE_STEP_ROLE, e->row->number, dot_of(f, e->op, 0), NONE);
}

static void apply(struct fold *f, struct case_machine *machine, const struct schema_step *row, uint32_t op)
{
    struct work_op *step = &f->extra[op];

    if (machine->machine == MACHINE_EPISODE) {
        step->stepped_episode = true;
        step->episode_state = (uint8_t)row->to;
        step->episode_from = (uint8_t)machine->state;
        step->step_before = machine->last_step;
    } else {
        step->stepped_case = true;
    }
    machine->state = row->to;
    machine->last_step = op;
}

static enum cw_err try_row(struct fold *f, struct case_machine *machine, const struct schema_step *row,
                           const struct work_event *e)
{
    uint32_t holder;

    if ((f->ops[e->op].roles & roles_needed(f, row, machine)) == 0)
        return no_rank(f, machine, row, e);
    if (((row->flags & STEP_IN_PERSON) != 0 && !is_in_person(f, e)) ||
        ((row->flags & STEP_DEATH_REPORTED) != 0 && !death_is_reported(f, &machine->scope)))
        return no_effect(f, machine, row, e);
    holder = held_by(f, e, row, machine);
    if (holder == NONE) {
        apply(f, machine, row, e->op);
        return CW_OK;
    }
    remember_stuck(f, machine, row->roles, e);
    return note_add(f, NOTE_STEP_HELD, e->row->number, dot_of(f, e->op, 0), holder);
}

static enum cw_err step_machine(struct fold *f, struct case_machine *machine, const struct work_event *e)
{
    const struct schema_step *row;

    switch (step_find(machine->machine, e->row->number, machine->state, &row)) {
    case STEP_MATCHES:
        return try_row(f, machine, row, e);
    case STEP_NOT_FROM_HERE:
        return no_effect(f, machine, row, e);
    case STEP_NONE:
    case STEP_ALREADY_THERE:
        break;
    }
    return CW_OK;
}

static enum cw_err step(struct fold *f, const struct work_event *e)
{
    struct case_machine *episode = find_episode(f, &e->scope);
    enum cw_err err = CW_OK;

    if (f->state->machine_count > 0 && f->machines[0].machine != MACHINE_EPISODE)
        err = step_machine(f, &f->machines[0], e);
    if (err == CW_OK && episode != NULL)
        err = step_machine(f, episode, e);
    return err;
}

/* §12.2: a correction of its own type speaks about a step that was taken at its place. */
enum cw_err fold_machines(struct fold *f)
{
    enum cw_err err = list_machines(f);

    for (uint32_t i = 0; i < f->event_count && err == CW_OK; i++) {
        const struct work_event *e = &f->events[i];

        if (event_stands(e) && !e->corrects_own_type && !e->corrected_other_type)
            err = step(f, e);
    }
    return err;
}
