/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_CASE_H
#define CASEWIRE_NODE_ANSWER_CASE_H

/* The parts of a case view, one file each. All return false when the arena is full. */

#include "node/answer_value.h"

/* The newest, or those before a->events_before, which is one of them. */
enum cw_err answer_put_events(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_conflicts(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_tallies(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_deadlines(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_notes(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
/* Links of the case and to it; a case at the other end that is too large to be read here makes `more_links`. */
enum cw_err answer_put_links(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
/* Of a child that somebody says is recorded twice; nothing of others. */
enum cw_err answer_put_identity(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
/* Children's cases that share an identifier with this one (docs/fold.md 18.6), and are not known to be the same. */
enum cw_err answer_put_candidates(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_episodes(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);

/* Fields that are computed, and those that nobody has said yet; out->fields has room for `answer_derived_room` more. */
bool answer_put_derived(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
size_t answer_derived_room(const struct case_state *state);

/* A whole view; without events and tallies when only the fields are asked for; with events alone. */
enum answer_view_extent { ANSWER_VIEW_ALL, ANSWER_VIEW_FIELDS, ANSWER_VIEW_EVENTS };
enum cw_err answer_view(struct answering *a, const struct cw_case_id *id, enum answer_view_extent extent,
                        Cw__CaseView **out);

/* However long it was made; false: the arena is full. */
bool answer_fit(struct answering *a, Cw__CaseView *view);
#define ANSWER_VIEW_LEN_MAX ((size_t)MESSAGE_LEN_MAX / 4 * 3) /* the rest of the frame is for what goes with it */

#define ANSWER_LINKS_MAX 256u /* shown */
#define ANSWER_ENDS_MAX 64u   /* cases read because they say that they lead here */

/* A view shows this many of a case's events at a time. */
#define ANSWER_EVENTS_MAX 500

#endif
