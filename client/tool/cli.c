/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#define OPTIONS_MAX 40
#define COMMANDS_MAX 80
#define TIMEOUT_MS_DEFAULT 10000

const struct cli_option cli_common_options[] = {
    {"home", "DIR", "folder with key, cert, network and context (CASEWIRE_HOME)"},
    {"lab", "DIR", "folder of a lab (CASEWIRE_LAB, else ./casewire-lab)"},
    {"as", "WHO@DIVISION", "speak as somebody of the lab, e.g. officer@north (CASEWIRE_AS)"},
    {"passphrase-file", "FILE", "passphrase of the key file; asked for on a terminal otherwise"},
    {"timeout", "SECONDS", "how long to wait for an answer (default 10)"},
    {"json", NULL, "one JSON object instead of text"},
    {"quiet", NULL, "ids only"},
    {"verbose", NULL, "more"},
    {"color", "WHEN", "auto, always or never (NO_COLOR is obeyed)"},
    {"help", NULL, "what the command does, with examples"},
    {NULL, NULL, NULL},
};

static const struct {
    char letter;
    const char *name;
} letters[] = {{'q', "quiet"}, {'v', "verbose"}, {'h', "help"}, {'j', "json"}};

const char *cli_value(const struct cli *cli, const char *name)
{
    for (int i = cli->value_count; i-- > 0;)
        if (strcmp(cli->values[i].name, name) == 0)
            return cli->values[i].value;
    return NULL;
}

const char *cli_next(const struct cli *cli, const char *name, int *at)
{
    while (*at < cli->value_count) {
        int i = (*at)++;

        if (strcmp(cli->values[i].name, name) == 0)
            return cli->values[i].value;
    }
    return NULL;
}

bool cli_number(const struct cli *cli, const char *name, int64_t min, int64_t max, int64_t fallback, int64_t *out)
{
    const char *text = cli_value(cli, name);
    char *end, why[80], where[48];
    long long number;

    *out = fallback;
    if (text == NULL)
        return true;
    number = strtoll(text, &end, 10);
    if (*text != '\0' && *end == '\0' && number >= min && number <= max) {
        *out = number;
        return true;
    }
    snprintf(where, sizeof(where), "--%s", name);
    snprintf(why, sizeof(why), "must be a whole number from %lld to %lld", (long long)min, (long long)max);
    complain(cli, EXIT_USAGE, &(struct trouble){"the option was not understood", where, why, NULL});
    return false;
}

/* Milliseconds of "8h"; 0 when it is none. */
static int64_t duration_of(const char *text)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}};
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 6 || strlen(text) != digits + 1)
        return 0;
    for (size_t i = 0; i < CW_COUNT(units); i++)
        if (text[digits] == units[i].letter)
            return strtoll(text, NULL, 10) * units[i].ms;
    return 0;
}

bool cli_duration(const struct cli *cli, const char *name, int64_t max_ms, int64_t fallback_ms, int64_t *out_ms)
{
    const char *text = cli_value(cli, name);
    char where[48], why[100];

    *out_ms = text != NULL ? duration_of(text) : fallback_ms;
    if (*out_ms > 0 && *out_ms <= max_ms)
        return true;
    snprintf(where, sizeof(where), "--%s", name);
    snprintf(why, sizeof(why), "it is a number with s, m or h behind it, like 30m; at most %lldh",
             (long long)(max_ms / 3600000));
    complain(cli, EXIT_USAGE, &(struct trouble){"the option was not understood", where, why, NULL});
    return false;
}

/* --- finding the command ------------------------------------------------------------------------------ */

static bool is_noun(const struct cli_command *const *commands, const char *word)
{
    for (; *commands != NULL; commands++)
        if (strcmp((*commands)->noun, word) == 0)
            return true;
    return false;
}

static const struct cli_command *find(const struct cli_command *const *commands, const char *noun, const char *verb)
{
    const struct cli_command *alone = NULL;

    for (; *commands != NULL; commands++) {
        if (strcmp((*commands)->noun, noun) != 0)
            continue;
        if ((*commands)->verb == NULL)
            alone = *commands;
        else if (verb != NULL && strcmp((*commands)->verb, verb) == 0)
            return *commands;
    }
    return alone;
}

