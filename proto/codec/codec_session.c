/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec_session.h"

#define BODY_NUMBER_MIN 10
#define BODY_NUMBER_MAX 18
#define BODY_COUNT (BODY_NUMBER_MAX - BODY_NUMBER_MIN + 1)

_Static_assert(BODY_NUMBER_MIN == PEER_HELLO && BODY_NUMBER_MAX == PEER_DIGEST, "bodies are numbered without gap");

/* --- the envelope ------------------------------------------------------------------------------ */

struct envelope_fields {
    struct session_id from, to;
    uint64_t counter;
    struct cw_slice body[BODY_COUNT];
    bool has_body[BODY_COUNT];
};

#define BODY_FIELD(kind)                                                                            \
    BYTES_HAS_FIELD(kind, struct envelope_fields, body[(kind)-BODY_NUMBER_MIN], 0, MESSAGE_LEN_MAX, \
                    has_body[(kind)-BODY_NUMBER_MIN])

static const struct field envelope_field_table[] = {
    FIXED_FIELD(2, struct envelope_fields, from, FIELD_REQUIRED),
    FIXED_FIELD(3, struct envelope_fields, to, FIELD_REQUIRED),
    NUMBER_FIELD(4, struct envelope_fields, counter, 1, UINT64_MAX, 0),
    BODY_FIELD(PEER_HELLO),
    BODY_FIELD(PEER_FRONTIER),
    BODY_FIELD(PEER_WANT),
    BODY_FIELD(PEER_ENTRIES),
    BODY_FIELD(PEER_WANT_BLOBS),
    BODY_FIELD(PEER_BLOBS),
    BODY_FIELD(PEER_FORK_PROOF),
    BODY_FIELD(PEER_RESET),
    BODY_FIELD(PEER_DIGEST),
};

static const struct grammar envelope_grammar = {
    GRAMMAR_FIELDS(envelope_field_table),
    .version = PROTOCOL_VERSION,
    .len_max = MESSAGE_LEN_MAX,
    .size = sizeof(struct envelope_fields),
    .open = true,
};

static const struct body_codec *codec_of(enum peer_kind kind)
{
    static const struct body_codec *const codecs[BODY_COUNT] = {
        [PEER_HELLO - BODY_NUMBER_MIN] = &hello_codec,
        [PEER_FRONTIER - BODY_NUMBER_MIN] = &frontier_codec,
        [PEER_WANT - BODY_NUMBER_MIN] = &want_codec,
        [PEER_ENTRIES - BODY_NUMBER_MIN] = &entries_codec,
        [PEER_WANT_BLOBS - BODY_NUMBER_MIN] = &want_blobs_codec,
        [PEER_BLOBS - BODY_NUMBER_MIN] = &blobs_codec,
        [PEER_FORK_PROOF - BODY_NUMBER_MIN] = &fork_proof_codec,
        [PEER_RESET - BODY_NUMBER_MIN] = &reset_codec,
        [PEER_DIGEST - BODY_NUMBER_MIN] = &digest_codec,
    };

    CW_ASSERT(kind >= BODY_NUMBER_MIN && kind <= BODY_NUMBER_MAX);
    return codecs[kind - BODY_NUMBER_MIN];
}

/* The one body that is there; 0 when none or more than one is. */
static unsigned only_body(const struct envelope_fields *envelope)
{
    unsigned kind = 0;

    for (unsigned i = 0; i < BODY_COUNT; i++) {
        if (!envelope->has_body[i])
            continue;
        if (kind != 0)
            return 0;
        kind = BODY_NUMBER_MIN + i;
    }
    return kind;
}

static enum cw_err parse_body(const struct envelope_fields *envelope, struct arena *arena, struct peer_message *out)
{
    unsigned kind = only_body(envelope);

    if (kind == 0)
        return CW_PEER_MALFORMED;
    out->from = envelope->from;
    out->to = envelope->to;
    out->counter = envelope->counter;
    out->kind = (enum peer_kind)kind;
    return codec_of(out->kind)->parse(envelope->body[kind - BODY_NUMBER_MIN], arena, out);
}

enum cw_err peer_message_parse(struct cw_slice frame, struct arena *arena, struct peer_message *out)
{
    size_t mark = arena_mark(arena);
    struct envelope_fields envelope;
    struct peer_message *message = ARENA_NEW(arena, struct peer_message);

    if (message == NULL)
        return CW_LOCAL_MEMORY;

    enum cw_err err = grammar_parse(&envelope_grammar, frame, NULL, &envelope);
    if (err == CW_OK)
        err = parse_body(&envelope, arena, message);
    if (err == CW_OK) {
        *out = *message;
        return CW_OK;
    }
    arena_release(arena, mark);
    /* No legal frame needs more: what did not fit in as much is a bomb, not our shortage. */
    if (err == CW_LOCAL_MEMORY && arena->len - mark < SESSION_ARENA_LEN)
        return CW_LOCAL_MEMORY;
    return CW_PEER_MALFORMED;
}

enum cw_err peer_message_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    const struct envelope_fields envelope = {.from = in->from, .to = in->to, .counter = in->counter};
    size_t mark = arena_mark(scratch);
    size_t begin = out->len;

    grammar_encode(&envelope_grammar, &envelope, out);
    enum cw_err err = codec_of(in->kind)->encode(in, scratch, out);
    arena_release(scratch, mark);
    if (err != CW_OK)
        return err;
    return out->failed || out->len - begin > MESSAGE_LEN_MAX ? CW_REFUSED_SIZE : CW_OK;
}
