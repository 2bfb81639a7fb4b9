/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_PROTO_SESSION_SAMPLES_H
#define TESTS_UNIT_PROTO_SESSION_SAMPLES_H

#include "tests/unit/support/proto_world.h"

/* A log of north's with two batches, which the messages speak of. */
struct session_world {
    struct world w;
    struct world_log log;
    struct world_batch batches[2];
    struct world_submission subs[3];
    struct world_frontier shown;
};
extern struct session_world sw;
void session_world_make(void);

/* A message of every kind. Arrays are static: one of each kind at a time. */
struct peer_message message_of(enum peer_kind kind);
struct peer_message sample_frontier(void);
struct peer_message sample_entries(void);
struct peer_message sample_blobs(void);
struct peer_message sample_reset(void);

#define SESSION_SAMPLES 9
extern struct peer_message (*const session_samples[SESSION_SAMPLES])(void);

#endif
