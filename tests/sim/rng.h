/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_RNG_H
#define TESTS_SIM_RNG_H

/* splitmix64. Each concern of a world draws from its own, so that one more draw here moves nothing there. */

#include "proto/base.h"

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline struct rng rng_of(uint64_t seed, uint64_t purpose)
{
    struct rng of_seed = {seed}, of_purpose = {purpose ^ 0x5851f42d4c957f2du};

    /* Mixed apart: streams that begin a few steps from each other would be one stream. */
    return (struct rng){rng_next(&of_seed) ^ rng_next(&of_purpose) * 0x2545f4914f6cdd1du};
}

/* 0 .. below-1 */
static inline uint32_t rng_below(struct rng *r, uint32_t below)
{
    return below == 0 ? 0 : (uint32_t)(((rng_next(r) >> 32) * below) >> 32);
}

/* lo .. hi, both included */
static inline int64_t rng_between(struct rng *r, int64_t lo, int64_t hi)
{
    return hi <= lo ? lo : lo + (int64_t)(rng_next(r) % (uint64_t)(hi - lo + 1));
}

static inline bool rng_chance(struct rng *r, uint32_t per_mille)
{
    return rng_below(r, 1000) < per_mille;
}

static inline void rng_fill(struct rng *r, void *out, size_t len)
{
    uint8_t *at = out;

    while (len > 0) {
        uint64_t v = rng_next(r);
        size_t n = len < sizeof v ? len : sizeof v;

        memcpy(at, &v, n);
        at += n;
        len -= n;
    }
}

#endif
