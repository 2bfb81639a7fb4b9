/* SPDX-License-Identifier: Apache-2.0 */
/* One case as a reader sees it: header, fields, and what answer_events.c adds. */

#include "node/answer_case.h"
#include "node/divisions.h"

#include "proto/identifier.h"
#include "proto/wire.h"

static bool put_values(struct answering *a, const struct shown_case *shown, const struct case_cell *cell,
                       Cw__ViewField *out)
{
    out->values = ARENA_ARRAY(a->arena, Cw__ViewValue *, cell->value_count + 1);
    if (out->values == NULL)
        return false;
    /* What is shown first comes first; set rules keep their order. */
    for (uint32_t i = 0; i < cell->value_count; i++) {
        uint32_t at = i == 0 ? cell->shown : (i <= cell->shown ? i - 1 : i);
        const struct case_value *value = &cell->values[cell->shown < cell->value_count ? at : i];
        Cw__ViewValue *view = answer_view_value(a, shown, cell->row, value);

        if (view == NULL)
            return false;
        out->values[out->n_values++] = view;
    }
    return true;
}

/* Who takes a proposal up, or sets back what a rule decided: policy's to say. A conflict says so itself (answer_conflicts.c). */
static bool put_field_resolvers(struct answering *a, const struct shown_case *shown, const struct schema_field *row,
                                Cw__ViewField *out)
{
    const struct case_policy *policy = answer_policy(a, shown);
    bool lowers = schema_field_is_set(row) || row->rule == RULE_MAX || row->rule == RULE_MIN;

    out->n_resolvers =
        answer_roles(a, lowers ? policy_lower_roles(policy, row) : policy_set_roles(policy, row), &out->resolvers);
    return out->resolvers != NULL;
}

/* Several values of which a rule shows one, or an element of a set that somebody removed who had not seen it. */
static bool is_set_back(const struct case_cell *cell)
{
    if (!schema_field_is_set(cell->row))
        return cell->value_count > 1;
    for (uint32_t i = 0; i < cell->value_count; i++) {
        if ((cell->values[i].flags & VALUE_REMOVED_ONCE) != 0)
            return true;
    }
    return false;
}

static Cw__ViewField *field_of(struct answering *a, const struct shown_case *shown, const struct case_cell *cell)
{
    Cw__ViewField *out = ARENA_NEW(a->arena, Cw__ViewField);

    if (out == NULL)
        return NULL;
    cw__view_field__init(out);
    SET_NUMBER(out, field, cell->field);
    if (cell->row != NULL) {
        SET_BYTES(out, name, answer_text(a, cell->row->name));
        SET_BYTES(out, rule, answer_text(a, schema_rule_name(cell->row->rule)));
    }
    if (!ID_IS_ZERO(&cell->scope))
        SET_BYTES(out, episode, answer_bytes(a, cell->scope.b, ID_LEN));
    if (cell->in_conflict)
        SET_NUMBER(out, conflict, 1);
    if (cell->superseded_count != 0)
        SET_NUMBER(out, superseded_count, cell->superseded_count);
    if (cell->row != NULL && is_set_back(cell) && !put_field_resolvers(a, shown, cell->row, out))
        return NULL;
    return put_values(a, shown, cell, out) ? out : NULL;
}

/* A write that its author could not set, as the op said it: proposals are writes, not cells. A removal says what it names. */
static Cw__ViewValue *proposal_of(struct answering *a, const struct shown_case *shown, const struct case_write *write)
{
    const struct case_op *op = &shown->loaded.state->ops[write->op_index];
    const struct op_write *said = &op->op->writes[write->index];
    struct case_value value = {
        .value = said->has_value ? write_with_removed(shown->loaded.state, said).value : said->value,
        .fate = FATE_PROPOSAL,
        .flags = said->withheld ? VALUE_WITHHELD : 0,
        .dot = {op->op_id, write->index},
        .replaces_count = said->supersede_count,
        .replaces = said->supersedes,
    };

    return answer_view_value(a, shown, schema_field(said->field), &value);
}

static bool is_of_episode(const Cw__ViewField *field, const struct hash *scope)
{
    return slice_eq(field->has_episode ? wire_slice(field->episode) : slice(NULL, 0),
                    ID_IS_ZERO(scope) ? slice(NULL, 0) : ID_SLICE(scope));
}

