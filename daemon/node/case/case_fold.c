/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

/* The loaded ops through the pure fold. Caller holds the authority, or is the node thread. */

static void fill_op(const struct loaded_op *op, struct case_op *out)
{
    *out = (struct case_op){
        .op_id = op->op_id,
        .hlc = op->hlc,
        .log = op->log,
        .author = op->author,
        .roles = (uint32_t)op->author_roles,
        .division = op->author_division,
        .verdict = op->verdict,
        .author_time = op->author_time,
        .flags = op->flags & ~OP_FLAG_QUARANTINED,
        .op = op->decoded ? &op->op : NULL,
    };
    for (uint32_t i = 0; i < op->part_count; i++) {
        if (op->parts[i] != PART_OPENED && op->parts[i] != PART_ERASED)
            out->flags |= CASE_OP_PART_UNOPENED;
        if (op->parts[i] == PART_ERASED)
            out->flags |= CASE_OP_PART_ERASED;
    }
}

/* An op that the fold cannot take is set aside: one case degraded, nothing else. */
static enum cw_err add_op(struct fold *fold, struct loaded_case *c, struct loaded_op *op)
{
    struct case_op in;

    if (!op->submission_ok) /* void: nothing of it can be read, not even whose it is */
        return CW_OK;
    fill_op(op, &in);
    enum cw_err err = fold_add(fold, &in);
    if (err != CW_REFUSED_MALFORMED && err != CW_REFUSED_SIZE)
        return err;
    op->flags |= OP_FLAG_QUARANTINED;
    c->flags |= CASE_DEGRADED;
    return CW_OK;
}

static void read_flags(struct loaded_case *c)
{
    const struct case_state *s = c->state;

    if ((s->flags & (STATE_INCOMPLETE | STATE_NO_OPENING)) != 0)
        c->flags |= CASE_INCOMPLETE;
    if ((s->flags & STATE_NEWER) != 0)
        c->flags |= CASE_NEWER;
    if (s->synthetic)
        c->flags |= CASE_SYNTHETIC;
    if (s->conflict_count > 0)
        c->flags |= CASE_CONFLICT;
    c->flags |= CASE_FOLDED;
}

static enum cw_err hash_inputs(const struct node *n, struct loaded_case *c, struct arena *arena)
{
    return case_inputs_hash(c->state, slice(n->policy_positions, n->policy_positions_len), c->shelves, arena,
                            &c->inputs);
}

/* Shelves are kept where making them again costs something. */
#define SHELVED_OPS_MIN 32

static enum cw_err make_shelves(struct loaded_case *c, struct arena *arena)
{
    c->shelves = NULL;
    if (c->op_count < SHELVED_OPS_MIN)
        return CW_OK;
    c->shelves = ARENA_NEW(arena, struct case_shelves);
    return c->shelves == NULL ? CW_LOCAL_MEMORY : CW_OK;
}

enum cw_err case_fold_loaded(const struct node *n, struct loaded_case *c, uint32_t room, struct arena *arena)
{
    struct case_policy *policy = ARENA_NEW(arena, struct case_policy);
    struct fold *fold = policy == NULL ? NULL : fold_begin(arena, &c->id, policy);
    enum cw_err err = fold == NULL ? CW_LOCAL_MEMORY : CW_OK;

    c->flags = 0;
    c->fold = fold;
    c->shelves = NULL;
    if (policy != NULL)
        *policy = c->policy != NULL ? *c->policy : n->policy;
    for (uint32_t i = 0; i < c->op_count && err == CW_OK; i++)
        err = add_op(fold, c, c->ops[i]);
    if (err == CW_OK) {
        fold_make_room(fold, room);
        err = fold_finish(fold, &c->state);
    }
    if (err == CW_OK && room > 0)
        err = make_shelves(c, arena);
    if (err != CW_OK)
        return err;
    read_flags(c);
    return CW_OK;
}

enum cw_err case_fold_append(struct loaded_case *c, const struct loaded_op *op, bool *out_done)
{
    struct case_op in;

    *out_done = false;
    if (!op->submission_ok || (c->flags & CASE_DEGRADED) != 0)
        return CW_OK;
    fill_op(op, &in);
    enum cw_err err = fold_append(c->fold, &in, out_done);
    if (err != CW_OK || !*out_done)
        return err;
    if (c->shelves != NULL)
        case_shelves_forget(c->shelves, &op->op_id);
    read_flags(c);
    return CW_OK;
}

bool case_fold_place(struct loaded_case *c, const struct loaded_op *op)
{
    struct case_op in;

    fill_op(op, &in);
    if (!fold_place(c->fold, &in))
        return false;
    if (c->shelves != NULL)
        case_shelves_forget(c->shelves, &op->op_id);
    return true;
}

enum cw_err case_hash_loaded(const struct node *n, struct loaded_case *c, struct arena *arena)
{
    enum cw_err err = case_state_hash(c->state, c->shelves, arena, &c->state_hash);

    return err == CW_OK ? hash_inputs(n, c, arena) : err;
}
