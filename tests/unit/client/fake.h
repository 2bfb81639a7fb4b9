/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TESTS_UNIT_CLIENT_FAKE_H
#define CASEWIRE_TESTS_UNIT_CLIENT_FAKE_H

/*
 * A daemon as a client sees it: a CURVE socket on 127.0.0.1, served by a thread that answers as it is told. It lets
 * any key in.
 */

#include "lib/client.h"

enum fake_act {
    FAKE_ANSWER, /* what the hook filled in, with the request's id */
    FAKE_OTHER,  /* the same with another id */
    FAKE_SILENCE,
    FAKE_GARBAGE,
    FAKE_SEVERAL, /* the answer in two frames */
    FAKE_DIE,     /* closes everything, and answers nobody any more */
};

/* Called in the daemon's thread for its nth request, from 0. *out is an empty answer. */
typedef enum fake_act fake_hook(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out);

struct fake;

/* `port` 0: any that is free. */
struct fake *fake_start(uint16_t port, fake_hook *hook, void *context);
void fake_stop(struct fake *fake); /* NULL is allowed */
uint16_t fake_port(const struct fake *fake);
unsigned fake_count(struct fake *fake); /* requests so far */
/* An answer that arrives unasked: to the client that asked last, with the id of its last request. */
void fake_push(struct fake *fake, unsigned count);

/* The client's end: an identity of a network of ones, and a handle on these daemons in this order. */
struct cw_identity *fake_identity(void);
struct cw_client *fake_client(const struct cw_identity *identity, int32_t attempt_ms, size_t count,
                              struct fake *const daemons[]);
/* What every fake can answer to a question about the status. */
enum fake_act fake_status(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out);

#endif
