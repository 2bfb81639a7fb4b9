/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child recorded twice (docs/fold.md §18): the cases that claims connect are gathered, breadth first and bounded, and
 * what they are to each other is asked of cases/identity.h. Nothing of it is kept.
 */

#include "node/answer_case.h"
#include "node/case_identity.h"

#include "proto/wire.h"

struct gathered {
    struct answering *a;
    uint32_t count;
    bool more;
    struct shown_case *cases[IDENTITY_CASES_MAX];
    const struct case_state *states[IDENTITY_CASES_MAX];
};

/* --- gathering ------------------------------------------------------------------------------------------------------ */

static enum cw_err show(struct gathered *g, const struct case_group *group, uint32_t i)
{
    struct shown_case *shown = ARENA_NEW(g->a->arena, struct shown_case);

    if (shown == NULL || shown_case_of(g->a, group->cases[i], shown) != CW_OK)
        return CW_LOCAL_MEMORY;
    g->cases[i] = shown;
    g->states[i] = group->states[i];
    g->count = i + 1;
    return CW_OK;
}

static enum cw_err gather_class(struct gathered *g, const struct shown_case *shown)
{
    struct case_group *group = ARENA_NEW(g->a->arena, struct case_group);
    struct loaded_case *first = ARENA_NEW(g->a->arena, struct loaded_case);
    enum cw_err err;

    if (group == NULL || first == NULL)
        return CW_LOCAL_MEMORY;
    *first = shown->loaded;
    err = case_group_gather(&g->a->read, first, g->a->arena, group);
    g->more = group->more;
    for (uint32_t i = 0; i < group->count && err == CW_OK; i++)
        err = show(g, group, i);
    return err;
}

/* --- showing -------------------------------------------------------------------------------------------------------- */

static ProtobufCBinaryData reference_of(struct answering *a, const struct case_state *state)
{
    char reference[HUMAN_REF_LEN_MAX];

    human_ref_of(state->kind, state->opened_by_division, state->opened, &state->case_id, reference);
    return answer_text(a, reference);
}

static bool put_cases(struct gathered *g, const struct identity_place *place, Cw__ViewIdentity *out)
{
    out->cases = ARENA_ARRAY(g->a->arena, Cw__ViewSame *, g->count);
    if (out->cases == NULL)
        return false;
    for (uint32_t i = 0; i < g->count; i++) {
        Cw__ViewSame *same = ARENA_NEW(g->a->arena, Cw__ViewSame);

        if (same == NULL)
            return false;
        if ((place->class_mask & 1u << i) == 0)
            continue;
        cw__view_same__init(same);
        SET_BYTES(same, case_id, answer_bytes(g->a, g->states[i]->case_id.b, ID_LEN));
        SET_BYTES(same, human_ref, reference_of(g->a, g->states[i]));
        SET_BYTES(same, owner, wire_bytes(g->states[i]->owner.division));
        if (place->survivor == i)
            SET_NUMBER(same, survivor, 1);
        out->cases[out->n_cases++] = same;
    }
    return true;
}

static bool put_merges(struct gathered *g, const struct identity_edge *edges, uint32_t count, Cw__ViewIdentity *out)
{
    out->merges = ARENA_ARRAY(g->a->arena, Cw__ViewMerge *, count + 1);
    if (out->merges == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        Cw__ViewMerge *merge = ARENA_NEW(g->a->arena, Cw__ViewMerge);

        if (merge == NULL)
            return false;
        cw__view_merge__init(merge);
        SET_BYTES(merge, loser, reference_of(g->a, g->states[edges[i].loser]));
        SET_BYTES(merge, survivor, reference_of(g->a, g->states[edges[i].survivor]));
        SET_BYTES(merge, op, answer_bytes(g->a, edges[i].op.b, ID_LEN));
        if (edges[i].pending)
            SET_NUMBER(merge, pending, 1);
        if (edges[i].waits_loser)
            SET_BYTES(merge, loser_waits_for, wire_bytes(g->states[edges[i].loser]->owner.division));
        if (edges[i].waits_survivor)
            SET_BYTES(merge, survivor_waits_for, wire_bytes(g->states[edges[i].survivor]->owner.division));
        out->merges[out->n_merges++] = merge;
    }
    return true;
}

