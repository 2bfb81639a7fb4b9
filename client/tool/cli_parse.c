/* SPDX-License-Identifier: Apache-2.0 */
/* From words to a command with its options. */
#include "tool/cli.h"

#include "proto/bytes.h"

#include <getopt.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define OPTIONS_MAX 40
#define TIMEOUT_MS_DEFAULT 10000

static const struct {
    char letter;
    const char *name;
} letters[] = {{'q', "quiet"}, {'v', "verbose"}, {'h', "help"}, {'j', "json"}, {'n', "count"}};

/* --- finding the command ------------------------------------------------------------------------------ */

static bool is_noun(const struct cli_command *const *commands, const char *word)
{
    for (; *commands != NULL; commands++)
        if (strcmp((*commands)->noun, word) == 0)
            return true;
    return false;
}

/* Names of the nouns, or of the verbs of one noun, for people; each once. */
static size_t collect(const struct cli_command *const *commands, const char *noun, const char **out)
{
    size_t count = 0;

    for (; *commands != NULL && count < CLI_COMMANDS_MAX; commands++) {
        const char *name = noun == NULL ? (*commands)->noun : (*commands)->verb;
        bool known = name == NULL || (*commands)->hidden || (noun != NULL && strcmp((*commands)->noun, noun) != 0);

        for (size_t i = 0; i < count && !known; i++)
            known = strcmp(out[i], name) == 0;
        if (!known)
            out[count++] = name;
    }
    return count;
}

static enum exit_code no_command(const struct cli *cli, const struct cli_command *const *commands, const char *noun,
                                 const char *word)
{
    const char *names[CLI_COMMANDS_MAX];
    size_t count = collect(commands, noun, names);
    const char *near = suggest(word, names, count);
    char why[200], next[100];

    if (near != NULL)
        snprintf(why, sizeof(why), "there is no such command: did you mean \"%s\"?", near);
    else
        snprintf(why, sizeof(why), "there is no such command");
    snprintf(next, sizeof(next), "casewire %s%s%s", noun != NULL ? noun : "", noun != NULL ? " " : "",
             near != NULL ? near : "--help");
    return complain(cli, EXIT_USAGE, &(struct trouble){"the command was not understood", word, why, next});
}

/* --- options ------------------------------------------------------------------------------------------ */

struct option_set {
    struct option long_options[OPTIONS_MAX + 1];
    const char *names[OPTIONS_MAX];
    int count;
};

static void add_options(struct option_set *set, const struct cli_option *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        CW_ASSERT(set->count < OPTIONS_MAX);
        set->long_options[set->count] = (struct option){
            options->name, options->value != NULL ? required_argument : no_argument, NULL, 1000 + set->count};
        set->names[set->count++] = options->name;
    }
}

static enum exit_code bad_option(const struct cli *cli, const struct option_set *set, const char *word, int problem)
{
    char why[160], name[CLI_NAME_LEN_MAX], next[CLI_NAME_LEN_MAX + 24];
    const char *near;

    cli_name(cli->command, name);
    snprintf(next, sizeof(next), "casewire %s --help", name);
    if (problem == ':')
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"an option has no value", word, "it takes one, behind it", next});
    near = suggest(word + strspn(word, "-"), set->names, (size_t)set->count);
    if (near != NULL)
        snprintf(why, sizeof(why), "there is no such option: did you mean --%s?", near);
    else
        snprintf(why, sizeof(why), "there is no such option, or not here");
    return complain(cli, EXIT_USAGE, &(struct trouble){"the option was not understood", word, why, next});
}

static bool keep_value(struct cli *cli, const char *name, const char *value)
{
    if (cli->value_count == CLI_VALUES_MAX)
        return false;
    cli->values[cli->value_count].name = name;
    cli->values[cli->value_count++].value = value != NULL ? value : "";
    return true;
}

static const char *name_of(const struct option_set *set, int found)
{
    const char *name = NULL;

    if (found >= 1000)
        return set->names[found - 1000];
    for (size_t i = 0; i < CW_COUNT(letters); i++)
        if (found == letters[i].letter)
            name = letters[i].name;
    for (int i = 0; name != NULL && i < set->count; i++)
        if (strcmp(set->names[i], name) == 0)
            return name;
    return NULL; /* none, or not of this command */
}

static enum exit_code read_options(struct cli *cli, int argc, char **argv)
{
    struct option_set set = {0};

    add_options(&set, cli_common_options);
    add_options(&set, cli->command->options);
    optind = 0; /* parse anew: tests call this many times */
    opterr = 0;
    for (;;) {
        int at = optind == 0 ? 1 : optind;
        int found = getopt_long(argc, argv, ":qvhjn:", set.long_options, NULL);
        const char *name = name_of(&set, found);

        if (found == -1)
            break;
        if (name == NULL)
            return bad_option(cli, &set, argv[at], found);
        if (!keep_value(cli, name, optarg))
            return complain(cli, EXIT_USAGE, &(struct trouble){"too many options", name, "at most 64 are read", NULL});
    }
    cli->operands = argv + optind;
    cli->operand_count = argc - optind;
    return EXIT_DONE;
}

static bool want_color(const char *when, bool terminal)
{
    const char *term = getenv("TERM");

    if (when != NULL && strcmp(when, "always") == 0)
        return true;
    if (when != NULL && strcmp(when, "never") == 0)
        return false;
    return terminal && getenv("NO_COLOR") == NULL && term != NULL && strcmp(term, "dumb") != 0;
}

