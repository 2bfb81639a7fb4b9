/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables for programs in other languages (the slow reference fold reads them). Names are ASCII without quotes, so
 * nothing needs escaping.
 */
#include "proto/schema.h"
#include "proto/schema_put.h"

static void member_number(struct writer *out, const char *name, int64_t number, const char *after)
{
    schema_put(out, "\"");
    schema_put(out, name);
    schema_put(out, "\": ");
    schema_put_number(out, number);
    schema_put(out, after);
}

static void member_text(struct writer *out, const char *name, const char *text, const char *after)
{
    schema_put(out, "\"");
    schema_put(out, name);
    schema_put(out, "\": \"");
    schema_put(out, text);
    schema_put(out, "\"");
    schema_put(out, after);
}

static void json_field(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_field *at = &schema_fields(&count)[i];

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

static void json_event(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_event *at = &schema_events(&count)[i];

    member_number(out, "number", at->number, ", ");
    member_text(out, "name", at->name, ", ");
    member_number(out, "kinds", at->kinds, ", ");
    member_number(out, "roles", at->roles, ", ");
    member_number(out, "class", at->class, ", ");
    member_number(out, "subtype", at->subtype, ", ");
    member_number(out, "flags", at->flags, "");
}

static void json_step(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_step *at = &schema_steps(&count)[i];

    member_number(out, "machine", at->machine, ", ");
    member_number(out, "from", at->from, ", ");
    member_number(out, "event", at->event, ", ");
    member_number(out, "to", at->to, ", ");
    member_number(out, "roles", at->roles, ", ");
    member_number(out, "held_by", at->held_by, ", ");
    member_number(out, "flags", at->flags, "");
}

static void json_clock(struct writer *out, size_t i)
{
    static const char *const met_by[CLOCK_MET_BY_MAX] = {"met_a", "met_b", "met_c", "met_d"};
    size_t count;
    const struct schema_clock *at = &schema_clocks(&count)[i];

    member_number(out, "number", at->number, ", ");
    member_text(out, "name", at->name, ", ");
    member_text(out, "title", at->title, ", ");
    member_number(out, "kinds", at->kinds, ", ");
    member_number(out, "start", (int64_t)at->start, ", ");
    member_number(out, "from_a", at->starts[0], ", ");
    member_number(out, "from_b", at->starts[1], ", ");
    member_number(out, "start_field", at->start_field, ", ");
    member_number(out, "start_mask", at->start_mask, ", ");
    member_number(out, "due", (int64_t)at->due, ", ");
    member_number(out, "span", at->span, ", ");
    for (size_t m = 0; m < CLOCK_MET_BY_MAX; m++)
        member_number(out, met_by[m], at->met_by[m], ", ");
    member_number(out, "met_field", at->met_field, ", ");
    member_number(out, "met_mask", at->met_mask, ", ");
    member_number(out, "after", at->after, ", ");
    member_number(out, "told", at->told, ", ");
    member_number(out, "waive", at->waive, ", ");
    member_number(out, "soon_s", at->soon_s, ", ");
    member_number(out, "step_s", at->step_s, ", ");
    member_number(out, "flags", at->flags, "");
}

static void json_span(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_span *at = &schema_spans(&count)[i];

    member_number(out, "number", at->number, ", ");
    member_text(out, "name", at->name, ", ");
    member_text(out, "unit", schema_unit_name(at->unit), ", ");
    member_number(out, "bound", schema_unit_bound(at->unit), ", ");
    member_number(out, "value", at->value, "");
}

static void json_holiday(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_holiday *at = &schema_holidays(&count)[i];

    member_number(out, "year", at->year, ", ");
    member_number(out, "month", at->month, ", ");
    member_number(out, "day", at->day, "");
}

static void json_event_field(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_event_field *at = &schema_event_fields(&count)[i];

    member_number(out, "event", at->event, ", ");
    member_number(out, "field", at->field, ", ");
    member_number(out, "required", at->required, "");
}

static void json_value(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_value *at = &schema_values(&count)[i];

    member_text(out, "scale", schema_scale_name(at->scale), ", ");
    member_number(out, "number", at->number, ", ");
    member_text(out, "name", at->name, "");
}

static void json_kind(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_kind *at = &schema_kinds(&count)[i];

    member_number(out, "number", at->number, ", ");
    member_text(out, "name", at->name, ", ");
    member_text(out, "letters", at->letters, ", ");
    member_number(out, "machine", at->machine, ", ");
    member_number(out, "status", at->status, "");
}

static void json_link(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_link *at = &schema_links(&count)[i];

    member_number(out, "type", at->type, ", ");
    member_number(out, "from", at->from, ", ");
    member_number(out, "to", at->to, "");
}

static void json_role(struct writer *out, size_t i)
{
    size_t count;
    const struct schema_role *at = &schema_roles(&count)[i];

    member_number(out, "number", at->number, ", ");
    member_text(out, "code", at->code, ", ");
    member_text(out, "title", at->title, "");
}

static void json_table(struct writer *out, const char *name, size_t count, void (*row)(struct writer *out, size_t i))
{
    schema_put(out, "  \"");
    schema_put(out, name);
    schema_put(out, "\": [\n");
    for (size_t i = 0; i < count; i++) {
        schema_put(out, "    {");
        row(out, i);
        schema_put(out, i + 1 < count ? "},\n" : "}\n");
    }
    schema_put(out, "  ],\n");
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
                BIT(FIELD_KEY),
                BIT(FIELD_EXPECTED),
                BIT(EVENT_TALLIED),
                BIT(EVENT_EPISODE),
                BIT(EVENT_OPENS_EPISODE),
                BIT(EVENT_OWN_SIDE),
                BIT(EVENT_WITHDRAWS),
                BIT(EVENT_RANK_IF_HIGH),
                BIT(STEP_IN_PERSON),
                BIT(STEP_RANK_IF_HIGH),
                BIT(STEP_DEATH_REPORTED),
                BIT(STEP_SOFT),
                {"CLASS_SIGHTING", EVENT_CLASS_SIGHTING},
                {"CLASS_ACTIVITY", EVENT_CLASS_ACTIVITY},
                {"CLASS_INTEL", EVENT_CLASS_INTEL},
                {"CLASS_ACTION", EVENT_CLASS_ACTION},
                {"CLASS_OWNERSHIP", EVENT_CLASS_OWNERSHIP},
                {"CLASS_CLOCK", EVENT_CLASS_CLOCK}};
#undef BIT

    schema_put(out, "  \"bits\": {");
    for (size_t i = 0; i < CW_COUNT(bits); i++)
        member_number(out, bits[i].name, bits[i].bit, i + 1 < CW_COUNT(bits) ? ", " : "}\n}\n");
}

void schema_print_json(struct writer *out)
{
    size_t count;

    schema_put(out, "{\n  ");
    member_number(out, "schema_version", SCHEMA_VERSION, ",\n  ");
    member_number(out, "fold_version", FOLD_VERSION, ",\n");
    json_table(out, "fields", (schema_fields(&count), count), json_field);
    json_table(out, "events", (schema_events(&count), count), json_event);
    json_table(out, "event_fields", (schema_event_fields(&count), count), json_event_field);
    json_table(out, "steps", (schema_steps(&count), count), json_step);
    json_table(out, "clocks", (schema_clocks(&count), count), json_clock);
    json_table(out, "spans", (schema_spans(&count), count), json_span);
    json_table(out, "holidays", (schema_holidays(&count), count), json_holiday);
    json_table(out, "values", (schema_values(&count), count), json_value);
    json_table(out, "kinds", (schema_kinds(&count), count), json_kind);
    json_table(out, "roles", (schema_roles(&count), count), json_role);
    json_table(out, "links", (schema_links(&count), count), json_link);
    json_bits(out);
}
