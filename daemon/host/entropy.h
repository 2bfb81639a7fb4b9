/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_ENTROPY_H
#define CASEWIRE_HOST_ENTROPY_H

#include "proto/base.h"

/*
 * The kernel's random bytes, fit for keys. The shape of the node's and the vault's entropy ports; ctx is not used.
 * Blocks only before the kernel's pool is first ready. There is no failure: without randomness the process ends.
 */
void entropy_fill(void *ctx, void *out, size_t len);

#endif
