/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_DUTIES_H
#define CASEWIRE_CASES_DUTIES_H

/*
 * What a division's daemon has to say by itself about a case's duties, and what was said already (docs/fold.md §20).
 * Pure: a state and a time in, an answer out. Borrows from the state.
 */

#include "cases/state.h"
#include "cases/view.h"

/* Whose duties they are: the owner's, and of a contested case every claimant's too. An offer relieves nobody. */
bool duty_is_held_by(const struct case_state *state, struct cw_slice division);

/* An episode in this state counts as missing. */
bool episode_is_live(uint32_t state);

/* Its time passed unanswered: it runs on, or was answered, waived or ended later. */
bool duty_was_missed(const struct case_clock *clock, struct cw_wall now);

/* The breach that is in effect: a mark of EVENT_CLOCK_BREACHED, whoever signed it. NULL: none. */
const struct case_mark *duty_breach(const struct case_state *state, const struct case_clock *clock);

/* Whether this certificate signed a breach of this duty and deadline before, with effect or without. Cost: the case's ops. */
bool duty_breach_is_said_by(const struct case_state *state, const struct case_clock *clock, const struct cert_id *cert);

/* Something that was addressed to a division, and the op that says so. */
struct duty_delivery {
    struct hash about; /* id of the event, or of the duty */
    struct cw_op_id after;
};
#define DUTY_DELIVERIES_MAX 4u
/*
 * What is addressed to `division` and it has not said to hold, or its daemon `cert` has said without effect: an offer that
 * stands, the arbitration that made it the owner, a duty of its own that runs and that another division's daemon found breached.
 */
uint32_t duty_deliveries(const struct case_state *state, struct cw_slice division, const struct cert_id *cert,
                         struct duty_delivery out[static DUTY_DELIVERIES_MAX]);

#endif
