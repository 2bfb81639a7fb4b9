/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_SEAL_PUT_H
#define CASEWIRE_NODE_SEAL_PUT_H

#include "node/internal.h"

/* Stores a seal with the authority positions its log has named up to and with it: they judge its entries. */
enum cw_err seal_put(struct turn *t, const struct seal *seal, const struct signed_seal *signed_seal,
                     const struct hash *hash, struct positions *out_positions);

#endif
