/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I4 After every crash point the frontier agrees with what is stored: they are written in one commit. */

#define ITEMS_MAX 64

/* Leaves of all logs' items, in the order of log ids, as the store has them. */
static uint32_t stored_items(const struct look *l, struct hash leaves[static ITEMS_MAX])
{
    struct row_key key = {.len = 0};
    struct cw_slice value;
    uint32_t count = 0;

    while (count < ITEMS_MAX && look_next(l, TABLE_LOG, slice(NULL, 0), &key, &value)) {
        struct frontier_item item;
        struct log_row log;
        uint8_t bytes[2048];
        struct writer w = writer_over(bytes, sizeof bytes);

        if (log_row_parse(value, &log) != CW_OK || log.head.seq == 0)
            continue;
        item = (struct frontier_item){.log = log.head.log,
                                      .seq = log.head.seq,
                                      .seal = log.head.seal,
                                      .blob_seq = log.head.blob_seq,
                                      .hole_count = log.head.hole_count};
        memcpy(item.holes, log.head.holes, sizeof item.holes);
        frontier_item_encode(&item, &w);
        merkle_leaf(MERKLE_ITEMS, slice(bytes, w.len), &leaves[count++]);
    }
    return count;
}

static void check_node(struct sim *s, struct sim_node *n)
{
    struct hash leaves[ITEMS_MAX], root;
    struct frontier_head head;
    struct frontier_row row;
    struct cw_slice value;
    struct look l;

    if (!look_begin(&l, n))
        return;
    if (n->store.get(l.txn, TABLE_META, KEY(row_key_text(META_FRONTIER)), &value) == CW_OK &&
        frontier_row_parse(value, &row) == CW_OK && row.head.len > 0 && frontier_head_parse(row.head, &head) == CW_OK) {
        uint32_t count = stored_items(&l, leaves);

        merkle_root(MERKLE_ITEMS, leaves, count, &root);
        if (count != head.item_count || !ID_EQ(&root, &head.root))
            sim_fail(s, "I4", "%s: its frontier (%u logs) is not what its disk holds (%u logs)", sim_name(n),
                     head.item_count, count);
    }
    look_done(&l);
}

static void at_end(struct sim *s)
{
    for (uint32_t i = 0; i < s->node_count && !s->failed; i++) {
        if (s->nodes[i].honest && s->nodes[i].up)
            check_node(s, &s->nodes[i]);
    }
}

const struct sim_check check_i04 = {
    .name = "I4", .says = "frontier and contents agree", .on_start = check_node, .at_end = at_end};
