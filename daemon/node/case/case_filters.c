/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

#include "proto/identifier.h"

#include <stdlib.h>

/*
 * What a case is listed by, other than its name and the order of change: one row of INDEX_FILTER for each. All rows of
 * a case end with the same place {day of its newest op, case id}, so the cases that fit several filters are those
 * whose places are in every one of their lists, and each list is in the order in which pages are told. The day and not
 * the moment, because otherwise every op would move every row. Values lie encrypted at rest, so the rows hold keyed
 * hashes, as the index of names does.
 */

#define TEXT_LEN_MAX 200
#define ENTITY_LEN_MIN 3

/* --- one ---------------------------------------------------------------------------------------------------- */

static uint8_t folded(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static size_t fold_word(struct cw_slice text, uint8_t *out)
{
    size_t len = text.len < TEXT_LEN_MAX ? text.len : TEXT_LEN_MAX;

    for (size_t i = 0; i < len; i++)
        out[i] = folded(text.data[i]);
    return len;
}

/* +44 7700 900123, 0044 (0)7700 900123 and 07700 900123 are one number. */
static size_t national(uint8_t *digits, size_t len)
{
    size_t skip = 0;

    if (len > 6 && memcmp(digits, "0044", 4) == 0)
        skip = 4;
    else if (len == 12 && memcmp(digits, "44", 2) == 0)
        skip = 2;
    if (skip == 0)
        return len;
    if (digits[skip] == '0')
        skip++;
    memmove(digits + 1, digits + skip, len - skip);
    digits[0] = '0';
    return len - skip + 1;
}

static size_t fold_entity(struct cw_slice text, uint8_t *out)
{
    size_t len = 0;
    bool digits = true;

    for (size_t i = 0; i < text.len && len < TEXT_LEN_MAX; i++) {
        uint8_t c = folded(text.data[i]);
        bool digit = c >= '0' && c <= '9';

        if (!digit && !(c >= 'a' && c <= 'z') && c < 0x80)
            continue;
        digits = digits && digit;
        out[len++] = c;
    }
    return digits ? national(out, len) : len;
}

bool case_filter_hash(const struct node *n, enum case_filter sort, struct cw_slice text, uint8_t out[static 16])
{
    uint8_t bytes[8 + TEXT_LEN_MAX] = "filter", hash[ID_LEN];
    size_t len = sort == FILTER_ENTITY ? fold_entity(text, bytes + 8) : fold_word(text, bytes + 8);

    if (len == 0 || (sort == FILTER_ENTITY && len < ENTITY_LEN_MIN))
        return false;
    bytes[7] = (uint8_t)sort;
    hash_keyed(LABEL_LOCAL, n->name_key, slice(bytes, 8 + len), hash);
    memcpy(out, hash, 16);
    return true;
}

/* --- all of a case ------------------------------------------------------------------------------------------ */

static bool has(const uint8_t *hashes, size_t count, const uint8_t hash[static 16])
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(hashes + 16 * i, hash, 16) == 0)
            return true;
    }
    return false;
}

void case_filters_add(const struct node *n, enum case_filter sort, struct cw_slice text, struct case_filters *out)
{
    uint8_t hash[16];

    if (!case_filter_hash(n, sort, text, hash) || has(out->hashes[0], out->count, hash))
        return;
    if (out->count == CASE_FILTERS_MAX)
        out->more = true;
    else
        memcpy(out->hashes[out->count++], hash, 16);
}

struct cw_slice case_filter_behind_word(struct cw_slice text)
{
    const uint8_t *space = text.len == 0 ? NULL : memchr(text.data, ' ', text.len);
    size_t skip = space == NULL ? 0 : (size_t)(space - text.data) + 1;

    return slice(text.data + skip, text.len - skip);
}

static void add_entity(const struct node *n, const struct schema_field *row, const struct op_value *value,
                       struct case_filters *out)
{
    char hex[2 * ID_LEN + 1];

    if (row == NULL || out->more)
        return;
    if (value->type == VALUE_ID) {
        hex_of(ID_SLICE(&value->id), hex);
        case_filters_add(n, FILTER_ENTITY, slice_of(hex), out);
        return;
    }
    if (value->type != VALUE_TEXT || value->text.len == 0 ||
        (row->type != TYPE_PERSON && (row->flags & (FORM_PHONE | FORM_REFERENCE)) == 0 && !identifier_is_formed(row)))
        return;
    case_filters_add(n, FILTER_ENTITY, row->scale == SCALE_NONE ? value->text : case_filter_behind_word(value->text),
                     out);
}

static void add_cells(const struct node *n, const struct case_state *state, struct case_filters *out)
{
    for (uint32_t i = 0; i < state->cell_count; i++) {
        const struct case_cell *cell = &state->cells[i];

        for (uint32_t j = 0; j < cell->value_count; j++) {
            if ((cell->values[j].flags & (VALUE_STRUCK | VALUE_WITHHELD)) == 0)
                add_entity(n, cell->row, &cell->values[j].value, out);
        }
    }
}

static bool is_readable_text(const struct case_value *value)
{
    return value->value.type == VALUE_TEXT && (value->flags & (VALUE_STRUCK | VALUE_WITHHELD)) == 0;
}

bool case_filter_full_name(struct cw_slice given, struct cw_slice family, char out[static CASE_FULL_NAME_LEN_MAX],
                           struct cw_slice *out_name)
{
    struct writer w = writer_over(out, CASE_FULL_NAME_LEN_MAX);

