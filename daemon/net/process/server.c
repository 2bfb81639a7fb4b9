/* SPDX-License-Identifier: Apache-2.0 */
#include "net/loop.h"

#include "net/monitor.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#define BIND_TRIES 30
#define BIND_RETRY_MS 100

static struct net_link *link_of(const struct server *s, const struct conn *c)
{
    return c == NULL || c->link == 0 ? NULL : net_link_find(&s->loop->links, c->link);
}

static void lose_connection(struct server *s, int fd)
{
    struct conn *c = conn_find(&s->conns, fd);
    struct net_link *link = link_of(s, c);

    conn_closed(&s->conns, fd);
    if (link == NULL)
        return;
    link->fd = -1; /* the number may be another connection's from now on */
    loop_end_link(s->loop, link, LINK_END_CLOSED, "closed");
}

/* Of a connection that libzmq gave up while we kept reading: it does not say why. */
static void tell_unread(struct server *s, int fd)
{
    struct conn *c = conn_find(&s->conns, fd);
    const struct net_link *link = link_of(s, c);
    struct misframed_by by = {.client = s->door == DOOR_CLIENTS};

    if (c == NULL || s->loop->paused_lately || !conn_left_unread(c))
        return;
    if (link != NULL)
        by = link_holder(link, c->probe);
    else
        conn_address(c->probe, by.address, sizeof by.address);
    report_misframed(s->loop, MISFRAMED_UNREAD, &by);
}

static bool has_room(const struct loop *l)
{
    return l->servers[DOOR_PEERS].conns.count + l->servers[DOOR_CLIENTS].conns.count < CONNS_MAX;
}

static void take_event(struct server *s, const struct monitor_event *e)
{
    if (e->event == ZMQ_EVENT_ACCEPTED) {
        lose_connection(s, e->value);
        if (!has_room(s->loop) || !conn_opened(&s->conns, e->value, loop_now()))
            conn_shut(e->value);
        else
            conn_probe(conn_find(&s->conns, e->value), e->value);
    } else if (e->event == ZMQ_EVENT_DISCONNECTED) {
        tell_unread(s, e->value);
        lose_connection(s, e->value);
    }
}

void server_drain_events(struct server *s)
{
    struct monitor_event e;

    while (monitor_next(s->monitor, &e))
        take_event(s, &e);
}

static void work_events(struct source *source)
{
    server_drain_events(source->owner);
}

/* --- receiving ---------------------------------------------------------------------------------------- */

static bool parse_user(zmq_msg_t *payload, struct cert_id *out)
{
    /* Only the payload frame carries it (REPLICATION.md §2.1); without it nobody said who this is. */
    const char *user = zmq_msg_gets(payload, "User-Id");

    return user != NULL && hex_parse(user, out->b, ID_LEN) == CW_OK;
}

static const struct allow_row *row_of(const struct allow *a, const struct cert_id *cert, enum door door)
{
    for (uint32_t i = 0; i < a->count; i++) {
        if (ID_EQ(&a->rows[i].cert, cert) && allow_judge(&a->rows[i], door) == ALLOW_YES)
            return &a->rows[i];
    }
    return NULL;
}

/* The connection behind a first message. NULL: it is gone, and its number may be somebody else's. */
static struct conn *conn_of(struct server *s, int fd)
{
    server_drain_events(s);
    struct conn *c = conn_find(&s->conns, fd);
    return c != NULL && c->link == 0 ? c : NULL;
}

static struct net_link *first_message(struct server *s, const struct net_link_rid *rid, zmq_msg_t *payload)
{
    struct loop *l = s->loop;
    int fd = zmq_msg_get(payload, ZMQ_SRCFD);
    struct conn *c = conn_of(s, fd);
    struct cert_id cert;

    if (c == NULL)
        return NULL;

    const struct allow_row *row = parse_user(payload, &cert) ? row_of(&l->allow, &cert, s->door) : NULL;
    struct net_link *link = row == NULL || net_link_count_of(&l->links, &cert) >= LINKS_PER_CERT_MAX
                                ? NULL
                                : net_link_new_incoming(&l->links, rid);
    if (link == NULL) {
        conn_cut(c, fd);
        return NULL;
    }
    link->cert = cert;
    link->subject = row->subject;
    link->known = true;
    link->fd = fd;
    c->link = link->id;
    report_up(l, link);
    return link;
}

