/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/look.h"

#include "core/incarnation.h"

bool look_begin(struct look *l, struct sim_node *n)
{
    l->node = n;
    return n->store.begin_read(n->store.ctx, &l->txn) == CW_OK;
}

void look_done(struct look *l)
{
    l->node->store.abort(l->node->store.ctx, l->txn);
}

static bool get(const struct look *l, enum table table, struct cw_slice key, struct cw_slice *out)
{
    return l->node->store.get(l->txn, table, key, out) == CW_OK;
}

bool look_log(const struct look *l, const struct log_id *log, struct log_row *out)
{
    struct cw_slice value;

    return get(l, TABLE_LOG, KEY(row_key_log(log)), &value) && log_row_parse(value, out) == CW_OK;
}

bool look_entry(const struct look *l, const struct log_id *log, uint64_t seq, struct entry_row *out)
{
    struct cw_slice value;

    return get(l, TABLE_ENTRY, KEY(row_key_seq(log, seq)), &value) && entry_row_parse(value, out) == CW_OK;
}

bool look_seal(const struct look *l, const struct log_id *log, uint64_t last, struct seal_row *out)
{
    struct cw_slice value;

    return get(l, TABLE_SEAL, KEY(row_key_seq(log, last)), &value) && seal_row_parse(value, out) == CW_OK;
}

bool look_op(const struct look *l, const struct cw_op_id *op, struct op_row *out)
{
    struct cw_slice value;

    return get(l, TABLE_OP, KEY(row_key_op(op)), &value) && op_row_parse(value, out) == CW_OK;
}

bool look_next(const struct look *l, enum table table, struct cw_slice prefix, struct row_key *key,
               struct cw_slice *out_value)
{
    struct kv_pair pair;
    struct cw_slice from = key->len == 0 ? prefix : row_key_slice(key);

    if (l->node->store.next(l->txn, table, from, key->len > 0, &pair) != CW_OK || !row_key_has_prefix(pair.key, prefix))
        return false;
    CW_ASSERT(pair.key.len <= sizeof key->b);
    memcpy(key->b, pair.key.data, pair.key.len);
    key->len = pair.key.len;
    *out_value = pair.value;
    return true;
}

bool look_holds_op(struct sim_node *n, const struct cw_op_id *op)
{
    struct look l;
    struct op_row row;
    bool held;

    if (!look_begin(&l, n))
        return false;
    held = look_op(&l, op, &row) && row.entry_count > 0;
    look_done(&l);
    return held;
}

bool look_anchor(const struct sim_node *n, struct position *out)
{
    struct anchor anchor;

    if (n->anchor.bytes == NULL || anchor_parse(slice(n->anchor.bytes, n->anchor.len), &anchor) != CW_OK)
        return false;
    *out = anchor.head;
    return true;
}
