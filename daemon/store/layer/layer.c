/* SPDX-License-Identifier: Apache-2.0 */
#include "store/layer_parts.h"

#include "proto/table_hash.h"

#include <stdlib.h>
#include <sys/mman.h>

#define CHUNK_LEN ((size_t)1 << 20)
#define SLOTS_FIRST 1024
#define READY_LEN ((size_t)128 << 10) /* pages made ready at a time */

/* The same key in another table is another row. */
struct layer_key layer_key_of(uint32_t table, struct cw_slice key)
{
    return (struct layer_key){table, key, table_hash(key.data, key.len) + table * 0x9e3779b9U};
}

/* --- memory ------------------------------------------------------------------------------------------ */

/* Pages of its own: what a layer took is the system's again when the layer goes, and what it did not touch costs nothing. */
void *layer_pages(size_t len)
{
    void *pages = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return pages != MAP_FAILED ? pages : NULL;
}

void layer_pages_done(void *pages, size_t len)
{
    if (pages != NULL)
        (void)munmap(pages, len);
}

/*
 * What is about to be written is made ready some pages at a time: one call costs a fraction of a fault for each. It changes
 * nothing else: where the system knows no such call, or has no memory now, the faults come as ever.
 */
static void make_ready(void *pages, size_t len, size_t *ready, size_t upto)
{
    size_t end = (upto + READY_LEN - 1) / READY_LEN * READY_LEN;

    if (upto <= *ready)
        return;
    end = end < len ? end : len;
    (void)madvise((uint8_t *)pages + *ready, end - *ready, MADV_POPULATE_WRITE);
    *ready = end;
}

struct chunk {
    struct chunk *next;
    size_t len, used, ready; /* ready: of its pages, its head's among them */
    max_align_t data[];
};

static struct chunk *add_chunk(struct layer *l, size_t len)
{
    struct chunk *c = layer_pages(sizeof *c + len);

    if (c == NULL)
        return NULL;
    c->next = l->chunks;
    c->len = len;
    c->used = c->ready = 0;
    l->chunks = c;
    return c;
}

