/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/history.h"

#include "proto/wire.h"

#include "proto/peer.pb-c.h"

#include <stdlib.h>

/* Entries with their blobs, sealed batch by batch, and the breakages that a seal then covers. */

static struct cw_slice random_blob(struct history *h, const char *tag, uint32_t number, size_t len)
{
    uint8_t *memory = arena_take(&h->w.arena, len, 1);

    world_must(memory != NULL, "WORLD_MEMORY_LEN is too small");
    world_bytes(tag, number, memory, len);
    return slice(memory, len);
}

/* r ‖ padded; when not sound, of other bytes than were committed. */
static struct cw_slice clear_part(struct history *h, const struct world_submission *sub, bool sound)
{
    size_t padded_len = size_class_len(sub->parsed.parts[0].size_class);
    uint8_t *memory = arena_take(&h->w.arena, 32 + padded_len, 1);

    world_must(memory != NULL, "WORLD_MEMORY_LEN is too small");
    memcpy(memory, sub->parts[0].r, 32);
    payload_pad(sub->parts[0].payload, sub->parsed.parts[0].size_class, memory + 32);
    if (!sound)
        memory[40] ^= 1;
    return slice(memory, 32 + padded_len);
}

static void store_parts(struct history *h, struct history_log *log, const struct world_submission *sub, uint32_t i,
                        bool sound)
{
    struct entry_record *e = &log->entries[i];
    uint32_t number = (uint32_t)(16 * (log->log.seq + 1)) + log->log.id.b[0];

    e->blobs.part_count = sub->parsed.part_count;
    for (uint32_t p = 0; p < sub->parsed.part_count; p++) {
        /* nobody opens the encrypted ones here: any bytes of the right length will do */
        e->blobs.parts[p] =
            class_in_clear(sub->parsed.op_class)
                ? clear_part(h, sub, sound)
                : random_blob(h, "ciphertext", number + p, 72 + size_class_len(sub->parsed.parts[p].size_class));
        hash_one(LABEL_BLOB, e->blobs.parts[p], e->header.parts[p].hash.b);
        e->header.parts[p].len = (uint32_t)e->blobs.parts[p].len;
    }
    if (h->breakage == BREAK_PART_LEN && log->log.parsed.scope == LOG_DIVISION && i == 1)
        e->header.parts[1].len++;
    if (sub->parsed.op_class != CLASS_CASE || (h->breakage == VOID_PARTS && i == 1 && log->log.seq == 1))
        return;
    e->blobs.wrap_count = 1;
    e->blobs.wraps[0] = random_blob(h, "wraps", number, (size_t)WRAP_LEN * sub->parsed.part_count);
    e->header.key_count = 1;
    WORLD_FILL(e->header.keys[0].record, "key record", 1);
    hash_one(LABEL_BLOB, e->blobs.wraps[0], e->header.keys[0].wraps.b);
}

void history_append(struct history *h, struct history_log *log, const struct world_submission *sub, bool sound_part)
{
    uint32_t i = log->entry_count++;
    struct entry_record *e = &log->entries[i];
    uint8_t memory[HEADER_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    world_must(i < HISTORY_ENTRIES_MAX, "entries");
    log->subs[i] = *sub;
    e->submission_bytes = sub->header;
    e->proof_bytes = sub->proof;
    e->path_bytes = sub->path;
    e->header = (struct entry_header){
        .log = log->log.id, .kind = sub->parsed.op_class, .op_id = sub->op, .part_count = sub->parsed.part_count};
    store_parts(h, log, sub, i, sound_part);
    e->header.seq = ++log->log.seq;
    if (h->breakage != BREAK_HLC || log->log.parsed.scope != LOG_DIVISION || log->log.seq != 3)
        log->log.hlc++;
    e->header.hlc = log->log.hlc;
    if (h->breakage == BREAK_ENTRY_LOG && log->log.parsed.scope == LOG_DIVISION && log->log.seq == 3)
        e->header.log.b[0] ^= 1;
    submission_hash_of(sub->header, sub->proof, &e->header.submission);
    entry_header_encode(&e->header, &out);
    e->header_bytes = world_keep(&h->w, &out);
}

static uint32_t sealed_so_far(const struct history_log *log)
{
    uint32_t count = 0;

    for (uint32_t b = 0; b < log->batch_count; b++)
        count += log->batches[b].entry_count;
    return count;
}

static void fill_seal(const struct history *h, struct history_log *log, struct sealed_batch *b)
{
    struct hash leaves[HISTORY_ENTRIES_MAX], entry;

    b->seal = (struct seal){.log = log->log.id,
                            .first = b->entries[0].header.seq,
                            .last = log->log.seq,
                            .prev = log->log.head,
                            .hlc = log->log.hlc,
                            .authority = log->authority};
    for (uint32_t i = 0; i < b->entry_count; i++) {
        entry_hash_of(b->entries[i].header_bytes, &entry);
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&entry), &leaves[i]);
    }
    merkle_root(MERKLE_ENTRIES, leaves, b->entry_count, &b->seal.root);
    if (h->breakage == BREAK_PREV && log->log.parsed.scope == LOG_DIVISION && log->batch_count == 1)
        b->seal.prev.b[0] ^= 1;
    if (log->log.parsed.scope == LOG_DIVISION && log->batch_count == 1) {
        b->seal.log.b[0] ^= h->breakage == BREAK_SEAL_LOG;
        b->seal.hlc += h->breakage == BREAK_SEAL_HLC;
    }
}

