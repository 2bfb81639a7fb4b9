/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I13 The hybrid clock strictly increases within a log, and is at most 120 s ahead of its daemon's clock. */

#define AHEAD_MS_MAX 120001 /* the counter of a full millisecond carries over */

static const struct made_entry *before(const struct sim *s, const struct made_entry *e)
{
    struct hash none = {{0}};

    return e->seq < 2 ? NULL : history_rival(s->history, &e->log, e->seq - 1, &none);
}

static void after_turn(struct sim *s, struct sim_node *n)
{
    uint32_t count;
    const struct made_entry *fresh = history_fresh(s->history, &count);

    if (!check_is_steady(n))
        return;
    for (uint32_t i = 0; i < count; i++) {
        const struct made_entry *last = before(s, &fresh[i]);

        if (last != NULL && last->hlc >= fresh[i].hlc)
            sim_fail(s, "I13", "%s: the clock of entry %llu does not follow the one before", sim_name(n),
                     (unsigned long long)fresh[i].seq);
        if ((int64_t)(fresh[i].hlc >> 16) > node_wall(n).ms + AHEAD_MS_MAX)
            sim_fail(s, "I13", "%s: entry %llu is issued more than two minutes ahead of its clock", sim_name(n),
                     (unsigned long long)fresh[i].seq);
    }
}

const struct sim_check check_i13 = {
    .name = "I13", .says = "log clocks increase and stay near", .after_turn = after_turn};
