/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_BRIEF_H
#define CASEWIRE_TOOL_BRIEF_H

/*
 * What the next shift must be told: the division's cases that are live or in which something waits, and those of others in
 * which something waits for this division, highest risk first.
 * Found in views; only brief and acceptance are signed statements (marks.h).
 */

#include "tool/marks.h"
#include "tool/waiting.h"

struct brief_case {
    const Cw__CaseView *view;
    bool live;    /* a child is missing */
    bool own;     /* this division's: it is briefed and accepted; of another's the brief only tells */
    bool offered; /* to this division, which does not own it */
    int64_t risk;
    size_t first, count; /* of the brief's items */
};

struct brief {
    struct gather cases; /* owns the views */
    struct waiting_for who;
    size_t case_count, item_count, item_room;
    struct brief_case *at;
    struct waiting *items; /* those of one case stand together */
};

/* Of the cases named by the operands, or of what gather_pressing() finds. Complains. */
enum exit_code brief_fill(const struct cli *cli, struct context *context, size_t max, struct brief *out);
void brief_done(struct brief *brief);
void brief_print(const struct cli *cli, const struct context *context, const struct brief *brief);

#endif
