/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_POLICY_H
#define CASEWIRE_CASES_POLICY_H

/*
 * What the network decided about roles and durations: authority records (ACT_POLICY), the same everywhere,
 * never a local setting. The rows of proto/schema.h are the defaults; a policy record replaces one number.
 * Names and values: proto/policy.h.
 */

#include "proto/policy.h"

struct policy_change {
    enum policy_what what;
    uint32_t number;
    int64_t value;
};

/* A zeroed struct is the default policy. Changes are kept sorted by (what, number). */
struct case_policy {
    uint32_t count;
    struct policy_change at[POLICY_CHANGES_MAX];
};

/*
 * The later record of the authority log replaces the earlier one. CW_REFUSED_UNKNOWN_FIELD for a name that
 * this version does not know, or that is not about cases (the caller counts it and goes on), CW_REFUSED_VALUE,
 * CW_REFUSED_SIZE.
 * A field name that several kinds share ("status") changes all of them.
 */
enum cw_err case_policy_apply(struct case_policy *policy, struct cw_slice name, struct cw_slice value,
                              struct refusal *refusal);

uint32_t policy_set_roles(const struct case_policy *policy, const struct schema_field *field);
uint32_t policy_lower_roles(const struct case_policy *policy, const struct schema_field *field);
uint32_t policy_event_roles(const struct case_policy *policy, const struct schema_event *event);

/* Duties: in the span's own unit; in seconds; roles. */
int64_t policy_span(const struct case_policy *policy, uint32_t span);
uint32_t policy_told(const struct case_policy *policy, const struct schema_clock *clock);
uint32_t policy_waive(const struct case_policy *policy, const struct schema_clock *clock);
int64_t policy_soon_s(const struct case_policy *policy, const struct schema_clock *clock);
int64_t policy_step_s(const struct case_policy *policy, const struct schema_clock *clock);
uint32_t policy_ladder(const struct case_policy *policy, uint32_t rung); /* from 1, or POLICY_BESIDE */
/* Whether policy says that the day is (*out_working) or is not a working one. Days from 1970-01-01, from 0. */
bool policy_day(const struct case_policy *policy, int64_t day, bool *out_working);

#endif
