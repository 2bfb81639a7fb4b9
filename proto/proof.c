/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/submission.h"

/* Author's proofs and seal signatures: making bundles, and checking all three kinds. And what authority records carry
 * that is signed. */

/* --- bundle ------------------------------------------------------------------------------------ */

struct bundle {
    struct author_proof proof; /* what is the same in every proof of the bundle */
    uint8_t head[64];
    uint32_t count;
    struct hash *leaves, *scratch;
};

static enum cw_err sign_head(const struct network_id *network, const struct signer *signer, struct bundle *b)
{
    struct writer w = writer_over(b->head, sizeof(b->head));
    struct hash root;

    memcpy(b->scratch, b->leaves, b->count * sizeof(*b->leaves));
    merkle_root(MERKLE_BUNDLE, b->scratch, b->count, &root);
    bundle_head_encode(b->count, &root, &w);
    enum cw_err err = writer_finish(&w, &b->proof.bundle_head);
    if (err != CW_OK)
        return err;
    b->proof.kind = PROOF_BUNDLE;
    return signer_sign(signer, LABEL_BUNDLE, network, b->proof.bundle_head, &b->proof.signature);
}

static enum cw_err keep(struct arena *arena, const void *bytes, size_t len, struct cw_slice *out)
{
    const uint8_t *copy = arena_copy(arena, bytes, len);

    if (copy == NULL)
        return CW_LOCAL_MEMORY;
    *out = slice(copy, len);
    return CW_OK;
}

static enum cw_err proof_of_leaf(struct bundle *b, uint32_t index, struct arena *arena, struct cw_slice *out_proof,
                                 struct cw_slice *out_path)
{
    uint8_t memory[PROOF_LEN_MAX];
    struct writer w = writer_over(memory, sizeof(memory));
    struct hash path[MERKLE_PATH_MAX];
    size_t path_count = merkle_path(MERKLE_BUNDLE, b->leaves, b->count, index, b->scratch, path);

    CW_ASSERT(path_count <= BUNDLE_PATH_MAX);
    b->proof.bundle_index = index;
    author_proof_encode(&b->proof, &w);
    CW_ASSERT(!w.failed);
    *out_path = slice(NULL, 0);
    enum cw_err err = keep(arena, w.data, w.len, out_proof);
    if (err == CW_OK && path_count > 0)
        err = keep(arena, path, path_count * sizeof(*path), out_path);
    return err;
}

enum cw_err bundle_build(const struct network_id *network, const struct sign_secret *secret, const struct cw_op_id *ops,
                         uint32_t count, struct arena *arena, struct cw_slice *out_proofs, struct cw_slice *out_paths)
{
    struct signer signer = {.secret = secret};

    return bundle_build_by(network, &signer, ops, count, arena, out_proofs, out_paths);
}

enum cw_err bundle_build_by(const struct network_id *network, const struct signer *signer, const struct cw_op_id *ops,
                            uint32_t count, struct arena *arena, struct cw_slice *out_proofs,
                            struct cw_slice *out_paths)
{
    struct bundle b = {.count = count};

    if (count == 0 || count > BUNDLE_COUNT_MAX)
        return CW_REFUSED_SIZE;
    b.leaves = ARENA_ARRAY(arena, struct hash, count);
    b.scratch = ARENA_ARRAY(arena, struct hash, count);
    if (b.leaves == NULL || b.scratch == NULL)
        return CW_LOCAL_MEMORY;

    for (uint32_t i = 0; i < count; i++)
        merkle_leaf(MERKLE_BUNDLE, ID_SLICE(&ops[i]), &b.leaves[i]);
    enum cw_err err = sign_head(network, signer, &b);
    for (uint32_t i = 0; i < count && err == CW_OK; i++)
        err = proof_of_leaf(&b, i, arena, &out_proofs[i], &out_paths[i]);
    return err;
}

/* --- checking ---------------------------------------------------------------------------------- */

bool proof_path_fits(struct cw_slice header, const struct author_proof *proof)
{
    struct hash path[BUNDLE_PATH_MAX], leaf;
    struct cw_op_id op;

    if (proof->kind != PROOF_BUNDLE)
        return slice_empty(proof->path);
    if (proof->path.len > sizeof(path) || proof->path.len % sizeof(*path) != 0)
        return false;
    if (!slice_empty(proof->path))
        memcpy(path, proof->path.data, proof->path.len);
    op_id_of(header, &op);
    merkle_leaf(MERKLE_BUNDLE, ID_SLICE(&op), &leaf);
    return merkle_check(MERKLE_BUNDLE, &leaf, proof->bundle_index, proof->bundle_count, path,
                        proof->path.len / sizeof(*path), &proof->bundle_root) == CW_OK;
}

