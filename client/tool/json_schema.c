/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/json_schema.h"

#include <stdlib.h>

/* Objects that are not messages of client.proto. */
static const char *const things[][2] = {
    {"Finding", "record:i code:s? what:s why:s log:h? seq:i? offset:i?"},
    {"Certificate", "cert:h kind:s division:s name:s roles:s not_before:t not_after:t revoked:b standing:s seq:i"},
    {"DoctorCheck", "check:s state:s text:s fix:s"},
    {"DoctorPeer", "division:s version:s? clock_ahead_millis:i?"},
    {"JoinPeer", "title:s division:s address:s"},
    {"BoardFigure", "name:s count:i statements:[BoardStatement]?"},
    {"BoardStatement", "case:s op:h what:s at:t"},
    {"LabDivision", "name:s division:s pid:i status:Status?"},
    {"Conflict",
     "id:s digits:i kind:s open:b case_id:h human_ref:s title:s field:s why:s since:t resolvers:s you_may:b "
     "choices:[ViewValue] event:ViewEvent?"},
    {"Waiting", "class:s case_id:h human_ref:s title:s risk:s at:t text:s next:s"},
    {"ClockRow", "case_id:h human_ref:s duty:s deadline:ViewDeadline"},
    {"BriefCase", "case_id:h human_ref:s title:s risk:s owner:s live:b waiting:[o] tasks:[o] shift:Told? offer:Told?"},
    {"Told", "told:Mark delivered:Mark? seen:Mark? accepted:Mark? since:i"},
    {"Mark", "by:s division:s at:t"},
    {"WaitingDone", "case_id:h class:s text:s"},
    {"OwnCase", "case_id:h human_ref:s kind:s title:s risk:s status:s overdue:i disputed:i updated:t"},
    {"Context", "name:s in_use:b holder:s home:s"},
    {"OutboxEntry", "number:i state:s done:b says:s case_id:h op_id:h wanted:i held_by:i division:s? code:i? why:s?"},
    {"HelpCommand",
     "name:s group:s summary:s operands:s? about:s? examples:s? options:[HelpOption] fields:[HelpField]? who_may:s? "
     "json:b"},
    {"HelpOption", "name:s value:s? text:s"},
    {"HelpField", "name:s typed:s text:s"},
    {"HelpTopic", "name:s summary:s rows:[HelpRow]"},
    {"HelpRow", "name:s text:s"},
    {"OutboxDamage", "offset:i len:i number:i unfinished:b further:i perhaps_more:b"},
};

static const ProtobufCMessageDescriptor *const messages[] = {
    &cw__view_deadline__descriptor, &cw__view_value__descriptor, &cw__submitted__descriptor,
    &cw__case_view__descriptor,     &cw__case_list__descriptor,  &cw__history__descriptor,
    &cw__status__descriptor,        &cw__peers__descriptor,      &cw__feed_item__descriptor,
};

/* --- simple types ---------------------------------------------------------------------------------------- */

static json_t *typed(const char *type)
{
    return json_pack("{s:s}", "type", type);
}

static json_t *pattern(const char *regex)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", regex);
}

static json_t *reference(const char *name)
{
    char path[100];

    snprintf(path, sizeof(path), "#/$defs/%s", name);
    return json_pack("{s:s}", "$ref", path);
}

#define TIME_PATTERN "^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z"

/* --- messages -------------------------------------------------------------------------------------------- */

static void define_message(json_t *defs, const ProtobufCMessageDescriptor *type);

static json_t *field_type(json_t *defs, const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *inner;

    switch (json_kind_of(field)) {
    case JSON_KIND_TEXT:
        return typed("string");
    case JSON_KIND_HEX:
        return pattern("^([0-9a-f]{2})*$");
    case JSON_KIND_TIME:
        return pattern(TIME_PATTERN "$");
    case JSON_KIND_HLC:
        return pattern(TIME_PATTERN "\\+[0-9]+$");
    case JSON_KIND_NUMBER:
        return typed("integer");
    case JSON_KIND_FLAG:
        return typed("boolean");
    case JSON_KIND_MESSAGE:
        break;
    }
    inner = field->descriptor;
    define_message(defs, inner);
    return reference(inner->short_name);
}

static void add_message_members(json_t *defs, const ProtobufCMessageDescriptor *type, json_t *properties,
                                json_t *required)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
        json_t *one = field_type(defs, field);
        char name[JSON_NAME_LEN_MAX];

        json_name_of(field, name);
        if (repeated) {
            one = json_pack("{s:s, s:o}", "type", "array", "items", one);
            json_array_append_new(required, json_string(name));
        }
        json_object_set_new(properties, name, one);
    }
    if (json_names_kind(type))
        json_object_set_new(properties, JSON_KIND_NAME, typed("string"));
}

static json_t *closed_object(json_t *properties, json_t *required, bool open)
{
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required", required,
                     "additionalProperties", open);
}

static void define_message(json_t *defs, const ProtobufCMessageDescriptor *type)
{
    json_t *properties = json_object(), *required = json_array();

    if (json_object_get(defs, type->short_name) != NULL) {
        json_decref(properties);
        json_decref(required);
        return;
    }
    json_object_set_new(defs, type->short_name, json_true()); /* known while its own members are defined */
    add_message_members(defs, type, properties, required);
    json_object_set_new(defs, type->short_name, closed_object(properties, required, false));
}

static const ProtobufCMessageDescriptor *find_message(const char *name)
{
    for (size_t i = 0; i < CW_COUNT(messages); i++)
        if (strcmp(messages[i]->short_name, name) == 0)
            return messages[i];
    return NULL;
}

