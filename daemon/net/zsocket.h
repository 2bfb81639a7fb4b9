/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_ZSOCKET_H
#define CASEWIRE_NET_ZSOCKET_H

/*
 * ZeroMQ sockets as casewire wants them: the settings sheet of REPLICATION.md §2.5 in one place. Only CURVE
 * over tcp://, default deny, small high-water marks (the credit window is the queue, not the pipe).
 */

#include "net/allow.h"
#include "net/misframed.h"

#include <zmq.h>

/*
 * ZMQ_ZAP_ENFORCE_DOMAIN is in the draft part of the header, but the library honours it. Without it a
 * CURVE server whose ZAP handler is gone lets everybody in (REPLICATION.md §2.1).
 */
#define ZSOCKET_ENFORCE_DOMAIN 93
#define ZSOCKET_HWM 32
#define ZSOCKET_CURVE_LEN 64 /* what CURVE adds to a frame, bounded */
#define ZSOCKET_CONNECT_MS 10000

struct zsocket_keys {
    uint8_t public_key[KEY_LEN];
    uint8_t secret[KEY_LEN];
};

void zsocket_keys_from(const uint8_t secret[static KEY_LEN], struct zsocket_keys *out);

/* One per process, never forked after. NULL: out of descriptors or memory. */
void *zsocket_context(void);

/* The ZAP domain says which door is asked for: DESIGN.md §3 rule 9 judges each on its own. */
const char *zsocket_domain(enum door door);
bool zsocket_door(struct cw_slice domain, enum door *out);

/* A ROUTER that only ever binds. NULL when a setting does not take, or reads back otherwise. */
void *zsocket_server(void *context, const struct zsocket_keys *own, enum door door);
/* A DEALER that connects once and never again by itself. */
void *zsocket_client(void *context, const struct zsocket_keys *own, const uint8_t server_key[static KEY_LEN]);
/* The handler's side of inproc://zeromq.zap.01, bound. */
void *zsocket_zap(void *context);
void zsocket_close(void *socket); /* NULL allowed */

bool zsocket_bind(void *socket, const char *address);
/* Where it listens, as ZeroMQ names it. */
bool zsocket_endpoint(void *socket, char *out, size_t out_len);
int zsocket_fd(void *socket); /* readable when the socket has something to do; see net/poller.h */

#endif
