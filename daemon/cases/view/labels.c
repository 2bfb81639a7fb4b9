/* SPDX-License-Identifier: Apache-2.0 */
/* By which names a case is found and chosen: tags, areas, operations it is part of; and what is in conflict. */
#include "cases/deaths.h"
#include "cases/view.h"

static const uint32_t area_fields[] = {FIELD_TERRITORY, FIELD_EXPORT_AREA, FIELD_IMPORT_AREAS, FIELD_PLACES};
static const char part_of[] = "part_of_operation "; /* a link's first word is its type */

static void put_name(struct case_labels *out, struct cw_slice *names, uint32_t *count, struct cw_slice name)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (slice_eq(names[i], name))
            return;
    }
    if (*count == LABELS_MAX)
        out->more = true;
    else
        names[(*count)++] = name;
}

/* Every value that stands, rivals included: who looks for one of them finds the case. */
static bool standing_text(const struct case_value *value)
{
    return value->value.type == VALUE_TEXT && (value->fate == FATE_CURRENT || value->fate == FATE_CONFLICT) &&
           (value->flags & (VALUE_STRUCK | VALUE_WITHHELD)) == 0;
}

static void put_cell(struct case_labels *out, struct cw_slice *names, uint32_t *count, const struct case_cell *cell)
{
    for (uint32_t i = 0; cell != NULL && i < cell->value_count; i++) {
        if (standing_text(&cell->values[i]))
            put_name(out, names, count, cell->values[i].value.text);
    }
}

/* "part_of_operation LARKSPUR" -> "LARKSPUR"; empty for another link. */
static struct cw_slice operation_of(struct cw_slice link)
{
    size_t len = sizeof part_of - 1;

    if (link.len <= len || memcmp(link.data, part_of, len) != 0)
        return slice(NULL, 0);
    return slice(link.data + len, link.len - len);
}

static void put_operations(const struct case_state *state, struct case_labels *out)
{
    const struct case_cell *links = state_cell(state, &scope_none, FIELD_LINKS);

    for (uint32_t i = 0; links != NULL && i < links->value_count; i++) {
        struct cw_slice name =
            standing_text(&links->values[i]) ? operation_of(links->values[i].value.text) : slice(NULL, 0);

        if (name.len > 0)
            put_name(out, out->operations, &out->operation_count, name);
    }
}

static void put_conflict(struct case_labels *out, uint32_t field)
{
    for (uint32_t i = 0; i < out->conflict_count; i++) {
        if (out->conflicts[i] == field)
            return;
    }
    if (out->conflict_count == LABELS_MAX)
        out->more = true;
    else
        out->conflicts[out->conflict_count++] = field;
}

void state_labels(const struct case_state *state, struct case_labels *out)
{
    const struct case_cell *compartments = state_cell(state, &scope_none, FIELD_COMPARTMENTS);

    *out = (struct case_labels){.compartmented = compartments != NULL && compartments->value_count > 0,
                                .deceased = state_death_confirmed(state)};
    put_cell(out, out->tags, &out->tag_count, state_cell(state, &scope_none, FIELD_TAGS));
    for (size_t i = 0; i < CW_COUNT(area_fields); i++)
        put_cell(out, out->areas, &out->area_count, state_cell(state, &scope_none, area_fields[i]));
    put_operations(state, out);
    for (uint32_t i = 0; i < state->conflict_count; i++)
        put_conflict(out, state->conflicts[i].field);
}
