/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_KEY_RECORDS_H
#define CASEWIRE_NODE_KEY_RECORDS_H

#include "node/entry.h"

/*
 * A fresh key for the audience that reads cases, as a submission of this daemon's own: it becomes an entry
 * of this turn, before whatever is wrapped under it. CW_AGAIN_BUSY: no such audience yet, or we are not in it.
 */
/*
 * A renewed certificate keeps its keys (docs/protocol.md §7), and envelopes name certificates: those that this daemon had before
 * are told to the vault. Before anything is learned; costs nothing when no certificate came since.
 */
void key_record_note_former(struct node *n);
/*
 * Learns a record that stands in the log of `author`: nobody writes key records into another's. CW_LOCAL_MEMORY when this author has
 * no room for one more. After key_record_note_former.
 */
enum cw_err key_record_learn(struct node *n, const struct cert_id *author, struct cw_slice record,
                             struct cw_slice envelopes);
const char *key_record_failure(enum cw_err err); /* in words, for alarms */
enum cw_err key_record_make(struct turn *t, struct prepared **out, struct cw_slice *out_envelopes,
                            struct key_record_id *out_record);

#endif
