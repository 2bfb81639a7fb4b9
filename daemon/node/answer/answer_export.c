/* SPDX-License-Identifier: Apache-2.0 */
/* A log, batch by batch, as its bytes are stored: what an auditor verifies without trusting this daemon. */

#include "node/answer_export.h"
#include "node/answer_log.h"

#include "proto/session.h"
#include "proto/wire.h"

/* A chunk ends after the batch that passes this, and before one that has no room in the frame any more. */
#define EXPORT_CHUNK_LEN ((size_t)256 << 10)

static enum cw_err get_row(struct exporting *e, enum table table, struct cw_slice key, struct cw_slice *out)
{
    return node_store(e->a->node)->get(e->a->read.txn, table, key, out);
}

/* The next seal after `after`: its row and where it ends. CW_LOCAL_NOT_FOUND at the head. */
static enum cw_err next_seal(struct exporting *e, uint64_t after, struct export_batch *out)
{
    struct row_key from = row_key_seq(&e->log, after);
    struct kv_pair pair;
    struct log_id log;
    enum cw_err err = node_store(e->a->node)->next(e->a->read.txn, TABLE_SEAL, row_key_slice(&from), true, &pair);

    if (err != CW_OK)
        return err;
    if (!row_key_seq_of(pair.key, &log, &out->last))
        return CW_LOCAL_CORRUPT;
    if (!ID_EQ(&log, &e->log))
        return CW_LOCAL_NOT_FOUND;
    err = seal_row_parse(pair.value, &out->row);
    if (err == CW_OK && (out->row.first > out->last || out->last - out->row.first >= SEAL_ENTRIES_MAX))
        return CW_LOCAL_CORRUPT;
    out->count = (uint32_t)(out->last - out->row.first + 1);
    return err;
}

/* *out_next: the first piece that has no room, export_piece_count() when all have. */
static enum cw_err put_batch(struct exporting *e, struct export_batch *b, uint32_t *out_next)
{
    enum cw_err err = export_headers(e, b, false);

    *out_next = 0;
    if (err != CW_OK || e->used > EXPORT_ROOM || e->entry_count > ENTRIES_COUNT_MAX)
        return err;
    return export_pieces(e, b, 0, out_next);
}

/* Only the first of a chunk may lack pieces, which are asked for by their number then: *chunk says from which. */
static enum cw_err put_next(struct exporting *e, struct export_batch *b, Cw__Entries *out, bool *out_full,
                            Cw__ExportChunk *chunk)
{
    struct exporting before = *e;
    size_t mark = arena_mark(e->a->arena);
    uint32_t next;
    enum cw_err err = put_batch(e, b, &next);
    bool whole = next == export_piece_count(e, b);

    if (err != CW_OK)
        return err;
    *out_full = !whole || e->used >= EXPORT_CHUNK_LEN;
    if (!whole && out->n_batches > 0) {
        arena_release(e->a->arena, mark);
        *e = before;
        return CW_OK;
    }
    if (!whole)
        SET_NUMBER(chunk, rest, next);
    out->batches[out->n_batches++] = b->view;
    return CW_OK;
}

static enum cw_err put_batches(struct exporting *e, uint64_t after, Cw__Entries *out, Cw__ExportChunk *chunk)
{
    bool full = false, last = false;

    out->batches = ARENA_ARRAY(e->a->arena, Cw__SealedBatch *, ENTRIES_BATCHES_MAX);
    if (out->batches == NULL)
        return CW_LOCAL_MEMORY;
    while (!full && out->n_batches < ENTRIES_BATCHES_MAX) {
        struct export_batch batch;
        enum cw_err err = next_seal(e, after, &batch);

        last = err == CW_LOCAL_NOT_FOUND;
        if (last)
            break;
        if (err == CW_OK)
            err = put_next(e, &batch, out, &full, chunk);
        if (err != CW_OK)
            return err;
        after = batch.last;
    }
    SET_NUMBER(chunk, last, last);
    return CW_OK;
}

/* More pieces of the batch above `after`, in entries that hold nothing else. */
static enum cw_err put_rest(struct exporting *e, const Cw__ExportLog *request, Cw__Entries *out, Cw__ExportChunk *chunk)
{
    struct export_batch batch;
    uint32_t next = 0;
    enum cw_err err = next_seal(e, request->after, &batch);

    if (err == CW_LOCAL_NOT_FOUND || (err == CW_OK && request->rest >= export_piece_count(e, &batch)))
        return refuse(&e->a->refusal, CW_REFUSED_VALUE, "rest", "that batch has no such piece");
    out->batches = ARENA_ARRAY(e->a->arena, Cw__SealedBatch *, 1);
    if (out->batches == NULL)
        return CW_LOCAL_MEMORY;
    if (err == CW_OK)
        err = export_headers(e, &batch, true);
    if (err == CW_OK)
        err = export_pieces(e, &batch, request->rest, &next);
    if (err != CW_OK)
        return err;
    out->batches[out->n_batches++] = batch.view;
    if (next < export_piece_count(e, &batch))
        SET_NUMBER(chunk, rest, next);
    return CW_OK;
}

/* The operator of a machine reads nothing in bulk; records and audit do (DOMAIN.md §11.1). */
static bool may_open(const struct answering *a)
{
    return !a->who->admin && (a->rights.roles & (ROLE_MASK(RRD) | ROLE_MASK(AUD))) != 0;
}

static void put_left(const struct exporting *e, Cw__ExportChunk *out)
{
    if (e->left_contents > 0)
        SET_NUMBER(out, left_contents, e->left_contents);
    if (e->left_opened > 0)
        SET_NUMBER(out, left_opened, e->left_opened);
}

static enum cw_err put_log(struct answering *a, const Cw__ExportLog *request, Cw__ExportChunk *out)
{
    struct exporting e = {.a = a, .open = request->has_open && request->open};
    Cw__Entries *entries = ARENA_NEW(a->arena, Cw__Entries);
    struct log_row row;
    struct cw_slice raw;
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
    if (request->has_rest) {
        err = put_rest(&e, request, entries, out);
    } else {
        if (request->after == 0)
            SET_BYTES(entries, genesis, wire_bytes(row.genesis));
        e.used = row.genesis.len;
        err = put_batches(&e, request->after, entries, out);
    }
    if (err != CW_OK)
        return err;
    put_left(&e, out);
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
