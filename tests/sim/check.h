/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_CHECK_H
#define TESTS_SIM_CHECK_H

/*
 * Properties: REPLICATION.md §4.1, one per file, by its number there. A property that does not hold calls
 * sim_fail with what proves it; the runner adds seed and time.
 */

#include "tests/sim/draft.h"
#include "tests/sim/look.h"

const struct sim_op *check_op(const struct sim *s, const struct cw_op_id *id);
const struct sim_op *check_opening(const struct sim *s, const struct cw_case_id *id);
/* The op was acknowledged, and the losses since do not excuse its absence. */
bool check_is_safe(const struct sim *s, const struct sim_op *op);
/* Somebody holds it, and whoever does has it from logs that really forked alone: who stands on another branch lacks it. */
bool check_is_on_a_branch(struct sim *s, const struct sim_op *op);
/* Of every log that really forked the two hold the same: until somebody adjudicates, they may hold different branches. */
bool check_same_branches(const struct sim *s, struct sim_node *a, struct sim_node *b);
/* Honest, and never put back together with its anchor: bound to its word. */
bool check_is_steady(const struct sim_node *n);

/* As the fold takes it. */
struct case_op check_case_op(const struct loaded_op *op);

/* I14: all frontiers of honest nodes that are up are equal. */
bool check_converged(struct sim *s, char *why, size_t cap);

#endif