void history_seal(struct history *h, struct history_log *log)
{
    uint32_t first = sealed_so_far(log);
    struct sealed_batch *b = &log->batches[log->batch_count];
    uint8_t memory[SEAL_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    *b = (struct sealed_batch){.entry_count = log->entry_count - first, .entries = &log->entries[first]};
    fill_seal(h, log, b);
    seal_encode(&b->seal, &out);
    b->signed_seal.bytes = world_keep(&h->w, &out);
    if (h->breakage == BREAK_SEAL_GRAMMAR && log->log.parsed.scope == LOG_DIVISION && log->batch_count == 1)
        b->signed_seal.bytes = history_longer(h, b->signed_seal.bytes);
    world_sign_seal(&h->w, log->log.owner, &b->signed_seal);
    seal_hash_of(b->signed_seal.bytes, &log->log.head);
    log->batch_count++;
    log->authority.count = 0;
}

/* What our own writer would not write. The first entry says whose its blobs are, as a session's answer may; or the id ends early. */
static struct cw_slice repacked(struct history *h, struct cw_slice entries)
{
    static uint8_t memory[1 << 18], bytes[1 << 16];
    struct arena arena = arena_over(memory, sizeof(memory));
    struct writer out = writer_over(bytes, sizeof(bytes));
    ProtobufCMessage *message;
    Cw__Entries *segment;
    Cw__EntryBlobs *blobs;

    world_must(wire_unpack(&cw__entries__descriptor, entries, &arena, &message, NULL) == CW_OK, "wire_unpack");
    segment = (Cw__Entries *)message;
    segment->log.len -= h->breakage == BREAK_LOG_SHORT;
    blobs = segment->batches[0]->entries[0]->blobs;
    blobs->has_entry_hash = h->breakage == BREAK_ENTRY_HASH;
    blobs->entry_hash = wire_bytes(ID_SLICE(&h->w.network));
    wire_pack(message, &out);
    return world_keep(&h->w, &out);
}

struct cw_slice history_entries(struct history *h, const struct history_log *log, uint32_t first_batch)
{
    struct sealed_batch batches[6];
    struct peer_entries e = {.log = log->log.id, .batch_count = log->batch_count - first_batch, .batches = batches};
    static uint8_t memory[1 << 16];
    struct writer out = writer_over(memory, sizeof(memory));

    memcpy(batches, log->batches + first_batch, sizeof(*batches) * e.batch_count);
    if (first_batch == 0)
        e.genesis_bytes = log->log.genesis;
    e.pushed = h->breakage == BREAK_PUSHED && log->log.parsed.scope == LOG_DIVISION;
    entries_encode(&e, &out);
    if ((h->breakage == BREAK_ENTRY_HASH || h->breakage == BREAK_LOG_SHORT) && log->log.parsed.scope == LOG_DIVISION)
        return repacked(h, slice(out.data, out.len));
    return world_keep(&h->w, &out);
}
