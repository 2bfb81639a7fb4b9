/* SPDX-License-Identifier: Apache-2.0 */
/* A log, batch by batch, as its bytes are stored: what an auditor verifies without trusting this daemon. */

#include "node/answer.h"
#include "node/answer_log.h"
#include "node/entry.h"
#include "node/open_part.h"
#include "proto/submission.h"

#include "proto/wire.h"

/* A chunk stops after the batch that passes this: a batch of 256 large entries may go beyond, up to a frame. */
#define EXPORT_CHUNK_LEN ((size_t)256 << 10)

struct exporting {
    struct answering *a;
    struct log_id log;
    size_t bytes;
    bool open; /* opened parts are wanted, and the reader may have them */
    Cw__OpenedPart **opened;
    size_t opened_count, opened_max;
};

static enum cw_err get_row(struct exporting *e, enum table table, struct cw_slice key, struct cw_slice *out)
{
    return node_store(e->a->node)->get(e->a->read.txn, table, key, out);
}

/* Absent blobs are given as empty ones: what this daemon does not hold it does not claim. */
static bool put_blobs(struct exporting *e, const struct entry_in *entry, const struct entry_blobs *blobs,
                      Cw__EntryBlobs *out)
{
    out->parts = ARENA_ARRAY(e->a->arena, ProtobufCBinaryData, entry->header.part_count + 1);
    out->wraps = ARENA_ARRAY(e->a->arena, ProtobufCBinaryData, entry->header.key_count + 1);
    if (out->parts == NULL || out->wraps == NULL)
        return false;
    for (uint32_t i = 0; i < blobs->part_count; i++) {
        out->parts[out->n_parts++] = wire_bytes(blobs->parts[i]);
        e->bytes += blobs->parts[i].len;
    }
    for (uint32_t i = 0; i < blobs->wrap_count; i++) {
        out->wraps[out->n_wraps++] = wire_bytes(blobs->wraps[i]);
        e->bytes += blobs->wraps[i].len;
    }
    if (blobs->envelopes.len != 0)
        SET_BYTES(out, envelopes, wire_bytes(blobs->envelopes));
    e->bytes += blobs->envelopes.len;
    return true;
}

static bool grow_opened(struct exporting *e)
{
    Cw__OpenedPart **grown;
    size_t max = e->opened_max == 0 ? 64 : e->opened_max * 2;

    if (e->opened_count < e->opened_max)
        return true;
    grown = ARENA_ARRAY(e->a->arena, Cw__OpenedPart *, max);
    if (grown == NULL)
        return false;
    if (e->opened_count != 0)
        memcpy(grown, e->opened, e->opened_count * sizeof(Cw__OpenedPart *));
    e->opened = grown;
    e->opened_max = max;
    return true;
}

/* What an auditor holds against the author's commitment: r and the padded payload. */
static bool add_opened(struct exporting *e, const struct entry_in *entry, uint32_t part,
                       const struct opened_part *opened)
{
    uint32_t size_class = entry->submission.parts[part].size_class;
    Cw__OpenedPart *out = ARENA_NEW(e->a->arena, Cw__OpenedPart);
    uint8_t *padded = arena_take(e->a->arena, size_class_len(size_class), 1);

    if (out == NULL || padded == NULL || !grow_opened(e))
        return false;
    cw__opened_part__init(out);
    payload_pad(opened->payload, size_class, padded);
    SET_BYTES(out, op_id, answer_bytes(e->a, entry->header.op_id.b, ID_LEN));
    SET_NUMBER(out, part, part);
    SET_BYTES(out, r, answer_bytes(e->a, opened->r, sizeof opened->r));
    SET_BYTES(out, payload, wire_bytes(slice(padded, size_class_len(size_class))));
    e->opened[e->opened_count++] = out;
    e->bytes += size_class_len(size_class);
    return true;
}

static bool open_parts(struct exporting *e, const struct entry_in *entry, const struct entry_blobs *blobs)
{
    if (!e->open || !entry->submission_ok || class_in_clear(entry->header.kind))
        return true;
    for (uint32_t i = 0; i < blobs->part_count; i++) {
        struct opened_part opened;

        if (open_part(e->a->node, &entry->header, &entry->submission, i, blobs->parts[i], blobs->wraps, e->a->arena,
                      &opened) != PART_OPENED)
            continue;
        if (!add_opened(e, entry, i, &opened))
            return false;
    }
    return true;
}

