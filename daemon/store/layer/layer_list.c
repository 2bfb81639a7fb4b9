/* SPDX-License-Identifier: Apache-2.0 */
#include "store/layer_parts.h"

/*
 * Skip lists (Pugh, "Skip Lists: A Probabilistic Alternative to Balanced Trees", 1990), one for each table. Rows are only
 * added, from the lowest list upwards, so a reader beside the writer finds every row or one fewer.
 */

/* Each list holds a quarter of the rows of the list below. */
uint32_t layer_draw_height(struct layer *l)
{
    uint32_t height = 1;

    l->random ^= l->random << 13; /* xorshift (Marsaglia, 2003) */
    l->random ^= l->random >> 7;
    l->random ^= l->random << 17;
    for (uint64_t bits = l->random; height < LAYER_HEIGHT_MAX && (bits & 3) == 0; bits >>= 2)
        height++;
    return height;
}

static struct layer_row *follow(struct layer_row *const _Atomic *link)
{
    return atomic_load_explicit(link, memory_order_acquire);
}

uint64_t layer_head(struct cw_slice key)
{
    uint8_t bytes[8] = {0};
    struct reader in;

    if (key.len > 0)
        memcpy(bytes, key.data, key.len < sizeof bytes ? key.len : sizeof bytes);
    in = reader_over(slice(bytes, sizeof bytes));
    return reader_be64(&in);
}

/* The place that is looked for: behind the keys below `key`, and behind `key` itself when `past`. */
struct place {
    uint64_t head;
    struct cw_slice key;
    bool past;
};

static bool is_before(const struct layer_row *row, const struct place *place)
{
    int order;

    if (row->head != place->head)
        return row->head < place->head;
    order = slice_compare(row->key, place->key);
    return order < 0 || (place->past && order == 0);
}

/* The last row before the place, NULL: it is the beginning. out_before (may be NULL): the same for each height. */
static struct layer_row *descend(const struct layer_list *list, struct cw_slice key, bool past,
                                 struct layer_row **out_before)
{
    const struct place place = {layer_head(key), key, past};
    struct layer_row *before = NULL;

    for (uint32_t h = LAYER_HEIGHT_MAX; h-- > 0;) {
        struct layer_row *next = follow(before != NULL ? &before->next[h] : &list->first[h]);

        while (next != NULL && is_before(next, &place)) {
            before = next;
            next = follow(&before->next[h]);
        }
        if (out_before != NULL)
            out_before[h] = before;
    }
    return before;
}

void layer_list_add(struct layer *l, struct layer_row *row)
{
    struct layer_list *list = &l->lists[row->table];
    struct layer_row *before[LAYER_HEIGHT_MAX];

    (void)descend(list, row->key, false, before);
    for (uint32_t h = 0; h < row->height; h++) {
        struct layer_row *_Atomic *link = before[h] != NULL ? &before[h]->next[h] : &list->first[h];

        atomic_init(&row->next[h], atomic_load_explicit(link, memory_order_relaxed));
        atomic_store_explicit(link, row, memory_order_release);
    }
}

bool layer_has_rows(const struct layer *l, uint32_t table)
{
    return follow(&l->lists[table].first[0]) != NULL;
}

const struct layer_row *layer_seek(const struct layer *l, uint32_t table, struct cw_slice from, bool after)
{
    const struct layer_list *list = &l->lists[table];
    const struct layer_row *before = descend(list, from, after, NULL);

    return follow(before != NULL ? &before->next[0] : &list->first[0]);
}

const struct layer_row *layer_seek_back(const struct layer *l, uint32_t table, struct cw_slice from, bool before)
{
    return descend(&l->lists[table], from, !before, NULL);
}

const struct layer_row *layer_next(const struct layer_row *row)
{
    return follow(&row->next[0]);
}
