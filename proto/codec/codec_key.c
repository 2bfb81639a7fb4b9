/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"

/* --- key record -------------------------------------------------------------------------------- */

static const struct field key_record_fields[] = {
    BYTES_FIELD(2, struct key_record, audience, 1, NAME_LEN_MAX, FIELD_REQUIRED | FIELD_TEXT),
    MESSAGE_FIELD(3, struct key_record, membership, &position_grammar, FIELD_REQUIRED),
    FIXED_FIELD(4, struct key_record, public_key, FIELD_REQUIRED),
    FIXED_FIELD(5, struct key_record, commitment, FIELD_REQUIRED),
};

static const struct grammar key_record_grammar =
    RECORD_GRAMMAR(key_record_fields, struct key_record, KEY_RECORD_LEN_MAX, NULL);

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

static const struct grammar envelope_grammar = PART_GRAMMAR(envelope_fields);

static const struct field envelope_list_fields[] = {
    MESSAGES_ARENA_FIELD(2, struct envelope_list, items, count, 1, ENVELOPES_MAX, &envelope_grammar),
};

static const struct grammar envelope_list_grammar =
    RECORD_GRAMMAR(envelope_list_fields, struct envelope_list, ENVELOPES_LEN_MAX, NULL);

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

static const struct grammar envelope_plain_grammar =
    RECORD_GRAMMAR(envelope_plain_fields, struct envelope_plain, ENVELOPE_SEALED_LEN_MAX, NULL);

enum cw_err envelope_plain_parse(struct cw_slice bytes, struct envelope_plain *out)
{
    return grammar_parse(&envelope_plain_grammar, bytes, NULL, out);
}

void envelope_plain_encode(const struct envelope_plain *in, struct writer *out)
{
    grammar_encode(&envelope_plain_grammar, in, out);
}