static Cw__ViewField *find_or_add(struct answering *a, Cw__CaseView *out, uint32_t number, const struct hash *scope)
{
    Cw__ViewField *field;
    const struct schema_field *row = schema_field(number);

    for (size_t i = 0; i < out->n_fields; i++) {
        if (out->fields[i]->field == number && is_of_episode(out->fields[i], scope))
            return out->fields[i];
    }
    field = ARENA_NEW(a->arena, Cw__ViewField);
    if (field == NULL)
        return NULL;
    cw__view_field__init(field);
    SET_NUMBER(field, field, number);
    if (row != NULL) {
        SET_BYTES(field, name, answer_text(a, row->name));
        SET_BYTES(field, rule, answer_text(a, schema_rule_name(row->rule)));
    }
    if (!ID_IS_ZERO(scope))
        SET_BYTES(field, episode, answer_bytes(a, scope->b, ID_LEN));
    out->fields[out->n_fields++] = field;
    return field;
}

static bool add_proposal(struct answering *a, Cw__ViewField *field, Cw__ViewValue *value)
{
    Cw__ViewValue **grown = ARENA_ARRAY(a->arena, Cw__ViewValue *, field->n_proposals + 1);

    if (grown == NULL)
        return false;
    if (field->n_proposals != 0)
        memcpy(grown, field->proposals, field->n_proposals * sizeof(Cw__ViewValue *));
    grown[field->n_proposals] = value;
    field->proposals = grown;
    field->n_proposals++;
    return true;
}

static bool is_proposed_write(const struct case_state *state, const struct case_write *write)
{
    const struct op *op = state->ops[write->op_index].op;

    return write->fate == FATE_PROPOSAL && op != NULL && write->index < op->write_count;
}

static bool put_proposals(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;

    for (uint32_t i = 0; i < state->write_count; i++) {
        const struct case_write *write = &state->writes[i];
        const struct schema_field *row;
        Cw__ViewField *field;
        Cw__ViewValue *value;

        if (!is_proposed_write(state, write))
            continue;
        field = find_or_add(a, out, state->ops[write->op_index].op->writes[write->index].field, &write->scope);
        value = field == NULL ? NULL : proposal_of(a, shown, write);
        if (value == NULL || !add_proposal(a, field, value))
            return false;
        row = schema_field(field->field);
        if (row != NULL && field->n_resolvers == 0 && !put_field_resolvers(a, shown, row, field))
            return false;
    }
    return true;
}

/* The form in which two identifiers are compared, beside what was written; the field that shows it. */
static uint32_t canonical_field(uint32_t field)
{
    switch (field) {
    case FIELD_NUMBER:
        return FIELD_NUMBER_CANONICAL;
    case FIELD_PLATE:
        return FIELD_PLATE_CANONICAL;
    case FIELD_POSTCODE:
        return FIELD_POSTCODE_CANONICAL;
    default:
        return FIELD_NONE;
    }
}

/* Said by whoever wrote what it is made of. */
static bool put_canonical(struct answering *a, const struct shown_case *shown, const struct case_cell *cell,
                          Cw__CaseView *out)
{
    const struct schema_field *row = schema_field(canonical_field(cell->field));
    char text[IDENTIFIER_LEN_MAX];
    struct case_cell computed = *cell;
    struct case_value value;

    if (row == NULL || cell->shown >= cell->value_count)
        return true;
    value = cell->values[cell->shown];
    if (value.value.type != VALUE_TEXT || (value.flags & VALUE_WITHHELD) != 0 ||
        !identifier_canonical(cell->row, value.value.text, text) || text[0] == '\0')
        return true;
    value.value.text = wire_slice(answer_text(a, text));
    computed = (struct case_cell){.field = row->number, .row = row, .value_count = 1, .values = &value};
    out->fields[out->n_fields] = field_of(a, shown, &computed);
    return out->fields[out->n_fields++] != NULL;
}

static bool put_fields(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;

    /* Every cell with its canonical form, and room for fields that only proposals name, or that have no value. */
    out->fields = ARENA_ARRAY(a->arena, Cw__ViewField *,
                              2 * (size_t)state->cell_count + state->proposal_count + answer_derived_room(state) + 1);
    if (out->fields == NULL)
        return false;
    for (uint32_t i = 0; i < state->cell_count; i++) {
        Cw__ViewField *field = field_of(a, shown, &state->cells[i]);

        if (field == NULL)
            return false;
        out->fields[out->n_fields++] = field;
        if (!put_canonical(a, shown, &state->cells[i], out))
            return false;
    }
    return put_proposals(a, shown, out) && answer_put_derived(a, shown, out);
}

/* No division holds its duties: whoever coordinates does, until one claims the case (DOMAIN.md §8). */
static bool is_orphaned(struct answering *a, const struct case_owner *owner)
{
    const struct authority *authority = node_authority(a->node);
    bool held = owner->state == OWNER_NONE || division_exists(authority, owner->division);

    for (uint32_t i = 0; i < owner->claimant_count && !held; i++)
        held = division_exists(authority, owner->claimants[i]);
    node_authority_done(a->node);
    return !held;
}

