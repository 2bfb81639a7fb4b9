/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ingest.h"

#include "core/fork.h"

/* --- structure ----------------------------------------------------------------------------------------- */

static bool entries_fit(const struct sealed_batch *batch, uint64_t hlc)
{
    for (uint32_t i = 0; i < batch->entry_count; i++) {
        const struct entry_header *entry = &batch->entries[i].header;

        if (!ID_EQ(&entry->log, &batch->seal.log) || entry->seq != batch->seal.first + i || entry->hlc <= hlc)
            return false;
        hlc = entry->hlc;
    }
    return hlc == batch->seal.hlc;
}

/* Exactly first..last, clocks rising from the head's, the seal's own. */
static bool is_well_formed(const struct sealed_batch *batch, const struct log_id *log, uint64_t hlc)
{
    const struct seal *seal = &batch->seal;

    return ID_EQ(&seal->log, log) && seal->first >= 1 && seal->last >= seal->first &&
           seal->last - seal->first < SEAL_ENTRIES_MAX && batch->entry_count == seal->last - seal->first + 1 &&
           entries_fit(batch, hlc);
}

/* --- logs ---------------------------------------------------------------------------------------------- */

static bool genesis_fits(const struct replica *r, const struct peer_entries *entries)
{
    struct log_id log;

    log_id_of(entries->genesis_bytes, &log);
    return ID_EQ(&log, &entries->log) && ID_EQ(&entries->genesis.network, &r->self.network);
}

static bool same_writer(const struct log_head *a, const struct log_head *b)
{
    return a->scope == b->scope && strcmp(a->division, b->division) == 0;
}

static void close_prior(struct replica *r, const struct log_head *closed, uint32_t slot, const struct position *at)
{
    struct effect *effect;

    if (closed->closed)
        return;
    replica_slot(r, slot)->head.closed = true;
    logs_touch(&r->logs, slot);
    effect = effects_add(r->out, EFFECT_CLOSE_LOG);
    effect->as.close_log.log = closed->log;
    effect->as.close_log.at = *at;
}

/* A later genesis closes the log it names prior; only one of the same writer may. Either may come first. */
static void look_at_priors(struct replica *r, uint32_t added)
{
    const struct log_head *head = &replica_slot(r, added)->head;

    for (uint32_t i = 0; i < r->logs.count; i++) {
        const struct log_head *other = &replica_slot(r, i)->head;

        if (i == added || !same_writer(head, other))
            continue;
        if (head->has_prior && ID_EQ(&head->prior.log, &other->log))
            close_prior(r, other, i, &head->prior);
        if (other->has_prior && ID_EQ(&other->prior.log, &head->log))
            close_prior(r, head, added, &other->prior);
    }
}

/* Two geneses of one certificate with one number: restored twice from one backup, or cloned. */
static void look_for_twin(struct replica *r, uint32_t added)
{
    const struct log_head *head = &replica_slot(r, added)->head;

    for (uint32_t i = 0; i < r->logs.count; i++) {
        const struct log_head *other = &replica_slot(r, i)->head;

        if (i == added || !same_writer(head, other) || other->n != head->n || !ID_EQ(&other->cert, &head->cert))
            continue;
        struct effect *note = effects_note(r->out, NOTE_TWIN, CW_OK, "two logs of one daemon carry one number");

        note->as.note.log = head->log;
        note->as.note.cert = head->cert;
        return;
    }
}

/* A daemon that opens logs without end takes no room from others. */
static bool has_its_share(const struct replica *r, const struct cert_id *cert)
{
    uint32_t share = r->logs.max / LOGS_SHARE, count = 0;

    for (uint32_t i = 0; i < r->logs.count; i++)
        count += ID_EQ(&r->logs.slots[i].head.cert, cert);
    return count >= (share > LOGS_OF_ONE_MIN ? share : LOGS_OF_ONE_MIN);
}

/* None is ever given back: whoever is to do something about it needs time. */
static void warn_early(struct replica *r)
{
    uint32_t room = r->logs.max - OWN_LOGS_RESERVED;

    if (r->logs.count == room - room / 10)
        effects_note(r->out, NOTE_LIMIT, CW_LOCAL_MEMORY, "logs_max: nine tenths of the table are taken");
}

uint32_t ingest_open_log(struct replica *r, const struct log_id *log, const struct genesis *genesis)
{
    struct log_head head;
    uint32_t slot;

    if (r->logs.count + OWN_LOGS_RESERVED >= r->logs.max || has_its_share(r, &genesis->cert)) {
        if (!r->told_full_table)
            effects_note(r->out, NOTE_LIMIT, CW_LOCAL_MEMORY, "logs_max");
        r->told_full_table = true;
        return LOG_NONE;
    }
    log_head_open(&head, log, genesis);
    slot = logs_add(&r->logs, &head);
    warn_early(r);
    logs_touch(&r->logs, slot);
    look_for_twin(r, slot);
    look_at_priors(r, slot);
    return slot;
}

