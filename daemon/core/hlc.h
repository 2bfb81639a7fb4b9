/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_HLC_H
#define CASEWIRE_CORE_HLC_H

/*
 * Hybrid logical clock: milliseconds << 16 | counter. It breaks ties only; nobody accepts or rejects by it.
 * REPLICATION.md §3.6: "Issue: hlc = max(phys, last + 1); on merge last = max(last, min(remote, phys + 60 s))".
 */

#include "proto/base.h"

#define HLC_PULL_MS_MAX 60000 /* a bad remote clock pulls nobody further ahead than this */
/* Ahead by more than others can pull, and our own clock may go back a little meanwhile: it was our own that was wrong. */
#define HLC_SHED_MS (INT64_C(2) * HLC_PULL_MS_MAX)
#define HLC_AHEAD_MS_MAX 300000 /* an entry further ahead of our clock is worth a note */

struct hlc {
    uint64_t last;
};

static inline uint64_t hlc_of_wall(struct cw_wall wall)
{
    return wall.ms < 0 ? 0 : (uint64_t)wall.ms << 16;
}

static inline bool hlc_is_ahead(uint64_t hlc, struct cw_wall wall, int64_t ms)
{
    return hlc >> 16 > (uint64_t)(wall.ms < 0 ? 0 : wall.ms) + (uint64_t)ms;
}

uint64_t hlc_issue(struct hlc *clock, struct cw_wall wall);
void hlc_merge(struct hlc *clock, uint64_t remote, struct cw_wall wall);
/* Our own clock was wrong and has been put right: the log it issued for is closed, not carried on. */
bool hlc_must_shed(const struct hlc *clock, struct cw_wall wall);

#endif
