/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_FEED_H
#define CASEWIRE_CORE_FEED_H

/*
 * A feed's order: an op after the ops it names, as far as they are in the same lot; beyond that by (hlc, op id).
 * A cause that is in no lot never holds anything up: it is delivered earlier, or marked missing by the caller.
 */

#include "core/replica.h"

struct feed_op {
    struct cw_op_id op;
    uint64_t hlc;
    uint32_t cause_count;
    const struct cw_op_id *causes; /* after and supersedes, resolved to op ids */
};

#define FEED_LOT_MAX 4096

struct feed_scratch {
    uint32_t *by_id; /* each FEED_LOT_MAX, or as many as the largest lot */
    uint32_t *by_time;
    uint32_t *waits_for;
};

/*
 * Writes the indexes of ops in the order of delivery. Ops of one lot are distinct. An op cannot name itself by way
 * of others, since each id is a hash over the ids it names; were such bytes to come all the same, the ring is
 * delivered by time, each once.
 */
void feed_order(const struct feed_op *ops, uint32_t count, const struct feed_scratch *scratch, uint32_t *out);

/* The contiguous prefix that a feed may claim of one log: it ends before the first entry whose blobs are not held (for
 * a member: not opened). The caller clips it down to a seal end. 0: nothing yet. */
uint64_t feed_prefix(const struct log_head *head);

#endif
