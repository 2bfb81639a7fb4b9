/* SPDX-License-Identifier: Apache-2.0 */
#include "net/selftest.h"

#include "net/loop.h"
#include "net/monitor.h"

#include <sodium.h>

#define SELFTEST_MS 5000
#define ENDPOINT_LEN 128

enum outcome { OUTCOME_OPEN, OUTCOME_LET_IN, OUTCOME_KEPT_OUT, OUTCOME_SILENCE };

struct probe {
    const struct selftest *test;
    struct zsocket_keys keys;
    void *socket, *monitor;
    bool spoke; /* sent its word, once connected */
};

static bool probe_open(struct probe *p, const char *endpoint)
{
    const struct selftest *t = p->test;

    p->socket = zsocket_client(t->context, &p->keys, t->own->public_key);
    if (p->socket == NULL)
        return false;
    p->monitor = monitor_open(t->context, p->socket, (uint64_t)(uintptr_t)p->socket);
    return p->monitor != NULL && zmq_connect(p->socket, endpoint) == 0;
}

static void probe_close(struct probe *p)
{
    monitor_close(p->socket, p->monitor);
    zsocket_close(p->socket);
    sodium_memzero(&p->keys, sizeof p->keys);
}

static enum outcome probe_events(struct probe *p)
{
    struct monitor_event e;

    while (monitor_next(p->monitor, &e)) {
        if (e.event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            p->spoke = zmq_send(p->socket, "?", 1, ZMQ_DONTWAIT) == 1;
        if (e.event == ZMQ_EVENT_DISCONNECTED || e.event == ZMQ_EVENT_CLOSED)
            return OUTCOME_KEPT_OUT;
    }
    return OUTCOME_OPEN;
}

/* Let in means: a message came through, and it says whose it is. */
static enum outcome server_hears(void *server)
{
    zmq_msg_t name, payload;
    enum outcome outcome = OUTCOME_OPEN;

    (void)zmq_msg_init(&name);
    (void)zmq_msg_init(&payload);
    if (zmq_msg_recv(&name, server, ZMQ_DONTWAIT) >= 0 && zmq_msg_recv(&payload, server, ZMQ_DONTWAIT) >= 0) {
        const char *user = zmq_msg_gets(&payload, "User-Id");
        outcome = user != NULL && strcmp(user, ZAP_PROBE_USER) == 0 ? OUTCOME_LET_IN : OUTCOME_SILENCE;
    }
    (void)zmq_msg_close(&payload);
    (void)zmq_msg_close(&name);
    return outcome;
}

static enum outcome look(struct probe *p)
{
    enum outcome outcome;

    while (p->test->zap != NULL && zap_answer_one(p->test->zap, loop_now()))
        continue;
    outcome = server_hears(p->test->server);
    return outcome == OUTCOME_OPEN ? probe_events(p) : outcome;
}

static enum outcome wait_for_outcome(struct probe *p)
{
    struct cw_mono end = mono_after(loop_now(), SELFTEST_MS);
    zmq_pollitem_t items[3] = {
        {.socket = p->test->server, .events = ZMQ_POLLIN},
        {.socket = p->monitor, .events = ZMQ_POLLIN},
        {.socket = p->test->zap != NULL ? p->test->zap->socket : p->monitor, .events = ZMQ_POLLIN},
    };

    for (;;) {
        enum outcome outcome = look(p);
        int64_t left = end.ms - loop_now().ms;

        if (outcome != OUTCOME_OPEN)
            return outcome;
        if (left <= 0 || zmq_poll(items, 3, (long)left) < 0)
            return OUTCOME_SILENCE;
    }
}

static enum outcome try_key(const struct selftest *t, const char *endpoint, const struct zsocket_keys *keys)
{
    struct probe p = {.test = t, .keys = *keys};
    enum outcome outcome = probe_open(&p, endpoint) ? wait_for_outcome(&p) : OUTCOME_SILENCE;

    probe_close(&p);
    return outcome;
}

static struct zsocket_keys random_keys(void)
{
    struct zsocket_keys keys;
    uint8_t secret[KEY_LEN];

    randombytes_buf(secret, sizeof secret);
    zsocket_keys_from(secret, &keys);
    sodium_memzero(secret, sizeof secret);
    return keys;
}

static void expect_probe(struct zap *zap, const uint8_t key[static KEY_LEN], enum door door)
{
    zap->probing = true;
    memcpy(zap->probe_key, key, KEY_LEN);
    zap->probe_door = door;
}

static bool try_both(const struct selftest *t, const char *endpoint)
{
    struct zsocket_keys stranger = random_keys();
    struct zsocket_keys guest = random_keys();
    bool ok;

    if (t->zap != NULL)
        expect_probe(t->zap, guest.public_key, t->door);
    ok = try_key(t, endpoint, &stranger) == OUTCOME_KEPT_OUT && try_key(t, endpoint, &guest) == OUTCOME_LET_IN;
    if (t->zap != NULL)
        t->zap->probing = false;
    sodium_memzero(&guest, sizeof guest);
    return ok;
}

bool selftest_run(const struct selftest *t)
{
    char endpoint[ENDPOINT_LEN];

    if (!zsocket_bind(t->server, "tcp://127.0.0.1:*") || !zsocket_endpoint(t->server, endpoint, sizeof endpoint))
        return false;
    bool ok = try_both(t, endpoint);
    return zmq_unbind(t->server, endpoint) == 0 && ok;
}
