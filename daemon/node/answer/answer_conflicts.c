/* SPDX-License-Identifier: Apache-2.0 */
/* What a person must settle, and what was counted. */

#include "node/answer_case.h"

#include "proto/wire.h"

static const struct case_value *value_of(const struct case_cell *cell, const struct dot *dot)
{
    for (uint32_t i = 0; i < cell->value_count; i++) {
        if (ID_EQ(&cell->values[i].dot.op, &dot->op) && cell->values[i].dot.index == dot->index)
            return &cell->values[i];
    }
    return NULL;
}

static Cw__ViewValue *candidate_of(struct answering *a, const struct shown_case *shown,
                                   const struct case_conflict *conflict, const struct dot *dot)
{
    const struct case_cell *cell = conflict->cell == UINT32_MAX ? NULL : &shown->loaded.state->cells[conflict->cell];
    const struct case_value *value = cell == NULL ? NULL : value_of(cell, dot);

    return value == NULL ? answer_view_step(a, shown, dot) : answer_view_value(a, shown, cell->row, value);
}

static bool has_note(const struct case_state *state, const struct case_conflict *conflict, enum note_kind kind)
{
    for (uint32_t i = 0; i < state->note_count; i++) {
        for (uint32_t j = 0; j < conflict->candidate_count && state->notes[i].kind == kind; j++) {
            if (ID_EQ(&state->notes[i].op.op, &conflict->candidates[j].op))
                return true;
        }
    }
    return false;
}

static const char *why_of(const struct case_state *state, const struct case_conflict *conflict)
{
    if (conflict->cell != UINT32_MAX)
        return "written on several sides without knowing of each other";
    if (has_note(state, conflict, NOTE_STEP_ROLE))
        return "a step was taken that needs a rank its author does not have: it waits for somebody who has it";
    if (has_note(state, conflict, NOTE_STEP_HELD))
        return "a step is held back: it did not know of what was recorded elsewhere";
    return "steps that exclude each other were taken without knowing of each other";
}

static Cw__ViewConflict *conflict_of(struct answering *a, const struct shown_case *shown,
                                     const struct case_conflict *conflict)
{
    const struct schema_field *row = schema_field(conflict->field);
    Cw__ViewConflict *out = ARENA_NEW(a->arena, Cw__ViewConflict);

    if (out == NULL)
        return NULL;
    cw__view_conflict__init(out);
    SET_BYTES(out, field, answer_text(a, row == NULL ? "newer" : row->name));
    SET_BYTES(out, why, answer_text(a, why_of(shown->loaded.state, conflict)));
    if (!ID_IS_ZERO(&conflict->scope))
        SET_BYTES(out, episode, answer_bytes(a, conflict->scope.b, ID_LEN));
    out->candidates = ARENA_ARRAY(a->arena, Cw__ViewValue *, conflict->candidate_count + 1);
    if (out->candidates == NULL)
        return NULL;
    for (uint32_t i = 0; i < conflict->candidate_count; i++) {
        out->candidates[i] = candidate_of(a, shown, conflict, &conflict->candidates[i]);
        if (out->candidates[i] == NULL)
            return NULL;
    }
    out->n_candidates = conflict->candidate_count;
    out->n_resolvers = answer_roles(a, conflict->resolvers, &out->resolvers);
    out->shown = candidate_of(a, shown, conflict, &conflict->shown);
    return out->resolvers == NULL || out->shown == NULL ? NULL : out;
}

/* The field of a conflict says so itself, with who may resolve it. */
static void mark_field(Cw__CaseView *out, const struct case_conflict *conflict, const Cw__ViewConflict *view)
{
    for (size_t i = 0; i < out->n_fields; i++) {
        if (out->fields[i]->field == conflict->field &&
            slice_eq(wire_slice(out->fields[i]->episode), wire_slice(view->episode))) {
            out->fields[i]->resolvers = view->resolvers;
            out->fields[i]->n_resolvers = view->n_resolvers;
        }
    }
}

