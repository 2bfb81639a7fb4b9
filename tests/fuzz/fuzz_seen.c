/* SPDX-License-Identifier: Apache-2.0 */
/* What a session has seen, as it brings it along: whatever is accepted has one spelling. */
#include "proto/seen.h"
#include "proto/sign.h"
#include "tests/fuzz/fuzz.h"

static uint8_t arena_memory[1 << 16], written[SEEN_LEN_MAX], sealed[SEEN_LEN_MAX + 64];

static void holds(struct cw_slice bytes)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct writer out = writer_over(written, sizeof(written));
    struct seen seen;
    enum cw_err err = seen_parse(bytes, &arena, &seen);

    if (err != CW_OK) {
        FUZZ_MUST(err == CW_REFUSED_MALFORMED || err == CW_REFUSED_SIZE || err == CW_REFUSED_VERSION);
        return;
    }
    seen_encode(&seen, &out);
    FUZZ_MUST(!out.failed && slice_eq(slice(out.data, out.len), bytes));
}

/* As it comes, and with the check that somebody who forges tokens would put behind it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct writer out = writer_over(sealed, sizeof(sealed));
    uint8_t check[ID_LEN];

    holds(slice(data, size));
    hash_one(LABEL_SEEN, slice(data, size), check);
    writer_bytes(&out, data, size);
    writer_bytes(&out, (const uint8_t[]){6 << 3 | 2, 16}, 2);
    writer_bytes(&out, check, 16);
    if (!out.failed)
        holds(slice(sealed, out.len));
    return 0;
}
