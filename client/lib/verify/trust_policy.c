/* SPDX-License-Identifier: Apache-2.0 */
/* What policies have changed so far: daemons keep a bounded number of changes (proto/policy.h). */
#include "lib/trust.h"

static bool has_change(const struct cw_trust *trust, enum policy_what what, uint32_t number)
{
    for (uint32_t i = 0; i < trust->change_count; i++) {
        if (trust->changes[i].what == what && trust->changes[i].number == number)
            return true;
    }
    return false;
}

void trust_note_policy(struct cw_trust *trust, const struct policy_said *said)
{
    if (said->what == POLICY_SYNTHETIC) /* about the network: no fold keeps it */
        return;
    for (uint32_t i = 0; i < said->number_count; i++) {
        if (!has_change(trust, said->what, said->numbers[i]) && trust->change_count < POLICY_CHANGES_MAX)
            trust->changes[trust->change_count++] = (struct trust_change){said->what, said->numbers[i]};
    }
}

bool trust_has_room_for(const struct cw_trust *trust, const struct policy_said *said)
{
    uint32_t count = trust->change_count;

    if (said->what == POLICY_SYNTHETIC)
        return true;
    for (uint32_t i = 0; i < said->number_count; i++)
        count += !has_change(trust, said->what, said->numbers[i]);
    return count <= POLICY_CHANGES_MAX;
}
