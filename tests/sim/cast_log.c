/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/cast.h"

#include "proto/submission.h"

#include <stdlib.h>

/* Root and authority logs as the authority's tool would write them: docs/protocol.md §3, step by step. */

#define WRITTEN_AT_MS INT64_C(1799990000000)
#define HAND_ARENA_LEN ((size_t)2 << 20)

void hand_log_open(const struct cast *c, struct hand_log *log, enum log_scope scope, const struct actor *author)
{
    hand_log_open_nth(c, log, scope, author, 1);
}

void hand_log_open_nth(const struct cast *c, struct hand_log *log, enum log_scope scope, const struct actor *author,
                       uint64_t n)
{
    struct genesis genesis = {.scope = scope, .network = c->network, .n = n};
    struct writer out;

    memset(log, 0, sizeof *log);
    log->scope = scope;
    log->author = author;
    if (author != NULL) {
        genesis.cert = author->cert;
        genesis.division = slice_of(author->division);
    }
    memset(genesis.nonce, (int)scope, sizeof genesis.nonce);
    out = writer_over(log->genesis, sizeof log->genesis);
    genesis_encode(&genesis, &out);
    CW_ASSERT(!out.failed);
    log->genesis_len = out.len;
    log_id_of(slice(log->genesis, log->genesis_len), &log->log);
    memcpy(log->prev.b, log->log.b, ID_LEN);
}

static struct cw_slice encode_record(const struct hand_record *r, struct arena *arena)
{
    struct authority_record record = {.act = r->act, .body = slice(r->body, r->len)};
    size_t cap = r->len + 64;
    struct writer out = writer_over(arena_take(arena, cap, 1), cap);

    authority_record_encode(&record, &out);
    CW_ASSERT(!out.failed);
    return slice(out.data, out.len);
}

/* Threshold proof: one root key of one signs the header. */
static void sign_as_root(const struct cast *c, struct entry_record *e, struct arena *arena)
{
    struct author_proof proof = {.kind = PROOF_THRESHOLD, .root_count = 1};
    struct writer out = writer_over(arena_take(arena, PROOF_LEN_MAX, 1), PROOF_LEN_MAX);

    sign_bytes(LABEL_OP, &c->network, e->submission_bytes, &c->root_secret, &proof.root_signature[0]);
    author_proof_encode(&proof, &out);
    CW_ASSERT(!out.failed);
    e->proof_bytes = slice(out.data, out.len);
}

static void submission_of(const struct cast *c, const struct hand_log *log, const struct hand_record *r, uint64_t seq,
                          struct arena *arena, struct entry_record *e, struct cw_slice *out_payload,
                          struct cw_op_id *out_op)
{
    struct submission_draft draft = {.network = c->network, .author_time = {WRITTEN_AT_MS}, .part_count = 1};

    if (log->author != NULL)
        draft.author = log->author->cert;
    else
        memcpy(draft.author.b, c->network.b, ID_LEN);
    draft.secret = log->author != NULL ? &log->author->sign : &c->root_secret;
    draft.op_class = log->scope == LOG_ROOT ? CLASS_ROOT : CLASS_AUTHORITY;
    memcpy(draft.submission_id, &seq, sizeof seq);
    draft.submission_id[15] = (uint8_t)log->scope;
    *out_payload = draft.parts[0].payload = encode_record(r, arena);
    CW_ASSERT(submission_build(&draft, arena, &e->submission_bytes, &e->proof_bytes, out_op) == CW_OK);
    if (log->scope == LOG_ROOT)
        sign_as_root(c, e, arena);
}

/* A part in clear as stored: r, which is zero here, and the padded payload. */
static struct cw_slice clear_part(struct cw_slice payload, uint32_t size_class, struct arena *arena)
{
    size_t len = 32 + size_class_len(size_class);
    uint8_t *bytes = arena_take(arena, len, 1);

    CW_ASSERT(bytes != NULL);
    payload_pad(payload, size_class, bytes + 32);
    return slice(bytes, len);
}

static void write_entry(const struct cast *c, const struct hand_log *log, const struct hand_record *r, uint64_t seq,
                        struct arena *arena, struct entry_record *e)
{
    struct entry_header *h = &e->header;
    struct cw_slice payload;
    struct writer out = writer_over(arena_take(arena, HEADER_LEN_MAX, 1), HEADER_LEN_MAX);