static Cw__ViewField *field_of(struct gathered *g, const struct effective_cell *cell, const uint32_t *members)
{
    Cw__ViewField *out = ARENA_NEW(g->a->arena, Cw__ViewField);

    if (out == NULL)
        return NULL;
    cw__view_field__init(out);
    SET_NUMBER(out, field, cell->row->number);
    SET_BYTES(out, name, answer_text(g->a, cell->row->name));
    SET_BYTES(out, rule, answer_text(g->a, schema_rule_name(cell->row->rule)));
    if (cell->in_conflict)
        SET_NUMBER(out, conflict, 1);
    if (!ID_IS_ZERO(&cell->scope))
        SET_BYTES(out, episode, answer_bytes(g->a, cell->scope.b, ID_LEN));
    out->values = ARENA_ARRAY(g->a->arena, Cw__ViewValue *, cell->value_count);
    if (out->values == NULL)
        return NULL;
    for (uint32_t i = 0; i < cell->value_count; i++) {
        const struct shown_case *in = g->cases[members[cell->values[i].from]];

        out->values[i] = answer_view_value(g->a, in, cell->row, cell->values[i].value);
        if (out->values[i] == NULL)
            return NULL;
        out->n_values++;
    }
    return out;
}

/* What the cases of the class say together; episodes' cells stay in their own cases' views. */
static enum cw_err put_fields(struct gathered *g, uint32_t class_mask, Cw__ViewIdentity *out)
{
    const struct case_state *states[IDENTITY_CASES_MAX];
    uint32_t members[IDENTITY_CASES_MAX], count = 0, cell_count;
    const struct effective_cell *cells;

    for (uint32_t i = 0; i < g->count; i++) {
        if ((class_mask & 1u << i) == 0)
            continue;
        members[count] = i;
        states[count++] = g->states[i];
    }
    enum cw_err err = identity_effective(states, count, g->a->arena, &cells, &cell_count);
    if (err != CW_OK)
        return err;
    out->fields = ARENA_ARRAY(g->a->arena, Cw__ViewField *, cell_count + 1);
    if (out->fields == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < cell_count; i++) {
        if (cells[i].row->place == PLACE_EPISODE)
            continue;
        out->fields[out->n_fields] = field_of(g, &cells[i], members);
        if (out->fields[out->n_fields++] == NULL)
            return CW_LOCAL_MEMORY;
    }
    return CW_OK;
}

static const char *standing_name(enum identity_standing standing)
{
    static const char *const names[] = {[IDENTITY_ALONE] = "alone",
                                        [IDENTITY_SURVIVOR] = "survivor",
                                        [IDENTITY_ALIAS] = "alias",
                                        [IDENTITY_UNRESOLVED] = "unresolved"};

    return names[standing];
}

static enum cw_err put_identity(struct gathered *g, Cw__CaseView *out)
{
    struct identity_edge edges[IDENTITY_EDGES_MAX];
    struct identity_place places[IDENTITY_CASES_MAX];
    uint32_t edge_count = identity_edges(g->states, g->count, edges);
    Cw__ViewIdentity *view = ARENA_NEW(g->a->arena, Cw__ViewIdentity);

    if (edge_count == 0)
        return CW_OK;
    if (view == NULL)
        return CW_LOCAL_MEMORY;
    identity_resolve(g->states, g->count, edges, edge_count, places);
    if (g->more) /* too many to say who is who */
        places[0] = (struct identity_place){.standing = IDENTITY_UNRESOLVED, .survivor = 0, .class_mask = 1};
    cw__view_identity__init(view);
    SET_BYTES(view, standing, answer_text(g->a, standing_name(places[0].standing)));
    SET_BYTES(view, survivor_id, answer_bytes(g->a, g->states[places[0].survivor]->case_id.b, ID_LEN));
    if (places[0].provisional)
        SET_NUMBER(view, provisional, 1);
    if (places[0].pending)
        SET_NUMBER(view, pending, 1);
    if (!put_cases(g, &places[0], view) || !put_merges(g, edges, edge_count, view))
        return CW_LOCAL_MEMORY;
    out->identity = view;
    return places[0].standing == IDENTITY_SURVIVOR ? put_fields(g, places[0].class_mask, view) : CW_OK;
}

enum cw_err answer_put_identity(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    struct gathered *g;
    enum cw_err err;

    if (shown->loaded.state->kind != KIND_CHILD)
        return CW_OK;
    g = ARENA_NEW(a->arena, struct gathered);
    if (g == NULL)
        return CW_LOCAL_MEMORY;
    g->a = a;
    err = gather_class(g, shown);
    if (err != CW_OK || (g->count == 1 && !g->more))
        return err;
    answer_not_kept(a);
    return put_identity(g, out);
}
