/* SPDX-License-Identifier: Apache-2.0 */
#include "net/monitor.h"

#include "net/zsocket.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EVENTS                                                                                                        \
    (ZMQ_EVENT_CONNECTED | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED | \
     ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |     \
     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

void *monitor_open(void *context, void *socket, uint64_t name)
{
    char address[64];
    int linger = 0;
    void *pair;

    snprintf(address, sizeof address, "inproc://monitor-%" PRIu64, name);
    if (zmq_socket_monitor(socket, address, EVENTS) != 0)
        return NULL;
    pair = zmq_socket(context, ZMQ_PAIR);
    if (pair == NULL)
        return NULL;
    (void)zmq_setsockopt(pair, ZMQ_LINGER, &linger, sizeof linger);
    if (zmq_connect(pair, address) == 0)
        return pair;
    zsocket_close(pair);
    return NULL;
}

/* Two frames: u16 event and i32 value in host order, then the endpoint, which nobody here needs. */
bool monitor_next(void *pair, struct monitor_event *out)
{
    uint8_t head[6];
    uint8_t endpoint[1];

    if (zmq_recv(pair, head, sizeof head, ZMQ_DONTWAIT) != (int)sizeof head)
        return false;
    (void)zmq_recv(pair, endpoint, sizeof endpoint, ZMQ_DONTWAIT);
    memcpy(&out->event, head, 2);
    memcpy(&out->value, head + 2, 4);
    return true;
}

void monitor_close(void *socket, void *pair)
{
    if (pair == NULL)
        return;
    (void)zmq_socket_monitor(socket, NULL, 0);
    zsocket_close(pair);
}
