/* SPDX-License-Identifier: Apache-2.0 */
#include "net/loop.h"

#include "net/monitor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A greeting is 64 bytes; WELCOME after it, 170. */
#define HEARD_WELCOME 200u
#define HEARD_GREETING 64u

/* Why a connection came to nothing. The first reason stands. */
static void say(struct dial *d, enum link_end end)
{
    if (d->end == LINK_END_NONE)
        d->end = end;
}

static void drop_probe(struct dial *d)
{
    if (d->probe >= 0)
        (void)close(d->probe);
    d->probe = -1;
}

/* The handshake ended without a word; what was heard before tells why. */
static enum link_end how_far(const struct dial *d)
{
    uint64_t heard = 0;

    if (d->probe < 0 || !conn_heard(d->probe, &heard))
        return LINK_END_SILENT; /* it was over before this thread saw it begin: the next attempt may tell */
    if (heard == 0)
        return LINK_END_CUT_SHORT;
    if (heard >= HEARD_WELCOME)
        return LINK_END_NOT_HEARD;
    return heard >= HEARD_GREETING ? LINK_END_WRONG_KEY : LINK_END_NOT_CASEWIRE;
}

/* libzmq gave the connection up while we kept reading: it does not say why. */
static void tell_unread(struct dial *d)
{
    const struct conn c = {.link = d->link->id, .probe = d->probe < 0 ? 0 : d->probe};
    struct misframed_by by;

    if (d->loop->paused_lately || !conn_left_unread(&c))
        return;
    by = link_holder(d->link, d->probe);
    report_misframed(d->loop, MISFRAMED_UNREAD, &by);
}

static void say_end(struct dial *d, bool connected)
{
    if (d->up)
        tell_unread(d);
    if (d->up)
        say(d, LINK_END_CLOSED);
    else if (connected)
        say(d, how_far(d));
    else
        say(d, loop_now().ms - d->since.ms >= ZSOCKET_CONNECT_MS ? LINK_END_NO_ANSWER : LINK_END_NO_LISTENER);
    dial_end(d, d->end, link_end_sentence(d->end));
}

static void come_up(struct dial *d)
{
    if (d->up)
        return;
    d->up = true;
    report_up(d->loop, d->link);
    order_retry(d->loop, d->link);
}

static void take_connected(struct dial *d, int fd)
{
    d->link->fd = fd;
    drop_probe(d);
    d->probe = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    d->conn = (struct conn){.open = true, .link = d->link->id, .looked_at = loop_now()};
}

static void take_event(struct dial *d, const struct monitor_event *e)
{
    switch (e->event) {
    case ZMQ_EVENT_CONNECTED:
        take_connected(d, e->value);
        break;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        come_up(d);
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        say(d, LINK_END_REFUSED);
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        say(d, LINK_END_NOT_CASEWIRE);
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        say(d, how_far(d));
        break;
    case ZMQ_EVENT_DISCONNECTED:
        say_end(d, true);
        break;
    case ZMQ_EVENT_CLOSED: /* the attempt, not the connection */
        say_end(d, d->link->fd >= 0);
        break;
    default:
        break;
    }
}

void dial_drain_events(struct dial *d)
{
    struct monitor_event e;

    while (!dial_over(d) && monitor_next(d->monitor, &e))
        take_event(d, &e);
}

static void work_events(struct source *source)
{
    dial_drain_events(source->owner);
}

static void refuse_frames(struct dial *d, enum misframed what)
{
    struct misframed_by by = link_holder(d->link, d->link->fd);
    char why[DIAL_WHY_LEN_MAX];

    report_misframed(d->loop, what, &by);
    snprintf(why, sizeof why, "violation: %s", misframed_sentence(what));
    dial_end(d, LINK_END_VIOLATION, why);
}

static void deliver(struct dial *d, zmq_msg_t *payload)
{
    conn_delivered(&d->conn, zmq_msg_size(payload));
    if (zmq_msg_more(payload))
        refuse_frames(d, MISFRAMED_SEVERAL);
    else if (zmq_msg_size(payload) > MESSAGE_LEN_MAX)
        refuse_frames(d, MISFRAMED_TOO_LONG);
    else
        report_received(d->loop, d->link->id, slice(zmq_msg_data(payload), zmq_msg_size(payload)));
}

static bool receive_one(struct dial *d)
{
    zmq_msg_t payload;

    (void)zmq_msg_init(&payload);
    bool found = zmq_msg_recv(&payload, d->socket, ZMQ_DONTWAIT) >= 0;
    if (found && !d->up)
        dial_drain_events(d); /* "up" comes before the first word, in whatever order libzmq tells */
    if (found && !dial_over(d))
        come_up(d); /* what waited for it goes out, and that may end it */
    if (found && !dial_over(d))
        deliver(d, &payload);
    (void)zmq_msg_close(&payload);
    return found && !dial_over(d);
}

