/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/fake.h"

#include "lib/identity.h"
#include "lib/unpack.h"
#include "proto/sign.h"

#include <check.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define PEER_LEN_MAX 64

struct fake {
    fake_hook *hook;
    void *context;
    void *zmq, *router, *control; /* control: the test's end of an inproc pair */
    pthread_t thread;
    uint8_t public_key[32];
    uint16_t port;
    atomic_uint count;
    uint8_t peer[PEER_LEN_MAX], id[16]; /* who asked last, and the id */
    size_t peer_len;
};

static void send_bytes(struct fake *f, const void *bytes, size_t len, bool several)
{
    zmq_send(f->router, f->peer, f->peer_len, ZMQ_SNDMORE);
    zmq_send(f->router, bytes, len, several ? ZMQ_SNDMORE : 0);
    if (several)
        zmq_send(f->router, "more", 4, 0);
}

static void send_answer(struct fake *f, Cw__Answer *answer, bool several, bool other)
{
    struct buf bytes = {0};
    uint8_t id[16];

    memcpy(id, f->id, sizeof(id));
    id[15] ^= other ? 1 : 0;
    answer->has_v = answer->has_id = 1;
    answer->v = 1;
    answer->id = wire_bytes(slice(id, sizeof(id)));
    if (message_pack(&answer->base, CW_MESSAGE_LEN_MAX, &bytes) == CW_OK)
        send_bytes(f, bytes.data, bytes.len, several);
    answer->id = (ProtobufCBinaryData){0};
    buf_done(&bytes);
}

/* False: it is dead. */
static bool act(struct fake *f, enum fake_act how, Cw__Answer *answer)
{
    switch (how) {
    case FAKE_ANSWER:
    case FAKE_OTHER:
    case FAKE_SEVERAL:
        send_answer(f, answer, how == FAKE_SEVERAL, how == FAKE_OTHER);
        return true;
    case FAKE_GARBAGE:
        send_bytes(f, "\xff\xff\xff\xff", 4, false);
        return true;
    case FAKE_DIE:
        return false;
    default:
        return true;
    }
}

static bool serve(struct fake *f)
{
    Cw__Answer answer = CW__ANSWER__INIT;
    ProtobufCMessage *message;
    void *memory;
    zmq_msg_t frame;
    enum fake_act how;
    int len = zmq_recv(f->router, f->peer, sizeof(f->peer), 0);

    if (len <= 0)
        return true;
    f->peer_len = (size_t)len;
    zmq_msg_init(&frame);
    zmq_msg_recv(&frame, f->router, 0);
    if (message_unpack(&cw__request__descriptor, slice(zmq_msg_data(&frame), zmq_msg_size(&frame)), &memory, &message,
                       NULL) == CW_OK) {
        memcpy(f->id, ((Cw__Request *)message)->id.data, sizeof(f->id));
        how = f->hook(f->context, (Cw__Request *)message, atomic_fetch_add(&f->count, 1), &answer);
        free(memory);
    } else {
        how = FAKE_SILENCE;
    }
    zmq_msg_close(&frame);
    return act(f, how, &answer);
}

static void push(struct fake *f, unsigned count)
{
    while (count-- > 0) {
        Cw__Answer answer = CW__ANSWER__INIT;
        Cw__Status status = CW__STATUS__INIT;

        answer.status = &status;
        send_answer(f, &answer, false, false);
    }
}

static void *run(void *context)
{
    struct fake *f = context;
    void *control = zmq_socket(f->zmq, ZMQ_PAIR);
    bool alive = true;

    zmq_connect(control, "inproc://control");
    for (;;) {
        zmq_pollitem_t items[2] = {{.socket = control, .events = ZMQ_POLLIN},
                                   {.socket = f->router, .events = ZMQ_POLLIN}};
        unsigned order = 0;

        zmq_poll(items, alive ? 2 : 1, -1);
        if (items[0].revents != 0) {
            zmq_recv(control, &order, sizeof(order), 0);
            if (order == 0)
                break;
            push(f, order);
            zmq_send(control, "", 0, 0);
        }
        if (alive && items[1].revents != 0 && !serve(f)) {
            zmq_close(f->router);
            alive = false;
        }
    }
    if (alive)
        zmq_close(f->router);
    zmq_close(control);
    return NULL;
}

