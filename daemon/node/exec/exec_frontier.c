/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"
#include "node/exec.h"

/* Rows of logs, of the own frontier, and of what peers have signed. */

static struct cw_slice genesis_of(struct turn *t, const struct log_id *log, struct cw_slice stored)
{
    for (const struct touched_log *touched = t->touched; touched != NULL; touched = touched->next) {
        if (ID_EQ(&touched->log, log))
            return touched->genesis;
    }
    return stored;
}

enum cw_err log_row_put(struct turn *t, const struct log_head *head)
{
    struct log_row row = {.head = *head}, stored = {0};
    uint8_t bytes[GENESIS_LEN_MAX + 2048 + AUTH_POSITIONS_MAX * 72];
    struct writer w = writer_over(bytes, sizeof bytes);
    enum cw_err err = db_get_log(t->n, t->txn, &head->log, &stored);

    if (err != CW_OK && err != CW_LOCAL_NOT_FOUND)
        return err;
    row.genesis = genesis_of(t, &head->log, err == CW_OK ? stored.genesis : slice(NULL, 0));
    log_row_encode(&row, &w);
    CW_ASSERT(!w.failed);
    return db_put(t, TABLE_LOG, row_key_log(&head->log), slice(bytes, w.len));
}

enum cw_err exec_put_log(struct turn *t, const struct effect *effect)
{
    return log_row_put(t, effect->as.put_log.head);
}

/* Persist before sign: the head is stored as it will be signed when somebody asks for it. */
enum cw_err exec_put_frontier(struct turn *t, const struct effect *effect)
{
    struct node *n = t->n;
    const struct frontier_head *head = effect->as.put_frontier.head;
    uint8_t bytes[FRONTIER_HEAD_LEN_MAX + 64];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct writer head_out = writer_over(n->frontier_head_bytes, sizeof n->frontier_head_bytes);

    frontier_head_encode(head, &head_out);
    CW_ASSERT(!head_out.failed);
    memcpy(n->frontier.start, head->start, sizeof head->start);
    memcpy(n->frontier.replaces, head->replaces, sizeof head->replaces);
    n->frontier.counter = head->counter;
    n->frontier.head = slice(n->frontier_head_bytes, head_out.len);
    n->frontier_signed = false;
    frontier_row_encode(&n->frontier, &w);
    return db_put(t, TABLE_META, row_key_text(META_FRONTIER), slice(bytes, w.len));
}

/* --- peers ------------------------------------------------------------------------------------------------ */

static bool lists(const struct peer_frontier *f, const struct log_id *log)
{
    size_t rank;

    return ID_FIND(struct frontier_item, f->items, f->item_count, log, log, &rank);
}

/* Most of a whole frontier is what was known: nothing is written for that. */
static enum cw_err put_item(struct turn *t, const struct cert_id *cert, const struct log_id *log, struct cw_slice item)
{
    struct row_key key = row_key_peer_item(cert, log);
    struct cw_slice stored;
    enum cw_err err = db_get(t->n, t->txn, TABLE_PEER, key, &stored);

    if (err == CW_OK && slice_eq(stored, item))
        return CW_OK;
    return err == CW_OK || err == CW_LOCAL_NOT_FOUND ? db_put(t, TABLE_PEER, key, item) : err;
}

/* A whole frontier replaces all: what it does not list is no longer claimed. */
static enum cw_err drop_unlisted(struct turn *t, const struct cert_id *cert, const struct peer_frontier *f)
{
    struct row_key from = row_key_cert(cert);
    struct kv_pair pair;
    struct log_id log;
    enum cw_err err;

    while ((err = db_next(t->n, t->txn, TABLE_PEER, ID_SLICE(cert), row_key_slice(&from), true, &pair)) == CW_OK) {
        if (pair.key.len != (size_t)2 * ID_LEN)
            return CW_LOCAL_CORRUPT;
        memcpy(log.b, pair.key.data + ID_LEN, ID_LEN);
        from = row_key_peer_item(cert, &log);
        if (!lists(f, &log))
            err = db_del(t, TABLE_PEER, from);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

enum cw_err exec_put_peer(struct turn *t, const struct effect *effect)
{
    const struct cert_id *cert = &effect->as.put_peer.cert;
    const struct peer_frontier *f = effect->as.put_peer.frontier;
    uint8_t bytes[FRONTIER_HEAD_LEN_MAX + SIGNATURE_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);

    writer_bytes(&w, f->signature.b, SIGNATURE_LEN);
    writer_slice(&w, f->head_bytes);
    if (w.failed)
        return CW_LOCAL_CORRUPT;
    enum cw_err err = db_put(t, TABLE_PEER, row_key_cert(cert), slice(bytes, w.len));
    if (err == CW_OK && f->full)
        err = drop_unlisted(t, cert, f);
    for (uint32_t i = 0; i < f->item_count && err == CW_OK; i++)
        err = put_item(t, cert, &f->items[i].log, f->item_bytes[i]);
    return err;
}
