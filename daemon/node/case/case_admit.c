/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_cached.h"

/*
 * This turn's own ops in the cases that are kept. An op stands at the end, with a clock above all others, until it gets its
 * place. What is fresh has not been folded yet: it is appended to the fold, once somebody asks, where that gives the same as the whole.
 */

#define PROVISIONAL_HLC (UINT64_MAX - ((uint64_t)1 << 32))

static enum cw_err copy_payloads(const struct prepared *p, struct arena *arena, struct loaded_op *op)
{
    for (uint32_t i = 0; i < p->part_count; i++) {
        const void *copy = p->payloads[i].len == 0 ? "" : arena_copy(arena, p->payloads[i].data, p->payloads[i].len);

        if (copy == NULL)
            return CW_LOCAL_MEMORY;
        op->payloads[i] = slice(copy, p->payloads[i].len);
        op->parts[i] = PART_OPENED;
    }
    return CW_OK;
}

static void note_fresh(struct cached *c, const struct loaded_op *op)
{
    c->folded = false;
    if (c->fresh_count == FRESH_MAX)
        c->foldable = false;
    else
        c->fresh[c->fresh_count++] = op;
}

static enum cw_err add_provisional(struct turn *t, const struct prepared *p, struct cached *c)
{
    struct loaded_op *op = ARENA_NEW(&c->arena, struct loaded_op);

    if (op == NULL)
        return CW_LOCAL_MEMORY;
    op->op_id = p->op_id;
    op->hlc = PROVISIONAL_HLC + t->n->cases->provisional++;
    op->verdict = VERDICT_EFFECTIVE;
    op->submission_ok = true;
    op->author = p->header.author;
    op->author_time = p->header.author_time;
    op->part_count = p->part_count;
    memcpy(op->origin, t->n->identity.division, sizeof op->origin);
    enum cw_err err = copy_payloads(p, &c->arena, op);
    if (err == CW_OK)
        err = loaded_op_author(t->n, op, &c->arena);
    if (err == CW_OK)
        err = loaded_op_decode(op, &c->arena);
    if (err == CW_OK)
        err = loaded_case_add(&c->loaded, op, &c->arena);
    if (err == CW_OK)
        note_fresh(c, op);
    return err;
}

static struct loaded_op *find_op(const struct cached *cached, const struct cw_op_id *op)
{
    const struct loaded_case *c = &cached->loaded;
    bool by_state = cached->listed > 0 && cached->listed == c->state->op_count;
    uint32_t place, from = by_state && !state_find_op(c->state, op, &place) ? cached->listed : 0;

    for (uint32_t i = c->op_count; i > from; i--) {
        if (ID_EQ(&c->ops[i - 1]->op_id, op))
            return c->ops[i - 1];
    }
    return NULL;
}

/* An entry of it came before, of which nothing can be opened. Its place is settled with its entry of ours. */
static enum cw_err open_known(const struct prepared *p, struct cached *c, struct loaded_op *op)
{
    enum cw_err err = copy_payloads(p, &c->arena, op);

    if (err != CW_OK)
        return err;
    c->foldable = false;
    op->verdict = VERDICT_EFFECTIVE;
    return loaded_op_decode(op, &c->arena);
}

/* One that is open stands as it was stored, in this turn too. */
static enum cw_err add_once(struct turn *t, const struct prepared *p, struct cached *c)
{
    struct loaded_op *known = find_op(c, &p->op_id);

    if (known == NULL)
        return add_provisional(t, p, c);
    return known->decoded ? CW_OK : open_known(p, c, known);
}

/* What this turn admitted to the case and has not written yet. */
enum cw_err cached_add_admitted(struct turn *t, struct cached *c)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < t->submission_count && err == CW_OK; i++) {
        const struct prepared *p = t->submissions[i].prepared;

        if (p->header.op_class == CLASS_CASE && ID_EQ(&p->case_id, &c->loaded.id))
            err = add_once(t, p, c);
    }
    return err;
}

enum cw_err case_cache_admit(struct turn *t, const struct cw_case_id *id, const struct prepared *p)
{
    struct cached *c = *case_cache_find(t->n->cases, id);
    enum cw_err err;

    if (c == NULL)
        return CW_OK; /* whoever asks for the case in this turn gets the op with it */
    c->folded = false;
    err = add_once(t, p, c);
    if (err == CW_LOCAL_MEMORY) { /* the next who asks loads it into larger memory */
        case_cache_drop(t->n, id);
        return CW_OK;
    }
    return err;
}

static bool is_fresh(const struct cached *c, const struct loaded_op *op)
{
    for (uint32_t i = 0; i < c->fresh_count; i++) {
        if (c->fresh[i] == op)
            return true;
    }
    return false;
}

/* A clock that runs ahead elsewhere has given greater times than our own: it does not stand at the end then. */
static void move_down(struct cached *c, uint32_t at)
{
    struct loaded_op **ops = c->loaded.ops;

    for (; at > 0 && loaded_op_compare(ops[at - 1], ops[at]) > 0; at--) {
        struct loaded_op *kept = ops[at];

        ops[at] = ops[at - 1];
        ops[at - 1] = kept;
        c->listed = 0;
    }
}

void case_cache_place(struct node *n, const struct cw_case_id *id, const struct entry_in *e)
{
    struct cached *c = *case_cache_find(n->cases, id);

    if (c == NULL)
        return;
    for (uint32_t i = c->loaded.op_count; i > 0; i--) {
        struct loaded_op *op = c->loaded.ops[i - 1];

        if (!ID_EQ(&op->op_id, &e->header.op_id))
            continue;
        op->hlc = e->header.hlc;
        op->log = e->log;
        op->seq = e->header.seq;
        c->hashed = false;
        move_down(c, i - 1);
        if (is_fresh(c, op))
            return;
        c->foldable = c->foldable && case_fold_place(&c->loaded, op);
        c->folded = c->folded && c->foldable;
        return;
    }
}

/* --- ops of others ----------------------------------------------------------------------------------------- */

static enum cw_err load_arrived(struct turn *t, struct cached *c, const struct cw_op_id *op, uint64_t hlc,
                                struct loaded_op **out)
{
    struct case_op_place place = {.op_id = *op, .hlc = hlc};
    struct cw_slice raw;
    enum cw_err err = db_get(t->n, t->txn, TABLE_CASE_OP, row_key_case_op(&c->loaded.id, hlc, op), &raw);

    if (err == CW_OK)
        err = case_op_row_parse(raw, &place.row);
    if (err == CW_OK)
        err = case_load_op(t->n, t->txn, &c->loaded.id, &place, &c->arena, out);
    return err == CW_OK ? loaded_case_add(&c->loaded, *out, &c->arena) : err;
}

bool case_cache_arrived(struct turn *t, const struct cw_case_id *id, const struct cw_op_id *op, uint64_t hlc)
{
    struct cached *c = *case_cache_find(t->n->cases, id);
    struct loaded_op *loaded;

    if (c == NULL || !c->foldable || c->fresh_count == FRESH_MAX || find_op(c, op) != NULL)
        return false;
    if (load_arrived(t, c, op, hlc, &loaded) != CW_OK) {
        c->folded = c->foldable = false;
        return false;
    }
    if (c->listed > 0 && loaded_op_compare(c->loaded.ops[c->listed - 1], loaded) >= 0)
        c->listed = 0; /* it stands among those */
    note_fresh(c, loaded);
    return true;
}
