/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/core/world_store.h"

#include <stdlib.h>

static uint8_t *copied(struct cw_slice s)
{
    uint8_t *to = malloc(s.len + 1);

    CW_ASSERT(to != NULL);
    if (s.len > 0)
        memcpy(to, s.data, s.len);
    return to;
}

/* --- finding ------------------------------------------------------------------------------------------- */

struct stored_log *world_log(struct world *w, uint32_t node, const struct log_id *log)
{
    struct node *n = &w->nodes[node];

    for (uint32_t i = 0; i < n->log_count; i++) {
        if (ID_EQ(&n->logs[i].log, log))
            return &n->logs[i];
    }
    return NULL;
}

static struct stored_log *log_for(struct node *n, const struct log_id *log)
{
    struct stored_log *found = world_log(n->world, n->number, log);

    if (found != NULL)
        return found;
    n->logs = realloc(n->logs, (n->log_count + 1) * sizeof *n->logs);
    CW_ASSERT(n->logs != NULL);
    found = &n->logs[n->log_count++];
    memset(found, 0, sizeof *found);
    found->log = *log;
    return found;
}

const struct stored_batch *store_covering(struct node *n, const struct log_id *log, uint64_t seq)
{
    const struct stored_log *stored = world_log(n->world, n->number, log);

    for (uint32_t i = 0; stored != NULL && i < stored->batch_count; i++) {
        if (stored->batches[i].seal.first <= seq && seq <= stored->batches[i].seal.last)
            return &stored->batches[i];
    }
    return NULL;
}

/* --- writing ------------------------------------------------------------------------------------------- */

static struct stored_batch *add_batch(struct stored_log *log, struct cw_slice seal_bytes, const struct seal *seal)
{
    log->batches = realloc(log->batches, (log->batch_count + 1) * sizeof *log->batches);
    CW_ASSERT(log->batches != NULL);
    struct stored_batch *batch = &log->batches[log->batch_count++];

    memset(batch, 0, sizeof *batch);
    batch->seal_bytes = copied(seal_bytes);
    batch->seal_len = seal_bytes.len;
    CW_ASSERT(seal_parse(slice(batch->seal_bytes, batch->seal_len), &batch->seal) == CW_OK);
    CW_ASSERT(batch->seal.first == seal->first);
    seal_hash_of(seal_bytes, &batch->seal_hash);
    batch->entry_count = (uint32_t)(seal->last - seal->first + 1);
    batch->entries = calloc(batch->entry_count, sizeof *batch->entries);
    CW_ASSERT(batch->entries != NULL);
    return batch;
}

static void set_entry(struct stored_entry *entry, struct cw_slice header, bool held)
{
    memcpy(entry->header, header.data, header.len);
    entry->len = header.len;
    entry->held = held;
}

static void keep_genesis(struct stored_log *log, struct cw_slice genesis)
{
    if (log->genesis_len > 0 || genesis.len == 0)
        return;
    memcpy(log->genesis, genesis.data, genesis.len);
    log->genesis_len = genesis.len;
}

/* Own entries come before their seal: the seal takes those listed since the last one. */
static void put_seal(struct node *n, uint32_t at)
{
    const struct effect *e = &n->effects.at[at];
    struct stored_batch *batch =
        add_batch(log_for(n, &e->as.put_seal.seal->log), e->as.put_seal.bytes, e->as.put_seal.seal);
    uint32_t left = batch->entry_count;

    while (left > 0) {
        const struct effect *entry = &n->effects.at[--at];

        if (entry->kind == EFFECT_PUT_ENTRY)
            set_entry(&batch->entries[--left], entry->as.put_entry.bytes, true);
    }
    n->last_put_log = e->as.put_seal.seal->log;
    n->last_put_seq = e->as.put_seal.seal->last;
    n->sealed++;
}

static void store_batch(struct node *n, const struct effect *e)
{
    const struct peer_entries *entries = e->as.store_batch.entries;
    const struct sealed_batch *from = &entries->batches[e->as.store_batch.index];
    struct stored_log *log = log_for(n, &entries->log);
    struct stored_batch *batch = add_batch(log, from->signed_seal.bytes, &from->seal);

    keep_genesis(log, entries->genesis_bytes);
    for (uint32_t i = 0; i < batch->entry_count; i++)
        set_entry(&batch->entries[i], from->entries[i].header_bytes, from->entries[i].blobs.part_count > 0);
}

