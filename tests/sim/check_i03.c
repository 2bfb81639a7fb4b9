/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I3 Every stored log is a gap-free chain from its genesis to its head; every entry is covered by a seal that holds. */

static bool batch_holds(const struct look *l, const struct log_id *log, const struct seal *seal)
{
    struct hash leaves[SEAL_ENTRIES_MAX], root;
    struct entry_row row;
    struct hash hash;

    for (uint64_t seq = seal->first; seq <= seal->last; seq++) {
        if (!look_entry(l, log, seq, &row))
            return false;
        entry_hash_of(row.header, &hash);
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&hash), &leaves[seq - seal->first]);
    }
    merkle_root(MERKLE_ENTRIES, leaves, seal->last - seal->first + 1, &root);
    return ID_EQ(&root, &seal->root);
}

static void check_log(struct sim *s, const struct look *l, const struct log_row *log)
{
    struct row_key key = {.len = 0};
    struct cw_slice value;
    struct hash prev;
    uint64_t seq = 0;

    memcpy(prev.b, log->head.log.b, ID_LEN);
    while (look_next(l, TABLE_SEAL, ID_SLICE(&log->head.log), &key, &value)) {
        struct seal_row row;
        struct seal seal;

        if (seal_row_parse(value, &row) != CW_OK || seal_parse(row.seal.bytes, &seal) != CW_OK) {
            sim_fail(s, "I3", "%s holds a seal that cannot be read", sim_name(l->node));
            return;
        }
        if (seal.first != seq + 1 || !ID_EQ(&seal.prev, &prev) || !batch_holds(l, &log->head.log, &seal)) {
            sim_fail(s, "I3",
                     "%s: in a log of %s the seal over %llu to %llu does not continue the one before it, or its root "
                     "is wrong",
                     sim_name(l->node), log->head.division, (unsigned long long)seal.first,
                     (unsigned long long)seal.last);
            return;
        }
        seq = seal.last;
        seal_hash_of(row.seal.bytes, &prev);
    }
    if (seq != log->head.seq || (seq > 0 && !ID_EQ(&prev, &log->head.seal)))
        sim_fail(s, "I3", "%s: a log of %s has its head at %llu, its seals end at %llu", sim_name(l->node),
                 log->head.division, (unsigned long long)log->head.seq, (unsigned long long)seq);
}

static void check_node(struct sim *s, struct sim_node *n)
{
    struct row_key key = {.len = 0};
    struct cw_slice value;
    struct log_row log;
    struct look l;

    if (!look_begin(&l, n))
        return;
    while (!s->failed && look_next(&l, TABLE_LOG, slice(NULL, 0), &key, &value)) {
        if (log_row_parse(value, &log) != CW_OK)
            sim_fail(s, "I3", "%s holds a log's row that cannot be read", sim_name(n));
        else
            check_log(s, &l, &log);
    }
    look_done(&l);
}

static void at_end(struct sim *s)
{
    for (uint32_t i = 0; i < s->node_count && !s->failed; i++) {
        if (s->nodes[i].honest)
            check_node(s, &s->nodes[i]);
    }
}

const struct sim_check check_i03 = {
    .name = "I3", .says = "every stored log is a gap-free sealed chain", .at_end = at_end};
