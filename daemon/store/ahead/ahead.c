/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include <errno.h>
#include <time.h>

/* A layer is frozen when less than this part of its segment is left: a transaction larger than that may fit nowhere. */
#define ROOM_PART 4

int64_t ahead_now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail on Linux */
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void lock(struct store *s)
{
    (void)pthread_mutex_lock(&s->lock);
}

static void unlock(struct store *s)
{
    (void)pthread_mutex_unlock(&s->lock);
}

/* --- layers ------------------------------------------------------------------------------------------------ */

/* What the other one held is in LMDB: nothing is frozen. */
static void next_segment(struct ahead *a)
{
    a->segment = (a->segment + 1) % AHEAD_SEGMENTS;
    a->used = AHEAD_PAGE_LEN;
    a->head_due = true;
}

void ahead_freeze_locked(struct store *s)
{
    struct ahead *a = &s->ahead;

    CW_ASSERT(a->frozen == NULL && a->active != NULL && a->records > 0);
    a->frozen = a->active;
    a->frozen_at = a->at;
    a->active = NULL;
    next_segment(a);
    a->records = 0;
    a->due = a->spoilt = false;
    a->undone_len = 0;
    (void)pthread_cond_broadcast(&a->changed);
}

enum cw_err ahead_new_layer(struct store *s)
{
    struct layer *layer = layer_new(s->ahead.file.segment_len);

    if (layer == NULL)
        return CW_LOCAL_MEMORY;
    lock(s);
    s->ahead.active = layer;
    unlock(s);
    return CW_OK;
}

static void drop_active(struct store *s)
{
    struct layer *layer = s->ahead.active;

    lock(s);
    s->ahead.active = NULL;
    s->ahead.records = 0;
    s->ahead.due = false;
    unlock(s);
    s->ahead.spoilt = false;
    s->ahead.undone_len = 0;
    layer_release(layer);
}

void ahead_look(struct store *s, struct store_txn *txn)
{
    const struct ahead *a = &s->ahead;

    txn->layer_count = 0;
    txn->upto = a->at.number;
    if (a->active != NULL)
        txn->layers[txn->layer_count++] = layer_hold(a->active);
    if (a->frozen != NULL)
        txn->layers[txn->layer_count++] = layer_hold(a->frozen);
}

static bool is_stuck(struct store *s)
{
    bool stuck;

    lock(s);
    stuck = s->ahead.stuck;
    unlock(s);
    return stuck;
}

static void set_stuck(struct store *s)
{
    lock(s);
    s->ahead.stuck = true;
    unlock(s);
}

/* --- resting and live ---------------------------------------------------------------------------------------- */

enum cw_err ahead_rest(struct store *s)
{
    struct ahead *a = &s->ahead;
    enum cw_err err;

    CW_ASSERT(s->writing || !a->running); /* else the thread may freeze what is settled here, and say "live" after it */
    err = ahead_settle_frozen(s);
    if (err == CW_OK)
        err = ahead_settle(s, &(struct ahead_settlement){a->active, 0, a->at.number, a->at, .live = false});
    if (err == CW_LOCAL_NO_SPACE)
        set_stuck(s);
    if (err != CW_OK)
        return err;
    drop_active(s);
    a->live = false;
    return CW_OK;
}

enum cw_err ahead_rest_between(struct store *s)
{
    enum cw_err err;

    CW_ASSERT(!s->writing);
    ahead_set_writing(s, true);
    err = ahead_rest(s);
    ahead_set_writing(s, false);
    return err;
}

/* The head first: a row that says "live" while the file knows nothing of it would look like a lost file. */
static enum cw_err go_live(struct store *s)
{
    struct ahead *a = &s->ahead;
    uint8_t head[AHEAD_PAGE_LEN];
    int rc;
    enum cw_err err;

    err = ahead_start_thread(s);
    if (err != CW_OK)
        return err;
    ahead_begin_life(s);
    a->segment = 0;
    ahead_fill_head(s, head);
    rc = ahead_file_write(&a->file, a->segment, 0, head, sizeof head);
    if (rc != 0)
        return store_write_error(s, rc);
    err = ahead_settle(s, &(struct ahead_settlement){.at = a->at, .live = true});
    if (err != CW_OK)
        return err;
    a->used = AHEAD_PAGE_LEN;
    a->head_due = false;
    a->live = true;
    return CW_OK;
}

/* --- before a transaction ------------------------------------------------------------------------------------- */

static bool has_room(const struct ahead *a)
{
    return a->file.segment_len - a->used >= a->file.segment_len / ROOM_PART;
}

static enum cw_err change_segment(struct store *s)
{
    struct ahead *a = &s->ahead;
    enum cw_err err = ahead_settle_frozen(s);

    if (err != CW_OK)
        return err;
    if (a->records > 0) {
        lock(s);
        ahead_freeze_locked(s);
        unlock(s);
        return CW_OK;
    }
    drop_active(s); /* whatever was in the segment is settled */
    if (!has_room(a))
        next_segment(a);
    return CW_OK;
}

static enum cw_err ready_live(struct store *s)
{
    struct ahead *a = &s->ahead;
    enum cw_err err = CW_OK;

    if (!has_room(a) || a->spoilt)
        err = change_segment(s);
    if (err != CW_OK || a->active != NULL)
        return err;
    err = ahead_new_layer(s);
    if (err == CW_OK && a->head_due)
        ahead_fill_head(s, layer_image(a->active));
    return err;
}

enum cw_err ahead_ready(struct store *s)
{
    struct ahead *a = &s->ahead;
    enum cw_err err = CW_OK;

