/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sealer.h"

#include "lib/unpack.h"
#include "proto/client.pb-c.h"

#include <stdlib.h>

enum cw_err sealer_begin(const struct genesis *genesis, struct sealer *out)
{
    uint8_t bytes[GENESIS_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));
    enum cw_err err;

    genesis_encode(genesis, &w);
    err = buf_add(&out->genesis, slice(bytes, w.len));
    if (err != CW_OK)
        return err;
    out->network = genesis->network;
    log_id_of(buf_slice(&out->genesis), &out->log);
    memcpy(out->seal.b, out->log.b, ID_LEN);
    return CW_OK;
}

void sealer_done(struct sealer *s)
{
    buf_done(&s->genesis);
}

/* Everything one batch's message points at. */
struct batch {
    Cw__Entries message;
    Cw__SealedBatch sealed;
    Cw__SealedBatch *sealed_at[1];
    Cw__SignedSeal signed_seal;
    Cw__SealSignature signature;
    Cw__SealSignature *signature_at[1];
    Cw__EntryRecord records[SEAL_ENTRIES_MAX];
    Cw__EntryRecord *record_at[SEAL_ENTRIES_MAX];
    Cw__EntryBlobs blobs[SEAL_ENTRIES_MAX];
    ProtobufCBinaryData parts[SEAL_ENTRIES_MAX][PARTS_MAX];
    uint8_t headers[SEAL_ENTRIES_MAX][HEADER_LEN_MAX];
    struct hash leaves[SEAL_ENTRIES_MAX];
    uint8_t seal_bytes[SEAL_LEN_MAX];
    size_t seal_len;
    struct signature signature_bytes;
};

static enum cw_err fill_header(const struct sealer *s, const struct sealer_entry *entry, uint64_t seq, uint64_t hlc,
                               struct entry_header *out)
{
    struct submission_header submission;

    if (submission_header_parse(entry->header, &submission) != CW_OK)
        return CW_REFUSED_MALFORMED;
    *out = (struct entry_header){.log = s->log, .seq = seq, .hlc = hlc, .kind = submission.op_class};
    op_id_of(entry->header, &out->op_id);
    submission_hash_of(entry->header, entry->proof, &out->submission);
    out->part_count = entry->part_count;
    for (uint32_t i = 0; i < entry->part_count; i++) {
        hash_one(LABEL_BLOB, entry->blobs[i], out->parts[i].hash.b);
        out->parts[i].len = (uint32_t)entry->blobs[i].len;
    }
    if (entry->key != NULL)
        out->keys[out->key_count++] = *entry->key;
    return CW_OK;
}

static enum cw_err add_entry(struct batch *b, const struct sealer *s, const struct sealer_entry *entry, uint32_t i,
                             uint64_t hlc)
{
    struct entry_header header;
    struct writer w = writer_over(b->headers[i], HEADER_LEN_MAX);
    struct hash hash;
    enum cw_err err = fill_header(s, entry, s->seq + 1 + i, hlc, &header);

    if (err != CW_OK)
        return err;
    entry_header_encode(&header, &w);
    entry_hash_of(slice(b->headers[i], w.len), &hash);
    merkle_leaf(MERKLE_ENTRIES, slice(hash.b, ID_LEN), &b->leaves[i]);
    cw__entry_record__init(&b->records[i]);
    cw__entry_blobs__init(&b->blobs[i]);
    b->records[i].has_header = b->records[i].has_submission = b->records[i].has_proof = true;
    b->records[i].header = wire_bytes(slice(b->headers[i], w.len));
    b->records[i].submission = wire_bytes(entry->header);
    b->records[i].proof = wire_bytes(entry->proof);
    for (uint32_t p = 0; p < entry->part_count; p++)
        b->parts[i][p] = wire_bytes(entry->blobs[p]);
    b->blobs[i].n_parts = entry->part_count;
    b->blobs[i].parts = b->parts[i];
    b->records[i].blobs = &b->blobs[i];
    b->record_at[i] = &b->records[i];
    return CW_OK;
}

static void sign_seal(struct batch *b, const struct sealer *s, uint32_t count, uint64_t hlc,
                      const struct positions *news, const struct sealer_signer *signer)
{
    struct seal seal = {.log = s->log, .first = s->seq + 1, .last = s->seq + count, .prev = s->seal, .hlc = hlc};
    struct writer w = writer_over(b->seal_bytes, sizeof(b->seal_bytes));

    if (news != NULL)
        seal.authority = *news;
    merkle_root(MERKLE_ENTRIES, b->leaves, count, &seal.root);
    seal_encode(&seal, &w);
    b->seal_len = w.len;
    sign_bytes(LABEL_SEAL, &s->network, slice(b->seal_bytes, w.len), signer->secret, &b->signature_bytes);
}

