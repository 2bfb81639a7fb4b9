/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_CODEC_RECEIPT_H
#define CASEWIRE_PROTO_CODEC_RECEIPT_H

/* cw.Receipt as plain structs: shapes only, receipt.c checks what they say. */

#include "proto/message.h"

#define RECEIPT_HELD_MAX 512
#define RECEIPT_BETWEEN_MAX 1024
#define RECEIPT_LEN_MAX MESSAGE_LEN_MAX
#define ITEM_PATH_MAX 12 /* of LOGS_MAX items */

struct receipt_evidence {
    struct cw_slice entry;
    struct signed_seal seal;
    uint32_t path_count;
    struct hash path[SEAL_PATH_MAX];
    struct cw_slice frontier_item, frontier_head;
    struct signature frontier_signature;
    uint32_t item_path_count, item_index;
    struct hash item_path[ITEM_PATH_MAX];
    uint32_t between_count;
    const struct signed_seal *between;
    struct cw_slice genesis;
};

struct receipt_record {
    struct network_id network;
    struct cw_op_id op_id;
    struct cw_slice submission_header, proof, path;
    struct receipt_evidence local;
    uint32_t held_count;
    const struct receipt_evidence *held;
    struct cw_slice genesis;
};

enum cw_err receipt_record_parse(struct cw_slice bytes, struct arena *arena, struct receipt_record *out);
void receipt_record_encode(const struct receipt_record *in, struct writer *out);

#endif
