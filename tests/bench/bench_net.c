/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many messages a second go from a client through CURVE, the net process and the socket pair to the core,
 * and back; beside the same without the last two steps (one thread that echoes on a ROUTER), in one run.
 */
#include "net/driver.h"
#include "net/selftest.h"
#include "net/zsocket.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MESSAGE_LEN 1536
#define MESSAGES 60000
#define IN_FLIGHT 256

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static char endpoints[2][80];
static struct driver *driver;

_Noreturn static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_net: %s\n", what);
    exit(EXIT_FAILURE);
}

static double seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void echo(void *ctx, const struct net_event *e)
{
    (void)ctx;
    if (e->kind == NET_RECEIVED)
        driver_send(driver, e->link, e->frame);
    if (e->kind == NET_DOWN || e->kind == NET_FAILED)
        (void)fprintf(stderr, "bench_net: %s\n", e->text);
    if (e->kind != NET_READY)
        return;
    (void)pthread_mutex_lock(&lock);
    if (sscanf(e->text, "%79s %79s", endpoints[0], endpoints[1]) != 2)
        fail("no endpoints");
    (void)pthread_cond_signal(&changed);
    (void)pthread_mutex_unlock(&lock);
}

static void *run_driver(void *ctx)
{
    (void)ctx;
    driver_run(driver);
    return NULL;
}

/* Keeps IN_FLIGHT messages under way; returns messages a second. */
static double pump(void *context, const struct zsocket_keys *own, const struct zsocket_keys *server,
                   const char *endpoint)
{
    static uint8_t bytes[MESSAGE_LEN];
    void *s = zsocket_client(context, own, server->public_key);
    int sent = 0, got = 0, immediate = 0, hwm = 0;
    double start;

    /* The one who measures has a queue of its own; the daemon keeps its settings. */
    (void)zmq_setsockopt(s, ZMQ_IMMEDIATE, &immediate, sizeof immediate);
    (void)zmq_setsockopt(s, ZMQ_RCVHWM, &hwm, sizeof hwm);
    (void)zmq_setsockopt(s, ZMQ_SNDHWM, &hwm, sizeof hwm);
    if (zmq_connect(s, endpoint) != 0 || zmq_send(s, bytes, sizeof bytes, 0) < 0 ||
        zmq_recv(s, bytes, sizeof bytes, 0) < 0)
        fail("no connection");
    start = seconds();
    while (got < MESSAGES) {
        while (sent < MESSAGES && sent - got < IN_FLIGHT && zmq_send(s, bytes, sizeof bytes, 0) >= 0)
            sent++;
        if (zmq_recv(s, bytes, sizeof bytes, 0) != MESSAGE_LEN)
            fail("lost a message");
        got++;
    }
    double rate = MESSAGES / (seconds() - start);
    zsocket_close(s);
    return rate;
}

/* --- the same without net process and core --------------------------------------------------------------- */

struct plain {
    void *context;
    struct zsocket_keys keys;
    struct allow allow;
    char endpoint[128];
    struct zap zap;
    struct refused refused;
    void *server;
};

static void *echo_plainly(void *ctx)
{
    struct plain *p = ctx;
    zmq_pollitem_t items[2] = {{.socket = p->server, .events = ZMQ_POLLIN},
                               {.socket = p->zap.socket, .events = ZMQ_POLLIN}};

    for (int got = 0; got < MESSAGES + 1;) {
        static uint8_t name[256], bytes[MESSAGE_LEN];
        int n;

        (void)zmq_poll(items, 2, -1);
        while (zap_answer_one(&p->zap, (struct cw_mono){1}))
            continue;
        while ((n = zmq_recv(p->server, name, sizeof name, ZMQ_DONTWAIT)) > 0) {
            int len = zmq_recv(p->server, bytes, sizeof bytes, 0);

            while (zmq_send(p->server, name, (size_t)n, ZMQ_SNDMORE) < 0) /* full: its own queue has to drain */
                continue;
            (void)zmq_send(p->server, bytes, (size_t)len, 0);
            got++;
        }
    }
    return NULL;
}

static double measure_plain(const struct zsocket_keys *own, const struct allow_row *row,
                            const struct zsocket_keys *server)
{
    struct plain p = {.keys = *server};
    pthread_t thread;
    int hwm = 0;

    p.context = zsocket_context();
    if (allow_replace(&p.allow, row, 1) != CW_OK)
        fail("no memory");
    p.zap = (struct zap){.socket = zsocket_zap(p.context), .allow = &p.allow, .refused = &p.refused};
    p.server = zsocket_server(p.context, &p.keys, DOOR_CLIENTS);
    (void)zmq_setsockopt(p.server, ZMQ_SNDHWM, &hwm, sizeof hwm);
    if (!zsocket_bind(p.server, "tcp://127.0.0.1:*") || !zsocket_endpoint(p.server, p.endpoint, sizeof p.endpoint) ||
        pthread_create(&thread, NULL, echo_plainly, &p) != 0)
        fail("no server");
    double rate = pump(p.context, own, server, p.endpoint);
    (void)pthread_join(thread, NULL);
    zsocket_close(p.server);
    zsocket_close(p.zap.socket);
    (void)zmq_ctx_term(p.context);
    allow_done(&p.allow);
    return rate;
}

int main(void)
{
    struct driver_settings settings = {.peer_listen = "tcp://127.0.0.1:*", .client_listen = "tcp://127.0.0.1:*"};
    struct keeper keeper;
    struct zsocket_keys server, client;
    uint8_t secret[KEY_LEN] = {7}, own[KEY_LEN];
    struct allow_row row = {.subject = SUBJECT_PERSON};
    pthread_t thread;
    void *context;

    if (sodium_init() < 0 || keeper_start(&(struct keeper_options){0}, &keeper) != CW_OK)
        fail("cannot start");
    memset(own, 9, KEY_LEN);
    settings.curve_secret = own;
    zsocket_keys_from(own, &server);
    zsocket_keys_from(secret, &client);
    memcpy(row.key, client.public_key, KEY_LEN);
    if (driver_open(&keeper, &settings, echo, NULL, &driver) != CW_OK)
        fail("no driver");
    driver_allow(driver, &row, 1);
    if (pthread_create(&thread, NULL, run_driver, NULL) != 0)
        fail("no thread");
    (void)pthread_mutex_lock(&lock);
    while (endpoints[1][0] == '\0')
        (void)pthread_cond_wait(&changed, &lock);
    (void)pthread_mutex_unlock(&lock);

    context = zsocket_context();
    double through = pump(context, &client, &server, endpoints[1]);
    (void)zmq_ctx_term(context);
    driver_stop(driver);
    (void)pthread_join(thread, NULL);
    driver_close(driver);
    keeper_stop(&keeper);

    double plain = measure_plain(&client, &row, &server);
    printf("net_echo_per_s %.0f\nzmq_curve_echo_per_s %.0f\nratio %.2f\n", through, plain, through / plain);
    return EXIT_SUCCESS;
}
