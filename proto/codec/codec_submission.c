/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"

#define BUNDLE_HEAD_LEN_MAX 64

/* --- submission header ------------------------------------------------------------------------- */

static const struct field part_ref_fields[] = {
    FIXED_FIELD(1, struct part_ref, commit, FIELD_REQUIRED),
    SHORT_FIELD(2, struct part_ref, size_class, 0, SIZE_CLASS_MAX, 0),
};

static const struct grammar part_ref_grammar = PART_GRAMMAR(part_ref_fields);

static const struct field submission_header_fields[] = {
    FIXED_FIELD(2, struct submission_header, author, FIELD_REQUIRED),
    FIXED_FIELD(3, struct submission_header, submission_id, FIELD_REQUIRED),
    SHORT_FIELD(4, struct submission_header, op_class, 1, CLASS_NUMBER_MAX, 0),
    FIXED_HAS_FIELD(5, struct submission_header, case_id, has_case),
    MESSAGES_FIELD(6, struct submission_header, parts, part_count, 1, PARTS_MAX, &part_ref_grammar),
    NUMBER_FIELD(7, struct submission_header, author_time, 0, INT64_MAX, 0),
    FIXED_FIELD(8, struct submission_header, device, 0),
    POSITIONS_FIELD(9, struct submission_header, seen),
};

static const struct grammar submission_header_grammar =
    RECORD_GRAMMAR(submission_header_fields, struct submission_header, HEADER_LEN_MAX, NULL);

enum cw_err submission_header_parse(struct cw_slice bytes, struct submission_header *out)
{
    return grammar_parse(&submission_header_grammar, bytes, NULL, out);
}

void submission_header_encode(const struct submission_header *in, struct writer *out)
{
    grammar_encode(&submission_header_grammar, in, out);
}

/* --- author's proof ---------------------------------------------------------------------------- */

struct bundle_head {
    uint32_t count;
    struct hash root;
};

static const struct field bundle_head_fields[] = {
    SHORT_FIELD(2, struct bundle_head, count, 1, BUNDLE_COUNT_MAX, 0),
    FIXED_FIELD(3, struct bundle_head, root, FIELD_REQUIRED),
};

static const struct grammar bundle_head_grammar =
    RECORD_GRAMMAR(bundle_head_fields, struct bundle_head, BUNDLE_HEAD_LEN_MAX, NULL);

enum cw_err bundle_head_parse(struct cw_slice bytes, uint32_t *out_count, struct hash *out_root)
{
    struct bundle_head head;
    enum cw_err err = grammar_parse(&bundle_head_grammar, bytes, NULL, &head);

    if (err != CW_OK)
        return err;
    *out_count = head.count;
    *out_root = head.root;
    return CW_OK;
}

void bundle_head_encode(uint32_t count, const struct hash *root, struct writer *out)
{
    const struct bundle_head head = {count, *root};

    grammar_encode(&bundle_head_grammar, &head, out);
}

static const struct field root_signature_fields[] = {
    EACH_SHORT_FIELD(1, struct author_proof, root_index, 0, ROOT_KEYS_MAX - 1, FIELD_REQUIRED),
    EACH_FIXED_FIELD(2, struct author_proof, root_signature, FIELD_REQUIRED),
};

static const struct grammar root_signature_grammar = PART_GRAMMAR(root_signature_fields);

static const struct field author_proof_fields[] = {
    FIXED_FIELD(2, struct author_proof, signature, 0),
    BYTES_FIELD(3, struct author_proof, bundle_head, 1, BUNDLE_HEAD_LEN_MAX, 0),
    SHORT_FIELD(4, struct author_proof, bundle_index, 0, BUNDLE_COUNT_MAX - 1, 0),
    FLAT_MESSAGES_FIELD(6, struct author_proof, root_count, 0, ROOT_KEYS_MAX, &root_signature_grammar),
};

static const struct grammar author_proof_grammar =
    RECORD_GRAMMAR(author_proof_fields, struct author_proof, PROOF_LEN_MAX, NULL);

static bool no_bundle(const struct author_proof *p)
{
    return slice_empty(p->bundle_head) && p->bundle_index == 0;
}

static bool is_threshold(const struct author_proof *p)
{
    for (uint32_t i = 1; i < p->root_count; i++) {
        if (p->root_index[i] <= p->root_index[i - 1])
            return false;
    }
    return p->root_count > 0 && no_bundle(p) && id_is_zero(p->signature.b) && id_is_zero(p->signature.b + ID_LEN);
}

static bool is_single(const struct author_proof *p)
{
    return p->root_count == 0 && no_bundle(p) && !(id_is_zero(p->signature.b) && id_is_zero(p->signature.b + ID_LEN));
}

static enum cw_err read_bundle(struct author_proof *p)
{
    struct bundle_head head;
    enum cw_err err = grammar_parse(&bundle_head_grammar, p->bundle_head, NULL, &head);

    if (err != CW_OK)
        return err;
    if (p->root_count != 0 || (id_is_zero(p->signature.b) && id_is_zero(p->signature.b + ID_LEN)))
        return CW_REFUSED_MALFORMED;
    if (p->bundle_index >= head.count)
        return CW_REFUSED_MALFORMED;
    p->kind = PROOF_BUNDLE;
    p->bundle_count = head.count;
    p->bundle_root = head.root;
    return CW_OK;
}

/* The three kinds share one message: which fields are there says which kind it is. */
static enum cw_err classify(struct author_proof *p)
{
    if (!slice_empty(p->bundle_head))
        return read_bundle(p);
    if (is_threshold(p))
        p->kind = PROOF_THRESHOLD;
    else if (is_single(p))
        p->kind = PROOF_SINGLE;
    else
        return CW_REFUSED_MALFORMED;
    return CW_OK;
}

enum cw_err author_proof_parse(struct cw_slice bytes, struct cw_slice path, struct author_proof *out)
{
    struct author_proof proof;
    enum cw_err err = grammar_parse(&author_proof_grammar, bytes, NULL, &proof);

    if (err == CW_OK)
        err = classify(&proof);
    if (err != CW_OK)
        return err;
    *out = proof;
    out->path = path;
    return CW_OK;
}

void author_proof_encode(const struct author_proof *in, struct writer *out)
{
    struct author_proof proof = *in;

    if (proof.kind == PROOF_THRESHOLD)
        proof.signature = (struct signature){{0}};
    else
        proof.root_count = 0;
    if (proof.kind != PROOF_BUNDLE) {
        proof.bundle_head = slice(NULL, 0);
        proof.bundle_index = 0;
    }
    grammar_encode(&author_proof_grammar, &proof, out);
}
