/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_MACHINE_H
#define CASEWIRE_CASES_MACHINE_H

/* What the entry check and the fold share about steps. */

#include "proto/schema.h"

enum step_match { STEP_NONE, STEP_NOT_FROM_HERE, STEP_ALREADY_THERE, STEP_MATCHES };

/*
 * The row of (machine, event) whose `from` contains state; *out_first is the first row of (machine, event) when
 * none does. STEP_NONE: the event never moves this machine.
 */
enum step_match step_find(enum machine machine, uint32_t event, uint32_t state, const struct schema_step **out_row);

#define RISK_HIGH 4 /* of the scale missing_risk */

#define EPISODE_LOCATED 3
#define EPISODE_RETURNED 4
#define EPISODE_IN_DISPUTE 5
#define EPISODE_DECEASED 8
#define EPISODE_OVER_STATES (1u << 6 | 1u << 7 | 1u << EPISODE_DECEASED)      /* closed, cancelled, found deceased */
#define EPISODE_LIVE_STATES (1u << 1 | 1u << 2 | 1u << 3 | 1u << 5 | 1u << 9) /* the child counts as missing */

/* Who holds a review of this level (of the scale review_level) of a child; a panel sits at a superintendent's. */
static inline uint32_t review_roles(int64_t level)
{
    switch (level) {
    case 1:
        return R_SUP_UP;
    case 2:
        return R_INSP_UP;
    case 3:
    case 4:
        return ROLE_MASK(SUPT);
    default:
        return ~R_NONE;
    }
}

/* It says of an episode that the child was back, or that she was never missing. */
static inline bool event_ends_absence(uint32_t event)
{
    return event == EVENT_RETURNED || event == EVENT_RETURN_CONFIRMED || event == EVENT_FOUND_DEAD_CONFIRMED ||
           event == EVENT_EPISODE_CLOSED || event == EVENT_EPISODE_CANCELLED;
}

#endif