    submission_of(c, log, r, seq, arena, e, &payload, &h->op_id);
    CW_ASSERT(submission_header_parse(e->submission_bytes, &e->submission) == CW_OK);
    submission_hash_of(e->submission_bytes, e->proof_bytes, &h->submission);
    h->log = log->log;
    h->seq = seq;
    h->hlc = ((uint64_t)WRITTEN_AT_MS << 16) + seq;
    h->kind = e->submission.op_class;
    h->part_count = 1;
    e->blobs.part_count = 1;
    e->blobs.parts[0] = clear_part(payload, e->submission.parts[0].size_class, arena);
    hash_one(LABEL_BLOB, e->blobs.parts[0], h->parts[0].hash.b);
    h->parts[0].len = (uint32_t)e->blobs.parts[0].len;
    entry_header_encode(h, &out);
    CW_ASSERT(!out.failed);
    e->header_bytes = slice(out.data, out.len);
    entry_hash_of(e->header_bytes, &e->hash);
}

static void seal_batch(const struct cast *c, struct hand_log *log, struct sealed_batch *batch,
                       const struct positions *authority, struct arena *arena)
{
    struct hash *leaves = ARENA_ARRAY(arena, struct hash, batch->entry_count);
    struct seal seal = {
        .log = log->log, .first = log->seq + 1, .last = log->seq + batch->entry_count, .prev = log->prev};
    struct writer out = writer_over(arena_take(arena, SEAL_LEN_MAX, 1), SEAL_LEN_MAX);

    for (uint32_t i = 0; i < batch->entry_count; i++)
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&batch->entries[i].hash), &leaves[i]);
    merkle_root(MERKLE_ENTRIES, leaves, batch->entry_count, &seal.root);
    seal.hlc = batch->entries[batch->entry_count - 1].header.hlc;
    if (authority != NULL)
        seal.authority = *authority;
    seal_encode(&seal, &out);
    CW_ASSERT(!out.failed);
    batch->signed_seal.bytes = slice(out.data, out.len);
    batch->signed_seal.signature_count = 1;
    sign_bytes(LABEL_SEAL, &c->network, batch->signed_seal.bytes,
               log->author != NULL ? &log->author->sign : &c->root_secret, &batch->signed_seal.signatures[0]);
    log->seq = seal.last;
    seal_hash_of(batch->signed_seal.bytes, &log->prev);
}

uint8_t *hand_log_seal(const struct cast *c, struct hand_log *log, struct sealed_batch *batch,
                       const struct positions *authority, struct arena *arena, size_t *out_len)
{
    uint8_t *frame = malloc(MESSAGE_LEN_MAX);
    struct writer out = writer_over(frame, MESSAGE_LEN_MAX);
    struct peer_message message = {.counter = 1, .kind = PEER_ENTRIES};

    CW_ASSERT(frame != NULL);
    message.as.entries.log = log->log;
    if (log->seq == 0)
        message.as.entries.genesis_bytes = slice(log->genesis, log->genesis_len);
    seal_batch(c, log, batch, authority, arena);
    message.as.entries.batch_count = 1;
    message.as.entries.batches = batch;
    message.as.entries.last = true;
    CW_ASSERT(peer_message_encode(&message, arena, &out) == CW_OK);
    *out_len = out.len;
    return realloc(frame, out.len);
}

uint8_t *hand_log_write(const struct cast *c, struct hand_log *log, const struct hand_record *records, uint32_t count,
                        size_t *out_len)
{
    uint8_t *memory = malloc(HAND_ARENA_LEN);
    struct arena arena = arena_over(memory, HAND_ARENA_LEN);
    struct sealed_batch batch = {.entry_count = count};
    uint8_t *frame;

    CW_ASSERT(memory != NULL);
    batch.entries = ARENA_ARRAY(&arena, struct entry_record, count);
    for (uint32_t i = 0; i < count; i++)
        write_entry(c, log, &records[i], log->seq + 1 + i, &arena, &batch.entries[i]);
    frame = hand_log_seal(c, log, &batch, NULL, &arena, out_len);
    free(memory);
    return frame;
}