static void put_owner(struct answering *a, const struct case_owner *owner, Cw__CaseView *out)
{
    char text[(DIVISION_LEN_MAX + 8) * (CLAIMANTS_MAX + 1)];
    struct writer w = writer_over(text, sizeof text - 1);

    writer_slice(&w, owner->division);
    for (uint32_t i = 0; i < owner->claimant_count; i++) {
        writer_slice(&w, slice_of(" + "));
        writer_slice(&w, owner->claimants[i]);
    }
    text[w.len] = '\0';
    SET_BYTES(out, owner, answer_text(a, text));
    SET_NUMBER(out, owner_epoch, owner->epoch);
    if (owner->state == OWNER_OFFERED)
        SET_BYTES(out, offered_to, wire_bytes(owner->offered_to));
    if (is_orphaned(a, owner))
        SET_NUMBER(out, orphaned, 1);
}

static void put_flags(const struct loaded_case *loaded, Cw__CaseView *out)
{
    if ((loaded->state->flags & STATE_INCOMPLETE) != 0)
        SET_NUMBER(out, incomplete, 1);
    if ((loaded->state->flags & STATE_NEWER) != 0)
        SET_NUMBER(out, newer, 1);
    if ((loaded->flags & CASE_REVISING) != 0)
        SET_NUMBER(out, revising, 1);
    if ((loaded->flags & CASE_DEGRADED) != 0)
        SET_NUMBER(out, degraded, 1);
    if (loaded->state->synthetic)
        SET_NUMBER(out, synthetic, 1);
}

static void put_header(struct answering *a, const struct loaded_case *loaded, Cw__CaseView *out)
{
    struct case_summary summary;

    state_summary(loaded->state, &summary);
    SET_BYTES(out, case_id, answer_bytes(a, loaded->id.b, ID_LEN));
    SET_NUMBER(out, kind, loaded->state->kind);
    SET_BYTES(out, kind_name, answer_text(a, summary.kind));
    SET_BYTES(out, human_ref, answer_text(a, summary.human_ref));
    SET_BYTES(out, status, answer_text(a, summary.status));
    SET_BYTES(out, title, wire_bytes(summary.title));
    if (summary.risk[0] != '\0')
        SET_BYTES(out, risk, answer_text(a, summary.risk));
    put_owner(a, &loaded->state->owner, out);
    put_flags(loaded, out);
    SET_NUMBER(out, op_count, loaded->op_count);
    SET_BYTES(out, digest_inputs, answer_bytes(a, loaded->inputs.b, ID_LEN));
    SET_BYTES(out, digest_state, answer_bytes(a, loaded->state_hash.b, ID_LEN));
    if (loaded->op_count != 0)
        SET_NUMBER(out, updated_hlc, loaded->ops[loaded->op_count - 1]->hlc);
}

/* What stands beside the fields and the events, and is of other cases. */
static enum cw_err put_others(struct answering *a, const struct shown_case *shown, Cw__CaseView *view)
{
    enum cw_err err = answer_put_links(a, shown, view);

    if (err == CW_OK)
        err = answer_put_identity(a, shown, view);
    return err == CW_OK ? answer_put_candidates(a, shown, view) : err;
}

static enum cw_err put_extent(struct answering *a, const struct shown_case *shown, enum answer_view_extent extent,
                              Cw__CaseView *view)
{
    enum cw_err err = CW_OK;

    if (extent == ANSWER_VIEW_EVENTS)
        return answer_put_events(a, shown, view);
    if (!put_fields(a, shown, view) || !answer_put_conflicts(a, shown, view) || !answer_put_deadlines(a, shown, view) ||
        !answer_put_notes(a, shown, view) || !answer_put_episodes(a, shown, view))
        return CW_LOCAL_MEMORY;
    if (extent == ANSWER_VIEW_FIELDS)
        return CW_OK;
    if (a->known == NULL)
        err = put_others(a, shown, view);
    if (err == CW_OK)
        err = answer_put_events(a, shown, view);
    return err != CW_OK ? err : answer_put_tallies(a, shown, view) ? CW_OK : CW_LOCAL_MEMORY;
}

enum cw_err answer_view(struct answering *a, const struct cw_case_id *id, enum answer_view_extent extent,
                        Cw__CaseView **out)
{
    Cw__CaseView *view = ARENA_NEW(a->arena, Cw__CaseView);
    struct shown_case shown;
    enum cw_err err = view == NULL ? CW_LOCAL_MEMORY : shown_case_load(a, id, &shown);

    if (err != CW_OK)
        return err;
    cw__case_view__init(view);
    put_header(a, &shown.loaded, view);
    err = put_extent(a, &shown, extent, view);
    if (err == CW_OK && !answer_fit(a, view))
        err = CW_LOCAL_MEMORY;
    if (err == CW_OK)
        *out = view;
    return err;
}