static enum cw_err entry_of(struct exporting *e, uint64_t seq, Cw__EntryRecord **out)
{
    const struct node *n = e->a->node;
    Cw__EntryRecord *record = ARENA_NEW(e->a->arena, Cw__EntryRecord);
    Cw__EntryBlobs *view = ARENA_NEW(e->a->arena, Cw__EntryBlobs);
    struct entry_blobs blobs;
    struct entry_in entry;
    enum cw_err err;

    if (record == NULL || view == NULL)
        return CW_LOCAL_MEMORY;
    err = entry_load(n, e->a->read.txn, &e->log, seq, e->a->arena, &entry);
    if (err == CW_OK)
        err = entry_load_blobs(n, e->a->read.txn, &entry, e->a->arena, &blobs);
    if (err != CW_OK)
        return err == CW_LOCAL_NOT_FOUND ? CW_LOCAL_CORRUPT : err;
    cw__entry_record__init(record);
    cw__entry_blobs__init(view);
    SET_BYTES(record, header, wire_bytes(entry.header_bytes));
    SET_BYTES(record, submission, wire_bytes(entry.submission_bytes));
    SET_BYTES(record, proof, wire_bytes(entry.proof_bytes));
    if (entry.path_bytes.len > 0)
        SET_BYTES(record, path, wire_bytes(entry.path_bytes));
    record->blobs = view;
    e->bytes += entry.header_bytes.len + entry.submission_bytes.len + entry.proof_bytes.len + entry.path_bytes.len;
    *out = record;
    return put_blobs(e, &entry, &blobs, view) && open_parts(e, &entry, &blobs) ? CW_OK : CW_LOCAL_MEMORY;
}

static enum cw_err seal_of(struct exporting *e, const struct seal_row *row, Cw__SignedSeal **out)
{
    Cw__SignedSeal *seal = ARENA_NEW(e->a->arena, Cw__SignedSeal);

    if (seal == NULL)
        return CW_LOCAL_MEMORY;
    cw__signed_seal__init(seal);
    SET_BYTES(seal, seal, wire_bytes(row->seal.bytes));
    seal->signatures = ARENA_ARRAY(e->a->arena, Cw__SealSignature *, row->seal.signature_count);
    if (seal->signatures == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < row->seal.signature_count; i++) {
        Cw__SealSignature *signature = ARENA_NEW(e->a->arena, Cw__SealSignature);

        if (signature == NULL)
            return CW_LOCAL_MEMORY;
        cw__seal_signature__init(signature);
        if (row->seal.signer_index[i] != 0)
            SET_NUMBER(signature, index, row->seal.signer_index[i]);
        SET_BYTES(signature, signature, answer_bytes(e->a, row->seal.signatures[i].b, SIGNATURE_LEN));
        seal->signatures[seal->n_signatures++] = signature;
    }
    *out = seal;
    return CW_OK;
}

static enum cw_err batch_of(struct exporting *e, const struct seal_row *row, uint64_t last, Cw__SealedBatch **out)
{
    size_t count = (size_t)(last - row->first + 1);
    Cw__SealedBatch *batch = ARENA_NEW(e->a->arena, Cw__SealedBatch);
    enum cw_err err;

    if (batch == NULL)
        return CW_LOCAL_MEMORY;
    cw__sealed_batch__init(batch);
    batch->entries = ARENA_ARRAY(e->a->arena, Cw__EntryRecord *, count);
    if (batch->entries == NULL)
        return CW_LOCAL_MEMORY;
    err = seal_of(e, row, &batch->seal);
    for (uint64_t seq = row->first; err == CW_OK && seq <= last; seq++)
        err = entry_of(e, seq, &batch->entries[batch->n_entries++]);
    *out = batch;
    return err;
}

/* The next seal after `after`: its row and where it ends. CW_LOCAL_NOT_FOUND at the head. */
static enum cw_err next_seal(struct exporting *e, uint64_t after, struct seal_row *out, uint64_t *out_last)
{
    struct row_key from = row_key_seq(&e->log, after);
    struct kv_pair pair;
    struct log_id log;
    enum cw_err err = node_store(e->a->node)->next(e->a->read.txn, TABLE_SEAL, row_key_slice(&from), true, &pair);

    if (err != CW_OK)
        return err;
    if (!row_key_seq_of(pair.key, &log, out_last))
        return CW_LOCAL_CORRUPT;
    if (!ID_EQ(&log, &e->log))
        return CW_LOCAL_NOT_FOUND;
    return seal_row_parse(pair.value, out);
}

