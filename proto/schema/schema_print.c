/* SPDX-License-Identifier: Apache-2.0 */
/* The tables for people: docs/fields.md. Nothing is printed that is not in a row. */
#include "proto/schema.h"
#include "proto/schema_put.h"

static void put_kinds(struct writer *out, uint32_t mask)
{
    size_t count;
    const struct schema_kind *rows = schema_kinds(&count);
    const char *comma = "";

    static const struct {
        uint32_t mask;
        const char *name;
    } whole[] = {{K_ANY, "all"}, {K_ALL, "cases"}, {K_ENTITY, "entities"}};

    for (size_t i = 0; i < CW_COUNT(whole); i++) {
        if (mask == whole[i].mask) {
            schema_put(out, whole[i].name);
            return;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if ((mask & (1u << rows[i].number)) == 0)
            continue;
        schema_put(out, comma);
        schema_put(out, rows[i].name);
        comma = ", ";
    }
}

static void put_roles(struct writer *out, uint32_t roles)
{
    char text[SCHEMA_ROLES_TEXT_LEN_MAX];

    schema_put(out, schema_roles_text(roles, text));
}

/* --- markdown -------------------------------------------------------------------------------------- */

static void cell(struct writer *out, const char *text)
{
    schema_put(out, " ");
    schema_put(out, text);
    schema_put(out, " |");
}

static void cell_number(struct writer *out, int64_t number)
{
    schema_put(out, " ");
    schema_put_number(out, number);
    schema_put(out, " |");
}

static void field_type_cell(struct writer *out, const struct schema_field *field)
{
    schema_put(out, " ");
    schema_put(out, schema_type_name(field->type));
    if (field->scale != SCALE_NONE) {
        schema_put(out, " of ");
        schema_put(out, schema_scale_name(field->scale));
    }
    if (field->bound != 0) {
        schema_put(out, field->type == TYPE_DATE ? ", of an age below " : ", at most ");
        schema_put_number(out, field->bound);
    }
    schema_put(out, " |");
}

static void field_row(struct writer *out, const struct schema_field *field)
{
    schema_put(out, "|");
    cell_number(out, field->number);
    cell(out, field->name);
    schema_put(out, " ");
    put_kinds(out, field->kinds);
    schema_put(out, " |");
    field_type_cell(out, field);
    cell(out, schema_rule_name(field->rule));
    schema_put(out, " ");
    put_roles(out, field->set_roles);
    schema_put(out, " | ");
    put_roles(out, field->lower_roles);
    schema_put(out, " | ");
    schema_put(out, (field->flags & FIELD_REQUIRED) != 0 ? "required " : "");
    schema_put(out, (field->flags & FIELD_EXPECTED) != 0 ? "asked for " : "");
    schema_put(out, (field->flags & FIELD_PERSONAL) != 0 ? "personal " : "");
    schema_put(out, "|\n");
}

static void field_tables(struct writer *out)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);
    enum field_place place = 0;

    for (size_t i = 0; i < count; i++) {
        if (rows[i].place != place) {
            place = rows[i].place;
            schema_put(out, "\n## Fields: ");
            schema_put(out, schema_place_name(place));
            schema_put(out, "\n\n| number | name | kinds | type | rule | may set | may lower, remove, resolve | |\n"
                            "| ---: | --- | --- | --- | --- | --- | --- | --- |\n");
        }
        field_row(out, &rows[i]);
    }
}

static void event_fields_cell(struct writer *out, const struct schema_event *event)
{
    size_t count;
    const struct schema_event_field *rows = schema_event_fields(&count);

    schema_put(out, " ");
    for (size_t i = 0; i < count; i++) {
        const struct schema_field *field = schema_field(rows[i].field);

        if (rows[i].event != event->number || field == NULL)
            continue;
        schema_put(out, rows[i].required ? "**" : "");
        schema_put(out, field->name);
        schema_put(out, rows[i].required ? "** " : " ");
    }
    schema_put(out, "|\n");
}

