/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A DEALER socket with CURVE. libzmq's client cannot tell a dead host from a host that does not want its key, so a
 * socket monitor listens to what happens to the connection and the fault says which it was.
 *
 * ZMQ_FD is edge-triggered: it says that something may have changed, not that something is there. So pending() asks for
 * ZMQ_EVENTS, which also takes in what the descriptor announced.
 */
#include "lib/fault.h"
#include "lib/link.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

/* Over the payload: what CURVE adds, with room. */
#define FRAME_OVERHEAD_LEN_MAX 128
#define QUEUE_FRAMES_MAX 64
#define HEARTBEAT_MS 2000
#define HEARTBEAT_PATIENCE_MS 6000

struct link_zmq {
    struct link base;
    void *context, *socket, *monitor;
    unsigned opened_count;
    bool connected; /* TCP */
    int probe;      /* the same connection, to ask how much was heard of the greeting; -1: none */
    bool refused;   /* the other side ended a greeting, and none has succeeded since */
    char address[CW_ADDRESS_LEN_MAX + 1];
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
           set_int(socket, ZMQ_LINGER, 0) && set_int(socket, ZMQ_RCVHWM, QUEUE_FRAMES_MAX) &&
           set_int(socket, ZMQ_SNDHWM, QUEUE_FRAMES_MAX) && set_int(socket, ZMQ_HANDSHAKE_IVL, 5000) &&
           set_int(socket, ZMQ_RECONNECT_IVL, 100) && set_int(socket, ZMQ_RECONNECT_IVL_MAX, 2000) &&
           set_int(socket, ZMQ_IPV6, 1) && set_int(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
           set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_PATIENCE_MS) &&
           /* Frames wait for a connection in the handle, which knows where else to send them, not in the socket. */
           set_int(socket, ZMQ_IMMEDIATE, 1);
}

static bool listen_to_monitor(struct link_zmq *l)
{
    char endpoint[64];

    /* A name of its own each time: libzmq forgets the last one when it gets round to it. */
    snprintf(endpoint, sizeof(endpoint), "inproc://link-%p-%u", (void *)l, l->opened_count++);
    if (zmq_socket_monitor(l->socket, endpoint, ZMQ_EVENT_ALL) != 0)
        return false;
    l->monitor = zmq_socket(l->context, ZMQ_PAIR);
    return l->monitor != NULL && set_int(l->monitor, ZMQ_LINGER, 0) && zmq_connect(l->monitor, endpoint) == 0;
}

static int descriptor_of(void *socket)
{
    int fd = -1;
    size_t len = sizeof(fd);

    return zmq_getsockopt(socket, ZMQ_FD, &fd, &len) == 0 ? fd : -1;
}

static bool watch(int epoll, void *socket)
{
    struct epoll_event event = {.events = EPOLLIN};

    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor_of(socket), &event) == 0;
}

static void forget(int epoll, void *socket)
{
    if (socket != NULL)
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor_of(socket), NULL);
}

static void drop_probe(struct link_zmq *l)
{
    if (l->probe >= 0)
        (void)close(l->probe);
    l->probe = -1;
}

static void zmq_link_shut(struct link *link)
{
    struct link_zmq *l = (struct link_zmq *)link;

    drop_probe(l);
    forget(link->epoll, l->socket);
    forget(link->epoll, l->monitor);
    if (l->socket != NULL) {
        zmq_socket_monitor(l->socket, NULL, 0);
        zmq_close(l->socket);
    }
    if (l->monitor != NULL)
        zmq_close(l->monitor);
    l->socket = l->monitor = NULL;
    l->connected = l->refused = false;
    link->state = LINK_IDLE;
}

static enum cw_err zmq_link_open(struct link *link)
{
    struct link_zmq *l = (struct link_zmq *)link;
    enum cw_err err;

