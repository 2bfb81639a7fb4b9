/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_BUF_H
#define CASEWIRE_PROTO_BUF_H

/*
 * Bytes that grow and are owned: the one piece of proto that uses the heap. Start with {0}; buf_done gives
 * the memory back and may be called on an empty one (CW_AUTO(buf_done)). Not for core and cases.
 */

#include "proto/bytes.h"

struct buf {
    uint8_t *data;
    size_t len;
    size_t cap;
};

void buf_done(struct buf *b);
/* Keeps the memory. */
void buf_clear(struct buf *b);
/* Room for `more` bytes behind the present ones; CW_LOCAL_MEMORY leaves the buf as it was. */
enum cw_err buf_reserve(struct buf *b, size_t more);
enum cw_err buf_add(struct buf *b, struct cw_slice s);
enum cw_err buf_add_be32(struct buf *b, uint32_t v);

/* Borrowed until the next call that adds. */
static inline struct cw_slice buf_slice(const struct buf *b)
{
    return slice(b->data, b->len);
}

#endif
