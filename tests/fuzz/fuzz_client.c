/* SPDX-License-Identifier: Apache-2.0 */
/* A request of a client: pre-scan, bounded unpack, and packing what was unpacked. */
#include "proto/client.pb-c.h"
#include "proto/wire.h"
#include "tests/fuzz/fuzz.h"

static uint8_t arena_memory[8 << 20], packed[2 << 20];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct writer out = writer_over(packed, sizeof(packed));
    ProtobufCMessage *message;
    bool unknown;
    enum cw_err err = wire_unpack(&cw__request__descriptor, slice(data, size), &arena, &message, &unknown);

    /* The estimate bounds what protobuf-c really takes. */
    FUZZ_MUST(err != CW_LOCAL_MEMORY && arena.used <= 32 * size + 65536);
    if (err != CW_OK)
        return 0;
    FUZZ_MUST(protobuf_c_message_check(message));
    wire_pack(message, &out);
    FUZZ_MUST(!out.failed);
    FUZZ_MUST(wire_prescan(&cw__request__descriptor, slice(out.data, out.len), WIRE_FIELDS_MAX) == CW_OK);
    return 0;
}
