/* SPDX-License-Identifier: Apache-2.0 */
#include "core/positions.h"
#include "node/check_entry.h"
#include "node/entry.h"
#include "node/exec.h"
#include "node/seal_put.h"

/* A verified batch of another's log, and blobs that came later. */

static enum cw_err remember_genesis(struct turn *t, const struct log_head *head, struct cw_slice genesis)
{
    struct touched_log *touched = ARENA_NEW(&t->kept, struct touched_log);
    const void *copy = arena_copy(&t->kept, genesis.data, genesis.len);

    if (touched == NULL || copy == NULL)
        return CW_LOCAL_MEMORY;
    *touched = (struct touched_log){head->log, slice(copy, genesis.len), t->touched};
    t->touched = touched;
    return log_row_put(t, head);
}

/* What the log had named before this seal, and what this seal adds. */
static enum cw_err positions_at(struct turn *t, const struct seal *seal, struct positions *out)
{
    struct seal_row before;
    uint64_t last;

    memset(out, 0, sizeof *out);
    if (seal->first > 1) {
        enum cw_err err = db_get_seal(t->n, t->txn, &seal->log, seal->first - 1, &before, &last);

        if (err != CW_OK)
            return err == CW_LOCAL_NOT_FOUND ? CW_LOCAL_CORRUPT : err;
        *out = before.authority;
    }
    (void)positions_raise(out, &seal->authority); /* a 17th authority is noted by the core */
    return CW_OK;
}

enum cw_err seal_put(struct turn *t, const struct seal *seal, const struct signed_seal *signed_seal,
                     const struct hash *hash, struct positions *out_positions)
{
    struct seal_row row = {.first = seal->first, .hash = *hash, .seal = *signed_seal};
    uint8_t bytes[8 + 32 + 2 + SEAL_LEN_MAX + 1 + ROOT_KEYS_MAX * 65 + 1 + AUTH_POSITIONS_MAX * 72];
    struct writer w = writer_over(bytes, sizeof bytes);
    enum cw_err err = positions_at(t, seal, &row.authority);

    if (err != CW_OK)
        return err;
    *out_positions = row.authority;
    seal_row_encode(&row, &w);
    CW_ASSERT(!w.failed);
    return db_put(t, TABLE_SEAL, row_key_seq(&seal->log, seal->last), slice(bytes, w.len));
}

static void fill_entry(const struct log_head *head, const struct sealed_batch *batch, uint32_t i,
                       const struct entry_check *check, const struct positions *positions, struct entry_in *out)
{
    const struct entry_record *r = &batch->entries[i];

    memset(out, 0, sizeof *out);
    out->log = head->log;
    out->scope = head->scope;
    out->log_cert = head->cert;
    memcpy(out->division, head->division, sizeof out->division);
    out->seal_first = batch->seal.first;
    out->positions = positions;
    out->header_bytes = r->header_bytes;
    out->submission_bytes = r->submission_bytes;
    out->proof_bytes = r->proof_bytes;
    out->path_bytes = r->path_bytes;
    out->header = r->header;
    out->submission_ok = check->says_its_op;
    if (out->submission_ok) {
        out->submission = r->submission;
        out->proof = r->proof;
    }
    out->blobs = &r->blobs;
    out->check = *check;
}

/* A key that came earlier in this turn opens what intake could not. */
static void open_again(struct turn *t, struct entry_in *e)
{
    uint8_t all = (uint8_t)((1u << e->header.part_count) - 1);

    if (e->submission_ok && e->check.opened != all && e->check.parts != 0)
        check_opens(t->n, &e->header, &e->submission, e->blobs, &t->arena, &e->check);
}

static enum cw_err apply_record(struct turn *t, const struct log_head *head, const struct sealed_batch *batch,
                                uint32_t i, const struct entry_check *check, bool unheld,
                                const struct positions *positions)
{
    size_t mark = arena_mark(&t->arena);
    struct entry_in *e = ARENA_NEW(&t->arena, struct entry_in);

    if (e == NULL)
        return CW_LOCAL_MEMORY;
    fill_entry(head, batch, i, check, positions, e);
    open_again(t, e);
    enum cw_err err = entry_apply(t, e);
    bool held = err == CW_OK && unheld && entry_is_held(t->n, t->txn, e);
    arena_release(&t->arena, mark);
    return held ? turn_blobs_held(t, &head->log, batch->entries[i].header.seq, true) : err;
}

enum cw_err exec_store_batch(struct turn *t, const struct effect *effect)
{
    const struct peer_entries *entries = effect->as.store_batch.entries;
    uint32_t index = effect->as.store_batch.index;
    const struct sealed_batch *batch = &entries->batches[index];
    const struct batch_verdict *verdict = &t->verified->batches[index];
    const struct log_head *head = replica_log_find(t->n->replica, &entries->log);
    struct positions *positions = ARENA_NEW(&t->arena, struct positions);
    enum cw_err err = CW_OK;

