/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/help_json.h"

#include "tool/out.h"
#include "tool/verb.h"

static void put_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new(object, name, json_string(text));
}

static json_t *options_json(const struct cli_option *options)
{
    json_t *array = json_array();

    for (; options != NULL && options->name != NULL; options++) {
        json_t *option = json_pack("{s:s, s:s}", "name", options->name, "text", options->text);

        put_text(option, "value", options->value);
        json_array_append_new(array, option);
    }
    return array;
}

static void put_fields(json_t *command, const struct verb *verb)
{
    char left[VERB_LEFT_LEN_MAX], right[VERB_RIGHT_LEN_MAX], who[SCHEMA_ROLES_TEXT_LEN_MAX];
    json_t *fields = json_array();

    for (size_t i = 0; i < VERB_ARGUMENTS_MAX && verb->arguments[i].name != NULL; i++) {
        verb_argument_words(verb, &verb->arguments[i], left, right);
        json_array_append_new(
            fields, json_pack("{s:s, s:s, s:s}", "name", verb->arguments[i].name, "typed", left, "text", right));
    }
    verb_who(verb, who);
    json_object_set_new(command, "fields", fields);
    put_text(command, "who_may", who);
}

static json_t *command_json(const struct cli_command *c)
{
    char name[CLI_NAME_LEN_MAX];
    json_t *object;

    cli_name(c, name);
    object = json_pack("{s:s, s:s, s:s, s:b}", "name", name, "group", help_group_names[c->group], "summary", c->summary,
                       "json", c->json != NULL);
    put_text(object, "operands", c->operands);
    put_text(object, "about", c->about);
    put_text(object, "examples", c->examples);
    json_object_set_new(object, "options", options_json(c->options));
    if (verb_of(c) != NULL)
        put_fields(object, verb_of(c));
    return object;
}

static void add_row(void *context, const char *left, const char *right)
{
    json_array_append_new(context, json_pack("{s:s, s:s}", "name", left, "text", right));
}

static json_t *topic_json(const struct help_topic *topic)
{
    json_t *rows = json_array();

    topic->each(add_row, rows);
    return json_pack("{s:s, s:s, s:o}", "name", topic->name, "summary", topic->summary, "rows", rows);
}

void help_json(const struct cli *cli, const struct cli_command *command, const char *noun,
               const struct help_topic *topic)
{
    struct cli as_help = *cli;
    json_t *commands = json_array(), *topics = json_array();
    bool all = command == NULL && noun == NULL && topic == NULL;

    as_help.command = cli_find(cli->commands, "help", NULL);
    for (const struct cli_command *const *c = cli->commands; *c != NULL; c++)
        if (!(*c)->hidden && (all || *c == command ||
                              (command == NULL && noun != NULL && topic == NULL && strcmp((*c)->noun, noun) == 0)))
            json_array_append_new(commands, command_json(*c));
    for (const struct help_topic *t = help_topics; t->name != NULL; t++)
        if (all || t == topic)
            json_array_append_new(topics, topic_json(t));
    json_print(&as_help, json_pack("{s:o, s:o, s:o}", "commands", commands, "options", options_json(cli_common_options),
                                   "topics", topics));
}
