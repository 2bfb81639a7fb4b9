/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_AUTHORITY_ENTRIES_H
#define CASEWIRE_NODE_AUTHORITY_ENTRIES_H

#include "node/entry.h"

/* One record into the table; also while loading. Errors say why it has no effect. */
enum cw_err authority_apply_record(struct node *n, const struct entry_in *e, struct cw_slice payload,
                                   struct arena *arena, enum authority_act *out_act);
/* The policy of all records. Caller holds the authority for writing, or nobody reads yet. */
void authority_read_policy(struct node *n);
/* Gives the net driver the list of keys that may connect. After the commit. */
void authority_tell_net(struct node *n, struct arena *arena);
/* Once a turn: whether a certificate began or ended since the list was made. */
void authority_look_at_dates(struct node *n);

#endif
