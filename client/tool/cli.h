/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CLI_H
#define CASEWIRE_TOOL_CLI_H

/*
 * The command line: a table of commands, each with its options. Parsing, help, suggestions, completion, the
 * manual page and the schema of --json all come from these tables, so that they cannot drift apart.
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
    EXIT_INTERRUPTED = 130,
};
enum exit_code exit_code_of(enum cw_err err);
extern const enum exit_code exit_codes[]; /* all of them, ascending; ends with EXIT_INTERRUPTED */
const char *exit_code_text(enum exit_code code);

/*
 * Placeholders - in an option's `value` and in `operands` - are a closed vocabulary: completion knows what
 * CASE, DIVISION or FIELD=VALUE stands for (complete_words.c).
 */
struct cli_option {
    const char *name;  /* long name */
    const char *value; /* the placeholder of what it takes; NULL: a flag */
    const char *text;
};

enum cli_group {
    GROUP_CHILD,
    GROUP_CASES,
    GROUP_WORK,
    GROUP_YOU,
    GROUP_DAEMON,
    GROUP_PROOF,
    GROUP_AUTHORITY,
    GROUP_LAB,
    GROUP_HELP
};
#define GROUP_COUNT (GROUP_HELP + 1)

struct cli;
struct verb;

struct cli_command {
    const char *noun;
    const char *verb; /* NULL: the noun alone */
    enum cli_group group;
    const char *operands;         /* "CASE FIELD=VALUE..."; "[...]" may be left out; NULL: none */
    int operand_min, operand_max; /* -1: any number */
    const char *summary;          /* at most CLI_SUMMARY_LEN_MAX columns: it stands in lists */
    const char *about;    /* what else is worth knowing, as paragraphs with an empty line between; may be NULL */
    const char *examples; /* lines of at most 80 columns, two spaces before each; may be NULL */
    const struct cli_option *options; /* ends with a NULL name; may be NULL */
    const char *json;                 /* members of the --json object: json_schema.h has the words */
    enum exit_code (*run)(struct cli *cli);
    bool hidden;             /* for other programs, not for people: in no list */
    const struct verb *says; /* verb.h: the row that it is made of; NULL: a command of its own */
};

#define CLI_SUMMARY_LEN_MAX 54
#define CLI_VALUES_MAX 64
#define CLI_COMMANDS_MAX 140
#define CLI_WIDTH 80

struct cli {
    const struct cli_command *const *commands; /* the whole table */
    const struct cli_command *command;
    char **operands;
    int operand_count;
    struct {
        const char *name, *value;
    } values[CLI_VALUES_MAX];
    int value_count;
    bool json, quiet, verbose;
    bool terminal, color; /* of standard output */
    int rows, columns;    /* of that terminal; 0: not known */
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

/* "case set"; the noun alone without a verb. At most CLI_NAME_LEN_MAX bytes with the NUL. */
#define CLI_NAME_LEN_MAX 48
void cli_name(const struct cli_command *command, char out[static CLI_NAME_LEN_MAX]);
/* The command of these words; NULL: none. verb may be NULL. */
const struct cli_command *cli_find(const struct cli_command *const *commands, const char *noun, const char *verb);

/* Finds the command, reads the options, runs it. argv as main() has it. */
enum exit_code cli_main(const struct cli_command *const *commands, int argc, char **argv);
/* cli_parse.c: only the parsing: EXIT_DONE with *out filled, or EXIT_USAGE after complaining. *out_help: print help
 * instead; of everything when out->command is NULL and *out_noun too, of a noun when only the command is. */
enum exit_code cli_parse(const struct cli_command *const *commands, int argc, char **argv, struct cli *out,
                         bool *out_help, const char **out_noun);

/* help.c; nothing is wider than CLI_WIDTH */
extern const char *const help_group_names[GROUP_COUNT];
void help_overview(const struct cli_command *const *commands, FILE *out); /* one screen */
void help_commands(const struct cli_command *const *commands, FILE *out); /* a line for each command */
void help_noun(const struct cli_command *const *commands, const char *noun, FILE *out);
void help_command(const struct cli_command *command, FILE *out);
/* `left` at two columns, `right` from `column` on, wrapped. */
void help_line(FILE *out, int column, const char *left, const char *right);
/* Words from `column` on, where the cursor is, to `right`; ends the line. A line feed in the text begins a new one. */
void text_wrap(FILE *out, int column, int right, const char *text);

/* help_topics.c */
typedef void help_row(void *context, const char *left, const char *right);
struct help_topic {
    const char *name, *summary;
    int column;
    void (*each)(help_row *row, void *context); /* its rows, in order */
};
extern const struct help_topic help_topics[]; /* ends with a NULL name */
const struct help_topic *help_topic_find(const char *name);
void help_topic_print(const struct help_topic *topic, FILE *out);

/* suggest.c: the nearest of names within a third of its length, or NULL. */
const char *suggest(const char *word, const char *const *names, size_t count);

/* --- trouble: what, where, why, next command ---------------------------------------------------------- */

struct trouble {
    const char *what;  /* "the field was not set" */
    const char *where; /* file, address, field; may be NULL */
    const char *why;
    const char *next; /* a command to type; NULL: the command's own help */
};
/* Says it on standard error, as JSON when asked for; returns code. */
enum exit_code complain(const struct cli *cli, enum exit_code code, const struct trouble *trouble);
/*
 * where.c: what the library or a daemon calls a place ("filter.risks", "at_ms", "header.case"), as it was typed or would
 * be ("--risk", "--at", "the case"). What nobody types stays as it is.
 */
#define WHERE_LEN_MAX 160
void where_typed(const struct cli *cli, const char *where, char out[static WHERE_LEN_MAX]);
/* A fault of the library: its place as it was typed, its sentence, and the next command that fits the code. */
enum exit_code complain_fault(const struct cli *cli, const char *what, const struct cw_fault *fault);

#endif