/* --- forks --------------------------------------------------------------------------------------------- */

/* Peers that showed another seal of it stand on another branch, and stay there. */
static void mark_elsewhere(struct replica *r, const struct log_id *log)
{
    for (uint32_t i = 0; i < r->peers.count; i++) {
        struct known_item *item = known_frontier_find(&r->peers.at[i].known, log);

        if (item != NULL && item->agreement == AGREEMENT_CONTRADICTS)
            item->elsewhere = true;
    }
}

void ingest_forked(struct replica *r, uint32_t number)
{
    struct log_slot *slot = replica_slot(r, number);
    struct effect *note;

    replica_settle_claims(r, &slot->head.log);
    slot->head.forked = true;
    mark_elsewhere(r, &slot->head.log);
    slot->fork_rank = ++r->logs.fork_count;
    logs_touch(&r->logs, number);
    note = effects_note(r->out, NOTE_FORK_PROVEN, CW_PEER_FORK, "two seals of one log contradict each other");
    note->as.note.log = slot->head.log;
    note->as.note.cert = slot->head.cert;
    if (number == r->own)
        replica_own_fork(r, &slot->head.cert, slot->head.seq, "a fork of the own log is proven");
}

static void keep_fork(struct replica *r, uint32_t number, const struct position *ours,
                      const struct sealed_batch *theirs)
{
    struct effect *effect = effects_add(r->out, EFFECT_STORE_FORK);

    effect->as.store_fork.log = theirs->seal.log;
    effect->as.store_fork.ours = *ours;
    effect->as.store_fork.theirs = theirs;
    ingest_forked(r, number);
}

/* --- against what we hold ------------------------------------------------------------------------------ */

/* The seal of ours that covers seq; the head's own is known without asking the store. */
static bool covering(const struct replica *r, const struct log_head *head, uint64_t seq, struct position *out)
{
    uint64_t first;

    if (seq == head->seq) {
        *out = log_head_position(head);
        return true;
    }
    return r->view->seal_covering(r->view->ctx, &head->log, seq, out, &first);
}

/* It begins at or below our head: the same seal again, or a contradiction. */
static enum ingest compare_past(struct replica *r, uint32_t number, const struct sealed_batch *batch)
{
    const struct log_head *head = &replica_slot(r, number)->head;
    uint64_t last = batch->seal.last < head->seq ? batch->seal.last : head->seq;
    struct position ours;

    /* Not in the store yet: accepted earlier in this very turn, and compared then. */
    if (!covering(r, head, last, &ours))
        return INGEST_SAME;
    if (ours.seq == batch->seal.last && ID_EQ(&ours.seal, &batch->seal_hash))
        return INGEST_SAME;
    if (head->forked)
        return INGEST_ELSEWHERE; /* the first proof is enough */
    keep_fork(r, number, &ours, batch);
    return INGEST_FORK;
}

/* --- taking it ----------------------------------------------------------------------------------------- */

static bool all_present(const struct cw_slice *blobs, uint32_t present, uint32_t wanted)
{
    if (present < wanted)
        return false;
    for (uint32_t i = 0; i < wanted; i++) {
        if (slice_empty(blobs[i]))
            return false;
    }
    return true;
}

static bool has_blobs(const struct entry_record *entry)
{
    const struct entry_blobs *blobs = &entry->blobs;

    return all_present(blobs->parts, blobs->part_count, entry->header.part_count) &&
           all_present(blobs->wraps, blobs->wrap_count, entry->header.key_count) &&
           (!entry->header.has_envelopes || !slice_empty(blobs->envelopes));
}

static void note_holes(struct replica *r, const struct log_head *head)
{
    effects_note(r->out, NOTE_HOLES_FULL, CW_OK, "the 65th hole ended blob seq")->as.note.log = head->log;
}

static void take_blobs(struct replica *r, struct log_head *head, const struct sealed_batch *batch,
                       const struct batch_verdict *verdict)
{
    bool full = false;

    for (uint32_t i = 0; i < batch->entry_count; i++) {
        bool held = has_blobs(&batch->entries[i]) && (verdict->unheld == NULL || !verdict->unheld[i]);

        log_head_blob(head, batch->seal.first + i, held, &full);
    }
    if (full)
        note_holes(r, head);
}

/* Peers that were ahead of us in this log: does our chain now pass through their position? */
static void settle_ahead(struct replica *r, const struct sealed_batch *batch)
{
    for (uint32_t i = 0; i < r->peers.count; i++) {
        struct peer *p = &r->peers.at[i];
        struct known_item *item = known_frontier_find(&p->known, &batch->seal.log);

        if (item == NULL || item->seq < batch->seal.first || item->seq > batch->seal.last)
            continue;
        bool same = item->seq == batch->seal.last && ID_EQ(&item->seal, &batch->seal_hash);
        item->agreement = same ? AGREEMENT_SAME : AGREEMENT_CONTRADICTS;
        p->compare = true;
        r->watch_again = true;
    }
}

