/* SPDX-License-Identifier: Apache-2.0 */
#include "core/seen.h"

#include "core/logs.h"

static bool held_there(const struct frontier_item *seen, uint64_t seq)
{
    return log_holds_blob(seen->blob_seq, seen->holes, seen->hole_count, seq);
}

/* Holes here below the last one that counts, which were none there. */
static uint64_t lacking_holes(const struct frontier_item *seen, const struct log_head *here)
{
    uint64_t lacking = 0;

    for (uint32_t i = 0; i < here->hole_count; i++) {
        if (here->holes[i] <= seen->seq && held_there(seen, here->holes[i]))
            lacking++;
    }
    return lacking;
}

/* Parts beyond blob_seq here, which were held there. */
static uint64_t lacking_beyond(const struct frontier_item *seen, const struct log_head *here)
{
    uint64_t upto = seen->blob_seq < seen->seq ? seen->blob_seq : seen->seq;
    uint64_t lacking;

    if (upto <= here->blob_seq)
        return 0;
    lacking = upto - here->blob_seq;
    for (uint32_t i = 0; i < seen->hole_count; i++) {
        if (seen->holes[i] > here->blob_seq && seen->holes[i] <= upto)
            lacking--;
    }
    return lacking;
}

uint64_t seen_lacking(const struct frontier_item *seen, const struct log_head *here)
{
    if (here == NULL)
        return seen->seq;
    if (here->forked)
        return 0;
    if (here->seq < seen->seq)
        return seen->seq - here->seq;
    /* As many entries, and others: one of the two branches is not known here yet. */
    if (here->seq == seen->seq && seen->seq > 0 && !ID_EQ(&here->seal, &seen->seal))
        return 1;
    return lacking_holes(seen, here) + lacking_beyond(seen, here);
}

uint64_t seen_lacking_prior(const struct position *at, const struct log_head *here)
{
    const struct frontier_item whole = {.log = at->log, .seq = at->seq, .seal = at->seal, .blob_seq = at->seq};

    return seen_lacking(&whole, here);
}

bool seen_must_list(const struct log_head *head, const struct position *implied_by)
{
    if (implied_by == NULL || head->seq != implied_by->seq || !ID_EQ(&head->seal, &implied_by->seal))
        return head->seq > 0;
    return head->blob_seq < head->seq || head->hole_count > 0;
}
