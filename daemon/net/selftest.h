/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_SELFTEST_H
#define CASEWIRE_NET_SELFTEST_H

/*
 * Before a door opens to the network it is tried: on a loopback port of its own, the very socket must keep a
 * random key out and let an allowed one in. libzmq fails open when its handler is missing and the enforcing
 * option did not take; this is the test that would notice.
 */

#include "net/zap.h"
#include "net/zsocket.h"

struct selftest {
    void *context;
    struct zap *zap;
    void *server;                   /* set up, not yet listening anywhere */
    const struct zsocket_keys *own; /* the server's */
    enum door door;
};

/* false: refuse to start. Blocks up to a few seconds; the socket listens nowhere afterwards. */
bool selftest_run(const struct selftest *t);

#endif
