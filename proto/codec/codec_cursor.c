/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/cursor.h"

#include "proto/codec.h"

#define CHECK_LEN 16
#define CHECK_FIELD_LEN (2 + CHECK_LEN) /* tag, length, bytes: always the last of the record */

static bool ascends(const struct position *at, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (ID_COMPARE(&at[i - 1].log, &at[i].log) >= 0)
            return false;
    }
    return true;
}

static bool cursor_holds(const void *record)
{
    const struct cursor *c = record;

    return ascends(c->authority, c->authority_count) && ascends(c->logs, c->log_count);
}

static const struct field cursor_fields[] = {
    FIXED_FIELD(2, struct cursor, network, FIELD_REQUIRED),
    FIXED_FIELD(3, struct cursor, reader, 0),
    MESSAGES_ARENA_FIELD(4, struct cursor, authority, authority_count, 0, CURSOR_AUTHORITY_MAX, &position_grammar),
    MESSAGES_ARENA_FIELD(5, struct cursor, logs, log_count, 0, CURSOR_LOGS_MAX, &position_grammar),
    FIXED_HAS_FIELD(6, struct cursor, sweep, has_sweep),
    FIXED_FIELD(7, struct cursor, check, FIELD_REQUIRED),
};

static const struct grammar cursor_grammar = RECORD_GRAMMAR(cursor_fields, struct cursor, CURSOR_LEN_MAX, cursor_holds);

static void check_of(struct cw_slice before, uint8_t out[static CHECK_LEN])
{
    uint8_t hash[ID_LEN];

    hash_one(LABEL_CURSOR, before, hash);
    memcpy(out, hash, CHECK_LEN);
}

enum cw_err cursor_parse(struct cw_slice bytes, struct arena *arena, struct cursor *out)
{
    struct cursor c;
    uint8_t check[CHECK_LEN];
    enum cw_err err = grammar_parse(&cursor_grammar, bytes, arena, &c);

    if (err != CW_OK)
        return err;
    check_of(slice(bytes.data, bytes.len - CHECK_FIELD_LEN), check);
    if (memcmp(check, c.check, CHECK_LEN) != 0)
        return CW_REFUSED_MALFORMED;
    *out = c;
    return CW_OK;
}

void cursor_encode(const struct cursor *in, struct writer *out)
{
    struct cursor c = *in;
    size_t start = out->len;

    CW_ASSERT(c.authority_count <= CURSOR_AUTHORITY_MAX && c.log_count <= CURSOR_LOGS_MAX);
    memset(c.check, 0, CHECK_LEN);
    grammar_encode(&cursor_grammar, &c, out);
    if (out->failed || out->len - start > CURSOR_LEN_MAX) {
        out->failed = true;
        return;
    }
    check_of(slice(out->data + start, out->len - start - CHECK_FIELD_LEN), out->data + out->len - CHECK_LEN);
}

void cursor_hash(struct cw_slice bytes, struct hash *out)
{
    memset(out, 0, sizeof *out);
    if (bytes.len > 0)
        hash_one(LABEL_CURSOR, bytes, out->b);
}
