/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables by name, with "did you mean". Names come from people, so a near miss is answered with the
 * nearest name; a far one with nothing, because a wrong guess is worse than none.
 */
#include "proto/schema.h"

static bool is_named(const char *name, struct cw_slice given)
{
    return slice_eq(slice_of(name), given);
}

bool schema_event_carries(uint32_t event, const struct schema_field *field)
{
    size_t count;
    const struct schema_event_field *rows = schema_event_fields(&count);
    const struct schema_event *row = schema_event(event);

    if (row == NULL)
        return false;
    if ((field->flags & FIELD_EVERY_EVENT) != 0)
        return true;
    if ((field->flags & FIELD_EVERY_RESULT) != 0)
        return (row->flags & EVENT_TALLIED) != 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].event == event && rows[i].field == field->number)
            return true;
    }
    return false;
}

bool schema_event_requires(uint32_t event, uint32_t field)
{
    size_t count;
    const struct schema_event_field *rows = schema_event_fields(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].event == event && rows[i].field == field)
            return rows[i].required;
    }
    return false;
}

static bool is_field_of_kind(const struct schema_field *field, uint32_t kind)
{
    if (field->place == PLACE_DETAIL)
        return false;
    return kind == KIND_NONE || (kind < 32 && (field->kinds & (1u << kind)) != 0);
}

const struct schema_field *schema_field_by_name(uint32_t kind, struct cw_slice name)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++) {
        if (is_field_of_kind(&rows[i], kind) && is_named(rows[i].name, name))
            return &rows[i];
    }
    return NULL;
}

const struct schema_field *schema_event_field_by_name(uint32_t event, struct cw_slice name)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++) {
        if (is_named(rows[i].name, name) && schema_event_carries(event, &rows[i]))
            return &rows[i];
    }
    return NULL;
}

const struct schema_event *schema_event_by_name(struct cw_slice name)
{
    size_t count;
    const struct schema_event *rows = schema_events(&count);

    for (size_t i = 0; i < count; i++) {
        if (is_named(rows[i].name, name))
            return &rows[i];
    }
    return NULL;
}

uint32_t schema_kind_by_name(struct cw_slice name)
{
    size_t count;
    const struct schema_kind *rows = schema_kinds(&count);

    for (size_t i = 0; i < count; i++) {
        if (is_named(rows[i].name, name))
            return rows[i].number;
    }
    return KIND_NONE;
}

uint32_t schema_role_by_code(struct cw_slice code)
{
    size_t count;
    const struct schema_role *rows = schema_roles(&count);

    for (size_t i = 0; i < count; i++) {
        if (is_named(rows[i].code, code))
            return rows[i].number;
    }
    return ROLE_NONE;
}

bool schema_value_by_name(enum scale scale, struct cw_slice name, uint32_t *out_number)
{
    size_t count;
    const struct schema_value *rows = schema_values(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].scale == scale && is_named(rows[i].name, name)) {
            *out_number = rows[i].number;
            return true;
        }
    }
    return false;
}

/* --- did you mean ---------------------------------------------------------------------------------- */

#define NAME_COMPARED_MAX 40

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Edits (insert, delete, replace) that turn one name into the other; names longer than the bound never match. */
static size_t edit_distance(struct cw_slice a, struct cw_slice b)
{
    size_t row[NAME_COMPARED_MAX + 1];

    if (a.len > NAME_COMPARED_MAX || b.len > NAME_COMPARED_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t above = row[j];

            row[j] = least_of(above + 1, row[j - 1] + 1, diagonal + (a.data[i - 1] != b.data[j - 1]));
            diagonal = above;
        }
    }
    return row[b.len];
}

struct guess {
    struct cw_slice given;
    const char *name;
    size_t distance;
};

static struct guess guess_for(struct cw_slice given)
{
    /* a third of the length, and at least one edit */
    return (struct guess){given, NULL, given.len / 3 + 2};
}

static void consider(struct guess *guess, const char *name)
{
    size_t distance = edit_distance(guess->given, slice_of(name));

    if (distance < guess->distance) {
        guess->distance = distance;
        guess->name = name;
    }
}

const char *schema_suggest_field(uint32_t kind, struct cw_slice name)
{
    struct guess guess = guess_for(name);
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++) {
        if (is_field_of_kind(&rows[i], kind))
            consider(&guess, rows[i].name);
    }
    return guess.name;
}

const char *schema_suggest_event_field(uint32_t event, struct cw_slice name)
{
    struct guess guess = guess_for(name);
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++) {
        if (schema_event_carries(event, &rows[i]))
            consider(&guess, rows[i].name);
    }
    return guess.name;
}

const char *schema_suggest_event(uint32_t kind, struct cw_slice name)
{
    struct guess guess = guess_for(name);
    size_t count;
    const struct schema_event *rows = schema_events(&count);

    for (size_t i = 0; i < count; i++) {
        if (kind == KIND_NONE || (kind < 32 && (rows[i].kinds & (1u << kind)) != 0))
            consider(&guess, rows[i].name);
    }
    return guess.name;
}

const char *schema_suggest_value(enum scale scale, struct cw_slice name)
{
    struct guess guess = guess_for(name);
    size_t count;
    const struct schema_value *rows = schema_values(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].scale == scale)
            consider(&guess, rows[i].name);
    }
    return guess.name;
}

const char *schema_suggest_kind(struct cw_slice name)
{
    struct guess guess = guess_for(name);
    size_t count;
    const struct schema_kind *rows = schema_kinds(&count);

    for (size_t i = 0; i < count; i++)
        consider(&guess, rows[i].name);
    return guess.name;
}
