/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * What a WANT asks for can be served: the sender keeps one position for each log (docs/protocol.md §6), so a log that
 * is listed twice is served from the second place, and what the first one was for never comes.
 */

static void on_send(struct sim *s, struct sim_node *n, const struct sim_link *link, const struct peer_message *m)
{
    (void)link;
    for (uint32_t i = 0; m->kind == PEER_WANT && i < m->as.want.log_count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (ID_EQ(&m->as.want.logs[i].log, &m->as.want.logs[k].log))
                sim_fail(s, "asks", "%s asks twice for one log in one message: after %llu and after %llu", sim_name(n),
                         (unsigned long long)m->as.want.logs[k].after, (unsigned long long)m->as.want.logs[i].after);
        }
    }
}

const struct sim_check check_ask = {.name = "asks", .says = "a message asks for a log once", .on_send = on_send};
