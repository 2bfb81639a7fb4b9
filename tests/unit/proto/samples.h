/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_PROTO_SAMPLES_H
#define TESTS_UNIT_PROTO_SAMPLES_H

#include "proto/message.h"

/* Variant 0 fills every field, 1 only what must be there, 2 the other shape where a record has one. */
#define SAMPLE_VARIANTS 3

struct sample_maker {
    const char *kind;
    void (*make)(uint32_t variant, struct writer *out);
};

/* The records whose behaviour is a later version's (samples_reserved.c). */
extern const struct sample_maker reserved_makers[];
extern const size_t reserved_maker_count;

/* Bytes of a well-formed record of the kind named in record_kinds.h; valid until the next call. */
struct cw_slice sample_of(const char *kind, uint32_t variant);

/* `len` bytes that differ from call site to call site and are never all zero. */
void sample_fill(void *out, size_t len, uint8_t salt);
void sample_positions(struct positions *out, uint32_t count, uint8_t salt);

#endif
