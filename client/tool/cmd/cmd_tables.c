/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables: what the command tables hold, for the programs that make the manual page and the schema of --json, and that
 * check the documents. Hidden: nobody else needs it.
 */
#include "tool/cmd_help.h"

#include "tool/json_schema.h"
#include "tool/out.h"
#include "tool/verb.h"

#include "proto/limits.h"

/* --- scdoc ----------------------------------------------------------------------------------------------- */

/* Text with what scdoc would take for markup made harmless. */
static void plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("*_\\#`[]<~.-", *text) != NULL)
            putchar('\\');
        putchar(*text);
    }
}

static void indent(int depth)
{
    for (int i = 0; i < depth; i++)
        putchar('\t');
}

static void paragraph(int depth, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        char line[2048];

        snprintf(line, sizeof(line), "%.*s", (int)len, text);
        if (len > 0)
            indent(depth);
        plain(line);
        putchar('\n');
        text += len;
        text += *text == '\n';
    }
    putchar('\n');
}

static void options_scdoc(const struct cli_option *options, int depth)
{
    for (; options != NULL && options->name != NULL; options++) {
        indent(depth);
        printf("*--");
        plain(options->name);
        putchar('*');
        if (options->value != NULL) {
            printf(" _");
            plain(options->value);
            putchar('_');
        }
        putchar('\n');
        paragraph(depth + 1, options->text);
    }
}

static void examples_scdoc(const char *examples)
{
    printf("\t```\n");
    while (*examples != '\0') {
        size_t len = strcspn(examples, "\n"), skip = strspn(examples, " ");

        printf("\t%.*s\n", (int)(len - (skip < 2 ? skip : 2)), examples + (skip < 2 ? skip : 2));
        examples += len;
        examples += *examples == '\n';
    }
    printf("\t```\n\n");
}

static void argument_scdoc(const char *left, const char *right)
{
    printf("\t*");
    plain(left);
    printf("*\n");
    paragraph(2, right);
}

static void verb_scdoc(const struct verb *verb)
{
    char left[VERB_LEFT_LEN_MAX], right[VERB_RIGHT_LEN_MAX], who[SCHEMA_ROLES_TEXT_LEN_MAX];

    for (size_t i = 0; i < VERB_ARGUMENTS_MAX && verb->arguments[i].name != NULL; i++) {
        verb_argument_words(verb, &verb->arguments[i], left, right);
        argument_scdoc(left, right);
    }
    verb_who(verb, who);
    argument_scdoc("who may", who);
}

static void command_scdoc(const struct cli_command *c)
{
    char name[CLI_NAME_LEN_MAX];

    cli_name(c, name);
    printf("*casewire ");
    plain(name);
    putchar('*');
    if (c->operands != NULL) {
        putchar(' ');
        plain(c->operands);
    }
    putchar('\n');
    paragraph(1, c->summary);
    if (c->about != NULL)
        paragraph(1, c->about);
    if (verb_of(c) != NULL)
        verb_scdoc(verb_of(c));
    options_scdoc(c->options, 1);
    if (c->examples != NULL)
        examples_scdoc(c->examples);
}

static void row_scdoc(void *context, const char *left, const char *right)
{
    (void)context;
    putchar('*');
    plain(left);
    printf("*\n");
    paragraph(1, right);
}

static void commands_scdoc(const struct cli_command *const *commands)
{
    for (int group = 0; group < GROUP_COUNT; group++) {
        printf("## %s\n\n", help_group_names[group]);
        for (const struct cli_command *const *c = commands; *c != NULL; c++)
            if ((int)(*c)->group == group && !(*c)->hidden)
                command_scdoc(*c);
    }
}

static void errors_scdoc(void)
{
    static const struct {
        const char *name;
        int number;
        const char *class, *sentence;
    } errors[] = {
#define ERROR_ROW(name, number, class, sentence) {#name, number, #class, sentence},
        CW_ERR_TABLE(ERROR_ROW)
#undef ERROR_ROW
    };
    char left[80];

    for (size_t i = 0; i < CW_COUNT(errors); i++) {
        snprintf(left, sizeof(left), "%d %s", errors[i].number, errors[i].name);
        row_scdoc(NULL, left, errors[i].sentence);
    }
}

static void limits_scdoc(void)
{
    static const struct {
        long long number;
        const char *what;
    } limits[] = {
        {MESSAGE_LEN_MAX, "bytes of one frame, between any two processes"},
        {PARTS_MAX, "parts of one submission"},
        {PAYLOAD_LEN_MAX, "bytes of one part before it is padded"},
        {PADDED_TOTAL_MAX, "bytes of all parts of a submission, padded"},
        {WRITES_MAX, "writes of one op"},
        {SUPERSEDES_MAX, "ops that one write names as replaced"},
        {SEAL_ENTRIES_MAX, "entries under one seal"},
        {BUNDLE_COUNT_MAX, "submissions of one bundle"},
        {CERT_LEN_MAX, "bytes of a certificate"},
        {ROOT_KEYS_MAX, "root keys of a network"},
        {LOGS_MAX, "logs that a frontier lists"},
    };
    char number[32];

    for (size_t i = 0; i < CW_COUNT(limits); i++) {
        snprintf(number, sizeof(number), "%lld", limits[i].number);
        row_scdoc(NULL, number, limits[i].what);
    }
}

static enum exit_code run_scdoc(struct cli *cli)
{
    const char *section = cli->operands[0];
    const struct help_topic *topic = help_topic_find(section);

    if (topic != NULL)
        topic->each(row_scdoc, NULL);
    else if (strcmp(section, "commands") == 0)
        commands_scdoc(cli->commands);
    else if (strcmp(section, "options") == 0)
        options_scdoc(cli_common_options, 0);
    else if (strcmp(section, "errors") == 0)
        errors_scdoc();
    else if (strcmp(section, "limits") == 0)
        limits_scdoc();
    else
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"there is no such section", section,
                                          "it is commands, options, errors, limits or a help topic", "casewire help"});
    return EXIT_DONE;
}

/* --- the others ------------------------------------------------------------------------------------------- */

static void names_of(const char *command, const struct cli_option *options)
{
    printf("%s\n", command);
    for (; options != NULL && options->name != NULL; options++)
        printf("%s\t--%s\n", command, options->name);
}

/* "case set", "case set TAB --held-by", ..., then the options of every command after an empty name. */
static enum exit_code run_commands(struct cli *cli)
{
    char name[CLI_NAME_LEN_MAX];

    for (const struct cli_command *const *c = cli->commands; *c != NULL; c++) {
        if ((*c)->hidden)
            continue;
        cli_name(*c, name);
        names_of(name, (*c)->options);
    }
    names_of("", cli_common_options);
    return EXIT_DONE;
}

static enum exit_code run_json_schema(struct cli *cli)
{
    json_t *schema = json_schema_make(cli->commands);

    json_dumpf(schema, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(schema);
    return EXIT_DONE;
}

const struct cli_command cmd_tables_scdoc = {
    .noun = "tables",
    .verb = "scdoc",
    .operands = "SECTION",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "a section of the manual page",
    .run = run_scdoc,
    .hidden = true,
};
const struct cli_command cmd_tables_commands = {
    .noun = "tables",
    .verb = "commands",
    .summary = "all commands and options",
    .run = run_commands,
    .hidden = true,
};
const struct cli_command cmd_tables_json_schema = {
    .noun = "tables",
    .verb = "json-schema",
    .summary = "the schema of --json",
    .run = run_json_schema,
    .hidden = true,
};
