/* SPDX-License-Identifier: Apache-2.0 */
#include "host/quiet.h"

#include <string.h>

/* FNV-1a. A place is in the settings: nobody chooses it to meet another. */
static uint64_t name_of(struct cw_slice place)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < place.len; i++)
        hash = (hash ^ place.data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static struct quiet_place *place_of(struct quiet *q, uint64_t name)
{
    for (uint32_t i = 0; i < q->count; i++) {
        if (q->places[i].name == name)
            return &q->places[i];
    }
    if (q->count == QUIET_PLACES_MAX)
        return NULL;
    q->places[q->count] = (struct quiet_place){.name = name};
    return &q->places[q->count++];
}

bool quiet_lets(struct quiet *q, struct cw_slice place, enum link_end end, struct cw_mono now, uint32_t *out_held_back)
{
    uint64_t name = name_of(place);
    struct quiet_place *p = place_of(q, name);

    *out_held_back = 0;
    if (p == NULL || (unsigned)end >= LINK_END_COUNT)
        return true;
    if (!link_end_is_failure(end)) {
        *p = (struct quiet_place){.name = name};
        return true;
    }
    if (p->ends[end].pause_ms != 0 && !mono_reached(now, p->ends[end].next)) {
        p->ends[end].held_back++;
        return false;
    }
    *out_held_back = p->ends[end].held_back;
    p->ends[end].held_back = 0;
    p->ends[end].pause_ms = p->ends[end].pause_ms == 0                       ? QUIET_PAUSE_MS_MIN
                            : p->ends[end].pause_ms > QUIET_PAUSE_MS_MAX / 2 ? QUIET_PAUSE_MS_MAX
                                                                             : 2 * p->ends[end].pause_ms;
    p->ends[end].next = mono_after(now, p->ends[end].pause_ms);
    return true;
}
