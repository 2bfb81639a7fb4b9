/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "host/file.h"
#include "proto/id.h"
#include "store/own.h"

/* --- what a store begins with --------------------------------------------------------------------------------- */

static void init(struct store *s, const struct store_options *o)
{
    struct ahead *a = &s->ahead;

    memcpy(a->entropy, o->fresh_id, sizeof a->entropy);
    a->want_segment_len = ahead_segment_len(o->write_ahead_len);
    a->settle_ms = o->settle_after_ms != 0 ? o->settle_after_ms : AHEAD_SETTLE_MS_DEFAULT;
}

static enum cw_err read_position(struct store *s, struct own_position *out)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);

    if (rc != MDB_SUCCESS)
        return store_error(s, rc);
    rc = own_get_position(txn, s->own, out);
    mdb_txn_abort(txn);
    return store_error(s, rc);
}

static void make_file(struct store *s)
{
    struct ahead *a = &s->ahead;
    uint64_t len = a->want_segment_len * AHEAD_SEGMENTS;

    if (a->file.fd >= 0 || a->want_segment_len == 0 || store_disk_free(s) < store_low_water(s) + len)
        return;
    if (ahead_file_make(s->dir, a->want_segment_len, &a->file) != CW_OK)
        a->file.fd = -1; /* commits stay LMDB's; tried again when store_tend comes round */
}

void ahead_has_room(struct store *s)
{
    struct ahead *a = &s->ahead;

    a->low = false;
    make_file(s);
    (void)pthread_mutex_lock(&s->lock);
    a->stuck = false;
    (void)pthread_cond_broadcast(&a->changed);
    (void)pthread_mutex_unlock(&s->lock);
}

void ahead_may_fit(struct store *s)
{
    struct ahead *a = &s->ahead;
    uint64_t free_len = store_disk_free(s);

    (void)pthread_mutex_lock(&s->lock);
    if (a->stuck && free_len > a->stuck_free_len) {
        a->stuck = false;
        (void)pthread_cond_broadcast(&a->changed);
    }
    (void)pthread_mutex_unlock(&s->lock);
}

/* A process that was killed while it made the file may have left a name that only the page cache has. */
static void open_again(struct store *s)
{
    struct ahead *a = &s->ahead;

    if (ahead_file_open(s->dir, false, &a->file) == CW_OK && file_sync_folder(s->dir) != CW_OK)
        ahead_file_close(&a->file);
}

/* A resting store's file holds nothing: one of another length is made anew, one that is not wanted goes. */
static void prepare_file(struct store *s)
{
    struct ahead *a = &s->ahead;

    if (a->want_segment_len == 0) {
        ahead_file_remove(s->dir);
        return;
    }
    if (a->file.fd < 0)
        open_again(s);
    if (a->file.fd >= 0 && a->file.segment_len != a->want_segment_len)
        ahead_file_close(&a->file);
    make_file(s);
}

/* --- what a segment begins with ------------------------------------------------------------------------------------- */

void ahead_fill_head(struct store *s, uint8_t out[static AHEAD_PAGE_LEN])
{
    struct ahead *a = &s->ahead;
    struct ahead_head head = {
        .version = AHEAD_VERSION, .segment_len = a->file.segment_len, .start = a->at, .table_count = s->table_count};

    memcpy(head.store_id, s->id, STORE_ID_LEN);
    memcpy(head.life, a->life, sizeof head.life);
    memcpy(head.tables, s->table_names, sizeof head.tables);
    ahead_head_encode(&head, out);
    ahead_filling_of(&head, &a->filling);
}

/* A chain that nobody else has begun: what a copy of this store wrote after the same commit is not taken for ours. */
void ahead_begin_life(struct store *s)
{
    struct ahead *a = &s->ahead;
    uint8_t numbers[16];
    struct writer w = writer_over(numbers, sizeof numbers);
    const struct cw_slice parts[] = {slice_of("write-ahead begins"), slice(a->entropy, sizeof a->entropy),
                                     slice(numbers, sizeof numbers)};

    writer_be64(&w, a->at.number);
    writer_be64(&w, ++a->lives);
    hash_labelled(LABEL_LOCAL, parts, CW_COUNT(parts), a->at.chain);
    memcpy(a->life, a->at.chain, sizeof a->life);
}

