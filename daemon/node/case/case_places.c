/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

#include "cases/machine.h"

/*
 * By which areas a child is listed. The record has no field of its own for them: they are what its places name - where
 * the child lives, is placed, was last seen (as reported, and by the last sighting), goes to. Each piece between commas or lines is one ("1 Larkspur Lane", "Dunmarsh"),
 * and each word with a capital ("Dunmarsh bus station"). They are found by, and told in no line: places are personal.
 */

#define WORD_LEN_MIN 3

static const uint32_t place_fields[] = {FIELD_LAST_SEEN_PLACE, FIELD_KNOWN_PLACES, FIELD_HOME_ADDRESS, FIELD_PLACEMENT};

static bool is_break(uint8_t c)
{
    return c == ',' || c == ';' || c == '\n';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80 || c == '\'' || c == '-';
}

/* From `at` on: the next stretch of bytes that `ends` does not end, without spaces around it; false: none is left. */
static bool next_piece(struct cw_slice text, size_t *at, bool words, struct cw_slice *out)
{
    size_t start, end;

    while (*at < text.len && (words ? !is_letter(text.data[*at]) : is_break(text.data[*at]) || text.data[*at] == ' '))
        (*at)++;
    start = *at;
    while (*at < text.len && (words ? is_letter(text.data[*at]) : !is_break(text.data[*at])))
        (*at)++;
    for (end = *at; end > start && text.data[end - 1] == ' ';)
        end--;
    *out = slice(text.data + start, end - start);
    return end > start;
}

static void add_text(const struct node *n, struct cw_slice text, struct case_filters *out)
{
    struct cw_slice piece;

    for (size_t at = 0; next_piece(text, &at, false, &piece);)
        case_filters_add(n, FILTER_AREA, piece, out);
    for (size_t at = 0; next_piece(text, &at, true, &piece);) {
        if (piece.len >= WORD_LEN_MIN && piece.data[0] >= 'A' && piece.data[0] <= 'Z')
            case_filters_add(n, FILTER_AREA, piece, out);
    }
}

/* Who was moved for safety is not found by where that is (DOMAIN §4.3). */
static bool is_hidden(const struct case_state *state, uint32_t field)
{
    const struct case_value *moved = state_value(state, &scope_none, FIELD_RELOCATION);

    return (field == FIELD_HOME_ADDRESS || field == FIELD_PLACEMENT) && moved != NULL && moved->value.number != 0;
}

static void add_cell(const struct node *n, const struct case_cell *cell, struct case_filters *out)
{
    for (uint32_t i = 0; i < cell->value_count && out->count < CASE_PLACES_MAX; i++) {
        const struct case_value *value = &cell->values[i];

        if (value->value.type == VALUE_TEXT && (value->fate == FATE_CURRENT || value->fate == FATE_CONFLICT) &&
            (value->flags & (VALUE_STRUCK | VALUE_WITHHELD)) == 0)
            add_text(n, value->value.text, out);
    }
}

/* --- the last sighting ------------------------------------------------------------------------------------------- */

#define SIGHTING_REFUTED 4 /* of the scale confidence */

static const struct op_value *said(const struct op *op, uint32_t field, enum value_type type)
{
    for (uint32_t i = 0; op != NULL && i < op->write_count; i++) {
        if (op->writes[i].field == field && op->writes[i].has_value && op->writes[i].value.type == type)
            return &op->writes[i].value;
    }
    return NULL;
}

static bool was_seen(const struct case_event *event, const struct op *op)
{
    const struct op_value *sure = said(op, FIELD_CONFIDENCE, VALUE_NUMBER);

    return event->event == EVENT_SIGHTING && event->authorised && !event->withdrawal && !event->withdrawn &&
           !event->corrected && (sure == NULL || sure->number != SIGHTING_REFUTED);
}

/* The one that reaches furthest into the present: when it was said does not matter. NULL: nobody has seen the child. */
static const struct op *last_sighting(const struct case_state *state)
{
    const struct op *last = NULL;
    int64_t end = INT64_MIN;

    for (uint32_t i = 0; i < state->event_count; i++) {
        const struct op *op = state->ops[state->events[i].op_index].op;
        const struct op_value *when = said(op, FIELD_OCCURRED, VALUE_INTERVAL);
        int64_t at = when != NULL ? when->latest : INT64_MIN;

        if (!was_seen(&state->events[i], op) || (last != NULL && at < end))
            continue;
        last = op;
        end = at;
    }
    return last;
}

void case_filters_add_places(const struct node *n, const struct case_state *state, struct case_filters *out)
{
    const struct op_value *seen =
        state->kind == KIND_CHILD ? said(last_sighting(state), FIELD_PLACE, VALUE_TEXT) : NULL;

    if (seen != NULL)
        add_text(n, seen->text, out);
    for (size_t f = 0; f < CW_COUNT(place_fields) && state->kind == KIND_CHILD; f++) {
        for (uint32_t i = 0; i < state->cell_count && !is_hidden(state, place_fields[f]); i++) {
            if (state->cells[i].field == place_fields[f])
                add_cell(n, &state->cells[i], out);
        }
    }
}

/* --- status ------------------------------------------------------------------------------------------------------ */

/* Beside the status of the case: that of each episode that is not over, and "missing" while the child is. */
void case_filters_add_episodes(const struct node *n, const struct case_state *state, struct case_filters *out)
{
    const struct schema_field *row = schema_field(schema_machine_field(MACHINE_EPISODE));

    for (uint32_t i = 0; i < state->machine_count; i++) {
        const struct case_machine *m = &state->machines[i];
        const char *name = row == NULL ? NULL : schema_value_name(row->scale, m->state);

        if (m->machine != MACHINE_EPISODE || m->state >= 32 || (EPISODE_OVER_STATES & (1u << m->state)) != 0)
            continue;
        if (name != NULL)
            case_filters_add(n, FILTER_STATUS, slice_of(name), out);
        if ((EPISODE_LIVE_STATES & (1u << m->state)) != 0)
            case_filters_add(n, FILTER_STATUS, slice_of(CASE_MISSING), out);
    }
}
