/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_CACHE_H
#define CASEWIRE_NODE_ANSWER_CACHE_H

/*
 * Answers kept for as long as they are true, so that a case that many read is folded once and not once a reader.
 *
 * What an answer depends on is either part of the key under which it is kept, or of the moment as of which it is:
 *
 *   the question       case and shape                        key
 *   the reader         everything that rights are made of    key: readers of other rights share nothing
 *   the case's rows    commit                                every write to a row of the case ends its answers
 *   names, policy      authority                             every change of the authority table ends all answers
 *   the time of day    good_until, and when it was made      an answer in which something is due ends then
 *
 * Bounded in bytes and in count; the one used longest ago goes first.
 *
 * Threads: any. answer_cache_touch: the node thread, before the write can be seen by anybody.
 */

#include "node/node.h"
#include "proto/bytes.h"

#include <stddef.h>

#define ANSWER_CACHE_LEN_DEFAULT ((size_t)4 << 20) /* bytes of all answers together */
#define ANSWER_CACHE_COUNT_MAX 128u

struct answer_cache;

/* What decides about what a reader may see. Zeroed before it is filled: compared as bytes. */
struct reader_rights {
    bool admin;
    uint32_t subject; /* enum subject_kind */
    uint64_t roles;
    char division[DIVISION_LEN_MAX + 1];
};

/* Zeroed before it is filled: compared as bytes. */
struct answer_key {
    struct cw_case_id case_id;
    uint32_t shape; /* which question, and in which form it is answered */
    struct reader_rights rights;
};

/* The moment as of which an answer is, or is wanted: taken before anything is read for it. */
struct answer_moment {
    uint64_t commit;    /* of the snapshot */
    uint64_t authority; /* generation of the authority table */
    struct cw_wall now;
};

/* NULL: no memory. len_max 0: keeps nothing. */
struct answer_cache *answer_cache_new(size_t len_max);
void answer_cache_free(struct answer_cache *cache);

/* A row of this case is written by the turn whose commit will have this number. */
void answer_cache_touch(struct answer_cache *cache, const struct cw_case_id *id, uint64_t commit);

/* A copy in the arena; false: nothing is kept that is true at this moment, or the arena is full. */
bool answer_cache_get(struct answer_cache *cache, const struct answer_key *key, const struct answer_moment *at,
                      struct arena *arena, struct cw_slice *out);
/* Keeps a copy, unless it is too large. good_until: the first moment at which it is wrong. */
void answer_cache_put(struct answer_cache *cache, const struct answer_key *key, const struct answer_moment *at,
                      struct cw_wall good_until, struct cw_slice answer);

struct answer_cache_facts {
    uint64_t found, missed;
    uint32_t count;
    size_t len;
};
void answer_cache_look(struct answer_cache *cache, struct answer_cache_facts *out);

#endif