static void work_messages(struct source *source)
{
    struct dial *d = source->owner;
    int left = LOOP_FAIR_SHARE;
    int events;
    size_t len = sizeof events;

    if (d->loop->paused) {
        (void)zmq_getsockopt(d->socket, ZMQ_EVENTS, &events, &len); /* takes the signal; see server.c */
    } else {
        while (left > 0 && !dial_over(d) && receive_one(d))
            left--;
        if (left == 0)
            poller_touch(&d->loop->poller, source);
    }
    if (!dial_over(d) && d->up)
        order_retry(d->loop, d->link);
}

bool dial_transmit(struct dial *d, struct cw_slice frame)
{
    poller_suspect(&d->loop->poller, &d->messages);
    return zmq_send(d->socket, frame.data, frame.len, ZMQ_DONTWAIT) >= 0;
}

/* --- opening and closing ------------------------------------------------------------------------------- */

static void close_sockets(struct dial *d)
{
    struct poller *p = &d->loop->poller;

    if (d->messages.owner != NULL)
        poller_remove(p, &d->messages);
    if (d->events.owner != NULL)
        poller_remove(p, &d->events);
    monitor_close(d->socket, d->monitor);
    zsocket_close(d->socket);
    d->socket = d->monitor = NULL;
}

void dial_end(struct dial *d, enum link_end end, const char *why)
{
    struct loop *l = d->loop;
    char text[sizeof d->address + DIAL_WHY_LEN_MAX + 4];

    if (dial_over(d))
        return;
    snprintf(text, sizeof text, "%s: %s", d->address, why);
    report_down(l, d->link->id, end, text);
    drop_probe(d);
    d->conn = (struct conn){0};
    close_sockets(d);
    net_link_free(&l->links, d->link);
    d->link = NULL;
}

/* Freed here and not when it ends: whoever ended it may still be looking at it. */
void dial_sweep(struct loop *l)
{
    struct dial *d, *next;

    for (d = LIST_FIRST(&l->dials); d != NULL; d = next) {
        next = LIST_NEXT(d, next);
        if (!dial_over(d))
            continue;
        LIST_REMOVE(d, next);
        free(d);
    }
}

static bool open_sockets(struct dial *d, const uint8_t server_key[static KEY_LEN])
{
    struct loop *l = d->loop;

    d->socket = zsocket_client(l->context, &l->own, server_key);
    if (d->socket == NULL)
        return false;
    d->monitor = loop_open_monitor(l, d->socket);
    if (d->monitor == NULL)
        return false;
    d->messages = (struct source){.fd = zsocket_fd(d->socket), .owner = d, .work = work_messages};
    d->events = (struct source){.fd = zsocket_fd(d->monitor), .owner = d, .work = work_events};
    return poller_add(&l->poller, &d->messages, false) && poller_add(&l->poller, &d->events, false) &&
           zmq_connect(d->socket, d->address) == 0;
}

static bool parse_address(struct cw_slice address, char *out, size_t out_len)
{
    static const char scheme[] = "tcp://";
    size_t scheme_len = sizeof scheme - 1;

    /* Nothing else of what libzmq can speak: its other transports are not for strangers. */
    if (address.len >= out_len || address.len < scheme_len || memcmp(address.data, scheme, scheme_len) != 0)
        return false;
    memcpy(out, address.data, address.len);
    out[address.len] = '\0';
    return true;
}

/* The certificate behind the key that the other side must show. Its absence is the core's to judge. */
/* Whom it is to be, as far as that is known: an unknown key may turn out to be a certificate's that is not here yet. */
static enum allow_verdict name_link(struct loop *l, struct net_link *link, const uint8_t server_key[static KEY_LEN])
{
    const struct allow_row *row = allow_find(&l->allow, server_key);

    enum allow_verdict verdict = allow_judge(row, DOOR_PEERS);

    if (row == NULL)
        return ALLOW_YES;
    if (verdict != ALLOW_YES)
        return verdict;
    link->cert = row->cert;
    link->subject = row->subject;
    link->known = true;
    return ALLOW_YES;
}

static struct dial *new_dial(struct loop *l, uint64_t id)
{
    struct dial *d = calloc(1, sizeof *d);

    if (d == NULL)
        return NULL;
    d->link = net_link_new_dialled(&l->links, id, d);
    if (d->link == NULL) {
        free(d);
        return NULL;
    }
    d->loop = l;
    d->probe = -1;
    d->since = loop_now();
    LIST_INSERT_HEAD(&l->dials, d, next);
    return d;
}

void dial_open(struct loop *l, uint64_t id, struct cw_slice address, const uint8_t server_key[static KEY_LEN])
{
    struct dial *d = new_dial(l, id);
    enum allow_verdict verdict;

    if (d == NULL) {
        report_down(l, id, LINK_END_OVERFLOW, "no room for another link");
        return;
    }
    if (!parse_address(address, d->address, sizeof d->address)) {
        dial_end(d, LINK_END_ADDRESS, "not an address: tcp://HOST:PORT is");
        return;
    }
    verdict = name_link(l, d->link, server_key);
    if (verdict != ALLOW_YES)
        dial_end(d, allow_end(verdict), allow_reason(verdict));
    else if (!open_sockets(d, server_key))
        dial_end(d, LINK_END_ADDRESS, zmq_strerror(zmq_errno()));
}
