/* SPDX-License-Identifier: Apache-2.0 */
/* Policy records read into numbers: see policy.h and docs/fold.md §16. */
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

enum cw_err policy_put(struct case_policy *policy, struct policy_change change, struct refusal *refusal)
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

bool policy_starts_with(struct cw_slice *name, const char *prefix)
{
    size_t len = strlen(prefix);

    if (name->len <= len || memcmp(name->data, prefix, len) != 0)
        return false;
    name->data += len;
    name->len -= len;
    return true;
}

enum cw_err policy_unknown_name(struct refusal *refusal)
{
    return refuse(refusal, CW_REFUSED_UNKNOWN_FIELD, "policy.name", "this version does not know the name");
}

static enum cw_err change_field(struct case_policy *policy, enum policy_what what, struct cw_slice name, uint32_t roles,
                                struct refusal *refusal)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        struct policy_change change = {what, rows[i].number, roles};
        enum cw_err err;

        if (rows[i].place == PLACE_DETAIL || !slice_eq(slice_of(rows[i].name), name))
            continue;
        found = true;
        err = policy_put(policy, change, refusal);
        if (err != CW_OK)
            return err;
    }
    return found ? CW_OK : policy_unknown_name(refusal);
}

static enum cw_err change_event(struct case_policy *policy, struct cw_slice name, uint32_t roles,
                                struct refusal *refusal)
{
    const struct schema_event *event = schema_event_by_name(name);

    if (event == NULL)
        return policy_unknown_name(refusal);
    return policy_put(policy, (struct policy_change){POLICY_EVENT, event->number, roles}, refusal);
}

enum cw_err case_policy_apply(struct case_policy *policy, struct cw_slice name, struct cw_slice value,
                              struct refusal *refusal)
{
    uint32_t roles = 0;
    bool parsed = schema_roles_parse(value, &roles);
    enum policy_what what;

    if (policy_is_clocks(name))
        return policy_change_clocks(policy, name, value, refusal);
    if (policy_starts_with(&name, "role.set."))
        what = POLICY_SET;
    else if (policy_starts_with(&name, "role.lower."))
        what = POLICY_LOWER;
    else if (policy_starts_with(&name, "role.event."))
        what = POLICY_EVENT;
    else
        return policy_unknown_name(refusal);
    if (!parsed)
        return refuse(refusal, CW_REFUSED_VALUE, "policy.value", "role codes parted by commas, \"any\" or \"none\"");
    return what == POLICY_EVENT ? change_event(policy, name, roles, refusal)
                                : change_field(policy, what, name, roles, refusal);
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
