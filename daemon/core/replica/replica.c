/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ingest.h"
#include "core/session.h"

/* What a replica is given and how it starts; a turn is in replica_turn.c, looking at it in replica_look.c. */

static size_t aligned(size_t len)
{
    return len + alignof(max_align_t);
}

static size_t known_frontier_memory(uint32_t logs_max)
{
    return aligned(logs_max * sizeof(struct known_item)) + aligned(KNOWN_HOLES_MAX * sizeof(uint64_t));
}

static size_t peer_memory(uint32_t logs_max)
{
    return known_frontier_memory(logs_max) + aligned(WANT_LOGS_MAX * sizeof(struct want)) +
           aligned(WANT_LOGS_MAX * sizeof(struct serve));
}

size_t replica_memory(const struct replica_limits *limits)
{
    size_t logs =
        aligned(limits->logs_max * sizeof(struct log_slot)) + 2 * aligned(limits->logs_max * sizeof(uint32_t));
    size_t peers = aligned(limits->peers_max * sizeof(struct peer)) + limits->peers_max * peer_memory(limits->logs_max);
    size_t scratch = known_frontier_memory(limits->logs_max) + aligned(limits->logs_max * sizeof(struct hash));

    return aligned(sizeof(struct replica)) + logs + peers + scratch +
           aligned(limits->watches_max * sizeof(struct watch)) + aligned(PENDING_MAX * sizeof(struct pending)) +
           aligned(SEAL_ENTRIES_MAX * sizeof(struct hash));
}

struct replica *replica_init(void *memory, const struct replica_limits *limits, const struct replica_identity *identity)
{
    struct arena arena = arena_over(memory, replica_memory(limits));
    struct replica *r = ARENA_NEW(&arena, struct replica);

    CW_ASSERT(r != NULL && limits->logs_max > OWN_LOGS_RESERVED && limits->logs_max <= LOGS_MAX);
    CW_ASSERT(limits->peers_max > 0 && limits->credit_peer >= MESSAGE_LEN_MAX);
    CW_ASSERT(limits->credit_total >= limits->credit_peer);
    CW_ASSERT(limits->heartbeat_ms > 0 && limits->session_dead_ms > limits->heartbeat_ms);
    r->limits = *limits;
    r->self = *identity;
    logs_init(&r->logs, &arena, limits->logs_max);
    peers_init(&r->peers, &arena, limits->peers_max, limits->logs_max);
    frontier_scratch_init(&r->scratch, &arena, limits->logs_max);
    watches_init(&r->watches, &arena, limits->watches_max);
    r->pending = ARENA_ARRAY(&arena, struct pending, PENDING_MAX);
    r->seal_leaves = ARENA_ARRAY(&arena, struct hash, SEAL_ENTRIES_MAX);
    CW_ASSERT(r->pending != NULL && r->seal_leaves != NULL);
    r->own = LOG_NONE;
    return r;
}

void replica_turn_bounds(const struct replica_limits *limits, uint32_t *out_effects, size_t *out_arena)
{
    /* One event of any kind, the end of the turn, and one peer told: the others wait for the next turn. */
    *out_effects = 4 * MESSAGE_ITEMS_MAX + 5 * SAY_EFFECTS + limits->watches_max;
    *out_arena = 4 * SAY_ARENA_LEN + MADE_ARENA_LEN;
}

/* --- entropy ------------------------------------------------------------------------------------------- */

void replica_seed(struct replica *r, uint64_t seed)
{
    r->random = seed;
}

