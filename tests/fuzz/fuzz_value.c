/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value of a field as people type it: two bytes that choose the field, then the text. What is understood is within the
 * field's bounds and, written out as it would be typed, is understood as the same value; what is not says what would do.
 */
#include "lib/draft.h"
#include "proto/schema.h"
#include "proto/wire.h"
#include "tests/fuzz/fuzz.h"
#include "tool/typed.h"

#define TYPED_LEN_MAX 16384

static const struct schema_field *field_of(const uint8_t chosen[static 2])
{
    size_t count;
    const struct schema_field *fields = schema_fields(&count);

    return &fields[((size_t)chosen[0] << 8 | chosen[1]) % count];
}

static bool same(const struct op_value *a, const struct op_value *b)
{
    return a->type == b->type && a->number == b->number && a->latest == b->latest && ID_EQ(&a->id, &b->id) &&
           slice_eq(a->text, b->text);
}

static void write_again(const struct schema_field *field, struct op_value *value)
{
    static char typed[TYPED_LEN_MAX];
    Cw__ViewValue view = CW__VIEW_VALUE__INIT;
    Cw__Value said = CW__VALUE__INIT;
    Cw__Interval interval = CW__INTERVAL__INIT;
    struct op_value again;

    said.has_text = value->type == VALUE_TEXT;
    said.text = wire_bytes(value->text);
    said.has_number = value->type == VALUE_NUMBER;
    said.number = value->number;
    said.has_flag = value->type == VALUE_FLAG;
    said.flag = value->number != 0;
    said.has_id = value->type == VALUE_ID;
    said.id = wire_bytes(slice(value->id.b, ID_LEN));
    interval.earliest_ms = value->number;
    interval.latest_ms = value->latest;
    said.interval = value->type == VALUE_INTERVAL ? &interval : NULL;
    view.value = &said;
    FUZZ_MUST(typed_value(field, &view, typed, sizeof(typed)));
    FUZZ_MUST(draft_value_parse(field, slice_of(typed), &again, NULL) == CW_OK);
    FUZZ_MUST(same(value, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct schema_field *field;
    struct cw_fault fault = {0};
    struct op_value value = {0};
    enum cw_err err;

    if (size < 2)
        return 0;
    field = field_of(data);
    err = draft_value_parse(field, slice(data + 2, size - 2), &value, &fault);
    FUZZ_MUST(err == CW_OK || (fault.code == err && fault.text[0] != '\0'));
    if (err == CW_OK)
        write_again(field, &value);
    return 0;
}
