/* SPDX-License-Identifier: Apache-2.0 */
#include "node/mend_ops.h"

#include "node/op_entries.h"
#include "node/turn.h"

enum cw_err lost_op_forget(struct turn *t, const struct cw_op_id *id)
{
    struct row_key prefix = row_key_op(id), from = {.len = 0};
    struct kv_pair pair;
    enum cw_err err;

    while ((err = db_next(t->n, t->txn, TABLE_OP, row_key_slice(&prefix), row_key_slice(&prefix), true, &pair)) ==
           CW_OK) {
        if (pair.key.len > sizeof from.b)
            return CW_LOCAL_CORRUPT;
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        err = db_del(t, TABLE_OP, from);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

enum cw_err lost_op_list(struct turn *t, const struct entry_header *h)
{
    const struct op_entry entry = {
        .log = h->log, .seq = h->seq, .hlc = h->hlc, .verdict = VERDICT_PENDING, .reason = REASON_POSITION};
    const uint8_t why = REASON_POSITION;
    struct op_row op;
    enum cw_err err = db_get_op(t->n, t->txn, &h->op_id, &op);

    if (err == CW_LOCAL_NOT_FOUND || (err == CW_OK && op.entry_count == 0)) {
        op = (struct op_row){.op_class = h->kind};
        err = CW_OK;
    }
    if (err == CW_OK)
        err = op_entry_put(t, &h->op_id, &op, &entry);
    if (err == CW_OK)
        err = db_put_op(t, &h->op_id, &op);
    t->counters[COUNTER_PENDING]++;
    return err == CW_OK ? db_put(t, TABLE_PENDING, row_key_pending(PENDING_ENTRY, &h->log, h->seq), slice(&why, 1))
                        : err;
}
