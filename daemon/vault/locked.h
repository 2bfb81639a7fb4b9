/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_VAULT_LOCKED_H
#define CASEWIRE_VAULT_LOCKED_H

/*
 * Memory for secrets: never swapped, never in a core dump, wiped when given back.
 *
 * libsodium's own sodium_malloc takes 16 KiB of address space per key and says nothing when the lock fails
 * (REPLICATION.md §2.4), so there is one region per owner, and whether it is locked is known.
 */

#include "proto/base.h"

/* Zeroed, whole pages; NULL without memory, or, when strict, without the lock (RLIMIT_MEMLOCK). */
void *locked_new(size_t len, bool strict);
void locked_free(void *memory, size_t len); /* NULL allowed */

#endif
