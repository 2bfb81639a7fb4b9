/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer_export.h"
#include "node/entry.h"
#include "node/open_part.h"
#include "proto/submission.h"

#include "proto/wire.h"

#define PIECE_FRAMING 24 /* of a piece, and what the lengths around it grow by */
#define OPENED_FRAMING (ID_LEN + 32 + PIECE_FRAMING)
/* In a chunk of its own a piece finds this much at least: empty entries take two bytes each. */
#define PIECE_ROOM (EXPORT_ROOM - 2048)
/* Contents that are read and cannot be opened cost time and no room. */
#define READ_MAX ((size_t)4 << 20)

/* --- headers ------------------------------------------------------------------------------------------------------- */

static enum cw_err entry_of(struct exporting *e, uint64_t seq, Cw__EntryRecord *out)
{
    struct entry_in entry;
    enum cw_err err = entry_load(e->a->node, e->a->read.txn, &e->log, seq, e->a->arena, &entry);

    if (err != CW_OK)
        return err == CW_LOCAL_NOT_FOUND ? CW_LOCAL_CORRUPT : err;
    SET_BYTES(out, header, wire_bytes(entry.header_bytes));
    SET_BYTES(out, submission, wire_bytes(entry.submission_bytes));
    SET_BYTES(out, proof, wire_bytes(entry.proof_bytes));
    if (entry.path_bytes.len > 0)
        SET_BYTES(out, path, wire_bytes(entry.path_bytes));
    return CW_OK;
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

enum cw_err export_headers(struct exporting *e, struct export_batch *b, bool hollow)
{
    Cw__SealedBatch *view = ARENA_NEW(e->a->arena, Cw__SealedBatch);
    enum cw_err err = CW_OK;

    if (view == NULL)
        return CW_LOCAL_MEMORY;
    cw__sealed_batch__init(view);
    view->entries = ARENA_ARRAY(e->a->arena, Cw__EntryRecord *, b->count);
    if (view->entries == NULL)
        return CW_LOCAL_MEMORY;
    if (!hollow)
        err = seal_of(e, &b->row, &view->seal);
    for (uint64_t seq = b->row.first; err == CW_OK && seq <= b->last; seq++) {
        Cw__EntryRecord *record = ARENA_NEW(e->a->arena, Cw__EntryRecord);

        if (record == NULL)
            return CW_LOCAL_MEMORY;
        cw__entry_record__init(record);
        view->entries[view->n_entries++] = record;
        err = hollow ? CW_OK : entry_of(e, seq, record);
    }
    b->view = view;
    e->used += protobuf_c_message_get_packed_size(&view->base) + PIECE_FRAMING;
    e->entry_count += b->count;
    return err;
}

/* --- contents ------------------------------------------------------------------------------------------------------ */

/* Absent blobs are given as empty ones: what this daemon does not hold it does not claim. */
static bool put_blobs(struct exporting *e, const struct entry_in *entry, const struct entry_blobs *blobs,
                      Cw__EntryBlobs *out)
{
    out->parts = ARENA_ARRAY(e->a->arena, ProtobufCBinaryData, entry->header.part_count + 1);
    out->wraps = ARENA_ARRAY(e->a->arena, ProtobufCBinaryData, entry->header.key_count + 1);
    if (out->parts == NULL || out->wraps == NULL)
        return false;
    for (uint32_t i = 0; i < blobs->part_count; i++)
        out->parts[out->n_parts++] = wire_bytes(blobs->parts[i]);
    for (uint32_t i = 0; i < blobs->wrap_count; i++)
        out->wraps[out->n_wraps++] = wire_bytes(blobs->wraps[i]);
    if (blobs->envelopes.len != 0)
        SET_BYTES(out, envelopes, wire_bytes(blobs->envelopes));
    return true;
}

static enum cw_err give_contents(struct exporting *e, const struct entry_in *entry, Cw__EntryRecord *out)
{
    Cw__EntryBlobs *view = ARENA_NEW(e->a->arena, Cw__EntryBlobs);
    struct entry_blobs blobs;
    enum cw_err err;

    if (view == NULL)
        return CW_LOCAL_MEMORY;
    err = entry_load_blobs(e->a->node, e->a->read.txn, entry, e->a->arena, &blobs);
    if (err != CW_OK)
        return err;
    cw__entry_blobs__init(view);
    if (!put_blobs(e, entry, &blobs, view))
        return CW_LOCAL_MEMORY;
    out->blobs = view;
    return CW_OK;
}

/* --- opened parts -------------------------------------------------------------------------------------------------- */

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
    e->used += size_class_len(size_class) + OPENED_FRAMING;
    return true;
}

