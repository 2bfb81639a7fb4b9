/* SPDX-License-Identifier: Apache-2.0 */
/* A feed's cursor, which readers keep for years: whatever is accepted has one spelling. */
#include "proto/cursor.h"
#include "tests/fuzz/fuzz.h"

static uint8_t arena_memory[1 << 17], written[CURSOR_LEN_MAX], sealed[CURSOR_LEN_MAX + 64];

static void holds(struct cw_slice bytes)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct writer out = writer_over(written, sizeof(written));
    struct cursor cursor;
    enum cw_err err = cursor_parse(bytes, &arena, &cursor);

    if (err != CW_OK) {
        FUZZ_MUST(err == CW_REFUSED_MALFORMED || err == CW_REFUSED_SIZE || err == CW_REFUSED_VERSION);
        return;
    }
    cursor_encode(&cursor, &out);
    FUZZ_MUST(!out.failed && slice_eq(slice(out.data, out.len), bytes));
}

/* As it comes, and with the check that somebody who forges cursors would put behind it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct writer out = writer_over(sealed, sizeof(sealed));
    struct hash check;

    holds(slice(data, size));
    cursor_hash(slice(data, size), &check);
    writer_bytes(&out, data, size);
    writer_bytes(&out, (const uint8_t[]){7 << 3 | 2, 16}, 2);
    writer_bytes(&out, check.b, 16);
    if (!out.failed)
        holds(slice(sealed, out.len));
    return 0;
}
