/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/verb.h"

#define OPTION_COLUMN 26
#define VERB_COLUMN 25

const char *const help_group_names[GROUP_COUNT] = {
    [GROUP_CHILD] = "A missing child",
    [GROUP_CASES] = "Cases and operations",
    [GROUP_WORK] = "What waits for you",
    [GROUP_YOU] = "You",
    [GROUP_DAEMON] = "This division's daemon",
    [GROUP_PROOF] = "Proof",
    [GROUP_AUTHORITY] = "Administrators",
    [GROUP_LAB] = "A throw-away network",
    [GROUP_HELP] = "Help",
};

/* Columns of UTF-8, one for each character. */
static int columns(const char *text, size_t len)
{
    int width = 0;

    for (size_t i = 0; i < len; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

void text_wrap(FILE *out, int column, int right, const char *text)
{
    int at = column;

    while (*text != '\0') {
        size_t len = strcspn(text, " \n");
        int width = columns(text, len);

        if (at > column && at + 1 + width > right) {
            fprintf(out, "\n%*s", column, "");
            at = column;
        }
        at += fprintf(out, "%s%.*s", at > column ? " " : "", (int)len, text) > 0 ? width + (at > column) : 0;
        text += len;
        if (*text == '\n') {
            fprintf(out, "\n%*s", text[1] == '\n' || text[1] == '\0' ? 0 : column, "");
            at = column;
        }
        text += *text != '\0';
    }
    fputc('\n', out);
}

void help_line(FILE *out, int column, const char *left, const char *right)
{
    int width = 2 + columns(left, strlen(left));

    fprintf(out, "  %s", left);
    if (width + 2 > column)
        fprintf(out, "\n%*s", column, "");
    else
        fprintf(out, "%*s", column - width, "");
    text_wrap(out, column, CLI_WIDTH, right);
}

static void print_options(const struct cli_option *options, FILE *out)
{
    char left[80];

    for (; options != NULL && options->name != NULL; options++) {
        snprintf(left, sizeof(left), "--%s%s%s", options->name, options->value != NULL ? " " : "",
                 options->value != NULL ? options->value : "");
        help_line(out, OPTION_COLUMN, left, options->text);
    }
}

static void indented(FILE *out, const char *text)
{
    fputs("  ", out);
    text_wrap(out, 2, CLI_WIDTH, text);
}

/* What a verb takes, and who may say it: as the field table has it. */
static void print_arguments(const struct verb *verb, FILE *out)
{
    char left[VERB_LEFT_LEN_MAX], right[VERB_RIGHT_LEN_MAX], who[SCHEMA_ROLES_TEXT_LEN_MAX];

    fprintf(out, "\nFields\n");
    for (size_t i = 0; i < VERB_ARGUMENTS_MAX && verb->arguments[i].name != NULL; i++) {
        verb_argument_words(verb, &verb->arguments[i], left, right);
        help_line(out, OPTION_COLUMN, left, right);
    }
    verb_who(verb, who);
    help_line(out, OPTION_COLUMN, "who may", who);
}

void help_command(const struct cli_command *c, FILE *out)
{
    char name[CLI_NAME_LEN_MAX];

    cli_name(c, name);
    fprintf(out, "casewire %s%s%s\n\n", name, c->operands != NULL ? " " : "", c->operands != NULL ? c->operands : "");
    indented(out, c->summary);
    if (c->about != NULL) {
        fputc('\n', out);
        indented(out, c->about);
    }
    if (verb_of(c) != NULL)
        print_arguments(verb_of(c), out);
    if (c->options != NULL && c->options->name != NULL) {
        fprintf(out, "\nOptions\n");
        print_options(c->options, out);
    }
    fprintf(out, "\nOptions of every command (-j -q -v -h are --json --quiet --verbose --help)\n");
    print_options(cli_common_options, out);
    if (c->examples != NULL)
        fprintf(out, "\nExamples\n%s", c->examples);
}

/* --- lists ----------------------------------------------------------------------------------------------- */

static bool is_first_of_noun(const struct cli_command *const *commands, const struct cli_command *c)
{
    for (; *commands != c; commands++)
        if (strcmp((*commands)->noun, c->noun) == 0 && !(*commands)->hidden)
            return false;
    return true;
}

/* "open, set, add, ..." */
static void verbs_of(const struct cli_command *const *commands, const char *noun, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (; *commands != NULL && used < cap; commands++) {
        int len = 0;

        if (strcmp((*commands)->noun, noun) == 0 && (*commands)->verb != NULL && !(*commands)->hidden)
            len = snprintf(out + used, cap - used, "%s%s", used > 0 ? ", " : "", (*commands)->verb);
        used += len > 0 ? (size_t)len : 0;
    }
}

static void overview_line(const struct cli_command *const *commands, const struct cli_command *c, FILE *out)
{
    char verbs[200];

    verbs_of(commands, c->noun, verbs, sizeof(verbs));
    help_line(out, 18, c->noun, verbs[0] != '\0' ? verbs : c->summary);
}

/* The groups behind a shift's daily ones in a line each: the list must fit a small screen. */
static void names_line(const struct cli_command *const *commands, int group, FILE *out)
{
    char names[200];
    size_t used = 0;

    names[0] = '\0';
    for (const struct cli_command *const *c = commands; *c != NULL && used < sizeof(names); c++) {
        int len = 0;

        if ((int)(*c)->group == group && !(*c)->hidden && is_first_of_noun(commands, *c))
            len = snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "", (*c)->noun);
        used += len > 0 ? (size_t)len : 0;
    }
    fprintf(out, "%s: %s\n", help_group_names[group], names);
}

void help_overview(const struct cli_command *const *commands, FILE *out)
{
    fprintf(out, "casewire %s: shared records of children, county lines and crime groups\n\n", CW_VERSION_TEXT);
    for (int group = 0; group < GROUP_COUNT; group++) {
        if (group >= GROUP_PROOF) {
            names_line(commands, group, out);
            continue;
        }
        fprintf(out, "%s\n", help_group_names[group]);
        for (const struct cli_command *const *c = commands; *c != NULL; c++)
            if ((int)(*c)->group == group && !(*c)->hidden && is_first_of_noun(commands, *c))
                overview_line(commands, *c, out);
    }
    fprintf(out, "\nEach has --help with examples; casewire cheat shows what is typed most.\n");
}

void help_noun(const struct cli_command *const *commands, const char *noun, FILE *out)
{
    char left[120];

    fprintf(out, "casewire %s ...\n\n", noun);
    for (const struct cli_command *const *c = commands; *c != NULL; c++) {
        if (strcmp((*c)->noun, noun) != 0 || (*c)->hidden)
            continue;
        snprintf(left, sizeof(left), "%s%s%s", (*c)->verb != NULL ? (*c)->verb : "", (*c)->operands != NULL ? " " : "",
                 (*c)->operands != NULL ? (*c)->operands : "");
        help_line(out, VERB_COLUMN, left, (*c)->summary);
    }
    fprintf(out, "\nEach has --help with examples: casewire %s VERB --help\n", noun);
}

void help_commands(const struct cli_command *const *commands, FILE *out)
{
    char name[CLI_NAME_LEN_MAX];

    for (int group = 0; group < GROUP_COUNT; group++) {
        fprintf(out, "%s%s\n", group > 0 ? "\n" : "", help_group_names[group]);
        for (const struct cli_command *const *c = commands; *c != NULL; c++) {
            if ((int)(*c)->group != group || (*c)->hidden)
                continue;
            cli_name(*c, name);
            help_line(out, VERB_COLUMN, name, (*c)->summary);
        }
    }
}
