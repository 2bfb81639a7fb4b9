/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CLI_H
#define CASEWIRE_TOOL_CLI_H

/*
 * The command line: a table of commands, each with its options; parsing, help and suggestions come from
 * the same tables, so that they cannot drift apart.
 */

#include <casewire/casewire.h>

#include "proto/base.h"

#include <stdio.h>

/* What a script may rely on; `casewire help exit-codes` prints the same table. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_FOUND = 3,
    EXIT_DENIED = 4,
    EXIT_TIMED_OUT = 5,
    EXIT_CONFLICT = 6,
    EXIT_UNREACHABLE = 7,
    EXIT_TRY_AGAIN = 75,
    EXIT_CONFIG = 78,
};
enum exit_code exit_code_of(enum cw_err err);
const char *exit_code_text(enum exit_code code);

struct cli_option {
    const char *name;  /* long name */
    const char *value; /* what it takes, for the help; NULL: a flag */
    const char *text;
};

struct cli;

struct cli_command {
    const char *noun;
    const char *verb; /* NULL: the noun alone */
    const char *operands;
    int operand_min, operand_max; /* -1: any number */
    const char *summary;
    const char *examples;             /* lines; may be NULL */
    const struct cli_option *options; /* ends with a NULL name; may be NULL */
    enum exit_code (*run)(struct cli *cli);
    bool hidden; /* for other programs, not for people: in no list */
};

#define CLI_VALUES_MAX 64

struct cli {
    const struct cli_command *command;
    char **operands;
    int operand_count;
    struct {
        const char *name, *value;
    } values[CLI_VALUES_MAX];
    int value_count;
    bool json, quiet, verbose;
    bool terminal, color; /* of standard output */
    int32_t timeout_ms;
};

extern const struct cli_option cli_common_options[]; /* understood by every command */

/* The value last given for an option, NULL when it was not. Flags have the value "". */
const char *cli_value(const struct cli *cli, const char *name);
static inline bool cli_flag(const struct cli *cli, const char *name)
{
    return cli_value(cli, name) != NULL;
}
/* The next value of an option that may be repeated: start with *at = 0; NULL when there are no more. */
const char *cli_next(const struct cli *cli, const char *name, int *at);
/* A whole number between min and max; fallback when it was not given; complains and returns false otherwise. */
bool cli_number(const struct cli *cli, const char *name, int64_t min, int64_t max, int64_t fallback, int64_t *out);
/* "90s", "30m", "8h" as milliseconds between 1 s and max_ms; fallback when it was not given; complains likewise. */
bool cli_duration(const struct cli *cli, const char *name, int64_t max_ms, int64_t fallback_ms, int64_t *out_ms);

/* Finds the command, reads the options, runs it. argv as main() has it. */
enum exit_code cli_main(const struct cli_command *const *commands, int argc, char **argv);
/* Only the parsing: EXIT_DONE with *out filled, or EXIT_USAGE after complaining. *out_help: print help instead. */
enum exit_code cli_parse(const struct cli_command *const *commands, int argc, char **argv, struct cli *out,
                         bool *out_help);

/* help.c */
void help_overview(const struct cli_command *const *commands, FILE *out);
void help_command(const struct cli_command *command, FILE *out);
bool help_topic(const char *topic, FILE *out); /* exit-codes, environment, formatting */

/* suggest.c: the nearest of names within a third of its length, or NULL. */
const char *suggest(const char *word, const char *const *names, size_t count);

/* --- trouble: what, where, why, next command ---------------------------------------------------------- */

struct trouble {
    const char *what;  /* "the field was not set" */
    const char *where; /* file, address, field; may be NULL */
    const char *why;
    const char *next; /* a command to type; may be NULL */
};
/* Says it on standard error, as JSON when asked for; returns code. */
enum exit_code complain(const struct cli *cli, enum exit_code code, const struct trouble *trouble);
/* A fault of the library: its place and sentence, and the next command that fits the code. */
enum exit_code complain_fault(const struct cli *cli, const char *what, const struct cw_fault *fault);

#endif
