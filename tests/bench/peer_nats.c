/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NATS: a publish with a reply subject, to which JetStream acknowledges. A listener subscribes to `bench.told`, where
 * the script has made a push consumer of the mirror deliver.
 */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>

enum { ACK_ID = 1, TOLD_ID = 2 }; /* of subscriptions */

static bool starts(struct cw_slice line, const char *with)
{
    return line.len >= strlen(with) && memcmp(line.data, with, strlen(with)) == 0;
}

/* The last word of a MSG line is the payload's length. */
static size_t payload_len_of(struct cw_slice line)
{
    size_t at = line.len;

    while (at > 0 && line.data[at - 1] != ' ')
        at--;
    return strtoul((const char *)line.data + at, NULL, 10);
}

/* MSG subject id ...: what was stored keeps its own subject, so the subscription's id tells. */
static bool is_told(struct cw_slice line)
{
    const uint8_t *after = memchr(line.data + 4, ' ', line.len - 4);

    return after != NULL && after[1] == '0' + TOLD_ID && after[2] == ' ';
}

static size_t hear(const struct conn *c, struct cw_slice in, enum heard *out_heard)
{
    struct cw_slice line = first_line(in);
    size_t len, body_len;

    if (line.data == NULL)
        return 0;
    len = line.len + 2;
    if (starts(line, "-ERR"))
        peer_refused(c, line);
    if (!starts(line, "MSG "))
        return len;
    body_len = payload_len_of(line);
    if (in.len < len + body_len + 2)
        return 0;
    if (is_told(line)) {
        *out_heard = HEARD_ITEM;
    } else {
        if (memmem(in.data + len, body_len, "\"seq\":", 6) == NULL)
            peer_refused(c, slice(in.data + len, body_len));
        *out_heard = HEARD_ACK;
    }
    return len + body_len + 2;
}

/* `id`: of the subscription; a second one under the same id would be passed over. */
static void subscribe(struct conn *c, const char *subject, int id)
{
    struct buf out = {0};

    add_text(&out, "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB %s %d\r\nPING\r\n", subject, id);
    conn_send(c, buf_slice(&out));
    buf_done(&out);
    do { /* INFO first, then the PONG */
        while (first_line(buf_slice(&c->in)).data == NULL)
            conn_fill(c);
        if (starts(buf_slice(&c->in), "PONG"))
            break;
        conn_hear(c, HEARD_NOTHING);
    } while (true);
    conn_hear(c, HEARD_NOTHING);
}

static void greet(struct conn *c)
{
    char subject[32];

    (void)snprintf(subject, sizeof subject, "_ack.%u", c->index);
    subscribe(c, subject, ACK_ID);
}

static void start_listening(struct conn *c)
{
    subscribe(c, "bench.told", TOLD_ID);
}

static void add_write(const struct conn *c, uint64_t number, struct buf *out)
{
    (void)number;
    add_text(out, "PUB bench.written _ack.%u %zu\r\n", c->index, c->payload_len);
    add_payload(c, out);
    add_text(out, "\r\n");
}

const struct peer peer_nats = {
    .name = "nats",
    .greet = greet,
    .write = add_write,
    .hear = hear,
    .listen = start_listening,
};
