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
enum cw_err key_record_make(struct turn *t, struct prepared **out, struct cw_slice *out_envelopes,
                            struct key_record_id *out_record);

#endif
