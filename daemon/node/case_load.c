/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"
#include "node/open_part.h"

/* --- one op ---------------------------------------------------------------------------------------------- */

static enum cw_err load_blob_copy(const struct node *n, struct kv_txn *txn, const struct entry_header *h,
                                  uint32_t index, struct arena *arena, struct cw_slice *out)
{
    enum cw_err err = entry_load_part(n, txn, h, index, out);

    if (err != CW_OK || out->len == 0 || !class_in_clear(h->kind))
        return err; /* a ciphertext is opened into the arena anyway */
    out->data = arena_copy(arena, out->data, out->len);
    return out->data == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

static enum cw_err open_from(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id,
                             const struct entry_header *h, uint32_t index, struct arena *arena, struct loaded_op *op)
{
    struct cw_slice wraps[KEYS_MAX] = {{NULL, 0}}, blob;
    struct opened_part opened;
    enum cw_err err = CW_OK;

    for (uint32_t k = 0; k < h->key_count && err == CW_OK; k++)
        err = entry_load_wraps(n, txn, h, id, k, arena, &wraps[k]);
    if (err == CW_OK)
        err = load_blob_copy(n, txn, h, index, arena, &blob);
    if (err != CW_OK)
        return err;
    op->parts[index] = open_part(n, h, &op->header, index, blob, wraps, arena, &opened);
    if (op->parts[index] != PART_OPENED)
        return CW_OK;
    op->payloads[index] = opened.payload;
    memcpy(op->r[index], opened.r, sizeof opened.r);
    return CW_OK;
}

/* A part is opened from the entry that is known to open it. */
static enum cw_err open_parts(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id,
                              const struct op_row *row, struct arena *arena, struct loaded_op *op)
{
    for (uint32_t i = 0; i < op->part_count; i++) {
        uint32_t from;
        struct entry_row entry;
        struct entry_header header;

        op->parts[i] = op_row_part(row, i, &from);
        if (op->parts[i] != PART_OPENED)
            continue;
        enum cw_err err = db_get_entry(n, txn, &row->entries[from].log, row->entries[from].seq, &entry);
        if (err == CW_OK && entry_header_parse(entry.header, &header) != CW_OK)
            err = CW_LOCAL_CORRUPT;
        if (err == CW_OK)
            err = open_from(n, txn, id, &header, i, arena, op);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

void loaded_op_decode(struct loaded_op *op, struct arena *arena)
{
    if (op->part_count == 0 || op->payloads[0].data == NULL)
        return;
    op->decoded = op_decode(op->payloads, op->part_count, arena, &op->op, NULL) == CW_OK;
}

static enum cw_err copy_text(struct arena *arena, const char *text, struct cw_slice *out)
{
    size_t len = strlen(text);
    const void *copy = len == 0 ? "" : arena_copy(arena, text, len);

    if (copy == NULL)
        return CW_LOCAL_MEMORY;
    *out = slice(copy, len);
    return CW_OK;
}

enum cw_err loaded_op_author(const struct node *n, struct loaded_op *op, struct arena *arena)
{
    const struct authority_cert *cert = authority_find(n->authority, &op->header.author);

    op->author_name = op->author_division = slice("", 0);
    op->author_known = cert != NULL;
    if (cert == NULL)
        return CW_OK;
    op->author_roles = cert->roles;
    op->author_subject = cert->subject;
    enum cw_err err = copy_text(arena, cert->name, &op->author_name);
    return err == CW_OK ? copy_text(arena, cert->division, &op->author_division) : err;
}

static enum cw_err load_submission(const struct node *n, struct kv_txn *txn, struct arena *arena, struct loaded_op *op)
{
    struct entry_row entry;
    struct author_proof proof;
    enum cw_err err = db_get_entry(n, txn, &op->log, op->seq, &entry);

    if (err != CW_OK)
        return err;
    const void *bytes = arena_copy(arena, entry.submission.data, entry.submission.len);
    if (bytes == NULL)
        return CW_LOCAL_MEMORY;
    op->header_bytes = entry.submission = slice(bytes, entry.submission.len);
    op->submission_ok = entry_parse_submission(&entry, &op->header, &proof);
    op->part_count = op->submission_ok ? op->header.part_count : 0;
    return CW_OK;
}

static enum cw_err load_origin(const struct node *n, struct kv_txn *txn, struct loaded_op *op)
{
    struct log_row row;
    enum cw_err err = db_get_log(n, txn, &op->log, &row);

    if (err == CW_OK)
        memcpy(op->origin, row.head.division, sizeof op->origin);
    return err;
}

enum cw_err case_load_op(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id,
                         const struct case_op_place *place, struct arena *arena, struct loaded_op **out)
{
    struct op_row *op_row = ARENA_NEW(arena, struct op_row);
    struct loaded_op *op = ARENA_NEW(arena, struct loaded_op);

    if (op == NULL || op_row == NULL)
        return CW_LOCAL_MEMORY;
    op->hlc = place->hlc;
    op->op_id = place->op_id;
    op->verdict = place->row.verdict;
    op->reason = place->row.reason;
    op->flags = place->row.flags;
    op->log = place->row.log;
    op->seq = place->row.seq;
    enum cw_err err = load_origin(n, txn, op);
    if (err == CW_OK)
        err = load_submission(n, txn, arena, op);
    if (err == CW_OK)
        err = db_get_op(n, txn, &op->op_id, op_row);
    if (err == CW_OK && op->submission_ok)
        err = open_parts(n, txn, id, op_row, arena, op);
    if (err == CW_OK)
        err = loaded_op_author(n, op, arena);
    loaded_op_decode(op, arena);
    *out = op;
    return err;
}

static enum cw_err place_parse(const struct kv_pair *pair, struct case_op_place *out)
{
    if (pair->key.len != 2 * ID_LEN + 8 || case_op_row_parse(pair->value, &out->row) != CW_OK)
        return CW_LOCAL_CORRUPT;
    struct reader in = reader_over(slice(pair->key.data + ID_LEN, 8 + ID_LEN));
    out->hlc = reader_be64(&in);
    reader_bytes(&in, out->op_id.b, ID_LEN);
    return CW_OK;
}

/* --- the case -------------------------------------------------------------------------------------------- */

static int place_compare(const struct loaded_op *a, const struct loaded_op *b)
{
    if (a->hlc != b->hlc)
        return a->hlc < b->hlc ? -1 : 1;
    return ID_COMPARE(&a->op_id, &b->op_id);
}

enum cw_err loaded_case_add(struct loaded_case *c, struct loaded_op *op, struct arena *arena)
{
    if ((c->op_count & (c->op_count - 1)) == 0) { /* full at each power of two */
        struct loaded_op **more =
            ARENA_ARRAY(arena, struct loaded_op *, c->op_count == 0 ? 2 : 2 * (size_t)c->op_count);

        if (more == NULL)
            return CW_LOCAL_MEMORY;
        if (c->op_count > 0)
            memcpy(more, c->ops, c->op_count * sizeof(struct loaded_op *));
        c->ops = more;
    }
    uint32_t at = c->op_count++;
    while (at > 0 && place_compare(c->ops[at - 1], op) > 0) {
        c->ops[at] = c->ops[at - 1];
        at--;
    }
    c->ops[at] = op;
    return CW_OK;
}

enum cw_err case_load_ops(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id, struct arena *arena,
                          struct loaded_case *out)
{
    struct row_key from = row_key_case(id);
    struct kv_pair pair;
    struct case_op_place place;
    struct loaded_op *op;
    enum cw_err err;

    *out = (struct loaded_case){.id = *id};
    while ((err = db_next(n, txn, TABLE_CASE_OP, ID_SLICE(id), row_key_slice(&from), out->op_count > 0, &pair)) ==
           CW_OK) {
        err = place_parse(&pair, &place);
        if (err == CW_OK)
            err = case_load_op(n, txn, id, &place, arena, &op);
        if (err == CW_OK)
            err = loaded_case_add(out, op, arena);
        if (err != CW_OK)
            return err;
        from = row_key_case_op(id, op->hlc, &op->op_id);
    }
    if (err != CW_LOCAL_NOT_FOUND)
        return err;
    return out->op_count == 0 ? CW_REFUSED_UNKNOWN_CASE : CW_OK;
}

enum cw_err case_load(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                      struct loaded_case *out)
{
    node_authority(read->node);
    enum cw_err err = case_load_ops(read->node, read->txn, id, arena, out);

    if (err == CW_OK)
        err = case_fold_loaded(read->node, out, arena);
    if (err == CW_OK)
        err = case_hash_loaded(read->node, out, arena);
    node_authority_done(read->node);
    return err;
}
