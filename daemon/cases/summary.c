/* SPDX-License-Identifier: Apache-2.0 */
/* One row of a list. Absence of an assessment is not the lowest value: it is shown as "not assessed". */
#include "cases/view.h"

static struct cw_slice text_of(const struct case_state *state, uint32_t field)
{
    const struct case_value *value = state_value(state, &scope_none, field);

    return value != NULL && value->value.type == VALUE_TEXT ? value->value.text : slice(NULL, 0);
}

/* A group is known by its name, a line by its brand, when nobody gave a title. */
static struct cw_slice title_of(const struct case_state *state)
{
    struct cw_slice title = text_of(state, FIELD_TITLE);

    if (title.len == 0)
        title = text_of(state, FIELD_OP_NAME);
    if (title.len == 0 && state->kind == KIND_OCG)
        title = text_of(state, FIELD_OCG_NAME);
    if (title.len == 0 && state->kind == KIND_LINE)
        title = text_of(state, FIELD_BRAND);
    return title;
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

/* Over all episodes that are not closed or cancelled, the greatest; episodes without one count as not assessed. */
static bool episode_is_over(const struct case_state *state, const struct hash *scope)
{
    const struct case_machine *m = state_machine(state, MACHINE_EPISODE, scope);

    return m != NULL && (m->state == 6 || m->state == 7);
}

static const char *risk_of(const struct case_state *state)
{
    const struct case_value *best = NULL;
    const struct schema_field *row = NULL;
    const char *name;

    if (state->kind != KIND_CHILD && state->kind != KIND_LINE)
        return "";
    for (uint32_t i = 0; i < state->cell_count; i++) {
        const struct case_cell *cell = &state->cells[i];
        const struct case_value *value = cell->shown < cell->value_count ? &cell->values[cell->shown] : NULL;

        if ((cell->field != FIELD_MISSING_RISK && cell->field != FIELD_LINE_RISK) || value == NULL ||
            episode_is_over(state, &cell->scope))
            continue;
        if (best == NULL || value->value.number > best->value.number) {
            best = value;
            row = cell->row;
        }
    }
    if (best == NULL)
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
