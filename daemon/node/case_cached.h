/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_CASE_CACHED_H
#define CASEWIRE_NODE_CASE_CACHED_H

/* Between case_cache.c and case_admit.c: a case of late, kept opened, decoded and folded. Node thread only. */

#include "node/case_work.h"

#define FRESH_MAX 64
struct cached {
    struct cached *next;
    struct loaded_case loaded;
    uint8_t *memory, *state_memory;
    struct arena arena, state_arena;
    size_t counted; /* of its memory, in the cache's sum */
    bool folded, hashed;
    bool foldable;   /* the state is that of its ops but for the fresh ones, or of all of them */
    uint32_t listed; /* of loaded.ops, from the first: the state has been made of them */
    uint32_t fresh_count;
    const struct loaded_op *fresh[FRESH_MAX]; /* came since, in the order of loaded.ops */
    uint64_t used;                            /* turn of the last use */
};

struct case_cache {
    struct cached *first; /* most recently used first */
    uint32_t count, max;
    size_t len; /* of all memory of its cases */
    uint64_t turn, provisional;
};

/* Its place in the list; where it ends, when the case is not kept. */
struct cached **case_cache_find(struct case_cache *cache, const struct cw_case_id *id);

/* --- case_admit.c --- */
/* What this turn admitted to the case and has not written yet, once each. CW_LOCAL_MEMORY: it needs a larger arena. */
enum cw_err cached_add_admitted(struct turn *t, struct cached *c);

#endif
