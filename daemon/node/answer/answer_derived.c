/* SPDX-License-Identifier: Apache-2.0 */
/* What no op says: fields of a child that are computed (rule DRV), and which of those to be asked for have no value. */

#include "node/answer_case.h"
#include "node/answer_known.h"
#include "node/internal.h"

#include "cases/machine.h"
#include "cases/view.h"
#include "proto/wire.h"

#define DERIVED_MAX 4

static bool is_expected(const struct schema_field *row, uint32_t kind)
{
    return (row->flags & FIELD_EXPECTED) != 0 && kind < 32 && (row->kinds & (1u << kind)) != 0;
}

size_t answer_derived_room(const struct case_state *state)
{
    size_t count, expected = 0;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++)
        expected += is_expected(&rows[i], state->kind);
    return DERIVED_MAX + expected * ((size_t)state->machine_count + 1);
}

/* --- nobody has said it yet ---------------------------------------------------------------------------------- */

static bool is_of_scope(const Cw__ViewField *field, const struct hash *scope)
{
    struct cw_slice episode = wire_slice(field->episode);

    return ID_IS_ZERO(scope) ? episode.len == 0 : slice_eq(episode, ID_SLICE(scope));
}

/* A field that has proposals only is there already. */
static Cw__ViewField *field_for(struct answering *a, const struct schema_field *row, const struct hash *scope,
                                Cw__CaseView *out)
{
    Cw__ViewField *field;

    for (size_t i = 0; i < out->n_fields; i++) {
        if (out->fields[i]->field == row->number && is_of_scope(out->fields[i], scope))
            return out->fields[i];
    }
    field = ARENA_NEW(a->arena, Cw__ViewField);
    if (field == NULL)
        return NULL;
    cw__view_field__init(field);
    SET_NUMBER(field, field, row->number);
    SET_BYTES(field, name, answer_text(a, row->name));
    SET_BYTES(field, rule, answer_text(a, schema_rule_name(row->rule)));
    if (!ID_IS_ZERO(scope))
        SET_BYTES(field, episode, answer_bytes(a, scope->b, ID_LEN));
    out->fields[out->n_fields++] = field;
    return field;
}

static bool ask_for(struct answering *a, const struct schema_field *row, const struct hash *scope, Cw__CaseView *out)
{
    Cw__ViewField *field = field_for(a, row, scope, out);

    if (field != NULL && field->n_values == 0)
        SET_NUMBER(field, missing, 1);
    return field != NULL;
}

/* Of an episode only while the child is missing: afterwards nobody asks what it wore. */
static bool ask_for_each(struct answering *a, const struct case_state *state, const struct schema_field *row,
                         Cw__CaseView *out)
{
    if (row->place == PLACE_CASE)
        return ask_for(a, row, &scope_none, out);
    for (uint32_t i = 0; i < state->machine_count; i++) {
        const struct case_machine *m = &state->machines[i];

        if (m->machine == MACHINE_EPISODE && m->state < 32 && (EPISODE_LIVE_STATES & (1u << m->state)) != 0 &&
            !ask_for(a, row, &m->scope, out))
            return false;
    }
    return true;
}

/* --- computed -------------------------------------------------------------------------------------------------- */

static bool put_computed(struct answering *a, const struct shown_case *shown, uint32_t number,
                         const struct case_value *value, Cw__CaseView *out)
{
    const struct schema_field *row = schema_field(number);
    Cw__ViewField *field = field_for(a, row, &scope_none, out);

    if (field == NULL || (field->values = ARENA_NEW(a->arena, Cw__ViewValue *)) == NULL)
        return false;
    field->values[0] = answer_view_value(a, shown, row, value);
    field->n_values = 1;
    return field->values[0] != NULL;
}

static struct case_value number_said_by(const struct cw_op_id *op, enum value_type type, int64_t number)
{
    return (struct case_value){
        .value = {.type = type, .number = number}, .fate = FATE_CURRENT, .dot = {.op = *op, .index = 0}};
}

/* "3 in 90 days": the window is policy's, so the words come from here. */
static void put_window(struct answering *a, const struct case_episodes *e, Cw__CaseView *out)
{
    char text[60];

    snprintf(text, sizeof text, "%u in %lld days", e->recent, (long long)e->window_days);
    for (size_t i = 0; i < out->n_fields; i++) {
        if (out->fields[i]->field == FIELD_EPISODE_COUNT_90D)
            SET_BYTES(out->fields[i]->values[0], text, answer_text(a, text));
    }
}

static bool put_episode_counts(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct loaded_case *c = &shown->loaded;
    struct cw_wall now = a->known != NULL ? a->known->at : answer_now(a);
    struct case_episodes e = episodes_at(c->state, c->policy != NULL ? c->policy : &a->node->policy, now);
    struct case_value all = number_said_by(&e.newest, VALUE_NUMBER, e.count),
                      recent = number_said_by(&e.newest, VALUE_NUMBER, e.recent),
                      repeat = number_said_by(&e.newest, VALUE_FLAG, e.repeat);

    if (e.count == 0)
        return true;
    answer_ends_at(a, (struct cw_wall){e.changes_ms});
    if (!put_computed(a, shown, FIELD_EPISODE_COUNT, &all, out) ||
        !put_computed(a, shown, FIELD_EPISODE_COUNT_90D, &recent, out) ||
        !put_computed(a, shown, FIELD_REPEAT_MISSING, &repeat, out))
        return false;
    put_window(a, &e, out);
    return true;
}

/* The deadline of the duty to hand the child over to adults' services. */
static bool put_turns_18(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;

    for (uint32_t i = 0; i < state->clock_count; i++) {
        const struct case_clock *clock = &state->clocks[i];
        struct case_value value = number_said_by(&clock->start, VALUE_INTERVAL, clock->deadline_ms);

        value.value.latest = clock->deadline_ms;
        if (clock->clock == CLOCK_M13)
            return put_computed(a, shown, FIELD_TURNS_18, &value, out);
    }
    return true;
}

bool answer_put_derived(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++) {
        if (is_expected(&rows[i], state->kind) && !ask_for_each(a, state, &rows[i], out))
            return false;
    }
    return state->kind != KIND_CHILD || (put_episode_counts(a, shown, out) && put_turns_18(a, shown, out));
}
