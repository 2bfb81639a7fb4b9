/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_LAYER_PARTS_H
#define CASEWIRE_STORE_LAYER_PARTS_H

/* What layer.c, its hash table (layer_slots.c) and its ordered lists (layer_list.c) share. */

#include "store/layer.h"

#include <stdatomic.h>

#define LAYER_HEIGHT_MAX 12 /* 4^12 rows are more than any segment holds */

struct layer_row {
    uint64_t head; /* of the key, see layer_head */
    struct cw_slice key;
    uint32_t hash;
    const struct layer_version *_Atomic newest; /* NULL: every version was undone */
    struct layer_row *changed_next;             /* the writer's */
    uint8_t table, height;
    bool changed; /* by the open transaction; the writer's */
    struct layer_row *_Atomic next[];
};

struct layer_list {
    struct layer_row *_Atomic first[LAYER_HEIGHT_MAX];
};

struct layer_slots;
struct chunk;

struct layer {
    atomic_uint holders;
    struct layer_slots *_Atomic slots;
    struct layer_list lists[LAYER_TABLES_MAX];
    struct layer_row *changed; /* rows the open transaction wrote */
    struct chunk *chunks;
    uint8_t *image;
    size_t image_len, image_ready;
    uint64_t random;
    size_t row_count;
};

/* layer.c: zeroed; NULL: none left. */
void *layer_pages(size_t len);
void layer_pages_done(void *pages, size_t len);

/* The first eight bytes as a number, zeros behind a shorter key: where two differ, so do the keys, in that order. */
uint64_t layer_head(struct cw_slice key);

/* layer_slots.c. Room first, because adding cannot fail. */
bool layer_slots_make(struct layer *l, size_t count);
bool layer_slots_room(struct layer *l); /* false: no memory */
void layer_slots_add(struct layer *l, struct layer_row *row);
struct layer_row *layer_slots_find(const struct layer *l, const struct layer_key *key);
void layer_slots_free(struct layer *l);

/* layer_list.c */
uint32_t layer_draw_height(struct layer *l);
void layer_list_add(struct layer *l, struct layer_row *row);

#endif
