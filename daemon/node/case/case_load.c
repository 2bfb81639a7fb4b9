/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_op.h"
#include "node/case_work.h"
#include "node/open_part.h"

/* What is the same for all ops of a case, found once. */
struct loading_case {
    const struct node *n;
    struct kv_txn *txn;
    struct cw_case_id id;
    struct arena *arena;
    enum {
        KEY_NOT_ASKED,
        KEY_OPEN,
        KEY_GONE
    } key_state; /* gone: destroyed, nothing of the case can be read any more */
    struct local_key key;
    bool has_origin;
    struct log_id origin_log;
    char origin[DIVISION_LEN_MAX + 1];
};

/* --- payloads that do not stand in the row: opened from the entry that is known to open them ------------------- */

static enum cw_err load_blob_copy(const struct loading_case *l, const struct entry_header *h, uint32_t index,
                                  struct cw_slice *out)
{
    enum cw_err err = entry_load_part(l->n, l->txn, h, index, out);

    if (err != CW_OK || out->len == 0 || !class_in_clear(h->kind))
        return err; /* a ciphertext is opened into the arena anyway */
    out->data = arena_copy(l->arena, out->data, out->len);
    return out->data == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

static enum cw_err open_from(const struct loading_case *l, const struct entry_header *h,
                             const struct submission_header *submission, uint32_t index, struct loaded_op *op)
{
    struct cw_slice wraps[KEYS_MAX] = {{NULL, 0}}, blob;
    struct opened_part opened;
    enum cw_err err = CW_OK;

    for (uint32_t k = 0; k < h->key_count && err == CW_OK; k++)
        err = entry_load_wraps(l->n, l->txn, h, &l->id, k, l->arena, &wraps[k]);
    if (err == CW_OK)
        err = load_blob_copy(l, h, index, &blob);
    if (err != CW_OK)
        return err;
    op->parts[index] = open_part(l->n, h, submission, index, blob, wraps, l->arena, &opened);
    if (op->parts[index] == PART_OPENED)
        op->payloads[index] = opened.payload;
    return CW_OK;
}

static enum cw_err open_long_part(const struct loading_case *l, const struct op_row *row, uint32_t index,
                                  struct loaded_op *op)
{
    struct entry_row entry;
    struct entry_header header;
    struct submission_header submission;
    struct author_proof proof;
    uint32_t from;

    (void)op_row_part(row, index, &from);
    enum cw_err err = db_get_entry(l->n, l->txn, &row->entries[from].log, row->entries[from].seq, &entry);
    if (err != CW_OK)
        return err;
    if (entry_header_parse(entry.header, &header) != CW_OK ||
        !entry_parse_submission(&entry, &header.op_id, &submission, &proof))
        return CW_LOCAL_CORRUPT;
    return open_from(l, &header, &submission, index, op);
}

static bool is_missing(const struct loaded_op *op, uint32_t index)
{
    return op->parts[index] == PART_OPENED && op->payloads[index].data == NULL;
}

static enum cw_err open_missing_parts(const struct loading_case *l, struct loaded_op *op)
{
    struct op_row *row = NULL;
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < op->part_count && err == CW_OK; i++) {
        if (!is_missing(op, i))
            continue;
        if (row == NULL) {
            row = ARENA_NEW(l->arena, struct op_row);
            err = row == NULL ? CW_LOCAL_MEMORY : db_get_op(l->n, l->txn, &op->op_id, row);
        }
        if (err == CW_OK)
            err = open_long_part(l, row, i, op);
    }
    return err;
}

/* --- payloads in the row --------------------------------------------------------------------------------------- */

static enum cw_err open_key(struct loading_case *l)
{
    struct cw_slice raw;
    struct case_row row = {0};

    if (l->key_state != KEY_NOT_ASKED)
        return CW_OK;
    enum cw_err err = db_get(l->n, l->txn, TABLE_CASE, row_key_case(&l->id), &raw);
    if (err == CW_OK)
        err = case_row_parse(raw, &row);
    if (err == CW_OK)
        err = keyring_key(l->n->keyring, row.slot, &l->key);
    l->key_state = err == CW_OK ? KEY_OPEN : KEY_GONE;
    if (err == CW_LOCAL_KEY)
        case_key_suspect(l->n, row.slot);
    return err == CW_LOCAL_KEY ? CW_OK : err;
}

static enum cw_err open_payloads(struct loading_case *l, const struct case_op_row *row, struct loaded_op *op)
{
    enum cw_err err = row->sealed.len > 0 ? open_key(l) : CW_OK;

    if (err == CW_OK && row->sealed.len > 0 && l->key_state == KEY_OPEN)
        err = case_op_payloads(row, &l->id, &op->op_id, &l->key, l->arena, op->payloads);
    if (err == CW_LOCAL_CORRUPT) /* the row is damaged, and only a copy: the op's entries have them */
        err = CW_OK;
    return err == CW_OK ? open_missing_parts(l, op) : err;
}

/* --- one op ---------------------------------------------------------------------------------------------- */

enum cw_err loaded_op_decode(struct loaded_op *op, struct arena *arena)
{
    if (op->part_count == 0 || op->payloads[0].data == NULL)
        return CW_OK;
    enum cw_err err = op_decode(op->payloads, op->part_count, arena, &op->op, NULL);

    op->decoded = err == CW_OK;
    return err == CW_LOCAL_MEMORY ? err : CW_OK;
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

uint64_t roles_of_author(const struct authority_cert *cert)
{
    uint64_t system = ROLE_MASK(SYS);

    return cert->subject == SUBJECT_DAEMON ? cert->roles | system : cert->roles & ~system;
}

enum cw_err loaded_op_author(const struct node *n, struct loaded_op *op, struct arena *arena)
{
    const struct authority_cert *cert = authority_find(n->authority, &op->author);

