/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_FOLD_H
#define CASEWIRE_CASES_FOLD_H

/*
 * Ops in, case state out: docs/fold.md, rule by rule. A pure function of the set of ops, the policy and
 * FOLD_VERSION; the order of fold_add and how often an op is added change nothing.
 *
 * Cost    n log n in the number of ops, writes and names of other ops, plus n for each guarded step: 10,000 ops take
 *         about 0.1 s
 * Memory  about 0.8 KiB for an op with one write, all in the arena; nothing is kept elsewhere
 */

#include "cases/policy.h"
#include "cases/state.h"

#define FOLD_OPS_MAX 65536
#define FOLD_GUARDED_MAX 256 /* guarded steps whose knowledge is looked at; any beyond are held back */

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

/* *out lives in the arena. CW_LOCAL_MEMORY when the arena is full. The fold is used up. */
enum cw_err fold_finish(struct fold *fold, const struct case_state **out);

#endif
