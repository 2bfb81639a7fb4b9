/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_PEER_STATE_H
#define CASEWIRE_CORE_PEER_STATE_H

/* The state table of a peer session, as drawn in docs/protocol.md §6; peer_move (core/peers.h) moves by it. */

#include "core/replica.h"

bool peer_state_allows(enum peer_state from, enum peer_state to);
/* Messages other than HELLO and RESET are heard only in these. */
bool peer_state_is_session(enum peer_state state);

#endif
