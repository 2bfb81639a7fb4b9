/* SPDX-License-Identifier: Apache-2.0 */
/* LDAP in BER: one add for each write; a listener searches with the sync control, refresh and persist (RFC 4533). */
#include "peer.h"

#include <stdio.h>
#include <unistd.h>

#define SUFFIX "dc=bench"
#define ROOT_DN "cn=admin,dc=bench"
#define ROOT_PASSWORD "bench"
#define OVERHEAD_LEN 70 /* names and the object class: what is not description of an entry of the payload's size */

enum { SEQUENCE = 0x30, SET = 0x31, INTEGER = 0x02, OCTETS = 0x04, ENUMERATED = 0x0a, BOOLEAN = 0x01 };
enum { BIND = 0x60, BIND_DONE = 0x61, SEARCH = 0x63, ENTRY = 0x64, SEARCH_DONE = 0x65, ADD = 0x68, ADD_DONE = 0x69 };

/* --- BER, written into a small tree's worth of nested lengths: each length has two bytes, which BER allows ------- */

static size_t open_tag(struct buf *out, int tag)
{
    uint8_t head[4] = {(uint8_t)tag, 0x82, 0, 0};

    if (buf_add(out, slice(head, sizeof head)) != CW_OK)
        must_have(NULL);
    return out->len;
}

static void close_tag(struct buf *out, size_t at)
{
    size_t len = out->len - at;

    out->data[at - 2] = (uint8_t)(len >> 8);
    out->data[at - 1] = (uint8_t)len;
}

static void add_octets(struct buf *out, int tag, struct cw_slice bytes)
{
    size_t at = open_tag(out, tag);

    if (buf_add(out, bytes) != CW_OK)
        must_have(NULL);
    close_tag(out, at);
}

