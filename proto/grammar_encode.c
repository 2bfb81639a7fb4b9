/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/grammar.h"

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

/* One message being written. */
struct source {
    const uint8_t *base;
    size_t index;
};

static size_t message_size(const struct grammar *g, const struct source *from);
static void encode_message(const struct grammar *g, const struct source *from, struct writer *out);

static size_t varint_size(uint64_t v)
{
    size_t len = 1;

    for (; v >= 0x80; v >>= 7)
        len++;
    return len;
}

static uint64_t load_number(const struct field *f, const uint8_t *at)
{
    uint64_t v = 0;
    uint32_t v32;
    bool flag;

    switch (f->type) {
    case FIELD_NUMBER:
        memcpy(&v, at, sizeof(v));
        if ((f->bits & FIELD_ZIGZAG) != 0)
            v = v << 1 ^ (0 - (v >> 63));
        break;
    case FIELD_SHORT:
        memcpy(&v32, at, sizeof(v32));
        v = v32;
        break;
    case FIELD_FLAG:
        memcpy(&flag, at, sizeof(flag));
        v = flag;
        break;
    case FIELD_FIXED:
    case FIELD_BYTES:
    case FIELD_MESSAGE:
        base_assert_failed("a number field", __FILE__, __LINE__);
    }
    return v;
}

static struct cw_slice load_bytes(const struct field *f, const uint8_t *at)
{
    struct cw_slice s;

    if (f->type == FIELD_FIXED)
        return slice(at, (size_t)f->max);
    memcpy(&s, at, sizeof(s));
    return s;
}

static uint32_t count_of(const struct field *f, const struct source *from)
{
    uint32_t count;

    memcpy(&count, from->base + f->count_offset, sizeof(count));
    CW_ASSERT(count <= f->count_max);
    return count;
}

static const uint8_t *elements_of(const struct field *f, const struct source *from)
{
    const uint8_t *at = from->base + f->offset + from->index * f->index_stride;
    const uint8_t *array;

    if ((f->bits & FIELD_ARENA) == 0)
        return at;
    memcpy(&array, at, sizeof(const uint8_t *));
    return array;
}

static bool is_zero(const struct field *f, const uint8_t *at)
{
    if (f->type < FIELD_FIXED)
        return load_number(f, at) == 0;

    struct cw_slice s = load_bytes(f, at);
    uint8_t any = f->type == FIELD_BYTES && s.len > 0;

    for (size_t i = 0; f->type == FIELD_FIXED && i < s.len; i++)
        any |= s.data[i];
    return any == 0;
}

static bool is_present(const struct field *f, const struct source *from)
{
    const uint8_t *at = from->base + f->offset + from->index * f->index_stride;
    bool has;

    if ((f->bits & FIELD_REQUIRED) != 0)
        return true;
    if ((f->bits & FIELD_HAS) != 0) {
        memcpy(&has, from->base + f->has_offset, sizeof(has));
        return has;
    }
    if (f->type == FIELD_MESSAGE) {
        const struct source inner = {at, from->index};
        return message_size(f->sub, &inner) > 0;
    }
    return !is_zero(f, at);
}

/* How many values of f are written: elements, or the one that is present. */
static uint32_t times_of(const struct field *f, const struct source *from)
{
    return f->count_max != 0 ? count_of(f, from) : is_present(f, from);
}

static size_t value_size(const struct field *f, const uint8_t *at, size_t element)
{
    const struct source inner = {at, element};
    size_t len;

    if (f->type < FIELD_FIXED)
        return varint_size(load_number(f, at));
    len = f->type == FIELD_MESSAGE ? message_size(f->sub, &inner) : load_bytes(f, at).len;
    return varint_size(len) + len;
}

static size_t message_size(const struct grammar *g, const struct source *from)
{
    size_t size = g->version == 0 ? 0 : 1 + varint_size(g->version);

    for (const struct field *f = g->fields; f < g->fields + g->field_count; f++) {
        uint32_t times = times_of(f, from);
        const uint8_t *at = elements_of(f, from);

        for (uint32_t i = 0; i < times; i++)
            size += varint_size((uint64_t)f->number << 3) +
                    value_size(f, at + i * f->stride, f->count_max != 0 ? i : from->index);
    }
    return size;
}

static void encode_value(const struct field *f, const uint8_t *at, size_t element, struct writer *out)
{
    const struct source inner = {at, element};

    writer_varint(out, (uint64_t)f->number << 3 | (f->type < FIELD_FIXED ? WIRE_VARINT : WIRE_BYTES));
    if (f->type < FIELD_FIXED) {
        writer_varint(out, load_number(f, at));
    } else if (f->type == FIELD_MESSAGE) {
        writer_varint(out, message_size(f->sub, &inner));
        encode_message(f->sub, &inner, out);
    } else {
        writer_varint(out, load_bytes(f, at).len);
        writer_slice(out, load_bytes(f, at));
    }
}

static void encode_message(const struct grammar *g, const struct source *from, struct writer *out)
{
    if (g->version != 0) {
        writer_varint(out, 1 << 3 | WIRE_VARINT);
        writer_varint(out, g->version);
    }
    for (const struct field *f = g->fields; f < g->fields + g->field_count; f++) {
        uint32_t times = times_of(f, from);
        const uint8_t *at = elements_of(f, from);

        for (uint32_t i = 0; i < times; i++)
            encode_value(f, at + i * f->stride, f->count_max != 0 ? i : from->index, out);
    }
}

size_t grammar_size(const struct grammar *g, const void *record)
{
    const struct source from = {record, 0};

    return message_size(g, &from);
}

void grammar_encode(const struct grammar *g, const void *record, struct writer *out)
{
    const struct source from = {record, 0};

    encode_message(g, &from, out);
}

void grammar_encode_field(uint32_t number, const struct grammar *g, const void *record, struct writer *out)
{
    writer_varint(out, (uint64_t)number << 3 | WIRE_BYTES);
    writer_varint(out, grammar_size(g, record));
    grammar_encode(g, record, out);
}
