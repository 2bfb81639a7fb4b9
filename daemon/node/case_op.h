/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_CASE_OP_H
#define CASEWIRE_NODE_CASE_OP_H

/*
 * The CASE_OP row of an op: its place, its verdict, and what a fold reads of it. Payloads that are short stand in
 * it, sealed under the case's local key, so that a case with a hundred ops is one walk and a hundred decryptions
 * instead of some thousand look-ups. They are values: whoever erases a part makes the row anew.
 */

#include "node/entry.h"

/*
 * Writes the row and takes away the one at the op's former place.
 *
 * e         the entry that was just settled; NULL: only flags changed
 * old_hlc   of the place that the op had before; 0: it had none
 */
enum cw_err case_op_put(struct turn *t, const struct entry_in *e, const struct cw_op_id *id, const struct op_row *op,
                        uint64_t old_hlc);

/*
 * Opens the row's payloads, in the arena; parts that do not stand in it are left alone. Threads: any.
 * CW_LOCAL_CORRUPT: the row is not what was written; CW_LOCAL_MEMORY.
 */
enum cw_err case_op_payloads(const struct case_op_row *row, const struct cw_case_id *case_id, const struct cw_op_id *id,
                             const struct local_key *key, struct arena *arena, struct cw_slice out[static PARTS_MAX]);

#endif
