/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TESTS_UNIT_CLIENT_BOARD_PAGE_H
#define CASEWIRE_TESTS_UNIT_CLIENT_BOARD_PAGE_H

/* A child's record as a daemon shows it, made event by event, and the board that counts it. */

#include "tool/board.h"

#include "proto/schema.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define FROM (100 * DAY)
#define TO (200 * DAY)
#define EVENTS_MAX 16

/* A view with events that are added one by one, each later than those before; its first episode was last seen at `first`. */
struct page {
    Cw__CaseView view;
    Cw__ViewField seen, *fields[1];
    Cw__ViewValue seen_value, *seen_values[1];
    Cw__Value seen_is;
    Cw__Interval seen_at;
    Cw__ViewEvent events[EVENTS_MAX], *event_at[EVENTS_MAX];
    Cw__ViewField details[EVENTS_MAX][2], *detail_at[EVENTS_MAX][2];
    Cw__ViewValue values[EVENTS_MAX][2], *value_at[EVENTS_MAX][2];
    Cw__Value is[EVENTS_MAX][2];
    Cw__Interval interval[EVENTS_MAX];
    uint8_t ops[EVENTS_MAX][CW_ID_LEN];
    Cw__ViewDeadline duties[4], *duty_at[4];
    Cw__ViewEpisode episodes[4], *episode_at[4];
    char duty_op[CW_ID_LEN];
};

extern struct page *page; /* what is being made */
extern struct board page_board;

void page_begin(int64_t first);
Cw__ViewEvent *page_event(uint32_t type, int64_t at, int64_t rhi_step);
Cw__ViewDeadline *page_duty(int64_t due);
/* What the episode of this report came to; NULL: of the first one. */
void page_state(const Cw__ViewEvent *report, const char *state);
/* A field of one value, over the memory that is given. */
void page_put_field(Cw__ViewField *field, uint32_t number, Cw__ViewValue *value, Cw__ViewValue **values, Cw__Value *is);
void page_put_right(Cw__ViewEvent *event, Cw__ViewEvent *by);
size_t page_count(enum board_figure figure);
void page_look(void);
/* The view that was made so far, and another one beside it: two records of one child. */
void page_look_with(struct page *other);
/* Puts away what was made, and begins another record whose first episode was last seen at `first`. */
struct page *page_another(int64_t first);
void page_end(void);

#endif
