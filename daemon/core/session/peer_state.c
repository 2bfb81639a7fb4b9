/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peer_state.h"

#define TO(state) (1u << (state))

static const struct {
    const char *name;
    unsigned next;
} peer_states[PEER_STATE_COUNT] = {
    [PEER_STATE_DOWN] = {"down", TO(PEER_STATE_GREETING)},
    [PEER_STATE_GREETING] = {"greeting", TO(PEER_STATE_COMPARING) | TO(PEER_STATE_REFUSED) | TO(PEER_STATE_DOWN)},
    [PEER_STATE_COMPARING] = {"comparing", TO(PEER_STATE_FETCHING) | TO(PEER_STATE_IN_STEP) | TO(PEER_STATE_GREETING) |
                                               TO(PEER_STATE_REFUSED) | TO(PEER_STATE_DOWN)},
    [PEER_STATE_FETCHING] = {"fetching", TO(PEER_STATE_IN_STEP) | TO(PEER_STATE_GREETING) | TO(PEER_STATE_REFUSED) |
                                             TO(PEER_STATE_DOWN)},
    [PEER_STATE_IN_STEP] = {"in step", TO(PEER_STATE_FETCHING) | TO(PEER_STATE_GREETING) | TO(PEER_STATE_REFUSED) |
                                           TO(PEER_STATE_DOWN)},
    [PEER_STATE_REFUSED] = {"refused", TO(PEER_STATE_DOWN) | TO(PEER_STATE_GREETING)},
};

bool peer_state_allows(enum peer_state from, enum peer_state to)
{
    return from < PEER_STATE_COUNT && to < PEER_STATE_COUNT && (peer_states[from].next & TO(to)) != 0;
}

bool peer_state_is_session(enum peer_state state)
{
    return state == PEER_STATE_COMPARING || state == PEER_STATE_FETCHING || state == PEER_STATE_IN_STEP;
}

const char *peer_state_name(enum peer_state state)
{
    return state < PEER_STATE_COUNT ? peer_states[state].name : "unknown";
}
