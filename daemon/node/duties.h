/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_DUTIES_H
#define CASEWIRE_NODE_DUTIES_H

/*
 * What this daemon does when a duty's moment comes, without anybody asking (docs/fold.md §20, docs/decisions/0013).
 *
 *   a case is folded -> case_moments_of -> its rows of INDEX_MOMENT and INDEX_OVERDUE
 *   a row's time comes -> duties_act: the journal's line and the notice; the breach, or the delivery, as an op of this daemon
 *
 * Which moments were acted on stands in the case's row; whether a breach was said, in the case itself. So a crash repeats
 * at most a line, never an op. All of it on the node thread.
 */

#include "node/duty_notice.h"
#include "node/internal.h"

struct loaded_case;
struct case_line;

/*
 * Acts on the cases whose moment has come, the earliest first: DUTY_CASES_MAX in DUTY_BUSY_MS, one while submitters wait.
 * Before the core's turn ends.
 */
#define DUTY_CASES_MAX 16u
#define DUTY_BUSY_MS 20
enum cw_err duties_act(struct turn *t);

/*
 * Somebody set the wall clock back since the last turn, in this run or before, by more than it matters: rows say when to look
 * by what it showed before, so every case is folded again.
 */
bool duties_clock_went_back(const struct turn *t);
/* A turn that wrote when to look notes by what clock: it may be set back while no daemon runs. After the turn's folds. */
enum cw_err duties_note_clock(struct turn *t);

/* When a turn is wanted next: after the turn's folds. */
enum cw_err duties_look_ahead(struct turn *t);

/* In which episodes the child is missing at high risk: high, high_count of the line. */
void duties_high_risk(const struct case_state *state, struct case_line *out);
/* A case is saved whose line said this before, and says that now: told is each rise. */
void duties_tell_risk(struct turn *t, const struct loaded_case *c, const struct case_line *before,
                      const struct case_line *now);

/* Journal and port. */
void duties_tell(struct turn *t, const struct duty_notice *notice);

#endif
