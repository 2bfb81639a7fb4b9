/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

/*
 * Folding at the end of a turn, within a budget of ops. What does not fit is marked in the store, so that a
 * crash forgets nothing, and the next turns go on with it. After a change of policy every case is folded
 * again, a stretch of case ids at a time.
 */

#define BUSY_FOLD_OPS 16u     /* folded in a turn that submitters wait for */
#define QUIET_MS 20           /* without a submission, before long cases are folded */
#define FOLD_WAIT_MS_MAX 1000 /* but none waits longer */
#define FOLD_AGAIN_MS 100     /* between two rounds, when the first reached so many cases and not all */
#define FOLD_FETCH_MS 2000    /* between two rounds while a transfer goes on: as long as a feed waits for a case */
/*
 * So many ops of peers in one turn are a transfer: more of the same cases follow at once, and each would be folded again
 * and again on the way. It is in a hurry as submitters are.
 */
#define TRANSFER_OPS 128u
/*
 * Saving a case dirties some eight pages of the store; they stay in memory until the commit, and LMDB keeps the memory for
 * the next. So a turn folds no more cases than this, however short they are.
 */
#define FOLD_CASES_MAX 256u

static enum cw_err change_flags(struct turn *t, const struct cw_case_id *id, uint32_t set, uint32_t clear)
{
    struct cw_slice raw;
    struct case_row row;
    uint8_t bytes[CASE_ROW_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    size_t mark = arena_mark(&t->arena);
    enum cw_err err = db_get_copy(t->n, t->txn, TABLE_CASE, row_key_case(id), &t->arena, &raw);

    if (err == CW_OK)
        err = case_row_parse(raw, &row);
    if (err == CW_OK) {
        row.flags = (row.flags & ~clear) | set;
        case_row_encode(&row, &w);
        err = w.failed ? CW_LOCAL_CORRUPT : db_put(t, TABLE_CASE, row_key_case(id), slice(bytes, w.len));
    }
    arena_release(&t->arena, mark);
    return err;
}

static enum cw_err mark_for_later(struct turn *t, const struct cw_case_id *id)
{
    enum cw_err err = db_put(t, TABLE_PENDING, row_key_pending_fold(id), slice("", 0));

    if (!t->n->folds_left)
        t->n->folds_by = mono_after(t->now, FOLD_WAIT_MS_MAX);
    t->n->folds_left = true;
    return err == CW_OK ? change_flags(t, id, CASE_REVISING, 0) : err;
}

/*
 * cost: in ops; 0: all of its ops are folded. A case that cannot be folded for want of memory stays as it was, marked
 * degraded; the daemon goes on.
 */
static enum cw_err fold_one(struct turn *t, const struct cw_case_id *id, uint32_t cost, uint32_t *budget)
{
    const struct loaded_case *c;
    enum cw_err err = case_mend_key(t, id);

    if (err == CW_OK || err == CW_LOCAL_KEY)
        err = case_cache_get(t, id, true, &c);

    if (err == CW_REFUSED_UNKNOWN_CASE)
        return CW_OK;
    if (err == CW_LOCAL_MEMORY) {
        char hex[2 * ID_LEN + 1];

        hex_of(ID_SLICE(id), hex);
        node_alarm_about(t->n, "case-too-large", &(struct journal_about){.case_id = hex},
                         "case %.16s has more history than fits in memory", hex);
        return change_flags(t, id, CASE_DEGRADED, CASE_REVISING); /* the next op of it tries again */
    }
    if (err != CW_OK)
        return err;
    cost = cost > 0 ? cost : c->op_count;
    *budget = cost < *budget ? *budget - cost : 0;
    t->folded_cases++;
    err = case_save(t, c);
    case_cache_saved(t->n, id);
    return err;
}

/* Of the case when it was folded last: how many ops, which is what folding it again costs at least. */
struct known_case {
    uint32_t op_count;
    bool marked; /* it waits to be folded already */
};

static void look_at(struct turn *t, const struct cw_case_id *id, struct known_case *out)
{
    struct cw_slice raw;
    struct case_row row;

    *out = (struct known_case){0};
    if (db_get(t->n, t->txn, TABLE_CASE, row_key_case(id), &raw) != CW_OK || case_row_parse(raw, &row) != CW_OK)
        return;
    out->op_count = row.op_count;
    out->marked = (row.flags & CASE_REVISING) != 0;
}

static enum cw_err fold_or_mark(struct turn *t, const struct dirty_case *d, uint32_t *budget)
{
    struct known_case known;
    uint32_t appended = 0;

    look_at(t, &d->id, &known);
    if (d->foreign)
        case_cache_drop(t->n, &d->id);
    bool appends = case_cache_appends(t, &d->id, &appended);
    bool fits = (appends ? appended : known.op_count) < *budget && t->folded_cases < FOLD_CASES_MAX;
    if (fits)
        return fold_one(t, &d->id, appended, budget);
    return known.marked ? CW_OK : mark_for_later(t, &d->id);
}

static enum cw_err fold_touched(struct turn *t, uint32_t *budget)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < DIRTY_SLOTS && t->dirty_count > 0; i++) {
        for (struct dirty_case *d = t->dirty[i]; d != NULL && err == CW_OK; d = d->next)
            err = fold_or_mark(t, d, budget);
    }
    return err;
}

