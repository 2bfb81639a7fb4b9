/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I20 When two contradicting seals reached honest divisions, all of them hold the proof in the end. */

static bool holds_seal_of(struct sim_node *n, const struct made_log *log, const struct hash **out_seal)
{
    struct log_row row;
    struct look l;
    bool held = false;

    if (!look_begin(&l, n))
        return false;
    if (look_log(&l, &log->log, &row) && row.head.seq > 0) {
        const struct made_seal *seal = history_seal(n->sim->history, &log->log, &row.head.seal);

        held = seal != NULL;
        *out_seal = held ? &seal->hash : NULL;
    }
    look_done(&l);
    return held;
}

static bool holds_proof(struct sim_node *n, const struct log_id *log)
{
    struct cw_slice value;
    struct look l;
    bool held;

    if (!look_begin(&l, n))
        return false;
    held = n->store.get(l.txn, TABLE_FORK, KEY(row_key_log(log)), &value) == CW_OK;
    look_done(&l);
    return held;
}

/* Two honest nodes stand at heads that cannot both be on one chain: then the contradiction reached them. */
static bool reached_two(struct sim *s, const struct made_log *log)
{
    const struct hash *first = NULL;
    const struct hash *head;

    for (uint32_t i = 0; i < s->node_count; i++) {
        if (!s->nodes[i].honest || !s->nodes[i].up || !holds_seal_of(&s->nodes[i], log, &head))
            continue;
        if (first != NULL && !ID_EQ(first, head))
            return true;
        first = head;
    }
    return false;
}

static void at_end(struct sim *s)
{
    const struct made_log *logs;
    uint32_t count = history_logs(s->history, &logs);

    for (uint32_t i = 0; i < count && !s->failed; i++) {
        bool anybody = false;

        for (uint32_t k = 0; k < s->node_count && logs[i].forked; k++)
            anybody = anybody || (s->nodes[k].honest && s->nodes[k].up && holds_proof(&s->nodes[k], &logs[i].log));
        if (!logs[i].forked || (!anybody && !reached_two(s, &logs[i])))
            continue;
        for (uint32_t k = 0; k < s->node_count; k++) {
            if (s->nodes[k].honest && s->nodes[k].up && !holds_proof(&s->nodes[k], &logs[i].log))
                sim_fail(s, "I20", "%s holds no proof that a log of %s forked", sim_name(&s->nodes[k]),
                         sim_name(&s->nodes[logs[i].origin]));
        }
    }
}

const struct sim_check check_i20 = {.name = "I20", .says = "a fork that is met is proven everywhere", .at_end = at_end};
