/* SPDX-License-Identifier: Apache-2.0 */
/* Policy about duties: how long, who is told, who may waive, which days are worked. docs/fold.md §16. */
#include "cases/policy_parts.h"

static int64_t find_or(const struct case_policy *policy, enum policy_what what, uint32_t number, int64_t usual)
{
    int64_t value;

    return policy_find(policy, what, number, &value) ? value : usual;
}

int64_t policy_span(const struct case_policy *policy, uint32_t span)
{
    const struct schema_span *row = schema_span(span);

    return row == NULL ? 0 : find_or(policy, POLICY_SPAN, span, row->value);
}

uint32_t policy_told(const struct case_policy *policy, const struct schema_clock *clock)
{
    return (uint32_t)find_or(policy, POLICY_TOLD, clock->number, clock->told);
}

uint32_t policy_waive(const struct case_policy *policy, const struct schema_clock *clock)
{
    return (clock->flags & CLOCK_ALWAYS) != 0 ? R_NONE
                                              : (uint32_t)find_or(policy, POLICY_WAIVE, clock->number, clock->waive);
}

int64_t policy_soon_s(const struct case_policy *policy, const struct schema_clock *clock)
{
    return find_or(policy, POLICY_SOON, clock->number, clock->soon_s);
}

int64_t policy_step_s(const struct case_policy *policy, const struct schema_clock *clock)
{
    return find_or(policy, POLICY_STEP, clock->number, clock->step_s);
}

uint32_t policy_ladder(const struct case_policy *policy, uint32_t rung)
{
    return (uint32_t)find_or(policy, POLICY_LADDER, rung, policy_usual(POLICY_LADDER, rung));
}

bool policy_day(const struct case_policy *policy, int64_t day, bool *out_working)
{
    int64_t working;

    if (day < 0 || day > UINT32_MAX || !policy_find(policy, POLICY_DAY, (uint32_t)day, &working))
        return false;
    *out_working = working != 0;
    return true;
}