/* The next one in a round: who is written to all the time does not keep its turn from another. */
static enum cw_err next_marked(struct turn *t, struct cw_case_id *out)
{
    struct cw_case_id *last = &t->n->folded_last;
    const struct row_key prefix = row_key_pending_all(PENDING_FOLD);
    struct row_key from = row_key_pending_fold(last);
    struct kv_pair pair;
    enum cw_err err = db_next(t->n, t->txn, TABLE_PENDING, row_key_slice(&prefix), row_key_slice(&from), true, &pair);

    if (err == CW_LOCAL_NOT_FOUND)
        err = db_next(t->n, t->txn, TABLE_PENDING, row_key_slice(&prefix), row_key_slice(&prefix), false, &pair);
    if (err == CW_OK && !row_key_case_of(pair.key, last))
        err = CW_LOCAL_CORRUPT;
    *out = *last;
    return err;
}

static enum cw_err fold_marked(struct turn *t, uint32_t *budget)
{
    struct cw_case_id id;
    enum cw_err err = CW_OK;

    while (*budget > 0 && t->folded_cases < FOLD_CASES_MAX && err == CW_OK) {
        err = next_marked(t, &id);
        if (err == CW_LOCAL_NOT_FOUND) {
            t->n->folds_left = false;
            return CW_OK;
        }
        if (err == CW_OK)
            err = db_del(t, TABLE_PENDING, row_key_pending_fold(&id));
        if (err == CW_OK)
            err = fold_one(t, &id, 0, budget);
    }
    return err;
}

/* --- everything, after a change of policy ------------------------------------------------------------------ */

enum cw_err fold_mark_all(struct turn *t)
{
    static const uint8_t from_the_start[ID_LEN] = {0};

    t->n->refold_left = true;
    case_cache_refold(t->n);
    return db_put(t, TABLE_META, row_key_text(META_REFOLD), slice(from_the_start, sizeof from_the_start));
}

static bool state_of(struct turn *t, const struct cw_case_id *id, struct hash *out)
{
    struct cw_slice raw;
    struct case_row row;

    if (db_get(t->n, t->txn, TABLE_CASE, row_key_case(id), &raw) != CW_OK || case_row_parse(raw, &row) != CW_OK)
        return false;
    *out = row.state;
    return true;
}

/* No op came, so feeds must be told that the case shows something else. */
static enum cw_err fold_again(struct turn *t, const struct cw_case_id *id, uint32_t *budget)
{
    struct hash before, after;
    bool known = state_of(t, id, &before);
    enum cw_err err = fold_one(t, id, 0, budget);

    if (err != CW_OK || !known || !state_of(t, id, &after) || ID_EQ(&before, &after))
        return err;
    return feed_note(t, &(struct feed_row){.kind = FEED_ROW_CASE, .case_id = *id});
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
    return fold_again(t, &id, budget);
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
    while (err == CW_OK && *budget > 0 && t->folded_cases < FOLD_CASES_MAX)
        err = sweep_one(t, &at, &after, budget);
    if (err == CW_LOCAL_NOT_FOUND) {
        t->n->refold_left = false;
        return db_del(t, TABLE_META, row_key_text(META_REFOLD));
    }
    return err == CW_OK ? db_put(t, TABLE_META, row_key_text(META_REFOLD), slice(at.b, ID_LEN)) : err;
}

/*
 * A turn that submitters wait for folds little: a case with a long history is marked, and folded when nobody has
 * submitted for a moment, when it has waited long enough, or when somebody asks for what folding makes. So a submission costs
 * the same however long its case is.
 */
static bool is_transfer(const struct turn *t)
{
    return t->foreign_count >= TRANSFER_OPS || replica_is_fetching(t->n->replica);
}

static bool is_in_a_hurry(const struct turn *t)
{
    return t->submission_count > 0 || is_transfer(t);
}

static uint32_t fold_budget(const struct turn *t)
{
    return is_in_a_hurry(t) && t->n->fold_ops_max > BUSY_FOLD_OPS ? BUSY_FOLD_OPS : t->n->fold_ops_max;
}

/* While a transfer goes on everything is old news, and says so: nobody would wait for less. */
static bool reader_waits(const struct turn *t)
{
    return t->reader_waits && !is_transfer(t);
}

static bool marked_are_due(struct turn *t)
{
    struct node *n = t->n;

    if (is_in_a_hurry(t))
        n->folds_at = mono_earlier(mono_after(t->now, QUIET_MS), n->folds_by);
    return n->folds_left && (reader_waits(t) || mono_reached(t->now, n->folds_at));
}

static int64_t until_next_round(const struct turn *t)
{
    if (is_transfer(t))
        return FOLD_FETCH_MS;
    return t->folded_cases == FOLD_CASES_MAX ? FOLD_AGAIN_MS : FOLD_WAIT_MS_MAX;
}

enum cw_err fold_dirty_cases(struct turn *t)
{
    uint32_t budget = fold_budget(t);
    enum cw_err err = fold_touched(t, &budget);

    if (err == CW_OK && marked_are_due(t)) {
        if (is_in_a_hurry(t)) /* they have waited long enough: now submitters do, for one turn */
            budget = t->n->fold_ops_max;
        budget = budget > 0 ? budget : 1;
        err = fold_marked(t, &budget);
        t->n->folds_by = mono_after(t->now, until_next_round(t));
    }
    if (err == CW_OK && t->n->refold_left && budget > 0)
        err = sweep(t, &budget);
    return err;
}
