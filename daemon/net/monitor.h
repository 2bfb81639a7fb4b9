/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_MONITOR_H
#define CASEWIRE_NET_MONITOR_H

/* What libzmq says happens to a socket's connections: the only place where it says why one failed. */

#include <stdbool.h>
#include <stdint.h>

struct monitor_event {
    uint16_t event; /* ZMQ_EVENT_... */
    int32_t value;  /* descriptor, errno, ZAP status or protocol error, by event */
};

/* Starts watching; the PAIR socket to read from, NULL on failure. `name` must be unique among open monitors. */
void *monitor_open(void *context, void *socket, uint64_t name);
/* Next event if one is there. */
bool monitor_next(void *pair, struct monitor_event *out);
void monitor_close(void *socket, void *pair); /* before the socket itself; NULL allowed */

#endif
