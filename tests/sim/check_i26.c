/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I26 Whoever can open an op opens the same bytes: nobody is given another key or another text. */

static const char *const part_states[] = {"absent", "sealed", "bad", "opened", "erased"};

static uint64_t payloads_of(struct sim *s, const struct sim_node *n, const struct loaded_case *c,
                            uint32_t *out_unopened)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < c->op_count; i++) {
        const struct loaded_op *op = c->ops[i];

        if (!check_is_safe(s, check_op(s, &op->op_id)))
            continue; /* its bytes may be gone with the only disk that had them */
        for (uint32_t p = 0; p < op->part_count; p++) {
            uint64_t id;

            memcpy(&id, op->op_id.b, sizeof id);
            if (op->parts[p] != PART_OPENED) {
                ++*out_unopened;
                sim_say(s, "%s: part %u of op %02x%02x, entry %llu in a log of %s (%02x%02x): %s", sim_name(n), p,
                        op->op_id.b[0], op->op_id.b[1], (unsigned long long)op->seq, op->origin, op->log.b[0],
                        op->log.b[1], part_states[op->parts[p]]);
            }
            sum += sim_quick_hash(op->payloads[p]) * (id | 1) + p;
        }
    }
    return sum;
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    uint32_t unopened = 0, at = 0;
    uint64_t sum = payloads_of(s, n, c, &unopened);

    while (at < s->case_count && !ID_EQ(&s->cases[at], &c->id))
        at++;
    if (!s->ended || at == s->case_count)
        return;
    if (unopened > 0) {
        sim_fail(s, "I26", "%s cannot open %u parts of a case of its own audience", sim_name(n), unopened);
        return;
    }
    if (s->seen[at].payloads != 0 && s->seen[at].payloads != sum &&
        check_same_branches(s, n, &s->nodes[s->seen[at].payloads_by]))
        sim_fail(s, "I26", "%s opens other bytes of a case than the division before it", sim_name(n));
    s->seen[at].payloads = sum;
    s->seen[at].payloads_by = n->index;
}

const struct sim_check check_i26 = {.name = "I26", .says = "all readers open the same bytes", .on_case = on_case};
