/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same load on another system:
 *
 *   bench_peers SYSTEM load PORT CLIENTS IN_FLIGHT COUNT SECONDS PAYLOAD
 *   bench_peers SYSTEM live PORT_A PORT_B COUNT PAUSE_US PAYLOAD
 *
 * SYSTEM is redis, nats, postgres or ldap, on loopback, prepared by tests/bench/peers. `load`: CLIENTS connections with
 * IN_FLIGHT writes waiting at each, until COUNT are acknowledged or SECONDS are over. `live`: one write at a time at A,
 * from its acknowledgement until a reader at B has it. Prints one JSON line, with the fields of bench_load or
 * bench_live.
 */
#include "peer.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 256
#define IN_FLIGHT_MAX 1024
#define SETTLE_MS 300 /* of silence: what a listener is told about the past is over */

static const struct peer *const peers[] = {&peer_redis, &peer_nats, &peer_postgres, &peer_ldap};

static const struct peer *peer_named(const char *name)
{
    for (size_t i = 0; i < CW_COUNT(peers); i++) {
        if (strcmp(peers[i]->name, name) == 0)
            return peers[i];
    }
    give_up(name, "is not a system known here");
}

static void conn_open(struct conn *out, const struct peer *peer, const char *port, unsigned index, size_t payload_len)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;

    *out = (struct conn){.peer = peer, .index = index, .payload_len = payload_len};
    to.sin_port = htons((uint16_t)number_of(port));
    out->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (out->fd < 0 || connect(out->fd, (const struct sockaddr *)&to, sizeof to) != 0 ||
        setsockopt(out->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
        give_up(peer->name, "nothing listens there");
    peer->greet(out);
}

static void conn_close(struct conn *c)
{
    (void)close(c->fd);
    buf_done(&c->in);
}

/* --- load ------------------------------------------------------------------------------------------------------------ */

struct client {
    struct conn conn;
    struct buf out;
    double sent_at[IN_FLIGHT_MAX]; /* a ring: answers come in the order of the writes */
    uint64_t sent, acked;
};

struct load {
    struct client *clients;
    struct pollfd polls[CLIENTS_MAX];
    unsigned client_count, in_flight;
    uint64_t sent, acked, count_max;
    double until, *took_s;
};

static void fill_up(struct load *l, struct client *c)
{
    double now = now_s();

    while (c->sent - c->acked < l->in_flight && l->sent < l->count_max && now < l->until) {
        c->sent_at[c->sent % IN_FLIGHT_MAX] = now;
        c->conn.peer->write(&c->conn, c->sent++, &c->out);
        l->sent++;
    }
    conn_send(&c->conn, buf_slice(&c->out));
    buf_clear(&c->out);
}

static void hear_all(struct load *l, struct client *c)
{
    double now;
    size_t at = 0, len;

    conn_fill(&c->conn);
    now = now_s();
    while (at < c->conn.in.len) {
        enum heard heard = HEARD_NOTHING;

        len = c->conn.peer->hear(&c->conn, slice(c->conn.in.data + at, c->conn.in.len - at), &heard);
        if (len == 0)
            break;
        at += len;
        if (heard != HEARD_ACK)
            continue;
        if (c->acked == c->sent)
            give_up(c->conn.peer->name, "more acknowledgements than writes");
        l->took_s[l->acked++] = now - c->sent_at[c->acked++ % IN_FLIGHT_MAX];
    }
    conn_drop(&c->conn, at);
}

static void run_load(struct load *l)
{
    double began = now_s(), cpu = cpu_s(), seconds;

    for (unsigned i = 0; i < l->client_count; i++)
        fill_up(l, &l->clients[i]);
    while (l->acked < l->sent) {
        if (poll(l->polls, l->client_count, ANSWER_WAIT_MS) == 0)
            give_up("receive", "no answer in time");
        for (unsigned i = 0; i < l->client_count; i++) {
            if (l->polls[i].revents == 0)
                continue;
            hear_all(l, &l->clients[i]);
            fill_up(l, &l->clients[i]);
        }
    }
    seconds = now_s() - began;
    if (l->acked == 0)
        give_up("load", "nothing was written");
    printf("{\"rate\": %.1f, \"p50_ms\": %.4f, \"p99_ms\": %.4f, \"cpu_us\": %.2f, \"count\": %llu}\n",
           (double)l->acked / seconds, quantile(l->took_s, l->acked, 500) * 1e3,
           quantile(l->took_s, l->acked, 990) * 1e3, (cpu_s() - cpu) * 1e6 / (double)l->acked,
           (unsigned long long)l->acked);
}

static void load(const struct peer *peer, char **argv)
{
    struct load l = {.client_count = (unsigned)number_of(argv[1]),
                     .in_flight = (unsigned)number_of(argv[2]),
                     .count_max = number_of(argv[3])};

    if (l.client_count == 0 || l.client_count > CLIENTS_MAX || l.in_flight == 0 || l.in_flight > IN_FLIGHT_MAX)
        give_up("load", "out of bounds");
    l.clients = must_have(calloc(l.client_count, sizeof *l.clients));
    l.took_s = must_have(calloc(l.count_max, sizeof *l.took_s));
    for (unsigned i = 0; i < l.client_count; i++) {
        conn_open(&l.clients[i].conn, peer, argv[0], i, number_of(argv[5]));
        l.polls[i] = (struct pollfd){.fd = l.clients[i].conn.fd, .events = POLLIN};
    }
    l.until = now_s() + strtod(argv[4], NULL);
    run_load(&l);
    for (unsigned i = 0; i < l.client_count; i++) {
        conn_close(&l.clients[i].conn);
        buf_done(&l.clients[i].out);
    }
    free(l.took_s);
    free(l.clients);
}

/* --- live ------------------------------------------------------------------------------------------------------------ */

static bool readable(const struct conn *c, int timeout_ms)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};

    return poll(&p, 1, timeout_ms) > 0;
}

