/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_BYTES_H
#define CASEWIRE_PROTO_BYTES_H

/*
 * Pointer and length never part. A slice is borrowed for the call; a writer fills memory of a known
 * size; a reader remembers its first failure, gives zeros afterwards, and is checked once at the end.
 * Pure. Owned, growing bytes (struct buf) are in proto/buf.h: they use the heap.
 */

#include "proto/base.h"

static inline struct cw_slice slice(const void *data, size_t len)
{
    return (struct cw_slice){data, len};
}

static inline struct cw_slice slice_of(const char *text)
{
    return (struct cw_slice){(const uint8_t *)text, strlen(text)};
}

static inline bool slice_empty(struct cw_slice s)
{
    return s.len == 0;
}

bool slice_eq(struct cw_slice a, struct cw_slice b);
int slice_compare(struct cw_slice a, struct cw_slice b); /* as memcmp, then the shorter first */

/* Fixed memory being filled; the first overflow sticks. */
struct writer {
    uint8_t *data;
    size_t cap;
    size_t len;
    bool failed;
};

static inline struct writer writer_over(void *memory, size_t cap)
{
    return (struct writer){memory, cap, 0, false};
}

void writer_bytes(struct writer *w, const void *data, size_t len);
void writer_slice(struct writer *w, struct cw_slice s);
void writer_u8(struct writer *w, uint8_t v);
void writer_be16(struct writer *w, uint16_t v);
void writer_be32(struct writer *w, uint32_t v);
void writer_be64(struct writer *w, uint64_t v);
void writer_varint(struct writer *w, uint64_t v);                        /* LEB128, minimal, as protobuf */
enum cw_err writer_finish(const struct writer *w, struct cw_slice *out); /* CW_REFUSED_SIZE after an overflow */

struct reader {
    const uint8_t *data;
    size_t len;
    size_t at;
    bool failed;
};

static inline struct reader reader_over(struct cw_slice s)
{
    return (struct reader){s.data, s.len, 0, false};
}

static inline size_t reader_left(const struct reader *r)
{
    return r->failed ? 0 : r->len - r->at;
}

uint8_t reader_u8(struct reader *r);
uint16_t reader_be16(struct reader *r);
uint32_t reader_be32(struct reader *r);
uint64_t reader_be64(struct reader *r);
uint64_t reader_varint(struct reader *r); /* fails on non-minimal and on more than 10 bytes */
struct cw_slice reader_slice(struct reader *r, size_t len);
void reader_bytes(struct reader *r, void *out, size_t len);
enum cw_err reader_finish(const struct reader *r); /* CW_PEER_MALFORMED after a failure or with bytes left */

/* Lower-case hexadecimal; out has 2*len+1 bytes. */
void hex_of(struct cw_slice s, char *out);
enum cw_err hex_parse(const char *text, uint8_t *out, size_t out_len); /* exact length */

#endif
