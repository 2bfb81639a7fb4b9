/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A DEALER socket with CURVE. libzmq's client cannot tell a dead host from a host that does not want its
 * key, so a socket monitor listens to what happens to the connection and the fault says which it was.
 */
#include "lib/fault.h"
#include "lib/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

/* Over the payload: what CURVE adds, with room. */
#define FRAME_OVERHEAD_LEN_MAX 128

struct link_zmq {
    struct link base;
    void *context, *socket, *monitor;
    bool connected; /* TCP */
    bool greeted;   /* the CURVE handshake went through */
    bool refused;   /* the other side ended the handshake */
    char address[256];
    uint8_t daemon_key[32], public_key[32], secret_key[32];
};

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof(value)) == 0;
}

static bool set_keys(struct link_zmq *l)
{
    return zmq_setsockopt(l->socket, ZMQ_CURVE_SERVERKEY, l->daemon_key, 32) == 0 &&
           zmq_setsockopt(l->socket, ZMQ_CURVE_PUBLICKEY, l->public_key, 32) == 0 &&
           zmq_setsockopt(l->socket, ZMQ_CURVE_SECRETKEY, l->secret_key, 32) == 0;
}

static bool set_limits(void *socket)
{
    int64_t frame_len_max = CW_MESSAGE_LEN_MAX + FRAME_OVERHEAD_LEN_MAX;

    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &frame_len_max, sizeof(frame_len_max)) == 0 &&
           set_int(socket, ZMQ_LINGER, 0) && set_int(socket, ZMQ_RCVHWM, 16) && set_int(socket, ZMQ_SNDHWM, 16) &&
           set_int(socket, ZMQ_HANDSHAKE_IVL, 5000) && set_int(socket, ZMQ_RECONNECT_IVL, 100) &&
           set_int(socket, ZMQ_RECONNECT_IVL_MAX, 2000) && set_int(socket, ZMQ_IPV6, 1);
}

static bool watch(struct link_zmq *l)
{
    char endpoint[64];

    snprintf(endpoint, sizeof(endpoint), "inproc://link-%p", (void *)l);
    if (zmq_socket_monitor(l->socket, endpoint, ZMQ_EVENT_ALL) != 0)
        return false;
    l->monitor = zmq_socket(l->context, ZMQ_PAIR);
    return l->monitor != NULL && set_int(l->monitor, ZMQ_LINGER, 0) && zmq_connect(l->monitor, endpoint) == 0;
}

static void close_socket(struct link_zmq *l)
{
    if (l->socket != NULL) {
        zmq_socket_monitor(l->socket, NULL, 0);
        zmq_close(l->socket);
    }
    if (l->monitor != NULL)
        zmq_close(l->monitor);
    l->socket = l->monitor = NULL;
    l->connected = l->greeted = l->refused = false;
}

static enum cw_err open_socket(struct link_zmq *l, struct cw_fault *fault)
{
    l->socket = zmq_socket(l->context, ZMQ_DEALER);
    if (l->socket != NULL && set_keys(l) && set_limits(l->socket) && watch(l) &&
        zmq_connect(l->socket, l->address) == 0)
        return CW_OK;
    fault_set(fault, errno == EINVAL ? CW_USAGE_ARGUMENT : CW_LOCAL_IO, "address", "%s: %s", l->address,
              zmq_strerror(errno));
    close_socket(l);
    return errno == EINVAL ? CW_USAGE_ARGUMENT : CW_LOCAL_IO;
}

static void note_event(struct link_zmq *l, uint16_t event)
{
    if (event == ZMQ_EVENT_CONNECTED)
        l->connected = true;
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
        l->greeted = true;
    if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH || event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL ||
        event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)
        l->refused = true;
    if (event == ZMQ_EVENT_DISCONNECTED && l->connected && !l->greeted)
        l->refused = true;
}

/* Reads all monitor events that are there; each is two frames, the second an address. */
static void hear_monitor(struct link_zmq *l)
{
    uint8_t event[6];
    char rest[256];

    while (zmq_recv(l->monitor, event, sizeof(event), ZMQ_DONTWAIT) == (int)sizeof(event)) {
        uint16_t number;

        memcpy(&number, event, sizeof(number));
        zmq_recv(l->monitor, rest, sizeof(rest), ZMQ_DONTWAIT);
        note_event(l, number);
    }
}

