/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/seen.h"

#include "proto/codec.h"

#define CHECK_LEN 16
#define CHECK_FIELD_LEN (2 + CHECK_LEN) /* tag, length, bytes: always the last of the record */
#define ITEM_LEN_MAX 1024

static bool items_hold(const struct seen *s)
{
    struct frontier_item item;
    struct log_id last = {{0}};

    for (uint32_t i = 0; i < s->item_count; i++) {
        if (frontier_item_parse(s->items[i], &item) != CW_OK || (i > 0 && ID_COMPARE(&last, &item.log) >= 0))
            return false;
        last = item.log;
    }
    return true;
}

static bool seen_holds(const void *record)
{
    return items_hold(record);
}

static const struct field seen_fields[] = {
    FIXED_FIELD(2, struct seen, network, FIELD_REQUIRED),
    FIXED_FIELD(3, struct seen, start, FIELD_REQUIRED),
    NUMBER_FIELD(4, struct seen, counter, 0, UINT64_MAX, 0),
    BYTES_ARENA_FIELD(5, struct seen, items, item_count, SEEN_ITEMS_MAX, 1, ITEM_LEN_MAX),
    FIXED_FIELD(6, struct seen, check, FIELD_REQUIRED),
};

static const struct grammar seen_grammar = RECORD_GRAMMAR(seen_fields, struct seen, SEEN_LEN_MAX, seen_holds);

static void check_of(struct cw_slice before, uint8_t out[static CHECK_LEN])
{
    uint8_t hash[ID_LEN];

    hash_one(LABEL_SEEN, before, hash);
    memcpy(out, hash, CHECK_LEN);
}

enum cw_err seen_parse(struct cw_slice bytes, struct arena *arena, struct seen *out)
{
    struct seen s;
    uint8_t check[CHECK_LEN];
    enum cw_err err = grammar_parse(&seen_grammar, bytes, arena, &s);

    if (err != CW_OK)
        return err;
    check_of(slice(bytes.data, bytes.len - CHECK_FIELD_LEN), check);
    if (memcmp(check, s.check, CHECK_LEN) != 0)
        return CW_REFUSED_MALFORMED;
    *out = s;
    return CW_OK;
}

void seen_encode(const struct seen *in, struct writer *out)
{
    struct seen s = *in;
    size_t start = out->len;

    CW_ASSERT(s.item_count <= SEEN_ITEMS_MAX);
    memset(s.check, 0, CHECK_LEN);
    grammar_encode(&seen_grammar, &s, out);
    if (out->failed || out->len - start > SEEN_LEN_MAX) {
        out->failed = true;
        return;
    }
    check_of(slice(out->data + start, out->len - start - CHECK_FIELD_LEN), out->data + out->len - CHECK_LEN);
}
