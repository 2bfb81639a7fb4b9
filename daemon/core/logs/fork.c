/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fork.h"

bool fork_seals_contradict(const struct seal *a, const struct hash *hash_a, const struct seal *b,
                           const struct hash *hash_b)
{
    return ID_EQ(&a->log, &b->log) && a->first <= b->last && b->first <= a->last && !ID_EQ(hash_a, hash_b);
}

enum cw_err fork_proof_check(const struct fork_proof *proof, const struct network_id *network)
{
    struct hash hash_a, hash_b;
    struct log_id log;

    log_id_of(proof->genesis_bytes, &log);
    if (!ID_EQ(&log, &proof->a.log) || !ID_EQ(&proof->genesis.network, network))
        return CW_PEER_PROOF;
    seal_hash_of(proof->signed_a.bytes, &hash_a);
    seal_hash_of(proof->signed_b.bytes, &hash_b);
    return fork_seals_contradict(&proof->a, &hash_a, &proof->b, &hash_b) ? CW_OK : CW_PEER_PROOF;
}