    op->author_name = op->author_division = slice("", 0);
    op->author_known = cert != NULL;
    if (cert == NULL)
        return CW_OK;
    op->author_roles = roles_of_author(cert);
    op->author_subject = cert->subject;
    enum cw_err err = copy_text(arena, cert->name, &op->author_name);
    return err == CW_OK ? copy_text(arena, cert->division, &op->author_division) : err;
}

static enum cw_err load_origin(struct loading_case *l, struct loaded_op *op)
{
    struct log_row row;

    if (!l->has_origin || !ID_EQ(&l->origin_log, &op->log)) {
        enum cw_err err = db_get_log(l->n, l->txn, &op->log, &row);

        if (err != CW_OK)
            return err;
        memcpy(l->origin, row.head.division, sizeof l->origin);
        l->origin_log = op->log;
        l->has_origin = true;
    }
    memcpy(op->origin, l->origin, sizeof op->origin);
    return CW_OK;
}

static void read_row(const struct case_op_row *row, struct loaded_op *op)
{
    op->verdict = row->verdict;
    op->reason = row->reason;
    op->flags = row->flags;
    op->log = row->log;
    op->seq = row->seq;
    op->submission_ok = row->submission_ok;
    op->author = row->author;
    op->author_time = row->author_time;
    op->part_count = row->part_count;
    for (uint32_t i = 0; i < row->part_count; i++)
        op->parts[i] = (enum part_state)row->parts[i];
}

static enum cw_err load_op(struct loading_case *l, const struct case_op_place *place, struct loaded_op **out)
{
    struct loaded_op *op = ARENA_NEW(l->arena, struct loaded_op);

    if (op == NULL)
        return CW_LOCAL_MEMORY;
    op->hlc = place->hlc;
    op->op_id = place->op_id;
    read_row(&place->row, op);
    enum cw_err err = load_origin(l, op);
    if (err == CW_OK)
        err = open_payloads(l, &place->row, op);
    if (err == CW_OK)
        err = loaded_op_author(l->n, op, l->arena);
    if (err == CW_OK)
        err = loaded_op_decode(op, l->arena);
    *out = op;
    return err;
}

enum cw_err case_load_op(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id,
                         const struct case_op_place *place, struct arena *arena, struct loaded_op **out)
{
    struct loading_case l = {.n = n, .txn = txn, .id = *id, .arena = arena};
    enum cw_err err = load_op(&l, place, out);

    wipe(&l.key, sizeof l.key);
    return err;
}

static enum cw_err place_parse(const struct kv_pair *pair, struct case_op_place *out)
{
    struct reader in = reader_over(pair->key);

    (void)reader_slice(&in, ID_LEN);
    out->hlc = reader_be64(&in);
    reader_bytes(&in, out->op_id.b, ID_LEN);
    if (reader_finish(&in) != CW_OK)
        return CW_LOCAL_CORRUPT;
    return case_op_row_parse(pair->value, &out->row);
}

/* --- the case -------------------------------------------------------------------------------------------- */

int loaded_op_compare(const struct loaded_op *a, const struct loaded_op *b)
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
    while (at > 0 && loaded_op_compare(c->ops[at - 1], op) > 0) {
        c->ops[at] = c->ops[at - 1];
        at--;
    }
    c->ops[at] = op;
    return CW_OK;
}

static enum cw_err load_all(struct loading_case *l, struct loaded_case *out)
{
    struct row_key from = row_key_case(&l->id);
    struct kv_pair pair;
    struct case_op_place place;
    struct loaded_op *op;
    enum cw_err err;

    while ((err = db_next(l->n, l->txn, TABLE_CASE_OP, ID_SLICE(&l->id), row_key_slice(&from), out->op_count > 0,
                          &pair)) == CW_OK) {
        err = place_parse(&pair, &place);
        if (err == CW_OK)
            err = load_op(l, &place, &op);
        if (err == CW_OK)
            err = loaded_case_add(out, op, l->arena);
        if (err != CW_OK)
            return err;
        from = row_key_case_op(&l->id, op->hlc, &op->op_id);
    }
    if (err != CW_LOCAL_NOT_FOUND)
        return err;
    return out->op_count == 0 ? CW_REFUSED_UNKNOWN_CASE : CW_OK;
}

enum cw_err case_load_ops(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id, struct arena *arena,
                          struct loaded_case *out)
{
    struct loading_case l = {.n = n, .txn = txn, .id = *id, .arena = arena};

    *out = (struct loaded_case){.id = *id};
    enum cw_err err = load_all(&l, out);
    wipe(&l.key, sizeof l.key);
    return err;
}

enum cw_err case_load(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                      struct loaded_case *out)
{
    return case_load_picked(read, id, arena, NULL, NULL, out);
}

enum cw_err case_load_picked(const struct node_read *read, const struct cw_case_id *id, struct arena *arena,
                             case_pick *pick, void *ctx, struct loaded_case *out)
{
    node_authority(read->node);
    enum cw_err err = case_load_ops(read->node, read->txn, id, arena, out);

    if (err == CW_OK && pick != NULL)
        err = pick(ctx, out);
    if (err == CW_OK)
        err = case_fold_loaded(read->node, out, 0, arena);
    if (err == CW_OK)
        err = case_hash_loaded(read->node, out, arena);
    node_authority_done(read->node);
    return err;
}
