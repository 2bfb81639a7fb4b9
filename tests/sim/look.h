/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_LOOK_H
#define TESTS_SIM_LOOK_H

/* Looking into a node's disk, beside the node: what is committed. */

#include "node/rows.h"
#include "tests/sim/history.h"

struct look {
    struct sim_node *node;
    struct kv_txn *txn;
};

bool look_begin(struct look *l, struct sim_node *n);
void look_done(struct look *l);

bool look_log(const struct look *l, const struct log_id *log, struct log_row *out);
bool look_entry(const struct look *l, const struct log_id *log, uint64_t seq, struct entry_row *out);
bool look_seal(const struct look *l, const struct log_id *log, uint64_t last, struct seal_row *out);
bool look_op(const struct look *l, const struct cw_op_id *op, struct op_row *out);

/* Rows of a table whose keys start with prefix, in order: start with *key empty. */
bool look_next(const struct look *l, enum table table, struct cw_slice prefix, struct row_key *key,
               struct cw_slice *out_value);

/* An op is on that disk, in some entry. */
bool look_holds_op(struct sim_node *n, const struct cw_op_id *op);
/* The head that the anchor names; false: none or unreadable. */
bool look_anchor(const struct sim_node *n, struct position *out);

#endif
