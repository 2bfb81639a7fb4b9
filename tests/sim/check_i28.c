/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I28 What feeds are read from has no gap and tells each entry once: arrival numbers are dense, and each names its entry. */

static void check_node(struct sim *s, struct sim_node *n)
{
    struct row_key key = {.len = 0};
    struct cw_slice value;
    uint64_t expected = 0, rows = 0, entries = mem_store_rows(n->disk, TABLE_ENTRY);
    struct look l;

    if (!look_begin(&l, n))
        return;
    while (!s->failed && look_next(&l, TABLE_FEED, slice(NULL, 0), &key, &value)) {
        struct reader in = reader_over(row_key_slice(&key));
        uint64_t arrival = reader_be64(&in), seq;
        struct entry_row row;
        struct log_id log;

        if (rows++ == 0)
            expected = arrival;
        if (arrival != expected++ || !row_key_seq_of(value, &log, &seq) || !look_entry(&l, &log, seq, &row) ||
            row.arrival != arrival)
            sim_fail(s, "I28", "%s: arrival %llu has a gap before it, or names no entry of its own", sim_name(n),
                     (unsigned long long)arrival);
    }
    if (rows != entries)
        sim_fail(s, "I28", "%s: %llu arrivals for %llu entries", sim_name(n), (unsigned long long)rows,
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
