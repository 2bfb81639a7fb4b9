/* SPDX-License-Identifier: Apache-2.0 */
/* The names of policy listed, with what stands without a record and what may stand. */
#include "proto/policy.h"

#include <stdio.h>

/* --- what stands, and what may ------------------------------------------------------------------------------ */

static int64_t usual_of_clock(enum policy_what what, const struct schema_clock *clock)
{
    if (clock == NULL)
        return 0;
    return what == POLICY_TOLD    ? clock->told
           : what == POLICY_WAIVE ? clock->waive
           : what == POLICY_SOON  ? clock->soon_s
                                  : clock->step_s;
}

int64_t policy_usual(enum policy_what what, uint32_t number)
{
    static const uint32_t ladder[] = {R_NONE, ROLE_MASK(SUP), ROLE_MASK(INSP), ROLE_MASK(SUPT)};
    const struct schema_field *field = what == POLICY_SET || what == POLICY_LOWER ? schema_field(number) : NULL;
    const struct schema_event *event = what == POLICY_EVENT ? schema_event(number) : NULL;
    const struct schema_span *span = what == POLICY_SPAN ? schema_span(number) : NULL;

    if (field != NULL)
        return what == POLICY_SET ? field->set_roles : field->lower_roles;
    if (event != NULL)
        return event->roles;
    if (span != NULL)
        return span->value;
    if (what == POLICY_LADDER)
        return number < CW_COUNT(ladder) ? ladder[number] : ROLE_MASK(FCR);
    return what >= POLICY_TOLD && what <= POLICY_STEP ? usual_of_clock(what, schema_clock(number)) : 0;
}

static const char *allowed_number(const struct schema_span *span, char out[static POLICY_ALLOWED_LEN_MAX])
{
    static const char *const units[] = {[UNIT_SECONDS] = " of seconds", [UNIT_WORKING_DAYS] = " of working days",
                                        [UNIT_MONTHS] = " of months",   [UNIT_DAYS_BEFORE] = " of days before",
                                        [UNIT_AGE] = " of years",       [UNIT_COUNT] = ""};
    enum span_unit unit = span != NULL ? span->unit : UNIT_SECONDS;

    snprintf(out, POLICY_ALLOWED_LEN_MAX, "a whole number%s, 0 to %lld", units[unit],
             (long long)schema_unit_bound(unit));
    return out;
}

static const char *allowed_roles(char out[static POLICY_ALLOWED_LEN_MAX])
{
    size_t count, used = (size_t)snprintf(out, POLICY_ALLOWED_LEN_MAX, "any, none, or role codes parted by commas:");
    const struct schema_role *rows = schema_roles(&count);

    for (size_t i = 0; i < count && used < POLICY_ALLOWED_LEN_MAX; i++)
        used += (size_t)snprintf(out + used, POLICY_ALLOWED_LEN_MAX - used, "%s %s", i > 0 ? "," : "", rows[i].code);
    return out;
}

const char *policy_allowed(enum policy_what what, uint32_t number, char out[static POLICY_ALLOWED_LEN_MAX])
{
    switch (what) {
    case POLICY_SPAN:
        return allowed_number(schema_span(number), out);
    case POLICY_SOON:
    case POLICY_STEP:
        return allowed_number(NULL, out);
    case POLICY_DAY:
        snprintf(out, POLICY_ALLOWED_LEN_MAX, "holiday or working");
        return out;
    case POLICY_SYNTHETIC:
        snprintf(out, POLICY_ALLOWED_LEN_MAX, "true or false");
        return out;
    case POLICY_SET:
    case POLICY_LOWER:
    case POLICY_EVENT:
    case POLICY_TOLD:
    case POLICY_WAIVE:
    case POLICY_LADDER:
        break;
    }
    return allowed_roles(out);
}

/* --- all of them ------------------------------------------------------------------------------------------- */

static void set_name(struct policy_walk *walk, uint32_t number, const char *before, const char *of, const char *behind)
{
    walk->number = number;
    snprintf(walk->name, sizeof(walk->name), "%s%s%s", before, of, behind);
}

/* The field at this place of the table, when it is the first of its name. */
static void name_field(struct policy_walk *walk, const char *prefix)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count), *field = &rows[walk->at];

    if (field->place == PLACE_DETAIL)
        return;
    for (size_t i = 0; i < walk->at; i++) {
        if (rows[i].place != PLACE_DETAIL && strcmp(rows[i].name, field->name) == 0)
            return;
    }
    set_name(walk, field->number, prefix, field->name, "");
}

static void name_span(struct policy_walk *walk)
{
    size_t count;
    const struct schema_span *span = &schema_spans(&count)[walk->at];
    char behind[32];

    snprintf(behind, sizeof(behind), ".%s", schema_unit_name(span->unit));
    set_name(walk, span->number, "clock.", span->name, behind);
}

static void name_clock(struct policy_walk *walk, const char *behind)
{
    size_t count;
    const struct schema_clock *clock = &schema_clocks(&count)[walk->at];

    set_name(walk, clock->number, "clock.", clock->name, behind);
}

static void name_rung(struct policy_walk *walk)
{
    static const char *const names[] = {"1", "2", "3", "beside"};

    set_name(walk, walk->at < POLICY_RUNGS ? (uint32_t)walk->at + 1 : POLICY_BESIDE, "ladder.", names[walk->at], "");
}

static size_t rows_of(enum policy_what what)
{
    size_t count = 0;

    if (what == POLICY_SET || what == POLICY_LOWER)
        (void)schema_fields(&count);
    else if (what == POLICY_EVENT)
        (void)schema_events(&count);
    else if (what == POLICY_SPAN)
        (void)schema_spans(&count);
    else if (what >= POLICY_TOLD && what <= POLICY_STEP)
        (void)schema_clocks(&count);
    else
        count = what == POLICY_LADDER ? POLICY_RUNGS + 1 : what == POLICY_SYNTHETIC;
    return count;
}

static void name_row(struct policy_walk *walk)
{
    static const char *const of_clocks[] = {
        [POLICY_TOLD] = ".told", [POLICY_WAIVE] = ".waive", [POLICY_SOON] = ".soon_s", [POLICY_STEP] = ".step_s"};

    walk->name[0] = '\0';
    if (walk->what == POLICY_SET)
        name_field(walk, "role.set.");
    else if (walk->what == POLICY_LOWER)
        name_field(walk, "role.lower.");
    else if (walk->what == POLICY_SPAN)
        name_span(walk);
    else if (walk->what >= POLICY_TOLD && walk->what <= POLICY_STEP)
        name_clock(walk, of_clocks[walk->what]);
    else if (walk->what == POLICY_LADDER)
        name_rung(walk);
    else if (walk->what == POLICY_SYNTHETIC)
        set_name(walk, 0, POLICY_NAME_SYNTHETIC, "", "");
    else if (walk->what == POLICY_EVENT) {
        size_t count;
        const struct schema_event *event = &schema_events(&count)[walk->at];

        set_name(walk, event->number, "role.event.", event->name, "");
    }
}

bool policy_walk_next(struct policy_walk *walk)
{
    for (walk->at += walk->what != 0; walk->what <= POLICY_SYNTHETIC; walk->what++, walk->at = 0) {
        for (; walk->at < rows_of((enum policy_what)walk->what); walk->at++) {
            name_row(walk);
            if (walk->name[0] != '\0' && policy_changes(slice_of(walk->name)))
                return true;
        }
    }
    return false;
}
