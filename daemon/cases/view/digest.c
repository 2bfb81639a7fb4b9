/* SPDX-License-Identifier: Apache-2.0 */
/*
 * H(state) and H(inputs) (docs/fold.md §14.4, §15): equal inputs with unequal state is the alarm that two daemons fold
 * differently. What is said op by op is hashed shelf by shelf, so that one more op costs one shelf.
 */
#include "cases/view.h"

/* What is left of the arena, without taking it: nothing has to be given back. */
static struct writer writer_over_rest(struct arena *scratch)
{
    size_t left = scratch->len - scratch->used;

    return writer_over(scratch->base + scratch->used, left);
}

static enum cw_err hash_written(const struct writer *w, struct hash *out)
{
    struct cw_slice bytes;

    if (writer_finish(w, &bytes) != CW_OK)
        return CW_LOCAL_MEMORY;
    hash_one(LABEL_DIGEST, bytes, out->b);
    return CW_OK;
}

typedef void put_shelf(const struct case_state *state, uint8_t first, struct writer *out);

/* One of the two sorts of shelves, and what is known of them; NULL: nothing is kept. */
struct shelves {
    const struct case_state *state;
    struct arena *scratch;
    put_shelf *put;
    bool *known;
    struct hash *kept;
};

static enum cw_err hash_shelf(const struct shelves *s, uint8_t first, struct hash *out)
{
    struct writer w = writer_over_rest(s->scratch);

    if (s->known != NULL && s->known[first]) {
        *out = s->kept[first];
        return CW_OK;
    }
    s->put(s->state, first, &w);
    enum cw_err err = hash_written(&w, out);
    if (err == CW_OK && s->known != NULL) {
        s->known[first] = true;
        s->kept[first] = *out;
    }
    return err;
}

/* Each shelf that has an op, behind what stands in `whole`: its byte and its hash. */
static enum cw_err hash_shelves(const struct shelves *s, struct writer *whole)
{
    uint32_t at = 0;

    while (at < s->state->op_count) {
        uint8_t first = s->state->ops[s->state->by_id[at]].op_id.b[0];
        struct cw_op_id greatest;
        struct hash hash;
        enum cw_err err = hash_shelf(s, first, &hash);

        if (err != CW_OK)
            return err;
        writer_u8(whole, first);
        writer_bytes(whole, hash.b, sizeof hash.b);
        memset(greatest.b, 0xff, sizeof greatest.b);
        greatest.b[0] = first;
        if (state_find_op(s->state, &greatest, &at))
            at++;
    }
    return CW_OK;
}

/* The writer's bytes first, then those of its shelves; both in what is left of the arena. */
static enum cw_err hash_with_shelves(struct shelves *s, const struct writer *head, struct hash *out)
{
    size_t mark = arena_mark(s->scratch);
    size_t len = head->len + (size_t)SHELVES * (1 + ID_LEN);
    uint8_t *bytes = head->failed ? NULL : arena_take_raw(s->scratch, len, 1);
    struct writer whole;
    enum cw_err err;

    if (bytes == NULL) /* what was written stands where it is taken now */
        return CW_LOCAL_MEMORY;
    whole = writer_over(bytes, len);
    whole.len = head->len;
    err = hash_shelves(s, &whole);
    if (err == CW_OK)
        err = hash_written(&whole, out);
    arena_release(s->scratch, mark);
    return err;
}

enum cw_err case_state_hash(const struct case_state *state, struct case_shelves *kept, struct arena *scratch,
                            struct hash *out)
{
    struct shelves shelves = {.state = state, .scratch = scratch, .put = case_shelf_encode};
    struct writer head = writer_over_rest(scratch);

    if (kept != NULL) {
        shelves.known = kept->state_known;
        shelves.kept = kept->state;
    }
    case_core_encode(state, &head);
    return hash_with_shelves(&shelves, &head, out);
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

static void write_inputs(const struct case_state *state, uint8_t first, struct writer *out)
{
    struct cw_op_id least = {{first}};
    uint32_t at;

    (void)state_find_op(state, &least, &at);
    for (; at < state->op_count && state->ops[state->by_id[at]].op_id.b[0] == first; at++)
        write_input(out, &state->ops[state->by_id[at]]);
}

enum cw_err case_inputs_hash(const struct case_state *state, struct cw_slice authority_positions,
                             struct case_shelves *kept, struct arena *scratch, struct hash *out)
{
    struct shelves shelves = {.state = state, .scratch = scratch, .put = write_inputs};
    struct writer head = writer_over_rest(scratch);

    if (kept != NULL) {
        shelves.known = kept->inputs_known;
        shelves.kept = kept->inputs;
    }
    writer_be32(&head, FOLD_VERSION);
    writer_be32(&head, (uint32_t)authority_positions.len);
    writer_slice(&head, authority_positions);
    return hash_with_shelves(&shelves, &head, out);
}

void case_shelves_forget(struct case_shelves *shelves, const struct cw_op_id *op)
{
    shelves->state_known[op->b[0]] = false;
    shelves->inputs_known[op->b[0]] = false;
}
