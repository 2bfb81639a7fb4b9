/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"
#include "node/exec.h"

/* Entries and blobs as they are stored, in one frame: whole batches, at least one, blobs included when held. */

#define FRAME_ROOM (MESSAGE_LEN_MAX - 4096)
#define ENTRY_FRAMING 64
#define BATCH_FRAMING 128

struct sending {
    struct turn *t;
    struct entry_in *e; /* the one being read */
    struct log_id log;
    uint64_t used; /* bytes of the frame so far */
    uint64_t limit;
    struct sealed_batch *batches;
    uint32_t count;
    uint32_t entry_count; /* a frame holds ENTRIES_COUNT_MAX */
    uint64_t blobs;       /* of the batch being read, as far as one frame might carry them */
};

static uint64_t blobs_len(const struct entry_blobs *b)
{
    uint64_t len = b->envelopes.len;

    for (uint32_t i = 0; i < b->part_count; i++)
        len += b->parts[i].len + BLOB_FRAMING;
    for (uint32_t i = 0; i < b->wrap_count; i++)
        len += b->wraps[i].len + BLOB_FRAMING;
    return len;
}

static uint64_t parts_len(const struct entry_header *header)
{
    uint64_t len = 0;

    for (uint32_t i = 0; i < header->part_count; i++)
        len += header->parts[i].len;
    return len;
}

/* What one seal covers was its origin's to choose, and may be more than a turn holds: no more is read than can go along. */
static enum cw_err load_blobs(struct sending *s, struct entry_record *out)
{
    struct turn *t = s->t;
    enum cw_err err = CW_OK;

    if (s->blobs + parts_len(&s->e->header) <= FRAME_ROOM)
        err = entry_load_blobs(t->n, t->txn, s->e, &t->arena, &out->blobs);
    else
        s->blobs = FRAME_ROOM + 1;
    s->blobs += err == CW_OK ? blobs_len(&out->blobs) : 0;
    return err;
}

static enum cw_err load_record(struct sending *s, uint64_t seq, struct entry_record *out, uint64_t *len)
{
    struct turn *t = s->t;
    struct entry_in *e = s->e;
    enum cw_err err = entry_load(t->n, t->txn, &s->log, seq, &t->arena, e);
    if (err == CW_OK)
        err = load_blobs(s, out);
    if (err != CW_OK)
        return err;
    out->header_bytes = e->header_bytes;
    out->submission_bytes = e->submission_bytes;
    out->proof_bytes = e->proof_bytes;
    out->path_bytes = e->path_bytes;
    *len += e->header_bytes.len + e->submission_bytes.len + e->proof_bytes.len + e->path_bytes.len + ENTRY_FRAMING;
    return CW_OK;
}

/* Headers always flow: when a batch alone is larger than a frame, its blobs lag. */
static void drop_blobs(struct sealed_batch *batch)
{
    for (uint32_t i = 0; i < batch->entry_count; i++)
        memset(&batch->entries[i].blobs, 0, sizeof batch->entries[i].blobs);
}

/* The batch that covers seq, whole: who disputes a position does not know where our batch begins. */
static enum cw_err load_batch(struct sending *s, uint64_t seq, struct sealed_batch *out, uint64_t *out_len,
                              uint64_t *out_last)
{
    struct turn *t = s->t;
    struct seal_row seal;
    struct cw_slice bytes;
    enum cw_err err = db_get_seal(t->n, t->txn, &s->log, seq, &seal, out_last);

    if (err != CW_OK)
        return err;
    bytes = slice(arena_copy(&t->arena, seal.seal.bytes.data, seal.seal.bytes.len), seal.seal.bytes.len);
    out->signed_seal = seal.seal;
    out->signed_seal.bytes = bytes;
    out->seal.first = seal.first;
    out->entry_count = (uint32_t)(*out_last - seal.first + 1);
    out->entries = ARENA_ARRAY(&t->arena, struct entry_record, out->entry_count);
    if (bytes.data == NULL || out->entries == NULL)
        return CW_LOCAL_MEMORY;
    *out_len = bytes.len + BATCH_FRAMING;
    s->blobs = 0;
    for (uint32_t i = 0; i < out->entry_count && err == CW_OK; i++)
        err = load_record(s, seal.first + i, &out->entries[i], out_len);
    return err;
}