enum cw_err proof_verify(const struct network_id *network, struct cw_slice header, const struct author_proof *proof,
                         const uint8_t public_key[static KEY_LEN])
{
    bool holds = false;

    if (!proof_path_fits(header, proof))
        return CW_REFUSED_SIGNATURE;
    if (proof->kind == PROOF_SINGLE)
        holds = verify_bytes(LABEL_OP, network, header, public_key, &proof->signature);
    else if (proof->kind == PROOF_BUNDLE)
        holds = verify_bytes(LABEL_BUNDLE, network, proof->bundle_head, public_key, &proof->signature);
    return holds ? CW_OK : CW_REFUSED_SIGNATURE;
}

/* Distinct root keys that signed: indexes ascend, so none counts twice. */
struct quorum {
    enum label label;
    const struct network_id *network;
    struct cw_slice bytes;
    const uint8_t (*keys)[KEY_LEN];
    uint32_t key_count, threshold;
};

static bool quorum_signed(const struct quorum *q, const uint32_t *index, const struct signature *signatures,
                          uint32_t count)
{
    if (q->threshold == 0 || count < q->threshold)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (index[i] >= q->key_count || (i > 0 && index[i] <= index[i - 1]))
            return false;
        if (!verify_bytes(q->label, q->network, q->bytes, q->keys[index[i]], &signatures[i]))
            return false;
    }
    return true;
}

enum cw_err proof_verify_threshold(const struct network_id *network, struct cw_slice header,
                                   const struct author_proof *proof, const uint8_t (*root_keys)[KEY_LEN],
                                   uint32_t root_count, uint32_t threshold)
{
    const struct quorum q = {LABEL_OP, network, header, root_keys, root_count, threshold};

    if (proof->kind != PROOF_THRESHOLD || !proof_path_fits(header, proof) ||
        !quorum_signed(&q, proof->root_index, proof->root_signature, proof->root_count))
        return CW_REFUSED_SIGNATURE;
    return CW_OK;
}

bool seal_verify(const struct network_id *network, const struct signed_seal *seal,
                 const uint8_t public_key[static KEY_LEN])
{
    return seal->signature_count == 1 && seal->signer_index[0] == 0 &&
           verify_bytes(LABEL_SEAL, network, seal->bytes, public_key, &seal->signatures[0]);
}

bool seal_verify_threshold(const struct network_id *network, const struct signed_seal *seal,
                           const uint8_t (*root_keys)[KEY_LEN], uint32_t root_count, uint32_t threshold)
{
    const struct quorum q = {LABEL_SEAL, network, seal->bytes, root_keys, root_count, threshold};

    return quorum_signed(&q, seal->signer_index, seal->signatures, seal->signature_count);
}

/* --- inside records ---------------------------------------------------------------------------- */

static enum cw_err verify_issue(const struct network_id *network, struct cw_slice body, const uint8_t *issuer_key)
{
    struct act_issue act;
    struct certificate cert;
    enum cw_err err = act_issue_parse(body, &act);

    if (err == CW_OK)
        err = certificate_parse(act.certificate, &cert);
    if (err != CW_OK)
        return err;
    bool holds = issuer_key != NULL && verify_bytes(LABEL_CERT, network, act.certificate, issuer_key, &act.issuer) &&
                 verify_bytes(LABEL_POSSESSION, network, act.certificate, cert.sign_key, &act.possession);
    return holds ? CW_OK : CW_REFUSED_SIGNATURE;
}

static enum cw_err verify_admission(const struct network_id *network, struct cw_slice body)
{
    struct act_admit_authority act;
    struct certificate cert;
    enum cw_err err = act_admit_authority_parse(body, &act);

    if (err == CW_OK)
        err = certificate_parse(act.certificate, &cert);
    if (err != CW_OK)
        return err;
    return verify_bytes(LABEL_CERT, network, act.certificate, cert.sign_key, &act.issuer) ? CW_OK
                                                                                          : CW_REFUSED_SIGNATURE;
}

enum cw_err authority_record_verify(const struct network_id *network, const struct authority_record *record,
                                    const uint8_t *issuer_key)
{
    if (record->act == ACT_ISSUE)
        return verify_issue(network, record->body, issuer_key);
    return record->act == ACT_ADMIT_AUTHORITY ? verify_admission(network, record->body) : CW_OK;
}
