/* SPDX-License-Identifier: Apache-2.0 */

#include "node/answer_log.h"

static Cw__Position *position_of(struct answering *a, const struct log_head *head)
{
    Cw__Position *out = ARENA_NEW(a->arena, Cw__Position);

    if (out == NULL)
        return NULL;
    cw__position__init(out);
    SET_BYTES(out, log, answer_bytes(a, head->log.b, ID_LEN));
    SET_NUMBER(out, seq, head->seq);
    SET_BYTES(out, seal, answer_bytes(a, head->seal.b, ID_LEN));
    return out;
}

static Cw__LogHead *head_of(struct answering *a, const struct log_head *head)
{
    Cw__LogHead *out = ARENA_NEW(a->arena, Cw__LogHead);

    if (out == NULL)
        return NULL;
    cw__log_head__init(out);
    out->head = position_of(a, head);
    SET_BYTES(out, division, answer_text(a, head->division));
    SET_NUMBER(out, scope_kind, (uint32_t)head->scope);
    SET_NUMBER(out, n, head->n);
    if (head->closed)
        SET_NUMBER(out, closed, 1);
    return out->head == NULL ? NULL : out;
}

/* How many logs there are is bounded by the replica, so one walk to count and one to fill. */
static size_t count_logs(const struct answering *a)
{
    const struct store_port *store = node_store(a->node);
    struct kv_pair pair = {.key = slice(NULL, 0)};
    size_t count = 0;

    while (count < LOGS_MAX && store->next(a->read.txn, TABLE_LOG, pair.key, count != 0, &pair) == CW_OK)
        count++;
    return count;
}

enum cw_err answer_put_heads(struct answering *a, bool authority_only, Cw__LogHead ***out, size_t *out_count)
{
    const struct store_port *store = node_store(a->node);
    size_t max = count_logs(a);
    Cw__LogHead **heads = ARENA_ARRAY(a->arena, Cw__LogHead *, max + 1);
    struct kv_pair pair = {.key = slice(NULL, 0)};
    size_t count = 0;

    if (heads == NULL)
        return CW_LOCAL_MEMORY;
    for (size_t i = 0; i < max; i++) {
        struct log_row row;
        enum cw_err err = store->next(a->read.txn, TABLE_LOG, pair.key, i != 0, &pair);

        if (err == CW_OK)
            err = log_row_parse(pair.value, &row);
        if (err != CW_OK)
            return err;
        if (authority_only && row.head.scope == LOG_DIVISION)
            continue;
        heads[count] = head_of(a, &row.head);
        if (heads[count++] == NULL)
            return CW_LOCAL_MEMORY;
    }
    *out = heads;
    *out_count = count;
    return CW_OK;
}
