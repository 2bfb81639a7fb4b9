/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

#include <check.h>

static uint8_t bytes[CASE_ROW_LEN_MAX];
static char names[LABELS_MAX][200];

static struct case_line sample(void)
{
    struct case_line line = {.reference = slice_of("CL/NTH/2026/AAAAAAA-B"),
                             .status = slice_of("active"),
                             .title = slice_of("Harbour line"),
                             .owner = slice_of("NTH"),
                             .risk = slice_of("high"),
                             .conflicts = 2,
                             .marking = 1};

    line.episodes = 4;
    line.high_count = 2;
    line.high[1] = 0x01020304;
    line.repeat_until_ms = INT64_C(1795867200000);
    line.labels.tag_count = 1;
    line.labels.tags[0] = slice_of("rural");
    line.labels.area_count = 2;
    line.labels.areas[0] = slice_of("Northport");
    line.labels.areas[1] = slice_of("Eastmere");
    line.labels.conflict_count = 2;
    line.labels.conflicts[0] = FIELD_EXPORT_AREA;
    line.labels.conflicts[1] = FIELD_SUMMARY;
    return line;
}

static struct cw_slice encode(const struct case_line *line)
{
    struct writer w = writer_over(bytes, sizeof bytes);

    case_line_encode(line, &w);
    ck_assert(!w.failed);
    return slice(bytes, w.len);
}

/* Cut where lines of earlier builds ended, it is one of those: its labels may be anything, or nothing is counted. */
START_TEST(a_line_cut_anywhere_is_corrupt_or_an_old_one)
{
    struct case_line line = sample(), back;
    struct cw_slice whole = encode(&line);
    uint32_t old = 0;

    for (size_t cut = 0; cut < whole.len; cut++) {
        if (case_line_parse(slice(whole.data, cut), &back) != CW_OK)
            continue;
        old++;
        ck_assert(back.marking == 1 && back.conflicts == 2 && (back.episodes == 0 || old == 3));
        ck_assert_uint_eq(back.high_count, LINE_HIGH_UNKNOWN);
        ck_assert(back.labels.tag_count == 1 || (back.labels.more && back.labels.compartmented));
    }
    ck_assert_uint_eq(old, 3);
}
END_TEST

START_TEST(a_line_comes_back)
{
    struct case_line line = sample(), back;

    ck_assert_int_eq(case_line_parse(encode(&line), &back), CW_OK);
    ck_assert(slice_eq(back.title, line.title) && slice_eq(back.risk, line.risk));
    ck_assert_uint_eq(back.marking, 1);
    ck_assert_uint_eq(back.episodes, 4);
    ck_assert_uint_eq(back.high_count, 2);
    ck_assert_uint_eq(back.high[1], 0x01020304);
    ck_assert_int_eq(back.repeat_until_ms, line.repeat_until_ms);
    ck_assert_uint_eq(back.labels.tag_count, 1);
    ck_assert_uint_eq(back.labels.area_count, 2);
    ck_assert(slice_eq(back.labels.areas[1], slice_of("Eastmere")));
    ck_assert_uint_eq(back.labels.operation_count, 0);
    ck_assert_uint_eq(back.labels.conflict_count, 2);
    ck_assert_uint_eq(back.labels.conflicts[1], FIELD_SUMMARY);
    ck_assert(!back.labels.more && !back.labels.compartmented);
    line.labels.compartmented = true;
    ck_assert_int_eq(case_line_parse(encode(&line), &back), CW_OK);
    ck_assert(!back.labels.more && back.labels.compartmented);
}
END_TEST

/* However long they are: the row has a bound, and what is left out is said. */
START_TEST(labels_that_do_not_fit_are_left_out_whole)
{
    struct case_line line = sample(), back;

    for (uint32_t i = 0; i < LABELS_MAX; i++) {
        memset(names[i], 'a' + (int)i, _i == 0 ? 150 : 199);
        line.labels.areas[i] = slice(names[i], _i == 0 ? 150 : 199);
    }
    line.labels.area_count = LABELS_MAX;
    ck_assert_int_eq(case_line_parse(encode(&line), &back), CW_OK);
    ck_assert(back.labels.more);
    ck_assert_uint_eq(back.labels.area_count, _i == 0 ? 6 : 0);
    ck_assert_uint_eq(back.labels.conflict_count, 2);
}
END_TEST

Suite *suite_case_line(void);
Suite *suite_case_line(void)
{
    Suite *suite = suite_create("node/case_line");
    TCase *c = tcase_create("line");

    tcase_add_test(c, a_line_cut_anywhere_is_corrupt_or_an_old_one);
    tcase_add_test(c, a_line_comes_back);
    tcase_add_loop_test(c, labels_that_do_not_fit_are_left_out_whole, 0, 2);
    suite_add_tcase(suite, c);
    return suite;
}
