/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_RECEIPT_H
#define CASEWIRE_NODE_RECEIPT_H

/*
 * Receipts from what is stored: the entry, its path and seal in this daemon's own log (or, for an op that
 * came from elsewhere, in the log that holds it), and per further division the signed frontier that covers it.
 */

#include "node/node.h"
#include "node/rows.h"
#include "proto/records.pb-c.h"

/*
 * The receipt of one op, in the arena. held_max: divisions wanted beside the local one (evidence is added
 * for at most that many). *out_held counts divisions, that of the entry's log included, and those too of which it is
 * known and no receipt can show it: too many seals ago, or too much for one frame. CW_LOCAL_NOT_FOUND: no such op.
 */
enum cw_err receipt_build(const struct node_read *read, const struct cw_op_id *op, uint32_t held_max,
                          struct arena *arena, Cw__Receipt **out, uint32_t *out_held);

#endif
