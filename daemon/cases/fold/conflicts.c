/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person must settle (docs/fold.md §13.2): cells that hold more than one answer, a contested owner, steps that met
 * another state than their author saw, returns that a sighting contradicts.
 */
#include "cases/work.h"

static int compare_dots(const struct dot *a, const struct dot *b)
{
    int order = ID_COMPARE(&a->op, &b->op);

    return order != 0 ? order : compare_u64(a->index, b->index);
}

static int compare_dot_indices(const void *context, uint32_t a, uint32_t b)
{
    const struct dot *dots = context;
    int order = compare_dots(&dots[a], &dots[b]);

    return order != 0 ? order : compare_u64(a, b);
}

/* Sorts the candidates and hands the conflict on. */
static enum cw_err conflict_put(struct fold *f, struct case_conflict *conflict, const struct dot *dots, uint32_t count)
{
    struct dot *sorted = ARENA_ARRAY(f->arena, struct dot, count);
    uint32_t *order = ARENA_ARRAY(f->arena, uint32_t, count);

    if (sorted == NULL || order == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    sort_indices(order, count, compare_dot_indices, dots);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = dots[order[i]];
    conflict->candidates = sorted;
    conflict->candidate_count = count;
    return conflict_add(f, conflict);
}

static enum cw_err conflict_of_cell(struct fold *f, uint32_t index)
{
    const struct case_cell *cell = &f->state->cells[index];
    uint32_t lower = policy_lower_roles(f->policy, cell->row), count = 0;
    struct dot *dots = ARENA_ARRAY(f->arena, struct dot, cell->value_count);
    struct case_conflict conflict = {.scope = cell->scope,
                                     .field = cell->field,
                                     .cell = index,
                                     .resolvers = lower != R_NONE ? lower : policy_set_roles(f->policy, cell->row),
                                     .shown = cell->values[cell->shown].dot};

    if (dots == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < cell->value_count; i++) {
        if (cell->values[i].fate == FATE_CONFLICT)
            dots[count++] = cell->values[i].dot;
    }
    return conflict_put(f, &conflict, dots, count);
}

static enum cw_err conflict_of_owner(struct fold *f)
{
    const struct case_owner *owner = &f->state->owner;
    const struct schema_event *arbitration = schema_event(EVENT_ARBITRATION);
    struct dot dots[CLAIMANTS_MAX];
    uint32_t raised;
    struct case_conflict conflict = {.field = FIELD_OWNER, .cell = NONE};

    if (owner->state != OWNER_CONTESTED)
        return CW_OK;
    raised = f->epochs[f->epoch_count - 1].raised_by;
    conflict.resolvers = policy_event_roles(f->policy, arbitration);
    conflict.shown = dot_of(f, raised != NONE ? raised : f->begins, 0);
    for (uint32_t i = 0; i < owner->claimant_count; i++)
        dots[i] = dot_of(f, f->claim_ops[i], 0);
    return conflict_put(f, &conflict, dots, owner->claimant_count);
}

/* A later step of the same machine that knows of the stuck one has answered it. */
static bool is_answered(const struct fold *f, const struct work_stuck *stuck)
{
    const struct case_machine *machine = &f->machines[stuck->machine];

    for (uint32_t i = f->first_named_by[stuck->op]; i < f->first_named_by[stuck->op + 1]; i++) {
        const struct work_op *by = &f->extra[f->named_by[i]];

        if (machine->machine != MACHINE_EPISODE && by->stepped_case)
            return true;
        if (machine->machine == MACHINE_EPISODE && by->stepped_episode &&
            ID_EQ(&f->events[by->event].scope, &machine->scope))
            return true;
    }
    return false;
}

static enum cw_err conflict_of_step(struct fold *f, const struct work_stuck *stuck)
{
    const struct case_machine *machine = &f->machines[stuck->machine];
    uint32_t last = machine->last_step != NONE ? machine->last_step : f->opening;
    struct dot dots[2] = {dot_of(f, last, 0), dot_of(f, stuck->op, 0)};
    struct case_conflict conflict = {.scope = machine->scope,
                                     .field = schema_machine_field(machine->machine),
                                     .cell = NONE,
                                     .resolvers = stuck->resolvers,
                                     .shown = dots[0]};

