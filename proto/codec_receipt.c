/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec_receipt.h"

#include "proto/codec.h"

#include <stdalign.h>

#define ITEM_LEN_MAX 1024

static const struct field signed_frontier_fields[] = {
    BYTES_FIELD(1, struct receipt_evidence, frontier_head, 0, FRONTIER_HEAD_LEN_MAX, 0),
    FIXED_FIELD(2, struct receipt_evidence, frontier_signature, 0),
};

static const struct grammar signed_frontier_grammar = {GRAMMAR_FIELDS(signed_frontier_fields), .open = true};

/* As signed_seal_grammar, but the whole may be absent: a further division's item then means the local seal. */
static const struct field evidence_fields[] = {
    BYTES_FIELD(1, struct receipt_evidence, entry, 0, HEADER_LEN_MAX, 0),
    {.number = 2, .type = FIELD_MESSAGE, .offset = offsetof(struct receipt_evidence, seal), .sub = &signed_seal_grammar},
    {.number = 3, .type = FIELD_FIXED, .min = ID_LEN, .max = ID_LEN, .count_max = SEAL_PATH_MAX,
     .offset = offsetof(struct receipt_evidence, path), .stride = sizeof(struct hash),
     .count_offset = offsetof(struct receipt_evidence, path_count)},
    BYTES_FIELD(4, struct receipt_evidence, frontier_item, 0, ITEM_LEN_MAX, 0),
    {.number = 5, .type = FIELD_MESSAGE, .offset = 0, .sub = &signed_frontier_grammar},
    {.number = 6, .type = FIELD_FIXED, .min = ID_LEN, .max = ID_LEN, .count_max = ITEM_PATH_MAX,
     .offset = offsetof(struct receipt_evidence, item_path), .stride = sizeof(struct hash),
     .count_offset = offsetof(struct receipt_evidence, item_path_count)},
    SHORT_FIELD(7, struct receipt_evidence, item_index, 0, LOGS_MAX - 1, 0),
    {.number = 8, .type = FIELD_MESSAGE, .bits = FIELD_ARENA, .count_max = RECEIPT_BETWEEN_MAX,
     .offset = offsetof(struct receipt_evidence, between), .stride = sizeof(struct signed_seal),
     .align = alignof(struct signed_seal), .count_offset = offsetof(struct receipt_evidence, between_count),
     .sub = &signed_seal_grammar},
    BYTES_FIELD(9, struct receipt_evidence, genesis, 0, GENESIS_LEN_MAX, 0),
};

static const struct grammar evidence_grammar = {GRAMMAR_FIELDS(evidence_fields), .open = true};

static const struct field receipt_fields[] = {
    FIXED_FIELD(1, struct receipt_record, network, FIELD_REQUIRED),
    FIXED_FIELD(2, struct receipt_record, op_id, FIELD_REQUIRED),
    BYTES_FIELD(3, struct receipt_record, submission_header, 1, HEADER_LEN_MAX, FIELD_REQUIRED),
    FIXED_FIELD(4, struct receipt_record, author_signature, FIELD_REQUIRED),
    {.number = 5, .type = FIELD_MESSAGE, .bits = FIELD_REQUIRED, .offset = offsetof(struct receipt_record, local),
     .sub = &evidence_grammar},
    {.number = 6, .type = FIELD_MESSAGE, .bits = FIELD_ARENA, .count_max = RECEIPT_HELD_MAX,
     .offset = offsetof(struct receipt_record, held), .stride = sizeof(struct receipt_evidence),
     .align = alignof(struct receipt_evidence), .count_offset = offsetof(struct receipt_record, held_count),
     .sub = &evidence_grammar},
    BYTES_FIELD(7, struct receipt_record, genesis, 1, GENESIS_LEN_MAX, FIELD_REQUIRED),
};

static const struct grammar receipt_grammar = {
    GRAMMAR_FIELDS(receipt_fields), .len_max = RECEIPT_LEN_MAX, .size = sizeof(struct receipt_record), .open = true};

enum cw_err receipt_record_parse(struct cw_slice bytes, struct arena *arena, struct receipt_record *out)
{
    return grammar_parse(&receipt_grammar, bytes, arena, out);
}

void receipt_record_encode(const struct receipt_record *in, struct writer *out)
{
    grammar_encode(&receipt_grammar, in, out);
}
