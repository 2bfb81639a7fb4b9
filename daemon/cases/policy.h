/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_POLICY_H
#define CASEWIRE_CASES_POLICY_H

/*
 * What the network decided about roles and durations: authority records (ACT_POLICY), the same everywhere,
 * never a local setting. The rows of proto/schema.h are the defaults; a policy record replaces one number.
 *
 *   role.set.<field>      roles that may write the field            "MCET,SUP,INSP", "any", "none"
 *   role.lower.<field>    roles that may lower, remove or resolve
 *   role.event.<event>    roles that may record the event
 *   clock.<name>.duration_s
 */

#include "proto/schema.h"

#define POLICY_CHANGES_MAX 256

enum policy_what { POLICY_SET = 1, POLICY_LOWER = 2, POLICY_EVENT = 3, POLICY_CLOCK = 4 };

struct policy_change {
    enum policy_what what;
    uint32_t number; /* of the field, event or clock */
    int64_t value;   /* role mask or seconds */
};

/* A zeroed struct is the default policy. Changes are kept sorted by (what, number). */
struct case_policy {
    uint32_t count;
    struct policy_change at[POLICY_CHANGES_MAX];
};

/*
 * The later record of the authority log replaces the earlier one. CW_REFUSED_UNKNOWN_FIELD for a name that
 * this version does not know (the caller counts it and goes on), CW_REFUSED_VALUE, CW_REFUSED_SIZE.
 * A field name that several kinds share ("status") changes all of them.
 */
enum cw_err case_policy_apply(struct case_policy *policy, struct cw_slice name, struct cw_slice value,
                              struct refusal *refusal);

uint32_t policy_set_roles(const struct case_policy *policy, const struct schema_field *field);
uint32_t policy_lower_roles(const struct case_policy *policy, const struct schema_field *field);
uint32_t policy_event_roles(const struct case_policy *policy, const struct schema_event *event);
int64_t policy_clock_s(const struct case_policy *policy, const struct schema_clock *clock);

#endif
