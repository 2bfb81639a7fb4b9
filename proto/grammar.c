/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/grammar.h"

#include "proto/message.h"

#include <stdalign.h>

/* Protobuf's wire types; groups (3, 4) are refused. */
enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* One message being read: where its struct is, and which element of parallel arrays it is. */
struct place {
    uint8_t *base;
    size_t index;
    struct arena *arena;
    bool *unknown; /* set when a field was skipped */
};

static enum cw_err parse_message(const struct grammar *g, struct cw_slice bytes, const struct place *place);

static uint32_t wire_type_of(const struct field *f)
{
    return f->type >= FIELD_FIXED ? WIRE_BYTES : WIRE_VARINT;
}

static uint8_t *value_at(const struct field *f, const struct place *place)
{
    return place->base + f->offset + place->index * f->index_stride;
}

/* --- one value --------------------------------------------------------------------------------- */

/* A zero may be spelt out only where the table, the repetition or an open message says so. */
static bool may_be_zero(const struct grammar *g, const struct field *f)
{
    return g->open || f->count_max != 0 || (f->bits & (FIELD_REQUIRED | FIELD_HAS)) != 0;
}

static enum cw_err parse_number(const struct grammar *g, const struct field *f, struct reader *in, uint8_t *at)
{
    uint64_t v = reader_varint(in);

    if ((f->bits & FIELD_ZIGZAG) != 0)
        v = v >> 1 ^ (0 - (v & 1));
    else if (v < f->min || v > f->max)
        return CW_REFUSED_MALFORMED;
    if (in->failed || (v == 0 && !may_be_zero(g, f)))
        return CW_REFUSED_MALFORMED;

    uint32_t v32 = (uint32_t)v;
    bool flag = v != 0;
    if (f->type == FIELD_NUMBER)
        memcpy(at, &v, sizeof(v));
    else if (f->type == FIELD_SHORT)
        memcpy(at, &v32, sizeof(v32));
    else
        memcpy(at, &flag, sizeof(flag));
    return CW_OK;
}

static bool all_zero(struct cw_slice s)
{
    uint8_t any = 0;

    for (size_t i = 0; i < s.len; i++)
        any |= s.data[i];
    return any == 0;
}

static bool is_code(struct cw_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!((s.data[i] >= 'A' && s.data[i] <= 'Z') || (s.data[i] >= '0' && s.data[i] <= '9')))
            return false;
    }
    return true;
}

static enum cw_err check_bytes(const struct field *f, struct cw_slice value)
{
    if ((f->bits & FIELD_CODE) != 0 && !is_code(value))
        return CW_REFUSED_MALFORMED;
    if ((f->bits & FIELD_TEXT) != 0 && text_check(value, f->max, false, "", NULL) != CW_OK)
        return CW_REFUSED_MALFORMED;
    return CW_OK;
}

static enum cw_err parse_bytes(const struct grammar *g, const struct field *f, struct reader *in,
                               const struct place *place, uint8_t *at, size_t element)
{
    uint64_t len = reader_varint(in);
    struct cw_slice value = reader_slice(in, len > SIZE_MAX ? SIZE_MAX : (size_t)len);

    if (in->failed)
        return CW_REFUSED_MALFORMED;
    if (f->type == FIELD_MESSAGE) {
        const struct place inner = {at, element, place->arena, place->unknown};
        return parse_message(f->sub, value, &inner);
    }

    bool empty_allowed = value.len == 0 && g->open && f->type == FIELD_BYTES;
    if ((len < f->min && !empty_allowed) || len > f->max)
        return CW_REFUSED_MALFORMED;
    if (all_zero(value) && (value.len == 0 || f->type == FIELD_FIXED) && !may_be_zero(g, f))
        return CW_REFUSED_MALFORMED;
    if (f->type == FIELD_FIXED)
        memcpy(at, value.data, value.len);
    else
        memcpy(at, &value, sizeof(value));
    return check_bytes(f, value);
}

static enum cw_err parse_value(const struct grammar *g, const struct field *f, struct reader *in,
                               const struct place *place, uint8_t *at, size_t element)
{
    if (f->type >= FIELD_FIXED)
        return parse_bytes(g, f, in, place, at, element);
    return parse_number(g, f, in, at);
}