    l->socket = zmq_socket(l->context, ZMQ_DEALER);
    if (l->socket != NULL && set_keys(l) && set_limits(l->socket) && listen_to_monitor(l) &&
        watch(link->epoll, l->socket) && watch(link->epoll, l->monitor) && zmq_connect(l->socket, l->address) == 0) {
        link->state = LINK_CONNECTING;
        fault_set(&link->fault, CW_AGAIN_NO_DAEMON, l->address, "nothing listens there");
        return CW_OK;
    }
    err = errno == EINVAL ? CW_USAGE_ARGUMENT : CW_LOCAL_IO;
    fault_set(&link->fault, err, "address", "%s: %s", l->address, zmq_strerror(errno));
    zmq_link_shut(link);
    return err;
}

/* --- what happens to the connection -------------------------------------------------------------------- */

static void say(struct link_zmq *l, const char *what)
{
    fault_set(&l->base.fault, CW_AGAIN_NO_DAEMON, l->address, "%s", what);
}

static void say_kept_out(struct link_zmq *l)
{
    fault_set(
        &l->base.fault, CW_AGAIN_KEPT_OUT, l->address,
        "the daemon is there, and refuses this certificate: it is revoked, or out of its dates by the daemon's clock");
}

/*
 * A refused greeting is silent by design. How far it came tells who would not have whom (proto/link_end.h): who does not hold
 * the key that we expect cannot read our first message, and says nothing after the greeting's 64 bytes; who holds it says
 * WELCOME, 170 more, and may then not know us. Only whom it did know is told that this is over (HANDSHAKE_FAILED_AUTH).
 */
#define HEARD_WELCOME 200u
#define HEARD_GREETING 64u

