/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/buf.h"

#include <stdlib.h>

#define BUF_CAP_MIN 256

void buf_done(struct buf *b)
{
    if (b == NULL)
        return;
    free(b->data);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
}

enum cw_err buf_reserve(struct buf *b, size_t more)
{
    size_t cap = b->cap < BUF_CAP_MIN ? BUF_CAP_MIN : b->cap;

    if (more > SIZE_MAX / 2 - b->len)
        return CW_LOCAL_MEMORY;
    if (b->len + more <= b->cap)
        return CW_OK;

    while (cap < b->len + more)
        cap *= 2;

    uint8_t *grown = realloc(b->data, cap);
    if (grown == NULL)
        return CW_LOCAL_MEMORY;
    b->data = grown;
    b->cap = cap;
    return CW_OK;
}

enum cw_err buf_add(struct buf *b, struct cw_slice s)
{
    enum cw_err err = buf_reserve(b, s.len);

    if (err != CW_OK)
        return err;
    if (s.len != 0)
        memcpy(b->data + b->len, s.data, s.len);
    b->len += s.len;
    return CW_OK;
}

enum cw_err buf_add_be32(struct buf *b, uint32_t v)
{
    uint8_t bytes[4];
    struct writer w = writer_over(bytes, sizeof(bytes));

    writer_be32(&w, v);
    return buf_add(b, slice(bytes, sizeof(bytes)));
}
