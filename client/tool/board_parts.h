/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_BOARD_PARTS_H
#define CASEWIRE_TOOL_BOARD_PARTS_H

/* What the board's own files share: the events of one child's records that count, in lists by time. */

#include "tool/board.h"

/* Something of one of the records. */
struct told_event {
    int64_t at;
    struct cw_slice op, episode;
    struct cw_slice report; /* of a report: the one by which its episode goes; empty: the first */
    size_t record;
    size_t place; /* how many events of its record are newer than what was said first */
    int64_t step; /* of an interview */
    bool dated;   /* it says when it occurred */
};
struct told_list {
    size_t count;
    struct told_event *at; /* by time */
};
struct counting {
    struct board *b;
    const struct board_record *records;
    size_t record_count;
    struct told_list episodes, returns, claims, confirmed, interviews, undoing;
    size_t absence_count;
    int64_t *absences; /* when each began, by time */
};

/* board_events.c: fills the lists of c, whose board and records are set. */
void board_gather(struct counting *c);
void board_gather_done(struct counting *c);

/* board_undone.c: what counts by itself, and yet never happened. */
/* The report was made in error. `report` as in struct told_event. */
bool board_was_cancelled(const Cw__CaseView *view, struct cw_slice report);
/* An event took effect where it stands: of those that are said once more, the first. */
bool board_took_step(const struct board_record *record, const Cw__ViewEvent *event);
/* `place` is how many are newer than the event; the answer, how many are newer than what it puts right. */
size_t board_place(const struct board_record *record, const Cw__ViewEvent *event, size_t place);
/* Takes out of the lists the claims and the returns of which an inspector said later that the child was not back. */
void board_leave_undone(struct counting *c);

#endif
