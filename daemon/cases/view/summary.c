/* SPDX-License-Identifier: Apache-2.0 */
/* One row of a list. Absence of an assessment is not the lowest value: it is shown as "not assessed". */
#include "cases/machine.h"
#include "cases/view.h"

/* "birth A. Example" -> "A. Example": the first word says which of the scale. */
static struct cw_slice behind_scale_word(const struct schema_field *row, struct cw_slice text)
{
    size_t at = 0;

    while (row->scale != SCALE_NONE && at < text.len && text.data[at] != ' ')
        at++;
    return row->scale != SCALE_NONE && at < text.len ? slice(text.data + at + 1, text.len - at - 1) : text;
}

/* The shown value; of a set its first element, which of names is the one given at birth when it is known. */
static struct cw_slice name_in(const struct case_cell *cell)
{
    uint32_t at = schema_field_is_set(cell->row) ? 0 : cell->shown;

    if ((cell->row->flags & FIELD_NAME) == 0 || at >= cell->value_count || cell->values[at].value.type != VALUE_TEXT)
        return slice(NULL, 0);
    return behind_scale_word(cell->row, cell->values[at].value.text);
}

/* Cells come in order of field number: the title first, then an operation's, a group's or a line's own name. */
static struct cw_slice title_of(const struct case_state *state)
{
    for (uint32_t i = 0; i < state->cell_count; i++) {
        struct cw_slice name = name_in(&state->cells[i]);

        if (name.len != 0)
            return name;
    }
    return slice(NULL, 0);
}

static const char *status_of(const struct case_state *state)
{
    enum machine own = schema_machine_of(state->kind);
    const struct case_machine *machine = state_machine(state, own, &scope_none);
    const struct schema_field *field = schema_field(schema_machine_field(own));
    const char *name;

    if (machine == NULL || field == NULL)
        return "";
    name = schema_value_name(field->scale, machine->state);
    return name != NULL ? name : "";
}

static bool has_risk(uint32_t kind)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count && kind < 32; i++) {
        if ((rows[i].flags & FIELD_RISK) != 0 && (rows[i].kinds & (1u << kind)) != 0)
            return true;
    }
    return false;
}

enum { EPISODE_CLOSED = 6, EPISODE_CANCELLED = 7 };

static bool episode_is_over(const struct case_state *state, const struct hash *scope)
{
    const struct case_machine *m = state_machine(state, MACHINE_EPISODE, scope);

    return m != NULL && (m->state == EPISODE_CLOSED || m->state == EPISODE_CANCELLED);
}

/* DOMAIN §4.6: a child who is missing and whom nobody assessed is taken as medium, and said not to be assessed. */
#define RANK_OF(number) (2 * (number))
#define RANK_NOT_ASSESSED (RANK_OF(RISK_HIGH) - 1)

static bool misses_unassessed(const struct case_state *state)
{
    for (uint32_t i = 0; i < state->machine_count; i++) {
        const struct case_machine *m = &state->machines[i];

        if (m->machine == MACHINE_EPISODE && m->state < 32 && (EPISODE_LIVE_STATES & (1u << m->state)) != 0 &&
            state_value(state, &m->scope, FIELD_MISSING_RISK) == NULL)
            return true;
    }
    return false;
}

static bool no_episode_runs(const struct case_state *state)
{
    uint32_t over = 0;

    for (uint32_t i = 0; i < state->machine_count; i++) {
        const struct case_machine *m = &state->machines[i];

        if (m->machine != MACHINE_EPISODE)
            continue;
        if (!episode_is_over(state, &m->scope))
            return false;
        over++;
    }
    return over > 0;
}

/* The greatest over the line or over the child's episodes that are not over. */
static const char *risk_of(const struct case_state *state)
{
    const struct case_value *best = NULL;
    const struct schema_field *row = NULL;
    const char *name;

    if (!has_risk(state->kind))
        return "";
    for (uint32_t i = 0; i < state->cell_count; i++) {
        const struct case_cell *cell = &state->cells[i];
        const struct case_value *value = cell->shown < cell->value_count ? &cell->values[cell->shown] : NULL;

        if ((cell->row->flags & FIELD_RISK) == 0 || value == NULL ||
            (cell->row->place == PLACE_EPISODE && episode_is_over(state, &cell->scope)))
            continue;
        if (best == NULL || value->value.number > best->value.number) {
            best = value;
            row = cell->row;
        }
    }
    if (best == NULL && no_episode_runs(state))
        return ""; /* the child is not missing: there is nothing to assess */
    if (best == NULL || (RANK_OF(best->value.number) < RANK_NOT_ASSESSED && misses_unassessed(state)))
        return "not assessed";
    name = schema_value_name(row->scale, best->value.number);
    return name != NULL ? name : "unrecognised";
}

void state_summary(const struct case_state *state, struct case_summary *out)
{
    const char *kind = schema_kind_name(state->kind);
    const struct case_value *marking = state_value(state, &scope_none, FIELD_MARKING);

    *out = (struct case_summary){
        .title = title_of(state),
        .kind = kind != NULL ? kind : "",
        .status = status_of(state),
        .owner = state->owner.division,
        .owner_state = state->owner.state,
        .risk = risk_of(state),
        .conflict_count = state->conflict_count,
        .proposal_count = state->proposal_count,
        .note_count = state->note_count,
        .flags = state->flags,
        /* not stated: the kinds hold people, so they are sensitive until somebody lowers it */
        .marking = marking != NULL ? (uint32_t)marking->value.number : (state->kind != KIND_OPERATION),
    };
    human_ref_of(state->kind, state->opened_by_division, state->opened, &state->case_id, out->human_ref);
}