static enum cw_err silence(struct link_zmq *l, struct cw_fault *fault)
{
    if (l->greeted)
        return fault_set(fault, CW_AGAIN_NO_DAEMON, l->address, "the daemon is there but did not answer in time");
    if (l->refused)
        return fault_set(fault, CW_AGAIN_NO_DAEMON, l->address,
                         "something listens there but would not talk to this key: the certificate is not known to "
                         "it, or the daemon's key is not the one expected");
    if (l->connected)
        return fault_set(fault, CW_AGAIN_NO_DAEMON, l->address,
                         "something listens there but did not greet in time: perhaps it does not know this key");
    return fault_set(fault, CW_AGAIN_NO_DAEMON, l->address, "nothing listens there");
}

static enum cw_err zmq_link_send(struct link *link, struct cw_slice frame, struct cw_mono deadline,
                                 struct cw_fault *fault)
{
    struct link_zmq *l = (struct link_zmq *)link;
    enum cw_err err = l->socket != NULL ? CW_OK : open_socket(l, fault);

    if (err != CW_OK)
        return err;
    if (!set_int(l->socket, ZMQ_SNDTIMEO, link_ms_left(deadline)))
        return fault_plain(fault, CW_LOCAL_IO, l->address);
    if (zmq_send(l->socket, frame.data, frame.len, 0) == (int)frame.len)
        return CW_OK;
    hear_monitor(l);
    return silence(l, fault);
}

/* Waits until the socket has a frame; false at the deadline. */
static bool wait_frame(struct link_zmq *l, struct cw_mono deadline)
{
    zmq_pollitem_t items[2] = {{.socket = l->socket, .events = ZMQ_POLLIN},
                               {.socket = l->monitor, .events = ZMQ_POLLIN}};

    for (;;) {
        int left = link_ms_left(deadline);

        if (zmq_poll(items, 2, left) < 0 && errno != EINTR)
            return false;
        if (items[1].revents != 0)
            hear_monitor(l);
        if (items[0].revents != 0)
            return true;
        if (left == 0)
            return false;
    }
}

/* Whatever follows the first frame of one message; true when there was something. */
static bool drop_rest(void *socket)
{
    bool any = false;
    int more = 0;
    size_t len = sizeof(more);

    while (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &len) == 0 && more != 0) {
        zmq_msg_t part;

        any = true;
        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0)
            more = 0;
        zmq_msg_close(&part);
    }
    return any;
}

static enum cw_err zmq_link_receive(struct link *link, struct cw_mono deadline, struct buf *out_frame,
                                    struct cw_fault *fault)
{
    struct link_zmq *l = (struct link_zmq *)link;
    zmq_msg_t message;
    enum cw_err err;

    if (l->socket == NULL || !wait_frame(l, deadline)) {
        err = silence(l, fault);
        /* A request that got no answer is never sent again behind the caller's back: the queue goes with the socket. */
        close_socket(l);
        return err;
    }
    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, l->socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&message);
        return silence(l, fault);
    }
    buf_clear(out_frame);
    err = buf_add(out_frame, slice(zmq_msg_data(&message), zmq_msg_size(&message)));
    zmq_msg_close(&message);
    if (drop_rest(l->socket)) {
        close_socket(l);
        return fault_set(fault, CW_PEER_MALFORMED, l->address, "the daemon sent a message of several frames");
    }
    return err == CW_OK ? CW_OK : fault_plain(fault, err, l->address);
}

static void zmq_link_close(struct link *link)
{
    struct link_zmq *l = (struct link_zmq *)link;
    volatile uint8_t *secret = l->secret_key;

    close_socket(l);
    if (l->context != NULL)
        zmq_ctx_term(l->context);
    for (size_t i = 0; i < sizeof(l->secret_key); i++)
        secret[i] = 0;
    free(l);
}

static const struct link_ops zmq_ops = {zmq_link_send, zmq_link_receive, zmq_link_close};

enum cw_err link_zmq_open(const struct link_curve *to, struct link **out_link, struct cw_fault *fault)
{
    struct link_zmq *l;

    if (strncmp(to->address, "tcp://", 6) != 0 || strlen(to->address) >= sizeof(l->address))
        return fault_set(fault, CW_USAGE_ARGUMENT, "address", "must be tcp://host:port, at most %zu bytes",
                         sizeof(l->address) - 1);
    l = calloc(1, sizeof(*l));
    if (l == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    l->base.ops = &zmq_ops;
    memcpy(l->address, to->address, strlen(to->address) + 1);
    memcpy(l->daemon_key, to->daemon_key, 32);
    memcpy(l->public_key, to->public_key, 32);
    memcpy(l->secret_key, to->secret_key, 32);
    l->context = zmq_ctx_new();
    if (l->context == NULL) {
        zmq_link_close(&l->base);
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    }
    *out_link = &l->base;
    return CW_OK;
}
