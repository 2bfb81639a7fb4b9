/* SPDX-License-Identifier: Apache-2.0 */
#include "store/layer_parts.h"

/*
 * Open addressing, at most half full, nothing ever taken out: a reader that meets an empty slot is done. When the
 * table grows, readers may still be in the old one, which says nothing wrong: it goes when the layer goes.
 */
struct layer_slots {
    struct layer_slots *older;
    size_t mask; /* a power of two, less one */
    struct layer_row *_Atomic at[];
};

static void place(struct layer_slots *slots, struct layer_row *row)
{
    size_t i = row->hash & slots->mask;

    while (atomic_load_explicit(&slots->at[i], memory_order_relaxed) != NULL)
        i = (i + 1) & slots->mask;
    atomic_store_explicit(&slots->at[i], row, memory_order_release);
}

static void move_all(struct layer_slots *from, struct layer_slots *to)
{
    for (size_t i = 0; i <= from->mask; i++) {
        struct layer_row *row = atomic_load_explicit(&from->at[i], memory_order_relaxed);

        if (row != NULL)
            place(to, row);
    }
}

static size_t len_of(size_t count)
{
    return sizeof(struct layer_slots) + count * sizeof(struct layer_row *);
}

bool layer_slots_make(struct layer *l, size_t count)
{
    struct layer_slots *older = atomic_load_explicit(&l->slots, memory_order_relaxed);
    struct layer_slots *slots = layer_pages(len_of(count));

    if (slots == NULL)
        return false;
    slots->mask = count - 1;
    slots->older = older;
    if (older != NULL)
        move_all(older, slots);
    atomic_store_explicit(&l->slots, slots, memory_order_release);
    return true;
}

bool layer_slots_room(struct layer *l)
{
    size_t count = atomic_load_explicit(&l->slots, memory_order_relaxed)->mask + 1;

    return l->row_count + 1 <= count / 2 || layer_slots_make(l, count * 2);
}

void layer_slots_add(struct layer *l, struct layer_row *row)
{
    place(atomic_load_explicit(&l->slots, memory_order_relaxed), row);
    l->row_count++;
}

static bool is_row(const struct layer_row *row, const struct layer_key *key)
{
    return row->hash == key->hash && row->table == key->table && slice_eq(row->key, key->key);
}

struct layer_row *layer_slots_find(const struct layer *l, const struct layer_key *key)
{
    const struct layer_slots *slots = atomic_load_explicit(&l->slots, memory_order_acquire);

    for (size_t i = key->hash & slots->mask;; i = (i + 1) & slots->mask) {
        struct layer_row *row = atomic_load_explicit(&slots->at[i], memory_order_acquire);

        if (row == NULL || is_row(row, key))
            return row;
    }
}

void layer_slots_free(struct layer *l)
{
    struct layer_slots *slots = atomic_load_explicit(&l->slots, memory_order_relaxed);

    while (slots != NULL) {
        struct layer_slots *older = slots->older;

        layer_pages_done(slots, len_of(slots->mask + 1));
        slots = older;
    }
}