    CW_ASSERT(head != NULL);
    if (positions == NULL)
        return CW_LOCAL_MEMORY;
    if (batch->seal.first == 1)
        err = remember_genesis(t, head, entries->genesis_bytes);
    if (err == CW_OK)
        err = seal_put(t, &batch->seal, &batch->signed_seal, &batch->seal_hash, positions);
    for (uint32_t i = 0; i < batch->entry_count && err == CW_OK; i++)
        err = apply_record(t, head, batch, i, &t->verified->checks[index][i],
                           verdict->unheld == NULL || verdict->unheld[i], positions);
    return err;
}

/* --- blobs that came later -------------------------------------------------------------------------------- */

static bool is_empty(const struct entry_check *c)
{
    return c->parts == 0 && c->wraps == 0 && !c->envelopes;
}

/* Only what is not here already. */
static void keep_fresh(const struct entry_check *held, struct entry_check *came)
{
    came->parts &= (uint8_t)~held->parts;
    came->wraps &= (uint8_t)~held->wraps;
    came->envelopes = came->envelopes && !held->envelopes;
}

static void join_blobs(const struct entry_check *fresh, const struct entry_blobs *came, struct entry_blobs *all,
                       struct entry_check *check)
{
    for (uint32_t i = 0; i < PARTS_MAX; i++) {
        if ((fresh->parts & (1u << i)) != 0)
            all->parts[i] = came->parts[i];
    }
    for (uint32_t i = 0; i < KEYS_MAX; i++) {
        if ((fresh->wraps & (1u << i)) != 0)
            all->wraps[i] = came->wraps[i];
    }
    if (fresh->envelopes)
        all->envelopes = came->envelopes;
    check->parts |= fresh->parts;
    check->wraps |= fresh->wraps;
    check->envelopes = check->envelopes || fresh->envelopes;
}

static enum cw_err put_fresh(struct turn *t, struct entry_in *e, const struct entry_blobs *came,
                             const struct entry_check *fresh)
{
    struct entry_check all = e->check;

    e->blobs = came;
    e->check = *fresh;
    enum cw_err err = entry_put_blobs(t, e);
    e->check = all;
    return err;
}

/* *out_fresh: something came that was not here. Else nothing is done: what a peer repeats costs reading, and no more. */
static enum cw_err take_blobs(struct turn *t, struct entry_in *e, const struct entry_blobs *came, bool *out_fresh)
{
    struct entry_blobs *all = ARENA_NEW(&t->arena, struct entry_blobs);
    struct entry_check fresh = {0};
    enum cw_err err = all == NULL ? CW_LOCAL_MEMORY : CW_OK;

    check_blobs(&e->header, came, &fresh);
    if (err != CW_OK || is_empty(&fresh))
        return err;
    err = entry_load_blobs(t->n, t->txn, e, &t->arena, all);
    if (err != CW_OK)
        return err == CW_LOCAL_MEMORY ? CW_OK : err; /* beside all else in this turn: it is asked for again */
    check_blobs(&e->header, all, &e->check);
    keep_fresh(&e->check, &fresh);
    if (is_empty(&fresh))
        return CW_OK;
    *out_fresh = true;
    err = put_fresh(t, e, came, &fresh);
    join_blobs(&fresh, came, all, &e->check);
    e->blobs = all;
    return err;
}

static enum cw_err settle_blobs(struct turn *t, struct entry_in *e, bool *out_held)
{
    if (e->submission_ok)
        check_opens(t->n, &e->header, &e->submission, e->blobs, &t->arena, &e->check);
    enum cw_err err = entry_settle(t, e);
    if (err == CW_OK)
        err = pending_wait_for_keys(t, e);
    *out_held = err == CW_OK && entry_is_held(t->n, t->txn, e);
    return err;
}

enum cw_err exec_store_blobs(struct turn *t, const struct effect *effect)
{
    const struct blobs_of *item = effect->as.store_blobs.item;
    size_t mark = arena_mark(&t->arena);
    struct entry_in *e = ARENA_NEW(&t->arena, struct entry_in);
    bool fresh = false, held = false;

    if (e == NULL)
        return CW_LOCAL_MEMORY;
    enum cw_err err = entry_load(t->n, t->txn, &item->log, item->seq, &t->arena, e);
    if (err == CW_OK)
        err = take_blobs(t, e, &item->blobs, &fresh);
    if (err == CW_OK && fresh)
        err = settle_blobs(t, e, &held);
    arena_release(&t->arena, mark);
    if (err == CW_LOCAL_NOT_FOUND)
        return CW_OK; /* a sequence number the core knows and we do not: it will ask again */
    return err == CW_OK && fresh ? turn_blobs_held(t, &item->log, item->seq, held) : err;
}
