/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL's protocol 3: a prepared insert, each in a transaction of its own; the other side is asked for the row. */
#include "peer.h"

#include <stdio.h>

#define INSERT "insert into bench (client, number, body) values ($1, $2, $3)"
#define SELECT "select 1 from bench where client = $1 and number = $2"

static void add_be16(struct buf *out, size_t v)
{
    uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};

    if (buf_add(out, slice(b, sizeof b)) != CW_OK)
        must_have(NULL);
}

static void add_be32(struct buf *out, size_t v)
{
    if (buf_add_be32(out, (uint32_t)v) != CW_OK)
        must_have(NULL);
}

static void add_bytes(struct buf *out, const void *data, size_t len)
{
    if (buf_add(out, slice(data, len)) != CW_OK)
        must_have(NULL);
}

static void add_string(struct buf *out, const char *text)
{
    add_bytes(out, text, strlen(text) + 1);
}

/* A message is its kind, the length of the rest with these four bytes, and the rest. */
static size_t begin(struct buf *out, char kind)
{
    size_t at;

    add_bytes(out, &kind, 1);
    at = out->len;
    add_be32(out, 0);
    return at;
}

static void end(struct buf *out, size_t at)
{
    size_t len = out->len - at;

    for (int i = 0; i < 4; i++)
        out->data[at + (size_t)i] = (uint8_t)(len >> (24 - 8 * i));
}

/* --- what the server says ------------------------------------------------------------------------------------- */

static uint32_t be32_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Everything up to the next ReadyForQuery is one answer: an insert's, or a select's with a row or without. */
static size_t hear(const struct conn *c, struct cw_slice in, enum heard *out_heard)
{
    bool inserted = false, row = false;

    for (size_t at = 0; in.len - at >= 5;) {
        uint8_t kind = in.data[at];
        size_t len = be32_at(in.data + at + 1);

        if (in.len - at < len + 1)
            return 0;
        if (kind == 'E')
            peer_refused(c, slice(in.data + at + 5, len - 4));
        inserted |= kind == 'C' && in.data[at + 5] == 'I';
        row |= kind == 'D';
        at += len + 1;
        if (kind == 'Z') {
            *out_heard = inserted ? HEARD_ACK : row ? HEARD_ITEM : HEARD_ABSENT;
            return at;
        }
    }
    return 0;
}

/* --- what we say --------------------------------------------------------------------------------------------------- */

static void add_parse(struct buf *out, const char *name, const char *query)
{
    size_t at = begin(out, 'P');

    add_string(out, name);
    add_string(out, query);
    add_be16(out, 0);
    end(out, at);
}

static void add_sync(struct buf *out)
{
    end(out, begin(out, 'S'));
}

static void greet(struct conn *c)
{
    struct buf out = {0};

    add_be32(&out, 0);
    add_be32(&out, 196608); /* protocol 3.0 */
    add_string(&out, "user");
    add_string(&out, "postgres");
    add_string(&out, "database");
    add_string(&out, "postgres");
    add_bytes(&out, "", 1);
    end(&out, 0);
    add_parse(&out, "i", INSERT);
    add_parse(&out, "s", SELECT);
    add_sync(&out);
    conn_send(c, buf_slice(&out));
    buf_done(&out);
    conn_hear(c, HEARD_NOTHING); /* the greeting's own ReadyForQuery */
    conn_hear(c, HEARD_NOTHING);
}

static void add_number(struct buf *out, uint64_t value)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%llu", (unsigned long long)value);

    add_be32(out, (size_t)len);
    add_bytes(out, text, (size_t)len);
}

static void add_call(struct buf *out, const struct conn *c, const char *statement, unsigned client, uint64_t number,
                     bool body)
{
    size_t at = begin(out, 'B');

    add_string(out, "");
    add_string(out, statement);
    add_be16(out, 0); /* all parameters are text */
    add_be16(out, body ? 3 : 2);
    add_number(out, client);
    add_number(out, number);
    if (body) {
        add_be32(out, c->payload_len);
        add_payload(c, out);
    }
    add_be16(out, 0);
    end(out, at);
    at = begin(out, 'E');
    add_string(out, "");
    add_be32(out, 0);
    end(out, at);
    add_sync(out);
}

static void add_write(const struct conn *c, uint64_t number, struct buf *out)
{
    add_call(out, c, "i", c->index, number, true);
}

static void probe(const struct conn *c, uint64_t number, struct buf *out)
{
    add_call(out, c, "s", 0, number, false);
}

const struct peer peer_postgres = {
    .name = "postgres",
    .greet = greet,
    .write = add_write,
    .hear = hear,
    .probe = probe,
};
