/* SPDX-License-Identifier: Apache-2.0 */
#include "node/verify_store.h"

#include "core/logs.h"

#include "node/check_entry.h"
#include "node/op_entries.h"

/* One entry: its header's place, its submission, its blobs, and whether its stored verdict is the one it deserves. */

static bool blob_is(struct checking *c, const struct entry_header *h, enum blob_kind kind, uint32_t index, size_t skip,
                    const struct hash *named, bool *out_held)
{
    struct cw_slice raw;
    struct hash hash;

    *out_held = db_get(c->n, c->txn, TABLE_BLOB, row_key_blob(&h->log, h->seq, kind, index), &raw) == CW_OK;
    if (!*out_held)
        return true;
    c->facts->blobs++;
    if (raw.len < skip || (kind == BLOB_WRAPS && raw.data[0] != 0))
        return raw.len > skip; /* wraps under a local key: see are_wraps_right */
    hash_one(LABEL_BLOB, slice(raw.data + skip, raw.len - skip), hash.b);
    return ID_EQ(&hash, named);
}

/* Those that lie under the case's own key, or the shared one. What was set aside when a key rotted counts as missing: nothing says that it is here. */
static bool are_wraps_right(struct checking *c, const struct entry_in *e, uint32_t index)
{
    const struct entry_header *h = &e->header;
    size_t mark = arena_mark(&c->arena);
    struct cw_slice raw, wraps;
    struct cw_case_id id;
    struct hash hash;

    if (c->n->keyring == NULL || !entry_case(e, &id) ||
        db_get(c->n, c->txn, TABLE_BLOB, row_key_blob(&h->log, h->seq, BLOB_WRAPS, index), &raw) != CW_OK ||
        raw.len == 0 || (raw.data[0] != WRAPS_SEALED && raw.data[0] != WRAPS_SHARED) ||
        case_key_is_destroyed(c->n, c->txn, &id))
        return true;
    if (entry_load_wraps(c->n, c->txn, h, &id, index, &c->arena, &wraps) != CW_OK || wraps.len == 0)
        return false;
    hash_one(LABEL_BLOB, wraps, hash.b);
    arena_release(&c->arena, mark);
    return ID_EQ(&hash, &h->keys[index].wraps);
}

/* `all`: the log's head, and so the signed frontier, says that every blob of it is here. */
static enum cw_err check_stored_blobs(struct checking *c, struct entry_in *e, bool all)
{
    const struct entry_header *h = &e->header;
    bool held;

    for (uint32_t i = 0; i < h->part_count; i++) {
        if (!blob_is(c, h, BLOB_PART, i, 0, &h->parts[i].hash, &held))
            return wrong_entry(c, &h->log, h->seq, "a part does not hash to what its header names");
        if (held)
            e->check.parts |= (uint8_t)(1u << i);
        else if (all)
            return wrong_entry(c, &h->log, h->seq, "a part is missing that its log's head says is here");
    }
    for (uint32_t i = 0; i < h->key_count; i++) {
        if (!blob_is(c, h, BLOB_WRAPS, i, 1, &h->keys[i].wraps, &held))
            return wrong_entry(c, &h->log, h->seq, "wraps do not hash to what their header names");
        if (all && !held)
            return wrong_entry(c, &h->log, h->seq, "wraps are missing that its log's head says are here");
        if (!are_wraps_right(c, e, i))
            return wrong_entry(c, &h->log, h->seq, "its wraps do not open under its case's local key, or are others");
    }
    if (h->has_envelopes && !blob_is(c, h, BLOB_ENVELOPES, 0, 0, &h->envelopes, &held))
        return wrong_entry(c, &h->log, h->seq, "envelopes do not hash to what their header names");
    if (h->has_envelopes && all && !held)
        return wrong_entry(c, &h->log, h->seq, "envelopes are missing that its log's head says are here");
    return CW_OK;
}

