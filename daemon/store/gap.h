/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_GAP_H
#define CASEWIRE_STORE_GAP_H

/*
 * Where the writing thread need not look: stretches of keys in which it met many deleted rows and no living one. A
 * deletion stays in its layer until that is settled, so a queue that is emptied from its front would be searched
 * through all its dead again for each row taken.
 */

#include "store/store.h"

#define GAPS_MAX 8
#define GAP_DEAD_MIN 8 /* dead rows that make a stretch worth remembering */

struct gap {
    bool used, open; /* open: up to the table's end */
    uint32_t table;
    size_t from_len, to_len;
    uint8_t from[STORE_KEY_LEN_MAX], to[STORE_KEY_LEN_MAX]; /* no row with from <= key < to lives */
};

struct gaps {
    struct gap at[GAPS_MAX];
    uint32_t next; /* the one that is forgotten for a new one */
};

void gaps_forget(struct gaps *g);
/* `key` lives now. */
void gaps_cut(struct gaps *g, uint32_t table, struct cw_slice key);
/* Looked from `from` on and met only dead ones, `dead` of them, before `to` (NULL: the table's end). */
void gaps_learn(struct gaps *g, uint32_t table, struct cw_slice from, const struct cw_slice *to, uint32_t dead);
/* Where to look instead of `from`; false: nowhere, nothing lives from there on. *out is borrowed from g, or is from. */
bool gaps_skip(const struct gaps *g, uint32_t table, struct cw_slice from, struct cw_slice *out);

#endif
