/* SPDX-License-Identifier: Apache-2.0 */
/* ZeroMQ with CURVE by itself: no ZAP, no messages of ours, both ends in this process with a context each. */
#include "common.h"
#include "limits.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define MESSAGE_LEN 512
#define TRIPS_MAX 200000
#define SUBSCRIBERS_MAX 100
#define QUEUE_MAX 1000
#define WARM_UP_S 0.2

struct curve {
    char public_key[41], secret_key[41];
};

struct ends {
    void *server_context, *client_context;
    void *server;
    struct curve server_keys, client_keys;
    char endpoint[80];
    atomic_bool stop;
};

static void must(bool ok, const char *what)
{
    if (!ok)
        give_up(what, zmq_strerror(zmq_errno()));
}

static void set_int(void *socket, int option, int value)
{
    must(zmq_setsockopt(socket, option, &value, sizeof value) == 0, "option");
}

static void ends_open(struct ends *e, int server_type)
{
    size_t len = sizeof e->endpoint;

    e->server_context = must_have(zmq_ctx_new());
    e->client_context = must_have(zmq_ctx_new());
    must(zmq_curve_keypair(e->server_keys.public_key, e->server_keys.secret_key) == 0 &&
             zmq_curve_keypair(e->client_keys.public_key, e->client_keys.secret_key) == 0,
         "keys");
    e->server = must_have(zmq_socket(e->server_context, server_type));
    set_int(e->server, ZMQ_CURVE_SERVER, 1);
    set_int(e->server, ZMQ_LINGER, 0);
    set_int(e->server, ZMQ_SNDHWM, QUEUE_MAX);
    must(zmq_setsockopt(e->server, ZMQ_CURVE_SECRETKEY, e->server_keys.secret_key, 41) == 0 &&
             zmq_bind(e->server, "tcp://127.0.0.1:*") == 0 &&
             zmq_getsockopt(e->server, ZMQ_LAST_ENDPOINT, e->endpoint, &len) == 0,
         "server");
}

static void *ends_client(struct ends *e, int type)
{
    void *s = must_have(zmq_socket(e->client_context, type));

    set_int(s, ZMQ_LINGER, 0);
    set_int(s, ZMQ_RCVHWM, QUEUE_MAX);
    must(zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, e->server_keys.public_key, 41) == 0 &&
             zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, e->client_keys.public_key, 41) == 0 &&
             zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, e->client_keys.secret_key, 41) == 0,
         "client");
    if (type == ZMQ_SUB)
        must(zmq_setsockopt(s, ZMQ_SUBSCRIBE, "", 0) == 0, "subscribe");
    must(zmq_connect(s, e->endpoint) == 0, "connect");
    return s;
}

static void ends_close(struct ends *e)
{
    zmq_close(e->server);
    zmq_ctx_term(e->client_context);
    zmq_ctx_term(e->server_context);
}

/* --- a round trip --------------------------------------------------------------------------------------------- */

static void *echo(void *context)
{
    struct ends *e = context;
    uint8_t name[64], bytes[MESSAGE_LEN];

    set_int(e->server, ZMQ_RCVTIMEO, 50);
    while (!atomic_load(&e->stop)) {
        int n = zmq_recv(e->server, name, sizeof name, 0);

        if (n < 0)
            continue;
        int len = zmq_recv(e->server, bytes, sizeof bytes, 0);
        must(zmq_send(e->server, name, (size_t)n, ZMQ_SNDMORE) >= 0 && zmq_send(e->server, bytes, (size_t)len, 0) >= 0,
             "echo");
    }
    return NULL;
}

double limit_round_trip_ms(double seconds)
{
    struct ends e = {0};
    double *took = must_have(calloc(TRIPS_MAX, sizeof *took));
    uint8_t bytes[MESSAGE_LEN] = {0};
    size_t count = 0;
    pthread_t thread;
    double start, before;
    void *client;

    ends_open(&e, ZMQ_ROUTER);
    client = ends_client(&e, ZMQ_DEALER);
    must(pthread_create(&thread, NULL, echo, &e) == 0, "thread");
    must(zmq_send(client, bytes, sizeof bytes, 0) >= 0 && zmq_recv(client, bytes, sizeof bytes, 0) >= 0, "greet");
    start = before = now_s();
    while (before - start < seconds && count < TRIPS_MAX) {
        double now;

        must(zmq_send(client, bytes, sizeof bytes, 0) >= 0 && zmq_recv(client, bytes, sizeof bytes, 0) >= 0, "trip");
        now = now_s();
        took[count++] = now - before;
        before = now;
    }
    atomic_store(&e.stop, true);
    (void)pthread_join(thread, NULL);
    zmq_close(client);
    ends_close(&e);
    double median = quantile(took, count, 500) * 1e3;
    free(took);
    return median;
}

/* --- fan-out -------------------------------------------------------------------------------------------------- */

/* Waits for room rather than drop: what is counted is what all have received. */
static void *publish(void *context)
{
    struct ends *e = context;
    uint8_t bytes[MESSAGE_LEN] = {0};

    set_int(e->server, ZMQ_XPUB_NODROP, 1);
    set_int(e->server, ZMQ_SNDTIMEO, 50);
    while (!atomic_load(&e->stop))
        (void)zmq_send(e->server, bytes, sizeof bytes, 0);
    return NULL;
}

static size_t drain(zmq_pollitem_t *items, unsigned count)
{
    uint8_t bytes[MESSAGE_LEN];
    size_t got = 0;

    must(zmq_poll(items, (int)count, 1000) >= 0, "poll");
    for (unsigned i = 0; i < count; i++) {
        /* In lots, so that one subscriber does not fall behind all the others. */
        for (int n = 0; n < 64 && (items[i].revents & ZMQ_POLLIN) != 0; n++) {
            if (zmq_recv(items[i].socket, bytes, sizeof bytes, ZMQ_DONTWAIT) < 0)
                break;
            got++;
        }
    }
    return got;
}

double limit_fan_out(unsigned subscribers, double seconds)
{
    struct ends e = {0};
    zmq_pollitem_t items[SUBSCRIBERS_MAX];
    size_t got = 0;
    pthread_t thread;
    double start, took;

    if (subscribers > SUBSCRIBERS_MAX)
        give_up("subscribers", "are too many");
    ends_open(&e, ZMQ_XPUB);
    set_int(e.server, ZMQ_XPUB_VERBOSE, 1); /* so that each subscription is heard of */
    for (unsigned i = 0; i < subscribers; i++)
        items[i] = (zmq_pollitem_t){.socket = ends_client(&e, ZMQ_SUB), .events = ZMQ_POLLIN};
    for (unsigned i = 0; i < subscribers; i++) { /* all have subscribed */
        uint8_t note[16];

        must(zmq_recv(e.server, note, sizeof note, 0) > 0, "subscription");
    }
    must(pthread_create(&thread, NULL, publish, &e) == 0, "thread");
    for (start = now_s(); now_s() - start < WARM_UP_S;)
        (void)drain(items, subscribers);
    for (start = now_s(); (took = now_s() - start) < seconds;)
        got += drain(items, subscribers);
    atomic_store(&e.stop, true);
    (void)pthread_join(thread, NULL);
    for (unsigned i = 0; i < subscribers; i++)
        zmq_close(items[i].socket);
    ends_close(&e);
    return (double)got / took;
}
