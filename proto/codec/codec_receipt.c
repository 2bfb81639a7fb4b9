/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec_receipt.h"

#include "proto/codec.h"

#define ITEM_LEN_MAX 1024

static const struct field signed_frontier_fields[] = {
    BYTES_FIELD(1, struct receipt_evidence, frontier_head, 0, FRONTIER_HEAD_LEN_MAX, 0),
    FIXED_FIELD(2, struct receipt_evidence, frontier_signature, 0),
};

static const struct grammar signed_frontier_grammar = {GRAMMAR_FIELDS(signed_frontier_fields), .open = true};

/* As signed_seal_grammar, but the whole may be absent: a further division's item then means the local seal. */
static const struct field evidence_fields[] = {
    BYTES_FIELD(1, struct receipt_evidence, entry, 0, HEADER_LEN_MAX, 0),
    MESSAGE_FIELD(2, struct receipt_evidence, seal, &signed_seal_grammar, 0),
    FIXEDS_FIELD(3, struct receipt_evidence, path, path_count, 0, SEAL_PATH_MAX),
    BYTES_FIELD(4, struct receipt_evidence, frontier_item, 0, ITEM_LEN_MAX, 0),
    FLAT_FIELD(5, &signed_frontier_grammar, 0),
    FIXEDS_FIELD(6, struct receipt_evidence, item_path, item_path_count, 0, ITEM_PATH_MAX),
    SHORT_FIELD(7, struct receipt_evidence, item_index, 0, LOGS_MAX - 1, 0),
    MESSAGES_ARENA_FIELD(8, struct receipt_evidence, between, between_count, 0, RECEIPT_BETWEEN_MAX,
                         &signed_seal_grammar),
    BYTES_FIELD(9, struct receipt_evidence, genesis, 0, GENESIS_LEN_MAX, 0),
};

static const struct grammar evidence_grammar = {GRAMMAR_FIELDS(evidence_fields), .open = true};

static const struct field receipt_fields[] = {
    FIXED_FIELD(1, struct receipt_record, network, FIELD_REQUIRED),
    FIXED_FIELD(2, struct receipt_record, op_id, FIELD_REQUIRED),
    BYTES_FIELD(3, struct receipt_record, submission_header, 1, HEADER_LEN_MAX, FIELD_REQUIRED),
    BYTES_FIELD(4, struct receipt_record, proof, 1, PROOF_LEN_MAX, FIELD_REQUIRED),
    MESSAGE_FIELD(5, struct receipt_record, local, &evidence_grammar, FIELD_REQUIRED),
    MESSAGES_ARENA_FIELD(6, struct receipt_record, held, held_count, 0, RECEIPT_HELD_MAX, &evidence_grammar),
    BYTES_FIELD(7, struct receipt_record, genesis, 1, GENESIS_LEN_MAX, FIELD_REQUIRED),
    BYTES_FIELD(8, struct receipt_record, path, 0, (uint64_t)BUNDLE_PATH_LEN_MAX, 0),
};

static const struct grammar receipt_grammar =
    OPEN_GRAMMAR(receipt_fields, struct receipt_record, RECEIPT_LEN_MAX, NULL);

enum cw_err receipt_record_parse(struct cw_slice bytes, struct arena *arena, struct receipt_record *out)
{
    return grammar_parse(&receipt_grammar, bytes, arena, out);
}

void receipt_record_encode(const struct receipt_record *in, struct writer *out)
{
    grammar_encode(&receipt_grammar, in, out);
}
