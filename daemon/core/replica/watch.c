/* SPDX-License-Identifier: Apache-2.0 */
#include "core/watch.h"

void watches_init(struct watches *w, struct arena *memory, uint32_t max)
{
    *w = (struct watches){.max = max};
    w->at = ARENA_ARRAY(memory, struct watch, max);
    CW_ASSERT(w->at != NULL);
}

bool watches_add(struct watches *w, const struct watch *watch)
{
    if (w->count == w->max)
        return false;
    w->at[w->count++] = *watch;
    return true;
}

void watches_remove(struct watches *w, uint32_t index)
{
    CW_ASSERT(index < w->count);
    w->at[index] = w->at[--w->count];
}

struct cw_mono watches_next(const struct watches *w)
{
    struct cw_mono next = CW_NEVER;

    for (uint32_t i = 0; i < w->count; i++)
        next = mono_earlier(next, w->at[i].deadline);
    return next;
}
