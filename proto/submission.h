/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SUBMISSION_H
#define CASEWIRE_PROTO_SUBMISSION_H

/*
 * Building and checking a submission: commitments, padding, author's proof. No heap; libsodium behind it.
 */

#include "proto/message.h"
#include "proto/sign.h"

/* Smallest size class that holds len bytes and the 0x80 of the padding; CW_REFUSED_SIZE above the largest. */
enum cw_err size_class_of(size_t len, uint32_t *out_class);
/* out must hold size_class_len(size_class) bytes. */
void payload_pad(struct cw_slice payload, uint32_t size_class, uint8_t *out);
/* The payload inside padded bytes; CW_REFUSED_MALFORMED when the padding is not exactly 0x80 0x00*. */
enum cw_err payload_unpad(struct cw_slice padded, struct cw_slice *out);
/* Commitment over the padded form, computed without materialising more than the arena's scratch. */
enum cw_err payload_commit(const uint8_t r[static 32], struct cw_slice payload, uint32_t size_class,
                           struct arena *scratch, uint8_t out[static 32]);

struct submission_draft {
    struct network_id network;
    struct cert_id author;
    const struct sign_secret *secret;
    const struct signer *signer; /* instead of the secret, when not NULL */
    uint8_t submission_id[16];   /* random; the caller keeps it to send the same submission again */
    enum op_class op_class;
    bool has_case;
    struct cw_case_id case_id;
    struct cw_wall author_time;
    uint8_t device[16];
    struct positions seen;
    uint32_t part_count;
    struct submission_part parts[PARTS_MAX]; /* r filled by the caller from its entropy */
};

/* The header alone, in the arena: a proof over its op id follows (bundle_build). */
enum cw_err submission_header_build(const struct submission_draft *draft, struct arena *arena,
                                    struct cw_slice *out_header, struct cw_op_id *out_op);
/* Header and single proof, both in the arena. */
enum cw_err submission_build(const struct submission_draft *draft, struct arena *arena, struct cw_slice *out_header,
                             struct cw_slice *out_proof, struct cw_op_id *out_op);

/* Signs up to BUNDLE_COUNT_MAX op_ids at once; writes one proof and its path per op. */
enum cw_err bundle_build(const struct network_id *network, const struct sign_secret *secret, const struct cw_op_id *ops,
                         uint32_t count, struct arena *arena, struct cw_slice *out_proofs, struct cw_slice *out_paths);
/* The same with a secret that may be elsewhere; also what `ask` returns. */
enum cw_err bundle_build_by(const struct network_id *network, const struct signer *signer, const struct cw_op_id *ops,
                            uint32_t count, struct arena *arena, struct cw_slice *out_proofs,
                            struct cw_slice *out_paths);

/*
 * Whether proof->path is the one that belongs to this header and proof: of a bundle, it leads from the op to the
 * signed root; of another kind, it is empty. Needs no key, so that it can be asked before anything is stored.
 */
bool proof_path_fits(struct cw_slice header, const struct author_proof *proof);
/* The author's signature by proof kind, and the path; single and bundle against public_key, threshold against the root keys. */
enum cw_err proof_verify(const struct network_id *network, struct cw_slice header, const struct author_proof *proof,
                         const uint8_t public_key[static KEY_LEN]);
enum cw_err proof_verify_threshold(const struct network_id *network, struct cw_slice header,
                                   const struct author_proof *proof, const uint8_t (*root_keys)[KEY_LEN],
                                   uint32_t root_count, uint32_t threshold);

/*
 * The signatures inside an authority's record: ISSUE carries its issuer's and its subject's, ADMIT_AUTHORITY the
 * authority's own; other acts carry none, and hold. issuer_key: of the certificate that the log belongs to; NULL: none
 * is known, then no ISSUE holds. CW_REFUSED_SIGNATURE, or why the act or its certificate cannot be read.
 */
enum cw_err authority_record_verify(const struct network_id *network, const struct authority_record *record,
                                    const uint8_t *issuer_key);

/* Each part against its commitment. The refusal names the part. */
enum cw_err submission_check_parts(const struct submission_header *header, const struct submission *submission,
                                   struct arena *scratch, struct refusal *refusal);

/* Seal signatures: one against the log's certificate key, or `threshold` against the root keys. */
bool seal_verify(const struct network_id *network, const struct signed_seal *seal,
                 const uint8_t public_key[static KEY_LEN]);
bool seal_verify_threshold(const struct network_id *network, const struct signed_seal *seal,
                           const uint8_t (*root_keys)[KEY_LEN], uint32_t root_count, uint32_t threshold);

#endif
