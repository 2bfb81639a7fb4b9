/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * I7 An honest daemon signs no frontier that its disk does not support, nor two that contradict: the head that
 * leaves is the one that is stored, and every item is a seal of the log it holds, with the blobs it claims.
 */

static bool blobs_are_here(const struct look *l, const struct log_id *log, uint64_t seq)
{
    struct entry_header header;
    struct entry_row row;
    struct cw_slice value;

    if (!look_entry(l, log, seq, &row) || entry_header_parse(row.header, &header) != CW_OK)
        return false;
    for (uint32_t i = 0; i < header.part_count; i++) {
        if (l->node->store.get(l->txn, TABLE_BLOB, KEY(row_key_blob(log, seq, BLOB_PART, i)), &value) != CW_OK)
            return false;
    }
    return true;
}

static bool is_hole(const struct frontier_item *item, uint64_t seq)
{
    for (uint32_t i = 0; i < item->hole_count; i++) {
        if (item->holes[i] == seq)
            return true;
    }
    return false;
}

static void check_item(struct sim *s, struct sim_node *n, const struct look *l, const struct frontier_item *item)
{
    struct seal_row seal;

    if (!look_seal(l, &item->log, item->seq, &seal) || !ID_EQ(&seal.hash, &item->seal)) {
        sim_fail(s, "I7", "%s signs a frontier at %llu of a log where it holds no such seal", sim_name(n),
                 (unsigned long long)item->seq);
        return;
    }
    uint64_t from =
        item->blob_seq > 4 ? item->blob_seq - 4 : 0; /* the last few: the older ones were looked at before */
    for (uint64_t seq = from + 1; seq <= item->blob_seq && !s->failed; seq++) {
        if (!is_hole(item, seq) && !blobs_are_here(l, &item->log, seq))
            sim_fail(s, "I7", "%s signs that it holds the blobs of entry %llu and does not", sim_name(n),
                     (unsigned long long)seq);
    }
}

static void on_send(struct sim *s, struct sim_node *n, const struct sim_link *link, const struct peer_message *m)
{
    struct frontier_row row;
    struct frontier_head head;
    struct cw_slice value;
    struct look l;

    (void)link;
    if (m->kind != PEER_FRONTIER || !look_begin(&l, n))
        return;
    if (n->store.get(l.txn, TABLE_META, KEY(row_key_text(META_FRONTIER)), &value) != CW_OK ||
        frontier_row_parse(value, &row) != CW_OK || frontier_head_parse(row.head, &head) != CW_OK ||
        !slice_eq(row.head, m->as.frontier.head_bytes))
        sim_fail(s, "I7", "%s signs frontier %llu, its disk has another", sim_name(n),
                 (unsigned long long)m->as.frontier.head.counter);
    if (check_is_steady(n) && !history_frontier(s->history, &m->as.frontier.head))
        sim_fail(s, "I7", "%s signs two states of its frontier under one counter (%llu)", sim_name(n),
                 (unsigned long long)m->as.frontier.head.counter);
    for (uint32_t i = 0; i < m->as.frontier.item_count && !s->failed; i++)
        check_item(s, n, &l, &m->as.frontier.items[i]);
    look_done(&l);
}

const struct sim_check check_i07 = {.name = "I7", .says = "a frontier is supported by the disk", .on_send = on_send};
