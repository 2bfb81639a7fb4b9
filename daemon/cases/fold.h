/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_FOLD_H
#define CASEWIRE_CASES_FOLD_H

/*
 * Ops in, case state out: docs/fold.md, rule by rule. A pure function of the set of ops, the policy and
 * FOLD_VERSION; the order of fold_add and how often an op is added change nothing.
 *
 * Cost    n log n in the number of ops, writes and names of other ops, plus n for each guarded step and each such acceptance: 10,000 ops take
 *         about 0.1 s
 * Memory  about 0.8 KiB for an op with one write, all in the arena; nothing is kept elsewhere
 */

#include "cases/policy.h"
#include "cases/state.h"

#define FOLD_OPS_MAX 65536
#define FOLD_GUARDED_MAX 256 /* guarded steps whose knowledge is looked at; any beyond are held back */
#define FOLD_DECIDED_MAX 256 /* arbitrations beside others whose knowledge is looked at; any beyond know of none */
#define FOLD_WEIGHED_MAX 256 /* acceptances without the rank for a high risk that are looked at; any beyond lack it */

struct fold;

/* policy may be NULL (defaults) and is borrowed until fold_finish. NULL when the arena is full. */
struct fold *fold_begin(struct arena *arena, const struct cw_case_id *case_id, const struct case_policy *policy);

/*
 * Copies the struct; op->op and what it borrows from must outlive the state. Copies of one op must decode alike.
 *
 * Returns   CW_OK, or
 *           CW_REFUSED_MALFORMED  the op breaks a bound of proto/op.h: quarantine it by op_id; the fold goes on
 *           CW_REFUSED_SIZE       more than FOLD_OPS_MAX ops: quarantine it; the case is degraded
 *           CW_LOCAL_MEMORY       the arena is full: begin again with a larger one
 */
enum cw_err fold_add(struct fold *fold, const struct case_op *op);

/* Leaves room for so many ops in what fold_finish makes, for fold_append. Before fold_finish; without it there is none. */
void fold_make_room(struct fold *fold, uint32_t ops);

/* *out lives in the arena. CW_LOCAL_MEMORY when the arena is full. Nothing is added any more, but for fold_append. */
enum cw_err fold_finish(struct fold *fold, const struct case_state **out);

/*
 * One more op, behind a finished fold: *out_done true, and its state is what the whole fold of all of them would give.
 * So it is for an op that only adds to the record, and comes late in the order (before 64 events at most, none of them
 * tallied): an event that its author may record, that moves no machine, owner, clock or total, corrects nothing, and is
 * named by nobody yet. False: nothing happened, fold the whole. Indices of ops stay as they were; those of events move
 * behind the place of the new one.
 *
 * Cost     log n, and moving 4 bytes for each op; the first one after fold_finish n log n
 * Borrows  in->op, as fold_add; the policy as long as ops are appended
 */
enum cw_err fold_append(struct fold *fold, const struct case_op *in, bool *out_done);

/*
 * An op that was appended has its clock and log only now; what it says is the same. False, and nothing happened: it was
 * not appended, or would stand elsewhere among the others. What stands for it now is no longer that of a whole fold.
 */
bool fold_place(struct fold *fold, const struct case_op *in);

#endif
