/* SPDX-License-Identifier: Apache-2.0 */
#include "node/internal.h"

enum cw_err db_get(const struct node *n, struct kv_txn *txn, enum table table, struct row_key key, struct cw_slice *out)
{
    return node_store(n)->get(txn, table, row_key_slice(&key), out);
}

/* What was answered of a case is over: every row that its view is made of goes through here. */
static void end_answers(const struct turn *t, enum table table, const struct row_key *key)
{
    struct cw_case_id id;

    if ((table != TABLE_CASE && table != TABLE_CASE_OP) || key->len < ID_LEN)
        return;
    memcpy(id.b, key->b, ID_LEN);
    answer_cache_touch(t->n->answers, &id, t->n->commits + 1);
}

enum cw_err db_put(struct turn *t, enum table table, struct row_key key, struct cw_slice value)
{
    end_answers(t, table, &key);
    return node_store(t->n)->put(t->txn, table, row_key_slice(&key), value);
}

enum cw_err db_del(struct turn *t, enum table table, struct row_key key)
{
    end_answers(t, table, &key);
    return node_store(t->n)->del(t->txn, table, row_key_slice(&key));
}

bool db_has(const struct node *n, struct kv_txn *txn, enum table table, struct row_key key)
{
    struct cw_slice value;

    return db_get(n, txn, table, key, &value) == CW_OK;
}

enum cw_err db_next(const struct node *n, struct kv_txn *txn, enum table table, struct cw_slice prefix,
                    struct cw_slice from, bool after, struct kv_pair *out)
{
    enum cw_err err = node_store(n)->next(txn, table, from, after, out);

    if (err != CW_OK)
        return err;
    return row_key_has_prefix(out->key, prefix) ? CW_OK : CW_LOCAL_NOT_FOUND;
}

enum cw_err db_get_copy(const struct node *n, struct kv_txn *txn, enum table table, struct row_key key,
                        struct arena *arena, struct cw_slice *out)
{
    struct cw_slice value;
    enum cw_err err = db_get(n, txn, table, key, &value);

    if (err != CW_OK)
        return err;
    if (value.len == 0) {
        *out = value;
        return CW_OK;
    }
    const void *copy = arena_copy(arena, value.data, value.len);
    if (copy == NULL)
        return CW_LOCAL_MEMORY;
    *out = slice(copy, value.len);
    return CW_OK;
}

enum cw_err db_get_op(const struct node *n, struct kv_txn *txn, const struct cw_op_id *op, struct op_row *out)
{
    struct cw_slice raw;
    enum cw_err err = db_get(n, txn, TABLE_OP, row_key_op(op), &raw);

    return err != CW_OK ? err : op_row_parse(raw, out);
}

enum cw_err db_put_op(struct turn *t, const struct cw_op_id *op, const struct op_row *row)
{
    uint8_t bytes[128 + OP_ENTRIES_MAX * OP_ENTRY_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    op_row_encode(row, &w);
    CW_ASSERT(!w.failed);
    return db_put(t, TABLE_OP, row_key_op(op), slice(bytes, w.len));
}

enum cw_err db_get_log(const struct node *n, struct kv_txn *txn, const struct log_id *log, struct log_row *out)
{
    struct cw_slice raw;
    enum cw_err err = db_get(n, txn, TABLE_LOG, row_key_log(log), &raw);

    return err != CW_OK ? err : log_row_parse(raw, out);
}

enum cw_err db_get_entry(const struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                         struct entry_row *out)
{
    struct cw_slice raw;
    enum cw_err err = db_get(n, txn, TABLE_ENTRY, row_key_seq(log, seq), &raw);

    return err != CW_OK ? err : entry_row_parse(raw, out);
}

enum cw_err db_get_seal(const struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                        struct seal_row *out, uint64_t *out_last)
{
    struct row_key key = row_key_seq(log, seq);
    struct log_id found;
    struct kv_pair pair;
    enum cw_err err = db_next(n, txn, TABLE_SEAL, ID_SLICE(log), row_key_slice(&key), false, &pair);

    if (err != CW_OK)
        return err;
    if (!row_key_seq_of(pair.key, &found, out_last))
        return CW_LOCAL_CORRUPT;
    err = seal_row_parse(pair.value, out);
    if (err == CW_OK && out->first > seq)
        return CW_LOCAL_NOT_FOUND;
    return err;
}