    writer_slice(&w, given);
    writer_slice(&w, slice_of(" "));
    writer_slice(&w, family);
    if (w.failed)
        return false;
    *out_name = slice(out, w.len);
    return true;
}

static void add_name(const struct node *n, struct cw_slice given, struct cw_slice family, struct case_filters *out)
{
    char whole[CASE_FULL_NAME_LEN_MAX];
    struct cw_slice name;

    if (case_filter_full_name(given, family, whole, &name))
        case_filters_add(n, FILTER_ENTITY, name, out);
}

/* As many values of a name are combined: nobody makes a case costly to fold by disputing both. */
#define NAMES_MAX 8u

static uint32_t name_count(const struct case_cell *cell)
{
    return cell == NULL ? 0 : cell->value_count < NAMES_MAX ? cell->value_count : NAMES_MAX;
}

/* What stands as given names with what stands as family name: each with each, when several are given. */
static void add_names(const struct node *n, const struct case_state *state, struct case_filters *out)
{
    const struct case_cell *given = state_cell(state, &scope_none, FIELD_GIVEN_NAMES),
                           *family = state_cell(state, &scope_none, FIELD_FAMILY_NAME);

    for (uint32_t i = 0; i < name_count(given); i++)
        for (uint32_t j = 0; j < name_count(family); j++)
            if (is_readable_text(&given->values[i]) && is_readable_text(&family->values[j]))
                add_name(n, given->values[i].value.text, family->values[j].value.text, out);
}

/* Nobody finds the case by the other end of a link that is not to be seen from there. */
static bool is_one_sided(const struct op *op)
{
    bool found = false;

    for (uint32_t i = 0; i < op->write_count; i++)
        found = found || (op->writes[i].field == FIELD_VISIBLE_TO && op->writes[i].value.number == 2);
    return found;
}

/* Newest first: when there are more than fit, the latest are found. */
static void add_events(const struct node *n, const struct case_state *state, struct case_filters *out)
{
    for (uint32_t i = state->naming_count; i-- > 0 && !out->more;) {
        const struct op *op = state->ops[state->events[state->naming[i]].op_index].op;

        for (uint32_t j = 0; op != NULL && !is_one_sided(op) && j < op->write_count; j++) {
            if (op->writes[j].has_value)
                add_entity(n, schema_field(op->writes[j].field), &op->writes[j].value, out);
        }
    }
}

void case_filters_of(const struct node *n, const struct case_state *state, const struct case_line *line,
                     struct case_filters *out)
{
    const char *kind = schema_kind_name(state->kind);

    out->count = 0;
    out->more = false;
    case_filters_add(n, FILTER_KIND, slice_of(kind == NULL ? "" : kind), out);
    case_filters_add(n, FILTER_STATUS, line->status, out);
    case_filters_add(n, FILTER_DIVISION, state->opened_by_division, out);
    case_filters_add(n, FILTER_RISK, line->risk, out);
    case_filters_add(n, FILTER_OWNER, state->owner.division, out);
    for (uint32_t i = 0; i < state->owner.claimant_count; i++)
        case_filters_add(n, FILTER_OWNER, state->owner.claimants[i], out);
    if (line->conflicts > 0)
        case_filters_add(n, FILTER_CONFLICT, slice_of("open"), out);
    for (uint32_t i = 0; i < line->labels.area_count; i++)
        case_filters_add(n, FILTER_AREA, line->labels.areas[i], out);
    case_filters_add_episodes(n, state, out);
    case_filters_add_places(n, state, out);
    add_cells(n, state, out);
    add_names(n, state, out);
    add_events(n, state, out);
}

/* --- its rows ----------------------------------------------------------------------------------------------- */

struct rows_of {
    const uint8_t *hashes; /* 16 bytes each */
    size_t count;
    uint64_t hlc;
};

static struct rows_of rows_of(const struct case_row *row)
{
    return (struct rows_of){row->filters.data, row->filters.len / 16, row->updated_hlc};
}

static bool same_place(const struct cw_case_id *id, const struct rows_of *a, const struct rows_of *b)
{
    static const uint8_t none[16];
    struct row_key one = row_key_filter(none, a->hlc, id), other = row_key_filter(none, b->hlc, id);

    return slice_eq(row_key_slice(&one), row_key_slice(&other));
}

/* Those of `from` that `but` has not. */
static enum cw_err each_but(struct turn *t, bool put, const struct cw_case_id *id, const struct rows_of *from,
                            const struct rows_of *but)
{
    bool moved = !same_place(id, from, but);
    enum cw_err err = CW_OK;

    for (size_t i = 0; i < from->count && err == CW_OK; i++) {
        struct row_key key = row_key_filter(from->hashes + 16 * i, from->hlc, id);

        if (!moved && has(but->hashes, but->count, from->hashes + 16 * i))
            continue;
        err = put ? db_put(t, TABLE_INDEX, key, slice("", 0)) : db_del(t, TABLE_INDEX, key);
    }
    return err;
}

enum cw_err case_filters_save(struct turn *t, const struct cw_case_id *id, const struct case_row *old,
                              const struct case_row *new)
{
    struct rows_of before = rows_of(old), after = rows_of(new);
    enum cw_err err = each_but(t, false, id, &before, &after);

    return err == CW_OK ? each_but(t, true, id, &after, &before) : err;
}
