/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

#include <stdlib.h>

/*
 * Cases of late, kept opened and decoded, so that a submission to a busy case costs its fold and not the
 * opening of its whole history. Node thread only. An op admitted in this turn stands at the end, with a
 * clock above all others, until it gets its place.
 */

#define PROVISIONAL_HLC (UINT64_MAX - ((uint64_t)1 << 32))

struct cached {
    struct cached *next;
    struct loaded_case loaded;
    uint8_t *memory, *state_memory;
    struct arena arena, state_arena;
    bool folded, hashed;
    uint64_t used; /* turn of the last use */
};

struct case_cache {
    struct cached *first; /* most recently used first */
    uint32_t count, max;
    uint64_t turn, provisional;
};

struct case_cache *case_cache_new(uint32_t max)
{
    struct case_cache *cache = calloc(1, sizeof *cache);

    if (cache != NULL)
        cache->max = max;
    return cache;
}

static void cached_free(struct cached *c)
{
    free(c->memory);
    free(c->state_memory);
    free(c);
}

void case_cache_free(struct case_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->first != NULL) {
        struct cached *c = cache->first;

        cache->first = c->next;
        cached_free(c);
    }
    free(cache);
}

static struct cached **find(struct case_cache *cache, const struct cw_case_id *id)
{
    struct cached **at = &cache->first;

    while (*at != NULL && !ID_EQ(&(*at)->loaded.id, id))
        at = &(*at)->next;
    return at;
}

void case_cache_begin_turn(struct case_cache *cache)
{
    struct cached **at = &cache->first;

    cache->turn++;
    cache->provisional = 0;
    for (uint32_t i = 0; i < cache->max && *at != NULL; i++)
        at = &(*at)->next;
    while (*at != NULL) {
        struct cached *c = *at;

        *at = c->next;
        cached_free(c);
        cache->count--;
    }
}

void case_cache_drop(struct node *n, const struct cw_case_id *id)
{
    struct cached **at = find(n->cases, id), *c = *at;

    if (c == NULL)
        return;
    *at = c->next;
    cached_free(c);
    n->cases->count--;
}

static struct cached *to_front(struct case_cache *cache, struct cached **at)
{
    struct cached *c = *at;

    *at = c->next;
    c->next = cache->first;
    cache->first = c;
    c->used = cache->turn;
    return c;
}

/* --- this turn's own ops --------------------------------------------------------------------------------- */

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
    if (err != CW_OK)
        return err;
    loaded_op_decode(op, &c->arena);
    return loaded_case_add(&c->loaded, op, &c->arena);
}

static bool is_loaded(const struct loaded_case *c, const struct cw_op_id *op)
{
    for (uint32_t i = c->op_count; i > 0; i--) {
        if (ID_EQ(&c->ops[i - 1]->op_id, op))
            return true;
    }
    return false;
}

/* What this turn admitted to the case and has not written yet. */
static enum cw_err add_admitted(struct turn *t, struct cached *c)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < t->submission_count && err == CW_OK; i++) {
        const struct prepared *p = t->submissions[i].prepared;

        if (p->header.op_class == CLASS_CASE && ID_EQ(&p->case_id, &c->loaded.id) && !is_loaded(&c->loaded, &p->op_id))
            err = add_provisional(t, p, c);
    }
    return err;
}

/* --- loading --------------------------------------------------------------------------------------------- */

static bool give_memory(uint8_t **memory, struct arena *arena, size_t len)
{
    free(*memory);
    *memory = malloc(len);
    *arena = arena_over(*memory, *memory == NULL ? 0 : len);
    return *memory != NULL;
}

/* What is stored, and what this turn will store. Nothing of either: a case without ops, which the caller tells. */
static enum cw_err load_all(struct turn *t, const struct cw_case_id *id, struct cached *c)
{
    enum cw_err err = case_load_ops(t->n, t->txn, id, &c->arena, &c->loaded);

    c->loaded.id = *id;
    return err == CW_OK || err == CW_REFUSED_UNKNOWN_CASE ? add_admitted(t, c) : err;
}

