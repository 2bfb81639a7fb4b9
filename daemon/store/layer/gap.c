/* SPDX-License-Identifier: Apache-2.0 */
#include "store/gap.h"

static struct cw_slice from_of(const struct gap *gap)
{
    return slice(gap->from, gap->from_len);
}

static struct cw_slice to_of(const struct gap *gap)
{
    return slice(gap->to, gap->to_len);
}

static bool covers(const struct gap *gap, uint32_t table, struct cw_slice key)
{
    return gap->used && gap->table == table && slice_compare(from_of(gap), key) <= 0 &&
           (gap->open || slice_compare(key, to_of(gap)) < 0);
}

void gaps_forget(struct gaps *g)
{
    for (uint32_t i = 0; i < GAPS_MAX; i++)
        g->at[i].used = false;
}

static void end_at(struct gap *gap, struct cw_slice key)
{
    gap->open = false;
    gap->to_len = key.len;
    memcpy(gap->to, key.data, key.len);
}

void gaps_cut(struct gaps *g, uint32_t table, struct cw_slice key)
{
    for (uint32_t i = 0; i < GAPS_MAX; i++) {
        if (covers(&g->at[i], table, key))
            end_at(&g->at[i], key);
    }
}

/* The one that is already there grows: what it covers was not looked at again. */
static struct gap *gap_for(struct gaps *g, uint32_t table, struct cw_slice from, uint32_t dead)
{
    struct gap *gap;

    for (uint32_t i = 0; i < GAPS_MAX; i++) {
        gap = &g->at[i];
        if (covers(gap, table, from) || (gap->used && gap->table == table && !gap->open && slice_eq(to_of(gap), from)))
            return gap;
    }
    if (dead < GAP_DEAD_MIN)
        return NULL;
    gap = &g->at[g->next];
    g->next = (g->next + 1) % GAPS_MAX;
    gap->used = true;
    gap->table = table;
    gap->from_len = from.len;
    if (from.len > 0)
        memcpy(gap->from, from.data, from.len);
    return gap;
}

void gaps_learn(struct gaps *g, uint32_t table, struct cw_slice from, const struct cw_slice *to, uint32_t dead)
{
    struct gap *gap = dead == 0 || from.len > STORE_KEY_LEN_MAX ? NULL : gap_for(g, table, from, dead);

    if (gap == NULL)
        return;
    if (to != NULL)
        end_at(gap, *to);
    else
        gap->open = true;
}

bool gaps_skip(const struct gaps *g, uint32_t table, struct cw_slice from, struct cw_slice *out)
{
    *out = from;
    for (uint32_t i = 0; i < GAPS_MAX; i++) {
        const struct gap *gap = &g->at[i];

        if (!covers(gap, table, from))
            continue;
        *out = to_of(gap);
        return !gap->open;
    }
    return true;
}