static void read_terminal(struct cli *cli)
{
    struct winsize size;

    cli->terminal = isatty(STDOUT_FILENO) == 1;
    if (!cli->terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return;
    cli->rows = size.ws_row;
    cli->columns = size.ws_col;
}

/* "why=x": what is said of something, and not its name. */
static bool is_assignment(const char *word)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz_");

    return len > 0 && word[len] == '=';
}

/* In "CASE EVENT FIELD=VALUE..." the word that stands where a value was typed instead; len 0: everything is in its place. */
static struct cw_slice what_is_missing(const struct cli *cli, const char **out_before)
{
    const char *word = cli->command->operands;

    if (word == NULL || strstr(word, "=VALUE") == NULL)
        return slice_of("");
    for (int i = 0; i < cli->operand_count && *word != '\0'; i++) {
        size_t len = strcspn(word, " ");

        if (strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != len)
            break;
        *out_before = cli->operands[i];
        if (is_assignment(cli->operands[i]))
            return slice(word, len);
        word += len + strspn(word + len, " ");
    }
    return slice_of("");
}

static enum exit_code check_operands(const struct cli *cli)
{
    const struct cli_command *c = cli->command;
    const char *before = "", *form = c->operands != NULL ? c->operands : "";
    struct cw_slice missing = what_is_missing(cli, &before);
    bool few = cli->operand_count < c->operand_min, many = c->operand_max >= 0 && cli->operand_count > c->operand_max;
    char why[320], what[64], name[CLI_NAME_LEN_MAX], next[CLI_NAME_LEN_MAX + 24];

    if (missing.len == 0 && !few && !many)
        return EXIT_DONE;
    cli_name(c, name);
    snprintf(what, sizeof(what), "%s",
             few ? "something is missing behind the command" : "there is too much behind the command");
    snprintf(why, sizeof(why), "it is used like this: casewire %s%s%s", name, c->operands != NULL ? " " : "", form);
    snprintf(next, sizeof(next), "casewire %s --help", name);
    if (missing.len > 0)
        snprintf(what, sizeof(what), "%.*s is missing before %.*s=", (int)missing.len, (const char *)missing.data,
                 (int)strcspn(before, "="), before);
    return complain(cli, EXIT_USAGE, &(struct trouble){what, name, why, next});
}

static enum exit_code check_color(const struct cli *cli)
{
    const char *when = cli_value(cli, "color");

    if (when == NULL || strcmp(when, "auto") == 0 || strcmp(when, "always") == 0 || strcmp(when, "never") == 0)
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"the option was not understood", "--color", "it is auto, always or never", NULL});
}

static enum exit_code settle(struct cli *cli)
{
    int64_t seconds;

    cli->quiet = cli_flag(cli, "quiet");
    cli->verbose = cli_flag(cli, "verbose");
    read_terminal(cli);
    cli->color = want_color(cli_value(cli, "color"), cli->terminal);
    if (!cli_number(cli, "timeout", 1, CW_TIMEOUT_MS_MAX / 1000, TIMEOUT_MS_DEFAULT / 1000, &seconds))
        return EXIT_USAGE;
    if (check_color(cli) != EXIT_DONE)
        return EXIT_USAGE;
    cli->timeout_ms = (int32_t)seconds * 1000;
    return check_operands(cli);
}

/* Where the first word that is no option stands; options before the command are allowed when they are common ones. */
static int first_word(int argc, char **argv, int from)
{
    for (int i = from; i < argc; i++) {
        if (argv[i][0] != '-')
            return i;
        for (const struct cli_option *o = cli_common_options; o->name != NULL; o++)
            if (o->value != NULL && strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, o->name) == 0)
                i++;
    }
    return argc;
}

/* Takes argv[at] out. */
static void take_out(int *argc, char **argv, int at)
{
    memmove(&argv[at], &argv[at + 1], (size_t)(*argc - at) * sizeof(*argv));
    (*argc)--;
}

/* Asked for before anything is understood, so that also a complaint about the rest is JSON. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "-j") == 0)
            return true;
    return false;
}

static enum exit_code find_command(struct cli *out, int *argc, char **argv, int noun_at, bool *out_help)
{
    const char *noun = argv[noun_at], *verb;
    int verb_at;

    if (!is_noun(out->commands, noun))
        return no_command(out, out->commands, NULL, noun);
    take_out(argc, argv, noun_at);
    verb_at = first_word(*argc, argv, noun_at);
    verb = verb_at < *argc ? argv[verb_at] : NULL;
    out->command = cli_find(out->commands, noun, verb);
    if (out->command == NULL) {
        *out_help = verb == NULL;
        return verb == NULL ? EXIT_DONE : no_command(out, out->commands, noun, verb);
    }
    if (out->command->verb != NULL)
        take_out(argc, argv, verb_at);
    return EXIT_DONE;
}

enum exit_code cli_parse(const struct cli_command *const *commands, int argc, char **argv, struct cli *out,
                         bool *out_help, const char **out_noun)
{
    int noun_at = first_word(argc, argv, 1);
    enum exit_code code;

    *out = (struct cli){.commands = commands, .json = wants_json(argc, argv)};
    *out_help = noun_at == argc;
    *out_noun = noun_at < argc ? argv[noun_at] : NULL;
    if (*out_help)
        return EXIT_DONE;
    code = find_command(out, &argc, argv, noun_at, out_help);
    if (code != EXIT_DONE || out->command == NULL)
        return code;
    code = read_options(out, argc, argv);
    *out_help = code == EXIT_DONE && cli_flag(out, "help");
    return code == EXIT_DONE && !*out_help ? settle(out) : code;
}
