/* SPDX-License-Identifier: Apache-2.0 */
/*
 * H(state) and H(inputs) (docs/fold.md §14.4, §15): equal inputs with unequal state is the alarm that two daemons fold
 * differently.
 */
#include "cases/view.h"

static enum cw_err hash_written(const struct writer *w, struct hash *out)
{
    struct cw_slice bytes;

    if (writer_finish(w, &bytes) != CW_OK)
        return CW_LOCAL_MEMORY;
    hash_one(LABEL_DIGEST, bytes, out->b);
    return CW_OK;
}

/* What is left of the arena, without taking it: nothing has to be given back. */
static struct writer writer_over_rest(struct arena *scratch)
{
    size_t left = scratch->len - scratch->used;

    return writer_over(scratch->base + scratch->used, left);
}

enum cw_err case_state_hash(const struct case_state *state, struct arena *scratch, struct hash *out)
{
    struct writer w = writer_over_rest(scratch);

    if (case_state_encode(state, &w) != CW_OK)
        return CW_LOCAL_MEMORY;
    return hash_written(&w, out);
}

static void write_input(struct writer *w, const struct case_op *op)
{
    writer_bytes(w, op->op_id.b, ID_LEN);
    writer_be64(w, op->hlc);
    writer_bytes(w, op->log.b, ID_LEN);
    writer_u8(w, (uint8_t)op->verdict);
    writer_be32(w, op->flags);
    writer_u8(w, op->op != NULL);
}

enum cw_err case_inputs_hash(const struct case_state *state, struct cw_slice authority_positions, struct arena *scratch,
                             struct hash *out)
{
    struct writer w = writer_over_rest(scratch);

    writer_be32(&w, FOLD_VERSION);
    writer_be32(&w, (uint32_t)authority_positions.len);
    writer_slice(&w, authority_positions);
    for (uint32_t i = 0; i < state->op_count; i++)
        write_input(&w, &state->ops[i]);
    return hash_written(&w, out);
}
