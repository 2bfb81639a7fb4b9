/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority_table.h"

/* Policies and memberships: records that say how, not who. */

static void copy_text(char *out, struct cw_slice text)
{
    if (text.len > 0)
        memcpy(out, text.data, text.len);
    out[text.len] = '\0';
}

static struct authority_policy *policy_named(struct authority *a, struct cw_slice name)
{
    for (uint32_t i = 0; i < a->policy_count; i++) {
        if (slice_eq(slice_of(a->policies[i].name), name))
            return &a->policies[i];
    }
    return NULL;
}

/* Records of several logs come in another order at every daemon: of those that name one policy, the last in (log id, seq) order stands. */
static bool is_overruled(const struct authority_policy *by, const struct authority_act_place *at)
{
    return ID_COMPARE(&by->log, &at->log->log) > 0;
}

enum cw_err authority_apply_policy(struct authority *a, const struct authority_act_place *at, struct cw_slice body)
{
    struct authority_policy *policy;
    struct act_policy act;
    enum cw_err err = act_policy_parse(body, &act);

    if (err != CW_OK)
        return err;
    if (act.name.len > NAME_LEN_MAX || act.value.len > POLICY_KEPT_LEN_MAX)
        return CW_REFUSED_SIZE;
    policy = policy_named(a, act.name);
    if (policy == NULL && a->policy_count == a->limits.policies_max)
        return CW_LOCAL_MEMORY;
    if (policy != NULL && is_overruled(policy, at))
        return CW_OK;
    if (policy == NULL)
        policy = &a->policies[a->policy_count++];
    copy_text(policy->name, act.name);
    copy_text(policy->value, act.value);
    policy->log = at->log->log;
    policy->seq = at->seq;
    return CW_OK;
}

static void remove_member(struct audience *audience, const struct cert_id *id)
{
    uint32_t i = authority_listed(audience->members, audience->member_count, id);

    if (i == audience->member_count)
        return;
    audience->former[audience->former_count++ % MEMBERS_MAX] = *id;
    audience->member_count--;
    memmove(&audience->members[i], &audience->members[i + 1], (audience->member_count - i) * sizeof *audience->members);
}

static bool add_member(struct audience *audience, const struct cert_id *id)
{
    if (authority_listed(audience->members, audience->member_count, id) < audience->member_count)
        return true;
    if (audience->member_count == MEMBERS_MAX)
        return false;
    audience->members[audience->member_count++] = *id;
    return true;
}

enum cw_err authority_apply_membership(struct authority *a, const struct authority_act_place *at, struct cw_slice body,
                                       struct arena *scratch)
{
    struct act_membership act;
    struct audience *audience;
    enum cw_err err = act_membership_parse(body, scratch, &act);

    if (err != CW_OK)
        return err;
    if (act.audience.len == 0 || act.audience.len > NAME_LEN_MAX)
        return CW_REFUSED_SIZE;
    uint32_t index = authority_audience(a, act.audience);
    if (index == AUDIENCES_MAX)
        return CW_LOCAL_MEMORY;
    audience = &a->audiences[index];
    if (index == a->audience_count) {
        a->audience_count++;
        copy_text(audience->name, act.audience);
    }
    /* Removals first: a record that names one certificate in both lists leaves it a member. */
    for (uint32_t i = 0; i < act.removed_count; i++)
        remove_member(audience, &act.removed[i]);
    for (uint32_t i = 0; i < act.added_count; i++) {
        if (!add_member(audience, &act.added[i]))
            err = CW_LOCAL_MEMORY;
    }
    audience->membership.log = at->log->log;
    audience->membership.seq = at->seq;
    return err;
}
