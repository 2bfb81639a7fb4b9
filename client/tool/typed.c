/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/typed.h"

#include "lib/when.h"
#include "proto/wire.h"

static bool put(char *out, size_t cap, const char *text)
{
    return snprintf(out, cap, "%s", text) < (int)cap;
}

static bool put_text(ProtobufCBinaryData bytes, char *out, size_t cap)
{
    if (bytes.len >= cap)
        return false;
    if (bytes.len > 0)
        memcpy(out, bytes.data, bytes.len);
    out[bytes.len] = '\0';
    return true;
}

static bool put_number(const struct schema_field *row, int64_t number, char *out, size_t cap)
{
    const char *name = row->type == TYPE_ENUM ? schema_value_name(row->scale, number) : NULL;
    const char *unit = row->type == TYPE_PENCE ? "p" : row->type == TYPE_MG ? "mg" : "";

    if (row->type == TYPE_ENUM)
        return name != NULL && put(out, cap, name);
    return snprintf(out, cap, "%lld%s", (long long)number, unit) < (int)cap;
}

static bool put_interval(const Cw__Interval *i, char *out, size_t cap)
{
    char from[WHEN_TEXT_LEN_MAX], to[WHEN_TEXT_LEN_MAX];

    when_utc((struct cw_wall){i->earliest_ms}, from);
    when_utc((struct cw_wall){i->latest_ms}, to);
    return snprintf(out, cap, i->earliest_ms == i->latest_ms ? "%s" : "%s/%s", from, to) < (int)cap;
}

bool typed_value(const struct schema_field *row, const Cw__ViewValue *value, char *out, size_t cap)
{
    const Cw__Value *v = value->value;
    char hex[2 * CW_ID_LEN + 1];

    if (value->withheld || v == NULL)
        return false;
    if (v->has_text)
        return put_text(v->text, out, cap);
    if (v->interval != NULL)
        return put_interval(v->interval, out, cap);
    if (v->has_flag)
        return put(out, cap, v->flag ? "yes" : "no");
    if (v->has_number)
        return put_number(row, v->number, out, cap);
    if (!v->has_id || v->id.len != CW_ID_LEN)
        return false;
    hex_of(wire_slice(v->id), hex);
    return put(out, cap, hex);
}