/* --- repeated fields --------------------------------------------------------------------------- */

static bool take_tag(struct reader *in, uint64_t tag)
{
    size_t before = in->at;

    if (reader_left(in) == 0)
        return false;
    if (reader_varint(in) == tag)
        return true;
    in->at = before;
    in->failed = false; /* whoever reads the tag next finds the same fault */
    return false;
}

/* How many neighbours of this tag follow, the present one included; bounded, so it stops one above. */
static uint32_t count_ahead(const struct field *f, struct reader in, uint64_t tag)
{
    uint32_t count = 0;

    do {
        count++;
        uint64_t v = reader_varint(&in);
        if (wire_type_of(f) == WIRE_BYTES)
            (void)reader_slice(&in, v > SIZE_MAX ? SIZE_MAX : (size_t)v);
    } while (!in.failed && count <= f->count_max && take_tag(&in, tag));
    return count;
}

static enum cw_err place_array(const struct field *f, const struct reader *in, uint64_t tag, const struct place *place,
                               uint8_t **out_array)
{
    uint8_t *array = value_at(f, place);

    if ((f->bits & FIELD_ARENA) != 0) {
        uint32_t count = count_ahead(f, *in, tag);
        uint8_t *pointer_at = array;

        if (count > f->count_max)
            return CW_REFUSED_MALFORMED;
        CW_ASSERT(place->arena != NULL);
        array = arena_array(place->arena, count, f->stride, alignof(uint64_t));
        if (array == NULL)
            return CW_LOCAL_MEMORY;
        memcpy(pointer_at, &array, sizeof(array));
    }
    *out_array = array;
    return CW_OK;
}

static bool ascends(const struct field *f, const uint8_t *array, uint32_t element)
{
    uint64_t before = 0, now = 0;

    if ((f->bits & FIELD_ASCENDING) == 0 || element == 0)
        return true;
    if (f->type == FIELD_SHORT) {
        uint32_t pair[2];
        memcpy(pair, array + (element - 1) * f->stride, sizeof(pair));
        before = pair[0];
        now = pair[1];
    } else {
        memcpy(&before, array + (element - 1) * f->stride, sizeof(before));
        memcpy(&now, array + element * f->stride, sizeof(now));
    }
    return before < now;
}

static enum cw_err parse_repeated(const struct grammar *g, const struct field *f, struct reader *in, uint64_t tag,
                                  const struct place *place)
{
    uint8_t *array;
    uint32_t count = 0;
    enum cw_err err = place_array(f, in, tag, place, &array);

    if (err != CW_OK)
        return err;
    do {
        if (count == f->count_max)
            return CW_REFUSED_MALFORMED;
        err = parse_value(g, f, in, place, array + count * f->stride, count);
        if (err != CW_OK)
            return err;
        if (!ascends(f, array, count))
            return CW_REFUSED_MALFORMED;
        count++;
    } while (take_tag(in, tag));

    memcpy(place->base + f->count_offset, &count, sizeof(count));
    return count < f->count_min ? CW_REFUSED_MALFORMED : CW_OK;
}

/* --- one message ------------------------------------------------------------------------------- */

static enum cw_err parse_field(const struct grammar *g, const struct field *f, struct reader *in, uint64_t tag,
                               const struct place *place)
{
    const bool yes = true;

    if ((tag & 7) != wire_type_of(f))
        return CW_REFUSED_MALFORMED;
    if (f->count_max != 0)
        return parse_repeated(g, f, in, tag, place);
    if ((f->bits & FIELD_HAS) != 0)
        memcpy(place->base + f->has_offset, &yes, sizeof(yes));
    return parse_value(g, f, in, place, value_at(f, place), place->index);
}

/* What a field's absence means: its zero, which its bounds must allow. */
static bool may_be_absent(const struct field *f)
{
    if (f->count_max != 0)
        return f->count_min == 0;
    if ((f->bits & FIELD_REQUIRED) != 0)
        return false;
    if ((f->bits & FIELD_HAS) != 0 || f->type >= FIELD_FIXED)
        return true;
    return f->min == 0;
}

