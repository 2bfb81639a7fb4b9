/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_SEEN_H
#define CASEWIRE_CORE_SEEN_H

/*
 * What a session has seen of a log, against what a daemon holds of it (docs/protocol.md §7.3).
 *
 *   A daemon answers a session only from a state that holds everything the session has seen.
 *
 * A log that was ended by a later one, and was held whole up to where the later one begins, is implied by that: logs
 * pile up with every restart, what a session carries must not.
 */

#include "core/replica.h"

/*
 * Entries that were held there, with their parts, and are not here. `here` NULL: the log is not known here. A log that
 * is known to have forked is left to those who settle it: 0.
 */
uint64_t seen_lacking(const struct frontier_item *seen, const struct log_head *here);
/* The same for a log that is implied by the later one whose prior is `at`. */
uint64_t seen_lacking_prior(const struct position *at, const struct log_head *here);

/* What is told of one log. `implied_by`: the greatest place at which a later log that is held names it; NULL: none. */
bool seen_must_list(const struct log_head *head, const struct position *implied_by);

#endif
