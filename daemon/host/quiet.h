/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_QUIET_H
#define CASEWIRE_HOST_QUIET_H

/*
 * A peer that is away is dialled every second or two, and each attempt ends with the same words. What ends so is worth a
 * line when it is new, then after a minute, two, four, at last each hour. For each place and reason apart: two reasons that
 * take turns are not new each time. One thread.
 */

#include "proto/link_end.h"

#define QUIET_PLACES_MAX 320 /* those above are never held back */
#define QUIET_PAUSE_MS_MIN 60000
#define QUIET_PAUSE_MS_MAX 3600000

struct quiet {
    struct quiet_place {
        uint64_t name; /* hash of it */
        struct {
            struct cw_mono next;
            int64_t pause_ms; /* 0: never written */
            uint32_t held_back;
        } ends[LINK_END_COUNT];
    } places[QUIET_PLACES_MAX];
    uint32_t count;
};

/*
 * Whether it is to be written that a link to the place ended so; *out_held_back: how often it was not, since it was. Each end
 * of a link that was up is, and all is new again behind it.
 */
bool quiet_lets(struct quiet *q, struct cw_slice place, enum link_end end, struct cw_mono now, uint32_t *out_held_back);

#endif