    if (a->file.fd < 0)
        return CW_OK;
    a->low = a->low || store_low_on_space(s);
    if (a->low && a->live)
        return is_stuck(s) ? CW_LOCAL_NO_SPACE : ahead_rest(s); /* once: each try costs as much as a good one */
    if (a->low)
        return CW_OK;
    if (!a->live)
        err = go_live(s);
    if (err == CW_LOCAL_NO_SPACE) { /* there may still be room for less */
        a->low = true;
        return CW_OK;
    }
    return err == CW_OK ? ready_live(s) : err;
}

void ahead_set_writing(struct store *s, bool writing)
{
    struct ahead *a = &s->ahead;

    lock(s);
    s->writing = writing;
    if (!writing && a->due && a->frozen == NULL && a->records > 0)
        ahead_freeze_locked(s);
    unlock(s);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static uint8_t *record_of(const struct ahead *a)
{
    return layer_image(a->active) + a->used;
}

/* Where an op of len bytes goes: behind those before it, or, when the record outgrows the segment, anywhere. */
static uint8_t *place_for(struct store_txn *txn, size_t len)
{
    struct ahead *a = &txn->store->ahead;
    size_t at = a->used + ahead_record_head_len(&a->filling) + txn->ops_len;

    if (!txn->oversize && at <= a->file.segment_len && len <= a->file.segment_len - at)
        return layer_image_ready(a->active, at, len);
    txn->oversize = true;
    return layer_take(a->active, len);
}

enum cw_err ahead_write(struct store_txn *txn, uint32_t table, struct cw_slice key, struct cw_slice value, bool dead)
{
    struct ahead *a = &txn->store->ahead;
    const struct ahead_op op = {dead, table, key, value};
    struct ahead_op stored;
    struct layer_key k;
    size_t len = ahead_op_len(&op);
    uint8_t *at = place_for(txn, len);

    if (at == NULL)
        return CW_LOCAL_MEMORY;
    ahead_op_encode(&op, at, &stored);
    k = layer_key_of(table, stored.key);
    txn->ops_len += len;
    return layer_write(a->active, &k, stored.value, dead, txn->upto);
}

/* --- committing --------------------------------------------------------------------------------------------------- */

void ahead_undo(struct store_txn *txn)
{
    struct ahead *a = &txn->store->ahead;

    if (a->active == NULL) /* it was refused before it had one */
        return;
    layer_undo(a->active);
    a->undone_len += txn->ops_len;
    a->spoilt = a->undone_len > a->file.segment_len / ROOM_PART;
}

/*
 * The record may lie in the file, whole, although its flush failed: a restart would take it for a commit. So it is made
 * void, durably, before "nothing changed" is said; when that fails too the store has failed.
 */
static enum cw_err append_failed(struct store *s, int rc)
{
    static const uint8_t nothing[AHEAD_PAGE_LEN];
    struct ahead *a = &s->ahead;
    /* Its blocks are taken: here EIO is no full disk. */
    enum cw_err err = rc == EIO ? CW_LOCAL_IO : store_write_error(s, rc);

    if (err == CW_LOCAL_NO_SPACE && ahead_file_write(&a->file, a->segment, a->used, nothing, sizeof nothing) == 0)
        return CW_LOCAL_NO_SPACE;
    atomic_store(&s->failed, true);
    return err == CW_LOCAL_NO_SPACE ? CW_LOCAL_IO : err;
}

static void publish(struct store *s, const struct ahead_position *at)
{
    struct ahead *a = &s->ahead;

    lock(s);
    a->at = *at;
    a->newest_ms = ahead_now_ms();
    if (a->records++ == 0) {
        a->oldest_ms = a->newest_ms;
        (void)pthread_cond_broadcast(&a->changed); /* the thread looks at the clock from now on */
    }
    unlock(s);
}

static enum cw_err commit_record(struct store_txn *txn)
{
    struct store *s = txn->store;
    struct ahead *a = &s->ahead;
    size_t len = ahead_record_len(&a->filling, txn->ops_len), from = a->head_due ? 0 : a->used;
    struct ahead_position after;
    int rc;

    ahead_record_finish(&a->filling, record_of(a), txn->ops_len, &a->at, &after);
    rc = ahead_file_write(&a->file, a->segment, from, layer_image(a->active) + from, a->used + len - from);
    if (rc != 0) {
        ahead_undo(txn);
        return append_failed(s, rc);
    }
    layer_keep(a->active);
    a->used += len;
    a->head_due = false;
    publish(s, &after);
    return CW_OK;
}

/*
 * Too large for the segment: LMDB takes it, as one transaction, after all before it. Readers that begin between the two must
 * not see the layer over an LMDB that is already beyond it, so the layer is taken away first.
 */
static enum cw_err commit_oversize(struct store_txn *txn)
{
    struct store *s = txn->store;
    struct ahead *a = &s->ahead;
    struct layer *layer = layer_hold(a->active);
    struct ahead_settlement rest = {layer, a->at.number, a->at.number + 1, a->at, .live = false};
    enum cw_err err = ahead_settle_frozen(s);

    if (err == CW_OK && a->records > 0)
        err = ahead_settle(s, &(struct ahead_settlement){layer, 0, a->at.number, a->at, .live = true});
    if (err != CW_OK) {
        ahead_undo(txn);
        layer_release(layer);
        return err;
    }
    drop_active(s);
    rest.at.number++;
    err = ahead_settle(s, &rest);
    layer_release(layer);
    if (err != CW_OK)
        return err;
    lock(s);
    a->at = rest.at;
    unlock(s);
    a->live = false;
    return CW_OK;
}

enum cw_err ahead_commit(struct store_txn *txn)
{
    if (txn->ops_len == 0)
        return CW_OK;
    return txn->oversize ? commit_oversize(txn) : commit_record(txn);
}