static void mind_clocks(struct replica *r, const struct log_head *head)
{
    hlc_merge(&r->clock, head->hlc, r->wall);
    if (!hlc_is_ahead(head->hlc, r->wall, HLC_AHEAD_MS_MAX))
        return;
    struct effect *note =
        effects_note(r->out, NOTE_CLOCK_AHEAD, CW_OK, "an entry is more than 5 min ahead of this clock");

    note->as.note.log = head->log;
    note->as.note.cert = head->cert;
    note->as.note.seq = head->seq;
}

static void take(struct replica *r, uint32_t number, const struct peer_entries *entries, uint32_t index,
                 const struct batch_verdict *verdict)
{
    const struct sealed_batch *batch = &entries->batches[index];
    struct log_head *head = &replica_slot(r, number)->head;
    struct effect *effect = effects_add(r->out, EFFECT_STORE_BATCH);

    effect->as.store_batch.entries = entries;
    effect->as.store_batch.index = index;
    effect->as.store_batch.authority = head->scope != LOG_DIVISION;

    head->seq = batch->seal.last;
    head->seal = batch->seal_hash;
    head->hlc = batch->seal.hlc;
    if (!positions_raise(&head->authority, &batch->seal.authority))
        effects_note(r->out, NOTE_LIMIT, CW_LOCAL_MEMORY, "authority positions")->as.note.log = head->log;
    take_blobs(r, head, batch, verdict);
    logs_touch(&r->logs, number);
    settle_ahead(r, batch);
    replica_settle_claims(r, &head->log);
    mind_clocks(r, head);
    if (head->scope != LOG_DIVISION)
        r->authority_epoch++;
}

static enum ingest take_first(struct replica *r, const struct peer_entries *entries, uint32_t index,
                              const struct batch_verdict *verdict)
{
    static const struct positions none;
    const struct sealed_batch *batch = &entries->batches[index];
    uint32_t number;

    if (batch->seal.first != 1 || slice_empty(entries->genesis_bytes))
        return INGEST_GAP;
    if (!genesis_fits(r, entries))
        return INGEST_INVENTED;
    if (!is_well_formed(batch, &entries->log, 0) || positions_go_back(&none, &batch->seal.authority) ||
        memcmp(batch->seal.prev.b, entries->log.b, ID_LEN) != 0)
        return INGEST_INVALID;
    number = ingest_open_log(r, &entries->log, &entries->genesis);
    if (number == LOG_NONE)
        return INGEST_NO_ROOM;
    take(r, number, entries, index, verdict);
    return INGEST_TAKEN;
}

static enum ingest take_next(struct replica *r, uint32_t number, const struct peer_entries *entries, uint32_t index,
                             const struct batch_verdict *verdict)
{
    const struct sealed_batch *batch = &entries->batches[index];
    const struct log_head *head = &replica_slot(r, number)->head;

    if (!ID_EQ(&batch->seal.log, &head->log))
        return INGEST_INVALID;
    if (batch->seal.first > head->seq + 1)
        return INGEST_GAP;
    if (head->seq == 0 && slice_empty(entries->genesis_bytes)) /* known of a fork proof only */
        return INGEST_GAP;
    if (batch->seal.first <= head->seq)
        return compare_past(r, number, batch);
    if (!ID_EQ(&batch->seal.prev, &head->seal))
        return head->seq == 0 ? INGEST_INVALID : head->forked ? INGEST_ELSEWHERE : INGEST_OTHER_PAST;
    if (!is_well_formed(batch, &head->log, head->hlc) || positions_go_back(&head->authority, &batch->seal.authority))
        return INGEST_INVALID;
    if (number == r->own)
        replica_own_fork(r, &head->cert, batch->seal.last, "a peer sent more of the own log than this store holds");
    take(r, number, entries, index, verdict);
    return INGEST_TAKEN;
}

/*
 * Some of it is held, so whose it is was known when that was taken: it was not when the bytes at hand were verified,
 * before the log's first batches, which name its certificate, were stored. Who signs an authority's log may change
 * within it, by a record that is held here without its content: that is not known by asking again.
 */
static bool is_begun(const struct replica *r, uint32_t number)
{
    return number != LOG_NONE && r->logs.slots[number].head.seq > 0 && r->logs.slots[number].head.scope == LOG_DIVISION;
}

enum ingest ingest_batch(struct replica *r, const struct peer_entries *entries, uint32_t index,
                         const struct batch_verdict *verdict)
{
    uint32_t number = logs_find(&r->logs, &entries->log);

    if (!verdict->signer_known)
        return is_begun(r, number) ? INGEST_GAP : INGEST_UNKNOWN;
    if (!verdict->seal_ok)
        return INGEST_INVENTED;
    return number == LOG_NONE ? take_first(r, entries, index, verdict) : take_next(r, number, entries, index, verdict);
}
