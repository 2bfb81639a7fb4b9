/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bytes.h"

#define VARINT_LEN_MAX 10

bool slice_eq(struct cw_slice a, struct cw_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int slice_compare(struct cw_slice a, struct cw_slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

/* --- writer ------------------------------------------------------------------------------------ */

void writer_bytes(struct writer *w, const void *data, size_t len)
{
    if (w->failed || len > w->cap - w->len) {
        w->failed = true;
        return;
    }
    if (len != 0)
        memcpy(w->data + w->len, data, len);
    w->len += len;
}

void writer_slice(struct writer *w, struct cw_slice s)
{
    writer_bytes(w, s.data, s.len);
}

void writer_u8(struct writer *w, uint8_t v)
{
    if (w->failed || w->len == w->cap)
        w->failed = true;
    else
        w->data[w->len++] = v;
}

/* The low `len` bytes of v, most significant first. */
static void write_be(struct writer *w, uint64_t v, size_t len)
{
    uint8_t b[8];

    for (size_t i = 0; i < len; i++)
        b[i] = (uint8_t)(v >> (8 * (len - 1 - i)));
    writer_bytes(w, b, len);
}

void writer_be16(struct writer *w, uint16_t v)
{
    write_be(w, v, 2);
}

void writer_be32(struct writer *w, uint32_t v)
{
    write_be(w, v, 4);
}

void writer_be64(struct writer *w, uint64_t v)
{
    write_be(w, v, 8);
}

void writer_varint(struct writer *w, uint64_t v)
{
    uint8_t b[VARINT_LEN_MAX];
    size_t len = 0;

    while (v >= 0x80) {
        b[len++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    b[len++] = (uint8_t)v;
    writer_bytes(w, b, len);
}

enum cw_err writer_finish(const struct writer *w, struct cw_slice *out)
{
    if (w->failed)
        return CW_REFUSED_SIZE;
    *out = slice(w->data, w->len);
    return CW_OK;
}

/* --- reader ------------------------------------------------------------------------------------ */

struct cw_slice reader_slice(struct reader *r, size_t len)
{
    if (r->failed || len > r->len - r->at) {
        r->failed = true;
        return slice(NULL, 0);
    }

    struct cw_slice taken = slice(r->data + r->at, len);
    r->at += len;
    return taken;
}

void reader_bytes(struct reader *r, void *out, size_t len)
{
    struct cw_slice taken = reader_slice(r, len);

    if (r->failed)
        memset(out, 0, len);
    else if (len != 0)
        memcpy(out, taken.data, len);
}

static uint64_t read_be(struct reader *r, size_t len)
{
    struct cw_slice taken = reader_slice(r, len);
    uint64_t v = 0;

    for (size_t i = 0; i < taken.len; i++)
        v = v << 8 | taken.data[i];
    return v;
}

uint8_t reader_u8(struct reader *r)
{
    return (uint8_t)read_be(r, 1);
}

uint16_t reader_be16(struct reader *r)
{
    return (uint16_t)read_be(r, 2);
}

uint32_t reader_be32(struct reader *r)
{
    return (uint32_t)read_be(r, 4);
}

uint64_t reader_be64(struct reader *r)
{
    return read_be(r, 8);
}

/* Each number has one spelling: the last byte of a longer one is never zero, and 64 bits never overflow. */
uint64_t reader_varint(struct reader *r)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 7 * VARINT_LEN_MAX && !r->failed && r->at < r->len; shift += 7) {
        uint8_t b = r->data[r->at++];

        v |= (uint64_t)(b & 0x7f) << shift;
        if (b & 0x80)
            continue;
        if ((shift != 0 && b == 0) || (shift == 63 && b > 1))
            break;
        return v;
    }
    r->failed = true;
    return 0;
}

enum cw_err reader_finish(const struct reader *r)
{
    return r->failed || r->at != r->len ? CW_PEER_MALFORMED : CW_OK;
}

/* --- hexadecimal ------------------------------------------------------------------------------- */

void hex_of(struct cw_slice s, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < s.len; i++) {
        *out++ = digits[s.data[i] >> 4];
        *out++ = digits[s.data[i] & 15];
    }
    *out = '\0';
}

/* Above 15: not a digit. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    return 16;
}

enum cw_err hex_parse(const char *text, uint8_t *out, size_t out_len)
{
    if (strlen(text) != 2 * out_len)
        return CW_REFUSED_MALFORMED;

    for (size_t i = 0; i < 2 * out_len; i++) {
        if (digit_value(text[i]) > 15)
            return CW_REFUSED_MALFORMED;
    }
    for (size_t i = 0; i < out_len; i++)
        out[i] = (uint8_t)(digit_value(text[2 * i]) << 4 | digit_value(text[2 * i + 1]));
    return CW_OK;
}
