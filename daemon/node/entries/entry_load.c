/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"

bool entry_case(const struct entry_in *e, struct cw_case_id *out)
{
    if (!e->submission_ok || e->submission.op_class != CLASS_CASE)
        return false;
    if (e->submission.has_case)
        *out = e->submission.case_id;
    else
        case_id_of(&e->header.op_id, out);
    return true;
}

bool entry_names_op(const struct cw_op_id *op, struct cw_slice submission)
{
    struct cw_op_id said;

    op_id_of(submission, &said);
    return ID_EQ(&said, op);
}

bool entry_parse_submission(const struct entry_row *row, const struct cw_op_id *op,
                            struct submission_header *out_header, struct author_proof *out_proof)
{
    return entry_names_op(op, row->submission) && submission_header_parse(row->submission, out_header) == CW_OK &&
           author_proof_parse(row->proof, row->path, out_proof) == CW_OK;
}

static enum cw_err load_row(const struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                            struct arena *arena, struct entry_in *out)
{
    struct cw_slice raw;
    struct entry_row row;
    enum cw_err err = db_get_copy(n, txn, TABLE_ENTRY, row_key_seq(log, seq), arena, &raw);

    if (err == CW_OK)
        err = entry_row_parse(raw, &row);
    if (err != CW_OK)
        return err;
    out->header_bytes = row.header;
    out->submission_bytes = row.submission;
    out->proof_bytes = row.proof;
    out->path_bytes = row.path;
    if (entry_header_parse(row.header, &out->header) != CW_OK)
        return CW_LOCAL_CORRUPT;
    out->submission_ok = entry_parse_submission(&row, &out->header.op_id, &out->submission, &out->proof);
    return CW_OK;
}

static enum cw_err load_place(const struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                              struct arena *arena, struct entry_in *out)
{
    struct log_row row;
    struct seal_row seal;
    uint64_t last;
    struct positions *positions = ARENA_NEW(arena, struct positions);
    enum cw_err err = db_get_log(n, txn, log, &row);

    if (positions == NULL)
        return CW_LOCAL_MEMORY;
    if (err != CW_OK)
        return err;
    out->log = *log;
    out->scope = row.head.scope;
    out->log_cert = row.head.cert;
    memcpy(out->division, row.head.division, sizeof out->division);
    err = db_get_seal(n, txn, log, seq, &seal, &last);
    if (err != CW_OK)
        return err;
    out->seal_first = seal.first;
    *positions = seal.authority;
    out->positions = positions;
    return CW_OK;
}

enum cw_err entry_load(const struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                       struct arena *arena, struct entry_in *out)
{
    memset(out, 0, sizeof *out);
    enum cw_err err = load_row(n, txn, log, seq, arena, out);

    return err == CW_OK ? load_place(n, txn, log, seq, arena, out) : err;
}

/* --- blobs ---------------------------------------------------------------------------------------------- */

enum cw_err entry_load_part(const struct node *n, struct kv_txn *txn, const struct entry_header *header, uint32_t index,
                            struct cw_slice *out)
{
    enum cw_err err = db_get(n, txn, TABLE_BLOB, row_key_blob(&header->log, header->seq, BLOB_PART, index), out);

    if (err != CW_LOCAL_NOT_FOUND)
        return err;
    *out = slice(NULL, 0);
    return CW_OK;
}

/* The slot under which a row of wraps is sealed, and what is sealed. */
static enum cw_err sealed_wraps(const struct node *n, struct kv_txn *txn, const struct cw_case_id *case_id,
                                struct cw_slice raw, uint32_t *out_slot, struct cw_slice *out)
{
    struct reader in = reader_over(raw);
    struct cw_slice case_raw;
    struct case_row row;
    uint8_t how = reader_u8(&in);

    if (how == WRAPS_SET_ASIDE) {
        *out_slot = reader_be32(&in);
    } else if (how == WRAPS_SHARED) {
        *out_slot = n->store_row.name_slot;
    } else {
        enum cw_err err = db_get(n, txn, TABLE_CASE, row_key_case(case_id), &case_raw);

        if (err == CW_OK)
            err = case_row_parse(case_raw, &row);
        if (err != CW_OK)
            return err;
        *out_slot = row.slot;
    }
    *out = reader_slice(&in, reader_left(&in));
    return in.failed ? CW_LOCAL_CORRUPT : CW_OK;
}

/* Not under a key that was destroyed or is damaged, nor where the row itself is: those are not held any more. */
enum cw_err entry_load_wraps(const struct node *n, struct kv_txn *txn, const struct entry_header *header,
                             const struct cw_case_id *case_id, uint32_t index, struct arena *arena,
                             struct cw_slice *out)
{
    struct row_key key = row_key_blob(&header->log, header->seq, BLOB_WRAPS, index);
    struct cw_slice raw, sealed;
    uint32_t slot;
    enum cw_err err = db_get(n, txn, TABLE_BLOB, key, &raw);