void *layer_take(struct layer *l, size_t len)
{
    struct chunk *c = l->chunks;
    size_t rounded = (len + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    void *at;

    if (rounded < len)
        return NULL;
    if (c == NULL || c->len - c->used < rounded)
        c = add_chunk(l, rounded > CHUNK_LEN ? rounded : CHUNK_LEN);
    if (c == NULL)
        return NULL;
    at = (uint8_t *)c->data + c->used;
    c->used += rounded;
    make_ready(c, sizeof *c + c->len, &c->ready, sizeof *c + c->used);
    return at;
}

struct layer *layer_new(size_t image_len)
{
    struct layer *l = calloc(1, sizeof *l);

    if (l == NULL)
        return NULL;
    l->image_len = image_len;
    l->image = layer_pages(image_len);
    atomic_init(&l->holders, 1);
    l->random = 0x2545f4914f6cdd1dU; /* heights only: nothing depends on their being unknown */
    if (l->image == NULL || !layer_slots_make(l, SLOTS_FIRST)) {
        layer_release(l);
        return NULL;
    }
    return l;
}

struct layer *layer_hold(struct layer *l)
{
    (void)atomic_fetch_add_explicit(&l->holders, 1, memory_order_relaxed);
    return l;
}

void layer_release(struct layer *l)
{
    if (l == NULL || atomic_fetch_sub_explicit(&l->holders, 1, memory_order_acq_rel) != 1)
        return;
    while (l->chunks != NULL) {
        struct chunk *next = l->chunks->next;

        layer_pages_done(l->chunks, sizeof *l->chunks + l->chunks->len);
        l->chunks = next;
    }
    layer_slots_free(l);
    layer_pages_done(l->image, l->image_len);
    free(l);
}

uint8_t *layer_image(struct layer *l)
{
    return l->image;
}

uint8_t *layer_image_ready(struct layer *l, size_t at, size_t len)
{
    make_ready(l->image, l->image_len, &l->image_ready, at + len);
    return l->image + at;
}

/* --- writing ------------------------------------------------------------------------------------------- */

static struct layer_version *new_version(struct layer *l, struct cw_slice value, bool dead, uint64_t number,
                                         const struct layer_version *newest)
{
    struct layer_version *v = layer_take(l, sizeof *v);

    if (v == NULL)
        return NULL;
    /* Of one transaction only the last version is ever seen: by itself, and after its commit. */
    *v = (struct layer_version){number, value, dead,
                                newest != NULL && newest->number == number ? newest->older : newest};
    return v;
}

static void note_change(struct layer *l, struct layer_row *row)
{
    if (row->changed)
        return;
    row->changed = true;
    row->changed_next = l->changed;
    l->changed = row;
}

/* Its key behind its links: rows stay when the transaction that brought them is undone and its record written over. */
static struct layer_row *new_row(struct layer *l, const struct layer_key *key)
{
    uint32_t height = layer_draw_height(l);
    size_t len = sizeof(struct layer_row) + height * sizeof(struct layer_row *);
    struct layer_row *row = layer_take(l, len + key->key.len);

    if (row == NULL)
        return NULL;
    memcpy((uint8_t *)row + len, key->key.data, key->key.len);
    row->key = slice((uint8_t *)row + len, key->key.len);
    row->head = layer_head(row->key);
    row->hash = key->hash;
    row->table = (uint8_t)key->table;
    row->height = (uint8_t)height;
    row->changed = false;
    return row;
}

static enum cw_err add_row(struct layer *l, const struct layer_key *key, struct cw_slice value, bool dead,
                           uint64_t number)
{
    struct layer_row *row = layer_slots_room(l) ? new_row(l, key) : NULL;
    struct layer_version *v = row != NULL ? new_version(l, value, dead, number, NULL) : NULL;

    if (v == NULL)
        return CW_LOCAL_MEMORY;
    atomic_init(&row->newest, v);
    layer_list_add(l, row);
    layer_slots_add(l, row);
    note_change(l, row);
    return CW_OK;
}

enum cw_err layer_write(struct layer *l, const struct layer_key *key, struct cw_slice value, bool dead, uint64_t number)
{
    struct layer_row *row = layer_slots_find(l, key);
    struct layer_version *v;

    if (row == NULL)
        return add_row(l, key, value, dead, number);
    v = new_version(l, value, dead, number, atomic_load_explicit(&row->newest, memory_order_relaxed));
    if (v == NULL)
        return CW_LOCAL_MEMORY;
    note_change(l, row);
    atomic_store_explicit(&row->newest, v, memory_order_release);
    return CW_OK;
}

void layer_keep(struct layer *l)
{
    for (struct layer_row *row = l->changed; row != NULL; row = row->changed_next)
        row->changed = false;
    l->changed = NULL;
}

/* Each changed row has one version of the transaction on top: a reader that is just looking at it goes on to the older one. */
void layer_undo(struct layer *l)
{
    for (struct layer_row *row = l->changed; row != NULL; row = row->changed_next) {
        const struct layer_version *v = atomic_load_explicit(&row->newest, memory_order_relaxed);

        atomic_store_explicit(&row->newest, v->older, memory_order_release);
        row->changed = false;
    }
    l->changed = NULL;
}

/* --- reading -------------------------------------------------------------------------------------------- */

const struct layer_version *layer_row_at(const struct layer_row *row, uint64_t upto)
{
    const struct layer_version *v = atomic_load_explicit(&row->newest, memory_order_acquire);

    while (v != NULL && v->number > upto)
        v = v->older;
    return v;
}

const struct layer_version *layer_find(const struct layer *l, const struct layer_key *key, uint64_t upto)
{
    const struct layer_row *row = layer_slots_find(l, key);

    return row != NULL ? layer_row_at(row, upto) : NULL;
}

struct cw_slice layer_row_key(const struct layer_row *row)
{
    return row->key;
}