/* --- words ----------------------------------------------------------------------------------------------- */

struct members {
    json_t *defs, *properties, *required;
    bool open;
};

static void add_words(struct members *m, const char *words);

static json_t *thing(json_t *defs, const char *name)
{
    const ProtobufCMessageDescriptor *message = find_message(name);

    if (message != NULL)
        define_message(defs, message);
    for (size_t i = 0; message == NULL && i < CW_COUNT(things); i++)
        if (strcmp(things[i][0], name) == 0 && json_object_get(defs, name) == NULL) {
            struct members m = {defs, json_object(), json_array(), false};

            json_object_set_new(defs, name, json_true());
            add_words(&m, things[i][1]);
            json_object_set_new(defs, name, closed_object(m.properties, m.required, m.open));
        }
    CW_ASSERT(json_object_get(defs, name) != NULL); /* a command's table names what nobody describes */
    return reference(name);
}

static json_t *type_of_word(json_t *defs, const char *type)
{
    static const char *const simple[][2] = {{"s", "string"}, {"i", "integer"}, {"b", "boolean"}, {"o", "object"}};
    char inner[64];

    if (type[0] == '[') {
        snprintf(inner, sizeof(inner), "%.*s", (int)strcspn(type + 1, "]"), type + 1);
        return json_pack("{s:s, s:o}", "type", "array", "items", type_of_word(defs, inner));
    }
    for (size_t i = 0; i < CW_COUNT(simple); i++)
        if (strcmp(simple[i][0], type) == 0)
            return typed(simple[i][1]);
    if (strcmp(type, "t") == 0)
        return pattern(TIME_PATTERN "$");
    if (strcmp(type, "h") == 0)
        return pattern("^([0-9a-f]{2})*$");
    return thing(defs, type);
}

static void add_word(struct members *m, char *word)
{
    char *colon = strchr(word, ':'), *end = word + strlen(word) - 1;
    bool optional = *end == '?';

    if (strcmp(word, "*") == 0) {
        m->open = true;
        return;
    }
    if (word[0] == '@') {
        CW_ASSERT(find_message(word + 1) != NULL);
        add_message_members(m->defs, find_message(word + 1), m->properties, m->required);
        return;
    }
    CW_ASSERT(colon != NULL);
    if (optional)
        *end = '\0';
    *colon = '\0';
    json_object_set_new(m->properties, word, type_of_word(m->defs, colon + 1));
    if (!optional)
        json_array_append_new(m->required, json_string(word));
}

static void add_words(struct members *m, const char *words)
{
    char *copy = strdup(words), *rest = copy, *word;

    CW_ASSERT(copy != NULL);
    while ((word = strsep(&rest, " ")) != NULL)
        if (*word != '\0')
            add_word(m, word);
    free(copy);
}

/* --- the whole ------------------------------------------------------------------------------------------- */

static json_t *command_def(json_t *defs, const struct cli_command *c, const char *name)
{
    struct members m = {defs, json_object(), json_array(), false};

    json_object_set_new(m.properties, "v", json_pack("{s:i}", "const", 1));
    json_object_set_new(m.properties, "command", json_pack("{s:s}", "const", name));
    json_array_append_new(m.required, json_string("v"));
    json_array_append_new(m.required, json_string("command"));
    add_words(&m, c->json);
    return closed_object(m.properties, m.required, m.open);
}

static json_t *error_def(void)
{
    return json_pack(
        "{s:s, s:[s, s], s:b, s:{s:{s:i}, s:{s:s}, s:{s:s, s:[s, s, s], s:b, s:{s:{s:s}, s:{s:s}, s:{s:s}, "
        "s:{s:s}, s:{s:s}}}}}",
        "type", "object", "required", "v", "error", "additionalProperties", 0, "properties", "v", "const", 1, "command",
        "type", "string", "error", "type", "object", "required", "exit", "what", "next", "additionalProperties", 0,
        "properties", "exit", "type", "integer", "what", "type", "string", "where", "type", "string", "why", "type",
        "string", "next", "type", "string");
}

json_t *json_schema_make(const struct cli_command *const *commands)
{
    json_t *defs = json_object(), *names = json_array(), *cases = json_array();

    json_object_set_new(defs, "error", error_def());
    for (; *commands != NULL; commands++) {
        char name[CLI_NAME_LEN_MAX], key[CLI_NAME_LEN_MAX + 8];

        if ((*commands)->json == NULL || (*commands)->hidden)
            continue;
        cli_name(*commands, name);
        snprintf(key, sizeof(key), "cmd-%s", name);
        if (strchr(key, ' ') != NULL)
            *strchr(key, ' ') = '-';
        json_object_set_new(defs, key, command_def(defs, *commands, name));
        json_array_append_new(names, json_string(name));
        json_array_append_new(cases, json_pack("{s:{s:{s:{s:s}}}, s:o}", "if", "properties", "command", "const", name,
                                               "then", reference(key)));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:[s], s:{s:{s:i}}, s:{s:[s]}, s:o, s:{s:[s], s:{s:{s:o}}, s:o}, s:o}",
                     "$schema", "https://json-schema.org/draft/2020-12/schema", "$id", "casewire-json.v1", "title",
                     "What casewire --json prints", "type", "object", "required", "v", "properties", "v", "const", 1,
                     "if", "required", "error", "then", reference("error"), "else", "required", "command", "properties",
                     "command", "enum", names, "allOf", cases, "$defs", defs);
}
