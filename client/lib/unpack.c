/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/unpack.h"

#include <stdlib.h>

static enum cw_err unpack_within(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, size_t bound,
                                 void **out_memory, ProtobufCMessage **out, bool *out_unknown)
{
    void *memory = calloc(1, bound);
    struct arena arena = arena_over(memory, bound);
    enum cw_err err;

    if (memory == NULL)
        return CW_LOCAL_MEMORY;
    err = wire_unpack(type, bytes, &arena, out, out_unknown);
    if (err != CW_OK) {
        free(memory);
        return err;
    }
    *out_memory = memory;
    return CW_OK;
}

enum cw_err message_unpack(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, void **out_memory,
                           ProtobufCMessage **out, bool *out_unknown)
{
    size_t bound = 8192 + bytes.len * 4;
    enum cw_err err = CW_LOCAL_MEMORY;

    /* A bound that is too small is told apart from bytes that are wrong only by trying a larger one. */
    while (bound <= UNPACK_MEMORY_MAX) {
        err = unpack_within(type, bytes, bound, out_memory, out, out_unknown);
        if (err != CW_LOCAL_MEMORY && err != CW_REFUSED_SIZE)
            return err;
        bound *= 4;
    }
    return err;
}

enum cw_err message_pack(const ProtobufCMessage *message, size_t len_max, struct buf *out)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    struct writer w;

    if (len > len_max)
        return CW_REFUSED_SIZE;
    if (buf_reserve(out, len) != CW_OK)
        return CW_LOCAL_MEMORY;
    w = writer_over(out->data, len);
    wire_pack(message, &w);
    out->len = w.len;
    return w.failed ? CW_REFUSED_SIZE : CW_OK;
}
