/* SPDX-License-Identifier: Apache-2.0 */
/* A segment of an authority's log, taken apart into batches: each of them, taken apart again, is itself. */
#include "tests/fuzz/fuzz.h"
#include "tool/authority.h"

static bool same_piece(const struct authority_piece *a, const struct authority_piece *b)
{
    return ID_EQ(&a->log, &b->log) && a->first == b->first && ID_EQ(&a->prev, &b->prev) && a->end.seq == b->end.seq &&
           ID_EQ(&a->end.seal, &b->end.seal) && slice_eq(buf_slice(&a->bytes), buf_slice(&b->bytes));
}

static void is_itself(const struct authority_piece *piece)
{
    struct authority_pieces again = {0};

    FUZZ_MUST(authority_pieces_add(&again, buf_slice(&piece->bytes), NULL) == CW_OK);
    FUZZ_MUST(again.count == 1 && same_piece(&again.at[0], piece));
    authority_pieces_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct authority_pieces pieces = {0};
    struct cw_fault fault = {0};
    enum cw_err err = authority_pieces_add(&pieces, slice(data, size), &fault);
    struct authority_ends ends;

    FUZZ_MUST(err == CW_OK || fault.code == err);
    for (size_t i = 0; i < pieces.count; i++) {
        is_itself(&pieces.at[i]);
        FUZZ_MUST(authority_pieces_ends(&pieces, &pieces.at[i].log, &ends) == CW_OK);
        FUZZ_MUST(ends.count > 0 && ends.count <= pieces.count);
        free(ends.at);
    }
    authority_pieces_done(&pieces);
    return 0;
}
