/* SPDX-License-Identifier: Apache-2.0 */
#include "net/zsocket.h"

#include <sodium.h>

#define MAX_SOCKETS 4096
#define BACKLOG 512
#define HANDSHAKE_MS 5000
#define HEARTBEAT_IVL_MS 10000
#define HEARTBEAT_TIMEOUT_MS 30000
#define HEARTBEAT_TTL_MS 60000 /* above 65,599 ms libzmq 4.3.4 overflows */

static const char *const domains[DOOR_COUNT] = {
    [DOOR_PEERS] = "casewire.peers",
    [DOOR_CLIENTS] = "casewire.clients",
};

void zsocket_keys_from(const uint8_t secret[static KEY_LEN], struct zsocket_keys *out)
{
    memcpy(out->secret, secret, KEY_LEN);
    (void)crypto_scalarmult_base(out->public_key, out->secret);
}

void *zsocket_context(void)
{
    void *context = zmq_ctx_new();

    if (context == NULL)
        return NULL;
    (void)zmq_ctx_set(context, ZMQ_IO_THREADS, 1);
    (void)zmq_ctx_set(context, ZMQ_MAX_SOCKETS, MAX_SOCKETS);
    return context;
}

const char *zsocket_domain(enum door door)
{
    return domains[door];
}

bool zsocket_door(struct cw_slice domain, enum door *out)
{
    for (int d = 0; d < DOOR_COUNT; d++) {
        if (slice_eq(domain, slice_of(domains[d]))) {
            *out = (enum door)d;
            return true;
        }
    }
    return false;
}

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

/* A setting that did not take is worse than one that failed. */
static bool set_int_checked(void *socket, int option, int value)
{
    int read_back = 0;
    size_t len = sizeof read_back;

    return set_int(socket, option, value) && zmq_getsockopt(socket, option, &read_back, &len) == 0 &&
           read_back == value;
}

static bool set_common(void *s)
{
    int64_t message_len_max =
        MISFRAMED_TAKEN_LEN_MAX + ZSOCKET_CURVE_LEN; /* what is above MESSAGE_LEN_MAX is judged here */

    return zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &message_len_max, sizeof message_len_max) == 0 &&
           set_int(s, ZMQ_SNDHWM, ZSOCKET_HWM) && set_int(s, ZMQ_RCVHWM, ZSOCKET_HWM) && set_int(s, ZMQ_LINGER, 0) &&
           set_int(s, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) && set_int(s, ZMQ_HEARTBEAT_IVL, HEARTBEAT_IVL_MS) &&
           set_int(s, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS) && set_int(s, ZMQ_HEARTBEAT_TTL, HEARTBEAT_TTL_MS) &&
           set_int(s, ZMQ_TCP_KEEPALIVE, 1);
}

static bool set_server(void *s, const struct zsocket_keys *own, enum door door)
{
    return set_common(s) && set_int_checked(s, ZMQ_CURVE_SERVER, 1) &&
           zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, own->secret, KEY_LEN) == 0 &&
           zmq_setsockopt(s, ZMQ_ZAP_DOMAIN, domains[door], strlen(domains[door])) == 0 &&
           set_int_checked(s, ZSOCKET_ENFORCE_DOMAIN, 1) && set_int(s, ZMQ_BACKLOG, BACKLOG) &&
           set_int(s, ZMQ_ROUTER_MANDATORY, 1);
}

static bool set_client(void *s, const struct zsocket_keys *own, const uint8_t server_key[static KEY_LEN])
{
    return set_common(s) && zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, server_key, KEY_LEN) == 0 &&
           zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, own->public_key, KEY_LEN) == 0 &&
           zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, own->secret, KEY_LEN) == 0 && set_int(s, ZMQ_RECONNECT_IVL, -1) &&
           set_int(s, ZMQ_IMMEDIATE, 1) && set_int(s, ZMQ_CONNECT_TIMEOUT, ZSOCKET_CONNECT_MS) &&
           set_int(s, ZMQ_IPV6, 1);
}

static void *unless(bool bad, void *socket)
{
    if (!bad)
        return socket;
    zsocket_close(socket);
    return NULL;
}

void *zsocket_server(void *context, const struct zsocket_keys *own, enum door door)
{
    void *s = zmq_socket(context, ZMQ_ROUTER);

    return s == NULL ? NULL : unless(!set_server(s, own, door), s);
}

void *zsocket_client(void *context, const struct zsocket_keys *own, const uint8_t server_key[static KEY_LEN])
{
    void *s = zmq_socket(context, ZMQ_DEALER);

    return s == NULL ? NULL : unless(!set_client(s, own, server_key), s);
}

void *zsocket_zap(void *context)
{
    void *s = zmq_socket(context, ZMQ_REP);

    return s == NULL ? NULL : unless(!set_int(s, ZMQ_LINGER, 0) || zmq_bind(s, "inproc://zeromq.zap.01") != 0, s);
}

void zsocket_close(void *socket)
{
    if (socket != NULL)
        (void)zmq_close(socket);
}

bool zsocket_bind(void *socket, const char *address)
{
    /* Only where an IPv6 address or "everywhere" is asked for: IPv4 addresses keep their usual form then. */
    bool ipv6 = strchr(address, '[') != NULL || strncmp(address, "tcp://*", 7) == 0;

    return set_int(socket, ZMQ_IPV6, ipv6) && zmq_bind(socket, address) == 0;
}

bool zsocket_endpoint(void *socket, char *out, size_t out_len)
{
    return zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, out, &out_len) == 0;
}

int zsocket_fd(void *socket)
{
    int fd = -1;
    size_t len = sizeof fd;

    return zmq_getsockopt(socket, ZMQ_FD, &fd, &len) == 0 ? fd : -1;
}
