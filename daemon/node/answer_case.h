/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_CASE_H
#define CASEWIRE_NODE_ANSWER_CASE_H

/* The parts of a case view, one file each. All return false when the arena is full. */

#include "node/answer_value.h"

bool answer_put_events(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_conflicts(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_tallies(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_deadlines(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_notes(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);
bool answer_put_episodes(struct answering *a, const struct shown_case *shown, Cw__CaseView *out);

/* A whole view; without events and tallies when only the fields are asked for. */
enum answer_view_extent { ANSWER_VIEW_ALL, ANSWER_VIEW_FIELDS };
enum cw_err answer_view(struct answering *a, const struct cw_case_id *id, enum answer_view_extent extent,
                        Cw__CaseView **out);

/* A view shows this many of a case's newest events; history has the rest. */
#define ANSWER_EVENTS_MAX 500

#endif
