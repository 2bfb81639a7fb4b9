/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_POLICY_PARTS_H
#define CASEWIRE_CASES_POLICY_PARTS_H

/* What fold/policy.c and clock/policy_clock.c share: the sorted list of changes. Private to these two. */

#include "cases/policy.h"

/* NULL and an unchanged number: false. */
bool policy_find(const struct case_policy *policy, enum policy_what what, uint32_t number, int64_t *out);

#endif
