/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/unpack.h"

#include "tests/fuzz/fuzz.h"

#define GROWTH_MAX 64 /* for each byte of a message: proto/wire.c lets nothing through that takes more */

static uint8_t arena_memory[8 << 20], packed[2 << 20];

void fuzz_unpack(const ProtobufCMessageDescriptor *kind, struct cw_slice bytes)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct writer out = writer_over(packed, sizeof(packed));
    ProtobufCMessage *message;
    bool unknown;
    enum cw_err err = wire_unpack(kind, bytes, &arena, &message, &unknown);

    FUZZ_MUST(err != CW_LOCAL_MEMORY && arena.used <= GROWTH_MAX * bytes.len + 65536);
    if (err != CW_OK)
        return;
    FUZZ_MUST(protobuf_c_message_check(message));
    wire_pack(message, &out);
    FUZZ_MUST(!out.failed);
    FUZZ_MUST(wire_prescan(kind, slice(out.data, out.len), WIRE_FIELDS_MAX) == CW_OK);
}
