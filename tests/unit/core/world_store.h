/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CORE_WORLD_STORE_H
#define TESTS_UNIT_CORE_WORLD_STORE_H

/* The shell's part of the world: what is kept, and how kept things become frames. */

#include "tests/unit/core/world.h"

#define INBOX_MAX 20000

const struct stored_batch *store_covering(struct node *n, const struct log_id *log, uint64_t seq);
void store_write(struct node *n);                              /* performs the turn's writes */
bool store_read_frame(struct node *n, struct inbox_event *in); /* parses and verifies; false: not a frame */
void store_send_frontier(struct node *n, const struct effect *e);
void store_send_entries(struct node *n, const struct effect *e, struct event *out_sent);
void store_send_blobs(struct node *n, const struct effect *e);
void store_send_fork(struct node *n, const struct effect *e);
void store_free(struct node *n);
uint64_t world_send(struct node *n, link_id link, const struct peer_message *message);

#endif
