/* SPDX-License-Identifier: Apache-2.0 */
/* Policies are looked at before they are signed: daemons pass over what they cannot read, and say so to nobody who asked. */
#include "tool/authority.h"

#include "lib/fault.h"
#include "proto/policy.h"
#include "tool/cli.h"

#include <stdlib.h>

/* All names, of which the nearest is looked for; freed as one. */
static char (*all_names(size_t *out_count))[NAME_LEN_MAX + 1]
{
    struct policy_walk walk = {0};
    char(*names)[NAME_LEN_MAX + 1];
    size_t count = 0;

    while (policy_walk_next(&walk))
        count++;
    names = calloc(count + 1, sizeof(*names));
    *out_count = names == NULL ? 0 : count;
    walk = (struct policy_walk){0};
    for (size_t i = 0; i < *out_count && policy_walk_next(&walk); i++)
        memcpy(names[i], walk.name, sizeof(names[i]));
    return names;
}

static void nearest(const char *name, char out[static NAME_LEN_MAX + 1])
{
    size_t count;
    char(*names)[NAME_LEN_MAX + 1] = all_names(&count);
    const char **list = calloc(count + 1, sizeof(*list));
    const char *found = NULL;

    for (size_t i = 0; list != NULL && i < count; i++)
        list[i] = names[i];
    if (list != NULL && strlen(name) <= NAME_LEN_MAX)
        found = suggest(name, list, count);
    snprintf(out, NAME_LEN_MAX + 1, "%s", found != NULL ? found : "");
    free(list);
    free(names);
}

enum cw_err authority_policy_check(const char *name, const char *value, struct cw_fault *fault)
{
    struct refusal refusal = {0};
    char near[NAME_LEN_MAX + 1];
    enum cw_err err = policy_check(slice_of(name), slice_of(value), &refusal);

    if (err == CW_OK)
        return CW_OK;
    nearest(name, near);
    if (err != CW_REFUSED_UNKNOWN_FIELD || near[0] == '\0')
        return fault_set(fault, err, name, "%s", refusal.text);
    return fault_set(fault, err, name, "%s: is it %s?", refusal.text, near);
}

enum cw_err authority_policy_room(const struct authority *a, const char *name, const char *value,
                                  struct policy_said *out, struct cw_fault *fault)
{
    struct refusal refusal = {0};
    enum cw_err err = policy_read(slice_of(name), slice_of(value), out, &refusal);

    if (err != CW_OK)
        return fault_of_refusal(fault, err, &refusal);
    if (trust_has_room_for(a->trust, out))
        return CW_OK;
    return fault_set(fault, CW_REFUSED_SIZE, name,
                     "daemons keep %d changes of policy and %u are recorded, so this one would have no effect: what is "
                     "recorded already can be changed again, nothing further can",
                     POLICY_CHANGES_MAX, a->trust->change_count);
}