struct fake *fake_start(uint16_t port, fake_hook *hook, void *context)
{
    struct fake *f = calloc(1, sizeof(*f));
    uint8_t secret_key[32];
    char at[64];
    size_t at_len = sizeof(at);
    int on = 1, off = 0;

    ck_assert_ptr_nonnull(f);
    f->hook = hook;
    f->context = context;
    /* The same key each time, so that a daemon may come back. */
    memset(secret_key, 0x17, sizeof(secret_key));
    crypto_scalarmult_base(f->public_key, secret_key);
    f->zmq = zmq_ctx_new();
    f->router = zmq_socket(f->zmq, ZMQ_ROUTER);
    f->control = zmq_socket(f->zmq, ZMQ_PAIR);
    zmq_bind(f->control, "inproc://control");
    zmq_setsockopt(f->router, ZMQ_LINGER, &off, sizeof(off));
    zmq_setsockopt(f->router, ZMQ_CURVE_SERVER, &on, sizeof(on));
    zmq_setsockopt(f->router, ZMQ_CURVE_SECRETKEY, secret_key, 32);
    if (port == 0)
        snprintf(at, sizeof(at), "tcp://127.0.0.1:*");
    else
        snprintf(at, sizeof(at), "tcp://127.0.0.1:%u", port);
    ck_assert_int_eq(zmq_bind(f->router, at), 0);
    ck_assert_int_eq(zmq_getsockopt(f->router, ZMQ_LAST_ENDPOINT, at, &at_len), 0);
    f->port = (uint16_t)strtoul(strrchr(at, ':') + 1, NULL, 10);
    ck_assert_int_eq(pthread_create(&f->thread, NULL, run, f), 0);
    return f;
}

void fake_stop(struct fake *fake)
{
    unsigned stop = 0;

    if (fake == NULL)
        return;
    zmq_send(fake->control, &stop, sizeof(stop), 0);
    pthread_join(fake->thread, NULL);
    zmq_close(fake->control);
    zmq_ctx_term(fake->zmq);
    free(fake);
}

uint16_t fake_port(const struct fake *fake)
{
    return fake->port;
}

unsigned fake_count(struct fake *fake)
{
    return atomic_load(&fake->count);
}

void fake_push(struct fake *fake, unsigned count)
{
    zmq_send(fake->control, &count, sizeof(count), 0);
    zmq_recv(fake->control, &count, sizeof(count), 0);
}

/* --- the client's end ------------------------------------------------------------------------------------- */

struct cw_identity *fake_identity(void)
{
    struct cw_identity *identity = calloc(1, sizeof(*identity));

    ck_assert_ptr_nonnull(identity);
    ck_assert(crypto_init());
    memset(identity->certificate.network.b, 1, CW_ID_LEN);
    crypto_box_keypair(identity->keys.curve_public, identity->keys.curve.b);
    return identity;
}

struct cw_client *fake_client(const struct cw_identity *identity, int32_t attempt_ms, size_t count,
                              struct fake *const daemons[])
{
    struct cw_client_options options = {.size = sizeof(options)};
    struct cw_daemon list[CW_DAEMONS_MAX];
    char address[CW_DAEMONS_MAX][32];
    struct cw_client *client;
    struct cw_fault fault;

    for (size_t i = 0; i < count; i++) {
        snprintf(address[i], sizeof(address[i]), "tcp://127.0.0.1:%u", daemons[i]->port);
        list[i].address = address[i];
        memcpy(list[i].key, daemons[i]->public_key, CW_ID_LEN);
    }
    memcpy(options.network_id, identity->certificate.network.b, CW_ID_LEN);
    options.identity = identity;
    options.daemons = list;
    options.daemon_count = count;
    options.attempt_ms = attempt_ms;
    ck_assert_int_eq(cw_client_open(&options, &client, &fault), CW_OK);
    return client;
}

enum fake_act fake_status(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    static Cw__Status status = CW__STATUS__INIT;

    (void)context;
    (void)request;
    (void)nth;
    out->status = &status;
    return FAKE_ANSWER;
}
