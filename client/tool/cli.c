/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/cli.h"
#include "tool/help_json.h"
#include "tool/out.h"

#include <errno.h>
#include <stdlib.h>

const struct cli_option cli_common_options[] = {
    {"context", "CONTEXT", "speak as this context says, instead of the one in use (CASEWIRE_CONTEXT)"},
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

#define DURATION_LEN_MAX 24

/* "24h", "10m", "90s": in the largest unit in which it is whole. */
static void duration_text(int64_t ms, char out[static DURATION_LEN_MAX])
{
    long long s = (long long)(ms / 1000);

    if (s % 3600 == 0)
        snprintf(out, DURATION_LEN_MAX, "%lldh", s / 3600);
    else if (s % 60 == 0)
        snprintf(out, DURATION_LEN_MAX, "%lldm", s / 60);
    else
        snprintf(out, DURATION_LEN_MAX, "%llds", s);
}

bool cli_duration(const struct cli *cli, const char *name, int64_t max_ms, int64_t fallback_ms, int64_t *out_ms)
{
    const char *text = cli_value(cli, name);
    char where[48], why[100], most[DURATION_LEN_MAX];

    *out_ms = text != NULL ? duration_of(text) : fallback_ms;
    if (*out_ms > 0 && *out_ms <= max_ms)
        return true;
    snprintf(where, sizeof(where), "--%s", name);
    duration_text(max_ms, most);
    snprintf(why, sizeof(why), "it is a number with s, m or h behind it, like 30%s; at least 1s, at most %s",
             max_ms < 3600000 ? "s" : "m", most);
    complain(cli, EXIT_USAGE, &(struct trouble){"the option was not understood", where, why, NULL});
    return false;
}

/* --- names ---------------------------------------------------------------------------------------------- */

void cli_name(const struct cli_command *command, char out[static CLI_NAME_LEN_MAX])
{
    snprintf(out, CLI_NAME_LEN_MAX, "%s%s%s", command->noun, command->verb != NULL ? " " : "",
             command->verb != NULL ? command->verb : "");
}

const struct cli_command *cli_find(const struct cli_command *const *commands, const char *noun, const char *verb)
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

/* --- running --------------------------------------------------------------------------------------------- */

static enum exit_code print_help(const struct cli *cli, const char *noun)
{
    if (cli->json)
        help_json(cli, cli->command, noun, NULL);
    else if (cli->command != NULL)
        help_command(cli->command, stdout);
    else if (noun != NULL)
        help_noun(cli->commands, noun, stdout);
    else
        help_overview(cli->commands, stdout);
    return EXIT_DONE;
}

enum exit_code cli_main(const struct cli_command *const *commands, int argc, char **argv)
{
    static char version[] = "version";
    struct cli cli = {0};
    const char *noun;
    bool help;

    if (argc > 1 && strcmp(argv[1], "--version") == 0) /* as every other program has it */
        argv[1] = version;
    enum exit_code code = cli_parse(commands, argc, argv, &cli, &help, &noun);

    if (code != EXIT_DONE)
        return code;
    CW_ASSERT(help || cli.command != NULL);
    code = help ? print_help(&cli, noun) : cli.command->run(&cli);
    if (!help && code == EXIT_DONE && cli.command->json != NULL && cli.command->json[0] == '\0')
        json_print_done(&cli);
    if (fflush(stdout) != 0 || ferror(stdout) != 0)
        return complain(
            &cli, EXIT_FAILED,
            &(struct trouble){"not all of the answer could be written", "standard output", strerror(errno), NULL});
    return code;
}
