/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"

#define SEAL_EXT_LEN_MAX 64

/* --- position ---------------------------------------------------------------------------------- */

static const struct field position_fields[] = {
    FIXED_FIELD(1, struct position, log, FIELD_REQUIRED),
    NUMBER_FIELD(2, struct position, seq, 0, UINT64_MAX, 0),
    FIXED_FIELD(3, struct position, seal, 0),
};

const struct grammar position_grammar = PLAIN_GRAMMAR(position_fields, struct position, 0, NULL);

/* --- log genesis ------------------------------------------------------------------------------- */

/* A log belongs to a certificate of a division or force, or to the root keys: never half of each. */
static bool genesis_holds(const void *record)
{
    const struct genesis *g = record;
    bool is_root = g->scope == LOG_ROOT;

    return is_root == slice_empty(g->division) && is_root == ID_IS_ZERO(&g->cert);
}

/* Field 9, `scope`, is reserved: a version that reads it may show the log to an audience only, so this one refuses. */
static const struct field genesis_fields[] = {
    SHORT_FIELD(2, struct genesis, scope, LOG_DIVISION, LOG_ROOT, 0),
    FIXED_FIELD(3, struct genesis, network, FIELD_REQUIRED),
    BYTES_FIELD(4, struct genesis, division, 1, DIVISION_LEN_MAX, FIELD_CODE),
    FIXED_FIELD(5, struct genesis, cert, 0),
    NUMBER_FIELD(6, struct genesis, n, 0, UINT64_MAX, 0),
    FIXED_FIELD(7, struct genesis, nonce, FIELD_REQUIRED),
    MESSAGE_HAS_FIELD(8, struct genesis, prior, &position_grammar, has_prior),
};

static const struct grammar genesis_grammar =
    RECORD_GRAMMAR(genesis_fields, struct genesis, GENESIS_LEN_MAX, genesis_holds);

enum cw_err genesis_parse(struct cw_slice bytes, struct genesis *out)
{
    return grammar_parse(&genesis_grammar, bytes, NULL, out);
}

void genesis_encode(const struct genesis *in, struct writer *out)
{
    grammar_encode(&genesis_grammar, in, out);
}

/* --- entry header ------------------------------------------------------------------------------ */

static const struct field part_hash_fields[] = {
    FIXED_FIELD(1, struct part_hash, hash, FIELD_REQUIRED),
    SHORT_FIELD(2, struct part_hash, len, 0, MESSAGE_LEN_MAX, 0),
};

static const struct grammar part_hash_grammar = PART_GRAMMAR(part_hash_fields);

static const struct field entry_key_fields[] = {
    FIXED_FIELD(1, struct entry_key, record, FIELD_REQUIRED),
    FIXED_FIELD(2, struct entry_key, wraps, FIELD_REQUIRED),
};

static const struct grammar entry_key_grammar = PART_GRAMMAR(entry_key_fields);

static const struct field entry_header_fields[] = {
    FIXED_FIELD(2, struct entry_header, log, FIELD_REQUIRED),
    NUMBER_FIELD(3, struct entry_header, seq, 1, UINT64_MAX, 0),
    NUMBER_FIELD(4, struct entry_header, hlc, 0, UINT64_MAX, 0),
    SHORT_FIELD(5, struct entry_header, kind, 1, CLASS_NUMBER_MAX, 0),
    FIXED_FIELD(6, struct entry_header, op_id, FIELD_REQUIRED),
    FIXED_FIELD(7, struct entry_header, submission, FIELD_REQUIRED),
    MESSAGES_FIELD(8, struct entry_header, parts, part_count, 1, PARTS_MAX, &part_hash_grammar),
    MESSAGES_FIELD(9, struct entry_header, keys, key_count, 0, KEYS_MAX, &entry_key_grammar),
    FIXED_HAS_FIELD(10, struct entry_header, envelopes, has_envelopes),
};

static const struct grammar entry_header_grammar =
    RECORD_GRAMMAR(entry_header_fields, struct entry_header, HEADER_LEN_MAX, NULL);

enum cw_err entry_header_parse(struct cw_slice bytes, struct entry_header *out)
{
    return grammar_parse(&entry_header_grammar, bytes, NULL, out);
}

void entry_header_encode(const struct entry_header *in, struct writer *out)
{
    grammar_encode(&entry_header_grammar, in, out);
}

/* --- seal -------------------------------------------------------------------------------------- */

static bool seal_holds(const void *record)
{
    const struct seal *s = record;

    return s->last >= s->first && s->last - s->first < SEAL_ENTRIES_MAX;
}

static const struct field seal_fields[] = {
    FIXED_FIELD(2, struct seal, log, FIELD_REQUIRED),     NUMBER_FIELD(3, struct seal, first, 1, UINT64_MAX, 0),
    NUMBER_FIELD(4, struct seal, last, 1, UINT64_MAX, 0), FIXED_FIELD(5, struct seal, root, FIELD_REQUIRED),
    FIXED_FIELD(6, struct seal, prev, FIELD_REQUIRED),    NUMBER_FIELD(7, struct seal, hlc, 0, UINT64_MAX, 0),
    POSITIONS_FIELD(8, struct seal, authority),           BYTES_FIELD(9, struct seal, ext, 1, SEAL_EXT_LEN_MAX, 0),
};

static const struct grammar seal_grammar = RECORD_GRAMMAR(seal_fields, struct seal, SEAL_LEN_MAX, seal_holds);

enum cw_err seal_parse(struct cw_slice bytes, struct seal *out)
{
    return grammar_parse(&seal_grammar, bytes, NULL, out);
}

void seal_encode(const struct seal *in, struct writer *out)
{
    grammar_encode(&seal_grammar, in, out);
}

/* --- a seal with its signatures ----------------------------------------------------------------- */

static bool signed_seal_holds(const void *record)
{
    const struct signed_seal *s = record;

    if (slice_empty(s->bytes))
        return false;
    for (uint32_t i = 1; i < s->signature_count; i++) {
        if (s->signer_index[i] <= s->signer_index[i - 1])
            return false;
    }
    return true;
}

static const struct field seal_signature_fields[] = {
    EACH_SHORT_FIELD(1, struct signed_seal, signer_index, 0, ROOT_KEYS_MAX - 1, 0),
    EACH_FIXED_FIELD(2, struct signed_seal, signatures, FIELD_REQUIRED),
};

static const struct grammar seal_signature_grammar = {GRAMMAR_FIELDS(seal_signature_fields), .open = true};

static const struct field signed_seal_fields[] = {
    BYTES_FIELD(1, struct signed_seal, bytes, 1, SEAL_LEN_MAX, 0), /* an empty struct is an absent message */
    FLAT_MESSAGES_FIELD(2, struct signed_seal, signature_count, 1, ROOT_KEYS_MAX, &seal_signature_grammar),
};

const struct grammar signed_seal_grammar =
    OPEN_GRAMMAR(signed_seal_fields, struct signed_seal, SIGNED_SEAL_LEN_MAX, signed_seal_holds);

enum cw_err signed_seal_parse(struct cw_slice bytes, struct signed_seal *out)
{
    return grammar_parse(&signed_seal_grammar, bytes, NULL, out);
}

void signed_seal_encode(const struct signed_seal *in, struct writer *out)
{
    grammar_encode(&signed_seal_grammar, in, out);
}
