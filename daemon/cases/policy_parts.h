/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_POLICY_PARTS_H
#define CASEWIRE_CASES_POLICY_PARTS_H

/* What fold/policy.c and clock/policy_clock.c share: the sorted list of changes. Private to these two. */

#include "cases/policy.h"

/* NULL and an unchanged number: false. */
bool policy_find(const struct case_policy *policy, enum policy_what what, uint32_t number, int64_t *out);
enum cw_err policy_put(struct case_policy *policy, struct policy_change change, struct refusal *refusal);
/* Takes the prefix off; false, and nothing taken, when more does not follow it. */
bool policy_starts_with(struct cw_slice *name, const char *prefix);
enum cw_err policy_unknown_name(struct refusal *refusal);

/* clock.*, ladder.* and calendar.* */
bool policy_is_clocks(struct cw_slice name);
enum cw_err policy_change_clocks(struct case_policy *policy, struct cw_slice name, struct cw_slice value,
                                 struct refusal *refusal);

#endif