static void store_blobs(struct node *n, const struct effect *e)
{
    const struct blobs_of *item = e->as.store_blobs.item;
    struct stored_batch *batch = (struct stored_batch *)(uintptr_t)store_covering(n, &item->log, item->seq);
    struct event event = {.kind = EVENT_BLOBS};

    CW_ASSERT(batch != NULL);
    batch->entries[item->seq - batch->seal.first].held = true;
    event.as.blobs.log = item->log;
    event.as.blobs.seq = item->seq;
    event.as.blobs.held = !n->opens_nothing;
    world_event(n->world, n->number, &event);
}

static void keep_signed(struct signed_seal *out, struct seal *out_seal, struct cw_slice bytes)
{
    memset(out, 0, sizeof *out);
    out->bytes = slice(copied(bytes), bytes.len);
    out->signature_count = 1;
    CW_ASSERT(seal_parse(out->bytes, out_seal) == CW_OK);
}

static void store_fork(struct node *n, const struct effect *e)
{
    struct stored_log *log = log_for(n, &e->as.store_fork.log);
    const struct fork_proof *proof = e->as.store_fork.proof;

    CW_ASSERT(!log->has_fork);
    log->has_fork = true;
    if (proof != NULL) {
        keep_genesis(log, proof->genesis_bytes);
        keep_signed(&log->proof.signed_a, &log->proof.a, proof->signed_a.bytes);
        keep_signed(&log->proof.signed_b, &log->proof.b, proof->signed_b.bytes);
        return;
    }
    const struct stored_batch *ours = store_covering(n, &e->as.store_fork.log, e->as.store_fork.ours.seq);

    CW_ASSERT(ours != NULL && ID_EQ(&ours->seal_hash, &e->as.store_fork.ours.seal));
    keep_signed(&log->proof.signed_a, &log->proof.a, slice(ours->seal_bytes, ours->seal_len));
    keep_signed(&log->proof.signed_b, &log->proof.b, e->as.store_fork.theirs->signed_seal.bytes);
}

static void put_log(struct node *n, const struct log_head *head)
{
    for (uint32_t i = 0; i < n->head_count; i++) {
        if (ID_EQ(&n->heads[i].log, &head->log)) {
            n->heads[i] = *head;
            return;
        }
    }
    n->heads = realloc(n->heads, (n->head_count + 1) * sizeof *n->heads);
    CW_ASSERT(n->heads != NULL);
    n->heads[n->head_count++] = *head;
}

void store_write(struct node *n)
{
    for (uint32_t i = 0; i < n->effects.count; i++) {
        const struct effect *e = &n->effects.at[i];

        if (e->kind == EFFECT_OPEN_LOG)
            keep_genesis(log_for(n, &e->as.open_log.log), e->as.open_log.genesis);
        else if (e->kind == EFFECT_PUT_SEAL)
            put_seal(n, i);
        else if (e->kind == EFFECT_STORE_BATCH)
            store_batch(n, e);
        else if (e->kind == EFFECT_STORE_BLOBS)
            store_blobs(n, e);
        else if (e->kind == EFFECT_STORE_FORK)
            store_fork(n, e);
        else if (e->kind == EFFECT_PUT_LOG)
            put_log(n, e->as.put_log.head);
        else if (e->kind == EFFECT_PUT_FRONTIER)
            n->frontier = *e->as.put_frontier.head;
    }
}

void store_free(struct node *n)
{
    for (uint32_t i = 0; i < n->log_count; i++) {
        struct stored_log *log = &n->logs[i];

        for (uint32_t k = 0; k < log->batch_count; k++) {
            free(log->batches[k].seal_bytes);
            free(log->batches[k].entries);
        }
        free(log->batches);
        if (log->has_fork) {
            free((void *)(uintptr_t)log->proof.signed_a.bytes.data);
            free((void *)(uintptr_t)log->proof.signed_b.bytes.data);
        }
    }
    free(n->logs);
    free(n->heads);
}

/* --- reading ------------------------------------------------------------------------------------------- */

