/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door and the order of work of the fold. docs/fold.md says what each step does; nothing is decided here.
 */
#include "cases/work.h"

struct fold *fold_begin(struct arena *arena, const struct cw_case_id *case_id, const struct case_policy *policy)
{
    struct fold *f = ARENA_NEW(arena, struct fold);

    if (f == NULL)
        return NULL;
    f->arena = arena;
    f->policy = policy;
    f->opening = f->begins = f->reports = NONE;
    f->state = ARENA_NEW(arena, struct case_state);
    if (f->state == NULL)
        return NULL;
    f->state->case_id = *case_id;
    return f;
}

static bool write_is_bounded(const struct op_write *write)
{
    return write->supersede_count <= SUPERSEDES_MAX;
}

/* §1.4 */
bool op_is_bounded(const struct op *op)
{
    if (op->write_count > WRITES_MAX || op->after_count > AFTER_MAX || op->ref_count > REFS_MAX ||
        op->correct_count > 8 || op->same_count > 8)
        return false;
    for (uint32_t i = 0; i < op->write_count; i++) {
        if (!write_is_bounded(&op->writes[i]))
            return false;
    }
    return true;
}

static struct op_chunk *chunk_with_room(struct fold *f)
{
    struct op_chunk *chunk = f->last_chunk;

    if (chunk != NULL && chunk->count < CW_COUNT(chunk->ops))
        return chunk;
    chunk = ARENA_NEW(f->arena, struct op_chunk);
    if (chunk == NULL)
        return NULL;
    if (f->last_chunk != NULL)
        f->last_chunk->next = chunk;
    else
        f->first_chunk = chunk;
    f->last_chunk = chunk;
    return chunk;
}

enum cw_err fold_add(struct fold *f, const struct case_op *op)
{
    struct op_chunk *chunk;

    if (op->op != NULL && !op_is_bounded(op->op))
        return CW_REFUSED_MALFORMED;
    if (f->added_count == FOLD_OPS_MAX)
        return CW_REFUSED_SIZE;
    chunk = chunk_with_room(f);
    if (chunk == NULL)
        return CW_LOCAL_MEMORY;
    chunk->ops[chunk->count++] = *op;
    f->added_count++;
    return CW_OK;
}

void fold_make_room(struct fold *f, uint32_t ops)
{
    f->room = ops;
}

enum cw_err fold_finish(struct fold *f, const struct case_state **out)
{
    static enum cw_err (*const steps[])(struct fold *) = {
        fold_unite,    fold_resolve, fold_order,    fold_opening,  fold_events,
        fold_classify, fold_naming,  fold_machines, fold_disputes, fold_ownership,
        fold_owned,    fold_rules,   fold_tallies,  fold_clocks,   fold_findings,
    };

    for (size_t i = 0; i < CW_COUNT(steps); i++) {
        enum cw_err err = steps[i](f);

        if (err != CW_OK)
            return err;
    }
    *out = f->state;
    return CW_OK;
}
