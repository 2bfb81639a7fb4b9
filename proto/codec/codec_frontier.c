/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"

#define FRONTIER_ITEM_LEN_MAX 1024

/* --- item -------------------------------------------------------------------------------------- */

/* Holes ascend by the table, so the last is the highest. */
static bool frontier_item_holds(const void *record)
{
    const struct frontier_item *item = record;

    return item->blob_seq <= item->seq && (item->hole_count == 0 || item->holes[item->hole_count - 1] < item->blob_seq);
}

static const struct field frontier_item_fields[] = {
    FIXED_FIELD(1, struct frontier_item, log, FIELD_REQUIRED),
    NUMBER_FIELD(2, struct frontier_item, seq, 0, UINT64_MAX, 0),
    FIXED_FIELD(3, struct frontier_item, seal, 0),
    NUMBER_FIELD(4, struct frontier_item, blob_seq, 0, UINT64_MAX, 0),
    NUMBERS_FIELD(5, struct frontier_item, holes, hole_count, HOLES_MAX, 1, UINT64_MAX, FIELD_ASCENDING),
};

static const struct grammar frontier_item_grammar =
    PLAIN_GRAMMAR(frontier_item_fields, struct frontier_item, FRONTIER_ITEM_LEN_MAX, frontier_item_holds);

enum cw_err frontier_item_parse(struct cw_slice bytes, struct frontier_item *out)
{
    return grammar_parse(&frontier_item_grammar, bytes, NULL, out);
}

void frontier_item_encode(const struct frontier_item *in, struct writer *out)
{
    grammar_encode(&frontier_item_grammar, in, out);
}

/* --- head -------------------------------------------------------------------------------------- */

static const struct field frontier_head_fields[] = {
    FIXED_FIELD(2, struct frontier_head, signer, FIELD_REQUIRED),
    FIXED_FIELD(3, struct frontier_head, start, FIELD_REQUIRED),
    FIXED_FIELD(4, struct frontier_head, replaces, 0),
    NUMBER_FIELD(5, struct frontier_head, counter, 0, UINT64_MAX, 0),
    SHORT_FIELD(6, struct frontier_head, item_count, 0, LOGS_MAX, 0),
    FIXED_FIELD(7, struct frontier_head, root, FIELD_REQUIRED),
    FIXED_FIELD(8, struct frontier_head, closed, 0),
    POSITIONS_FIELD(9, struct frontier_head, authority),
};

static const struct grammar frontier_head_grammar =
    RECORD_GRAMMAR(frontier_head_fields, struct frontier_head, FRONTIER_HEAD_LEN_MAX, NULL);

enum cw_err frontier_head_parse(struct cw_slice bytes, struct frontier_head *out)
{
    return grammar_parse(&frontier_head_grammar, bytes, NULL, out);
}

void frontier_head_encode(const struct frontier_head *in, struct writer *out)
{
    grammar_encode(&frontier_head_grammar, in, out);
}