static void event_table(struct writer *out)
{
    size_t count;
    const struct schema_event *rows = schema_events(&count);

    schema_put(
        out,
        "\n## Events\n\nEvery event may carry occurred, place, unit, phase, objective, text, source, reason and "
        "subject; tallied ones "
        "also exhibit,\ncount, pence, mg, wraps, not_counted, within and category. Beside those (bold: required):\n\n"
        "| number | name | kinds | roles | tallied | fields |\n| ---: | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < count; i++) {
        schema_put(out, "|");
        cell_number(out, rows[i].number);
        cell(out, rows[i].name);
        schema_put(out, " ");
        put_kinds(out, rows[i].kinds);
        schema_put(out, " | ");
        put_roles(out, rows[i].roles);
        if ((rows[i].flags & EVENT_RANK_IF_HIGH) != 0)
            schema_put(out, " (INSP, SUPT while a child is missing at high risk)");
        schema_put(out, " |");
        cell(out, (rows[i].flags & EVENT_TALLIED) != 0 ? "yes" : "");
        event_fields_cell(out, &rows[i]);
    }
}

static void states_cell(struct writer *out, enum scale scale, uint32_t mask)
{
    schema_put(out, " ");
    for (uint32_t state = 0; state < 32; state++) {
        if ((mask & (1u << state)) != 0) {
            const char *name = schema_value_name(scale, state);

            schema_put(out, name != NULL ? name : "?");
            schema_put(out, " ");
        }
    }
    schema_put(out, "|");
}

static void step_table(struct writer *out)
{
    size_t count;
    const struct schema_step *rows = schema_steps(&count);

    schema_put(out,
               "\n## Steps of the state machines\n\n| machine | from | event | to | roles |\n| --- | --- | --- | --- | "
               "--- |\n");
    for (size_t i = 0; i < count; i++) {
        const struct schema_field *field = schema_field(schema_machine_field(rows[i].machine));
        const struct schema_event *event = schema_event(rows[i].event);

        if (field == NULL || event == NULL)
            continue;
        schema_put(out, "|");
        cell(out, schema_scale_name(field->scale));
        states_cell(out, field->scale, rows[i].from);
        cell(out, event->name);
        states_cell(out, field->scale, 1u << rows[i].to);
        schema_put(out, " ");
        put_roles(out, rows[i].roles);
        schema_put(out, " |\n");
    }
}

static void scale_table(struct writer *out)
{
    size_t count;
    const struct schema_value *rows = schema_values(&count);
    enum scale scale = SCALE_NONE;

    schema_put(out, "\n## Scales\n\nAscending: a greater number is the more cautious one where the rule is MAX.\n");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].scale != scale) {
            scale = rows[i].scale;
            schema_put(out, "\n* **");
            schema_put(out, schema_scale_name(scale));
            schema_put(out, "**:");
        }
        schema_put(out, " ");
        schema_put(out, rows[i].name);
        schema_put(out, " (");
        schema_put_number(out, rows[i].number);
        schema_put(out, ")");
    }
    schema_put(out, "\n");
}

static void role_table(struct writer *out)
{
    size_t count;
    const struct schema_role *rows = schema_roles(&count);

    schema_put(out, "\n## Roles\n\n| number | code | who |\n| ---: | --- | --- |\n");
    for (size_t i = 0; i < count; i++) {
        schema_put(out, "|");
        cell_number(out, rows[i].number);
        cell(out, rows[i].code);
        cell(out, rows[i].title);
        schema_put(out, "\n");
    }
}

void schema_print_markdown(struct writer *out)
{
    schema_put(out,
               "# Fields, events, steps, roles\n\nPrinted from `proto/schema_*.h` by `tests/tools/schema_print.c`; do "
               "not edit. How the rules "
               "work: `docs/fold.md`. Schema version ");
    schema_put_number(out, SCHEMA_VERSION);
    schema_put(out, ".\n");
    field_tables(out);
    event_table(out);
    step_table(out);
    scale_table(out);
    role_table(out);
}