static bool may_be_opened(const struct entry_in *entry)
{
    return entry->submission_ok && !class_in_clear(entry->header.kind);
}

static enum cw_err give_opened(struct exporting *e, const struct entry_in *entry)
{
    struct entry_blobs blobs;
    enum cw_err err = entry_load_blobs(e->a->node, e->a->read.txn, entry, e->a->arena, &blobs);

    for (uint32_t i = 0; err == CW_OK && i < blobs.part_count; i++) {
        struct opened_part opened;

        if (open_part(e->a->node, &entry->header, &entry->submission, i, blobs.parts[i], blobs.wraps, e->a->arena,
                      &opened) == PART_OPENED &&
            !add_opened(e, entry, i, &opened))
            return CW_LOCAL_MEMORY;
    }
    return err;
}

/* --- pieces -------------------------------------------------------------------------------------------------------- */

/* What an entry's contents may take in a frame; *out_held: parts of it are here. Nothing is copied to find out. */
static enum cw_err contents_len(const struct exporting *e, const struct entry_in *entry, size_t *out_len,
                                bool *out_held)
{
    struct cw_slice part;
    size_t parts = 0;

    *out_len = (entry->header.has_envelopes ? ENVELOPES_LEN_MAX : 0) + PIECE_FRAMING;
    for (uint32_t i = 0; i < entry->header.part_count; i++) {
        enum cw_err err = entry_load_part(e->a->node, e->a->read.txn, &entry->header, i, &part);

        if (err != CW_OK)
            return err;
        parts += part.len;
        *out_len += part.len + BLOB_FRAMING;
    }
    *out_len += (size_t)entry->header.key_count * (entry->header.part_count * WRAP_LEN + BLOB_FRAMING);
    *out_held = parts > 0;
    return CW_OK;
}

static size_t opened_len(const struct entry_in *entry)
{
    size_t len = 0;

    for (uint32_t i = 0; i < entry->submission.part_count; i++)
        len += size_class_len(entry->submission.parts[i].size_class) + OPENED_FRAMING;
    return len;
}

/* *out_given: it has gone in, or is left out for good; false: another chunk has room for it. */
static enum cw_err give_piece(struct exporting *e, const struct export_batch *b, uint32_t piece, bool *out_given)
{
    bool contents = piece < b->count, held = false;
    uint32_t index = contents ? piece : piece - b->count;
    struct entry_in entry;
    size_t contents_are = 0, len;
    enum cw_err err = entry_load(e->a->node, e->a->read.txn, &e->log, b->row.first + index, e->a->arena, &entry);

    if (err == CW_OK)
        err = contents_len(e, &entry, &contents_are, &held);
    *out_given = true;
    if (err != CW_OK || (!contents && (!held || !may_be_opened(&entry))))
        return err == CW_LOCAL_NOT_FOUND ? CW_LOCAL_CORRUPT : err;
    len = contents ? contents_are : opened_len(&entry);
    if (len > PIECE_ROOM || contents_are > PIECE_ROOM) {
        *(contents ? &e->left_contents : &e->left_opened) += 1;
        return CW_OK;
    }
    *out_given = e->used + len <= EXPORT_ROOM && (e->read == 0 || e->read + contents_are <= READ_MAX);
    if (!*out_given)
        return CW_OK;
    e->read += contents_are;
    if (!contents)
        return give_opened(e, &entry);
    err = give_contents(e, &entry, b->view->entries[index]);
    if (err == CW_OK)
        e->used += protobuf_c_message_get_packed_size(&b->view->entries[index]->blobs->base) + PIECE_FRAMING;
    return err;
}

enum cw_err export_pieces(struct exporting *e, struct export_batch *b, uint32_t from, uint32_t *out_next)
{
    uint32_t count = export_piece_count(e, b);

    for (*out_next = from; *out_next < count; ++*out_next) {
        size_t mark = arena_mark(e->a->arena), used = e->used;
        bool given;
        enum cw_err err = give_piece(e, b, *out_next, &given);

        if (err != CW_OK)
            return err;
        if (e->used == used) /* nothing of it has gone in */
            arena_release(e->a->arena, mark);
        if (!given)
            return CW_OK;
    }
    return CW_OK;
}