static enum cw_err pack_batch(struct batch *b, const struct sealer *s, uint32_t count, struct buf *out)
{
    cw__entries__init(&b->message);
    cw__sealed_batch__init(&b->sealed);
    cw__signed_seal__init(&b->signed_seal);
    cw__seal_signature__init(&b->signature);
    b->signature.has_signature = true;
    b->signature.signature = wire_bytes(slice(b->signature_bytes.b, SIGNATURE_LEN));
    b->signature_at[0] = &b->signature;
    b->signed_seal.has_seal = true;
    b->signed_seal.seal = wire_bytes(slice(b->seal_bytes, b->seal_len));
    b->signed_seal.n_signatures = 1;
    b->signed_seal.signatures = b->signature_at;
    b->sealed.seal = &b->signed_seal;
    b->sealed.n_entries = count;
    b->sealed.entries = b->record_at;
    b->sealed_at[0] = &b->sealed;
    b->message.has_log = true;
    b->message.log = wire_bytes(slice(s->log.b, ID_LEN));
    b->message.has_genesis = s->seq == 0;
    b->message.genesis = wire_bytes(buf_slice(&s->genesis));
    b->message.n_batches = 1;
    b->message.batches = b->sealed_at;
    return message_pack(&b->message.base, MESSAGE_LEN_MAX, out);
}

enum cw_err sealer_seal(struct sealer *s, const struct sealer_entry *entries, uint32_t count,
                        const struct positions *news, struct cw_wall now, const struct sealer_signer *signer,
                        struct buf *out_entries)
{
    struct batch *b = calloc(1, sizeof(*b));
    uint64_t hlc = (uint64_t)now.ms << 16;
    enum cw_err err = b == NULL ? CW_LOCAL_MEMORY : CW_OK;

    if (hlc <= s->hlc)
        hlc = s->hlc + 1;
    for (uint32_t i = 0; err == CW_OK && i < count; i++)
        err = add_entry(b, s, &entries[i], i, hlc + i);
    if (err == CW_OK) {
        sign_seal(b, s, count, hlc + count - 1, news, signer);
        err = pack_batch(b, s, count, out_entries);
    }
    if (err == CW_OK) {
        seal_hash_of(slice(b->seal_bytes, b->seal_len), &s->seal);
        s->seq += count;
        s->hlc = hlc + count - 1;
    }
    free(b);
    return err;
}

/* --- records in clear -------------------------------------------------------------------------------- */

/* What is stored of a part in clear: its blinding, which is zero, then the padded payload. */
static enum cw_err store_clear(struct cw_slice payload, struct arena *arena, struct cw_slice *out_blob)
{
    uint32_t size_class;
    uint8_t *blob;

    if (size_class_of(payload.len, &size_class) != CW_OK)
        return CW_REFUSED_SIZE;
    blob = arena_take(arena, 32 + size_class_len(size_class), 1);
    if (blob == NULL)
        return CW_LOCAL_MEMORY;
    payload_pad(payload, size_class, blob + 32);
    *out_blob = slice(blob, 32 + size_class_len(size_class));
    return CW_OK;
}

/* Turns a single proof into the root's: the same signature, by root key 0. */
static enum cw_err as_root_proof(struct arena *arena, struct cw_slice *proof)
{
    struct author_proof parsed, root = {.kind = PROOF_THRESHOLD, .root_count = 1};
    uint8_t *bytes = arena_take(arena, PROOF_LEN_MAX, 1);
    struct writer w = writer_over(bytes, PROOF_LEN_MAX);

    if (bytes == NULL)
        return CW_LOCAL_MEMORY;
    if (author_proof_parse(*proof, slice(NULL, 0), &parsed) != CW_OK)
        return CW_REFUSED_MALFORMED;
    root.root_signature[0] = parsed.signature;
    author_proof_encode(&root, &w);
    *proof = slice(bytes, w.len);
    return CW_OK;
}

enum cw_err clear_record_build(const struct clear_record *record, struct arena *arena, struct sealer_entry *out)
{
    struct submission_draft draft = {
        .network = record->network,
        .author = record->author,
        .secret = record->secret,
        .op_class = record->op_class,
        .author_time = record->now,
        .part_count = 1,
    };
    struct sealer_entry entry = {.part_count = 1};
    struct cw_op_id op;
    enum cw_err err;

    random_bytes(draft.submission_id, sizeof(draft.submission_id));
    draft.parts[0].payload = record->payload;
    err = submission_build(&draft, arena, &entry.header, &entry.proof, &op);
    if (err == CW_OK && record->op_class == CLASS_ROOT)
        err = as_root_proof(arena, &entry.proof);
    if (err == CW_OK)
        err = store_clear(record->payload, arena, &entry.blobs[0]);
    if (err == CW_OK)
        *out = entry;
    return err;
}