#define EXPORT_BATCHES_MAX 256

static enum cw_err put_batches(struct exporting *e, uint64_t after, Cw__Entries *out, bool *out_last)
{
    out->batches = ARENA_ARRAY(e->a->arena, Cw__SealedBatch *, EXPORT_BATCHES_MAX);
    if (out->batches == NULL)
        return CW_LOCAL_MEMORY;
    *out_last = false;
    while (out->n_batches < EXPORT_BATCHES_MAX && e->bytes < EXPORT_CHUNK_LEN) {
        struct seal_row row;
        uint64_t last;
        enum cw_err err = next_seal(e, after, &row, &last);

        if (err == CW_LOCAL_NOT_FOUND) {
            *out_last = true;
            return CW_OK;
        }
        if (err == CW_OK)
            err = batch_of(e, &row, last, &out->batches[out->n_batches++]);
        if (err != CW_OK)
            return err;
        after = last;
    }
    return CW_OK;
}

/* The operator of a machine reads nothing in bulk; records and audit do (DOMAIN.md §11.1). */
static bool may_open(const struct answering *a)
{
    return !a->who->admin && (a->rights.roles & (ROLE_MASK(RRD) | ROLE_MASK(AUD))) != 0;
}

static enum cw_err put_log(struct answering *a, const Cw__ExportLog *request, Cw__ExportChunk *out)
{
    struct exporting e = {.a = a, .open = request->has_open && request->open};
    Cw__Entries *entries = ARENA_NEW(a->arena, Cw__Entries);
    struct log_row row;
    struct cw_slice raw;
    bool last;
    enum cw_err err;

    if (e.open && !may_open(a))
        return refuse(&a->refusal, CW_REFUSED_READER, "open",
                      "opened contents in bulk need role RRD or AUD: export without them");
    if (request->log.len != ID_LEN)
        return refuse(&a->refusal, CW_REFUSED_VALUE, "log", "a log id has 32 bytes");
    if (entries == NULL)
        return CW_LOCAL_MEMORY;
    memcpy(e.log.b, request->log.data, ID_LEN);
    err = get_row(&e, TABLE_LOG, KEY(row_key_log(&e.log)), &raw);
    if (err == CW_LOCAL_NOT_FOUND)
        return refuse(&a->refusal, CW_REFUSED_VALUE, "log", "this division holds no such log");
    if (err == CW_OK)
        err = log_row_parse(raw, &row);
    if (err != CW_OK)
        return err;
    cw__entries__init(entries);
    SET_BYTES(entries, log, answer_bytes(a, e.log.b, ID_LEN));
    if (request->after == 0)
        SET_BYTES(entries, genesis, wire_bytes(row.genesis));
    err = put_batches(&e, request->after, entries, &last);
    if (err != CW_OK)
        return err;
    SET_NUMBER(out, last, last);
    out->entries = entries;
    out->opened = e.opened;
    out->n_opened = e.opened_count;
    return CW_OK;
}

/* Written as it was read: the strict grammar has one string for one reading. */
static bool put_genesis(struct answering *a, Cw__ExportChunk *out)
{
    uint8_t *bytes = arena_take(a->arena, NETWORK_GENESIS_LEN_MAX, 1);
    struct writer w = writer_over(bytes, bytes == NULL ? 0 : NETWORK_GENESIS_LEN_MAX);

    if (bytes == NULL)
        return false;
    network_genesis_encode(&a->node->genesis, &w);
    SET_BYTES(out, network_genesis, wire_bytes(slice(bytes, w.len)));
    return true;
}

enum cw_err answer_export(struct answering *a, const Cw__ExportLog *request, Cw__Answer *out)
{
    Cw__ExportChunk *chunk = ARENA_NEW(a->arena, Cw__ExportChunk);
    enum cw_err err;

    if (chunk == NULL)
        return CW_LOCAL_MEMORY;
    cw__export_chunk__init(chunk);
    if (request->has_log) {
        err = put_log(a, request, chunk);
    } else {
        err = put_genesis(a, chunk) ? CW_OK : CW_LOCAL_MEMORY;
        if (err == CW_OK)
            err = answer_put_heads(a, false, &chunk->logs, &chunk->n_logs);
    }
    if (err == CW_OK)
        out->export = chunk;
    return err;
}
