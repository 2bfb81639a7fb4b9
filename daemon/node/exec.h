/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_EXEC_H
#define CASEWIRE_NODE_EXEC_H

/* What the core wants done, done: writes inside the turn's transaction, the rest after commit and anchor. */

#include "node/internal.h"

/* Performs the writes listed since the last call (exec_store.c), in order. */
enum cw_err exec_writes(struct turn *t);

/* One kind each (exec_own.c, exec_batch.c, exec_frontier.c) */
enum cw_err exec_open_log(struct turn *t, const struct effect *e);
enum cw_err exec_put_entry(struct turn *t, const struct effect *e);
enum cw_err exec_put_seal(struct turn *t, const struct effect *e);
enum cw_err exec_store_batch(struct turn *t, const struct effect *e);
enum cw_err exec_store_blobs(struct turn *t, const struct effect *e);
enum cw_err exec_store_fork(struct turn *t, const struct effect *e);
enum cw_err exec_put_log(struct turn *t, const struct effect *e);
enum cw_err exec_put_frontier(struct turn *t, const struct effect *e);
enum cw_err exec_put_peer(struct turn *t, const struct effect *e);

/* A log's row; a new log gets its row at once, so that its entries can be read back within the turn. */
enum cw_err log_row_put(struct turn *t, const struct log_head *head);

/* After commit and anchor: everything said, from a snapshot (exec_say.c). */
void exec_says(struct turn *t);
void exec_send_frontier(struct turn *t, const struct effect *e);
void exec_send_entries(struct turn *t, const struct effect *e);
void exec_send_blobs(struct turn *t, const struct effect *e);
void exec_send_fork(struct turn *t, const struct effect *e);
void exec_note(struct turn *t, const struct effect *e);
void exec_held(struct turn *t, const struct effect *e);
/* Encodes and sends; counts bytes. */
void exec_send_message(struct turn *t, link_id link, const struct peer_message *message);

#endif
