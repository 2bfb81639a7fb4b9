/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_cached.h"

#include <stdlib.h>

/*
 * Cases of late, kept opened and decoded, so that a submission to a busy case costs its fold and not the
 * opening of its whole history. Node thread only. This turn's own ops: case_admit.c.
 *
 * The fold is kept too. An op that came since is appended to it where that is the same as folding the whole (fold.h), once
 * it has its place; whatever else changes a case has its whole folded again.
 */

#define ROOMY_OPS_MIN 8
#define APPENDED_FOR_ONE 16 /* so many cost less than folding one more op of a short case */

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

static void let_go(struct case_cache *cache, struct cached **at)
{
    struct cached *c = *at;

    *at = c->next;
    cache->count--;
    cache->len -= c->counted;
    cached_free(c);
}

static void count_len(struct case_cache *cache, struct cached *c)
{
    size_t len = sizeof *c + c->arena.len + c->state_arena.len;

    cache->len = cache->len - c->counted + len;
    c->counted = len;
}

void case_cache_free(struct case_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->first != NULL)
        let_go(cache, &cache->first);
    free(cache);
}

struct cached **case_cache_find(struct case_cache *cache, const struct cw_case_id *id)
{
    struct cached **at = &cache->first;

    while (*at != NULL && !ID_EQ(&(*at)->loaded.id, id))
        at = &(*at)->next;
    return at;
}

/* Opening, decoding and folding it again costs a tenth of a second: one such is kept beside the others. */
static bool is_long(const struct cached *c)
{
    return c->counted >= CASE_LONG_LEN_MIN && c->counted <= CASE_LONG_LEN_MAX;
}

void case_cache_begin_turn(struct case_cache *cache)
{
    struct cached **at = &cache->first;
    bool spared = false;
    size_t kept = 0;

    cache->turn++;
    cache->provisional = 0;
    for (uint32_t i = 0; *at != NULL; i++) {
        bool spare = is_long(*at) && !spared;

        spared = spared || spare;
        if (i < cache->max && (i == 0 || spare || kept + (*at)->counted <= CASE_CACHE_LEN)) {
            kept += spare ? 0 : (*at)->counted;
            at = &(*at)->next;
        } else {
            let_go(cache, at);
        }
    }
}

size_t case_cache_len(const struct case_cache *cache)
{
    return cache->len;
}

void case_cache_drop(struct node *n, const struct cw_case_id *id)
{
    struct cached **at = case_cache_find(n->cases, id);

    if (*at != NULL)
        let_go(n->cases, at);
}

/* True: the state is that of all ops. What was appended before one that cannot be goes with the whole. */
static bool append_fresh(struct cached *c)
{
    bool done = c->foldable;

    for (uint32_t i = 0; i < c->fresh_count && done; i++) {
        if (case_fold_append(&c->loaded, c->fresh[i], &done) != CW_OK)
            done = false;
    }
    c->foldable = c->folded = done;
    c->hashed = false;
    c->fresh_count = 0;
    c->listed = done ? c->loaded.op_count : 0;
    return done;
}

bool case_cache_appends(struct turn *t, const struct cw_case_id *id, uint32_t *out_cost)
{
    struct cached *c = *case_cache_find(t->n->cases, id);

    if (c == NULL || !c->foldable)
        return false;
    *out_cost = 1 + c->fresh_count / APPENDED_FOR_ONE;
    return c->folded || append_fresh(c);
}

void case_cache_refold(struct node *n)
{
    for (struct cached *c = n->cases->first; c != NULL; c = c->next)
        c->folded = c->foldable = false;
}

static struct cached **find_other_long(struct case_cache *cache, const struct cached *saved)
{
    struct cached **at = &cache->first;

    while (*at != NULL && (*at == saved || !is_long(*at)))
        at = &(*at)->next;
    return at;
}

void case_cache_saved(struct node *n, const struct cw_case_id *id)
{
    struct case_cache *cache = n->cases;
    struct cached *saved = *case_cache_find(cache, id);
    struct cached **other = find_other_long(cache, saved);
    size_t spared = saved != NULL && is_long(saved) ? saved->counted : *other != NULL ? (*other)->counted : 0;

    if (saved == NULL || cache->count == 1) /* one alone may be as large as it is */
        return;
    bool other_is_old = *other != NULL && (*other)->used != cache->turn; /* else somebody may look at it still */
    if (is_long(saved) && other_is_old)
        let_go(cache, other);
    else if (is_long(saved) ? *other != NULL : cache->len - spared > CASE_CACHE_LEN)
        case_cache_drop(n, id);
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
    return err == CW_OK || err == CW_REFUSED_UNKNOWN_CASE ? cached_add_admitted(t, c) : err;
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

/* For ops to come; when it is full the whole is folded. A short case is folded whole in no time. */
static uint32_t room_for(const struct cached *c)
{
    return c->loaded.op_count < ROOMY_OPS_MIN ? 0 : c->loaded.op_count / 8 + 4;
}

static enum cw_err fold_into(struct turn *t, struct cached *c, bool with_leaf)
{
    enum cw_err err = CW_OK;

    if (!c->folded && !append_fresh(c)) {
        c->state_arena.used = 0;
        err = case_fold_loaded(t->n, &c->loaded, room_for(c), &c->state_arena);
        c->listed = err == CW_OK ? c->loaded.op_count : 0;
    }
    if (err == CW_OK && with_leaf)
        err = case_hash_loaded(t->n, &c->loaded, &c->state_arena);
    c->folded = c->foldable = err == CW_OK;
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
        err = fold_into(t, c, with_leaf);
    }
    t->counters[COUNTER_FOLDS]++;
    return err;
}

/* --- taking and giving ------------------------------------------------------------------------------------ */

static enum cw_err take(struct turn *t, const struct cw_case_id *id, struct cached **out)
{
    struct case_cache *cache = t->n->cases;
    struct cached **at = case_cache_find(cache, id), *c;

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
    count_len(cache, c);
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
    count_len(t->n->cases, c);
    if (err == CW_OK)
        *out = &c->loaded;
    return err;
}