static void add_integer(struct buf *out, int tag, uint32_t value)
{
    uint8_t b[5] = {0, (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    int from = 0;

    while (from < 4 && b[from] == 0 && b[from + 1] < 0x80) /* minimal, as DER would have it */
        from++;
    add_octets(out, tag, slice(b + from, sizeof b - (size_t)from));
}

static void add_attribute(struct buf *out, const char *name, struct cw_slice value)
{
    size_t attribute = open_tag(out, SEQUENCE), values;

    add_octets(out, OCTETS, slice_of(name));
    values = open_tag(out, SET);
    add_octets(out, OCTETS, value);
    close_tag(out, values);
    close_tag(out, attribute);
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

/* Tag, and where the contents are; false when it is not whole. */
static bool read_tag(struct cw_slice in, int *out_tag, struct cw_slice *out_contents, size_t *out_len)
{
    size_t at = 2, len;

    if (in.len < 2)
        return false;
    len = in.data[1];
    if (len >= 0x80) {
        size_t more = len & 0x7f;

        if (more > 4 || in.len < 2 + more)
            return false;
        len = 0;
        while (more-- > 0)
            len = len << 8 | in.data[at++];
    }
    if (in.len - at < len)
        return false;
    *out_tag = in.data[0];
    *out_contents = slice(in.data + at, len);
    *out_len = at + len;
    return true;
}

static void check_result(const struct conn *c, struct cw_slice operation)
{
    struct cw_slice code;
    size_t len;
    int tag;

    if (!read_tag(operation, &tag, &code, &len) || tag != ENUMERATED || code.len != 1 || code.data[0] != 0)
        peer_refused(c, slice_of("a result that is not success"));
}

static size_t hear(const struct conn *c, struct cw_slice in, enum heard *out_heard)
{
    struct cw_slice message, id, operation;
    size_t len, id_len, operation_len;
    int tag;

    if (!read_tag(in, &tag, &message, &len))
        return 0;
    if (!read_tag(message, &tag, &id, &id_len) ||
        !read_tag(slice(message.data + id_len, message.len - id_len), &tag, &operation, &operation_len))
        peer_refused(c, slice_of("bytes that are not LDAP"));
    if (tag == ENTRY)
        *out_heard = HEARD_ITEM;
    if (tag == ADD_DONE)
        *out_heard = HEARD_ACK;
    if (tag == ADD_DONE || tag == BIND_DONE || tag == SEARCH_DONE)
        check_result(c, operation);
    return len;
}

/* --- saying ------------------------------------------------------------------------------------------------------------ */

static void greet(struct conn *c)
{
    struct buf out = {0};
    size_t message = open_tag(&out, SEQUENCE), bind;

    add_integer(&out, INTEGER, 1);
    bind = open_tag(&out, BIND);
    add_integer(&out, INTEGER, 3);
    add_octets(&out, OCTETS, slice_of(ROOT_DN));
    add_octets(&out, 0x80, slice_of(ROOT_PASSWORD));
    close_tag(&out, bind);
    close_tag(&out, message);
    conn_send(c, buf_slice(&out));
    buf_done(&out);
    conn_hear(c, HEARD_NOTHING);
}

static void add_write(const struct conn *c, uint64_t number, struct buf *out)
{
    char name[64], dn[96];
    struct conn less = *c;
    struct buf text = {0};
    size_t message = open_tag(out, SEQUENCE), add, attributes;

    /* The process id too: entries are never written twice, also not in the next run. */
    (void)snprintf(name, sizeof name, "n%d-%u-%llu", (int)getpid(), c->index, (unsigned long long)number);
    (void)snprintf(dn, sizeof dn, "cn=%s," SUFFIX, name);
    less.payload_len = c->payload_len > OVERHEAD_LEN ? c->payload_len - OVERHEAD_LEN : 1;
    add_payload(&less, &text);
    add_integer(out, INTEGER, (uint32_t)(number + 2));
    add = open_tag(out, ADD);
    add_octets(out, OCTETS, slice_of(dn));
    attributes = open_tag(out, SEQUENCE);
    add_attribute(out, "objectClass", slice_of("device"));
    add_attribute(out, "cn", slice_of(name));
    add_attribute(out, "description", buf_slice(&text));
    close_tag(out, attributes);
    close_tag(out, add);
    close_tag(out, message);
    buf_done(&text);
}

static void add_sync_control(struct buf *out)
{
    size_t controls = open_tag(out, 0xa0), control = open_tag(out, SEQUENCE), value, request;

    add_octets(out, OCTETS, slice_of("1.3.6.1.4.1.4203.1.9.1.1"));
    add_octets(out, BOOLEAN, slice("\xff", 1));
    value = open_tag(out, OCTETS);
    request = open_tag(out, SEQUENCE);
    add_integer(out, ENUMERATED, 3); /* refresh, then persist */
    close_tag(out, request);
    close_tag(out, value);
    close_tag(out, control);
    close_tag(out, controls);
}

static void start_listening(struct conn *c)
{
    struct buf out = {0};
    size_t message = open_tag(&out, SEQUENCE), search, attributes;

    add_integer(&out, INTEGER, 2);
    search = open_tag(&out, SEARCH);
    add_octets(&out, OCTETS, slice_of(SUFFIX));
    add_integer(&out, ENUMERATED, 2); /* the whole tree */
    add_integer(&out, ENUMERATED, 0);
    add_integer(&out, INTEGER, 0);
    add_integer(&out, INTEGER, 0);
    add_octets(&out, BOOLEAN, slice("", 1));
    add_octets(&out, 0x87, slice_of("objectClass"));
    attributes = open_tag(&out, SEQUENCE);
    add_octets(&out, OCTETS, slice_of("cn"));
    close_tag(&out, attributes);
    close_tag(&out, search);
    add_sync_control(&out);
    close_tag(&out, message);
    conn_send(c, buf_slice(&out));
    buf_done(&out);
}

const struct peer peer_ldap = {
    .name = "ldap",
    .greet = greet,
    .write = add_write,
    .hear = hear,
    .listen = start_listening,
};
