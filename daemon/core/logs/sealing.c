/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sealing.h"

#include "core/ingest.h"

#define ENTRY_OVERHEAD_LEN (HEADER_LEN_MAX * 2 + PROOF_LEN_MAX + BUNDLE_PATH_LEN_MAX)

uint64_t sealing_entry_len(const struct entry_header *draft)
{
    uint64_t len = ENTRY_OVERHEAD_LEN;

    for (uint32_t i = 0; i < draft->part_count; i++)
        len += draft->parts[i].len;
    if (draft->has_envelopes)
        len += ENVELOPES_LEN_MAX;
    return len + (uint64_t)draft->key_count * draft->part_count * WRAP_LEN;
}

/* --- opening ------------------------------------------------------------------------------------------- */

static void fill_genesis(struct replica *r, struct genesis *genesis)
{
    memset(genesis, 0, sizeof *genesis);
    genesis->scope = LOG_DIVISION;
    genesis->network = r->self.network;
    genesis->division = slice_of(r->self.division);
    genesis->cert = r->self.cert;
    genesis->n = r->next_n++;
    if (!r->has_nonce)
        replica_random_fill(r, r->nonce, sizeof r->nonce);
    memcpy(genesis->nonce, r->nonce, sizeof genesis->nonce);
    r->has_nonce = false;
    genesis->has_prior = r->has_prior;
    genesis->prior = r->prior;
}

static void close_prior(struct replica *r)
{
    uint32_t slot = r->has_prior ? logs_find(&r->logs, &r->prior.log) : LOG_NONE;

    if (slot == LOG_NONE || replica_slot(r, slot)->head.closed)
        return;
    struct effect *effect = effects_add(r->out, EFFECT_CLOSE_LOG);

    replica_slot(r, slot)->head.closed = true;
    logs_touch(&r->logs, slot);
    effect->as.close_log.log = r->prior.log;
    effect->as.close_log.at = r->prior;
}

static void open_own_log(struct replica *r)
{
    struct genesis genesis;
    struct log_head head;
    struct log_id log;
    uint8_t *bytes = effects_take(r->out, GENESIS_LEN_MAX, 1);
    struct writer w = writer_over(bytes, GENESIS_LEN_MAX);
    struct effect *effect;

    fill_genesis(r, &genesis);
    genesis_encode(&genesis, &w);
    CW_ASSERT(!w.failed);
    log_id_of(slice(bytes, w.len), &log);
    log_head_open(&head, &log, &genesis);
    r->own = logs_add(&r->logs, &head);
    CW_ASSERT(r->own != LOG_NONE);
    logs_touch(&r->logs, r->own);

    effect = effects_add(r->out, EFFECT_OPEN_LOG);
    effect->as.open_log.log = log;
    effect->as.open_log.genesis = slice(bytes, w.len);
    close_prior(r);
    effect = effects_note(r->out, NOTE_NEW_INCARNATION, CW_OK, "a new log is opened");
    effect->as.note.log = log;
    effect->as.note.cert = r->self.cert;
}

/* --- entries and seals --------------------------------------------------------------------------------- */

static void put_entry(struct replica *r, struct log_head *head, const struct pending *pending, struct hash *out_leaf)
{
    struct entry_header *entry = EFFECTS_NEW(r->out, struct entry_header);
    uint8_t *bytes = effects_take(r->out, HEADER_LEN_MAX, 1);
    struct writer w = writer_over(bytes, HEADER_LEN_MAX);
    struct effect *effect = effects_add(r->out, EFFECT_PUT_ENTRY);
    struct hash hash;
    bool full = false;

    *entry = *pending->draft;
    entry->log = head->log;
    entry->seq = ++head->seq;
    entry->hlc = hlc_issue(&r->clock, r->wall);
    head->hlc = entry->hlc;
    log_head_blob(head, head->seq, true, &full); /* own blobs are stored in the same commit */
    entry_header_encode(entry, &w);
    CW_ASSERT(!w.failed);
    entry_hash_of(slice(bytes, w.len), &hash);
    merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&hash), out_leaf);

    effect->as.put_entry.tag = pending->tag;
    effect->as.put_entry.header = entry;
    effect->as.put_entry.bytes = slice(bytes, w.len);
    effect->as.put_entry.hash = hash;
}

static void put_seal(struct replica *r, struct log_head *head, uint64_t first)
{
    struct seal *seal = EFFECTS_NEW(r->out, struct seal);
    uint8_t *bytes = effects_take(r->out, SEAL_LEN_MAX, 1);
    struct writer w = writer_over(bytes, SEAL_LEN_MAX);
    struct effect *effect = effects_add(r->out, EFFECT_PUT_SEAL);

    seal->log = head->log;
    seal->first = first;
    seal->last = head->seq;
    merkle_root(MERKLE_ENTRIES, r->seal_leaves, (size_t)(head->seq - first + 1), &seal->root);
    seal->prev = head->seal;
    seal->hlc = head->hlc;
    positions_changes(&head->authority, &r->authority, &seal->authority);
    seal_encode(seal, &w);
    CW_ASSERT(!w.failed);
    seal_hash_of(slice(bytes, w.len), &head->seal);
    (void)positions_raise(&head->authority, &seal->authority);

    effect->as.put_seal.seal = seal;
    effect->as.put_seal.bytes = slice(bytes, w.len);
    effect->as.put_seal.hash = head->seal;
}

/* One seal over as many as fit; returns how many were taken. */
static uint32_t seal_some(struct replica *r, struct log_head *head, const struct pending *pending, uint32_t count)
{
    uint64_t first = head->seq + 1, len = 0;
    uint32_t taken = 0;

    while (taken < count && taken < SEAL_ENTRIES_MAX) {
        uint64_t next_len = sealing_entry_len(pending[taken].draft);

        if (taken > 0 && len + next_len > SEAL_BYTES_MAX)
            break;
        put_entry(r, head, &pending[taken], &r->seal_leaves[taken]);
        len += next_len;
        taken++;
    }
    put_seal(r, head, first);
    return taken;
}

static void shed_wrong_clock(struct replica *r)
{
    if (!hlc_must_shed(&r->clock, r->wall))
        return;
    effects_note(r->out, NOTE_OWN_CLOCK_WRONG, CW_OK, "the own log is ahead of the clock by more than 120 s");
    replica_close_own(r);
    r->clock.last = 0;
}

void sealing_seal_pending(struct replica *r)
{
    uint32_t done = 0;

    if (r->pending_count == 0)
        return;
    shed_wrong_clock(r);
    if (r->own == LOG_NONE)
        open_own_log(r);

    struct log_head *head = &replica_slot(r, r->own)->head;

    logs_touch(&r->logs, r->own);
    while (done < r->pending_count)
        done += seal_some(r, head, &r->pending[done], r->pending_count - done);
    r->pending_count = 0;
}
