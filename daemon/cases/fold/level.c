/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stood at an op's place: the height of a MAX cell, and whether a child was missing at high risk (docs/fold.md §9.6,
 * §19.5). Nothing here depends on who owns the case.
 */
#include "cases/machine.h"
#include "cases/work.h"

const struct work_cell *find_cell(const struct fold *f, const struct hash *scope, uint32_t field)
{
    uint32_t low = 0, high = f->cell_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct work_cell *cell = &f->cells[middle];
        int order = ID_COMPARE(&cell->scope, scope);

        if (order == 0)
            order = compare_u64(cell->row->number, field);
        if (order == 0)
            return cell;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool level_at(const struct fold *f, const struct hash *scope, uint32_t field, uint32_t rank, uint64_t *out)
{
    const struct work_cell *cell = find_cell(f, scope, field);
    bool found = false;

    *out = 0;
    for (uint32_t i = 0; cell != NULL && i < cell->count; i++) {
        const struct work_write *w = &f->writes[f->by_cell[cell->first + i]];
        uint64_t ordinal;

        if (!w->stood || rank_of(f, w->op) > rank || w->unseated <= rank || !write_ordinal(w, &ordinal))
            continue;
        found = true;
        if (ordinal > *out)
            *out = ordinal;
    }
    return found;
}

/* --- a child missing at high risk ------------------------------------------------------------------------------ */

static bool was_disputed_at(const struct fold *f, uint32_t machine, uint32_t last, uint32_t rank)
{
    for (uint32_t i = 0; i < f->dispute_count; i++) {
        const struct work_dispute *d = &f->disputes[i];

        if (d->machine == machine && d->returned == last && rank_of(f, d->sighting) < rank)
            return true;
    }
    return false;
}

/* The state after the latest step that is earlier than this place. */
static uint32_t state_at(const struct fold *f, uint32_t machine, uint32_t rank)
{
    uint32_t at, end = events_in_scope(f, &f->machines[machine].scope, &at), state = 1, last = NONE;

    for (; at < end; at++) {
        uint32_t op = f->events[f->events_by_scope[at]].op;

        if (rank_of(f, op) >= rank || !f->extra[op].stepped_episode)
            continue;
        state = f->extra[op].episode_state;
        last = op;
    }
    return last != NONE && was_disputed_at(f, machine, last, rank) ? EPISODE_IN_DISPUTE : state;
}

bool missing_at_high_risk(const struct fold *f, uint32_t rank)
{
    for (uint32_t i = 0; i < f->state->machine_count; i++) {
        const struct case_machine *m = &f->machines[i];
        uint64_t level;

        if (m->machine != MACHINE_EPISODE || !level_at(f, &m->scope, FIELD_MISSING_RISK, rank, &level))
            continue;
        if (level >= RISK_HIGH && (EPISODE_LIVE_STATES & (1u << state_at(f, i, rank))) != 0)
            return true;
    }
    return false;
}
