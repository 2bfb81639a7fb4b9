/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority_table.h"

/* Policies: records that say how, not who. */

void authority_copy_text(char *out, struct cw_slice text)
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
    if (act.value.len > POLICY_KEPT_LEN_MAX)
        return CW_OK; /* lawful, and no policy has such a value: it changes nothing */
    policy = policy_named(a, act.name);
    if (policy == NULL && a->policy_count == a->limits.policies_max)
        return CW_LOCAL_MEMORY;
    if (policy != NULL && is_overruled(policy, at))
        return CW_OK;
    if (policy == NULL)
        policy = &a->policies[a->policy_count++];
    authority_copy_text(policy->name, act.name);
    authority_copy_text(policy->value, act.value);
    policy->log = at->log->log;
    policy->seq = at->seq;
    return CW_OK;
}
