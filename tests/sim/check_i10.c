/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I10 The fold does not care in which order ops come, nor how often. */

#define OPS_MAX 512

static bool fold_in_order(struct sim *s, const struct loaded_case *c, const uint32_t *order, uint32_t count,
                          struct hash *out)
{
    struct fold *fold = fold_begin(&s->scratch, &c->id, NULL);
    const struct case_state *state;

    for (uint32_t i = 0; i < count; i++) {
        struct case_op op = check_case_op(c->ops[order[i]]);

        if (fold == NULL || fold_add(fold, &op) != CW_OK)
            return false;
    }
    return fold != NULL && fold_finish(fold, &state) == CW_OK &&
           case_state_hash(state, NULL, &s->scratch, out) == CW_OK;
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    uint32_t order[OPS_MAX + OPS_MAX / 4], count = c->op_count;
    struct rng r = rng_of(s->options.seed, 77 + n->index);
    size_t mark = arena_mark(&s->scratch);
    struct hash straight, shuffled;

    if (count == 0 || count > OPS_MAX)
        return;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    bool folded = fold_in_order(s, c, order, count, &straight);
    for (uint32_t i = count; i > 1; i--) {
        uint32_t k = rng_below(&r, i), keep = order[i - 1];

        order[i - 1] = order[k];
        order[k] = keep;
    }
    for (uint32_t i = 0; i < c->op_count / 4; i++)
        order[count++] = rng_below(&r, c->op_count);
    if (folded && fold_in_order(s, c, order, count, &shuffled) && !ID_EQ(&straight, &shuffled))
        sim_fail(s, "I10", "a case of %u ops at %s folds to another state in another order", c->op_count, sim_name(n));
    arena_release(&s->scratch, mark);
}

const struct sim_check check_i10 = {.name = "I10", .says = "order and repetition change nothing", .on_case = on_case};
