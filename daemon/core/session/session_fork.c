/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fork.h"
#include "core/ingest.h"
#include "core/session.h"

/*
 * FORK_PROOF: told once to each peer in each session. Each daemon holds one branch of a forked log, whole: the one it
 * stood on, or met first. What the other branches have beyond it waits until somebody adjudicates (a later issue).
 */

void session_fork_proof(struct replica *r, struct peer *p, const struct event *event)
{
    const struct fork_proof *proof = &event->as.message.message->as.fork_proof;
    uint32_t slot;

    if (event->as.message.signer_unknown)
        return; /* not the peer's fault; it comes again with the next session */
    if (!event->as.message.signature_ok || fork_proof_check(proof, &r->self.network) != CW_OK) {
        session_refuse(r, p, CW_PEER_PROOF);
        return;
    }
    slot = logs_find(&r->logs, &proof->a.log);
    if (slot == LOG_NONE)
        slot = ingest_open_log(r, &proof->a.log, &proof->genesis);
    if (slot == LOG_NONE || replica_slot(r, slot)->head.forked)
        return;
    struct effect *effect = effects_add(r->out, EFFECT_STORE_FORK);

    effect->as.store_fork.log = proof->a.log;
    effect->as.store_fork.proof = proof;
    ingest_forked(r, slot);
}

void session_tell_forks(struct replica *r, struct peer *p)
{
    if (!peer_state_is_session(p->state) || p->forks_told == r->logs.fork_count)
        return;
    /* One a turn: proofs are rare, and another turn follows while some are untold. */
    p->forks_told++;
    for (uint32_t i = 0; i < r->logs.count; i++) {
        if (replica_slot(r, i)->fork_rank != p->forks_told)
            continue;
        struct effect *effect = effects_add(r->out, EFFECT_SEND_FORK);

        effect->as.send_fork.link = peer_link(p);
        effect->as.send_fork.from = p->mine;
        effect->as.send_fork.to = p->theirs;
        effect->as.send_fork.counter = session_next_counter(p);
        effect->as.send_fork.log = replica_slot(r, i)->head.log;
    }
    if (p->forks_told != r->logs.fork_count)
        r->unsaid = true;
}