/* splitmix64 (Steele, Lea, Flood 2014): names things apart, keeps nothing secret. */
uint64_t replica_random(struct replica *r)
{
    uint64_t z = r->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void replica_random_fill(struct replica *r, uint8_t *out, size_t len)
{
    for (size_t at = 0; at < len; at += 8) {
        uint64_t word = replica_random(r);

        memcpy(out + at, &word, len - at < 8 ? len - at : 8);
    }
}

/* --- loading ------------------------------------------------------------------------------------------- */

static void load_leaf(struct log_slot *slot)
{
    struct frontier_item item;

    if (slot->head.seq == 0)
        return;
    log_head_item(&slot->head, &item);
    frontier_leaf(&item, &slot->item_leaf);
}

enum cw_err replica_load_log(struct replica *r, const struct log_head *head)
{
    uint32_t slot;

    if (logs_find(&r->logs, &head->log) != LOG_NONE)
        return CW_LOCAL_CORRUPT;
    slot = logs_add(&r->logs, head);
    if (slot == LOG_NONE)
        return CW_LOCAL_MEMORY;
    load_leaf(replica_slot(r, slot));
    return CW_OK;
}

enum cw_err replica_load_peer(struct replica *r, const struct cert_id *cert, const char *division,
                              const struct peer_frontier *last_known)
{
    struct peer *p = peers_find(&r->peers, cert);

    if (p == NULL)
        p = peers_add(&r->peers, cert, division);
    if (p == NULL)
        return CW_REFUSED_SIZE;
    if (last_known == NULL)
        return CW_OK;
    if (!ID_EQ(&last_known->head.signer, cert) || frontier_take(&p->known, &r->scratch, last_known) != FRONTIER_TAKEN)
        return CW_LOCAL_CORRUPT;
    p->compare = true;
    return CW_OK;
}

static void frontier_restate(struct replica *r)
{
    memcpy(r->head.start, r->start, sizeof r->head.start);
    memcpy(r->head.replaces, r->replaces, sizeof r->head.replaces);
    r->head_stale = true;
}

void replica_start(struct replica *r, const struct replica_start *how)
{
    r->own = how->own_log == NULL ? LOG_NONE : logs_find(&r->logs, how->own_log);
    CW_ASSERT(how->own_log == NULL || r->own != LOG_NONE);
    r->has_prior = how->prior != NULL;
    if (r->has_prior)
        r->prior = *how->prior;
    r->next_n = how->next_n;
    memcpy(r->nonce, how->nonce, sizeof r->nonce);
    r->has_nonce = true;
    memcpy(r->start, how->start, sizeof r->start);
    memcpy(r->replaces, how->replaces, sizeof r->replaces);
    r->head.signer = r->self.cert;
    r->head.counter = how->counter;
    for (uint32_t i = 0; i < r->logs.count; i++)
        replica_slot(r, i)->changed_at = how->counter;
    if (r->own != LOG_NONE)
        r->clock.last = replica_slot(r, r->own)->head.hlc;
    frontier_restate(r);
}

/* --- incarnations -------------------------------------------------------------------------------------- */

void replica_renew_start(struct replica *r, const uint8_t *start)
{
    memcpy(r->replaces, r->start, sizeof r->replaces);
    if (start != NULL)
        memcpy(r->start, start, sizeof r->start);
    else
        replica_random_fill(r, r->start, sizeof r->start);
    frontier_restate(r);
}

static void leave_own(struct replica *r)
{
    if (r->own == LOG_NONE)
        return;
    r->has_prior = replica_slot(r, r->own)->head.seq > 0;
    r->prior = log_head_position(&replica_slot(r, r->own)->head);
    r->own = LOG_NONE;
}

void replica_close_own(struct replica *r)
{
    leave_own(r);
    replica_renew_start(r, NULL);
}

void replica_reincarnate(struct replica *r, const uint8_t nonce[static 32], const uint8_t start[static 16])
{
    leave_own(r);
    memcpy(r->nonce, nonce, sizeof r->nonce);
    r->has_nonce = true;
    replica_renew_start(r, start);
}

/* A witness that is no peer is our own log's certificate on bytes that are here: proven. */
static bool believe_claim(struct replica *r, const struct cert_id *witness)
{
    struct peer *p = peers_find(&r->peers, witness);

    if (p == NULL)
        return true;
    if (p->claims)
        return false;
    p->claims = true;
    p->claimed = replica_slot(r, r->own)->head.log;
    return true;
}

void replica_settle_claims(struct replica *r, const struct log_id *log)
{
    for (uint32_t i = 0; i < r->peers.count; i++) {
        if (ID_EQ(&r->peers.at[i].claimed, log))
            r->peers.at[i].claims = false;
    }
}

void replica_own_fork(struct replica *r, const struct cert_id *witness, uint64_t seq, const char *text)
{
    struct effect *note;

    if (r->own == LOG_NONE || !believe_claim(r, witness))
        return;
    note = effects_note(r->out, NOTE_OWN_FORK, CW_PEER_FORK, text);
    note->as.note.log = replica_slot(r, r->own)->head.log;
    note->as.note.seq = seq;
    note->as.note.cert = *witness;
    replica_close_own(r);
}

/* --- comparing ----------------------------------------------------------------------------------------- */

enum agreement replica_agrees(const struct replica *r, const struct log_id *log, uint64_t seq, const struct hash *seal)
{
    uint32_t number = logs_find(&r->logs, log);
    struct position ours;
    uint64_t first;

    if (number == LOG_NONE || seq > replica_slot(r, number)->head.seq)
        return AGREEMENT_AHEAD;

    const struct log_head *head = &replica_slot(r, number)->head;

    if (seq == head->seq)
        ours = log_head_position(head);
    else if (!r->view->seal_covering(r->view->ctx, log, seq, &ours, &first))
        return AGREEMENT_UNCHECKED;
    return ours.seq == seq && ID_EQ(&ours.seal, seal) ? AGREEMENT_SAME : AGREEMENT_CONTRADICTS;
}