static bool root_holds(const struct sealed_batch *batch)
{
    struct hash leaves[SEAL_ENTRIES_MAX], root;

    for (uint32_t i = 0; i < batch->entry_count; i++)
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&batch->entries[i].hash), &leaves[i]);
    merkle_root(MERKLE_ENTRIES, leaves, batch->entry_count, &root);
    return ID_EQ(&root, &batch->seal.root);
}

static void verify(struct node *n, struct event *event)
{
    const struct peer_message *message = event->as.message.message;
    const struct peer_entries *entries = &message->as.entries;

    event->as.message.signature_ok = true;
    if (message->kind == PEER_FRONTIER)
        event->as.message.signature_ok = message->as.frontier.signature.b[0] != BAD_SIGNATURE;
    if (message->kind != PEER_ENTRIES)
        return;
    struct batch_verdict *verdicts = ARENA_ARRAY(&n->parse_arena, struct batch_verdict, entries->batch_count + 1);

    CW_ASSERT(verdicts != NULL);
    for (uint32_t i = 0; i < entries->batch_count; i++) {
        const struct sealed_batch *batch = &entries->batches[i];
        bool *unheld = ARENA_ARRAY(&n->parse_arena, bool, SEAL_ENTRIES_MAX);

        memset(unheld, n->opens_nothing, SEAL_ENTRIES_MAX * sizeof *unheld);
        verdicts[i] = (struct batch_verdict){
            !n->knows_nobody, batch->signed_seal.signatures[0].b[0] != BAD_SIGNATURE && root_holds(batch), true,
            unheld};
    }
    event->as.message.batches = verdicts;
}

bool store_read_frame(struct node *n, struct inbox_event *in)
{
    struct peer_message *message = ARENA_NEW(&n->parse_arena, struct peer_message);

    CW_ASSERT(message != NULL);
    if (peer_message_parse(slice(in->frame, in->frame_len), &n->parse_arena, message) != CW_OK)
        return false;
    in->event.as.message.message = message;
    in->event.as.message.frame_len = in->frame_len;
    verify(n, &in->event);
    return true;
}

/* --- sending ------------------------------------------------------------------------------------------- */

void store_send_frontier(struct node *n, const struct effect *e)
{
    static struct frontier_item items[LOGS_MAX];
    struct peer_message m = {.kind = PEER_FRONTIER};
    struct peer_frontier *f = &m.as.frontier;
    uint8_t head[FRONTIER_HEAD_LEN_MAX];
    struct writer w = writer_over(head, sizeof head);

    m.from = e->as.send_frontier.from;
    m.to = e->as.send_frontier.to;
    m.counter = e->as.send_frontier.counter;
    frontier_head_encode(&n->frontier, &w);
    CW_ASSERT(!w.failed);
    f->head_bytes = slice(head, w.len);
    f->full = e->as.send_frontier.full;
    f->since = e->as.send_frontier.since;
    f->item_count = f->full ? replica_frontier_items(n->replica, items, LOGS_MAX)
                            : replica_frontier_changes(n->replica, f->since, items, LOGS_MAX);
    f->item_bytes = ARENA_ARRAY(&n->arena, struct cw_slice, f->item_count + 1);
    for (uint32_t i = 0; i < f->item_count; i++) {
        uint8_t *bytes = arena_take(&n->arena, 1024, 1);
        struct writer item = writer_over(bytes, 1024);

        frontier_item_encode(&items[i], &item);
        f->item_bytes[i] = slice(bytes, item.len);
    }
    (void)world_send(n, e->as.send_frontier.link, &m);
}

static const uint8_t blob[4] = {'b', 'l', 'o', 'b'};

static void fill_record(struct node *n, const struct stored_entry *entry, struct entry_record *out)
{
    memset(out, 0, sizeof *out);
    out->header_bytes = slice(entry->header, entry->len);
    if (!entry->held || n->sends_no_blobs)
        return;
    out->blobs.part_count = 1;
    out->blobs.parts[0] = slice(blob, sizeof blob);
}

static void fill_batch(struct node *n, const struct stored_batch *from, struct sealed_batch *out)
{
    memset(out, 0, sizeof *out);
    out->signed_seal.bytes = slice(from->seal_bytes, from->seal_len);
    out->signed_seal.signature_count = 1;
    out->entry_count = from->entry_count;
    out->entries = ARENA_ARRAY(&n->arena, struct entry_record, from->entry_count);
    CW_ASSERT(out->entries != NULL);
    for (uint32_t i = 0; i < from->entry_count; i++)
        fill_record(n, &from->entries[i], &out->entries[i]);
}

