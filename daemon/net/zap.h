/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_ZAP_H
#define CASEWIRE_NET_ZAP_H

/*
 * The ZAP handler (ZeroMQ RFC 27): libzmq asks it about every key that comes in, and lets nobody in until
 * it said 200. It lives in the thread that owns all sockets, so it cannot die alone: no handler, no process.
 */

#include "net/refused.h"

struct zap {
    void *socket; /* bound before any listener */
    const struct allow *allow;
    struct refused *refused;
    /* The start-up self-test's own key, let in at one door while the test runs. */
    bool probing;
    uint8_t probe_key[KEY_LEN];
    enum door probe_door;
};

/* A User-Id is a certificate id in hex; the self-test's is this. */
#define ZAP_USER_LEN (2 * ID_LEN)
#define ZAP_PROBE_USER "self-test"

/* Answers one request if one is there. false: none. */
bool zap_answer_one(struct zap *z, struct cw_mono now);

#endif
