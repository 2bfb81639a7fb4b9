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

/* Those held already, and the right ones among those that came. */
static enum cw_err join_blobs(struct turn *t, struct entry_in *e, const struct entry_blobs *came,
                              struct entry_blobs *all)
{
    struct entry_check fresh = {0};
    enum cw_err err = entry_load_blobs(t->n, t->txn, e, &t->arena, all);

    if (err != CW_OK)
        return err;
    check_blobs(&e->header, came, &fresh);
    for (uint32_t i = 0; i < e->header.part_count; i++) {
        if ((fresh.parts & (1u << i)) != 0)
            all->parts[i] = came->parts[i];
    }
    for (uint32_t i = 0; i < e->header.key_count; i++) {
        if ((fresh.wraps & (1u << i)) != 0)
            all->wraps[i] = came->wraps[i];
    }
    if (fresh.envelopes)
        all->envelopes = came->envelopes;
    check_blobs(&e->header, all, &e->check);
    return CW_OK;
}

enum cw_err exec_store_blobs(struct turn *t, const struct effect *effect)
{
    const struct blobs_of *item = effect->as.store_blobs.item;
    struct entry_in *e = ARENA_NEW(&t->arena, struct entry_in);
    struct entry_blobs *all = ARENA_NEW(&t->arena, struct entry_blobs);

    if (e == NULL || all == NULL)
        return CW_LOCAL_MEMORY;
    enum cw_err err = entry_load(t->n, t->txn, &item->log, item->seq, &t->arena, e);
    if (err == CW_LOCAL_NOT_FOUND)
        return CW_OK; /* a sequence number the core knows and we do not: it will ask again */
    if (err == CW_OK)
        err = join_blobs(t, e, &item->blobs, all);
    if (err != CW_OK)
        return err;
    e->blobs = all;
    if (e->submission_ok)
        check_opens(t->n, &e->header, &e->submission, all, &t->arena, &e->check);
    err = entry_put_blobs(t, e);
    if (err == CW_OK)
        err = entry_settle(t, e);
    if (err == CW_OK)
        err = pending_wait_for_keys(t, e);
    return err == CW_OK ? turn_blobs_held(t, &item->log, item->seq, entry_is_held(t->n, t->txn, e)) : err;
}