bool answer_put_conflicts(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;

    out->conflicts = ARENA_ARRAY(a->arena, Cw__ViewConflict *, state->conflict_count + 1);
    if (out->conflicts == NULL)
        return false;
    for (uint32_t i = 0; i < state->conflict_count; i++) {
        out->conflicts[i] = conflict_of(a, shown, &state->conflicts[i]);
        if (out->conflicts[i] == NULL)
            return false;
        mark_field(out, &state->conflicts[i], out->conflicts[i]);
    }
    out->n_conflicts = state->conflict_count;
    return true;
}

/* --- tallies -------------------------------------------------------------------------------------- */

/* What one tally row may say: its count of happenings, then each measure that its events carry. */
struct measure {
    const char *suffix, *unit;
    uint64_t amount;
};

static bool tally_name(const struct case_tally *tally, struct writer *w)
{
    const struct schema_event *event = schema_event(tally->event);
    const struct schema_field *sub =
        event == NULL || event->subtype == FIELD_NONE ? NULL : schema_field(event->subtype);
    const char *kind = sub == NULL || tally->subtype < 0 ? NULL : schema_value_name(sub->scale, tally->subtype);

    writer_slice(w, slice_of(event == NULL ? "newer" : event->name));
    if (kind != NULL) {
        writer_slice(w, slice_of("."));
        writer_slice(w, slice_of(kind));
    }
    return !w->failed;
}

static bool scope_name(const struct case_tally *tally, struct writer *w)
{
    const struct schema_field *row = tally->dimension > TALLY_DIVISION ? schema_field(tally->dimension) : NULL;

    if (tally->dimension == TALLY_TOTAL) {
        writer_slice(w, slice_of("total"));
        return true;
    }
    writer_slice(w, slice_of(tally->dimension == TALLY_DIVISION ? "division" : row == NULL ? "newer" : row->name));
    writer_slice(w, slice_of(" "));
    writer_slice(w, tally->value);
    return !w->failed;
}

static Cw__ViewTally *tally_of(struct answering *a, const struct case_tally *tally, const struct measure *measure)
{
    char name[160];
    char scope[320];
    struct writer names = writer_over(name, sizeof name);
    struct writer scopes = writer_over(scope, sizeof scope);
    Cw__ViewTally *out = ARENA_NEW(a->arena, Cw__ViewTally);

    if (out == NULL)
        return NULL;
    cw__view_tally__init(out);
    tally_name(tally, &names);
    writer_slice(&names, slice_of(measure->suffix));
    scope_name(tally, &scopes);
    SET_BYTES(out, measure, answer_bytes(a, name, names.len));
    SET_BYTES(out, scope, answer_bytes(a, scope, scopes.len));
    SET_NUMBER(out, amount, (int64_t)measure->amount);
    SET_BYTES(out, unit, answer_text(a, measure->unit));
    SET_NUMBER(out, events, tally->happenings > UINT32_MAX ? UINT32_MAX : (uint32_t)tally->happenings);
    if (tally->unknown)
        SET_NUMBER(out, not_counted, 1);
    if (tally->within)
        SET_BYTES(out, within, answer_text(a, "the same measure's total"));
    return out;
}

static bool put_measures(struct answering *a, const struct case_tally *tally, Cw__CaseView *out)
{
    const struct measure measures[] = {
        {"", "count", tally->count},
        {".pence", "pence", tally->pence},
        {".mg", "mg", tally->mg},
        {".wraps", "wraps", tally->wraps},
    };

    for (size_t i = 0; i < CW_COUNT(measures); i++) {
        if (i != 0 && measures[i].amount == 0)
            continue;
        out->tallies[out->n_tallies] = tally_of(a, tally, &measures[i]);
        if (out->tallies[out->n_tallies] == NULL)
            return false;
        out->n_tallies++;
    }
    return true;
}

bool answer_put_tallies(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;

    out->tallies = ARENA_ARRAY(a->arena, Cw__ViewTally *, (size_t)state->tally_count * 4 + 1);
    if (out->tallies == NULL)
        return false;
    for (uint32_t i = 0; i < state->tally_count; i++) {
        if (!put_measures(a, &state->tallies[i], out))
            return false;
    }
    return true;
}
