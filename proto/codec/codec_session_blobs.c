/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec_session.h"

/* WANT_BLOBS and BLOBS: what may lag behind the headers; FORK_PROOF. */

/* --- WANT_BLOBS -------------------------------------------------------------------------------- */

static const struct field blob_want_fields[] = {
    FIXED_FIELD(1, struct blob_want, log, FIELD_REQUIRED),
    NUMBERS_ARENA_FIELD(2, struct blob_want, seqs, seq_count, 1, BLOB_SEQS_MAX, 1, UINT64_MAX),
};

static const struct grammar blob_want_grammar = {GRAMMAR_FIELDS(blob_want_fields), .open = true};

static const struct field want_blobs_fields[] = {
    MESSAGES_ARENA_FIELD(1, struct peer_want_blobs, logs, log_count, 0, WANT_LOGS_MAX, &blob_want_grammar),
};

static const struct grammar want_blobs_grammar = OPEN_GRAMMAR(want_blobs_fields, struct peer_want_blobs, 0, NULL);

static enum cw_err want_blobs_parse(struct cw_slice body, struct arena *arena, struct peer_message *out)
{
    return grammar_parse(&want_blobs_grammar, body, arena, &out->as.want_blobs);
}

static enum cw_err want_blobs_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    (void)scratch;
    grammar_encode_field(PEER_WANT_BLOBS, &want_blobs_grammar, &in->as.want_blobs, out);
    return CW_OK;
}

const struct body_codec want_blobs_codec = {want_blobs_parse, want_blobs_encode};

/* --- BLOBS ------------------------------------------------------------------------------------- */

static const struct field blobs_of_fields[] = {
    FIXED_FIELD(1, struct blobs_of, log, FIELD_REQUIRED),
    NUMBER_FIELD(2, struct blobs_of, seq, 1, UINT64_MAX, 0),
    MESSAGE_FIELD(3, struct blobs_of, blobs, &entry_blobs_grammar, 0),
};

static const struct grammar blobs_of_grammar = {GRAMMAR_FIELDS(blobs_of_fields), .open = true};

static const struct field blobs_fields[] = {
    MESSAGES_ARENA_FIELD(1, struct peer_blobs, items, count, 0, BLOBS_COUNT_MAX, &blobs_of_grammar),
};

static const struct grammar blobs_grammar = OPEN_GRAMMAR(blobs_fields, struct peer_blobs, 0, NULL);

static enum cw_err blobs_parse(struct cw_slice body, struct arena *arena, struct peer_message *out)
{
    return grammar_parse(&blobs_grammar, body, arena, &out->as.blobs);
}

static enum cw_err blobs_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    (void)scratch;
    grammar_encode_field(PEER_BLOBS, &blobs_grammar, &in->as.blobs, out);
    return CW_OK;
}

const struct body_codec blobs_codec = {blobs_parse, blobs_encode};

/* --- FORK_PROOF -------------------------------------------------------------------------------- */

static const struct field fork_proof_fields[] = {
    BYTES_FIELD(1, struct fork_proof, genesis_bytes, 1, GENESIS_LEN_MAX, FIELD_REQUIRED),
    MESSAGE_FIELD(2, struct fork_proof, signed_a, &signed_seal_grammar, FIELD_REQUIRED),
    MESSAGE_FIELD(3, struct fork_proof, signed_b, &signed_seal_grammar, FIELD_REQUIRED),
};

static const struct grammar fork_proof_grammar = OPEN_GRAMMAR(fork_proof_fields, struct fork_proof, 0, NULL);

enum cw_err fork_proof_parse(struct cw_slice bytes, struct fork_proof *out)
{
    struct fork_proof p;
    enum cw_err err = grammar_parse(&fork_proof_grammar, bytes, NULL, &p);

    if (err == CW_OK)
        err = genesis_parse(p.genesis_bytes, &p.genesis);
    if (err == CW_OK)
        err = seal_parse(p.signed_a.bytes, &p.a);
    if (err == CW_OK)
        err = seal_parse(p.signed_b.bytes, &p.b);
    if (err == CW_OK)
        *out = p;
    return err;
}

void fork_proof_encode(const struct fork_proof *in, struct writer *out)
{
    grammar_encode(&fork_proof_grammar, in, out);
}

static enum cw_err fork_proof_body_parse(struct cw_slice body, struct arena *arena, struct peer_message *out)
{
    (void)arena;
    return fork_proof_parse(body, &out->as.fork_proof);
}

static enum cw_err fork_proof_body_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    (void)scratch;
    grammar_encode_field(PEER_FORK_PROOF, &fork_proof_grammar, &in->as.fork_proof, out);
    return CW_OK;
}

const struct body_codec fork_proof_codec = {fork_proof_body_parse, fork_proof_body_encode};
