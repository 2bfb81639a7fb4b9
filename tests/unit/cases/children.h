/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CASES_CHILDREN_H
#define TESTS_UNIT_CASES_CHILDREN_H

/*
 * Several children's cases side by side, which story.h's one story is not. Cases are numbered from 0; ops of one case are
 * in the order in which they are told, and `children_shuffle` folds them in another. Static memory, begun again by
 * children_begin.
 */

#include "cases/cases.h"
#include "cases/identity.h"

#include <check.h>

#define CHILDREN_MAX 5
#define CHILD_OPS_MAX 16
#define CHILD_WRITES_MAX 5

void children_begin(void);
uint32_t child_open(const char *division, int64_t opened_ms);
/* Each returns the op's number within its case. */
uint32_t child_text(uint32_t child, const char *division, uint32_t field, const char *text);
uint32_t child_number(uint32_t child, const char *division, uint32_t field, int64_t number);
uint32_t child_event(uint32_t child, const char *division, uint32_t event);
void child_detail(uint32_t child, uint32_t op, uint32_t field, struct op_value value);
uint32_t child_merge(uint32_t loser, uint32_t survivor, const char *division);
uint32_t child_unmerge(uint32_t loser, uint32_t merge, const char *division);
uint32_t child_accept(uint32_t child, uint32_t other, const char *division);

/* Folds every case; backwards: its ops are added last first. */
const struct case_state *const *children_fold(bool backwards);
uint32_t children_count(void);
/* What children_fold gives, resolved. */
const struct identity_place *children_resolve(void);
const char *child_encoded(uint32_t child);

#endif
