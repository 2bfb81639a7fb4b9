/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/proto_world.h"

#include "proto/codec_receipt.h"

static void sort_logs(const struct world_log **logs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = i + 1; k < count; k++) {
            if (ID_COMPARE(&logs[k]->id, &logs[i]->id) < 0) {
                const struct world_log *other = logs[i];
                logs[i] = logs[k];
                logs[k] = other;
            }
        }
    }
}

static struct cw_slice item_of(struct world *w, const struct world_log *log)
{
    const struct frontier_item item = {.log = log->id, .seq = log->seq, .seal = log->head, .blob_seq = log->seq};
    uint8_t memory[256];
    struct writer bytes = writer_over(memory, sizeof(memory));

    frontier_item_encode(&item, &bytes);
    return world_keep(w, &bytes);
}

void world_frontier_of(struct world *w, const struct world_identity *holder, const struct world_log *const *logs,
                       uint32_t count, struct world_frontier *out)
{
    const struct world_log *sorted[WORLD_DAEMONS];
    struct frontier_head head = {.signer = holder->id, .counter = 5, .item_count = count};
    struct hash scratch[WORLD_DAEMONS];
    uint8_t memory[FRONTIER_HEAD_LEN_MAX];
    struct writer bytes = writer_over(memory, sizeof(memory));

    world_must(count <= WORLD_DAEMONS, "frontier size");
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = logs[i];
    sort_logs(sorted, count);
    out->count = count;
    for (uint32_t i = 0; i < count; i++) {
        out->items[i] = item_of(w, sorted[i]);
        merkle_leaf(MERKLE_ITEMS, out->items[i], &out->leaves[i]);
    }
    memcpy(scratch, out->leaves, count * sizeof(*scratch));
    merkle_root(MERKLE_ITEMS, scratch, count, &head.root);
    WORLD_FILL(head.start, "start", holder->id.b[0]);
    frontier_head_encode(&head, &bytes);
    out->head = world_keep(w, &bytes);
    sign_bytes(LABEL_FRONTIER, &w->network, out->head, &holder->keys.sign, &out->signature);
}

static void hold(const struct world_frontier *f, const struct log_id *log, struct receipt_evidence *e)
{
    struct hash scratch[WORLD_DAEMONS], path[MERKLE_PATH_MAX];

    for (uint32_t i = 0; i < f->count; i++) {
        struct frontier_item item;
        world_must(frontier_item_parse(f->items[i], &item) == CW_OK, "an item of our own is refused");
        if (!ID_EQ(&item.log, log))
            continue;
        e->item_index = i;
        e->frontier_item = f->items[i];
        e->item_path_count = (uint32_t)merkle_path(MERKLE_ITEMS, f->leaves, f->count, i, scratch, path);
        memcpy(e->item_path, path, e->item_path_count * sizeof(*path));
    }
    e->frontier_head = f->head;
    e->frontier_signature = f->signature;
}

struct cw_slice world_receipt(struct world *w)
{
    struct world_submission subs[5];
    struct world_log logs[WORLD_DAEMONS];
    struct world_batch batches[3];
    struct world_frontier frontiers[2];
    struct hash scratch[WORLD_BATCH_MAX], path[MERKLE_PATH_MAX], leaves[WORLD_BATCH_MAX];
    struct receipt_evidence held[2] = {0};
    struct signed_seal between[2];
    struct receipt_record r = {.network = w->network, .held_count = 2, .held = held};
    const struct world_log *shown[WORLD_DAEMONS] = {&logs[0], &logs[1], &logs[2]};

    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        world_log_open(w, LOG_DIVISION, &w->daemons[i], 100 + i, &logs[i]);
    for (uint32_t i = 0; i < CW_COUNT(subs); i++)
        world_submit(w, 50 + i, &subs[i]);
    world_bundle(w, subs + 1, 3);
    world_sequence(w, &logs[0], subs, 5, &batches[0]);
    world_frontier_of(w, &w->daemons[WORLD_EST], shown, WORLD_DAEMONS, &frontiers[0]);
    world_sequence(w, &logs[0], subs, 1, &batches[1]);
    world_sequence(w, &logs[0], subs, 2, &batches[2]);
    world_frontier_of(w, &w->daemons[WORLD_WST], shown, WORLD_DAEMONS, &frontiers[1]);

    r.op_id = subs[2].op;
    r.submission_header = subs[2].header;
    r.proof = subs[2].proof;
    r.path = subs[2].path;
    r.genesis = logs[0].genesis;
    r.local.entry = batches[0].headers[2];
    r.local.seal = batches[0].seal;
    for (uint32_t i = 0; i < 5; i++)
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&batches[0].hashes[i]), &leaves[i]);
    r.local.path_count = (uint32_t)merkle_path(MERKLE_ENTRIES, leaves, 5, 2, scratch, path);
    memcpy(r.local.path, path, r.local.path_count * sizeof(*path));
    hold(&frontiers[0], &logs[0].id, &held[0]);
    hold(&frontiers[1], &logs[0].id, &held[1]);
    between[0] = batches[1].seal;
    between[1] = batches[2].seal;
    held[1].between_count = 2;
    held[1].between = between;

    static uint8_t memory[32768];
    struct writer bytes = writer_over(memory, sizeof(memory));
    receipt_record_encode(&r, &bytes);
    return world_keep(w, &bytes);
}
