/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_WIRE_H
#define CASEWIRE_PROTO_WIRE_H

/*
 * The one door to protobuf-c: pre-scan first (field and nesting bounds, well-formed wire types, total
 * memory it would take), then unpack into a bounded arena. Used for client requests and answers, the
 * core/net link and, below proto/codec*.c, for every record. Nothing else may call protobuf-c's unpack.
 */

#include "proto/bytes.h"

#include <protobuf-c/protobuf-c.h>

#define WIRE_FIELDS_MAX 65536
#define WIRE_DEPTH_MAX 8

/* CW_REFUSED_MALFORMED, CW_REFUSED_SIZE. max_fields <= WIRE_FIELDS_MAX. Walks the descriptor's known sub-messages only. */
enum cw_err wire_prescan(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, uint32_t max_fields);

/* Pre-scan, then unpack; everything lives in the arena (nothing to free). *out_unknown (may be NULL): holds fields unknown here. */
enum cw_err wire_unpack(const ProtobufCMessageDescriptor *type, struct cw_slice bytes, struct arena *arena,
                        ProtobufCMessage **out, bool *out_unknown);

/* Packs into the writer; sets its failed flag when it does not fit. */
void wire_pack(const ProtobufCMessage *message, struct writer *out);

/* Strict header grammar of a message type: table-driven, see grammar.h. */

static inline struct cw_slice wire_slice(ProtobufCBinaryData b)
{
    return slice(b.data, b.len);
}
static inline ProtobufCBinaryData wire_bytes(struct cw_slice s)
{
    return (ProtobufCBinaryData){s.len, (uint8_t *)(uintptr_t)s.data};
}

#endif
