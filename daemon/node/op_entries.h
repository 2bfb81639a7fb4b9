/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_OP_ENTRIES_H
#define CASEWIRE_NODE_OP_ENTRIES_H

/*
 * The entries of one op. There may be as many as there are logs, and more: a log may hold an op again, because its
 * first entry did not count. The op's own row lists OP_ENTRIES_MAX of them: those that say what the op is now, and
 * others while there is room. The rest have rows of their own behind it. Always in the op's row are
 *
 *   its place     the least entry, by (hlc, log id, seq), of the best verdict
 *   its speaker   one of that verdict that carries the op's own words, when the place does not
 *   its parts     for each part, an entry in the best state
 *   our own       an entry that this daemon made and that has the best verdict, when that has been in the row
 *
 * so that op_row_verdict() and op_row_part() of the row alone are right.
 * Node thread for writing; reading from any snapshot.
 */

#include "node/internal.h"
#include "node/turn.h"

/* The entry with e's log, seq and hlc as it was put last. CW_LOCAL_NOT_FOUND: never. */
enum cw_err op_entry_find(const struct node *n, struct kv_txn *txn, const struct cw_op_id *id, const struct op_row *row,
                          const struct op_entry *e, struct op_entry *out);
/* The verdict of an entry that is stored, as it was put last; 0: never. */
enum case_verdict op_entry_verdict(const struct node *n, struct kv_txn *txn, const struct entry_header *header);
/*
 * Takes the place of what was put before for this entry, if anything. Changes *row, which the caller puts, and rows
 * behind it. Cost: a few rows; all rows of the op when one of its entries came to say less than before.
 */
enum cw_err op_entry_put(struct turn *t, const struct cw_op_id *id, struct op_row *row, const struct op_entry *e);

#endif
