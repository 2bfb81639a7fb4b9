/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_DIGEST_H
#define CASEWIRE_CORE_DIGEST_H

/*
 * Digests of case states. A leaf is {case, H(inputs), H(state)}; a case's bucket is the first byte of its id;
 * a bucket's hash runs over its leaves in ascending order of case id: h = H(h ‖ case ‖ inputs ‖ state), from
 * zeros, so that it can be built in one pass. Equal inputs with unequal state is a software fault: the alarm.
 */

#include "proto/session.h"

static inline uint32_t digest_bucket_of(const struct cw_case_id *case_id)
{
    return case_id->b[0];
}

/* leaf must be above the bucket's last one. */
void digest_add(struct hash *bucket, const struct digest_leaf *leaf);
/* All buckets; leaves ascending by case id, each once. */
void digest_build(const struct digest_leaf *leaves, uint32_t count, struct hash out[static DIGEST_BUCKETS]);
/* One hash over all buckets: what a person compares. */
void digest_whole(const struct hash buckets[static DIGEST_BUCKETS], struct hash *out);

enum digest_difference {
    DIGEST_ONLY_OURS,
    DIGEST_ONLY_THEIRS,
    DIGEST_INPUTS, /* different ops: still on their way */
    DIGEST_STATE,  /* the same ops, another state: the alarm */
};
struct digest_finding {
    enum digest_difference difference;
    struct cw_case_id case_id;
};

/* Numbers of the buckets that differ, ascending; returns how many. */
uint32_t digest_compare(const struct hash ours[static DIGEST_BUCKETS], const struct hash theirs[static DIGEST_BUCKETS],
                        uint8_t out[static DIGEST_BUCKETS]);
/* Compares the leaves of one bucket, both ascending; writes at most max findings, returns how many there are. */
uint32_t digest_locate(const struct digest_leaf *ours, uint32_t our_count, const struct digest_leaf *theirs,
                       uint32_t their_count, struct digest_finding *out, uint32_t max);

#endif
