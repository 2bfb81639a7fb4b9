/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <utlist.h>

/*
 * When a case was written to last, in as many slots: cases that share one end each other's answers, which costs a
 * fold and nothing else. A slot is written before the turn commits and read after the snapshot was taken, so whoever
 * has a snapshot of that commit sees it.
 */
#define SLOTS 4096u

struct kept {
    struct kept *prev, *next; /* most recently used first */
    struct answer_key key;
    struct answer_moment made;
    struct cw_wall good_until;
    size_t len;
    uint8_t bytes[];
};

struct answer_cache {
    pthread_mutex_t lock;
    struct kept *first;
    uint32_t count;
    size_t len, len_max;
    uint64_t found, missed;
    _Atomic uint64_t written[SLOTS];
};

struct answer_cache *answer_cache_new(size_t len_max)
{
    struct answer_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL || pthread_mutex_init(&cache->lock, NULL) != 0) {
        free(cache);
        return NULL;
    }
    cache->len_max = len_max;
    return cache;
}

static void drop(struct answer_cache *cache, struct kept *k)
{
    DL_DELETE(cache->first, k);
    cache->count--;
    cache->len -= k->len;
    free(k);
}

void answer_cache_free(struct answer_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->first != NULL)
        drop(cache, cache->first);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

/* Case ids are hashes: their first bytes spread well, and who makes them collide gains nothing. */
static _Atomic uint64_t *slot_of(struct answer_cache *cache, const struct cw_case_id *id)
{
    return &cache->written[((uint32_t)id->b[0] << 8 | id->b[1]) % SLOTS];
}

void answer_cache_touch(struct answer_cache *cache, const struct cw_case_id *id, uint64_t commit)
{
    atomic_store(slot_of(cache, id), commit);
}

/* Nothing of the case was written after this moment. */
static bool is_last_word(struct answer_cache *cache, const struct answer_key *key, const struct answer_moment *made)
{
    return atomic_load(slot_of(cache, &key->case_id)) <= made->commit;
}

/* A clock that was set back makes nothing true again. */
static bool is_true(struct answer_cache *cache, const struct kept *k, const struct answer_moment *at)
{
    return is_last_word(cache, &k->key, &k->made) && k->made.commit <= at->commit &&
           k->made.authority == at->authority && k->made.now.ms <= at->now.ms && at->now.ms < k->good_until.ms;
}

static struct kept *find(struct answer_cache *cache, const struct answer_key *key)
{
    struct kept *k;

    DL_FOREACH (cache->first, k) {
        /* Padding that differs only means that it is read anew. NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*) */
        if (memcmp(&k->key, key, sizeof *key) == 0)
            return k;
    }
    return NULL;
}

static void to_front(struct answer_cache *cache, struct kept *k)
{
    DL_DELETE(cache->first, k);
    DL_PREPEND(cache->first, k);
}

bool answer_cache_get(struct answer_cache *cache, const struct answer_key *key, const struct answer_moment *at,
                      struct arena *arena, struct cw_slice *out)
{
    struct kept *k;
    const void *copy = NULL;

    (void)pthread_mutex_lock(&cache->lock);
    k = find(cache, key);
    if (k != NULL && is_true(cache, k, at)) {
        copy = arena_copy(arena, k->bytes, k->len);
        *out = slice(copy, copy == NULL ? 0 : k->len);
        to_front(cache, k);
    }
    if (copy != NULL)
        cache->found++;
    else
        cache->missed++;
    (void)pthread_mutex_unlock(&cache->lock);
    return copy != NULL;
}

/* NOLINTBEGIN(clang-analyzer-unix.Malloc): a utlist's head keeps its tail as prev, which the analyzer does not see */
static void make_room(struct answer_cache *cache, size_t len)
{
    while (cache->first != NULL && (cache->len + len > cache->len_max || cache->count >= ANSWER_CACHE_COUNT_MAX))
        drop(cache, cache->first->prev);
}
/* NOLINTEND(clang-analyzer-unix.Malloc) */

static void keep(struct answer_cache *cache, struct kept *fresh)
{
    struct kept *old = find(cache, &fresh->key);

    if (old != NULL)
        drop(cache, old);
    make_room(cache, fresh->len);
    DL_PREPEND(cache->first, fresh);
    cache->count++;
    cache->len += fresh->len;
}

void answer_cache_put(struct answer_cache *cache, const struct answer_key *key, const struct answer_moment *at,
                      struct cw_wall good_until, struct cw_slice answer)
{
    struct kept *fresh;

    if (answer.len == 0 || answer.len > cache->len_max / 4 || good_until.ms <= at->now.ms)
        return;
    fresh = malloc(sizeof *fresh + answer.len);
    if (fresh == NULL)
        return;
    *fresh = (struct kept){.made = *at, .good_until = good_until, .len = answer.len};
    memcpy(&fresh->key, key, sizeof *key); /* padding and all */
    memcpy(fresh->bytes, answer.data, answer.len);
    (void)pthread_mutex_lock(&cache->lock);
    keep(cache, fresh);
    (void)pthread_mutex_unlock(&cache->lock);
}

void answer_cache_look(struct answer_cache *cache, struct answer_cache_facts *out)
{
    (void)pthread_mutex_lock(&cache->lock);
    *out = (struct answer_cache_facts){cache->found, cache->missed, cache->count, cache->len};
    (void)pthread_mutex_unlock(&cache->lock);
}
