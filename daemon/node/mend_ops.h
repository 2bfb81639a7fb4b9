/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_MEND_OPS_H
#define CASEWIRE_NODE_MEND_OPS_H

/*
 * Stores of rows' formats before 13: there an entry that carried another submission than its header names had a say in
 * whose its op is, in which case, and in what it says. Rows of OP and CASE_OP of every op that has such an entry are
 * made again from its entries, and a case that held nothing else goes. Verdicts stay; cases are folded by whoever opens.
 */

#include "node/entry.h"

/*
 * Before anything is loaded: the store, the keyring and the turn's transaction and arena are enough.
 * Cost: one walk along ENTRY; where some op is mended, one along CASE and perhaps INDEX.
 */
enum cw_err mend_misnamed_ops(struct turn *t);

#endif
