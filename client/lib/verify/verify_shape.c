/* SPDX-License-Identifier: Apache-2.0 */
/* What a record of an exported history may hold, whatever it says: docs/protocol.md §8.1, step 1. */
#include "lib/verify.h"

#include "proto/session.h"

#define WRAPS_LEN_MAX ((size_t)PARTS_MAX * WRAP_LEN)
#define OPENED_COUNT_MAX 4096
#define FRONTIERS_MAX 4096

static bool all_fit(const ProtobufCBinaryData *bytes, size_t count, size_t count_max, size_t len_max)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i].len > len_max)
            return false;
    return count <= count_max;
}

static bool seal_fits(const Cw__SignedSeal *seal)
{
    if (seal == NULL)
        return true;
    for (size_t i = 0; i < seal->n_signatures; i++)
        if (seal->signatures[i]->index >= ROOT_KEYS_MAX || seal->signatures[i]->signature.len > SIGNATURE_LEN)
            return false;
    return seal->seal.len <= SEAL_LEN_MAX && seal->n_signatures <= ROOT_KEYS_MAX;
}

static bool blobs_fit(const Cw__EntryBlobs *blobs)
{
    if (blobs == NULL)
        return true;
    return !blobs->has_entry_hash && all_fit(blobs->parts, blobs->n_parts, PARTS_MAX, CW_MESSAGE_LEN_MAX) &&
           all_fit(blobs->wraps, blobs->n_wraps, KEYS_MAX, WRAPS_LEN_MAX) && blobs->envelopes.len <= ENVELOPES_LEN_MAX;
}

static bool entry_fits(const Cw__EntryRecord *entry)
{
    return entry->header.len <= HEADER_LEN_MAX && entry->submission.len <= HEADER_LEN_MAX &&
           entry->proof.len <= PROOF_LEN_MAX && entry->path.len <= (size_t)BUNDLE_PATH_LEN_MAX &&
           blobs_fit(entry->blobs);
}

static bool batch_fits(const Cw__SealedBatch *batch)
{
    for (size_t i = 0; i < batch->n_entries; i++)
        if (!entry_fits(batch->entries[i]))
            return false;
    return batch->n_entries <= SEAL_ENTRIES_MAX && seal_fits(batch->seal);
}

/* What belongs to a session alone (pushed, last) has no place in a file: nothing would vouch for it. */
static bool entries_fit(const Cw__Entries *entries)
{
    size_t count = 0;

    if (entries == NULL)
        return true;
    for (size_t i = 0; i < entries->n_batches; i++) {
        if (!batch_fits(entries->batches[i]))
            return false;
        count += entries->batches[i]->n_entries;
    }
    return !entries->has_pushed && !entries->has_last && entries->log.len <= ID_LEN &&
           entries->genesis.len <= GENESIS_LEN_MAX && entries->n_batches <= ENTRIES_BATCHES_MAX &&
           count <= ENTRIES_COUNT_MAX;
}

static bool opened_fits(const Cw__OpenedPart *part)
{
    return part->op_id.len <= ID_LEN && part->part < PARTS_MAX && part->r.len <= 32 &&
           part->payload.len <= size_class_len(SIZE_CLASS_MAX);
}

static bool frontier_fits(const Cw__SignedFrontier *frontier)
{
    return frontier->head.len <= FRONTIER_HEAD_LEN_MAX && frontier->signature.len <= SIGNATURE_LEN;
}

bool verify_shape_fits(const Cw__ExportRecord *record)
{
    for (size_t i = 0; i < record->n_opened; i++)
        if (!opened_fits(record->opened[i]))
            return false;
    for (size_t i = 0; i < record->n_frontiers; i++)
        if (!frontier_fits(record->frontiers[i]))
            return false;
    return record->n_opened <= OPENED_COUNT_MAX && record->n_frontiers <= FRONTIERS_MAX &&
           record->network_genesis.len <= NETWORK_GENESIS_LEN_MAX && entries_fit(record->entries);
}
