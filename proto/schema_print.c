/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables printed: docs/fields.md for people, schema.json for programs in other languages (the slow
 * reference fold reads it). Nothing is printed that is not in a row.
 */
#include "proto/schema.h"

static void put(struct writer *out, const char *text)
{
    writer_slice(out, slice_of(text));
}

static void put_number(struct writer *out, int64_t number)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t left = number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;

    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0)
        digits[--at] = '-';
    writer_bytes(out, digits + at, sizeof(digits) - at);
}

static void put_kinds(struct writer *out, uint32_t mask)
{
    size_t count;
    const struct schema_kind *rows = schema_kinds(&count);
    const char *comma = "";

    if (mask == K_ALL) {
        put(out, "all");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if ((mask & (1u << rows[i].number)) == 0)
            continue;
        put(out, comma);
        put(out, rows[i].name);
        comma = ", ";
    }
}

static void put_roles(struct writer *out, uint32_t roles)
{
    char text[SCHEMA_ROLES_TEXT_LEN_MAX];

    put(out, schema_roles_text(roles, text));
}

/* --- markdown -------------------------------------------------------------------------------------- */

static void cell(struct writer *out, const char *text)
{
    put(out, " ");
    put(out, text);
    put(out, " |");
}

static void cell_number(struct writer *out, int64_t number)
{
    put(out, " ");
    put_number(out, number);
    put(out, " |");
}

static void field_type_cell(struct writer *out, const struct schema_field *field)
{
    put(out, " ");
    put(out, schema_type_name(field->type));
    if (field->scale != SCALE_NONE) {
        put(out, " of ");
        put(out, schema_scale_name(field->scale));
    }
    if (field->bound != 0) {
        put(out, ", at most ");
        put_number(out, field->bound);
    }
    put(out, " |");
}

static void field_row(struct writer *out, const struct schema_field *field)
{
    put(out, "|");
    cell_number(out, field->number);
    cell(out, field->name);
    put(out, " ");
    put_kinds(out, field->kinds);
    put(out, " |");
    field_type_cell(out, field);
    cell(out, schema_rule_name(field->rule));
    put(out, " ");
    put_roles(out, field->set_roles);
    put(out, " | ");
    put_roles(out, field->lower_roles);
    put(out, " | ");
    put(out, (field->flags & FIELD_REQUIRED) != 0 ? "required " : "");
    put(out, (field->flags & FIELD_PERSONAL) != 0 ? "personal " : "");
    put(out, "|\n");
}

static void field_tables(struct writer *out)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);
    enum field_place place = 0;

    for (size_t i = 0; i < count; i++) {
        if (rows[i].place != place) {
            place = rows[i].place;
            put(out, "\n## Fields: ");
            put(out, schema_place_name(place));
            put(out, "\n\n| number | name | kinds | type | rule | may set | may lower, remove, resolve | |\n"
                     "| ---: | --- | --- | --- | --- | --- | --- | --- |\n");
        }
        field_row(out, &rows[i]);
    }
}

static void event_fields_cell(struct writer *out, const struct schema_event *event)
{
    size_t count;
    const struct schema_event_field *rows = schema_event_fields(&count);

    put(out, " ");
    for (size_t i = 0; i < count; i++) {
        const struct schema_field *field = schema_field(rows[i].field);

        if (rows[i].event != event->number || field == NULL)
            continue;
        put(out, rows[i].required ? "**" : "");
        put(out, field->name);
        put(out, rows[i].required ? "** " : " ");
    }
    put(out, "|\n");
}

static void event_table(struct writer *out)
{
    size_t count;
    const struct schema_event *rows = schema_events(&count);

    put(out,
        "\n## Events\n\nEvery event may carry occurred, place, unit, phase, objective, text, source, reason and "
        "subject; tallied ones "
        "also exhibit,\ncount, pence, mg, wraps, not_counted, within and category. Beside those (bold: required):\n\n"
        "| number | name | kinds | roles | tallied | fields |\n| ---: | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < count; i++) {
        put(out, "|");
        cell_number(out, rows[i].number);
        cell(out, rows[i].name);
        put(out, " ");
        put_kinds(out, rows[i].kinds);
        put(out, " | ");
        put_roles(out, rows[i].roles);
        put(out, " |");
        cell(out, (rows[i].flags & EVENT_TALLIED) != 0 ? "yes" : "");
        event_fields_cell(out, &rows[i]);
    }
}

