/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

#include "proto/schema.h"

/*
 * Somebody always holds the duty (DOMAIN §8, §10): a case has an owner, a contested one all its claimants; a clock that
 * runs tells somebody when it is breached; and a child that counts as missing has its first assessment or the next review
 * of its risk on a clock, which nobody can waive.
 */

/* reported, active, located but not seen, disputed, missing for long */
#define COUNTS_AS_MISSING (1u << 1 | 1u << 2 | 1u << 3 | 1u << 5 | 1u << 9)

static bool has_holder(const struct case_owner *owner)
{
    switch (owner->state) {
    case OWNER_OWNED:
        return owner->division.len > 0;
    case OWNER_OFFERED: /* the sender's until it is accepted */
        return owner->division.len > 0 && owner->offered_to.len > 0;
    case OWNER_CONTESTED:
        return owner->division.len > 0 && owner->claimant_count > 0;
    case OWNER_NONE:
        break;
    }
    return false;
}

static bool is_reviewed(const struct case_state *state, const struct hash *episode)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        const struct case_clock *clock = &state->clocks[i];

        if ((clock->clock == CLOCK_M1 || clock->clock == CLOCK_M2) && clock->end == CLOCK_RUNS &&
            ID_EQ(&clock->scope, episode))
            return true;
    }
    return false;
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    const struct case_state *state = c->state;

    if (state->kind != KIND_NONE && !has_holder(&state->owner))
        sim_fail(s, "duty", "%s shows a case that is %s by nobody", sim_name(n), owner_state_name(state->owner.state));
    for (uint32_t i = 0; i < state->clock_count && !s->failed; i++) {
        if (state->clocks[i].end == CLOCK_RUNS && state->clocks[i].told == R_NONE)
            sim_fail(s, "duty", "%s has the clock %s run for nobody", sim_name(n), state->clocks[i].row->name);
    }
    for (uint32_t i = 0; i < state->machine_count && !s->failed; i++) {
        const struct case_machine *m = &state->machines[i];

        if (m->machine == MACHINE_EPISODE && (COUNTS_AS_MISSING & 1u << m->state) != 0 &&
            !is_reviewed(state, &m->scope))
            sim_fail(s, "duty", "%s shows a child as missing (%s) whose risk nobody has to look at", sim_name(n),
                     schema_value_name(SCALE_EPISODE_STATE, m->state));
    }
}

const struct sim_check check_duty = {.name = "duty", .says = "somebody holds every duty", .on_case = on_case};
