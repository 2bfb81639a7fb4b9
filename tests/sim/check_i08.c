/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I8 Nobody on the way can add or alter an entry: every stored one was really made, by whom its log says. */

static bool is_authority(const struct sim *s, const struct log_id *log)
{
    return ID_EQ(log, &s->cast->root_log) || ID_EQ(log, &s->cast->authority_log);
}

static void check_log(struct sim *s, const struct look *l, const struct log_head *head)
{
    struct entry_row row;
    struct hash hash;

    for (uint64_t seq = 1; seq <= head->seq && !s->failed; seq++) {
        if (!look_entry(l, &head->log, seq, &row))
            continue; /* I3 says so */
        entry_hash_of(row.header, &hash);
        if (history_entry(s->history, &head->log, seq, &hash) == NULL)
            sim_fail(s, "I8", "%s stored entry %llu of a log of %s that %s never made", sim_name(l->node),
                     (unsigned long long)seq, head->division, head->division);
    }
}

static void at_end(struct sim *s)
{
    for (uint32_t i = 0; i < s->node_count && !s->failed; i++) {
        struct row_key key = {.len = 0};
        struct cw_slice value;
        struct log_row log;
        struct look l;

        if (!s->nodes[i].honest || !look_begin(&l, &s->nodes[i]))
            continue;
        while (!s->failed && look_next(&l, TABLE_LOG, slice(NULL, 0), &key, &value)) {
            if (log_row_parse(value, &log) == CW_OK && !is_authority(s, &log.head.log))
                check_log(s, &l, &log.head);
        }
        look_done(&l);
    }
}

const struct sim_check check_i08 = {.name = "I8", .says = "every stored entry was really made", .at_end = at_end};
