/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec_session.h"

/* FRONTIER: a signed head and items by their own strict grammar. */

#define ITEM_LEN_MAX 1024

static const struct field signed_frontier_fields[] = {
    BYTES_FIELD(1, struct peer_frontier, head_bytes, 1, FRONTIER_HEAD_LEN_MAX, FIELD_REQUIRED),
    FIXED_FIELD(2, struct peer_frontier, signature, FIELD_REQUIRED),
};

static const struct grammar signed_frontier_grammar = {GRAMMAR_FIELDS(signed_frontier_fields), .open = true};

/* The head lies flat in peer_frontier, so its table works on the same struct (offset 0). */
static const struct field frontier_fields[] = {
    FLAT_FIELD(1, &signed_frontier_grammar, FIELD_REQUIRED),
    FLAG_FIELD(2, struct peer_frontier, full),
    NUMBER_FIELD(3, struct peer_frontier, since, 0, UINT64_MAX, 0),
    BYTES_ARENA_FIELD(4, struct peer_frontier, item_bytes, item_count, LOGS_MAX, 1, ITEM_LEN_MAX),
    NUMBER_FIELD(5, struct peer_frontier, now_ms, 0, UINT64_MAX, 0),
};

static const struct grammar frontier_grammar = OPEN_GRAMMAR(frontier_fields, struct peer_frontier, 0, NULL);

static enum cw_err parse_items(struct peer_frontier *f, struct arena *arena)
{
    f->items = ARENA_ARRAY(arena, struct frontier_item, f->item_count);
    if (f->items == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->item_count; i++) {
        enum cw_err err = frontier_item_parse(f->item_bytes[i], &f->items[i]);
        if (err != CW_OK)
            return err;
        if (i > 0 && ID_COMPARE(&f->items[i - 1].log, &f->items[i].log) >= 0)
            return CW_REFUSED_MALFORMED;
    }
    return CW_OK;
}

static enum cw_err frontier_parse(struct cw_slice body, struct arena *arena, struct peer_message *out)
{
    struct peer_frontier *f = &out->as.frontier;
    enum cw_err err = grammar_parse(&frontier_grammar, body, arena, f);

    if (err == CW_OK)
        err = frontier_head_parse(f->head_bytes, &f->head);
    if (err == CW_OK)
        err = parse_items(f, arena);
    if (err == CW_OK && f->full && f->item_count != f->head.item_count)
        err = CW_REFUSED_MALFORMED;
    return err;
}

static enum cw_err frontier_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    (void)scratch;
    grammar_encode_field(PEER_FRONTIER, &frontier_grammar, &in->as.frontier, out);
    return CW_OK;
}

const struct body_codec frontier_codec = {frontier_parse, frontier_encode};
