/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_VECTORS_RECEIPT_H
#define TESTS_VECTORS_RECEIPT_H

/* A receipt taken apart, so that one thing in it can be changed and all around it made to fit again. */

#include "proto/codec_receipt.h"
#include "tests/vectors/vectors.h"

struct receipt_bench {
    struct out *out;
    struct world w;
    struct cw_slice good; /* world_receipt(): entry 3, held by EST at its seal and by WST two seals later */
    struct receipt_record record;
    struct receipt_evidence held[2];
    struct signed_seal between[2];
    const struct world_identity *shown; /* whose certificate stands beside the daemons'; NULL: nobody's */
};

/* The good one again, in `record`. */
void receipt_read(struct receipt_bench *b);
/* Writes `record` as a vector. reason: where the first failing step is; NULL: it verifies. */
void receipt_put(struct receipt_bench *b, const char *name, const char *reason);

/* receipt_local.c: steps 1 to 5 of docs/protocol.md §5.3; receipt_held.c: steps 6 to 8. */
void receipt_break_local(struct receipt_bench *b);
void receipt_break_held(struct receipt_bench *b);

#endif
