/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One op, once (docs/fold.md §2): copies of an op become one, sorted by op_id; then the opening is looked for (§4.1).
 */
#include "cases/work.h"

static int compare_copies(const void *context, uint32_t a, uint32_t b)
{
    const struct case_op *const *copies = context;
    int order = ID_COMPARE(&copies[a]->op_id, &copies[b]->op_id);

    if (order == 0)
        order = compare_u64(copies[a]->hlc, copies[b]->hlc);
    if (order == 0)
        order = ID_COMPARE(&copies[a]->log, &copies[b]->log);
    return order != 0 ? order : compare_u64(a, b);
}

/* effective, void-floor, pending, void: the first that any copy has */
static int verdict_strength(enum case_verdict verdict)
{
    switch (verdict) {
    case VERDICT_EFFECTIVE:
        return 3;
    case VERDICT_VOID_FLOOR:
        return 2;
    case VERDICT_PENDING:
        return 1;
    case VERDICT_VOID:
        break;
    }
    return 0;
}

/* Copies come in order of (hlc, log): the first one's stay. */
static void join_copy(struct case_op *into, const struct case_op *copy)
{
    int have = verdict_strength(into->verdict), new = verdict_strength(copy->verdict);

    if (new > have) {
        into->verdict = copy->verdict;
        into->roles = copy->roles;
    } else if (new == have) {
        into->roles |= copy->roles;
    }
    into->flags |= copy->flags;
    if (into->op == NULL)
        into->op = copy->op;
}

static enum cw_err gather_copies(struct fold *f, const struct case_op ***out_copies, uint32_t **out_sorted)
{
    const struct case_op **copies = ARENA_ARRAY(f->arena, const struct case_op *, f->added_count);
    uint32_t *sorted = ARENA_ARRAY(f->arena, uint32_t, f->added_count);
    uint32_t count = 0;

    if (copies == NULL || sorted == NULL)
        return CW_LOCAL_MEMORY;
    for (const struct op_chunk *chunk = f->first_chunk; chunk != NULL; chunk = chunk->next) {
        for (uint32_t i = 0; i < chunk->count; i++, count++) {
            copies[count] = &chunk->ops[i];
            sorted[count] = count;
        }
    }
    sort_indices(sorted, count, compare_copies, copies);
    *out_copies = copies;
    *out_sorted = sorted;
    return CW_OK;
}

static void count_verdicts(struct fold *f)
{
    for (uint32_t i = 0; i < f->op_count; i++) {
        enum case_verdict verdict = f->ops[i].verdict;

        f->state->effective_count += verdict == VERDICT_EFFECTIVE;
        f->state->pending_count += verdict == VERDICT_PENDING;
        f->state->void_count += verdict == VERDICT_VOID || verdict == VERDICT_VOID_FLOOR;
        f->state->unopened_count += verdict == VERDICT_EFFECTIVE && f->ops[i].op == NULL;
    }
}

static bool opens_this_case(const struct fold *f, const struct case_op *op)
{
    struct cw_case_id id;

    if (op->verdict != VERDICT_EFFECTIVE || op->op == NULL || op->op->type != OP_OPEN)
        return false;
    case_id_of(&op->op_id, &id);
    return ID_EQ(&id, &f->state->case_id);
}

static void find_opening(struct fold *f)
{
    for (uint32_t i = 0; i < f->op_count && f->opening == NONE; i++) {
        if (opens_this_case(f, &f->ops[i]))
            f->opening = i;
    }
}

enum cw_err fold_unite(struct fold *f)
{
    const struct case_op **copies;
    uint32_t *sorted;
    enum cw_err err = gather_copies(f, &copies, &sorted);

    if (err != CW_OK)
        return err;
    f->ops = ARENA_ARRAY(f->arena, struct case_op, with_room(f, f->added_count, 1));
    f->by_id = ARENA_ARRAY(f->arena, uint32_t, with_room(f, f->added_count, 1));
    if (f->ops == NULL || f->by_id == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < f->added_count; i++) {
        const struct case_op *copy = copies[sorted[i]];

        if (f->op_count > 0 && ID_EQ(&f->ops[f->op_count - 1].op_id, &copy->op_id))
            join_copy(&f->ops[f->op_count - 1], copy);
        else
            f->ops[f->op_count++] = *copy;
    }
    for (uint32_t i = 0; i < f->op_count; i++)
        f->by_id[i] = i;
    f->state->ops = f->ops;
    f->state->by_id = f->by_id;
    f->state->op_count = f->op_count;
    count_verdicts(f);
    find_opening(f);
    return CW_OK;
}

uint32_t find_op(const struct fold *f, const struct cw_op_id *op_id)
{
    size_t rank;

    return ID_FIND(struct case_op, f->ops, f->op_count, op_id, op_id, &rank) ? (uint32_t)rank : NONE;
}
