/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * I2 Nothing is shown before it is durable. Own entries that leave are committed with the same bytes, the anchor
 * covers them, and a receipt speaks of what is on the disk and anchored.
 */

static void must_be_anchored(struct sim *s, struct sim_node *n, const struct log_id *log, uint64_t seq)
{
    struct position anchored;

    if (!look_anchor(n, &anchored) || !ID_EQ(&anchored.log, log) || anchored.seq < seq)
        sim_fail(s, "I2", "%s shows entry %llu of its log, the anchor stands at %llu", sim_name(n),
                 (unsigned long long)seq, (unsigned long long)anchored.seq);
}

static void must_be_stored(struct sim *s, struct sim_node *n, const struct look *l, const struct entry_record *e)
{
    struct entry_row row;
    struct hash stored = {{0}};

    if (look_entry(l, &e->header.log, e->header.seq, &row))
        entry_hash_of(row.header, &stored);
    if (!ID_EQ(&stored, &e->hash))
        sim_fail(s, "I2", "%s sends entry %llu, its disk does not hold it", sim_name(n),
                 (unsigned long long)e->header.seq);
}

static bool is_open_own(const struct look *l, const struct log_id *log)
{
    struct cw_slice value;
    struct own_row own;

    return l->node->store.get(l->txn, TABLE_META, KEY(row_key_text(META_OWN)), &value) == CW_OK &&
           own_row_parse(value, &own) == CW_OK && own.open && ID_EQ(&own.log, log);
}

static void on_send(struct sim *s, struct sim_node *n, const struct sim_link *link, const struct peer_message *m)
{
    struct look l;

    (void)link;
    if (m->kind != PEER_ENTRIES || !look_begin(&l, n))
        return;
    const struct peer_entries *entries = &m->as.entries;
    for (uint32_t b = 0; b < entries->batch_count; b++) {
        for (uint32_t i = 0; i < entries->batches[b].entry_count; i++)
            must_be_stored(s, n, &l, &entries->batches[b].entries[i]);
        if (is_open_own(&l, &entries->log))
            must_be_anchored(s, n, &entries->log, entries->batches[b].seal.last);
    }
    look_done(&l);
}

static void on_ack(struct sim *s, struct sim_op *op, struct sim_node *n)
{
    struct look l;
    struct op_row row;

    if (!look_begin(&l, n))
        return;
    if (!look_op(&l, &op->id, &row) || row.entry_count == 0)
        sim_fail(s, "I2", "%s acknowledges an op that its disk does not hold", sim_name(n));
    for (uint32_t i = 0; i < row.entry_count && !s->failed; i++) {
        if (is_open_own(&l, &row.entries[i].log))
            must_be_anchored(s, n, &row.entries[i].log, row.entries[i].seq);
    }
    look_done(&l);
}

const struct sim_check check_i02 = {
    .name = "I2", .says = "nothing is shown before it is durable", .on_send = on_send, .on_ack = on_ack};
