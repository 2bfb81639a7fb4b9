/* SPDX-License-Identifier: Apache-2.0 */
#include "node/check_entry.h"
#include "node/entry.h"

/* What waits for something that has not arrived: a certificate, a position, a key. */

#define AT_ONCE 256         /* entries opened in one turn once their key is here; the rest in those that follow */
#define JUDGED_AT_ONCE 1024 /* rows judged again in one turn; the rest in the next */

/* --- keys ----------------------------------------------------------------------------------------------- */

static bool some_sealed(const struct entry_in *e)
{
    return e->submission_ok && !class_in_clear(e->header.kind) && e->header.part_count > 0 &&
           e->check.opened != (uint8_t)((1u << e->header.part_count) - 1);
}

/* Nothing opened: listed under every key that could open it and is not held. */
enum cw_err pending_wait_for_keys(struct turn *t, const struct entry_in *e)
{
    enum cw_err err = CW_OK;

    if (!some_sealed(e))
        return CW_OK;
    for (uint32_t k = 0; k < e->header.key_count && err == CW_OK; k++) {
        const struct key_record_id *record = &e->header.keys[k].record;

        if (!vault_can_open(t->n->vault, record))
            err = db_put(t, TABLE_PENDING, row_key_pending_key(record, &e->log, e->header.seq), slice("", 0));
    }
    return err;
}

enum cw_err entry_look_again(struct turn *t, const struct log_id *log, uint64_t seq, bool *out_held)
{
    size_t mark = arena_mark(&t->arena);
    struct entry_in e;
    struct entry_blobs blobs;
    bool own = t->applying_own, reused = t->applying_reused;
    enum cw_err err = entry_load(t->n, t->txn, log, seq, &t->arena, &e);

    if (err == CW_OK)
        err = entry_load_blobs(t->n, t->txn, &e, &t->arena, &blobs);
    if (err != CW_OK)
        return err;
    e.blobs = &blobs;
    check_blobs(&e.header, &blobs, &e.check);
    if (e.submission_ok)
        check_opens(t->n, &e.header, &e.submission, &blobs, &t->arena, &e.check);
    t->applying_own = t->applying_reused = false; /* whatever made us look again: this entry is not of this turn */
    err = entry_settle(t, &e);
    t->applying_own = own;
    t->applying_reused = reused;
    *out_held = err == CW_OK && entry_is_held(t->n, t->txn, &e);
    if (err == CW_OK)
        err = turn_blobs_held(t, log, seq, *out_held);
    arena_release(&t->arena, mark);
    return err;
}

/* The keys are gathered first: settling writes, and a pair is borrowed only until the next write. */
static uint32_t gather(struct turn *t, const struct row_key *prefix, const struct row_key *behind, struct row_key *out,
                       uint32_t max)
{
    struct kv_pair pair;
    bool after = behind->len > 0;
    struct row_key from = after ? *behind : *prefix;
    uint32_t count = 0;

    while (count < max &&
           db_next(t->n, t->txn, TABLE_PENDING, row_key_slice(prefix), row_key_slice(&from), after, &pair) == CW_OK &&
           pair.key.len <= sizeof from.b) {
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        out[count++] = from;
        after = true;
    }
    return count;
}

/* The first `max` entries that wait for this key, which is here. *out_count: how many there were of them. */
static enum cw_err open_waiting(struct turn *t, const struct key_record_id *record, uint32_t max, uint32_t *out_count)
{
    const struct row_key prefix = row_key_waits_for(record);
    size_t mark = arena_mark(&t->arena);
    struct row_key *keys = arena_take_raw(&t->arena, max * sizeof *keys, alignof(struct row_key));
    enum cw_err err = CW_OK;

