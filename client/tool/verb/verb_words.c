/* SPDX-License-Identifier: Apache-2.0 */
/* A verb's arguments as words: names, what they stand for, what is allowed. Everything beside the names is the table's. */
#include "tool/verb.h"

#include "tool/rules.h"

#define NAMES_MAX 80

static uint32_t first_event(const struct verb *verb)
{
    return verb->events[0];
}

static size_t argument_count(const struct verb *verb)
{
    size_t count = 0;

    while (count < VERB_ARGUMENTS_MAX && verb->arguments[count].name != NULL)
        count++;
    return count;
}

/* Whether the event, or the opening, takes the field. */
static bool takes(const struct verb *verb, uint32_t event, const struct schema_field *field)
{
    if (verb->opens != KIND_NONE)
        return field->place != PLACE_DETAIL && schema_field_is_written(field) &&
               (field->kinds & (1u << verb->opens)) != 0;
    return schema_event_carries(event, field);
}

static const struct schema_field *argument_field(const struct verb *verb, struct cw_slice name,
                                                 const struct verb_argument **out_argument)
{
    for (size_t i = 0; i < argument_count(verb); i++) {
        const struct schema_field *field = schema_field(verb->arguments[i].field);

        if (field == NULL ||
            (!slice_eq(name, slice_of(verb->arguments[i].name)) && !slice_eq(name, slice_of(field->name))))
            continue;
        *out_argument = &verb->arguments[i];
        return field;
    }
    return NULL;
}

const struct cli_command *verb_saying(uint32_t event)
{
    for (const struct cli_command *const *table = verb_tables; *table != NULL; table++)
        for (const struct cli_command *row = *table; row->noun != NULL; row++)
            for (size_t i = 0; i < VERB_EVENTS_MAX && event != EVENT_NONE; i++)
                if (row->says->events[i] == event && !row->says->corrects)
                    return row;
    return NULL;
}

/* A correction takes the short names of the verb that records its event. */
static const struct verb *names_beside(const struct verb *verb, uint32_t event)
{
    const struct cli_command *row = verb->corrects ? verb_saying(event) : NULL;

    return row != NULL ? row->says : NULL;
}

const struct schema_field *verb_field(const struct verb *verb, uint32_t event, struct cw_slice name,
                                      const struct verb_argument **out_argument)
{
    const struct schema_field *field;
    const struct verb_argument *others;

    *out_argument = NULL;
    field = argument_field(verb, name, out_argument);
    if (field == NULL && names_beside(verb, event) != NULL)
        field = argument_field(names_beside(verb, event), name, &others);
    if (field != NULL)
        return field;
    return verb->opens != KIND_NONE ? schema_field_by_name(verb->opens, name) : schema_event_field_by_name(event, name);
}

const char *verb_suggest(const struct verb *verb, uint32_t event, struct cw_slice name)
{
    const struct verb *beside = names_beside(verb, event);
    const char *names[NAMES_MAX];
    size_t count, known = 0;
    const struct schema_field *fields = schema_fields(&count);
    char word[64];

    for (; known < argument_count(verb); known++)
        names[known] = verb->arguments[known].name;
    for (size_t i = 0; beside != NULL && i < argument_count(beside); i++)
        names[known++] = beside->arguments[i].name;
    for (size_t i = 0; i < count && known < NAMES_MAX; i++)
        if (takes(verb, event, &fields[i]))
            names[known++] = fields[i].name;
    if (name.len >= sizeof(word))
        return NULL;
    memcpy(word, name.data, name.len);
    word[name.len] = '\0';
    return suggest(word, names, known);
}

bool verb_needs(const struct verb *verb, uint32_t event, const struct verb_argument *argument)
{
    const struct schema_field *field = schema_field(argument->field);

    if (argument->preset != NULL)
        return false;
    if (argument->needed || field == NULL)
        return argument->needed;
    if (verb->opens != KIND_NONE)
        return (field->flags & FIELD_REQUIRED) != 0;
    return schema_event_requires(event, argument->field) && !verb->corrects;
}

static const char *placeholder_of(const struct schema_field *field)
{
    switch (field->type) {
    case TYPE_INTERVAL:
    case TYPE_TIME:
        return "TIME";
    case TYPE_ENUM:
        return "WORD";
    case TYPE_FLAG:
        return "YES";
    case TYPE_NUMBER:
    case TYPE_PENCE:
    case TYPE_MG:
        return "NUMBER";
    case TYPE_DATE:
        return "DATE";
    case TYPE_REF:
        return "ID";
    case TYPE_TEXT:
    case TYPE_LINES:
    case TYPE_PERSON:
        break;
    }
    return "TEXT";
}

void verb_argument_words(const struct verb *verb, const struct verb_argument *argument,
                         char left[static VERB_LEFT_LEN_MAX], char right[static VERB_RIGHT_LEN_MAX])
{
    const struct schema_field *field = schema_field(argument->field);
    char allowed[RULES_ALLOWED_LEN_MAX] = "";
    bool needed = verb_needs(verb, first_event(verb), argument);

    CW_ASSERT(field != NULL);
    if (field->type == TYPE_ENUM)
        rules_allowed(field, KIND_NONE, allowed);
    snprintf(left, VERB_LEFT_LEN_MAX, "%s=%s", argument->name, placeholder_of(field));
    snprintf(right, VERB_RIGHT_LEN_MAX, "%s%s%s%s%s%s", argument->text, allowed[0] != '\0' ? ": " : "", allowed,
             needed ? "; needed" : "", argument->preset != NULL ? "; when it is left out: " : "",
             argument->preset != NULL ? argument->preset : "");
}

void verb_who(const struct verb *verb, char out[static SCHEMA_ROLES_TEXT_LEN_MAX])
{
    uint32_t roles = R_NONE;

    for (size_t i = 0; i < VERB_EVENTS_MAX; i++) {
        const struct schema_event *event = schema_event(verb->events[i]);

        if (event != NULL)
            roles |= event->roles;
    }
    schema_roles_text(roles == R_NONE ? R_ANY : roles, out);
}

void verb_proposal_words(const struct cli_command *command, char out[static VERB_PROPOSAL_LEN_MAX])
{
    const struct verb *verb = command != NULL ? verb_of(command) : NULL;
    char who[SCHEMA_ROLES_TEXT_LEN_MAX], anyone[SCHEMA_ROLES_TEXT_LEN_MAX];

    schema_roles_text(R_ANY, anyone);
    if (verb != NULL)
        verb_who(verb, who);
    if (verb != NULL && strcmp(who, anyone) != 0)
        snprintf(out, VERB_PROPOSAL_LEN_MAX, "your role may not decide this alone; %s may, and have it in their inbox",
                 who);
    else
        snprintf(out, VERB_PROPOSAL_LEN_MAX, "your role may not decide this alone; whoever may has it in the inbox");
}
