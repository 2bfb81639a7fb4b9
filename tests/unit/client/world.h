/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CLIENT_WORLD_H
#define TESTS_UNIT_CLIENT_WORLD_H

/* A client and one or two daemons that do as they are told (fake.h), and a program that only looks at the descriptor. */

#include "tests/unit/client/fake.h"

#include <check.h>

#define PATIENT_MS 60000 /* nothing here takes that long */
#define NEVER_MS 600000

/* A hook by table: what the nth request gets; behind the last, an honest status. */
struct script {
    enum fake_act acts[4];
    uint32_t codes[4]; /* 0: a status */
    unsigned count;
    bool for_ever; /* the last of them, again and again */
};
enum fake_act script_play(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out);

struct world {
    struct cw_identity *identity;
    struct script scripts[2];
    struct fake *daemons[2];
    struct cw_client *client;
};

void world_make(struct world *w, size_t count, int32_t attempt_ms);
void world_done(struct world *w);
enum cw_err world_ask(struct world *w, int32_t timeout_ms);
struct cw_daemon_view world_view_of(const struct world *w, size_t index);
/* What both daemons do to the first request; then what came of it. */
enum cw_err world_ask_two(struct world *w, struct script first, struct script second, int32_t timeout_ms);

struct tally {
    unsigned done, failed;
    enum cw_err last;
    struct cw_fault fault;
};
void tally_done(void *context, enum cw_err err, struct cw_answer *answer, const struct cw_fault *fault); /* cw_done */
void world_start_status(struct cw_client *client, cw_done *done, void *context, int32_t timeout_ms);
/* The loop of every program: it waits for the descriptor alone, and must not hang. */
void world_turn(struct cw_client *client);
bool world_is_quiet(struct cw_client *client);

#endif
