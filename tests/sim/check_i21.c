/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I21 No fork proof stands against a log that never forked. */

static void at_end(struct sim *s)
{
    for (uint32_t i = 0; i < s->node_count && !s->failed; i++) {
        struct row_key key = {.len = 0};
        struct cw_slice value;
        struct look l;

        if (!s->nodes[i].honest || !look_begin(&l, &s->nodes[i]))
            continue;
        while (!s->failed && look_next(&l, TABLE_FORK, slice(NULL, 0), &key, &value)) {
            struct log_id log;

            CW_ASSERT(key.len == ID_LEN);
            memcpy(log.b, key.b, ID_LEN);
            const struct made_log *made = history_log(s->history, &log);
            if (made == NULL || !made->forked)
                sim_fail(s, "I21", "%s holds a fork proof against a log that never forked", sim_name(&s->nodes[i]));
        }
        look_done(&l);
    }
}

const struct sim_check check_i21 = {.name = "I21", .says = "no false fork proof", .at_end = at_end};