void store_send_entries(struct node *n, const struct effect *e, struct event *out_sent)
{
    struct stored_log *log = world_log(n->world, n->number, &e->as.send_entries.log);
    struct peer_message m = {.kind = PEER_ENTRIES, .from = e->as.send_entries.from, .to = e->as.send_entries.to};
    struct peer_entries *entries = &m.as.entries;
    size_t mark = arena_mark(&n->arena);
    uint64_t len = 512, upto = e->as.send_entries.after;
    uint32_t entry_count = 0;
    bool more = false;

    CW_ASSERT(log != NULL);
    m.counter = e->as.send_entries.counter;
    entries->log = log->log;
    entries->batches = ARENA_ARRAY(&n->arena, struct sealed_batch, log->batch_count + 1);
    for (uint32_t i = 0; i < log->batch_count && !more; i++) {
        const struct stored_batch *batch = &log->batches[i];
        uint64_t batch_len = 300 + (uint64_t)batch->entry_count * 220;

        if (batch->seal.last <= e->as.send_entries.after)
            continue;
        entry_count += batch->entry_count;
        more = entries->batch_count > 0 &&
               (len + batch_len > e->as.send_entries.bytes || entry_count > ENTRIES_COUNT_MAX ||
                entries->batch_count == ENTRIES_BATCHES_MAX);
        if (more)
            break;
        if (batch->seal.first == 1)
            entries->genesis_bytes = slice(log->genesis, log->genesis_len);
        fill_batch(n, batch, &entries->batches[entries->batch_count++]);
        len += batch_len;
        upto = batch->seal.last;
    }
    entries->pushed = e->as.send_entries.pushed;
    entries->last = !more;
    out_sent->as.sent.link = e->as.send_entries.link;
    out_sent->as.sent.from = e->as.send_entries.from;
    out_sent->as.sent.counter = e->as.send_entries.counter;
    out_sent->as.sent.log = log->log;
    out_sent->as.sent.upto = upto;
    out_sent->as.sent.more = more;
    if (entries->batch_count > 0 || !more) {
        out_sent->as.sent.bytes = world_send(n, e->as.send_entries.link, &m);
        n->entries_frames_out++;
        n->pushed_frames_out += entries->pushed;
    }
    arena_release(&n->arena, mark);
}

void store_send_blobs(struct node *n, const struct effect *e)
{
    struct peer_message m = {.kind = PEER_BLOBS, .from = e->as.send_blobs.from, .to = e->as.send_blobs.to};

    m.counter = e->as.send_blobs.counter;
    m.as.blobs.items = ARENA_ARRAY(&n->arena, struct blobs_of, e->as.send_blobs.seq_count);
    for (uint32_t i = 0; i < e->as.send_blobs.seq_count; i++) {
        const struct stored_batch *batch = store_covering(n, &e->as.send_blobs.log, e->as.send_blobs.seqs[i]);

        if (batch == NULL || !batch->entries[e->as.send_blobs.seqs[i] - batch->seal.first].held)
            continue;
        struct blobs_of *item = &m.as.blobs.items[m.as.blobs.count++];

        item->log = e->as.send_blobs.log;
        item->seq = e->as.send_blobs.seqs[i];
        item->blobs.part_count = 1;
        item->blobs.parts[0] = slice(blob, sizeof blob);
    }
    (void)world_send(n, e->as.send_blobs.link, &m);
}

void store_send_fork(struct node *n, const struct effect *e)
{
    struct stored_log *log = world_log(n->world, n->number, &e->as.send_fork.log);
    struct peer_message m = {.kind = PEER_FORK_PROOF, .from = e->as.send_fork.from, .to = e->as.send_fork.to};

    CW_ASSERT(log != NULL && log->has_fork);
    m.counter = e->as.send_fork.counter;
    m.as.fork_proof = log->proof;
    m.as.fork_proof.genesis_bytes = slice(log->genesis, log->genesis_len);
    n->forks_out++;
    (void)world_send(n, e->as.send_fork.link, &m);
}
