/* SPDX-License-Identifier: Apache-2.0 */
/* One frame of a peer. What is accepted fits the promised arena and can be said again, meaning the same. */
#include "proto/session.h"
#include "tests/fuzz/fuzz.h"

static uint8_t arena_memory[SESSION_ARENA_LEN], again_memory[SESSION_ARENA_LEN];
static uint8_t first[2 * MESSAGE_LEN_MAX], second[2 * MESSAGE_LEN_MAX];

static size_t say(const struct peer_message *m, uint8_t *memory)
{
    static uint8_t scratch_memory[65536];
    struct arena scratch = arena_over(scratch_memory, sizeof(scratch_memory));
    struct writer out = writer_over(memory, 2 * (size_t)MESSAGE_LEN_MAX);

    FUZZ_MUST(peer_message_encode(m, &scratch, &out) == CW_OK);
    return out.len;
}

/* Our own spelling of it is read as the same message: its spelling is then fixed. */
static void means_the_same(const struct peer_message *m)
{
    struct arena arena = arena_over(again_memory, sizeof(again_memory));
    struct peer_message back;
    size_t len = say(m, first);

    FUZZ_MUST(peer_message_parse(slice(first, len), &arena, &back) == CW_OK);
    FUZZ_MUST(back.kind == m->kind && say(&back, second) == len && memcmp(first, second, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct peer_message m;
    enum cw_err err = peer_message_parse(slice(data, size), &arena, &m);

    FUZZ_MUST(err == CW_OK || err == CW_PEER_MALFORMED);
    if (err == CW_OK)
        means_the_same(&m);
    else
        FUZZ_MUST(arena.used == 0);
    return 0;
}