/* False: full, or nothing follows. *after moves to the end of the batch taken. */
static bool add_batch(struct sending *s, uint64_t *after, enum cw_err *err)
{
    size_t mark = arena_mark(&s->t->arena);
    struct sealed_batch *batch = &s->batches[s->count];
    uint64_t len, last;

    memset(batch, 0, sizeof *batch);
    *err = load_batch(s, *after + 1, batch, &len, &last);
    bool counts = *err != CW_OK || s->entry_count + batch->entry_count <= ENTRIES_COUNT_MAX;
    if (*err == CW_LOCAL_MEMORY && s->count > 0) { /* the rest goes with the next frame */
        *err = CW_OK;
        arena_release(&s->t->arena, mark);
        return false;
    }
    if (*err == CW_OK && s->count == 0 && len + s->blobs > FRAME_ROOM)
        drop_blobs(batch);
    else if (*err == CW_OK && (s->count == 0 || (counts && s->used + len + s->blobs <= s->limit)))
        len += s->blobs;
    else {
        arena_release(&s->t->arena, mark);
        return false;
    }
    s->used += len;
    s->entry_count += batch->entry_count;
    s->count++;
    *after = last;
    return s->count < ENTRIES_BATCHES_MAX;
}

static uint64_t head_seq(struct turn *t, const struct log_id *log, struct cw_slice *out_genesis)
{
    struct log_row row;

    if (db_get_log(t->n, t->txn, log, &row) != CW_OK)
        return 0;
    const void *copy = arena_copy(&t->arena, row.genesis.data, row.genesis.len);
    *out_genesis = slice(copy, copy == NULL ? 0 : row.genesis.len);
    return row.head.seq;
}

static void tell_sent(struct turn *t, const struct effect *e, uint64_t upto, uint64_t bytes, bool more)
{
    struct event event = {.kind = EVENT_SENT};

    event.as.sent.link = e->as.send_entries.link;
    event.as.sent.from = e->as.send_entries.from;
    event.as.sent.counter = e->as.send_entries.counter;
    event.as.sent.log = e->as.send_entries.log;
    event.as.sent.upto = upto;
    event.as.sent.bytes = bytes;
    event.as.sent.more = more;
    turn_event_later(t->n, &event);
}

static void send_batches(struct turn *t, const struct effect *e, struct sending *s, struct cw_slice genesis, bool last)
{
    struct peer_message *m = ARENA_NEW(&t->arena, struct peer_message);

    if (m == NULL)
        return;
    m->from = e->as.send_entries.from;
    m->to = e->as.send_entries.to;
    m->counter = e->as.send_entries.counter;
    m->kind = PEER_ENTRIES;
    m->as.entries.log = s->log;
    if (s->count > 0 && s->batches[0].seal.first == 1)
        m->as.entries.genesis_bytes = genesis;
    m->as.entries.batch_count = s->count;
    m->as.entries.batches = s->batches;
    m->as.entries.pushed = e->as.send_entries.pushed;
    m->as.entries.last = last;
    exec_send_message(t, e->as.send_entries.link, m);
}

