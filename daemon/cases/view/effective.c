/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a child's cases say together (docs/fold.md §18.5). Nothing is copied and nothing is decided: where two cases
 * differ in something that a person must settle, both values are shown.
 */
#include "cases/identity.h"
#include "cases/view.h"
#include "cases/work.h"

struct gathering {
    const struct case_state *const *states;
    uint32_t count;
    struct arena *arena;
    struct effective_cell *cells;
    uint32_t cell_count;
};

static uint32_t most_values(const struct gathering *g, uint32_t field)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < g->count; i++) {
        const struct case_cell *cell = state_cell(g->states[i], &scope_none, field);

        count += cell == NULL ? 0 : cell->value_count;
    }
    return count;
}

/* Ordinals of MAX and ends of MIN are in `number`; whichever is put first is shown. */
static bool goes_first(enum merge_rule rule, const struct case_value *a, const struct case_value *b)
{
    if (rule == RULE_MAX)
        return a->value.number > b->value.number;
    return rule == RULE_MIN && a->value.number < b->value.number;
}

static bool is_there(const struct effective_cell *cell, const struct case_value *value)
{
    for (uint32_t i = 0; i < cell->value_count; i++) {
        const struct case_value *has = cell->values[i].value;

        if ((has->flags & VALUE_WITHHELD) == 0 && (value->flags & VALUE_WITHHELD) == 0 &&
            has->value.type == value->value.type && value_compare(&has->value, &value->value) == 0)
            return true;
    }
    return false;
}

static void take(struct effective_cell *cell, uint32_t from, const struct case_value *value)
{
    uint32_t at = cell->value_count;

    if (is_there(cell, value))
        return;
    cell->values[cell->value_count++] = (struct effective_value){from, value};
    if (at > 0 && goes_first(cell->row->rule, value, cell->values[0].value)) {
        struct effective_value first = cell->values[0];

        cell->values[0] = cell->values[at];
        cell->values[at] = first;
    }
}

static bool is_scale(enum merge_rule rule)
{
    return rule == RULE_MAX || rule == RULE_MIN;
}

/* Of a single value what its case shows; of a set and of what is in conflict everything that stands. */
static void take_cell(struct effective_cell *cell, uint32_t from, const struct case_cell *of)
{
    bool whole = schema_field_is_set(of->row) || of->in_conflict;

    cell->in_conflict = cell->in_conflict || of->in_conflict;
    for (uint32_t i = 0; i < of->value_count; i++) {
        if ((whole && of->values[i].fate != FATE_OUTRANKED) || i == of->shown)
            take(cell, from, &of->values[i]);
    }
}

static enum cw_err unite_field(struct gathering *g, const struct schema_field *row)
{
    struct effective_cell *cell = &g->cells[g->cell_count];
    uint32_t most = most_values(g, row->number);

    if (most == 0)
        return CW_OK;
    *cell = (struct effective_cell){.row = row, .from = UINT32_MAX};
    cell->values = ARENA_ARRAY(g->arena, struct effective_value, most);
    if (cell->values == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < g->count; i++) {
        const struct case_cell *of = state_cell(g->states[i], &scope_none, row->number);

        if (of != NULL)
            take_cell(cell, i, of);
    }
    if (is_scale(row->rule) && cell->value_count > 1)
        cell->value_count = 1;
    if (!is_scale(row->rule) && !schema_field_is_set(row) && cell->value_count > 1)
        cell->in_conflict = true;
    g->cell_count += cell->value_count > 0;
    return CW_OK;
}

/* Two cases' episodes are two episodes until somebody folds them: each keeps its own cells. */
static enum cw_err keep_episodes(struct gathering *g, const struct schema_field *row)
{
    for (uint32_t i = 0; i < g->count; i++) {
        for (uint32_t j = 0; j < g->states[i]->cell_count; j++) {
            const struct case_cell *of = &g->states[i]->cells[j];
            struct effective_cell *cell = &g->cells[g->cell_count];

            if (of->field != row->number || of->value_count == 0)
                continue;
            *cell = (struct effective_cell){.row = row, .from = i, .scope = of->scope};
            cell->values = ARENA_ARRAY(g->arena, struct effective_value, of->value_count);
            if (cell->values == NULL)
                return CW_LOCAL_MEMORY;
            take_cell(cell, i, of);
            g->cell_count += cell->value_count > 0;
        }
    }
    return CW_OK;
}

enum cw_err identity_effective(const struct case_state *const *states, uint32_t count, struct arena *arena,
                               const struct effective_cell **out_cells, uint32_t *out_count)
{
    struct gathering g = {.states = states, .count = count, .arena = arena};
    size_t row_count, most = 1;
    const struct schema_field *rows = schema_fields(&row_count);
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < count; i++)
        most += states[i]->cell_count;
    g.cells = ARENA_ARRAY(arena, struct effective_cell, most);
    if (g.cells == NULL)
        return CW_LOCAL_MEMORY;
    for (size_t i = 0; i < row_count && err == CW_OK; i++) {
        if (rows[i].place == PLACE_CASE)
            err = unite_field(&g, &rows[i]);
        else if (rows[i].place == PLACE_EPISODE)
            err = keep_episodes(&g, &rows[i]);
    }
    *out_cells = g.cells;
    *out_count = g.cell_count;
    return err;
}