static void deliver(struct server *s, struct net_link *link, zmq_msg_t *payload)
{
    struct loop *l = s->loop;
    struct conn *c = conn_find(&s->conns, link->fd);
    struct cert_id cert;

    if (c != NULL)
        conn_delivered(c, zmq_msg_size(payload));
    if (!parse_user(payload, &cert) || !ID_EQ(&cert, &link->cert)) {
        loop_end_link(l, link, LINK_END_VIOLATION, "violation: a message without its sender's name");
        return;
    }
    report_received(l, link->id, slice(zmq_msg_data(payload), zmq_msg_size(payload)));
}

static void end_sender(struct server *s, struct net_link *link, int fd, const char *why)
{
    struct conn *c = link == NULL ? conn_of(s, fd) : NULL;

    if (link != NULL)
        loop_end_link(s->loop, link, LINK_END_VIOLATION, why);
    else if (c != NULL)
        conn_cut(c, fd);
}

/* Who is gone by now is told of all the same; more of his that waits in libzmq's pipe is not. */
static void refuse_frames(struct server *s, const struct net_link_rid *rid, zmq_msg_t *payload, enum misframed what)
{
    struct misframed_by by = {.client = s->door == DOOR_CLIENTS};
    const char *address = zmq_msg_gets(payload, "Peer-Address");
    char why[160];

    if (memcmp(&s->told, rid, sizeof s->told) == 0)
        return;
    s->told = *rid;
    by.known = parse_user(payload, &by.cert);
    snprintf(by.address, sizeof by.address, "%s", address == NULL ? "" : address);
    report_misframed(s->loop, what, &by);
    snprintf(why, sizeof why, "violation: %s", misframed_sentence(what));
    end_sender(s, net_link_find_rid(&s->loop->links, rid), zmq_msg_get(payload, ZMQ_SRCFD), why);
}

/* Two frames and no third: who sent it (libzmq's name for the connection) and the payload. */
static bool take_frames(struct server *s, zmq_msg_t *name, zmq_msg_t *payload, bool *out_surplus)
{
    zmq_msg_t more;

    if (zmq_msg_recv(name, s->socket, ZMQ_DONTWAIT) < 0)
        return false;
    *out_surplus = false;
    if (!zmq_msg_more(name) || zmq_msg_recv(payload, s->socket, ZMQ_DONTWAIT) < 0)
        return true;
    if (!zmq_msg_more(payload))
        return true;

    *out_surplus = true;
    do { /* a whole message is there or nothing of it, so this ends */
        (void)zmq_msg_init(&more);
        int rc = zmq_msg_recv(&more, s->socket, ZMQ_DONTWAIT);
        bool follows = rc >= 0 && zmq_msg_more(&more) != 0;
        (void)zmq_msg_close(&more);
        if (!follows)
            break;
    } while (true);
    return true;
}

/*
 * Nobody gives itself a routing id: libzmq's own start with a zero byte. A peer that chose its name could
 * wait in the dark with messages nobody reads, or take another's place.
 */
static bool parse_name(zmq_msg_t *name, enum door door, struct net_link_rid *out)
{
    const uint8_t *bytes = zmq_msg_data(name);

    if (zmq_msg_size(name) != LINK_RID_LEN || bytes[0] != 0)
        return false;
    out->door = (uint8_t)door;
    memcpy(out->rid, bytes, LINK_RID_LEN);
    return true;
}

static enum misframed misframed_in(zmq_msg_t *payload, bool surplus)
{
    if (surplus)
        return MISFRAMED_SEVERAL;
    return zmq_msg_size(payload) > MESSAGE_LEN_MAX ? MISFRAMED_TOO_LONG : MISFRAMED_NONE;
}

