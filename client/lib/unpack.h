/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_UNPACK_H
#define CASEWIRE_LIB_UNPACK_H

/*
 * Unpacking what a stranger sent into memory of a known bound. A small message costs little; the bound
 * grows with what the bytes need, never above UNPACK_MEMORY_MAX.
 */

#include "proto/buf.h"
#include "proto/wire.h"

#define UNPACK_MEMORY_MAX ((size_t)48 << 20)

/* *out_memory owns the message: free() it. CW_REFUSED_MALFORMED, CW_REFUSED_SIZE, CW_LOCAL_MEMORY. */
enum cw_err message_unpack(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, void **out_memory,
                           ProtobufCMessage **out, bool *out_unknown);

/* Packs into an empty buf. CW_REFUSED_SIZE above len_max, CW_LOCAL_MEMORY. */
enum cw_err message_pack(const ProtobufCMessage *message, size_t len_max, struct buf *out);

#endif
