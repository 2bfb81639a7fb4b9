/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"

#include <stdalign.h>

/* --- key record -------------------------------------------------------------------------------- */

static const struct field key_record_fields[] = {
    BYTES_FIELD(2, struct key_record, audience, 1, NAME_LEN_MAX, FIELD_REQUIRED | FIELD_TEXT),
    {.number = 3, .type = FIELD_MESSAGE, .bits = FIELD_REQUIRED, .max = KEY_RECORD_LEN_MAX,
     .offset = offsetof(struct key_record, membership), .sub = &position_grammar},
    FIXED_FIELD(4, struct key_record, public_key, FIELD_REQUIRED),
    FIXED_FIELD(5, struct key_record, commitment, FIELD_REQUIRED),
};

static const struct grammar key_record_grammar = {
    GRAMMAR_FIELDS(key_record_fields),
    .version = 1,
    .len_max = KEY_RECORD_LEN_MAX,
    .size = sizeof(struct key_record),
};

enum cw_err key_record_parse(struct cw_slice bytes, struct key_record *out)
{
    return grammar_parse(&key_record_grammar, bytes, NULL, out);
}

void key_record_encode(const struct key_record *in, struct writer *out)
{
    grammar_encode(&key_record_grammar, in, out);
}

/* --- envelopes --------------------------------------------------------------------------------- */

struct envelope_list {
    uint32_t count;
    const struct envelope *items;
};

static const struct field envelope_fields[] = {
    FIXED_FIELD(1, struct envelope, recipient, FIELD_REQUIRED),
    BYTES_FIELD(2, struct envelope, sealed, 1, ENVELOPE_SEALED_LEN_MAX, FIELD_REQUIRED),
};

static const struct grammar envelope_grammar = {GRAMMAR_FIELDS(envelope_fields)};

static const struct field envelope_list_fields[] = {
    {.number = 2, .type = FIELD_MESSAGE, .bits = FIELD_ARENA, .max = ENVELOPES_LEN_MAX, .count_min = 1,
     .count_max = ENVELOPES_MAX, .offset = offsetof(struct envelope_list, items), .stride = sizeof(struct envelope),
     .align = alignof(struct envelope), .count_offset = offsetof(struct envelope_list, count),
     .sub = &envelope_grammar},
};

static const struct grammar envelope_list_grammar = {
    GRAMMAR_FIELDS(envelope_list_fields),
    .version = 1,
    .len_max = ENVELOPES_LEN_MAX,
    .size = sizeof(struct envelope_list),
};

/* The caller's array is the arena: the one array that is taken from it begins where the array does. */
enum cw_err envelopes_parse(struct cw_slice blob, struct envelope *out, uint32_t max, uint32_t *out_count)
{
    struct arena room = arena_over(out, max * sizeof(*out));
    struct envelope_list list;
    enum cw_err err = grammar_parse(&envelope_list_grammar, blob, &room, &list);

    if (err == CW_LOCAL_MEMORY)
        return CW_REFUSED_SIZE;
    if (err == CW_OK)
        *out_count = list.count;
    return err;
}

void envelopes_encode(const struct envelope *in, uint32_t count, struct writer *out)
{
    const struct envelope_list list = {count, in};

    grammar_encode(&envelope_list_grammar, &list, out);
}

static const struct field envelope_plain_fields[] = {
    BYTES_FIELD(2, struct envelope_plain, audience, 1, NAME_LEN_MAX, FIELD_REQUIRED | FIELD_TEXT),
    FIXED_FIELD(3, struct envelope_plain, commitment, FIELD_REQUIRED),
    FIXED_FIELD(4, struct envelope_plain, recipient, FIELD_REQUIRED),
    FIXED_FIELD(5, struct envelope_plain, seed, FIELD_REQUIRED),
};

static const struct grammar envelope_plain_grammar = {
    GRAMMAR_FIELDS(envelope_plain_fields),
    .version = 1,
    .len_max = ENVELOPE_SEALED_LEN_MAX,
    .size = sizeof(struct envelope_plain),
};

enum cw_err envelope_plain_parse(struct cw_slice bytes, struct envelope_plain *out)
{
    return grammar_parse(&envelope_plain_grammar, bytes, NULL, out);
}

void envelope_plain_encode(const struct envelope_plain *in, struct writer *out)
{
    grammar_encode(&envelope_plain_grammar, in, out);
}