static void take_message(struct server *s, zmq_msg_t *name, zmq_msg_t *payload, bool surplus)
{
    struct net_link_rid rid = {0};
    bool rid_ok = parse_name(name, s->door, &rid);
    enum misframed what = misframed_in(payload, surplus);

    if (!rid_ok) {
        end_sender(s, NULL, zmq_msg_get(payload, ZMQ_SRCFD), "");
        return;
    }
    if (what != MISFRAMED_NONE) {
        refuse_frames(s, &rid, payload, what);
        return;
    }
    struct net_link *link = net_link_find_rid(&s->loop->links, &rid);
    if (link == NULL)
        link = first_message(s, &rid, payload);
    if (link != NULL && !link->closed)
        deliver(s, link, payload);
}

static bool receive_one(struct server *s)
{
    zmq_msg_t name, payload;
    bool surplus = false;

    (void)zmq_msg_init(&name);
    (void)zmq_msg_init(&payload);
    bool found = take_frames(s, &name, &payload, &surplus);
    if (found)
        take_message(s, &name, &payload, surplus);
    (void)zmq_msg_close(&payload);
    (void)zmq_msg_close(&name);
    return found;
}

/* There may be room again in any of its pipes: libzmq does not say in which. */
static void retry_waiting(struct server *s)
{
    struct net_link *link, *next;

    if (s->loop->links.waiting_len == 0)
        return;
    HASH_ITER (by_rid, s->loop->links.by_rid, link, next) {
        if (link->rid.door == (uint8_t)s->door && link->waiting_len != 0)
            order_retry(s->loop, link);
    }
}

static void take_signal_only(void *socket)
{
    int events;
    size_t len = sizeof events;

    (void)zmq_getsockopt(socket, ZMQ_EVENTS, &events, &len);
}

static void work_messages(struct source *source)
{
    struct server *s = source->owner;
    int left = LOOP_FAIR_SHARE;

    if (s->loop->paused) {
        take_signal_only(s->socket); /* the loop touches us again when it goes on */
    } else {
        while (left > 0 && receive_one(s))
            left--;
        if (left == 0)
            poller_touch(&s->loop->poller, source);
    }
    retry_waiting(s);
}

/* --- sending ------------------------------------------------------------------------------------------ */

bool server_transmit(struct server *s, const struct net_link *link, struct cw_slice frame)
{
    poller_suspect(&s->loop->poller, &s->messages);
    if (zmq_send(s->socket, link->rid.rid, LINK_RID_LEN, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return false;
    return zmq_send(s->socket, frame.data, frame.len, ZMQ_DONTWAIT) >= 0;
}

/* --- opening ------------------------------------------------------------------------------------------ */

bool server_open(struct server *s, struct loop *l, enum door door)
{
    *s = (struct server){.loop = l, .door = door};
    s->socket = zsocket_server(l->context, &l->own, door);
    if (s->socket == NULL)
        return false;
    s->monitor = loop_open_monitor(l, s->socket);
    if (s->monitor == NULL)
        return false;
    s->messages = (struct source){.fd = zsocket_fd(s->socket), .owner = s, .work = work_messages};
    s->events = (struct source){.fd = zsocket_fd(s->monitor), .owner = s, .work = work_events};
    return true;
}

/*
 * A daemon that was killed and started again may find its own former net process still at the port: that one
 * ends as soon as it notices. The core's end is watched meanwhile: nobody is kept waiting for.
 */
static bool bind_patiently(struct server *s, const char *address)
{
    struct pollfd core = {.fd = s->loop->core.fd, .events = POLLRDHUP};

    for (int i = 0; i < BIND_TRIES; i++) {
        if (zsocket_bind(s->socket, address))
            return true;
        if (zmq_errno() != EADDRINUSE || poll(&core, 1, BIND_RETRY_MS) != 0)
            return false;
    }
    errno = EADDRINUSE;
    return false;
}

bool server_listen(struct server *s, const char *address, char *out_endpoint, size_t out_len)
{
    if (!bind_patiently(s, address) || !zsocket_endpoint(s->socket, out_endpoint, out_len))
        return false;
    return poller_add(&s->loop->poller, &s->events, false) && poller_add(&s->loop->poller, &s->messages, false);
}
