/* SPDX-License-Identifier: Apache-2.0 */
/* A value written as it would be typed. */
#include "tool/typed.h"

#include "lib/draft.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <check.h>

Suite *suite_typed(void);

static const struct {
    uint32_t field;
    const char *typed;
} samples[] = {
    {FIELD_SUMMARY, "Seen at Dunmarsh,\nwith older males"},
    {FIELD_MISSING_RISK, "high"},
    {FIELD_PENCE, "125050p"},
    {FIELD_MG, "1500mg"},
    {FIELD_COUNT, "12"},
    {FIELD_NOT_COUNTED, "yes"},
    {FIELD_OCCURRED, "2018-03-19T16:00:00.000Z/2018-03-19T17:30:00.000Z"},
    {FIELD_OCCURRED, "2018-03-19T00:00:00.000Z/2018-03-19T23:59:59.999Z"}, /* the whole day */
    {FIELD_NEXT_REVIEW, "2030-01-01T08:00:00.000Z"},
    {FIELD_BIRTH_DATE, "~2015-06"},
};

START_TEST(a_value_typed_again_is_the_same_value)
{
    const struct schema_field *row = schema_field(samples[_i].field);
    struct op_value parsed;
    Cw__ViewValue view = CW__VIEW_VALUE__INIT;
    Cw__Value value = CW__VALUE__INIT;
    Cw__Interval interval = CW__INTERVAL__INIT;
    char out[200];

    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(draft_value_parse(row, slice_of(samples[_i].typed), &parsed, NULL), CW_OK);
    value.has_text = parsed.type == VALUE_TEXT;
    value.text = wire_bytes(parsed.text);
    value.has_number = parsed.type == VALUE_NUMBER;
    value.number = parsed.number;
    value.has_flag = parsed.type == VALUE_FLAG;
    value.flag = parsed.number != 0;
    interval.earliest_ms = parsed.number;
    interval.latest_ms = parsed.latest;
    value.interval = parsed.type == VALUE_INTERVAL ? &interval : NULL;
    view.value = &value;
    ck_assert(typed_value(row, &view, out, sizeof(out)));
    ck_assert_str_eq(out, samples[_i].typed);
    ck_assert(!typed_value(row, &view, out, strlen(samples[_i].typed))); /* not cut */
    view.withheld = true;
    ck_assert(!typed_value(row, &view, out, sizeof(out)));
}
END_TEST

Suite *suite_typed(void)
{
    Suite *s = suite_create("typed");
    TCase *all = tcase_create("values");

    tcase_add_loop_test(all, a_value_typed_again_is_the_same_value, 0, (int)CW_COUNT(samples));
    suite_add_tcase(s, all);
    return s;
}
