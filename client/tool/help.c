/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/cli.h"

#define COLUMN 34

static void line(FILE *out, const char *left, const char *right)
{
    int pad = COLUMN - 2 - (int)strlen(left);

    if (pad < 1)
        fprintf(out, "  %s\n  %*s%s\n", left, COLUMN - 2, "", right);
    else
        fprintf(out, "  %s%*s%s\n", left, pad, "", right);
}

static void print_options(const struct cli_option *options, FILE *out)
{
    char left[80];

    for (; options != NULL && options->name != NULL; options++) {
        snprintf(left, sizeof(left), "--%s%s%s", options->name, options->value != NULL ? " " : "",
                 options->value != NULL ? options->value : "");
        line(out, left, options->text);
    }
}

void help_command(const struct cli_command *c, FILE *out)
{
    fprintf(out, "casewire %s%s%s%s%s\n\n  %s\n", c->noun, c->verb ? " " : "", c->verb ? c->verb : "",
            c->operands ? " " : "", c->operands ? c->operands : "", c->summary);
    if (c->options != NULL && c->options->name != NULL) {
        fprintf(out, "\nOptions:\n");
        print_options(c->options, out);
    }
    fprintf(out, "\nFor every command (-j -q -v -h are --json --quiet --verbose --help):\n");
    print_options(cli_common_options, out);
    if (c->examples != NULL)
        fprintf(out, "\nExamples:\n%s", c->examples);
}

void help_overview(const struct cli_command *const *commands, FILE *out)
{
    char left[120];

    fprintf(out, "casewire %s: shared records of missing children, county lines and crime groups\n\n", CW_VERSION_TEXT);
    for (; *commands != NULL; commands++) {
        const struct cli_command *c = *commands;

        if (c->hidden)
            continue;
        snprintf(left, sizeof(left), "%s%s%s", c->noun, c->verb ? " " : "", c->verb ? c->verb : "");
        line(out, left, c->summary);
    }
    fprintf(out, "\nEach has --help with examples. More: casewire help exit-codes | environment | formatting\n"
                 "To try it:  casewire lab start --divisions north,east,west\n");
}

static void print_exit_codes(FILE *out)
{
    static const enum exit_code codes[] = {EXIT_DONE,      EXIT_FAILED,    EXIT_USAGE,    EXIT_NOT_FOUND,
                                           EXIT_DENIED,    EXIT_TIMED_OUT, EXIT_CONFLICT, EXIT_UNREACHABLE,
                                           EXIT_TRY_AGAIN, EXIT_CONFIG};

    for (size_t i = 0; i < CW_COUNT(codes); i++)
        fprintf(out, "  %3d  %s\n", codes[i], exit_code_text(codes[i]));
}

bool help_topic(const char *topic, FILE *out)
{
    if (strcmp(topic, "exit-codes") == 0) {
        print_exit_codes(out);
        return true;
    }
    if (strcmp(topic, "environment") == 0) {
        fprintf(out,
                "  CASEWIRE_HOME   folder with key, cert, network and context (--home)\n"
                "  CASEWIRE_LAB    folder of a lab (--lab)\n"
                "  CASEWIRE_AS     who speaks in the lab, e.g. officer@north (--as)\n"
                "  CASEWIRED       the daemon that `lab start` runs (else the one beside this program, else PATH)\n"
                "  NO_COLOR        no colours\n");
        return true;
    }
    if (strcmp(topic, "formatting") == 0) {
        fprintf(out, "  A terminal gets aligned columns, a pipe gets tabs without a heading, -q ids only.\n"
                     "  --json gives one object with \"v\": 1; ids are hexadecimal, times RFC 3339 in UTC, money in\n"
                     "  pence. People see times in London.\n");
        return true;
    }
    return false;
}
