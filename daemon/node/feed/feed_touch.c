/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include <stdlib.h>

/*
 * What a reader is owed besides ops: cases whose line changed without an op that it was not told. After a resume it
 * cannot be known what a new certificate or a new policy changed, so all that it may have changed is told.
 */

#define TOUCHED_MAX 4096u /* cases of one author; beyond it, all cases are swept */
#define SEEN_MAX 65536u   /* of a catch-up by state: then it may tell a case twice */

/* --- owing -------------------------------------------------------------------------------------------------- */

bool feed_owe(struct feed_step *s, const struct cw_case_id *id, enum feed_why why)
{
    struct feed *feed = s->feed;

    if (feed->owed_count == feed->owed_max) {
        uint32_t max = feed->owed_max == 0 ? 64 : 2 * feed->owed_max;
        struct feed_owed *more = realloc(feed->owed, max * sizeof *more);

        if (more == NULL)
            return false;
        feed->owed = more;
        feed->owed_max = max;
    }
    feed->owed[feed->owed_count++] = (struct feed_owed){*id, why};
    return true;
}

/* Open addressing; ids are hashes. */
static struct cw_case_id *seen_slot(const struct feed_seen *seen, const struct cw_case_id *id)
{
    uint32_t i = (uint32_t)(id->b[0] << 16 | id->b[1] << 8 | id->b[2]) % seen->max;

    while (!ID_IS_ZERO(&seen->at[i]) && !ID_EQ(&seen->at[i], id))
        i = (i + 1) % seen->max;
    return &seen->at[i];
}

static bool grow_seen(struct feed_seen *seen)
{
    struct feed_seen larger = {.max = seen->max == 0 ? 256 : 2 * seen->max};

    if (2 * seen->count < seen->max)
        return true;
    if (seen->count >= SEEN_MAX) {
        memset(seen->at, 0, seen->max * sizeof *seen->at);
        seen->count = 0;
        return true;
    }
    larger.at = calloc(larger.max, sizeof *larger.at);
    if (larger.at == NULL)
        return false;
    for (uint32_t i = 0; i < seen->max; i++) {
        if (!ID_IS_ZERO(&seen->at[i]))
            *seen_slot(&larger, &seen->at[i]) = seen->at[i];
    }
    larger.count = seen->count;
    free(seen->at);
    *seen = larger;
    return true;
}

bool feed_owe_once(struct feed_step *s, const struct cw_case_id *id, enum feed_why why)
{
    struct feed_seen *seen = &s->feed->seen;
    struct cw_case_id *slot;

    if (!grow_seen(seen))
        return false;
    slot = seen_slot(seen, id);
    if (!ID_IS_ZERO(slot))
        return true;
    *slot = *id;
    seen->count++;
    return feed_owe(s, id, why);
}

/* --- what a record touches ------------------------------------------------------------------------------------ */

/* What the author wrote in one case may count now, and did not when it was told. */
static enum cw_err touch_case(struct feed_step *s, struct feed_lot *lot, const struct cert_id *author,
                              const struct cw_case_id *id)
{
    struct row_key from = row_key_case(id);
    struct kv_pair pair;
    struct case_op_row row;
    struct feed_entry e;
    bool told, any = false, fits = !s->feed->by_state;
    enum cw_err err;

    while ((err = db_next(s->node, s->read.txn, TABLE_CASE_OP, ID_SLICE(id), row_key_slice(&from), any, &pair)) ==
           CW_OK) {
        any = true;
        if (pair.key.len > sizeof from.b || case_op_row_parse(pair.value, &row) != CW_OK)
            return CW_LOCAL_CORRUPT;
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        if (!fits || !ID_EQ(&row.author, author))
            continue;
        err = feed_entry_read(s, &row.log, row.seq, &e, &told);
        if (err != CW_OK)
            return err;
        e.again = true;
        fits = !told || (lot->count < FEED_LOT_LEN && feed_lot_add(s, lot, &e));
    }
    if (err != CW_LOCAL_NOT_FOUND)
        return err;
    return fits || feed_owe(s, id, WHY_CORRECTION) ? CW_OK : CW_LOCAL_MEMORY; /* no room: the line at least */
}

static enum cw_err touch_author(struct feed_step *s, struct feed_lot *lot, const struct cert_id *author)
{
    struct row_key prefix = row_key_of(INDEX_AUTHOR, author->b, NULL), from = prefix;
    struct kv_pair pair;
    struct cw_case_id id;
    uint32_t count = 0;
    enum cw_err err;

    while ((err = db_next(s->node, s->read.txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(&from), count > 0,
                          &pair)) == CW_OK) {
        if (count++ == TOUCHED_MAX) {
            s->feed->sweep_asked = true;
            return CW_OK;
        }
        if (!row_key_case_of(pair.key, &id))
            return CW_LOCAL_CORRUPT;
        from = row_key_of(INDEX_AUTHOR, author->b, &id);
        err = touch_case(s, lot, author, &id);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err touch_act(struct feed_step *s, struct feed_lot *lot, const struct authority_record *record)
{
    struct act_issue issue;
    struct act_revoke revoke;
    struct cert_id id;

    switch (record->act) {
    case ACT_ISSUE:
        if (act_issue_parse(record->body, &issue) != CW_OK)
            return CW_OK;
        cert_id_of(issue.certificate, &id);
        return touch_author(s, lot, &id);
    case ACT_REVOKE:
        return act_revoke_parse(record->body, &revoke) == CW_OK ? touch_author(s, lot, &revoke.cert) : CW_OK;
    case ACT_POLICY:
        s->feed->sweep_asked = true;
        return CW_OK;
    default:
        return CW_OK;
    }
}

enum cw_err feed_touch(struct feed_step *s, struct feed_lot *lot, const struct feed_entry *e)
{
    size_t mark = arena_mark(&s->arena);
    struct op_row row;
    struct authority_record record;
    struct loaded_op *op;
    enum cw_err err;

    if (e->op_class != CLASS_AUTHORITY && e->op_class != CLASS_ROOT)
        return CW_OK;
    err = db_get_op(s->node, s->read.txn, &e->op, &row);
    if (err == CW_OK)
        err = feed_load(s, e, &row, &op);
    if (err == CW_OK && op->payloads[0].data != NULL && authority_record_parse(op->payloads[0], &record) == CW_OK)
        err = touch_act(s, lot, &record);
    arena_release(&s->arena, mark);
    return err;
}
