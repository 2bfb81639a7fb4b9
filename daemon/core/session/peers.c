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
        p->wants = ARENA_TABLE(memory, struct want, WANT_LOGS_MAX);
        p->serves = ARENA_TABLE(memory, struct serve, WANT_LOGS_MAX);
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

static void name_slot(struct peer *p, const struct cert_id *cert, const char *division)
{
    p->cert = *cert;
    peer_name(p, division);
    p->hello_at = p->heartbeat_at = CW_NEVER;
    p->state = PEER_STATE_DOWN;
}

struct peer *peers_add(struct peers *peers, const struct cert_id *cert, const char *division)
{
    if (peers->count == peers->max)
        return NULL;
    struct peer *p = &peers->at[peers->count++];

    name_slot(p, cert, division);
    return p;
}

/* What is cut must stay so, and who has a link is here. */
static bool may_leave(const struct peer *p)
{
    return !p->cut && p->links[LINK_OUT] == 0 && p->links[LINK_IN] == 0;
}

/* Who is revoked, or no member any more, is not coming back; of the others, a certificate that was renewed is away longest. */
static bool is_missed_less(const struct replica_view *view, const struct peer *a, const struct peer *b)
{
    bool a_reads = view->may_read(view->ctx, &a->cert), b_reads = view->may_read(view->ctx, &b->cert);

    return a_reads != b_reads ? !a_reads : a->since.ms < b->since.ms;
}

static void forget(struct peer *p)
{
    const struct peer kept = {
        .wants = p->wants, .serves = p->serves, .known = {.items = p->known.items, .holes = p->known.holes}};

    CW_ASSERT(p->credit.granted == 0); /* no session is left without its link */
    *p = kept;
}

struct peer *peers_replace(struct peers *peers, const struct replica_view *view, const struct cert_id *cert,
                           const char *division)
{
    struct peer *least = NULL;

    for (uint32_t i = 0; i < peers->count; i++) {
        struct peer *p = &peers->at[i];

        if (may_leave(p) && (least == NULL || is_missed_less(view, p, least)))
            least = p;
    }
    if (least == NULL)
        return NULL;
    forget(least);
    name_slot(least, cert, division);
    return least;
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