static void states_cell(struct writer *out, enum scale scale, uint32_t mask)
{
    put(out, " ");
    for (uint32_t state = 0; state < 32; state++) {
        if ((mask & (1u << state)) != 0) {
            const char *name = schema_value_name(scale, state);

            put(out, name != NULL ? name : "?");
            put(out, " ");
        }
    }
    put(out, "|");
}

static void step_table(struct writer *out)
{
    size_t count;
    const struct schema_step *rows = schema_steps(&count);

    put(out, "\n## Steps of the state machines\n\n| machine | from | event | to | roles |\n| --- | --- | --- | --- | "
             "--- |\n");
    for (size_t i = 0; i < count; i++) {
        const struct schema_field *field = schema_field(schema_machine_field(rows[i].machine));
        const struct schema_event *event = schema_event(rows[i].event);

        if (field == NULL || event == NULL)
            continue;
        put(out, "|");
        cell(out, schema_scale_name(field->scale));
        states_cell(out, field->scale, rows[i].from);
        cell(out, event->name);
        states_cell(out, field->scale, 1u << rows[i].to);
        put(out, " ");
        put_roles(out, rows[i].roles);
        put(out, " |\n");
    }
}

static void scale_table(struct writer *out)
{
    size_t count;
    const struct schema_value *rows = schema_values(&count);
    enum scale scale = SCALE_NONE;

    put(out, "\n## Scales\n\nAscending: a greater number is the more cautious one where the rule is MAX.\n");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].scale != scale) {
            scale = rows[i].scale;
            put(out, "\n* **");
            put(out, schema_scale_name(scale));
            put(out, "**:");
        }
        put(out, " ");
        put(out, rows[i].name);
        put(out, " (");
        put_number(out, rows[i].number);
        put(out, ")");
    }
    put(out, "\n");
}

static void role_table(struct writer *out)
{
    size_t count;
    const struct schema_role *rows = schema_roles(&count);

    put(out, "\n## Roles\n\n| number | code | who |\n| ---: | --- | --- |\n");
    for (size_t i = 0; i < count; i++) {
        put(out, "|");
        cell_number(out, rows[i].number);
        cell(out, rows[i].code);
        cell(out, rows[i].title);
        put(out, "\n");
    }
}

void schema_print_markdown(struct writer *out)
{
    put(out, "# Fields, events, steps, roles\n\nPrinted from `proto/schema_*.h` by `tests/tools/schema_print.c`; do "
             "not edit. How the rules "
             "work: `docs/fold.md`. Schema version ");
    put_number(out, SCHEMA_VERSION);
    put(out, ".\n");
    field_tables(out);
    event_table(out);
    step_table(out);
    scale_table(out);
    role_table(out);
}

/* --- json: names are ASCII without quotes, so nothing needs escaping -------------------------------- */

static void member_number(struct writer *out, const char *name, int64_t number, const char *after)
{
    put(out, "\"");
    put(out, name);
    put(out, "\": ");
    put_number(out, number);
    put(out, after);
}

static void member_text(struct writer *out, const char *name, const char *text, const char *after)
{
    put(out, "\"");
    put(out, name);
    put(out, "\": \"");
    put(out, text);
    put(out, "\"");
    put(out, after);
}

