/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_TABLE_HASH_H
#define CASEWIRE_PROTO_TABLE_HASH_H

/*
 * How tables in memory hash their keys: SipHash-2-4 under a key that each process draws for itself, so that
 * nobody who has a say in what is kept can choose names that fall together. For uthash: included before
 * <uthash.h>, whose own mixing is thereby one call and not eighty statements in every function that looks
 * something up. A uthash table is walked in the order of insertion, so the key changes nothing that is seen.
 */

#include <stddef.h>
#include <stdint.h>

#define HASH_FUNCTION(key, len, out) ((out) = table_hash((key), (len)))

/* Draws the key. Once, before the first table of the process; until then the key is zero, and still the same. */
void table_hash_draw_key(void);

/* Threads: any. */
uint32_t table_hash(const void *key, size_t len);

#endif
