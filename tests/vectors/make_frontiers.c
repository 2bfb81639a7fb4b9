/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/vectors.h"

static struct world w;
static uint8_t world_memory[WORLD_MEMORY_LEN];

static bool holds(const struct world_frontier *f)
{
    struct frontier_head head;
    struct hash leaves[WORLD_DAEMONS], root;

    if (frontier_head_parse(f->head, &head) != CW_OK || head.item_count != f->count)
        return false;
    for (uint32_t i = 0; i < f->count; i++)
        merkle_leaf(MERKLE_ITEMS, f->items[i], &leaves[i]);
    merkle_root(MERKLE_ITEMS, leaves, f->count, &root);
    for (uint32_t i = 1; i < f->count; i++) {
        struct frontier_item before, item;

        if (frontier_item_parse(f->items[i - 1], &before) != CW_OK ||
            frontier_item_parse(f->items[i], &item) != CW_OK || ID_COMPARE(&before.log, &item.log) >= 0)
            return false;
    }
    return ID_EQ(&root, &head.root) &&
           verify_bytes(LABEL_FRONTIER, &w.network, f->head, w.daemons[WORLD_EST].keys.sign_public, &f->signature);
}

static void put(struct out *o, const char *name, const char *reason, const struct world_frontier *f)
{
    out_vector(o, "frontier", name, reason);
    OUT_ID(o, "network", &w.network);
    out_hex(o, "certificate", w.daemons[WORLD_EST].bytes);
    out_hex(o, "head", f->head);
    out_hex(o, "signature", slice(f->signature.b, SIGNATURE_LEN));
    out_list(o, "items");
    for (uint32_t i = 0; i < f->count; i++)
        out_item(o, f->items[i]);
    out_list_end(o);
    out_check(o, holds(f) == (reason == NULL), name);
}

/* The items in this order, and signed so. */
static void sign_again(struct world_frontier *f)
{
    struct hash leaves[WORLD_DAEMONS];
    struct frontier_head head;
    uint8_t memory[FRONTIER_HEAD_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    world_must(frontier_head_parse(f->head, &head) == CW_OK, "our own head");
    for (uint32_t i = 0; i < f->count; i++)
        merkle_leaf(MERKLE_ITEMS, f->items[i], &leaves[i]);
    merkle_root(MERKLE_ITEMS, leaves, f->count, &head.root);
    frontier_head_encode(&head, &out);
    f->head = world_keep(&w, &out);
    sign_bytes(LABEL_FRONTIER, &w.network, f->head, &w.daemons[WORLD_EST].keys.sign, &f->signature);
}

void make_frontiers(struct out *o)
{
    struct world_log logs[WORLD_DAEMONS];
    const struct world_log *shown[WORLD_DAEMONS] = {&logs[0], &logs[1], &logs[2]};
    struct world_submission sub;
    struct world_batch batch;
    struct world_frontier f, bad;

    world_make(&w, world_memory, 1, 1);
    world_submit(&w, 1, &sub);
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++) {
        world_log_open(&w, LOG_DIVISION, &w.daemons[i], 200 + i, &logs[i]);
        world_sequence(&w, &logs[i], &sub, 1, &batch);
    }
    for (uint32_t count = 0; count <= WORLD_DAEMONS; count++) {
        static const char *const names[] = {"no log", "one log", "two logs", "three logs"};
        world_frontier_of(&w, &w.daemons[WORLD_EST], shown, count, &f);
        put(o, names[count], NULL, &f);
    }
    bad = f;
    bad.count--;
    put(o, "an item is missing", "item_count", &bad);
    bad = f;
    bad.items[0] = f.items[1];
    bad.items[1] = f.items[0];
    put(o, "items exchanged", "root", &bad);
    sign_again(&bad);
    put(o, "items exchanged, and signed so", "ascending", &bad);
    bad.items[1] = bad.items[0];
    sign_again(&bad);
    put(o, "one log twice, and signed so", "ascending", &bad);
    bad = f;
    bad.signature.b[0] ^= 1;
    put(o, "signature changed", "signature", &bad);
}
