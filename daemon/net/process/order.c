/* SPDX-License-Identifier: Apache-2.0 */
#include "net/listen.h"
#include "net/loop.h"

#include "net/selftest.h"
#include "proto/link.pb-c.h"
#include "proto/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ENDPOINT_LEN 256
#define ORDER_ARENA_LEN ((size_t)8 << 20)

/* --- links --------------------------------------------------------------------------------------------- */

static bool transmit(struct loop *l, struct net_link *link, struct cw_slice frame)
{
    return link->dial != NULL ? dial_transmit(link->dial, frame)
                              : server_transmit(&l->servers[link->rid.door], link, frame);
}

struct misframed_by link_holder(const struct net_link *link, int fd)
{
    struct misframed_by by = {
        .known = link->known, .client = link->dial == NULL && link->rid.door == DOOR_CLIENTS, .cert = link->cert};

    if (fd >= 0)
        conn_address(fd, by.address, sizeof by.address);
    return by;
}

void loop_end_link(struct loop *l, struct net_link *link, enum link_end end, const char *why)
{
    if (link->dial != NULL) {
        dial_end(link->dial, end, why);
        return;
    }
    if (link->closed)
        return;
    link->closed = true;
    link->closed_at = loop_now();
    net_link_drop_waiting(&l->links, link);
    report_down(l, link->id, end, why);

    struct server *s = &l->servers[link->rid.door];
    server_drain_events(s); /* is the descriptor still this connection's? */
    struct conn *c = conn_find(&s->conns, link->fd);
    if (c != NULL)
        conn_cut(c, link->fd);
}

static void wait_for_room(struct loop *l, struct net_link *link, struct cw_slice frame)
{
    if (!net_link_wait(&l->links, link, frame))
        loop_end_link(l, link, LINK_END_OVERFLOW, "does not take what is sent to it");
}

void order_send(struct loop *l, struct net_link *link, struct cw_slice frame)
{
    if (link->closed)
        return;
    if (link->waiting_len != 0 || (link->dial != NULL && !link->dial->up)) {
        wait_for_room(l, link, frame);
        return;
    }
    if (transmit(l, link, frame))
        return;
    if (zmq_errno() == EAGAIN)
        wait_for_room(l, link, frame);
    else
        loop_end_link(l, link, LINK_END_CLOSED, zmq_strerror(zmq_errno()));
}

void order_retry(struct loop *l, struct net_link *link)
{
    while (!STAILQ_EMPTY(&link->waiting)) {
        struct waiting_frame *w = STAILQ_FIRST(&link->waiting);

        if (!transmit(l, link, slice(w->bytes, w->len))) {
            if (zmq_errno() != EAGAIN)
                loop_end_link(l, link, LINK_END_CLOSED, zmq_strerror(zmq_errno()));
            return;
        }
        net_link_drop_first_waiting(&l->links, link);
    }
}

static void end_links_of(struct loop *l, const struct cert_id *cert, const char *why)
{
    struct net_link *link, *next;

    HASH_ITER (by_id, l->links.by_id, link, next) {
        if (link->known && !link->closed && ID_EQ(&link->cert, cert))
            loop_end_link(l, link, LINK_END_HERE_REFUSED, why);
    }
}

/* A session that was let in before its certificate went away does not outlive the list. */
static void end_links_not_allowed(struct loop *l)
{
    struct net_link *link, *next;

    HASH_ITER (by_id, l->links.by_id, link, next) {
        enum allow_verdict verdict =
            link->known && !link->closed ? allow_judge_cert(&l->allow, &link->cert) : ALLOW_YES;

        if (verdict != ALLOW_YES)
            loop_end_link(l, link, allow_end(verdict), allow_reason(verdict));
    }
}

/* --- orders -------------------------------------------------------------------------------------------- */

static bool fixed(protobuf_c_boolean has, ProtobufCBinaryData b, size_t len)
{
    return has && b.len == len;
}

static bool fail_for(struct loop *l, const char *text, bool settings)
{
    report_failed(l, text, settings);
    l->stopping = true;
    l->exit_code = 1;
    return false;
}

static bool fail(struct loop *l, const char *text)
{
    return fail_for(l, text, false);
}

static bool fail_to_listen(struct loop *l, enum door door, const char *address, int number)
{
    char text[LISTEN_TEXT_LEN_MAX];
    bool settings = listen_explain(door == DOOR_PEERS ? "listen_peers" : "listen_clients", address, number, text);

    return fail_for(l, text, settings);
}

static bool copy_text(ProtobufCBinaryData b, char *out, size_t out_len)
{
    if (b.len >= out_len || memchr(b.data, 0, b.len) != NULL)
        return false;
    memcpy(out, b.data, b.len);
    out[b.len] = '\0';
    return strncmp(out, "tcp://", 6) == 0;
}