    return is_answered(f, stuck) ? CW_OK : conflict_put(f, &conflict, dots, 2);
}

/* All disputes of one machine are one conflict: disputes[from..to). */
static enum cw_err conflict_of_return(struct fold *f, uint32_t from, uint32_t to)
{
    const struct work_dispute *first = &f->disputes[from];
    struct dot *dots = ARENA_ARRAY(f->arena, struct dot, (size_t)(to - from) + 1);
    struct case_conflict conflict = {.scope = f->machines[first->machine].scope,
                                     .field = FIELD_EPISODE_STATE,
                                     .cell = NONE,
                                     .resolvers = R_INSP_UP,
                                     .shown = dot_of(f, first->returned, 0)};

    if (dots == NULL)
        return CW_LOCAL_MEMORY;
    dots[0] = conflict.shown;
    for (uint32_t i = from; i < to; i++)
        dots[i - from + 1] = dot_of(f, f->disputes[i].sighting, 0);
    return conflict_put(f, &conflict, dots, to - from + 1);
}

static enum cw_err gather_conflicts(struct fold *f)
{
    enum cw_err err = conflict_of_owner(f);

    for (uint32_t i = 0; i < f->state->cell_count && err == CW_OK; i++) {
        if (f->state->cells[i].in_conflict)
            err = conflict_of_cell(f, i);
    }
    for (uint32_t i = 0; i < f->stuck_count && err == CW_OK; i++)
        err = conflict_of_step(f, &f->stuck[i]);
    for (uint32_t from = 0, to; from < f->dispute_count && err == CW_OK; from = to) {
        for (to = from + 1; to < f->dispute_count && f->disputes[to].machine == f->disputes[from].machine;)
            to++;
        err = conflict_of_return(f, from, to);
    }
    return err;
}

static int compare_candidates(const struct case_conflict *a, const struct case_conflict *b)
{
    for (uint32_t i = 0; i < a->candidate_count && i < b->candidate_count; i++) {
        int order = compare_dots(&a->candidates[i], &b->candidates[i]);

        if (order != 0)
            return order;
    }
    return compare_u64(a->candidate_count, b->candidate_count);
}

static int compare_conflicts(const void *context, uint32_t a, uint32_t b)
{
    const struct case_conflict *const *conflicts = context;
    int order = ID_COMPARE(&conflicts[a]->scope, &conflicts[b]->scope);

    if (order == 0)
        order = compare_u64(conflicts[a]->field, conflicts[b]->field);
    if (order == 0)
        order = compare_candidates(conflicts[a], conflicts[b]);
    return order != 0 ? order : compare_u64(a, b);
}

enum cw_err fold_conflicts(struct fold *f)
{
    const struct case_conflict **found;
    struct case_conflict *sorted;
    uint32_t *order, count = 0;
    enum cw_err err = gather_conflicts(f);

    if (err != CW_OK)
        return err;
    found = ARENA_ARRAY(f->arena, const struct case_conflict *, f->conflicts.count);
    sorted = ARENA_ARRAY(f->arena, struct case_conflict, f->conflicts.count);
    order = ARENA_ARRAY(f->arena, uint32_t, f->conflicts.count);
    if (found == NULL || sorted == NULL || order == NULL)
        return CW_LOCAL_MEMORY;
    for (const struct conflict_item *item = f->conflicts.first; item != NULL; item = item->next, count++) {
        found[count] = &item->conflict;
        order[count] = count;
    }
    sort_indices(order, count, compare_conflicts, found);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = *found[order[i]];
    f->state->conflicts = sorted;
    f->state->conflict_count = count;
    return CW_OK;
}
