/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

#define READ_LEN 65536

_Noreturn void peer_refused(const struct conn *c, struct cw_slice what)
{
    char text[300];

    (void)snprintf(text, sizeof text, "%.*s", (int)(what.len < 250 ? what.len : 250), (const char *)what.data);
    give_up(c->peer->name, text);
}

void conn_send(const struct conn *c, struct cw_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = send(c->fd, bytes.data, bytes.len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            give_up(c->peer->name, "the connection is gone");
        bytes = slice(bytes.data + n, bytes.len - (size_t)n);
    }
}

void conn_fill(struct conn *c)
{
    ssize_t n;

    if (buf_reserve(&c->in, READ_LEN) != CW_OK)
        must_have(NULL);
    do
        n = recv(c->fd, c->in.data + c->in.len, c->in.cap - c->in.len, 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        give_up(c->peer->name, "the connection is gone");
    c->in.len += (size_t)n;
}

void conn_drop(struct conn *c, size_t len)
{
    memmove(c->in.data, c->in.data + len, c->in.len - len);
    c->in.len -= len;
}

void conn_hear(struct conn *c, enum heard wanted)
{
    for (;;) {
        enum heard heard = HEARD_NOTHING;
        size_t len = c->in.len > 0 ? c->peer->hear(c, buf_slice(&c->in), &heard) : 0;

        if (len == 0) {
            conn_fill(c);
            continue;
        }
        conn_drop(c, len);
        if (wanted == HEARD_NOTHING || heard == wanted)
            return;
    }
}

void add_text(struct buf *out, const char *format, ...)
{
    char text[1024];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof text || buf_add(out, slice(text, (size_t)len)) != CW_OK)
        give_up("text", "does not fit");
}

void add_payload(const struct conn *c, struct buf *out)
{
    if (buf_reserve(out, c->payload_len) != CW_OK)
        must_have(NULL);
    memset(out->data + out->len, '-', c->payload_len);
    out->len += c->payload_len;
}

struct cw_slice first_line(struct cw_slice in)
{
    const uint8_t *end = in.len > 0 ? memchr(in.data, '\n', in.len) : NULL;

    if (end == NULL || end == in.data)
        return slice(NULL, 0);
    return slice(in.data, (size_t)(end - in.data) - (end[-1] == '\r'));
}