/* Twice the memory each time until it fits. Half of it stays free for the ops to come. */
static enum cw_err load(struct turn *t, const struct cw_case_id *id, struct cached *c)
{
    enum cw_err err = CW_LOCAL_MEMORY;

    for (size_t len = CASE_ARENA_LEN_MIN; err == CW_LOCAL_MEMORY && len <= CASE_ARENA_LEN_MAX; len *= 2) {
        if (!give_memory(&c->memory, &c->arena, len))
            return CW_LOCAL_MEMORY;
        err = load_all(t, id, c);
    }
    return err;
}

static enum cw_err fold_into(struct turn *t, struct cached *c, bool with_leaf)
{
    enum cw_err err = c->folded ? CW_OK : case_fold_loaded(t->n, &c->loaded, &c->state_arena);

    if (err == CW_OK && with_leaf)
        err = case_hash_loaded(t->n, &c->loaded, &c->state_arena);
    c->folded = err == CW_OK;
    c->hashed = err == CW_OK && with_leaf;
    return err;
}

static enum cw_err fold(struct turn *t, struct cached *c, bool with_leaf)
{
    enum cw_err err = CW_LOCAL_MEMORY;

    for (size_t len = c->state_arena.len > 0 ? c->state_arena.len : CASE_ARENA_LEN_MIN;
         err == CW_LOCAL_MEMORY && len <= CASE_ARENA_LEN_MAX; len *= 2) {
        if (len != c->state_arena.len && !give_memory(&c->state_memory, &c->state_arena, len))
            return CW_LOCAL_MEMORY;
        if (!c->folded)
            c->state_arena.used = 0;
        err = fold_into(t, c, with_leaf);
    }
    t->counters[COUNTER_FOLDS]++;
    return err;
}

/* --- taking and giving ------------------------------------------------------------------------------------ */

static enum cw_err take(struct turn *t, const struct cw_case_id *id, struct cached **out)
{
    struct case_cache *cache = t->n->cases;
    struct cached **at = find(cache, id), *c;

    if (*at != NULL) {
        *out = to_front(cache, at);
        return CW_OK;
    }
    c = calloc(1, sizeof *c);
    if (c == NULL)
        return CW_LOCAL_MEMORY;
    enum cw_err err = load(t, id, c);
    if (err != CW_OK) {
        cached_free(c);
        return err;
    }
    c->next = cache->first;
    cache->first = c;
    cache->count++;
    *out = c;
    return CW_OK;
}

enum cw_err case_cache_get(struct turn *t, const struct cw_case_id *id, bool with_leaf, const struct loaded_case **out)
{
    struct cached *c;
    enum cw_err err = take(t, id, &c);

    if (err != CW_OK)
        return err;
    if (c->loaded.op_count == 0)
        return CW_REFUSED_UNKNOWN_CASE;
    if (!c->folded || (with_leaf && !c->hashed))
        err = fold(t, c, with_leaf);
    if (err == CW_OK)
        *out = &c->loaded;
    return err;
}

enum cw_err case_cache_admit(struct turn *t, const struct cw_case_id *id, const struct prepared *p)
{
    struct cached *c = *find(t->n->cases, id);
    enum cw_err err;

    if (c == NULL)
        return CW_OK; /* whoever asks for the case in this turn gets the op with it */
    c->folded = false;
    err = add_provisional(t, p, c);
    if (err == CW_LOCAL_MEMORY) { /* the next who asks loads it into larger memory */
        case_cache_drop(t->n, id);
        return CW_OK;
    }
    return err;
}

void case_cache_place(struct node *n, const struct cw_case_id *id, const struct entry_in *e)
{
    struct cached *c = *find(n->cases, id);

    if (c == NULL)
        return;
    for (uint32_t i = c->loaded.op_count; i > 0; i--) {
        struct loaded_op *op = c->loaded.ops[i - 1];

        if (!ID_EQ(&op->op_id, &e->header.op_id))
            continue;
        op->hlc = e->header.hlc;
        op->log = e->log;
        op->seq = e->header.seq;
        c->folded = false;
        return;
    }
}
