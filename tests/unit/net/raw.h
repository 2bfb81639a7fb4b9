/*
 * A CURVE client by hand (ZMTP 3.1, RFC 26), for what libzmq would never send: messages that do not end,
 * frames over the limit, names a peer gives itself.
 */
#ifndef TESTS_UNIT_NET_RAW_H
#define TESTS_UNIT_NET_RAW_H

#include "tests/unit/net/world.h"

struct raw {
    int fd;
    uint8_t key[32]; /* precomputed, for MESSAGE */
    uint64_t nonce;
};

struct raw *raw_tcp(const char *endpoint); /* connected, nothing said */
/* The whole handshake; routing_id may be "". */
struct raw *raw_knock(struct world *w, const struct person *who, const char *endpoint, const char *routing_id);
void raw_free(struct raw *r);

/* One frame of a message. false: the connection is over. */
bool raw_send(struct raw *r, const void *data, size_t len, bool more);
bool raw_send_bytes(struct raw *r, const void *data, size_t len);
/* true when the other side ended the connection (waits for it). */
bool raw_is_cut(struct raw *r);

#endif
