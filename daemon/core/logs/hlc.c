/* SPDX-License-Identifier: Apache-2.0 */
#include "core/hlc.h"

uint64_t hlc_issue(struct hlc *clock, struct cw_wall wall)
{
    uint64_t physical = hlc_of_wall(wall);

    clock->last = physical > clock->last ? physical : clock->last + 1;
    return clock->last;
}

void hlc_merge(struct hlc *clock, uint64_t remote, struct cw_wall wall)
{
    uint64_t bound = hlc_of_wall((struct cw_wall){wall.ms + HLC_PULL_MS_MAX});
    uint64_t pulled = remote < bound ? remote : bound;

    if (pulled > clock->last)
        clock->last = pulled;
}

bool hlc_must_shed(const struct hlc *clock, struct cw_wall wall)
{
    return hlc_is_ahead(clock->last, wall, HLC_SHED_MS);
}
