/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peers.h"

void peers_init(struct peers *peers, struct arena *memory, uint32_t max, uint32_t logs_max)
{
    *peers = (struct peers){.max = max};
    peers->at = ARENA_ARRAY(memory, struct peer, max);
    CW_ASSERT(peers->at != NULL);
    for (uint32_t i = 0; i < max; i++) {
        struct peer *p = &peers->at[i];

        known_frontier_init(&p->known, memory, logs_max);
        p->wants = ARENA_ARRAY(memory, struct want, WANT_LOGS_MAX);
        p->serves = ARENA_ARRAY(memory, struct serve, WANT_LOGS_MAX);
        CW_ASSERT(p->wants != NULL && p->serves != NULL);
    }
}

struct peer *peers_find(const struct peers *peers, const struct cert_id *cert)
{
    for (uint32_t i = 0; i < peers->count; i++) {
        if (ID_EQ(&peers->at[i].cert, cert))
            return &peers->at[i];
    }
    return NULL;
}

struct peer *peers_of_link(const struct peers *peers, link_id link, enum link_way *out_way)
{
    for (uint32_t i = 0; link != 0 && i < peers->count; i++) {
        for (enum link_way way = LINK_OUT; way < LINK_WAYS; way++) {
            if (peers->at[i].links[way] == link) {
                *out_way = way;
                return &peers->at[i];
            }
        }
    }
    return NULL;
}

void peer_name(struct peer *p, const char *division)
{
    size_t len = strlen(division);

    memset(p->division, 0, sizeof p->division);
    memcpy(p->division, division, len < DIVISION_LEN_MAX ? len : DIVISION_LEN_MAX);
}

struct peer *peers_add(struct peers *peers, const struct cert_id *cert, const char *division)
{
    if (peers->count == peers->max)
        return NULL;
    struct peer *p = &peers->at[peers->count++];

    p->cert = *cert;
    peer_name(p, division);
    p->hello_at = p->heartbeat_at = CW_NEVER;
    p->state = PEER_STATE_DOWN;
    return p;
}

void peer_move(struct peer *p, enum peer_state to, struct cw_mono now)
{
    if (p->state == to)
        return;
    CW_ASSERT(peer_state_allows(p->state, to));
    p->state = to;
    p->since = now;
}

void peer_forget_session(struct peer *p)
{
    memset(&p->mine, 0, sizeof p->mine);
    memset(&p->theirs, 0, sizeof p->theirs);
    p->reset_told = false;
    p->sent_counter = p->heard_counter = 0;
    p->hello_at = p->heartbeat_at = CW_NEVER;
    p->told = p->asks_full = p->shown = p->asked_full = p->lacks_whole = false;
    p->told_counter = 0;
    p->forks_told = 0;
    p->credit = (struct credit){0};
    p->want_count = 0;
    p->disputed = false;
    p->blob_frames = 0;
    p->grant = 0;
    p->serve_count = 0;
    p->serving = 0;
    p->push = (struct push){0};
}
