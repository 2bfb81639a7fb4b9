/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_REST_H
#define CASEWIRE_CORE_REST_H

/*
 * One log at one peer that was asked for it and did not send: it is left alone for a while, each time for longer, until
 * it sends some. So whoever shows what it does not send delays the others who show it, and does not keep it from us.
 */

#include "proto/base.h"

struct rest {
    struct cw_mono firm;  /* until then it is not asked */
    struct cw_mono until; /* until then it is asked only when nobody else shows the log */
    uint32_t times;
};

static inline void rest_begin(struct rest *rest, struct cw_mono now, int64_t firm_ms, int64_t ms,
                              uint32_t doublings_max)
{
    rest->firm = mono_after(now, firm_ms);
    rest->until = mono_after(now, ms << rest->times);
    rest->times += rest->times < doublings_max;
}

static inline void rest_end(struct rest *rest)
{
    *rest = (struct rest){.times = 0};
}

static inline bool rest_is_on(const struct rest *rest, struct cw_mono now)
{
    return !mono_reached(now, rest->until);
}

static inline bool rest_is_firm(const struct rest *rest, struct cw_mono now)
{
    return !mono_reached(now, rest->firm);
}

/* When it changes next; CW_NEVER: it is over. */
static inline struct cw_mono rest_next(const struct rest *rest, struct cw_mono now)
{
    return rest_is_firm(rest, now) ? rest->firm : rest_is_on(rest, now) ? rest->until : CW_NEVER;
}

#endif
