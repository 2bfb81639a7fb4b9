/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_BOARD_H
#define CASEWIRE_TOOL_BOARD_H

/*
 * Figures for a board about missing children, from what the cases' views show: every number is the length of a list of
 * statements that it can be traced to. Divisions that hold the same get the same.
 */

#include "tool/out.h"

enum board_figure {
    BOARD_CHILDREN,   /* with an episode in the period */
    BOARD_EPISODES,   /* reported in it */
    BOARD_REPEAT,     /* children whose third episode within 90 days was reported in it */
    BOARD_RETURNS,    /* in it: an interview is due for each */
    BOARD_ASKED,      /* returns after which an interview was completed within 72 hours */
    BOARD_ASKED_LATE, /* ... later */
    BOARD_DECLINED,   /* ... was declined */
    BOARD_NOT_ASKED,  /* ... none of these */
    BOARD_BREACHED,   /* duties that were due in it and not done by then */
    BOARD_FIGURES
};

struct board {
    struct cw_wall from, to;       /* [from, to) */
    struct cw_wall now;            /* what is due later is not breached yet */
    uint64_t unsure;               /* statements of which nobody can say whether they were known then: left out */
    uint64_t cases;                /* looked at */
    uint64_t incomplete;           /* of those: not all of it can be read here */
    json_t *traces[BOARD_FIGURES]; /* arrays of {"case", "op", "what", "at_ms"} */
};

extern const char *const board_names[BOARD_FIGURES]; /* "repeat_missing" */
extern const char *const board_words[BOARD_FIGURES]; /* "children missing 3 times in 90 days" */

void board_begin(struct board *b, struct cw_wall from, struct cw_wall to, struct cw_wall now);

/* One case as views show it: pages[0] is its whole view, with its newest events; what follows are pages of older ones. */
struct board_record {
    size_t page_count;
    const Cw__CaseView *const *pages;
};
#define BOARD_RECORDS_MAX 32
/*
 * The cases of one child, 1 to BOARD_RECORDS_MAX. Between a report and the child's coming back, by whichever record, the
 * first report of another record tells of the same absence: it counts once, by when it was reported first.
 */
void board_count(struct board *b, const struct board_record *records, size_t count);
/* What a figure counts one more of. */
void board_trace(struct board *b, enum board_figure figure, const Cw__CaseView *view, struct cw_slice op,
                 const char *what, int64_t at);
/* Puts the traces in the order of their times, whatever order the cases came in. */
void board_end(struct board *b);
void board_done(struct board *b);

#endif
