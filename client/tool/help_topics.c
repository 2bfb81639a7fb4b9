/* SPDX-License-Identifier: Apache-2.0 */
/* help TOPIC: what scripts and habits may rely on. The manual page prints the same. */
#include "tool/feed.h"

static void each_exit_code(help_row *row, void *context)
{
    char number[8];

    for (const enum exit_code *code = exit_codes;; code++) {
        snprintf(number, sizeof(number), "%d", *code);
        row(context, number, exit_code_text(*code));
        if (*code == EXIT_INTERRUPTED)
            return;
    }
}

static void each_variable(help_row *row, void *context)
{
    static const char *const rows[][2] = {
        {"CASEWIRE_CONTEXT", "name of the context to use (--context); casewire context list"},
        {"CASEWIRE_HOME", "folder with key, cert, network and context (--home)"},
        {"CASEWIRE_LAB", "folder of a lab (--lab)"},
        {"CASEWIRE_AS", "who speaks in the lab, e.g. officer@north (--as)"},
        {"CASEWIRED", "the daemon that lab start runs (else the one beside this program, else /usr/sbin/casewired)"},
        {"XDG_CONFIG_HOME", "contexts are below casewire in it (else ~/.config)"},
        {"XDG_RUNTIME_DIR", "the socket of casewire login is below casewire in it"},
        {"NO_COLOR", "set to anything: no colours"},
        {"TERM", "dumb, or not set: no colours"},
    };

    for (size_t i = 0; i < CW_COUNT(rows); i++)
        row(context, rows[i][0], rows[i][1]);
}

static void each_format(help_row *row, void *context)
{
    static const char *const rows[][2] = {
        {"a terminal", "columns under a heading, colours for state words (never colour alone), times in London. Where "
                       "a row would be wider, columns that say nothing are left out, then those that can be spared, "
                       "and titles end in an ellipsis; -v shows all of it"},
        {"a pipe", "the same rows with tabs between, no heading, times in UTC"},
        {"-q", "ids only, one a line"},
        {"--json", "one object on standard output: \"v\" is 1 and \"command\" names what printed it; ids are "
                   "hexadecimal, times RFC 3339 in UTC, money in pence, drugs in milligrams. Complaints are one "
                   "object on standard error: {\"v\":1,\"error\":{exit,what,where,why,next}}. "
                   "docs/casewire-json.v1.schema.json describes every object; members may be added within v 1"},
        {"-v", "more: who said it, what it replaced"},
        {"messages", "complaints and progress go to standard error, data to standard output; a progress bar is drawn "
                     "on a terminal only"},
        {"times", "people type and see Europe/London; 2018-03-19T16:00Z is UTC, A/B is from A to B"},
        {"names", "a case is named by its reference, the seven characters in it, at least eight digits of its id, or "
                  "an operation's name"},
    };

    for (size_t i = 0; i < CW_COUNT(rows); i++)
        row(context, rows[i][0], rows[i][1]);
}

static void each_feed_letter(help_row *row, void *context)
{
    for (const struct feed_column *c = feed_columns; c->letter != '\0'; c++) {
        const char word[] = {'%', c->letter, '\0'};

        row(context, word, c->text);
    }
    row(context, "%n", "a newline");
    row(context, "%b", "a tab");
    row(context, "%%", "a percent sign");
}

const struct help_topic help_topics[] = {
    {"environment", "variables that are read", 20, each_variable},
    {"formatting", "what terminals, pipes and programs get", 14, each_format},
    {"exit-codes", "what a command's end means", 8, each_exit_code},
    {"feed-format", "letters of casewire feed --format", 6, each_feed_letter},
    {NULL, NULL, 0, NULL},
};

const struct help_topic *help_topic_find(const char *name)
{
    for (const struct help_topic *t = help_topics; t->name != NULL; t++)
        if (strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

struct printing {
    FILE *out;
    int column;
};

static void print_row(void *context, const char *left, const char *right)
{
    const struct printing *p = context;

    help_line(p->out, p->column, left, right);
}

void help_topic_print(const struct help_topic *topic, FILE *out)
{
    struct printing p = {out, topic->column};

    topic->each(print_row, &p);
}