/* The op is its own submission's, and of others under its id nothing is taken for it. */
static enum cw_err check_said(struct checking *c, const struct entry_in *e, const struct op_row *op,
                              const struct op_entry *stored)
{
    const struct entry_header *h = &e->header;
    struct op_row said = {.op_class = op->op_class};

    op_describe(e, &said);
    if (!e->submission_ok)
        return stored->part_count == 0
                   ? CW_OK
                   : wrong_entry(c, &h->log, h->seq, "parts are taken from it for an operation that it does not carry");
    if (said.op_class != op->op_class || !ID_EQ(&said.author, &op->author))
        return wrong_entry(c, &h->log, h->seq, "its operation's row names another author, or class");
    if (said.has_case != op->has_case || (said.has_case && !ID_EQ(&said.case_id, &op->case_id)))
        return wrong_entry(c, &h->log, h->seq, "its operation's row names another case");
    return CW_OK;
}

/* A verdict may be stricter than its certificate for what a record says; it may never be more lenient. */
static enum cw_err check_verdict(struct checking *c, struct entry_in *e)
{
    const struct entry_header *h = &e->header;
    struct op_row op;
    enum verdict_reason reason;

    if (db_get_op(c->n, c->txn, &h->op_id, &op) != CW_OK)
        return wrong_entry(c, &h->log, h->seq, "its operation has no row");
    const struct op_entry at = {.log = h->log, .seq = h->seq, .hlc = h->hlc};
    struct op_entry stored;
    if (op_entry_find(c->n, c->txn, &h->op_id, &op, &at, &stored) != CW_OK)
        return wrong_entry(c, &h->log, h->seq, "its operation's rows do not list it");
    if (stored.hlc != h->hlc)
        return wrong_entry(c, &h->log, h->seq, "its operation's row names another time");
    enum cw_err err;
    enum case_verdict judged = entry_judge(c->n, e, &reason);
    if (stored.verdict == VERDICT_EFFECTIVE && judged != VERDICT_EFFECTIVE)
        return wrong_entry(c, &h->log, h->seq, verdict_reason_text(reason));
    bool is_judged =
        stored.verdict != VERDICT_PENDING; /* what waits may count by now: the next turn, or start, looks */
    if (is_judged && stored.verdict != VERDICT_EFFECTIVE && stored.reason != REASON_RECORD &&
        judged == VERDICT_EFFECTIVE)
        return wrong_entry(c, &h->log, h->seq, "kept as void, but it counts");
    err = check_said(c, e, &op, &stored);
    if (err == CW_OK && op.has_case) {
        uint32_t place;

        op_row_verdict(&op, &place);
        if (!db_has(c->n, c->txn, TABLE_CASE_OP, row_key_case_op(&op.case_id, op.entries[place].hlc, &h->op_id)))
            return wrong_entry(c, &h->log, h->seq, "its case does not list it");
    }
    return err;
}

static enum cw_err check_feed(struct checking *c, const struct log_id *log, uint64_t seq)
{
    struct row_key key = row_key_seq(log, seq);
    struct entry_row row;
    struct cw_slice raw;

    if (db_get_entry(c->n, c->txn, log, seq, &row) != CW_OK)
        return wrong_entry(c, log, seq, "missing");
    if (db_get(c->n, c->txn, TABLE_FEED, row_key_feed(row.arrival), &raw) != CW_OK ||
        !slice_eq(raw, row_key_slice(&key)))
        return wrong_entry(c, log, seq, "the feed does not name it at its arrival");
    return CW_OK;
}

enum cw_err verify_entry(struct checking *c, const struct log_head *head, uint64_t seq, uint64_t hlc_before,
                         struct hash *out_hash, uint64_t *out_hlc)
{
    const struct log_id *log = &head->log;
    struct entry_in *e = ARENA_NEW(&c->arena, struct entry_in);
    enum cw_err err = check_feed(c, log, seq);

    if (e == NULL)
        return CW_LOCAL_MEMORY;
    if (err != CW_OK)
        return err;
    if (entry_load(c->n, c->txn, log, seq, &c->arena, e) != CW_OK)
        return wrong_entry(c, log, seq, "cannot be read");
    if (!ID_EQ(&e->header.log, log) || e->header.seq != seq || e->header.hlc <= hlc_before)
        return wrong_entry(c, log, seq, "its header names another place, or an earlier time than the one before");
    err = check_stored_blobs(c, e, log_holds_blob(head->blob_seq, head->holes, head->hole_count, seq));
    if (err == CW_OK)
        err = check_verdict(c, e);
    entry_hash_of(e->header_bytes, out_hash);
    *out_hlc = e->header.hlc;
    return err;
}
