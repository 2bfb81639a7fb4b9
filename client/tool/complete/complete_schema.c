/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates out of the field table: kinds, events, fields with their values, roles. */
#include "tool/complete.h"
#include "tool/verb.h"

#include "proto/policy.h"

static uint32_t kind_of_line(const struct completion *c)
{
    /* `case open KIND ...` says it, an operation is one; a reference begins with the kind's letters. */
    const char *word = c->words_count > 0 ? c->words[0] : "";
    size_t count;
    const struct schema_kind *kinds = schema_kinds(&count);

    if (c->command != NULL && strcmp(c->command->noun, "operation") == 0)
        return KIND_OPERATION;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(kinds[i].letters);

        if (strcmp(kinds[i].name, word) == 0 || (strncmp(kinds[i].letters, word, len) == 0 && word[len] == '/'))
            return kinds[i].number;
    }
    return KIND_NONE;
}

static void offer_kinds(struct completion *c)
{
    size_t count;
    const struct schema_kind *kinds = schema_kinds(&count);

    for (size_t i = 0; i < count; i++)
        complete_line(c, kinds[i].name, NULL);
}

static void offer_events(struct completion *c)
{
    uint32_t kind = kind_of_line(c);
    size_t count;
    const struct schema_event *events = schema_events(&count);

    for (size_t i = 0; i < count; i++)
        if (kind == KIND_NONE || (events[i].kinds & (1u << kind)) != 0)
            complete_line(c, events[i].name, (events[i].flags & EVENT_TALLIED) != 0 ? "counted in totals" : NULL);
}

/* The event whose details are being typed: the word before them. */
static const struct schema_event *event_of_line(const struct completion *c)
{
    bool of_event = c->command != NULL && verb_of(c->command) == NULL && c->command->operands != NULL &&
                    strstr(c->command->operands, "EVENT") != NULL && c->words_count >= 2;

    return of_event ? schema_event_by_name(slice_of(c->words[1])) : NULL;
}

/* `name` as it is typed: the field's own, or a verb's short one. */
static void offer_named(struct completion *c, const char *name, const struct schema_field *field)
{
    char text[120];
    size_t count;
    const struct schema_value *values = schema_values(&count);
    bool has_values = c->start[0] != '\0' && strchr(c->start, '=') != NULL;

    if (!has_values) {
        snprintf(text, sizeof(text), "%s=", name);
        complete_line(c, text, schema_type_name(field->type));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (field->scale == SCALE_NONE || values[i].scale != field->scale)
            continue;
        snprintf(text, sizeof(text), "%s=%s", name, values[i].name);
        complete_line(c, text, NULL);
    }
    if (field->type == TYPE_FLAG)
        for (int yes = 0; yes < 2; yes++) {
            snprintf(text, sizeof(text), "%s=%s", name, yes != 0 ? "yes" : "no");
            complete_line(c, text, NULL);
        }
}

static void offer_field(struct completion *c, const struct schema_field *field)
{
    offer_named(c, field->name, field);
}

static bool may_write(const struct completion *c, const struct schema_field *field, uint32_t kind)
{
    bool sets_only = c->command != NULL && c->command->verb != NULL &&
                     (strcmp(c->command->verb, "add") == 0 || strcmp(c->command->verb, "remove") == 0);

    return field->place != PLACE_DETAIL && schema_field_is_written(field) &&
           (kind == KIND_NONE || (field->kinds & (1u << kind)) != 0) && (!sets_only || schema_field_is_set(field));
}

static void offer_arguments(struct completion *c, const struct verb *verb)
{
    for (size_t i = 0; i < VERB_ARGUMENTS_MAX && verb->arguments[i].name != NULL; i++)
        offer_named(c, verb->arguments[i].name, schema_field(verb->arguments[i].field));
}

static bool has_argument(const struct verb *verb, const struct schema_field *field)
{
    for (size_t i = 0; verb != NULL && i < VERB_ARGUMENTS_MAX && verb->arguments[i].name != NULL; i++)
        if (verb->arguments[i].field == field->number)
            return true;
    return false;
}

static void offer_fields(struct completion *c)
{
    const struct verb *verb = c->command != NULL ? verb_of(c->command) : NULL;
    const struct schema_event *event = verb != NULL ? schema_event(verb->events[0]) : event_of_line(c);
    uint32_t kind = verb != NULL && verb->opens != KIND_NONE ? verb->opens : kind_of_line(c);
    size_t count;
    const struct schema_field *fields = schema_fields(&count);
    const char *last = "";

    if (verb != NULL)
        offer_arguments(c, verb);
    for (size_t i = 0; i < count; i++) {
        bool wanted = event != NULL ? schema_event_carries(event->number, &fields[i]) : may_write(c, &fields[i], kind);

        if (wanted && !has_argument(verb, &fields[i]) && strcmp(last, fields[i].name) != 0)
            offer_field(c, &fields[i]);
        if (wanted)
            last = fields[i].name;
    }
}

static void offer_roles(struct completion *c)
{
    size_t count;
    const struct schema_role *roles = schema_roles(&count);

    for (size_t i = 0; i < count; i++)
        complete_line(c, roles[i].code, roles[i].title);
}

/* Too many for a list: as far as the next dot, until that is all there is. */
static void offer_policies(struct completion *c)
{
    struct policy_walk walk = {0};
    size_t typed = strlen(c->start);
    char last[NAME_LEN_MAX + 1] = "", text[NAME_LEN_MAX + 1];

    while (policy_walk_next(&walk)) {
        const char *dot = strncmp(walk.name, c->start, typed) == 0 ? strchr(walk.name + typed, '.') : NULL;

        snprintf(text, sizeof(text), "%.*s", dot != NULL ? (int)(dot - walk.name) + 1 : NAME_LEN_MAX, walk.name);
        if (strcmp(text, last) != 0)
            complete_line(c, text, NULL);
        memcpy(last, text, sizeof(last));
    }
    complete_line(c, "calendar.", NULL);
}

/* `correct CASE EVENT` names one that was recorded, `case event CASE EVENT` what is to be recorded. */
static bool names_recorded(const struct completion *c)
{
    const struct verb *verb = c->command != NULL ? verb_of(c->command) : NULL;

    return verb != NULL && (verb->corrects || verb->takes_back != EVENT_NONE);
}

bool complete_schema(struct completion *c)
{
    const struct {
        const char *placeholder;
        void (*offer)(struct completion *c);
    } makers[] = {
        {"KIND", offer_kinds},  {"EVENT", offer_events},    {"FIELD=VALUE", offer_fields},
        {"ROLES", offer_roles}, {"POLICY", offer_policies},
    };

    if (strcmp(c->placeholder, "WHAT") == 0) { /* casewire schema: any of them */
        offer_kinds(c);
        offer_events(c);
        complete_line(c, "policy", "what the authority may decide");
        return true;
    }
    if (strcmp(c->placeholder, "EVENT") == 0 && names_recorded(c))
        return false;
    for (size_t i = 0; i < CW_COUNT(makers); i++)
        if (strcmp(makers[i].placeholder, c->placeholder) == 0) {
            makers[i].offer(c);
            return true;
        }
    return false;
}