/* Names of the nouns, or of the verbs of one noun; each once. */
static size_t collect(const struct cli_command *const *commands, const char *noun, const char **out)
{
    size_t count = 0;

    for (; *commands != NULL && count < COMMANDS_MAX; commands++) {
        const char *name = noun == NULL ? (*commands)->noun : (*commands)->verb;
        bool known = name == NULL || (noun != NULL && strcmp((*commands)->noun, noun) != 0);

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
    const char *names[COMMANDS_MAX];
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
    char why[160], next[100];
    const char *near;

    snprintf(next, sizeof(next), "casewire %s%s%s --help", cli->command->noun, cli->command->verb ? " " : "",
             cli->command->verb ? cli->command->verb : "");
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
    for (size_t i = 0; i < CW_COUNT(letters); i++)
        if (found == letters[i].letter)
            return letters[i].name;
    return found >= 1000 ? set->names[found - 1000] : NULL;
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
        int found = getopt_long(argc, argv, ":qvhj", set.long_options, NULL);
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

static enum exit_code settle(struct cli *cli)
{
    const struct cli_command *c = cli->command;
    int64_t seconds;
    char why[120], next[100];

    cli->json = cli_flag(cli, "json");
    cli->quiet = cli_flag(cli, "quiet");
    cli->verbose = cli_flag(cli, "verbose");
    cli->terminal = isatty(STDOUT_FILENO) == 1;
    cli->color = want_color(cli_value(cli, "color"), cli->terminal);
    if (!cli_number(cli, "timeout", 1, CW_TIMEOUT_MS_MAX / 1000, TIMEOUT_MS_DEFAULT / 1000, &seconds))
        return EXIT_USAGE;
    cli->timeout_ms = (int32_t)seconds * 1000;
    if (cli->operand_count >= c->operand_min && (c->operand_max < 0 || cli->operand_count <= c->operand_max))
        return EXIT_DONE;
    snprintf(why, sizeof(why), "it is used like this: casewire %s%s%s %s", c->noun, c->verb ? " " : "",
             c->verb ? c->verb : "", c->operands != NULL ? c->operands : "");
    snprintf(next, sizeof(next), "casewire %s%s%s --help", c->noun, c->verb ? " " : "", c->verb ? c->verb : "");
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){cli->operand_count < c->operand_min ? "something is missing behind the command"
                                                                          : "there is too much behind the command",
                                      NULL, why, next});
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

enum exit_code cli_parse(const struct cli_command *const *commands, int argc, char **argv, struct cli *out,
                         bool *out_help)
{
    int noun_at = first_word(argc, argv, 1), verb_at;
    const char *noun, *verb;
    enum exit_code code;

    *out = (struct cli){0};
    *out_help = false;
    if (noun_at == argc) {
        *out_help = true;
        return EXIT_DONE;
    }
    noun = argv[noun_at];
    if (!is_noun(commands, noun))
        return no_command(out, commands, NULL, noun);
    take_out(&argc, argv, noun_at);
    verb_at = first_word(argc, argv, noun_at);
    verb = verb_at < argc ? argv[verb_at] : NULL;
    out->command = find(commands, noun, verb);
    if (out->command == NULL && verb == NULL) {
        *out_help = true;
        return EXIT_DONE;
    }
    if (out->command == NULL)
        return no_command(out, commands, noun, verb);
    if (out->command->verb != NULL)
        take_out(&argc, argv, verb_at);
    code = read_options(out, argc, argv);
    *out_help = code == EXIT_DONE && cli_flag(out, "help");
    return code == EXIT_DONE && !*out_help ? settle(out) : code;
}

static enum exit_code print_help(const struct cli_command *const *commands, const struct cli *cli, int argc,
                                 char **argv)
{
    if (cli->command != NULL)
        help_command(cli->command, stdout);
    else if (argc >= 3 && strcmp(argv[1], "help") == 0 && help_topic(argv[2], stdout))
        return EXIT_DONE;
    else
        help_overview(commands, stdout);
    return EXIT_DONE;
}

enum exit_code cli_main(const struct cli_command *const *commands, int argc, char **argv)
{
    struct cli cli = {0};
    bool help;
    enum exit_code code;

    if (argc >= 2 && strcmp(argv[1], "help") == 0)
        return print_help(commands, &cli, argc, argv);
    code = cli_parse(commands, argc, argv, &cli, &help);
    if (code != EXIT_DONE)
        return code;
    if (help)
        return print_help(commands, &cli, argc, argv);
    CW_ASSERT(cli.command != NULL);
    code = cli.command->run(&cli);
    if (fflush(stdout) != 0 || ferror(stdout) != 0)
        return EXIT_FAILED;
    return code;
}
