/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I1 No (log, seq) is ever bound to two entries by an honest daemon, whatever crashes, restores and clones happen. */

static void after_turn(struct sim *s, struct sim_node *n)
{
    uint32_t count;
    const struct made_entry *fresh = history_fresh(s->history, &count);

    if (!check_is_steady(n))
        return;
    for (uint32_t i = 0; i < count; i++) {
        const struct made_entry *rival = history_rival(s->history, &fresh[i].log, fresh[i].seq, &fresh[i].hash);

        if (rival != NULL && check_is_steady(&s->nodes[rival->origin]))
            sim_fail(s, "I1", "%s binds entry %llu of its log a second time", sim_name(n),
                     (unsigned long long)fresh[i].seq);
    }
}

/* What a process made durable while it died is looked at here. */
static void at_end(struct sim *s)
{
    uint32_t count;
    const struct made_entry *all = history_entries(s->history, &count);

    for (uint32_t i = 0; i < count && !s->failed; i++) {
        const struct made_entry *rival = history_rival(s->history, &all[i].log, all[i].seq, &all[i].hash);

        if (rival != NULL && check_is_steady(&s->nodes[rival->origin]) && check_is_steady(&s->nodes[all[i].origin]))
            sim_fail(s, "I1", "%s bound entry %llu of its log twice", sim_name(&s->nodes[rival->origin]),
                     (unsigned long long)all[i].seq);
    }
}

const struct sim_check check_i01 = {
    .name = "I1", .says = "no position is bound twice", .after_turn = after_turn, .at_end = at_end};
