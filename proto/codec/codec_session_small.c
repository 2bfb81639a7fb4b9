/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec_session.h"

/* HELLO, WANT, RESET and DIGEST: messages whose struct is what their table fills. */

/* --- HELLO ------------------------------------------------------------------------------------- */

static const struct field hello_fields[] = {
    SHORT_FIELD(1, struct peer_hello, v_min, 0, UINT32_MAX, 0),
    SHORT_FIELD(2, struct peer_hello, v_max, 1, UINT32_MAX, 0),
    FIXED_FIELD(3, struct peer_hello, network, FIELD_REQUIRED),
    FIXED_FIELD(4, struct peer_hello, cert, FIELD_REQUIRED),
    MESSAGES_ARENA_FIELD(5, struct peer_hello, own, own_count, 0, HELLO_LOGS_MAX, &position_grammar),
    MESSAGES_ARENA_FIELD(6, struct peer_hello, your, your_count, 0, HELLO_LOGS_MAX, &position_grammar),
    NUMBER_FIELD(7, struct peer_hello, features, 0, UINT64_MAX, 0),
    FLAG_FIELD(8, struct peer_hello, reply),
    BYTES_FIELD(9, struct peer_hello, software, 0, SOFTWARE_LEN_MAX, FIELD_TEXT),
    NUMBER_FIELD(10, struct peer_hello, now_ms, 0, UINT64_MAX, 0),
};

static const struct grammar hello_grammar = OPEN_GRAMMAR(hello_fields, struct peer_hello, 0, NULL);

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
    MESSAGES_ARENA_FIELD(1, struct peer_want, logs, log_count, 0, WANT_LOGS_MAX, &log_want_grammar),
    NUMBER_FIELD(2, struct peer_want, credit, 0, UINT64_MAX, 0),
};

static const struct grammar want_grammar = OPEN_GRAMMAR(want_fields, struct peer_want, 0, NULL);

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

static const struct grammar reset_grammar = OPEN_GRAMMAR(reset_fields, struct peer_reset, 0, NULL);

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
    FIXEDS_ARENA_FIELD(3, struct peer_digest, buckets, bucket_count, DIGEST_BUCKETS),
    MESSAGES_ARENA_FIELD(4, struct peer_digest, leaves, leaf_count, 0, DIGEST_LEAVES_MAX, &digest_leaf_grammar),
    SHORT_HAS_FIELD(5, struct peer_digest, bucket, 0, DIGEST_BUCKETS - 1, has_bucket),
    FLAG_FIELD(6, struct peer_digest, ask),
};

static const struct grammar digest_grammar = OPEN_GRAMMAR(digest_fields, struct peer_digest, 0, digest_holds);

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
