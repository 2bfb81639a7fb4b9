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
 *   clock.<span>.<unit>   how long a duty may take          clock.<clock>.told, .waive, .soon_s, .step_s
 *   ladder.1 .. ladder.3, ladder.beside                     calendar.<date>
 */

#include "proto/schema.h"

#define POLICY_CHANGES_MAX 256

enum policy_what {
    POLICY_SET = 1,
    POLICY_LOWER = 2,
    POLICY_EVENT = 3,
    POLICY_SPAN = 4,
    POLICY_TOLD = 5,
    POLICY_WAIVE = 6,
    POLICY_SOON = 7,
    POLICY_STEP = 8,
    POLICY_LADDER = 9, /* number: rung from 1; POLICY_BESIDE */
    POLICY_DAY = 10,   /* number: days from 1970; value: 1 working, 0 holiday */
};
#define POLICY_BESIDE 9

struct policy_change {
    enum policy_what what;
    uint32_t number; /* of the field, event, span or clock */
    int64_t value;   /* role mask, or a number of units */
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
