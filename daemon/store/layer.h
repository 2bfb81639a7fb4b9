/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_LAYER_H
#define CASEWIRE_STORE_LAYER_H

/*
 * A layer: rows in memory that lie over LMDB's. They are durable in one segment of the write-ahead file and
 * not in LMDB yet. A row is found by its key (a hash table, see proto/table_hash.h) and in the order of keys (a skip list for each
 * table), and has every version since the layer began: a reader sees the rows as of the commit it began after.
 *
 * Threads: one writer; any number of readers beside it, without a lock. What a reader may reach does not
 * change any more, and is not freed before the layer is: whoever looks holds a reference (ahead.h).
 *
 * Cost: about 120 bytes and the key for each row, 48 for each version; values stay where the caller has them.
 */

#include "store/store.h"

#define LAYER_TABLES_MAX (STORE_TABLES_MAX + 1) /* the last is the store's own */
#define LAYER_OWN_TABLE STORE_TABLES_MAX

struct layer;
struct layer_row;

struct layer_version {
    uint64_t number; /* of the commit that wrote it, from 1 */
    struct cw_slice value;
    bool dead;                         /* deleted: what lies below is not to be seen */
    const struct layer_version *older; /* NULL: none in this layer */
};

/* A key with what finding it costs, so that several layers can be asked. The key is borrowed. */
struct layer_key {
    uint32_t table;
    struct cw_slice key;
    uint32_t hash;
};
struct layer_key layer_key_of(uint32_t table, struct cw_slice key);

/* NULL: no memory; held once. image_len bytes at layer_image are the caller's and live as long as the layer. */
struct layer *layer_new(size_t image_len);
struct layer *layer_hold(struct layer *l); /* whoever holds it already, or a lock under which it cannot be released */
void layer_release(struct layer *l);       /* the last one frees it; NULL allowed */
uint8_t *layer_image(struct layer *l);
/* ... from `at`, the pages up to at + len, which is at most image_len, ready to be written. The writer's. */
uint8_t *layer_image_ready(struct layer *l, size_t at, size_t len);
void *layer_take(struct layer *l, size_t len); /* memory that lives as long as the layer; NULL: none left */

/* --- the writer ------------------------------------------------------------------------------------ */

/* `number` is at least that of every version in the layer. The value must live as long as the layer, or until undone. CW_LOCAL_MEMORY. */
enum cw_err layer_write(struct layer *l, const struct layer_key *key, struct cw_slice value, bool dead,
                        uint64_t number);
void layer_keep(struct layer *l); /* what was written since the last keep or undo stays */
void layer_undo(struct layer *l); /* ... never was */

/* --- readers; `upto` is the last commit they see ----------------------------------------------------- */

const struct layer_version *layer_find(const struct layer *l, const struct layer_key *key, uint64_t upto);
bool layer_has_rows(const struct layer *l, uint32_t table); /* or had some that were undone */

/* Rows in the order of keys; NULL at the end. A row may have no version that the reader sees. */
const struct layer_row *layer_seek(const struct layer *l, uint32_t table, struct cw_slice from, bool after);
const struct layer_row *layer_seek_back(const struct layer *l, uint32_t table, struct cw_slice from, bool before);
const struct layer_row *layer_next(const struct layer_row *row);
struct cw_slice layer_row_key(const struct layer_row *row);
const struct layer_version *layer_row_at(const struct layer_row *row, uint64_t upto);

#endif
