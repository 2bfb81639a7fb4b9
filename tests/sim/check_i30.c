/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * I30 Bounds hold: what waits on one link stays within what its receiver granted, and nobody talks without end
 * when there is nothing to say.
 */

#define WAITING_LEN_MAX ((uint64_t)4 << 20) /* LINK_WAITING_LEN_MAX of the net process: beyond it drops the link */

static void on_send(struct sim *s, struct sim_node *n, const struct sim_link *link, const struct peer_message *m)
{
    (void)m;
    for (uint32_t end = 0; end < 2; end++) {
        if (link->waiting_len[end] > WAITING_LEN_MAX)
            sim_fail(s, "I30", "%s has %llu bytes waiting on one link", sim_name(n),
                     (unsigned long long)link->waiting_len[end]);
    }
}

const struct sim_check check_i30 = {.name = "I30", .says = "what waits is bounded", .on_send = on_send};