#define JSON_ROWS(out, table, row, body)                         \
    do {                                                         \
        size_t count_;                                           \
        const struct schema_##row *at = schema_##table(&count_); \
        put((out), "  \"" #table "\": [\n");                     \
        for (size_t i_ = 0; i_ < count_; i_++, at++) {           \
            put((out), "    {");                                 \
            body;                                                \
            put((out), i_ + 1 < count_ ? "},\n" : "}\n");        \
        }                                                        \
        put((out), "  ],\n");                                    \
    } while (0)

static void json_field(struct writer *out, const struct schema_field *at)
{
    member_number(out, "number", at->number, ", ");
    member_text(out, "name", at->name, ", ");
    member_number(out, "kinds", at->kinds, ", ");
    member_text(out, "place", schema_place_name(at->place), ", ");
    member_text(out, "type", schema_type_name(at->type), ", ");
    member_number(out, "bound", at->bound, ", ");
    member_text(out, "scale", schema_scale_name(at->scale), ", ");
    member_text(out, "rule", schema_rule_name(at->rule), ", ");
    member_number(out, "set_roles", at->set_roles, ", ");
    member_number(out, "lower_roles", at->lower_roles, ", ");
    member_number(out, "flags", at->flags, "");
}

static void json_event(struct writer *out, const struct schema_event *at)
{
    member_number(out, "number", at->number, ", ");
    member_text(out, "name", at->name, ", ");
    member_number(out, "kinds", at->kinds, ", ");
    member_number(out, "roles", at->roles, ", ");
    member_number(out, "class", at->class, ", ");
    member_number(out, "subtype", at->subtype, ", ");
    member_number(out, "flags", at->flags, "");
}

static void json_step(struct writer *out, const struct schema_step *at)
{
    member_number(out, "machine", at->machine, ", ");
    member_number(out, "from", at->from, ", ");
    member_number(out, "event", at->event, ", ");
    member_number(out, "to", at->to, ", ");
    member_number(out, "roles", at->roles, ", ");
    member_number(out, "held_by", at->held_by, ", ");
    member_number(out, "flags", at->flags, "");
}

static void json_clock(struct writer *out, const struct schema_clock *at)
{
    member_number(out, "number", at->number, ", ");
    member_text(out, "name", at->name, ", ");
    member_number(out, "kinds", at->kinds, ", ");
    member_number(out, "start", at->start, ", ");
    member_number(out, "duration_s", at->duration_s, ", ");
    member_number(out, "met_by", at->met_by, ", ");
    member_number(out, "told", at->told, "");
}

/* The bits that the flags and masks in the rows are made of. */
static void json_bits(struct writer *out)
{
#define BIT(name)   \
    {               \
#name, name \
    }
    static const struct {
        const char *name;
        uint32_t bit;
    } bits[] = {BIT(FIELD_REQUIRED),
                BIT(FIELD_PERSONAL),
                BIT(FIELD_RISK),
                BIT(FIELD_SHOW_HIGHEST),
                BIT(FIELD_SHOW_LOWEST),
                BIT(FIELD_NAME),
                BIT(EVENT_TALLIED),
                BIT(EVENT_EPISODE),
                BIT(EVENT_OPENS_EPISODE),
                BIT(STEP_IN_PERSON),
                BIT(STEP_RANK_IF_HIGH),
                BIT(STEP_SOFT),
                {"CLASS_SIGHTING", EVENT_CLASS_SIGHTING},
                {"CLASS_ACTIVITY", EVENT_CLASS_ACTIVITY},
                {"CLASS_INTEL", EVENT_CLASS_INTEL},
                {"CLASS_ACTION", EVENT_CLASS_ACTION},
                {"CLASS_OWNERSHIP", EVENT_CLASS_OWNERSHIP}};
#undef BIT

    put(out, "  \"bits\": {");
    for (size_t i = 0; i < CW_COUNT(bits); i++)
        member_number(out, bits[i].name, bits[i].bit, i + 1 < CW_COUNT(bits) ? ", " : "}\n}\n");
}

void schema_print_json(struct writer *out)
{
    put(out, "{\n  ");
    member_number(out, "schema_version", SCHEMA_VERSION, ",\n  ");
    member_number(out, "fold_version", FOLD_VERSION, ",\n");
    JSON_ROWS(out, fields, field, json_field(out, at));
    JSON_ROWS(out, events, event, json_event(out, at));
    JSON_ROWS(out, event_fields, event_field,
              (member_number(out, "event", at->event, ", "), member_number(out, "field", at->field, ", "),
               member_number(out, "required", at->required, "")));
    JSON_ROWS(out, steps, step, json_step(out, at));
    JSON_ROWS(out, clocks, clock, json_clock(out, at));
    JSON_ROWS(out, values, value,
              (member_text(out, "scale", schema_scale_name(at->scale), ", "),
               member_number(out, "number", at->number, ", "), member_text(out, "name", at->name, "")));
    JSON_ROWS(out, kinds, kind,
              (member_number(out, "number", at->number, ", "), member_text(out, "name", at->name, ", "),
               member_text(out, "letters", at->letters, ", "), member_number(out, "machine", at->machine, ", "),
               member_number(out, "status", at->status, "")));
    JSON_ROWS(out, roles, role,
              (member_number(out, "number", at->number, ", "), member_text(out, "code", at->code, ", "),
               member_text(out, "title", at->title, "")));
    json_bits(out);
}
