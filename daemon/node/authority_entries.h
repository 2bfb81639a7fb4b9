/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_AUTHORITY_ENTRIES_H
#define CASEWIRE_NODE_AUTHORITY_ENTRIES_H

#include "node/entry.h"

/*
 * A stored record into the table again, in seq order, when it had an effect. CW_LOCAL_CORRUPT: it is kept as effective
 * and cannot be.
 */
enum cw_err authority_replay(struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                             struct arena *arena);
/* The policy of all records. Caller holds the authority for writing, or nobody reads yet. */
void authority_read_policy(struct node *n);
/* The same of those records that `had` says yes to, into *out. Caller holds the authority. */
typedef bool authority_policy_had(void *ctx, const struct authority_policy *p);
void authority_policy_of(const struct node *n, authority_policy_had *had, void *ctx, struct case_policy *out);
/* Says so, once, when policies of the last reading found no room. */
void authority_tell_left_out(struct node *n);
/* Gives the net driver the list of keys that may connect. After the commit. */
void authority_tell_net(struct node *n, struct arena *arena);
/* Once a turn: whether a certificate began or ended since the list was made. */
void authority_look_at_dates(struct node *n);

#endif