static enum cw_err skip_unknown(const struct grammar *g, struct reader *in, uint64_t tag, const struct place *place)
{
    if (!g->open)
        return CW_REFUSED_MALFORMED;
    *place->unknown = true;

    switch (tag & 7) {
    case WIRE_VARINT:
        (void)reader_varint(in);
        break;
    case WIRE_FIXED64:
        (void)reader_slice(in, 8);
        break;
    case WIRE_BYTES: {
        uint64_t len = reader_varint(in);
        (void)reader_slice(in, len > SIZE_MAX ? SIZE_MAX : (size_t)len);
        break;
    }
    case WIRE_FIXED32:
        (void)reader_slice(in, 4);
        break;
    default:
        return CW_REFUSED_MALFORMED;
    }
    return in->failed ? CW_REFUSED_MALFORMED : CW_OK;
}

static enum cw_err parse_version(const struct grammar *g, struct reader *in)
{
    if (g->version == 0)
        return CW_OK;
    uint64_t tag = reader_varint(in);
    uint64_t v = reader_varint(in);

    if (in->failed || tag != (1 << 3 | WIRE_VARINT) || v == 0)
        return CW_REFUSED_MALFORMED;
    return v > g->version ? CW_REFUSED_VERSION : CW_OK;
}

static bool tag_is_sound(const struct reader *in, uint64_t tag)
{
    return !in->failed && tag <= UINT32_MAX;
}

/* Numbers ascend, unknown ones too; only an unknown one may come again, for it may be a repeated field. */
static enum cw_err parse_fields(const struct grammar *g, struct reader *in, const struct place *place)
{
    const struct field *f = g->fields;
    const struct field *end = g->fields + g->field_count;
    uint64_t highest = g->version == 0 ? 1 : 2;

    while (reader_left(in) > 0) {
        uint64_t tag = reader_varint(in);
        uint64_t number = tag >> 3;

        if (!tag_is_sound(in, tag) || number < highest)
            return CW_REFUSED_MALFORMED;
        for (; f < end && f->number < number; f++) {
            if (!may_be_absent(f))
                return CW_REFUSED_MALFORMED;
        }

        bool known = f < end && f->number == number;
        enum cw_err err = known ? parse_field(g, f++, in, tag, place) : skip_unknown(g, in, tag, place);
        if (err != CW_OK)
            return err;
        highest = known ? number + 1 : number;
    }
    for (; f < end; f++) {
        if (!may_be_absent(f))
            return CW_REFUSED_MALFORMED;
    }
    return in->failed ? CW_REFUSED_MALFORMED : CW_OK;
}

static enum cw_err parse_message(const struct grammar *g, struct cw_slice bytes, const struct place *place)
{
    struct reader in = reader_over(bytes);
    enum cw_err err = parse_version(g, &in);

    if (err == CW_OK)
        err = parse_fields(g, &in, place);
    if (err == CW_OK && g->check != NULL && !g->check(place->base))
        err = CW_REFUSED_MALFORMED;
    return err;
}

enum cw_err grammar_parse_open(const struct grammar *g, struct cw_slice bytes, struct arena *arena, void *out,
                               bool *out_unknown)
{
    alignas(max_align_t) uint8_t record[GRAMMAR_STRUCT_SIZE_MAX];
    size_t mark = arena == NULL ? 0 : arena_mark(arena);
    bool unknown = false;
    const struct place place = {record, 0, arena, &unknown};

    CW_ASSERT(g->size <= sizeof(record));
    if (g->len_max != 0 && bytes.len > g->len_max)
        return CW_REFUSED_SIZE;

    memset(record, 0, g->size);
    enum cw_err err = parse_message(g, bytes, &place);
    if (err != CW_OK) {
        if (arena != NULL)
            arena_release(arena, mark);
        return err;
    }
    memcpy(out, record, g->size);
    *out_unknown = unknown;
    return CW_OK;
}

enum cw_err grammar_parse(const struct grammar *g, struct cw_slice bytes, struct arena *arena, void *out)
{
    bool unknown;

    return grammar_parse_open(g, bytes, arena, out, &unknown);
}
