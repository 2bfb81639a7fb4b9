/* SPDX-License-Identifier: Apache-2.0 */
/* Policy records kept as numbers: see policy.h and docs/fold.md §16. */
#include "cases/policy_parts.h"

static int compare_change(const struct policy_change *at, enum policy_what what, uint32_t number)
{
    if (at->what != what)
        return at->what < what ? -1 : 1;
    return at->number < number ? -1 : at->number > number;
}

/* Where (what, number) stands, or would stand. */
static uint32_t place_of(const struct case_policy *policy, enum policy_what what, uint32_t number)
{
    uint32_t low = 0, high = policy->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (compare_change(&policy->at[middle], what, number) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool policy_find(const struct case_policy *policy, enum policy_what what, uint32_t number, int64_t *out)
{
    uint32_t at;

    if (policy == NULL)
        return false;
    at = place_of(policy, what, number);
    if (at == policy->count || compare_change(&policy->at[at], what, number) != 0)
        return false;
    *out = policy->at[at].value;
    return true;
}

static enum cw_err put(struct case_policy *policy, struct policy_change change, struct refusal *refusal)
{
    uint32_t at = place_of(policy, change.what, change.number);

    if (at < policy->count && compare_change(&policy->at[at], change.what, change.number) == 0) {
        policy->at[at] = change;
        return CW_OK;
    }
    if (policy->count == POLICY_CHANGES_MAX)
        return refuse(refusal, CW_REFUSED_SIZE, "policy", "more than %d changes", POLICY_CHANGES_MAX);
    memmove(&policy->at[at + 1], &policy->at[at], (policy->count - at) * sizeof(policy->at[0]));
    policy->at[at] = change;
    policy->count++;
    return CW_OK;
}

enum cw_err case_policy_apply(struct case_policy *policy, struct cw_slice name, struct cw_slice value,
                              struct refusal *refusal)
{
    struct policy_said said;
    enum cw_err err = policy_read(name, value, &said, refusal);

    if (err == CW_OK && said.what == POLICY_SYNTHETIC)
        return refuse(refusal, CW_REFUSED_UNKNOWN_FIELD, "policy.name", "it is about the network, not about its cases");
    for (uint32_t i = 0; err == CW_OK && i < said.number_count; i++)
        err = put(policy, (struct policy_change){said.what, said.numbers[i], said.value}, refusal);
    return err;
}

uint32_t policy_set_roles(const struct case_policy *policy, const struct schema_field *field)
{
    int64_t roles;

    return policy_find(policy, POLICY_SET, field->number, &roles) ? (uint32_t)roles : field->set_roles;
}

uint32_t policy_lower_roles(const struct case_policy *policy, const struct schema_field *field)
{
    int64_t roles;

    return policy_find(policy, POLICY_LOWER, field->number, &roles) ? (uint32_t)roles : field->lower_roles;
}

uint32_t policy_event_roles(const struct case_policy *policy, const struct schema_event *event)
{
    int64_t roles;

    return policy_find(policy, POLICY_EVENT, event->number, &roles) ? (uint32_t)roles : event->roles;
}
