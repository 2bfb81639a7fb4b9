/* SPDX-License-Identifier: Apache-2.0 */
/* Byte 0: which record. Whatever is accepted must be written back byte for byte; acts also as the body of a record. */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/proto/record_kinds.h"

#include "proto/reserved.h"
#include "proto/submission.h"

static uint8_t arena_memory[1 << 20], written[1 << 20];

static void reads_back(const struct record_kind *kind, struct cw_slice bytes)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct writer out = writer_over(written, sizeof(written));
    enum cw_err err = kind->reencode(bytes, &arena, &out);

    if (err == CW_OK)
        FUZZ_MUST(!out.failed && slice_eq(slice(out.data, out.len), bytes));
    else
        FUZZ_MUST(err == CW_REFUSED_MALFORMED || err == CW_REFUSED_SIZE || err == CW_REFUSED_VERSION);
}

/* Two spellings of one text never both pass: what passes is its own normal form and holds no control. */
static void text_holds(struct cw_slice text)
{
    if (text_check(text, text.len, false, "", NULL) != CW_OK)
        return;
    for (size_t i = 0; i < text.len; i++)
        FUZZ_MUST(text.data[i] >= 0x20 && text.data[i] != 0x7f);
}

static void padding_holds(struct cw_slice padded)
{
    struct cw_slice payload;
    uint32_t size_class;

    if (payload_unpad(padded, &payload) != CW_OK)
        return;
    FUZZ_MUST(size_class_of(payload.len, &size_class) == CW_OK && size_class_len(size_class) <= padded.len);
}

/* Records of a later version's behaviour: well-formed or not, in the memory that is said to be enough. */
static void reserved_holds(struct cw_slice bytes)
{
    struct arena arena = arena_over(arena_memory, RESERVED_ARENA_LEN);

    for (uint32_t c = CLASS_WRAPS; c <= CLASS_AUDIENCE; c++)
        FUZZ_MUST(reserved_record_check((enum op_class)c, bytes, &arena) != CW_LOCAL_MEMORY);
    for (uint32_t act = ACT_REINSTATE; act <= ACT_VERSIONS; act++)
        FUZZ_MUST(reserved_act_check((enum authority_act)act, bytes, &arena) != CW_LOCAL_MEMORY);
    FUZZ_MUST(arena.used == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct signed_seal seal;

    if (size == 0)
        return 0;
    const struct cw_slice rest = slice(data + 1, size - 1);
    reads_back(&record_kinds[data[0] % CW_COUNT(record_kinds)], rest);
    (void)signed_seal_parse(rest, &seal);
    text_holds(rest);
    padding_holds(rest);
    reserved_holds(rest);
    return 0;
}