static bool open_doors(struct loop *l, const Cw__Configure *c)
{
    char address[DOOR_COUNT][ENDPOINT_LEN], endpoint[DOOR_COUNT][ENDPOINT_LEN];

    if (!copy_text(c->peer_listen, address[DOOR_PEERS], ENDPOINT_LEN) ||
        !copy_text(c->client_listen, address[DOOR_CLIENTS], ENDPOINT_LEN))
        return fail(l, "a listening address is not tcp://HOST:PORT");

    for (int d = 0; d < DOOR_COUNT; d++) {
        struct server *s = &l->servers[d];

        if (!server_open(s, l, (enum door)d))
            return fail(l, "a listening socket did not take its settings (default deny included)");
        if (!selftest_run(&(struct selftest){l->context, &l->zap, s->socket, &l->own, (enum door)d}))
            return fail(l, "self-test: a listening socket does not keep unknown keys out and known ones in");
        if (!server_listen(s, address[d], endpoint[d], ENDPOINT_LEN))
            return fail_to_listen(l, (enum door)d, address[d], zmq_errno());
    }
    report_ready(l, endpoint[DOOR_PEERS], endpoint[DOOR_CLIENTS]);
    return true;
}

static bool take_configure(struct loop *l, const Cw__Configure *c)
{
    if (l->configured || !fixed(c->has_curve_secret, c->curve_secret, KEY_LEN) || !c->has_peer_listen ||
        !c->has_client_listen)
        return false;
    zsocket_keys_from(c->curve_secret.data, &l->own);
    l->configured = true;
    return open_doors(l, c);
}

static bool row_from(const Cw__AllowedKey *in, struct allow_row *out)
{
    if (!fixed(in->has_curve_key, in->curve_key, KEY_LEN) || !fixed(in->has_cert, in->cert, ID_LEN))
        return false;
    memcpy(out->key, in->curve_key.data, KEY_LEN);
    memcpy(out->cert.b, in->cert.data, ID_LEN);
    out->subject = (enum subject_kind)in->subject;
    out->standing = (enum cert_standing)in->standing;
    return true;
}

static bool take_allow(struct loop *l, const Cw__AllowKeys *list)
{
    struct allow_row *rows = calloc(list->n_keys == 0 ? 1 : list->n_keys, sizeof *rows);
    bool ok = rows != NULL && list->n_keys <= ALLOW_KEYS_MAX;

    for (size_t i = 0; ok && i < list->n_keys; i++)
        ok = row_from(list->keys[i], &rows[i]);
    ok = ok && allow_replace(&l->allow, rows, (uint32_t)list->n_keys) == CW_OK;
    free(rows);
    if (ok)
        end_links_not_allowed(l);
    return ok;
}

static bool take_dial(struct loop *l, const Cw__Dial *d)
{
    if (!l->configured || !d->has_link || !d->has_address || !fixed(d->has_server_key, d->server_key, KEY_LEN))
        return false;
    dial_open(l, d->link, wire_slice(d->address), d->server_key.data);
    return true;
}

static bool take_hang(struct loop *l, const Cw__Hang *h)
{
    struct net_link *link = net_link_find(&l->links, h->link);

    if (link != NULL)
        loop_end_link(l, link, LINK_END_HUNG_UP, "hung up");
    return true;
}

static bool take_send(struct loop *l, const Cw__Send *s)
{
    struct net_link *link = net_link_find(&l->links, s->link);

    if (link != NULL)
        order_send(l, link, wire_slice(s->frame));
    return true; /* a link that just went down: the core has been told */
}

static bool take_kick(struct loop *l, const Cw__Kick *k)
{
    struct cert_id cert;

    if (!fixed(k->has_cert, k->cert, ID_LEN))
        return false;
    memcpy(cert.b, k->cert.data, ID_LEN);
    end_links_of(l, &cert, "kicked");
    return true;
}

static bool obey(struct loop *l, const Cw__ToNet *m)
{
    if (m->send != NULL)
        return take_send(l, m->send);
    if (m->dial != NULL)
        return take_dial(l, m->dial);
    if (m->hang != NULL)
        return take_hang(l, m->hang);
    if (m->kick != NULL)
        return take_kick(l, m->kick);
    if (m->allow != NULL)
        return take_allow(l, m->allow);
    if (m->configure != NULL)
        return take_configure(l, m->configure);
    l->stopping = l->stopping || m->stop;
    return m->stop;
}

static bool take_order(struct loop *l, struct cw_slice bytes)
{
    static _Alignas(16) uint8_t memory[ORDER_ARENA_LEN]; /* touched only as far as the largest order reached */
    struct arena arena = arena_over(memory, sizeof memory);
    ProtobufCMessage *m;

    if (wire_unpack(&cw__to_net__descriptor, bytes, &arena, &m, NULL) != CW_OK)
        return false;
    return obey(l, (const Cw__ToNet *)(const void *)m);
}

void order_work(struct source *source)
{
    struct loop *l = source->owner;
    struct cw_slice order;
    enum cw_err filled = pipe_fill(&l->core);
    enum cw_err err;

    while ((err = pipe_next(&l->core, &order)) == CW_OK && !l->stopping) {
        if (!take_order(l, order))
            (void)(l->stopping || fail(l, "an order of the core cannot be read"));
    }
    if (filled == CW_LOCAL_IO || err == CW_PEER_MALFORMED)
        l->stopping = true; /* nobody is left to work for */
}