void exec_send_entries(struct turn *t, const struct effect *e)
{
    size_t mark = arena_mark(&t->arena);
    struct sending s = {.t = t, .log = e->as.send_entries.log};
    struct cw_slice genesis = {NULL, 0};
    uint64_t after = e->as.send_entries.after, head = head_seq(t, &s.log, &genesis);
    enum cw_err err = CW_OK;

    s.used = genesis.len + 256;
    s.limit = e->as.send_entries.bytes < FRAME_ROOM ? e->as.send_entries.bytes : FRAME_ROOM;
    s.batches = arena_take_raw(&t->arena, ENTRIES_BATCHES_MAX * sizeof *s.batches, alignof(struct sealed_batch));
    s.e = ARENA_NEW(&t->arena, struct entry_in);
    if (s.batches == NULL || s.e == NULL)
        err = CW_LOCAL_MEMORY;
    while (err == CW_OK && after < head && add_batch(&s, &after, &err))
        continue;
    if (err != CW_OK)
        node_alarm(t->n, "send-entries", "entries could not be read back: %s", cw_err_sentence(err));
    send_batches(t, e, &s, genesis, after >= head);
    tell_sent(t, e, after, s.used, after < head && err == CW_OK);
    arena_release(&t->arena, mark);
}

/* --- blobs --------------------------------------------------------------------------------------------------- */

/*
 * What of one entry goes into the frame. All of it, when there is room; when it is more than any frame carries, as only an origin seals that does
 * not follow the rules, then some, from another piece on each time it is asked for (counter): who asks keeps what it gets.
 */
static enum cw_err load_for_frame(struct turn *t, const struct entry_in *e, uint64_t counter, uint64_t room,
                                  struct entry_blobs *out)
{
    enum cw_err err = CW_LOCAL_NOT_FOUND;

    if (parts_len(&e->header) + ENTRY_FRAMING <= room)
        err = entry_load_blobs(t->n, t->txn, e, &t->arena, out);
    if (err == CW_OK && blobs_len(out) + ENTRY_FRAMING <= room)
        return CW_OK;
    if ((err == CW_OK || err == CW_LOCAL_NOT_FOUND) && room == FRAME_ROOM)
        return entry_load_pieces(t->n, t->txn, e, counter, room - ENTRY_FRAMING, &t->arena, out);
    return err == CW_OK ? CW_LOCAL_NOT_FOUND : err;
}

static bool add_blobs(struct turn *t, const struct effect *effect, uint64_t seq, struct blobs_of *out, uint64_t *used)
{
    const struct log_id *log = &effect->as.send_blobs.log;
    size_t mark = arena_mark(&t->arena);
    struct entry_in *e = ARENA_NEW(&t->arena, struct entry_in);

    if (e == NULL || entry_load(t->n, t->txn, log, seq, &t->arena, e) != CW_OK ||
        load_for_frame(t, e, effect->as.send_blobs.counter, FRAME_ROOM - *used, &out->blobs) != CW_OK) {
        arena_release(&t->arena, mark);
        return false;
    }
    *used += blobs_len(&out->blobs) + ENTRY_FRAMING;
    out->log = *log;
    out->seq = seq;
    return true;
}

void exec_send_blobs(struct turn *t, const struct effect *e)
{
    size_t mark = arena_mark(&t->arena);
    struct peer_message *m = ARENA_NEW(&t->arena, struct peer_message);
    struct blobs_of *items = ARENA_ARRAY(&t->arena, struct blobs_of, BLOB_SEQS_MAX);
    uint64_t used = 0;
    uint32_t count = 0;

    if (m == NULL || items == NULL)
        return;
    for (uint32_t i = 0; i < e->as.send_blobs.seq_count && count < BLOB_SEQS_MAX; i++) {
        if (add_blobs(t, e, e->as.send_blobs.seqs[i], &items[count], &used))
            count++;
    }
    m->from = e->as.send_blobs.from;
    m->to = e->as.send_blobs.to;
    m->counter = e->as.send_blobs.counter;
    m->kind = PEER_BLOBS;
    m->as.blobs.count = count;
    m->as.blobs.items = items;
    exec_send_message(t, e->as.send_blobs.link, m);
    arena_release(&t->arena, mark);
}
