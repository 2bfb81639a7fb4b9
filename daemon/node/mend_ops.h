/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_MEND_OPS_H
#define CASEWIRE_NODE_MEND_OPS_H

/*
 * Stores of rows' formats before 13: there an entry that carried another submission than its header names had a say in
 * whose its op is, in which case, and in what it says. Rows of OP and CASE_OP of every op that has such an entry are
 * made again from its entries, and a case that held nothing else goes. Verdicts stay; cases are folded by whoever opens.
 * A row that is missing keeps no daemon from starting: an op's is made again, an entry's is passed over, and verifying names it.
 */

#include "node/entry.h"

/*
 * Before anything is loaded: the store, the keyring and the turn's transaction and arena are enough.
 * Cost: one walk along ENTRY; where some op is mended, one along CASE and perhaps INDEX; where an op has no row, another along ENTRY.
 */
enum cw_err mend_misnamed_ops(struct turn *t);

/* --- an op that has entries and no row (lost_op.c): damage, which mends here, for its entries say all of it --- */
/* What lay behind the row. */
enum cw_err lost_op_forget(struct turn *t, const struct cw_op_id *id);
/* One of its entries, as one that waits: whether it counts, and what it says, is found out in the turns after the start. */
enum cw_err lost_op_list(struct turn *t, const struct entry_header *h);

#endif
