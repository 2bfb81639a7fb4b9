/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_CLIENT_H
#define TESTS_SIM_CLIENT_H

/*
 * Officers' programs: they hand in a submission, wait, and send the same bytes again, here or elsewhere, until
 * they hear a receipt or a refusal.
 */

#include "tests/sim/draft.h"

/* The op is kept; it is sent to `node` at once, and again until answered. Index of the op. */
uint32_t client_submit(struct sim *s, struct draft *draft, uint32_t node);
/* Once more, to a node of choice. */
void client_send(struct sim *s, uint32_t index, uint32_t node);

bool client_is_link(link_id link);
void client_hear(struct sim_node *n, link_id link, struct cw_slice frame);

#endif
