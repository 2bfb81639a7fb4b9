/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

/*
 * Folding at the end of a turn, within a budget of ops. What does not fit is marked in the store, so that a
 * crash forgets nothing, and the next turns go on with it. After a change of policy every case is folded
 * again, a stretch of case ids at a time.
 */

static enum cw_err mark_revising(struct turn *t, const struct cw_case_id *id, bool revising)
{
    struct cw_slice raw;
    struct case_row row;
    uint8_t bytes[2048];
    struct writer w = writer_over(bytes, sizeof bytes);
    size_t mark = arena_mark(&t->arena);
    enum cw_err err = db_get_copy(t->n, t->txn, TABLE_CASE, row_key_case(id), &t->arena, &raw);

    if (err == CW_OK)
        err = case_row_parse(raw, &row);
    if (err == CW_OK) {
        row.flags = revising ? row.flags | CASE_REVISING : row.flags & ~CASE_REVISING;
        case_row_encode(&row, &w);
        err = w.failed ? CW_LOCAL_CORRUPT : db_put(t, TABLE_CASE, row_key_case(id), slice(bytes, w.len));
    }
    arena_release(&t->arena, mark);
    return err;
}

static enum cw_err mark_for_later(struct turn *t, const struct cw_case_id *id)
{
    enum cw_err err = db_put(t, TABLE_PENDING, row_key_pending_fold(id), slice("", 0));

    t->n->folds_left = true;
    return err == CW_OK ? mark_revising(t, id, true) : err;
}

/* A case that cannot be folded for want of memory stays as it was, marked degraded; the daemon goes on. */
static enum cw_err fold_one(struct turn *t, const struct cw_case_id *id, uint32_t *budget)
{
    const struct loaded_case *c;
    enum cw_err err = case_cache_get(t, id, true, &c);

    if (err == CW_REFUSED_UNKNOWN_CASE)
        return CW_OK;
    if (err == CW_LOCAL_MEMORY) {
        char hex[2 * ID_LEN + 1];

        hex_of(ID_SLICE(id), hex);
        node_alarm(t->n, "case-too-large", "case %.16s has more history than fits in memory", hex);
        return CW_OK;
    }
    if (err != CW_OK)
        return err;
    *budget = c->op_count < *budget ? *budget - c->op_count : 0;
    return case_save(t, c);
}

static enum cw_err fold_touched(struct turn *t, uint32_t *budget)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < DIRTY_SLOTS; i++) {
        for (struct dirty_case *d = t->dirty[i]; d != NULL && err == CW_OK; d = d->next) {
            if (d->foreign || *budget == 0)
                case_cache_drop(t->n, &d->id);
            err = *budget > 0 ? fold_one(t, &d->id, budget) : mark_for_later(t, &d->id);
        }
    }
    return err;
}

static enum cw_err fold_marked(struct turn *t, uint32_t *budget)
{
    uint8_t prefix[1] = {PENDING_FOLD};
    struct kv_pair pair;
    struct cw_case_id id;
    enum cw_err err = CW_OK;

    while (*budget > 0 && err == CW_OK) {
        err = db_next(t->n, t->txn, TABLE_PENDING, slice(prefix, 1), slice(prefix, 1), false, &pair);
        if (err == CW_LOCAL_NOT_FOUND) {
            t->n->folds_left = false;
            return CW_OK;
        }
        if (err == CW_OK && !row_key_case_of(pair.key, &id))
            err = CW_LOCAL_CORRUPT;
        if (err == CW_OK)
            err = db_del(t, TABLE_PENDING, row_key_pending_fold(&id));
        case_cache_drop(t->n, &id);
        if (err == CW_OK)
            err = fold_one(t, &id, budget);
    }
    return err;
}

/* --- everything, after a change of policy ------------------------------------------------------------------ */

enum cw_err fold_mark_all(struct turn *t)
{
    static const uint8_t from_the_start[ID_LEN] = {0};

    t->n->refold_left = true;
    return db_put(t, TABLE_META, row_key_text(META_REFOLD), slice(from_the_start, sizeof from_the_start));
}

static enum cw_err sweep_one(struct turn *t, struct row_key *at, bool *after, uint32_t *budget)
{
    struct kv_pair pair;
    struct cw_case_id id;
    enum cw_err err = node_store(t->n)->next(t->txn, TABLE_CASE, row_key_slice(at), *after, &pair);

    if (err != CW_OK)
        return err;
    if (!row_key_case_of(pair.key, &id))
        return CW_LOCAL_CORRUPT;
    *at = row_key_case(&id);
    *after = true;
    *budget -= 1;
    case_cache_drop(t->n, &id);
    return fold_one(t, &id, budget);
}

static enum cw_err sweep(struct turn *t, uint32_t *budget)
{
    struct cw_slice raw;
    struct row_key at = {.len = ID_LEN};
    bool after = false;
    enum cw_err err = db_get(t->n, t->txn, TABLE_META, row_key_text(META_REFOLD), &raw);

    if (err == CW_OK && raw.len != ID_LEN)
        return CW_LOCAL_CORRUPT;
    if (err != CW_OK)
        return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
    memcpy(at.b, raw.data, ID_LEN);
    while (err == CW_OK && *budget > 0)
        err = sweep_one(t, &at, &after, budget);
    if (err == CW_LOCAL_NOT_FOUND) {
        t->n->refold_left = false;
        return db_del(t, TABLE_META, row_key_text(META_REFOLD));
    }
    return err == CW_OK ? db_put(t, TABLE_META, row_key_text(META_REFOLD), slice(at.b, ID_LEN)) : err;
}

/*
 * A turn that many submitters wait for folds little: their receipts come first, and a fold that is made once for
 * many ops costs less than one for each. What is left is marked, and idle turns see to it.
 */
#define BUSY_SUBMISSIONS 16
#define BUSY_FOLD_OPS 64u

static uint32_t fold_budget(const struct turn *t)
{
    if (t->submission_count >= BUSY_SUBMISSIONS && t->n->fold_ops_max > BUSY_FOLD_OPS)
        return BUSY_FOLD_OPS;
    return t->n->fold_ops_max;
}

enum cw_err fold_dirty_cases(struct turn *t)
{
    uint32_t budget = fold_budget(t);
    enum cw_err err = fold_touched(t, &budget);

    if (err == CW_OK && t->n->folds_left && budget > 0)
        err = fold_marked(t, &budget);
    if (err == CW_OK && t->n->refold_left && budget > 0)
        err = sweep(t, &budget);
    return err;
}
