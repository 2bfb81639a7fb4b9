/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec_session.h"

#include <stdalign.h>

/* HELLO, WANT, RESET and DIGEST: messages whose struct is what their table fills. */

/* --- HELLO ------------------------------------------------------------------------------------- */

static const struct field hello_fields[] = {
    SHORT_FIELD(1, struct peer_hello, v_min, 0, UINT32_MAX, 0),
    SHORT_FIELD(2, struct peer_hello, v_max, 1, UINT32_MAX, 0),
    FIXED_FIELD(3, struct peer_hello, network, FIELD_REQUIRED),
    FIXED_FIELD(4, struct peer_hello, cert, FIELD_REQUIRED),
    ARENA_FIELD(5, struct peer_hello, own, own_count, HELLO_LOGS_MAX, struct position, FIELD_MESSAGE, 0, HEADER_LEN_MAX,
                &position_grammar),
    ARENA_FIELD(6, struct peer_hello, your, your_count, HELLO_LOGS_MAX, struct position, FIELD_MESSAGE, 0,
                HEADER_LEN_MAX, &position_grammar),
    NUMBER_FIELD(7, struct peer_hello, features, 0, UINT64_MAX, 0),
    FLAG_FIELD(8, struct peer_hello, reply),
};

static const struct grammar hello_grammar = {
    GRAMMAR_FIELDS(hello_fields), .size = sizeof(struct peer_hello), .open = true};

static enum cw_err hello_parse(struct cw_slice body, struct arena *arena, struct peer_message *out)
{
    return grammar_parse(&hello_grammar, body, arena, &out->as.hello);
}

static enum cw_err hello_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    (void)scratch;
    grammar_encode_field(PEER_HELLO, &hello_grammar, &in->as.hello, out);
    return CW_OK;
}

const struct body_codec hello_codec = {hello_parse, hello_encode};

/* --- WANT -------------------------------------------------------------------------------------- */

static const struct field log_want_fields[] = {
    FIXED_FIELD(1, struct log_want, log, FIELD_REQUIRED),
    NUMBER_FIELD(2, struct log_want, after, 0, UINT64_MAX, 0),
};

static const struct grammar log_want_grammar = {GRAMMAR_FIELDS(log_want_fields), .open = true};

static const struct field want_fields[] = {
    ARENA_FIELD(1, struct peer_want, logs, log_count, WANT_LOGS_MAX, struct log_want, FIELD_MESSAGE, 0, HEADER_LEN_MAX,
                &log_want_grammar),
    NUMBER_FIELD(2, struct peer_want, credit, 0, UINT64_MAX, 0),
};

static const struct grammar want_grammar = {
    GRAMMAR_FIELDS(want_fields), .size = sizeof(struct peer_want), .open = true};

static enum cw_err want_parse(struct cw_slice body, struct arena *arena, struct peer_message *out)
{
    return grammar_parse(&want_grammar, body, arena, &out->as.want);
}

static enum cw_err want_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    (void)scratch;
    grammar_encode_field(PEER_WANT, &want_grammar, &in->as.want, out);
    return CW_OK;
}

const struct body_codec want_codec = {want_parse, want_encode};

/* --- RESET ------------------------------------------------------------------------------------- */

static const struct field reset_fields[] = {
    SHORT_FIELD(1, struct peer_reset, code, 0, UINT32_MAX, 0),
    BYTES_FIELD(2, struct peer_reset, text, 0, REFUSAL_TEXT_LEN_MAX, FIELD_TEXT),
};

static const struct grammar reset_grammar = {
    GRAMMAR_FIELDS(reset_fields), .size = sizeof(struct peer_reset), .open = true};

static enum cw_err reset_parse(struct cw_slice body, struct arena *arena, struct peer_message *out)
{
    return grammar_parse(&reset_grammar, body, arena, &out->as.reset);
}

static enum cw_err reset_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    (void)scratch;
    grammar_encode_field(PEER_RESET, &reset_grammar, &in->as.reset, out);
    return CW_OK;
}

const struct body_codec reset_codec = {reset_parse, reset_encode};

/* --- DIGEST ------------------------------------------------------------------------------------ */

static bool digest_holds(const void *record)
{
    const struct peer_digest *d = record;

    return d->bucket_count == 0 || d->bucket_count == DIGEST_BUCKETS;
}

static const struct field digest_leaf_fields[] = {
    FIXED_FIELD(1, struct digest_leaf, case_id, FIELD_REQUIRED),
    FIXED_FIELD(2, struct digest_leaf, inputs, FIELD_REQUIRED),
    FIXED_FIELD(3, struct digest_leaf, state, FIELD_REQUIRED),
};

static const struct grammar digest_leaf_grammar = {GRAMMAR_FIELDS(digest_leaf_fields), .open = true};

static const struct field digest_fields[] = {
    SHORT_FIELD(1, struct peer_digest, fold_version, 0, UINT32_MAX, 0),
    BYTES_FIELD(2, struct peer_digest, audience, 0, NAME_LEN_MAX, FIELD_TEXT),
    ARENA_FIELD(3, struct peer_digest, buckets, bucket_count, DIGEST_BUCKETS, struct hash, FIELD_FIXED, ID_LEN, ID_LEN,
                NULL),
    ARENA_FIELD(4, struct peer_digest, leaves, leaf_count, DIGEST_LEAVES_MAX, struct digest_leaf, FIELD_MESSAGE, 0,
                HEADER_LEN_MAX, &digest_leaf_grammar),
    {.number = 5, .type = FIELD_SHORT, .bits = FIELD_HAS, .max = DIGEST_BUCKETS - 1,
     .offset = offsetof(struct peer_digest, bucket), .has_offset = offsetof(struct peer_digest, has_bucket)},
    FLAG_FIELD(6, struct peer_digest, ask),
};

static const struct grammar digest_grammar = {
    GRAMMAR_FIELDS(digest_fields), .size = sizeof(struct peer_digest), .open = true, .check = digest_holds};

static enum cw_err digest_parse(struct cw_slice body, struct arena *arena, struct peer_message *out)
{
    return grammar_parse(&digest_grammar, body, arena, &out->as.digest);
}

static enum cw_err digest_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    (void)scratch;
    grammar_encode_field(PEER_DIGEST, &digest_grammar, &in->as.digest, out);
    return CW_OK;
}

const struct body_codec digest_codec = {digest_parse, digest_encode};
