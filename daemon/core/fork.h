/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_FORK_H
#define CASEWIRE_CORE_FORK_H

/*
 * DESIGN.md §3: "Two different seals of one log that overlap in seq are a fork proof." Structure and overlap
 * are checked here; the two signatures, by the log's own key, by the shell. Nothing less proves anything: a
 * gap, a wrong root or a late entry is no fork.
 */

#include "proto/session.h"

bool fork_seals_contradict(const struct seal *a, const struct hash *hash_a, const struct seal *b,
                           const struct hash *hash_b);
/* Genesis of this network that makes the log id both seals name, and the seals contradict. */
enum cw_err fork_proof_check(const struct fork_proof *proof, const struct network_id *network);

#endif
