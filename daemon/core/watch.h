/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_WATCH_H
#define CASEWIRE_CORE_WATCH_H

/* Waits for "held by k divisions": a bounded list; each ends once, by being held or by its deadline. */

#include "core/event.h"

struct watch {
    uint64_t tag;
    struct log_id log;
    uint64_t seq;
    uint32_t k;
    struct cw_mono deadline;
};

struct watches {
    struct watch *at;
    uint32_t count, max;
};

void watches_init(struct watches *w, struct arena *memory, uint32_t max);
bool watches_add(struct watches *w, const struct watch *watch); /* false: full */
void watches_remove(struct watches *w, uint32_t index);         /* the last one takes its place */
struct cw_mono watches_next(const struct watches *w);

#endif