/* Takes what is there, and says whether something of it means `wanted`. */
static bool heard_among(struct conn *c, enum heard wanted)
{
    bool found = false;
    size_t len;

    conn_fill(c);
    do {
        enum heard heard = HEARD_NOTHING;

        len = c->in.len > 0 ? c->peer->hear(c, buf_slice(&c->in), &heard) : 0;
        conn_drop(c, len);
        found |= len > 0 && heard == wanted;
    } while (len > 0);
    return found;
}

static void send_made(const struct conn *c, void (*make)(const struct conn *, uint64_t, struct buf *), uint64_t number)
{
    struct buf out = {0};

    make(c, number, &out);
    conn_send(c, buf_slice(&out));
    buf_done(&out);
}

/* From the acknowledgement on; 0 when the reader knew before. */
static void watch_listener(struct conn *a, struct conn *b, double *out_acked, double *out_seen)
{
    struct pollfd polls[2] = {{.fd = a->fd, .events = POLLIN}, {.fd = b->fd, .events = POLLIN}};

    while (*out_acked == 0 || *out_seen == 0) {
        if (poll(polls, 2, ANSWER_WAIT_MS) == 0)
            give_up(a->peer->name, "it was not told in time");
        if (polls[0].revents != 0 && heard_among(a, HEARD_ACK))
            *out_acked = now_s();
        if (polls[1].revents != 0 && heard_among(b, HEARD_ITEM))
            *out_seen = now_s();
    }
}

static void watch_by_probing(struct conn *a, struct conn *b, uint64_t number, double *out_acked, double *out_seen)
{
    conn_hear(a, HEARD_ACK);
    *out_acked = now_s();
    do {
        send_made(b, b->peer->probe, number);
        while (!readable(b, ANSWER_WAIT_MS))
            give_up(b->peer->name, "no answer in time");
    } while (!heard_among(b, HEARD_ITEM));
    *out_seen = now_s();
}

static void listen_to(struct conn *b)
{
    if (b->peer->listen == NULL)
        return;
    b->peer->listen(b);
    while (readable(b, SETTLE_MS))
        (void)heard_among(b, HEARD_ITEM);
}

static void write_one(struct conn *a, struct conn *b, uint64_t number, double *out_from_ack, double *out_from_sending)
{
    double sent = now_s(), acked = 0, seen = 0;

    send_made(a, a->peer->write, number);
    if (b->peer->listen != NULL)
        watch_listener(a, b, &acked, &seen);
    else
        watch_by_probing(a, b, number, &acked, &seen);
    *out_from_ack = seen > acked ? seen - acked : 0;
    *out_from_sending = seen - sent;
    if (b->peer->listen_again != NULL) {
        struct buf out = {0};

        b->peer->listen_again(b, &out);
        conn_send(b, buf_slice(&out));
        buf_done(&out);
    }
}

static void live(const struct peer *peer, char **argv)
{
    struct conn a, b;
    size_t count = number_of(argv[2]);
    long pause_us = (long)number_of(argv[3]);
    double *from_ack = must_have(calloc(count + 1, sizeof *from_ack));
    double *from_sending = must_have(calloc(count + 1, sizeof *from_sending));
    uint64_t base = (uint64_t)wall_now().ms % 100000000 * 10; /* rows of earlier runs are not these */

    conn_open(&a, peer, argv[0], 0, number_of(argv[4]));
    conn_open(&b, peer, argv[1], 1, 0);
    listen_to(&b);
    for (size_t i = 0; i < count; i++) {
        write_one(&a, &b, base + i, &from_ack[i], &from_sending[i]);
        (void)nanosleep(&(struct timespec){pause_us / 1000000, pause_us % 1000000 * 1000}, NULL);
    }
    printf("{\"p50_ms\": %.4f, \"p99_ms\": %.4f, \"sent_p50_ms\": %.4f, \"sent_p99_ms\": %.4f}\n",
           quantile(from_ack, count, 500) * 1e3, quantile(from_ack, count, 990) * 1e3,
           quantile(from_sending, count, 500) * 1e3, quantile(from_sending, count, 990) * 1e3);
    conn_close(&a);
    conn_close(&b);
    free(from_ack);
    free(from_sending);
}

int main(int argc, char **argv)
{
    if (argc == 9 && strcmp(argv[2], "load") == 0) {
        load(peer_named(argv[1]), argv + 3);
        return 0;
    }
    if (argc == 8 && strcmp(argv[2], "live") == 0) {
        live(peer_named(argv[1]), argv + 3);
        return 0;
    }
    fputs("usage: bench_peers SYSTEM load PORT CLIENTS IN_FLIGHT COUNT SECONDS PAYLOAD\n"
          "       bench_peers SYSTEM live PORT_A PORT_B COUNT PAUSE_US PAYLOAD\n",
          stderr);
    return 2;
}
