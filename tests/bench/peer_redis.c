/* SPDX-License-Identifier: Apache-2.0 */
/* Redis Streams in RESP: XADD, and XREAD BLOCK on the replica. */
#include "peer.h"

#include <stdlib.h>

#define DEPTH_MAX 8

/* Length of a whole RESP value at the front; 0: not whole. */
static size_t value_len(const struct conn *c, struct cw_slice in, int depth)
{
    struct cw_slice line = first_line(in);
    size_t at = line.len + 2;
    long count;

    if (line.data == NULL)
        return 0;
    if (line.data[0] == '-' || depth > DEPTH_MAX)
        peer_refused(c, line);
    count = strtol((const char *)line.data + 1, NULL, 10); /* ends at the line's CR */
    if (line.data[0] == '$' && count >= 0)
        at += (size_t)count + 2;
    if (line.data[0] != '*')
        return at <= in.len ? at : 0;
    for (long i = 0; i < count; i++) {
        size_t len = at < in.len ? value_len(c, slice(in.data + at, in.len - at), depth + 1) : 0;

        if (len == 0)
            return 0;
        at += len;
    }
    return at;
}

static size_t hear(const struct conn *c, struct cw_slice in, enum heard *out_heard)
{
    size_t len = value_len(c, in, 0);

    if (len > 0)
        *out_heard = in.data[0] == '$' ? HEARD_ACK : in.data[0] == '*' ? HEARD_ITEM : HEARD_NOTHING;
    return len;
}

static void greet(struct conn *c)
{
    conn_send(c, slice_of("*1\r\n$4\r\nPING\r\n"));
    conn_hear(c, HEARD_NOTHING);
}

static void add_write(const struct conn *c, uint64_t number, struct buf *out)
{
    (void)number;
    add_text(out, "*5\r\n$4\r\nXADD\r\n$5\r\nbench\r\n$1\r\n*\r\n$1\r\nb\r\n$%zu\r\n", c->payload_len);
    add_payload(c, out);
    add_text(out, "\r\n");
}

static void listen_again(const struct conn *c, struct buf *out)
{
    (void)c;
    add_text(out, "*6\r\n$5\r\nXREAD\r\n$5\r\nBLOCK\r\n$1\r\n0\r\n$7\r\nSTREAMS\r\n$5\r\nbench\r\n$1\r\n$\r\n");
}

static void start_listening(struct conn *c)
{
    struct buf out = {0};

    listen_again(c, &out);
    conn_send(c, buf_slice(&out));
    buf_done(&out);
}

const struct peer peer_redis = {
    .name = "redis",
    .greet = greet,
    .write = add_write,
    .hear = hear,
    .listen = start_listening,
    .listen_again = listen_again,
};