    *out = slice(NULL, 0);
    if (err == CW_LOCAL_NOT_FOUND)
        return CW_OK;
    if (err != CW_OK || raw.len == 0)
        return err;
    if (raw.data[0] == WRAPS_AS_SENT) {
        *out = slice(raw.data + 1, raw.len - 1);
        return CW_OK;
    }
    if (case_id == NULL) /* left by an older version, under a key that is gone (mend_ops.h) */
        return CW_OK;
    err = sealed_wraps(n, txn, case_id, raw, &slot, &sealed);
    if (err != CW_OK)
        return err;
    err = keyring_unseal(n->keyring, slot, row_key_slice(&key), sealed, arena, out);
    if (err != CW_LOCAL_KEY && err != CW_LOCAL_CORRUPT)
        return err;
    case_key_suspect(n, slot);
    *out = slice(NULL, 0);
    return CW_OK;
}

static enum cw_err copy_slice(struct arena *arena, struct cw_slice *s)
{
    if (s->len == 0)
        return CW_OK;
    s->data = arena_copy(arena, s->data, s->len);
    return s->data == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

static enum cw_err load_parts(const struct node *n, struct kv_txn *txn, const struct entry_in *e, struct arena *arena,
                              struct entry_blobs *out)
{
    enum cw_err err = CW_OK;

    out->part_count = e->header.part_count;
    for (uint32_t i = 0; i < e->header.part_count && err == CW_OK; i++) {
        err = entry_load_part(n, txn, &e->header, i, &out->parts[i]);
        if (err == CW_OK)
            err = copy_slice(arena, &out->parts[i]);
    }
    return err;
}

static enum cw_err load_wraps(const struct node *n, struct kv_txn *txn, const struct entry_in *e, struct arena *arena,
                              struct entry_blobs *out)
{
    struct cw_case_id id;
    bool has_case = entry_case(e, &id);
    enum cw_err err = CW_OK;

    out->wrap_count = e->header.key_count;
    for (uint32_t i = 0; i < e->header.key_count && err == CW_OK; i++) {
        err = entry_load_wraps(n, txn, &e->header, has_case ? &id : NULL, i, arena, &out->wraps[i]);
        if (err == CW_OK)
            err = copy_slice(arena, &out->wraps[i]);
    }
    return err;
}

enum cw_err entry_load_blobs(const struct node *n, struct kv_txn *txn, const struct entry_in *e, struct arena *arena,
                             struct entry_blobs *out)
{
    memset(out, 0, sizeof *out);
    enum cw_err err = load_parts(n, txn, e, arena, out);

    if (err == CW_OK)
        err = load_wraps(n, txn, e, arena, out);
    if (err != CW_OK || !e->header.has_envelopes)
        return err;
    err = db_get_copy(n, txn, TABLE_BLOB, row_key_blob(&e->log, e->header.seq, BLOB_ENVELOPES, 0), arena,
                      &out->envelopes);
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* Piece number part_count is the envelopes. Borrowed from the store. */
static enum cw_err find_piece(const struct node *n, struct kv_txn *txn, const struct entry_in *e, uint32_t index,
                              struct cw_slice *out)
{
    enum cw_err err;

    if (index < e->header.part_count)
        return entry_load_part(n, txn, &e->header, index, out);
    err = db_get(n, txn, TABLE_BLOB, row_key_blob(&e->log, e->header.seq, BLOB_ENVELOPES, 0), out);
    if (err == CW_LOCAL_NOT_FOUND)
        *out = slice(NULL, 0);
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* Numbers that follow each other, and those that skip, come to all of `count` in a few steps: Fibonacci hashing. */
static uint32_t spread(uint64_t number, uint32_t count)
{
    return (uint32_t)((number * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % count;
}

enum cw_err entry_load_pieces(const struct node *n, struct kv_txn *txn, const struct entry_in *e, uint64_t turn,
                              uint64_t room, struct arena *arena, struct entry_blobs *out)
{
    uint32_t count = e->header.part_count + (e->header.has_envelopes ? 1 : 0), first = spread(turn, count);

    memset(out, 0, sizeof *out);
    out->part_count = e->header.part_count;
    enum cw_err err = load_wraps(n, txn, e, arena, out);
    for (uint32_t i = 0; i < out->wrap_count; i++)
        room -= out->wraps[i].len + BLOB_FRAMING;
    for (uint32_t i = 0; i < count && err == CW_OK; i++) {
        uint32_t index = (first + i) % count;
        struct cw_slice piece;

        err = find_piece(n, txn, e, index, &piece);
        if (err != CW_OK || piece.len + BLOB_FRAMING > room)
            continue;
        err = copy_slice(arena, &piece);
        room -= piece.len + BLOB_FRAMING;
        *(index < e->header.part_count ? &out->parts[index] : &out->envelopes) = piece;
    }
    return err;
}
