/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include <check.h>
#include <utf8proc.h>

/* NOLINTBEGIN(misc-misleading-bidirectional): they are here to be refused */
static const struct {
    const char *name, *text;
    size_t len;
} bad[] = {
#define BAD(name, text)              \
    {                                \
        name, text, sizeof(text) - 1 \
    }
    BAD("NUL", "a\0b"),
    BAD("line feed", "a\nb"),
    BAD("tab", "a\tb"),
    BAD("escape", "\x1b[31m"),
    BAD("delete", "a\x7f"),
    BAD("C1 control", "\xc2\x85"),
    BAD("line separator", "\xe2\x80\xa8"),
    BAD("paragraph separator", "\xe2\x80\xa9"),
    BAD("right-to-left override", "a\xe2\x80\xae"
                                  "b"),
    BAD("left-to-right mark", "\xe2\x80\x8e"),
    BAD("isolate", "\xe2\x81\xa6"),
    BAD("arabic letter mark", "\xd8\x9c"),
    BAD("overlong slash", "\xc0\xaf"),
    BAD("overlong NUL", "\xc0\x80"),
    BAD("surrogate", "\xed\xa0\x80"),
    BAD("above U+10FFFF", "\xf4\x90\x80\x80"),
    BAD("lone continuation", "a\x80"),
    BAD("cut short", "a\xe2\x82"),
    BAD("latin-1", "caf\xe9"),
    BAD("noncharacter FFFE", "\xef\xbf\xbe"),
    BAD("noncharacter FDD0", "\xef\xb7\x90"),
    BAD("never assigned", "a\xcd\xb8"),
    BAD("new in Unicode 15.0", "a \xf0\x9e\x82\x8f"),
    BAD("the last that was new in Unicode 15.0", "\xf0\xb2\x8e\xaf"),
    BAD("decomposed e acute", "cafe\xcc\x81"),
    BAD("singleton: ohm sign", "\xe2\x84\xa6"),
    BAD("marks out of order", "a\xcc\x81\xcc\xa3"),
    BAD("decomposed hangul", "\xe1\x84\x80\xe1\x85\xa1"),
    BAD("decomposed after other text", "plain text, then e\xcc\x81 again"),
#undef BAD
};
/* NOLINTEND(misc-misleading-bidirectional) */

START_TEST(unclean_text_is_refused)
{
    struct refusal r;

    ck_assert_msg(text_check(slice((const uint8_t *)bad[_i].text, bad[_i].len), 80, false, "name", &r) ==
                      CW_REFUSED_TEXT,
                  "%s", bad[_i].name);
    ck_assert_str_eq(r.where, "name");
}
END_TEST

START_TEST(clean_text_passes)
{
    static const char *const good[] = {
        "",
        "plain",
        "caf\xc3\xa9",
        "\xe2\x80\x93",
        "\xea\xb0\x80",
        "\xe4\xb8\xad\xe6\x96\x87",
        "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
        "\xf0\x9f\x9a\x93",
        /* new in Unicode 14.0; private use: */ "\xf0\x9f\xab\xa0",
        "\xee\x80\x80",
        /* a mark that composes with nothing, in canonical order: */ "q\xcc\xa3\xcc\x87",
    };

    for (size_t i = 0; i < CW_COUNT(good); i++)
        ck_assert_msg(text_check(slice_of(good[i]), 80, false, "", NULL) == CW_OK, "%zu", i);
}
END_TEST

START_TEST(line_feeds_pass_only_where_asked_for)
{
    ck_assert_int_eq(text_check(slice_of("a\nb"), 80, true, "", NULL), CW_OK);
    ck_assert_int_eq(text_check(slice_of("a\r\nb"), 80, true, "", NULL), CW_REFUSED_TEXT);
}
END_TEST

START_TEST(the_bound_is_in_bytes)
{
    ck_assert_int_eq(text_check(slice_of("\xc3\xa9\xc3\xa9"), 4, false, "", NULL), CW_OK);
    ck_assert_int_eq(text_check(slice_of("\xc3\xa9\xc3\xa9"), 3, false, "", NULL), CW_REFUSED_SIZE);
}
END_TEST

/* One letter with ten thousand marks draws over the whole screen, and costs quadratic time to order. */
START_TEST(a_letter_under_a_tower_of_marks_is_refused_quickly)
{
    static uint8_t tower[20001];

    tower[0] = 'a';
    for (size_t i = 1; i < sizeof(tower); i += 2) {
        tower[i] = 0xcc;
        tower[i + 1] = (uint8_t)(i % 4 == 1 ? 0xa3 : 0x81);
    }
    ck_assert_int_eq(text_check(slice(tower, sizeof(tower)), sizeof(tower), false, "", NULL), CW_REFUSED_TEXT);
}
END_TEST

/*
 * Each character alone. The numbers are those of the verifier in Python over the tables of Unicode 14.0: whoever
 * changes them has changed what a record is. A newer utf8proc needs more rows in proto/text.c.
 */
START_TEST(the_characters_are_those_of_unicode_14)
{
    uint32_t count = 0, check = 0;

    for (utf8proc_int32_t c = 0; c < 0x110000; c++) {
        uint8_t text[4];
        utf8proc_ssize_t len = c >= 0xd800 && c <= 0xdfff ? 0 : utf8proc_encode_char(c, text);

        if (len == 0 || text_check(slice(text, (size_t)len), 4, false, "", NULL) != CW_OK)
            continue;
        count++;
        check = check * 31 + (uint32_t)c;
    }
    ck_assert_uint_eq(count, 281031);
    ck_assert_uint_eq(check, 3410101149);
}
END_TEST

Suite *suite_text(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("text");

    tcase_add_loop_test(t, unclean_text_is_refused, 0, (int)CW_COUNT(bad));
    tcase_add_test(t, clean_text_passes);
    tcase_add_test(t, line_feeds_pass_only_where_asked_for);
    tcase_add_test(t, the_bound_is_in_bytes);
    tcase_add_test(t, a_letter_under_a_tower_of_marks_is_refused_quickly);
    tcase_add_test(t, the_characters_are_those_of_unicode_14);
    suite_add_tcase(s, t);
    return s;
}
