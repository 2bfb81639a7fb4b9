/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/history.h"

/* Changes that come after sealing: somebody on the way made them. */

/* Where the hlc's lowest bits lie in an entry header with a seq below 128: v, log and seq come before. */
#define ENTRY_HLC_AT (2 + 34 + 2 + 1)

struct cw_slice history_turned(struct history *h, struct cw_slice bytes, size_t at)
{
    uint8_t *copy = arena_copy(&h->w.arena, bytes.data, bytes.len);

    world_must(copy != NULL, "WORLD_MEMORY_LEN is too small");
    copy[at] ^= 1;
    return slice(copy, bytes.len);
}

static void show_proof(struct history *h, struct entry_record *e, const struct author_proof *p)
{
    uint8_t memory[PROOF_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    author_proof_encode(p, &out);
    e->proof_bytes = world_keep(&h->w, &out);
}

static void unbundle(struct history *h, struct entry_record *e, const struct author_proof *bundled)
{
    const struct author_proof single = {.kind = PROOF_SINGLE, .signature = bundled->signature};

    show_proof(h, e, &single);
    e->path_bytes = slice(NULL, 0);
}

static void drop_root_signature(struct history *h, struct entry_record *e, const struct author_proof *threshold)
{
    struct author_proof fewer = *threshold;

    fewer.root_count--;
    show_proof(h, e, &fewer);
}

/* More beside an entry than its header names, or less: the seal covers none of it. */
static void tamper_with_number(struct history *h, struct entry_blobs *blobs)
{
    static const uint8_t surplus[] = "surplus";

    if (h->breakage == BREAK_SURPLUS_PART)
        blobs->parts[blobs->part_count++] = slice(surplus, sizeof(surplus));
    if (h->breakage == BREAK_SURPLUS_WRAPS)
        blobs->wraps[blobs->wrap_count++] = slice(surplus, sizeof(surplus));
    if (h->breakage == BREAK_SURPLUS_ENVELOPES)
        blobs->envelopes = slice(surplus, sizeof(surplus));
    if (h->breakage == BREAK_WRAPS)
        blobs->wraps[0] = history_turned(h, blobs->wraps[0], 7);
    if (h->breakage == BREAK_FEWER_PARTS)
        blobs->part_count--;
    if (h->breakage == GOOD_PARTS_MISSING)
        blobs->part_count = 0;
}

void history_tamper(struct history *h, struct history_log *north)
{
    struct entry_record *e = &north->entries[1];

    if (h->breakage == BREAK_GENESIS)
        north->log.genesis = history_turned(h, north->log.genesis, north->log.genesis.len - 1);
    if (h->breakage == BREAK_SEAL_SIGNATURE)
        north->batches[1].signed_seal.signatures[0].b[0] ^= 1;
    if (h->breakage == BREAK_ENTRY)
        e->header_bytes = history_turned(h, e->header_bytes, ENTRY_HLC_AT);
    if (h->breakage == BREAK_DROPPED_ENTRY)
        north->batches[1].entry_count--;
    if (h->breakage == BREAK_SUBMISSION)
        e->submission_bytes = north->entries[2].submission_bytes;
    if (h->breakage == BREAK_PROOF_SWAPPED)
        e->proof_bytes = history_turned(h, e->proof_bytes, e->proof_bytes.len - 1);
    if (h->breakage == BREAK_PROOF_KIND)
        unbundle(h, &north->entries[3], &north->subs[3].parsed_proof);
    if (h->breakage == BREAK_PATH)
        north->entries[4].path_bytes = history_turned(h, north->entries[4].path_bytes, 9);
    if (h->breakage == BREAK_ROOT_PROOF)
        drop_root_signature(h, &h->root.entries[0], &h->root.subs[0].parsed_proof);
    if (h->breakage == BREAK_RECORD_GONE)
        h->authority.entries[4].blobs.part_count = 0; /* the last */
    if (h->breakage == BREAK_RECORD_BLOB) {           /* the third of the first batch */
        struct entry_blobs *of_west = &h->authority.entries[2].blobs;

        of_west->parts[0] = history_turned(h, of_west->parts[0], 50);
    }
    tamper_with_number(h, &e->blobs);
    if (h->breakage == BREAK_BLOB)
        e->blobs.parts[1] = history_turned(h, e->blobs.parts[1], 100);
}
