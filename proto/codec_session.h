/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_CODEC_SESSION_H
#define CASEWIRE_PROTO_CODEC_SESSION_H

/* One codec per kind of peer message: reading and writing side by side, in codec_session_*.c. */

#include "proto/codec.h"
#include "proto/session.h"

/* The message without its envelope. Errors as grammar_parse. */
typedef enum cw_err (*body_parse_fn)(struct cw_slice body, struct arena *arena, struct peer_message *out);
/* As field `kind` of the envelope, tag and length included. */
typedef enum cw_err (*body_encode_fn)(const struct peer_message *in, struct arena *scratch, struct writer *out);

struct body_codec {
    body_parse_fn parse;
    body_encode_fn encode;
};

extern const struct body_codec hello_codec, frontier_codec, want_codec, entries_codec, want_blobs_codec, blobs_codec,
    fork_proof_codec, reset_codec, digest_codec;

extern const struct grammar entry_blobs_grammar; /* struct entry_blobs */

#endif