/* --- opening --------------------------------------------------------------------------------------------------------- */

/* The file is not the one the row means: it holds nothing for us, and what it held is lost here. Its numbers are others. */
static enum cw_err give_up_file(struct store *s)
{
    struct ahead *a = &s->ahead;

    store_note_cut_short(s);
    ahead_file_close(&a->file);
    if (s->read_only)
        return CW_OK;
    ahead_file_remove(s->dir);
    return ahead_settle(s, &(struct ahead_settlement){.at = a->at, .live = false, .is_backup = true});
}

/*
 * A backup's mark, so that the log is not continued: something acknowledged is lost; or the data file is another than the
 * one that was settled into last, a copy, whose original may have gone on. Without room for the mark it holds for this process.
 */
static enum cw_err mark_backup(struct store *s)
{
    static const uint8_t mark = 1;
    struct store_txn *txn = NULL;
    enum cw_err err = s->read_only ? CW_OK : store_begin(s, &txn);

    s->ahead.suspect = true;
    if (txn == NULL)
        return err == CW_LOCAL_NO_SPACE ? CW_OK : err;
    err = store_write(txn, LAYER_OWN_TABLE, slice_of(own_backup), slice(&mark, 1), false);
    if (err == CW_OK)
        err = store_commit(&txn);
    store_abort(&txn);
    return err == CW_LOCAL_NO_SPACE ? CW_OK : err;
}

static enum cw_err open_live(struct store *s, const struct own_position *row)
{
    struct ahead *a = &s->ahead;
    bool moved = row->device != s->device || row->inode != s->inode, damaged = false;
    enum cw_err err = ahead_file_open(s->dir, s->read_only, &a->file);

    if (err == CW_LOCAL_CORRUPT)
        err = CW_LOCAL_NOT_FOUND; /* of a length that none of ours has */
    if (err == CW_OK)
        err = ahead_replay(s, &row->at, &damaged);
    if (err == CW_LOCAL_NOT_FOUND)
        return give_up_file(s);
    if (err == CW_OK && damaged)
        store_note_cut_short(s);
    if (err == CW_OK && (damaged || moved))
        err = mark_backup(s);
    return err == CW_OK && a->live && !s->read_only ? ahead_start_thread(s) : err;
}

static enum cw_err explain(const struct store *s, enum cw_err err, struct refusal *why)
{
    if (err == CW_LOCAL_FORMAT)
        return refuse(why, err, "store", "%.120s has a write-ahead file of a newer casewired: install that version",
                      s->dir);
    return err == CW_OK
               ? CW_OK
               : refuse(why, err, "store", "%.120s: the write-ahead file: %.80s", s->dir, cw_err_sentence(err));
}

/* Without room the file stays in use: what is in it was acknowledged. */
static enum cw_err stop_using_file(struct store *s)
{
    enum cw_err err = ahead_rest_between(s);

    if (err == CW_OK)
        ahead_file_close(&s->ahead.file);
    return err == CW_LOCAL_NO_SPACE ? CW_OK : err;
}

enum cw_err ahead_open(struct store *s, const struct store_options *options, struct refusal *why)
{
    struct own_position position = {0};
    enum cw_err err;

    init(s, options);
    err = read_position(s, &position);
    s->ahead.at = position.at;
    s->ahead.settled = position.at.number;
    if (err == CW_OK && position.live)
        err = open_live(s, &position);
    if (err == CW_OK && s->ahead.live && !s->read_only && s->ahead.want_segment_len == 0)
        err = stop_using_file(s);
    if (err == CW_OK && !s->ahead.live && !s->read_only)
        prepare_file(s);
    return explain(s, err, why);
}

void ahead_close(struct store *s)
{
    struct ahead *a = &s->ahead;

    ahead_stop_thread(s);
    if (a->live && !s->read_only && !atomic_load(&s->failed))
        (void)ahead_rest(s); /* no room: the next opening takes it from the file, as after a crash */
    layer_release(a->active);
    layer_release(a->frozen);
    a->active = a->frozen = NULL;
    ahead_file_close(&a->file);
}
