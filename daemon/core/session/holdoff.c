/* SPDX-License-Identifier: Apache-2.0 */
#include "core/holdoff.h"

static struct holdoff *place_for(struct holdoffs *h, const struct log_id *log)
{
    for (uint32_t i = 0; i < h->count; i++) {
        if (ID_EQ(&h->at[i].log, log))
            return &h->at[i];
    }
    struct holdoff *place = &h->at[h->next];

    if (h->count < HOLDOFFS_MAX)
        h->count++;
    h->next = (h->next + 1) % HOLDOFFS_MAX;
    *place = (struct holdoff){.log = *log};
    return place;
}

static int64_t wait_ms(uint32_t tries)
{
    return tries >= 5 ? HOLDOFF_MS_MAX : (int64_t)HOLDOFF_MS_MIN << tries;
}

void holdoffs_add(struct holdoffs *h, const struct log_id *log, uint64_t authority_epoch, struct cw_mono now)
{
    struct holdoff *place = place_for(h, log);

    place->authority_epoch = authority_epoch;
    place->until = mono_after(now, wait_ms(place->tries));
    if (place->tries < UINT32_MAX)
        place->tries++;
}

bool holdoffs_block(const struct holdoffs *h, const struct log_id *log, uint64_t authority_epoch, struct cw_mono now)
{
    for (uint32_t i = 0; i < h->count; i++) {
        if (ID_EQ(&h->at[i].log, log))
            return h->at[i].authority_epoch == authority_epoch && !mono_reached(now, h->at[i].until);
    }
    return false;
}

struct cw_mono holdoffs_next(const struct holdoffs *h, struct cw_mono now)
{
    struct cw_mono next = CW_NEVER;

    for (uint32_t i = 0; i < h->count; i++) {
        if (!mono_reached(now, h->at[i].until))
            next = mono_earlier(next, h->at[i].until);
    }
    return next;
}
