/* SPDX-License-Identifier: Apache-2.0 */
#include "core/dial.h"

void dial_init(struct dial *d, struct cw_mono now)
{
    *d = (struct dial){0, now};
}

bool dial_due(const struct dial *d, struct cw_mono now)
{
    return mono_reached(now, d->next);
}

void dial_started(struct dial *d)
{
    d->next = CW_NEVER;
}

void dial_linked(struct dial *d)
{
    *d = (struct dial){0, CW_NEVER};
}

static int64_t unreachable_ms(uint32_t failures)
{
    uint32_t doublings = failures < 5 ? failures : 5;
    int64_t ms = (int64_t)DIAL_UNREACHABLE_MS_MIN << doublings;

    return ms < DIAL_UNREACHABLE_MS_MAX ? ms : DIAL_UNREACHABLE_MS_MAX;
}

void dial_failed(struct dial *d, enum dial_outcome outcome, struct cw_mono now, uint64_t jitter)
{
    int64_t whole = outcome == DIAL_REFUSED ? DIAL_REFUSED_MS : unreachable_ms(d->failures);
    int64_t half = whole / 2;

    if (d->failures < UINT32_MAX)
        d->failures++;
    d->next = mono_after(now, half + (int64_t)(jitter % (uint64_t)(half + 1)));
}
