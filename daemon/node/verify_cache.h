/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_VERIFY_CACHE_H
#define CASEWIRE_NODE_VERIFY_CACHE_H

/*
 * Signatures, each verified once and then remembered: the same entry comes from several peers, and again
 * after every crash. The key of a verdict is a hash over everything that decided it (label, network, bytes,
 * public key, signature), so a remembered verdict is the verdict. Bounded; the oldest of a set makes room.
 * Threads: any.
 */

#include "proto/submission.h"

struct verify_cache;

struct verify_cache *verify_cache_new(void); /* NULL: no memory */
void verify_cache_free(struct verify_cache *c);

bool verify_signature(struct verify_cache *c, enum label label, const struct network_id *network, struct cw_slice bytes,
                      const uint8_t public_key[static KEY_LEN], const struct signature *signature);
/* Single or bundled; a bundle's head is verified once for all its ops. */
bool verify_proof(struct verify_cache *c, const struct network_id *network, struct cw_slice header,
                  const struct author_proof *proof, const uint8_t public_key[static KEY_LEN]);
bool verify_seal(struct verify_cache *c, const struct network_id *network, const struct signed_seal *seal,
                 const uint8_t public_key[static KEY_LEN]);
/* How many signatures were computed, not remembered. */
uint64_t verify_cache_misses(const struct verify_cache *c);

#endif
