/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_COMPLETE_H
#define CASEWIRE_TOOL_COMPLETE_H

/*
 * What may stand where the cursor is. The shells' scripts give the words before it and the beginning of the one at
 * it; each candidate comes back as a line "word TAB what it is", a line ":files" or ":folders" where the shell
 * knows better. Nothing is ever asked of a person, and the whole takes at most COMPLETE_MS.
 */

#include "tool/cli.h"

#define COMPLETE_MS 180 /* of the 200 ms that a person waits without noticing */
#define COMPLETE_LINES_MAX 200

struct completion {
    const struct cli_command *const *commands;
    const struct cli_command *command;           /* what the words before name so far; NULL: none yet */
    const char *noun;                            /* given without its verb so far; NULL otherwise */
    bool lost;                                   /* there is no such command */
    int words_count;                             /* operands before the cursor */
    const char *words[16];                       /* the first of them */
    const char *option;                          /* the option whose value is at the cursor; NULL: none */
    const char *placeholder;                     /* what stands at the cursor: "CASE"; NULL: nothing, or options only */
    const char *lab, *as, *home, *context, *dir; /* of the line's own options; NULL: not given */
    const char *start;                           /* the beginning of the word at the cursor */
    FILE *out;
    int line_count;
};

/* complete_words.c: reads the line and offers what the tables hold. words[count - 1] is the word at the cursor. */
void complete_read(struct completion *c, const struct cli_command *const *commands, int count, char *const *words);
void complete_offer(struct completion *c);
/* A candidate, when it begins as the word does; `what` may be NULL. */
void complete_line(struct completion *c, const char *word, const char *what);

/* complete_schema.c: KIND, EVENT, FIELD=VALUE, ROLE ... false: not its placeholder. */
bool complete_schema(struct completion *c);
/* complete_live.c: CASE, OPERATION, CONFLICT, EVENT of a case, DIVISION, WHO@DIVISION, CONTEXT ... */
bool complete_live(struct completion *c);
/* complete_case.c: CONFLICT; EVENT, CLOCK and EPISODE of the case that the line's first operand names. */
struct context;
void complete_conflicts(struct completion *c, const struct cli *cli, struct context *context);
void complete_parts(struct completion *c, const struct cli *cli, struct context *context);

#endif
