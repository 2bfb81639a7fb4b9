/* SPDX-License-Identifier: Apache-2.0 */
/* be16 length of the frame ‖ frame ‖ one part of values. What is decoded keeps its bounds and survives being encoded. */
#include "proto/op.h"
#include "tests/fuzz/fuzz.h"

static uint8_t arena_memory[1 << 20], again_memory[1 << 20], frame_memory[FRAME_LEN_MAX],
    values_memory[PAYLOAD_LEN_MAX];

static void keeps_bounds(const struct op *op)
{
    FUZZ_MUST(op->write_count <= WRITES_MAX && op->after_count <= AFTER_MAX && op->ref_count <= REFS_MAX);
    for (uint32_t i = 0; i < op->write_count; i++) {
        FUZZ_MUST(op->writes[i].field != 0 && op->writes[i].supersede_count <= SUPERSEDES_MAX);
        FUZZ_MUST(!(op->writes[i].has_value && op->writes[i].withheld));
    }
}

static void survives(const struct op *op)
{
    struct writer frame = writer_over(frame_memory, sizeof(frame_memory));
    struct writer values = writer_over(values_memory, sizeof(values_memory));
    struct arena arena = arena_over(again_memory, sizeof(again_memory));
    struct op back;

    if (op_encode(op, &frame, &values) != CW_OK)
        return; /* several writes of one long value: written once each, it may be too much */
    const struct cw_slice payloads[] = {slice(frame.data, frame.len), slice(values.data, values.len)};
    FUZZ_MUST(op_decode(payloads, 2, &arena, &back, NULL) == CW_OK);
    FUZZ_MUST(back.type == op->type && back.write_count == op->write_count);
    for (uint32_t i = 0; i < op->write_count; i++)
        FUZZ_MUST(op->writes[i].withheld || (back.writes[i].value.type == op->writes[i].value.type &&
                                             slice_eq(back.writes[i].value.text, op->writes[i].value.text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader in = reader_over(slice(data, size));
    size_t frame_len = reader_be16(&in);
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct cw_slice payloads[2];
    struct refusal refusal;
    struct op op;

    if (in.failed)
        return 0;
    payloads[0] = reader_slice(&in, frame_len < reader_left(&in) ? frame_len : reader_left(&in));
    payloads[1] = reader_slice(&in, reader_left(&in));
    if (frame_len % 7 == 6)
        payloads[1] = slice(NULL, 0); /* not readable here */
    if (op_decode(payloads, 2, &arena, &op, &refusal) != CW_OK)
        return 0;
    keeps_bounds(&op);
    survives(&op);
    return 0;
}
