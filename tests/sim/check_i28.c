/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * I28, the part that a disk shows: what feeds are read from has no gap and tells each entry once. Arrival numbers are
 * dense; a row names a new entry of its own, one that arrived before, or a case.
 */

static bool row_holds(const struct look *l, uint64_t arrival, struct cw_slice value, uint64_t *entries)
{
    struct feed_row row;
    struct entry_row entry;

    if (feed_row_parse(value, &row) != CW_OK)
        return false;
    if (row.kind == FEED_ROW_CASE)
        return true;
    if (!look_entry(l, &row.log, row.seq, &entry))
        return false;
    *entries += row.kind == FEED_ROW_ENTRY;
    return row.kind == FEED_ROW_ENTRY ? entry.arrival == arrival : entry.arrival < arrival;
}

static void check_node(struct sim *s, struct sim_node *n)
{
    struct row_key key = {.len = 0};
    struct cw_slice value;
    uint64_t expected = 0, rows = 0, told = 0, entries = mem_store_rows(n->disk, TABLE_ENTRY);
    struct look l;

    if (!look_begin(&l, n))
        return;
    while (!s->failed && look_next(&l, TABLE_FEED, slice(NULL, 0), &key, &value)) {
        struct reader in = reader_over(row_key_slice(&key));
        uint64_t arrival = reader_be64(&in);

        if (rows++ == 0)
            expected = arrival;
        if (arrival != expected++ || !row_holds(&l, arrival, value, &told))
            sim_fail(s, "I28", "%s: arrival %llu has a gap before it, or names no entry of its own", sim_name(n),
                     (unsigned long long)arrival);
    }
    if (told != entries)
        sim_fail(s, "I28", "%s: %llu arrivals for %llu entries", sim_name(n), (unsigned long long)told,
                 (unsigned long long)entries);
    look_done(&l);
}

static void at_end(struct sim *s)
{
    for (uint32_t i = 0; i < s->node_count && !s->failed; i++) {
        if (s->nodes[i].honest)
            check_node(s, &s->nodes[i]);
    }
}

const struct sim_check check_i28 = {.name = "I28", .says = "arrivals are dense and each once", .at_end = at_end};
