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

/* Array of sub-messages or ids in the arena. */
#define ARENA_FIELD(n, kind, member, counter, most, element_kind, with_type, with_min, with_max, with_sub)   \
    {.number = (n), .type = (with_type), .bits = FIELD_ARENA, .min = (with_min), .max = (with_max),          \
     .count_max = (most), .offset = offsetof(kind, member), .stride = sizeof(element_kind),                  \
     .align = alignof(element_kind), .count_offset = offsetof(kind, counter), .sub = (with_sub)}

#endif
