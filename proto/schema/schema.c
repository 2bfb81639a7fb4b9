/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of schema_*.h as tables, and look-up by number. Tables stand in ascending order of number where
 * they are searched (a test keeps them so).
 */
#include "proto/schema.h"
#include "proto/op.h"

#define R(id) ROLE_MASK(id)
#define S(n) (1u << (n))
#define HELD(c) (1u << EVENT_CLASS_##c)
#define B(n) (1u << (n)) /* a value of a scale */
#define ANY_VALUE (~0u)  /* whichever, but it is given */
#define SUPT_LEVEL (B(3) | B(4))
#define SUPT_WAIVES ROLE_MASK(SUPT)
#define SUPT_REVIEW (CLOCK_EPISODE | CLOCK_LIVE | CLOCK_COMMAND)
#define MINUTES(n) ((n)*60)
#define HOURS(n) ((n)*3600)
#define DAYS(n) ((n)*86400)
#define QUICK MINUTES(15) /* a rung of duties to a child who is missing now */
#define SLOW DAYS(1)

static const struct schema_field fields[] = {
#define ROW(id, number, name, kinds, place, type, bound, scale, rule, set, lower, flags) \
    {(number),      (name),      (kinds), PLACE_##place, TYPE_##type, (bound),           \
     SCALE_##scale, RULE_##rule, (set),   (lower),       (flags)},
    SCHEMA_FIELDS(ROW)
#undef ROW
};

static const struct schema_event events[] = {
#define ROW(id, number, name, kinds, roles, class, subtype, flags) \
    {(number), (name), (kinds), (roles), EVENT_CLASS_##class, FIELD_##subtype, (flags)},
    SCHEMA_EVENTS(ROW)
#undef ROW
};

static const struct schema_event_field event_fields[] = {
#define ROW(event, field, required) {EVENT_##event, FIELD_##field, (required) != 0},
    SCHEMA_EVENT_FIELDS(ROW)
#undef ROW
};

static const struct schema_step steps[] = {
#define ROW(machine, from, event, to, roles, held_by, flags) \
    {MACHINE_##machine, (from), EVENT_##event, (to), (roles), (held_by), (flags)},
    SCHEMA_STEPS(ROW)
#undef ROW
};

static const struct schema_entry entries[] = {
#define ROW(event, states, why) {EVENT_##event, (states), (why)},
    SCHEMA_ENTRIES(ROW)
#undef ROW
};

static const struct schema_value_need value_needs[] = {
#define ROW(field, value, roles, with_a, with_b) {FIELD_##field, (value), (roles), {FIELD_##with_a, FIELD_##with_b}},
    SCHEMA_VALUE_NEEDS(ROW)
#undef ROW
};

static const struct schema_clock clocks[] = {
#define ROW(id, number, name, title, kinds, start, from_a, from_b, start_field, start_mask, due, span, met_a, met_b, \
            met_c, met_d, met_field, met_mask, after, told, waive, soon_s, step_s, flags)                            \
    {(number),                                                                                                       \
     (name),                                                                                                         \
     (title),                                                                                                        \
     (kinds),                                                                                                        \
     START_##start,                                                                                                  \
     {(from_a), (from_b)},                                                                                           \
     (start_field),                                                                                                  \
     (start_mask),                                                                                                   \
     DUE_##due,                                                                                                      \
     SPAN_##span,                                                                                                    \
     {(met_a), (met_b), (met_c), (met_d)},                                                                           \
     (met_field),                                                                                                    \
     (met_mask),                                                                                                     \
     (after),                                                                                                        \
     (told),                                                                                                         \
     (waive),                                                                                                        \
     (int64_t)(soon_s),                                                                                              \
     (int64_t)(step_s),                                                                                              \
     (flags)},
    SCHEMA_CLOCKS(ROW)
#undef ROW
};

static const struct schema_span spans[] = {
#define ROW(id, number, name, unit, value) {(number), (name), UNIT_##unit, (int64_t)(value)},
    SCHEMA_SPANS(ROW)
#undef ROW
};

static const struct schema_holiday holidays[] = {
#define ROW(year, month, day) {(year), (month), (day)},
    SCHEMA_HOLIDAYS(ROW)
#undef ROW
};

static const struct schema_value values[] = {
#define ROW(scale, number, name) {SCALE_##scale, (number), (name)},
    SCHEMA_VALUES(ROW)
#undef ROW
};

static const struct schema_kind kinds[] = {
#define ROW(id, number, name, letters, machine, status) \
    {(number), (name), (letters), MACHINE_##machine, FIELD_##status},
    SCHEMA_KINDS(ROW)
#undef ROW
};

static const struct schema_role roles[] = {
#define ROW(id, number, title) {(number), #id, (title)},
    SCHEMA_ROLES(ROW)
#undef ROW
};

static const struct schema_link links[] = {
#define ROW(type, from, to) {(type), (from), (to)},
    SCHEMA_LINK_KINDS(ROW)
#undef ROW
};

static const char *const scale_names[SCALE_COUNT] = {[SCALE_NONE] = "",
#define ROW(id, name) [SCALE_##id] = (name),
                                                     SCHEMA_SCALES(ROW)
#undef ROW
};

#define TABLE(type, what)                               \
    const struct type *schema_##what(size_t *out_count) \
    {                                                   \
        *out_count = CW_COUNT(what);                    \
        return what;                                    \
    }
TABLE(schema_field, fields)
TABLE(schema_event, events)
TABLE(schema_event_field, event_fields)
TABLE(schema_step, steps)
TABLE(schema_entry, entries)
TABLE(schema_value_need, value_needs)
TABLE(schema_clock, clocks)
TABLE(schema_span, spans)
TABLE(schema_holiday, holidays)
TABLE(schema_value, values)
TABLE(schema_kind, kinds)
TABLE(schema_role, roles)
TABLE(schema_link, links)

/* A row that is written out of order is a mistake that the tests find; here it would only not be found. */
const struct schema_field *schema_field(uint32_t number)
{
    size_t low = 0, high = CW_COUNT(fields);

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (fields[middle].number == number)
            return &fields[middle];
        if (fields[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct schema_event *schema_event(uint32_t number)
{
    for (size_t i = 0; i < CW_COUNT(events); i++) {
        if (events[i].number == number)
            return &events[i];
    }
    return NULL;
}

const struct schema_clock *schema_clock(uint32_t number)
{
    for (size_t i = 0; i < CW_COUNT(clocks); i++) {
        if (clocks[i].number == number)
            return &clocks[i];
    }
    return NULL;
}

/* Numbered without gaps from 1 (a test keeps them so). */
const struct schema_span *schema_span(uint32_t number)
{
    return number >= 1 && number <= CW_COUNT(spans) ? &spans[number - 1] : NULL;
}

static const struct {
    const char *name;
    int64_t bound;
} units[] = {
    [UNIT_SECONDS] = {"duration_s", INT64_C(3153600000)}, /* a hundred years */
    [UNIT_WORKING_DAYS] = {"working_days", 1000},
    [UNIT_MONTHS] = {"months", 1200},
    [UNIT_DAYS_BEFORE] = {"days_before", 36500},
    [UNIT_AGE] = {"age_years", 150},
    [UNIT_COUNT] = {"count", 1000},
};

const char *schema_unit_name(enum span_unit unit)
{
    return (size_t)unit < CW_COUNT(units) ? units[unit].name : NULL;
}

int64_t schema_unit_bound(enum span_unit unit)
{
    return (size_t)unit < CW_COUNT(units) ? units[unit].bound : 0;
}

const char *schema_kind_name(uint32_t kind)
{
    for (size_t i = 0; i < CW_COUNT(kinds); i++) {
        if (kinds[i].number == kind)
            return kinds[i].name;
    }
    return NULL;
}

const struct schema_link *schema_link(uint32_t type)
{
    for (size_t i = 0; i < CW_COUNT(links); i++) {
        if (links[i].type == type)
            return &links[i];
    }
    return NULL;
}

const char *schema_role_code(uint32_t role)
{
    for (size_t i = 0; i < CW_COUNT(roles); i++) {
        if (roles[i].number == role)
            return roles[i].code;
    }
    return NULL;
}

const char *schema_scale_name(enum scale scale)
{
    return (unsigned)scale < SCALE_COUNT ? scale_names[scale] : NULL;
}

const char *schema_value_name(enum scale scale, int64_t number)
{
    for (size_t i = 0; i < CW_COUNT(values); i++) {
        if (values[i].scale == scale && (int64_t)values[i].number == number)
            return values[i].name;
    }
    return NULL;
}

const char *schema_rule_name(enum merge_rule rule)
{
    static const char *const names[] = {
        [RULE_IMM] = "IMM", [RULE_LWW] = "LWW", [RULE_OWN] = "OWN", [RULE_MVR] = "MVR", [RULE_MAX] = "MAX",
        [RULE_MIN] = "MIN", [RULE_ORS] = "ORS", [RULE_GOS] = "GOS", [RULE_LOG] = "LOG", [RULE_TAL] = "TAL",
        [RULE_FSM] = "FSM", [RULE_CLK] = "CLK", [RULE_DRV] = "DRV",
    };
    return (size_t)rule < CW_COUNT(names) ? names[rule] : NULL;
}

const char *schema_type_name(enum field_type type)
{
    static const char *const names[] = {
        [TYPE_TEXT] = "text",     [TYPE_LINES] = "lines", [TYPE_ENUM] = "enum", [TYPE_FLAG] = "flag",
        [TYPE_NUMBER] = "number", [TYPE_PENCE] = "pence", [TYPE_MG] = "mg",     [TYPE_INTERVAL] = "interval",
        [TYPE_TIME] = "time",     [TYPE_DATE] = "date",   [TYPE_REF] = "ref",   [TYPE_PERSON] = "person",
    };
    return (size_t)type < CW_COUNT(names) ? names[type] : NULL;
}

const char *schema_place_name(enum field_place place)
{
    static const char *const names[] = {[PLACE_CASE] = "case", [PLACE_EPISODE] = "episode", [PLACE_DETAIL] = "detail"};

    return (size_t)place < CW_COUNT(names) ? names[place] : NULL;
}

uint32_t schema_value_type(enum field_type type)
{
    switch (type) {
    case TYPE_TEXT:
    case TYPE_LINES:
    case TYPE_DATE:
    case TYPE_PERSON:
        return VALUE_TEXT;
    case TYPE_ENUM:
    case TYPE_NUMBER:
    case TYPE_PENCE:
    case TYPE_MG:
        return VALUE_NUMBER;
    case TYPE_FLAG:
        return VALUE_FLAG;
    case TYPE_INTERVAL:
    case TYPE_TIME:
        return VALUE_INTERVAL;
    case TYPE_REF:
        return VALUE_ID;
    }
    return VALUE_NONE;
}

bool schema_field_is_written(const struct schema_field *field)
{
    switch (field->rule) {
    case RULE_IMM:
    case RULE_LWW:
    case RULE_OWN:
    case RULE_MVR:
    case RULE_MAX:
    case RULE_MIN:
    case RULE_ORS:
    case RULE_GOS:
        return true;
    case RULE_LOG:
        return field->place == PLACE_DETAIL;
    case RULE_TAL:
    case RULE_FSM:
    case RULE_CLK:
    case RULE_DRV:
        break;
    }
    return false;
}

uint32_t schema_machine_field(enum machine machine)
{
    for (size_t i = 0; i < CW_COUNT(kinds); i++) {
        if (kinds[i].machine == machine)
            return kinds[i].status;
    }
    return machine == MACHINE_EPISODE ? FIELD_EPISODE_STATE : FIELD_NONE;
}

enum machine schema_machine_of(uint32_t kind)
{
    for (size_t i = 0; i < CW_COUNT(kinds); i++) {
        if (kinds[i].number == kind)
            return kinds[i].machine;
    }
    return MACHINE_NONE;
}
