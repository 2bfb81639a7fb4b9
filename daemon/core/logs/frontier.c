/* SPDX-License-Identifier: Apache-2.0 */
#include "core/frontier.h"

#define ITEM_LEN_MAX 1024

void known_frontier_init(struct known_frontier *k, struct arena *memory, uint32_t logs_max)
{
    memset(k, 0, sizeof *k);
    k->items = ARENA_TABLE(memory, struct known_item, logs_max);
    k->holes = ARENA_TABLE(memory, uint64_t, KNOWN_HOLES_MAX);
    CW_ASSERT(k->items != NULL && k->holes != NULL);
}

void frontier_scratch_init(struct frontier_scratch *s, struct arena *memory, uint32_t logs_max)
{
    known_frontier_init(&s->next, memory, logs_max);
    s->leaves = ARENA_TABLE(memory, struct hash, logs_max);
    CW_ASSERT(s->leaves != NULL);
    s->max = logs_max;
}

struct known_item *known_frontier_find(const struct known_frontier *k, const struct log_id *log)
{
    size_t rank;

    return ID_FIND(struct known_item, k->items, k->item_count, log, log, &rank) ? &k->items[rank] : NULL;
}

bool known_item_holds_blob(const struct known_frontier *k, const struct known_item *item, uint64_t seq)
{
    return log_holds_blob(item->blob_seq, &k->holes[item->hole_at], item->hole_count, seq);
}

void frontier_leaf(const struct frontier_item *item, struct hash *out)
{
    uint8_t bytes[ITEM_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    frontier_item_encode(item, &w);
    CW_ASSERT(!w.failed);
    merkle_leaf(MERKLE_ITEMS, slice(bytes, w.len), out);
}

static void add_holes(struct known_frontier *k, struct known_item *item, const uint64_t *holes, uint32_t count)
{
    item->hole_at = k->hole_count;
    item->hole_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (k->hole_count == KNOWN_HOLES_MAX) {
            item->blob_seq = holes[i] - 1;
            return;
        }
        k->holes[k->hole_count++] = holes[i];
        item->hole_count++;
    }
}

/* What is known of the log at this peer beside what the peer says of it. */
static void keep_remarks(struct known_item *item, const struct known_item *before, bool full)
{
    if (before == NULL)
        return;
    item->elsewhere = before->elsewhere && !full;
    item->entries_rest = before->entries_rest;
    item->blobs_rest = before->blobs_rest;
}

static void add_received(struct known_frontier *k, const struct frontier_item *from, struct cw_slice bytes)
{
    struct known_item *item = &k->items[k->item_count++];

    memset(item, 0, sizeof *item);
    item->log = from->log;
    item->seal = from->seal;
    item->seq = from->seq;
    item->blob_seq = from->blob_seq;
    merkle_leaf(MERKLE_ITEMS, bytes, &item->leaf);
    add_holes(k, item, from->holes, from->hole_count);
}

static void add_kept(struct known_frontier *k, const struct known_frontier *from, const struct known_item *kept)
{
    struct known_item *item = &k->items[k->item_count++];

    *item = *kept;
    add_holes(k, item, &from->holes[kept->hole_at], kept->hole_count);
}

static bool items_ascend(const struct peer_frontier *message)
{
    for (uint32_t i = 1; i < message->item_count; i++) {
        if (ID_COMPARE(&message->items[i - 1].log, &message->items[i].log) >= 0)
            return false;
    }
    return true;
}

static bool items_have_positions(const struct peer_frontier *message)
{
    for (uint32_t i = 0; i < message->item_count; i++) {
        if (message->items[i].seq == 0 || message->items[i].blob_seq > message->items[i].seq)
            return false;
    }
    return true;
}

/* Old items and the message's, both sorted, become the next state; a log named by both takes the message's. */
static bool merge(const struct known_frontier *old, const struct peer_frontier *message, uint32_t max,
                  struct known_frontier *next)
{
    uint32_t i = 0, j = 0, old_count = message->full ? 0 : old->item_count;
    next->item_count = next->hole_count = 0;
    while (i < old_count || j < message->item_count) {
        int order = i == old_count             ? 1
                    : j == message->item_count ? -1
                                               : ID_COMPARE(&old->items[i].log, &message->items[j].log);

        if (next->item_count == max)
            return false;
        if (order < 0) {
            add_kept(next, old, &old->items[i++]);
        } else {
            add_received(next, &message->items[j], message->item_bytes[j]);
            keep_remarks(&next->items[next->item_count - 1], known_frontier_find(old, &message->items[j].log),
                         message->full);
            i += order == 0;
            j++;
        }
    }
    return true;
}

static void root_of(const struct known_frontier *k, struct hash *leaves, struct hash *out)
{
    for (uint32_t i = 0; i < k->item_count; i++)
        leaves[i] = k->items[i].leaf;
    merkle_root(MERKLE_ITEMS, leaves, k->item_count, out);
}

static void copy_over(struct known_frontier *k, const struct known_frontier *next, const struct frontier_head *head)
{
    if (next->item_count > 0)
        memcpy(k->items, next->items, next->item_count * sizeof *k->items);
    if (next->hole_count > 0)
        memcpy(k->holes, next->holes, next->hole_count * sizeof *k->holes);
    k->item_count = next->item_count;
    k->hole_count = next->hole_count;
    k->known = true;
    memcpy(k->start, head->start, sizeof k->start);
    k->counter = head->counter;
    k->root = head->root;
}

/*
 * Within one start id the counter only rises. A start id that was replaced may come back: of a daemon that runs twice,
 * from a copy, both are heard in turn, and only the holder of its key can have signed either.
 */
static bool goes_back(const struct known_frontier *k, const struct frontier_head *head)
{
    return k->known && memcmp(k->start, head->start, sizeof k->start) == 0 && head->counter < k->counter;
}

static bool is_heartbeat(const struct known_frontier *k, const struct peer_frontier *message)
{
    return k->known && !message->full && message->item_count == 0 && message->head.counter == k->counter &&
           memcmp(k->start, message->head.start, sizeof k->start) == 0 && ID_EQ(&k->root, &message->head.root);
}

static bool continues(const struct known_frontier *k, const struct peer_frontier *message)
{
    return k->known && message->since == k->counter && memcmp(k->start, message->head.start, sizeof k->start) == 0;
}

enum frontier_verdict frontier_take(struct known_frontier *k, struct frontier_scratch *scratch,
                                    const struct peer_frontier *message)
{
    const struct frontier_head *head = &message->head;
    struct hash root;

    if (!items_ascend(message) || !items_have_positions(message))
        return FRONTIER_WRONG;
    if (goes_back(k, head))
        return FRONTIER_BACK;
    if (is_heartbeat(k, message))
        return FRONTIER_SAME;
    if (!message->full && !continues(k, message))
        return FRONTIER_GAP;
    if (!merge(k, message, scratch->max, &scratch->next))
        return FRONTIER_TOO_MANY;

    root_of(&scratch->next, scratch->leaves, &root);
    if (scratch->next.item_count != head->item_count || !ID_EQ(&root, &head->root))
        return message->full ? FRONTIER_WRONG : FRONTIER_GAP;
    /* One counter value names one state. */
    if (k->known && memcmp(k->start, head->start, sizeof k->start) == 0 && head->counter == k->counter &&
        !ID_EQ(&k->root, &head->root))
        return FRONTIER_BACK;
    copy_over(k, &scratch->next, head);
    return FRONTIER_TAKEN;
}