    if (keys == NULL)
        return CW_LOCAL_MEMORY;
    uint32_t count = gather(t, &prefix, &(struct row_key){.len = 0}, keys, max);
    for (uint32_t i = 0; i < count && err == CW_OK; i++) {
        struct log_id log;
        uint64_t seq;
        bool held;

        if (!row_key_seq_of(row_key_slice(&keys[i]), &log, &seq))
            return CW_LOCAL_CORRUPT;
        err = db_del(t, TABLE_PENDING, keys[i]);
        if (err == CW_OK)
            err = entry_look_again(t, &log, seq, &held);
    }
    *out_count = count;
    arena_release(&t->arena, mark);
    return err;
}

enum cw_err pending_key_arrived(struct turn *t, const struct key_record_id *record)
{
    uint32_t count;
    enum cw_err err = open_waiting(t, record, AT_ONCE, &count);

    if (err == CW_OK && count == AT_ONCE) { /* the rest in the turns that follow */
        t->n->open_left = true;
        t->n->opened_to.len = 0;
    }
    return err;
}

enum cw_err pending_open_again(struct turn *t)
{
    const struct row_key prefix = row_key_pending_all(PENDING_KEY);
    struct node *n = t->n;
    uint32_t budget = n->open_left ? AT_ONCE : 0;
    enum cw_err err = CW_OK;

    while (err == CW_OK && budget > 0) {
        struct row_key from = n->opened_to.len > 0 ? n->opened_to : prefix;
        struct key_record_id record;
        struct kv_pair pair;
        uint32_t count = 1;

        err = db_next(n, t->txn, TABLE_PENDING, row_key_slice(&prefix), row_key_slice(&from), true, &pair);
        if (err != CW_OK)
            break;
        if (!row_key_waited_for(pair.key, &record))
            return CW_LOCAL_CORRUPT;
        if (vault_can_open(n->vault, &record))
            err = open_waiting(t, &record, budget, &count);
        else /* past every entry that waits for it */
            n->opened_to = row_key_behind_waits_for(&record);
        budget -= count;
    }
    n->open_left = n->open_left && err != CW_LOCAL_NOT_FOUND;
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* --- certificates and positions -------------------------------------------------------------------------- */

static enum cw_err judge_again(struct turn *t, const struct row_key *key)
{
    struct log_id log;
    uint64_t seq;
    bool held;

    if (!row_key_seq_of(row_key_slice(key), &log, &seq))
        return CW_LOCAL_CORRUPT;
    return entry_look_again(t, &log, seq, &held);
}

/* The next stretch of the round. What an authority record among them changes, a further round asks of all of them. */
static enum cw_err judge_stretch(struct turn *t, struct row_key *keys, uint32_t *budget)
{
    struct node *n = t->n;
    const struct row_key prefix = row_key_pending_all(PENDING_ENTRY);
    uint32_t count = gather(t, &prefix, &n->judged_to, keys, *budget);
    enum cw_err err = CW_OK;

    t->authority_changed = false;
    for (uint32_t i = 0; i < count && err == CW_OK; i++)
        err = judge_again(t, &keys[i]);
    n->judge_over = n->judge_over || t->authority_changed;
    if (count == *budget) {
        n->judged_to = keys[count - 1];
    } else {
        n->judged_to.len = 0;
        n->judge_left = n->judge_over;
        n->judge_over = false;
    }
    *budget -= count;
    return err;
}

enum cw_err pending_judge_again(struct turn *t)
{
    struct node *n = t->n;
    size_t mark = arena_mark(&t->arena);
    struct row_key *keys = NULL;
    uint32_t budget = JUDGED_AT_ONCE;
    bool changed = t->authority_changed;
    enum cw_err err = CW_OK;

    n->judge_over = n->judge_over || (n->judge_left && changed);
    n->judge_left = n->judge_left || changed;
    if (n->judge_left) {
        keys = arena_take_raw(&t->arena, JUDGED_AT_ONCE * sizeof *keys, alignof(struct row_key));
        err = keys == NULL ? CW_LOCAL_MEMORY : CW_OK;
    }
    while (err == CW_OK && n->judge_left && budget > 0) {
        err = judge_stretch(t, keys, &budget);
        changed = changed || t->authority_changed;
    }
    t->authority_changed = changed;
    arena_release(&t->arena, mark);
    return err;
}
