/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_ENTROPY_H
#define CASEWIRE_HOST_ENTROPY_H

#include "proto/base.h"

/*
 * Random bytes, fit for keys. The shape of the node's and the vault's entropy ports; ctx is not used.
 *
 * Short pieces are taken from a page of each thread's own, which the kernel's bytes seed and libsodium's ChaCha20 fills:
 * a submission asks for a dozen nonces, each a system call otherwise. What was given out is wiped from the page at once,
 * the seed as soon as it was used, and a page does not survive fork().
 *
 * Blocks    only before the kernel's pool is first ready
 * Threads   any
 * Returns   always; without randomness the process ends
 */
void entropy_fill(void *ctx, void *out, size_t len);

#endif