/* NULL: the connection was over before this thread saw it begin, and nobody knows. */
static const char *how_far(const struct link_zmq *l)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);

    if (l->probe < 0 || getsockopt(l->probe, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return NULL;
    if (info.tcpi_bytes_received >= HEARD_WELCOME)
        return "the daemon is there, with the right key, but does not know this certificate: it has not heard of it "
               "yet "
               "(casewire authority publish), or is of another network";
    if (info.tcpi_bytes_received >= HEARD_GREETING)
        return "reachable, but wrong key: what listens there does not hold the key that daemon-key names; it is "
               "another "
               "daemon, or has a new key";
    return info.tcpi_bytes_received > 0 ? "what listens there does not speak this protocol: is the address right?"
                                        : "something listens there but says nothing";
}

/* Who does not know a certificate lets it wait for seconds: an end so soon is another's. */
static const char *ended_at_once(void)
{
    return "something listens there, and ended the greeting at once: most likely wrong key, not the one that "
           "daemon-key "
           "names, or no daemon at all";
}

static void note_refused(struct link_zmq *l, const char *why)
{
    l->refused = true;
    say(l, why);
}

/* What was once seen for certain stands until a greeting succeeds. */
static void note_end(struct link_zmq *l)
{
    const char *why = how_far(l);

    if (why != NULL || !l->refused)
        note_refused(l, why != NULL ? why : ended_at_once());
}

static void note_lost(struct link_zmq *l)
{
    if (l->base.state == LINK_READY)
        say(l, "the connection was lost");
    else if (l->connected)
        note_end(l);
    drop_probe(l);
    l->base.state = LINK_CONNECTING;
    l->base.lost_count++;
    l->connected = false;
}

static void note_connected(struct link_zmq *l, int fd)
{
    drop_probe(l);
    l->connected = true;
    l->probe = fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static void note_event(struct link_zmq *l, uint16_t event, int value)
{
    switch (event) {
    case ZMQ_EVENT_CONNECTED:
        note_connected(l, value);
        break;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        drop_probe(l);
        l->base.state = LINK_READY;
        l->refused = false;
        say(l, "the daemon is there but did not answer in time");
        break;
    case ZMQ_EVENT_CLOSED: /* a connection that was never made */
        l->base.lost_count++;
        say(l, "nothing listens there");
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        l->refused = true;
        say_kept_out(l);
        l->connected = false; /* so that what follows says no less */
        note_lost(l);
        break;
    case ZMQ_EVENT_DISCONNECTED:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        note_lost(l);
        break;
    default:
        break;
    }
}

/* Reads all monitor events that are there; each is two frames, the second an address. */
static void zmq_link_look(struct link *link)
{
    struct link_zmq *l = (struct link_zmq *)link;
    uint8_t event[6];
    char rest[256];

    while (l->monitor != NULL && zmq_recv(l->monitor, event, sizeof(event), ZMQ_DONTWAIT) == (int)sizeof(event)) {
        uint16_t number;
        uint32_t value;

        memcpy(&number, event, sizeof(number));
        memcpy(&value, event + sizeof(number), sizeof(value));
        zmq_recv(l->monitor, rest, sizeof(rest), ZMQ_DONTWAIT);
        note_event(l, number, (int)value);
    }
    if (l->connected && l->base.state == LINK_CONNECTING && !l->refused && how_far(l) != NULL)
        say(l, how_far(l)); /* a stranger is told nothing, not even an end: whoever gives up waiting says this */
}

static bool has_events(void *socket, int wanted)
{
    int events = 0;
    size_t len = sizeof(events);

    return socket != NULL && zmq_getsockopt(socket, ZMQ_EVENTS, &events, &len) == 0 && (events & wanted) != 0;
}

static bool zmq_link_pending(struct link *link, bool want_send)
{
    struct link_zmq *l = (struct link_zmq *)link;
    int wanted = ZMQ_POLLIN | (want_send && link->state == LINK_READY ? ZMQ_POLLOUT : 0);
    /* Both are always asked: asking takes in what their descriptors announced. */
    bool socket = has_events(l->socket, wanted), monitor = has_events(l->monitor, ZMQ_POLLIN);

    return socket || monitor;
}

/* --- frames ---------------------------------------------------------------------------------------------- */

static enum cw_err zmq_link_send(struct link *link, struct cw_slice frame)
{
    struct link_zmq *l = (struct link_zmq *)link;

    if (zmq_send(l->socket, frame.data, frame.len, ZMQ_DONTWAIT) == (int)frame.len)
        return CW_OK;
    return errno == EAGAIN || errno == EINTR ? CW_AGAIN_BUSY : CW_LOCAL_IO;
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

static enum cw_err zmq_link_receive(struct link *link, struct buf *out_frame)
{
    struct link_zmq *l = (struct link_zmq *)link;
    zmq_msg_t message;
    enum cw_err err;

    if (l->socket == NULL)
        return CW_LOCAL_NOT_FOUND;
    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, l->socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&message);
        return CW_LOCAL_NOT_FOUND;
    }
    buf_clear(out_frame);
    err = buf_add(out_frame, slice(zmq_msg_data(&message), zmq_msg_size(&message)));
    zmq_msg_close(&message);
    if (drop_rest(l->socket))
        return fault_set(&link->fault, CW_PEER_MALFORMED, l->address, "the daemon sent a message of several frames");
    return err;
}

static void zmq_link_close(struct link *link)
{
    struct link_zmq *l = (struct link_zmq *)link;
    volatile uint8_t *secret = l->secret_key;

    zmq_link_shut(link);
    for (size_t i = 0; i < sizeof(l->secret_key); i++)
        secret[i] = 0;
    free(l);
}

static const struct link_ops zmq_ops = {
    zmq_link_open, zmq_link_shut, zmq_link_look, zmq_link_send, zmq_link_receive, zmq_link_pending, zmq_link_close,
};

enum cw_err link_zmq_open(void *context, int epoll, const struct link_curve *to, struct link **out_link,
                          struct cw_fault *fault)
{
    struct link_zmq *l;

    if (strncmp(to->address, "tcp://", 6) != 0 || strlen(to->address) > CW_ADDRESS_LEN_MAX)
        return fault_set(fault, CW_USAGE_ARGUMENT, "address", "must be tcp://host:port, at most %d bytes",
                         CW_ADDRESS_LEN_MAX);
    l = calloc(1, sizeof(*l));
    if (l == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    l->base = (struct link){.ops = &zmq_ops, .address = l->address, .epoll = epoll};
    l->probe = -1;
    l->context = context;
    memcpy(l->address, to->address, strlen(to->address) + 1);
    memcpy(l->daemon_key, to->daemon_key, 32);
    memcpy(l->public_key, to->public_key, 32);
    memcpy(l->secret_key, to->secret_key, 32);
    *out_link = &l->base;
    return CW_OK;
}
