/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/buf.h"
#include "proto/bytes.h"

#include <check.h>

static const uint64_t numbers[] = {
    0, 1, 127, 128, 300, 16383, 16384, UINT32_MAX, (uint64_t)UINT32_MAX + 1, INT64_MAX, UINT64_MAX - 1, UINT64_MAX};

START_TEST(slices_compare_by_bytes_then_by_length)
{
    ck_assert_int_lt(slice_compare(slice_of("a"), slice_of("ab")), 0);
    ck_assert_int_gt(slice_compare(slice_of("b"), slice_of("ab")), 0);
    ck_assert_int_eq(slice_compare(slice(NULL, 0), slice_of("")), 0);
    ck_assert(slice_eq(slice(NULL, 0), slice_of("")));
    ck_assert(!slice_eq(slice_of("a"), slice_of("b")));
}
END_TEST

START_TEST(a_writer_that_overflowed_stays_failed_and_wrote_nothing_beyond)
{
    uint8_t memory[4] = {9, 9, 9, 9};
    struct writer w = writer_over(memory, 3);
    struct cw_slice out;

    writer_be16(&w, 0x0102);
    writer_be16(&w, 0x0304);
    writer_u8(&w, 5);
    ck_assert_int_eq(writer_finish(&w, &out), CW_REFUSED_SIZE);
    ck_assert_uint_eq(memory[2], 9);
    ck_assert_uint_eq(memory[3], 9);
}
END_TEST

START_TEST(numbers_come_back_as_they_went)
{
    uint8_t memory[16];

    for (size_t i = 0; i < CW_COUNT(numbers); i++) {
        struct writer w = writer_over(memory, sizeof(memory));
        struct cw_slice out;

        writer_varint(&w, numbers[i]);
        ck_assert_int_eq(writer_finish(&w, &out), CW_OK);
        struct reader r = reader_over(out);
        ck_assert_uint_eq(reader_varint(&r), numbers[i]);
        ck_assert_int_eq(reader_finish(&r), CW_OK);
    }
}
END_TEST

START_TEST(a_varint_cut_short_at_every_byte_fails)
{
    uint8_t memory[16];

    for (size_t i = 0; i < CW_COUNT(numbers); i++) {
        struct writer w = writer_over(memory, sizeof(memory));
        writer_varint(&w, numbers[i]);
        for (size_t cut = 0; cut < w.len; cut++) {
            struct reader r = reader_over(slice(memory, cut));
            ck_assert_uint_eq(reader_varint(&r), 0);
            ck_assert_int_eq(reader_finish(&r), CW_PEER_MALFORMED);
        }
    }
}
END_TEST

START_TEST(a_varint_has_one_spelling_only)
{
    static const struct {
        const char *name;
        uint8_t b[11];
        size_t len;
    } bad[] = {
        {"zero in two bytes", {0x80, 0x00}, 2},
        {"one in two bytes", {0x81, 0x00}, 2},
        {"one in ten bytes", {0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, 10},
        {"bit 64 set", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}, 10},
        {"all bits of the tenth", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, 10},
        {"eleven bytes", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 11},
    };

    for (size_t i = 0; i < CW_COUNT(bad); i++) {
        struct reader r = reader_over(slice(bad[i].b, bad[i].len));
        (void)reader_varint(&r);
        ck_assert_msg(r.failed, "%s", bad[i].name);
    }
}
END_TEST

START_TEST(a_reader_remembers_its_first_failure_and_gives_zeros)
{
    const uint8_t raw[] = {1, 2, 3};
    struct reader r = reader_over(slice(raw, sizeof(raw)));
    uint8_t out[2] = {7, 7};

    ck_assert_uint_eq(reader_be32(&r), 0);
    ck_assert_uint_eq(reader_u8(&r), 0);
    ck_assert_uint_eq(reader_be16(&r), 0);
    ck_assert_uint_eq(reader_varint(&r), 0);
    reader_bytes(&r, out, 2);
    ck_assert_uint_eq(out[0] | out[1], 0);
    ck_assert_uint_eq(reader_left(&r), 0);
    ck_assert_ptr_null(reader_slice(&r, 0).data);
    ck_assert_int_eq(reader_finish(&r), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(a_length_near_the_top_of_size_t_does_not_wrap)
{
    const uint8_t raw[] = {1, 2, 3};
    struct reader r = reader_over(slice(raw, sizeof(raw)));

    (void)reader_u8(&r);
    (void)reader_slice(&r, SIZE_MAX);
    ck_assert(r.failed);
}
END_TEST

START_TEST(bytes_left_over_are_refused)
{
    const uint8_t raw[] = {1, 2};
    struct reader r = reader_over(slice(raw, sizeof(raw)));

    ck_assert_uint_eq(reader_u8(&r), 1);
    ck_assert_int_eq(reader_finish(&r), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(big_endian_numbers_come_back)
{
    uint8_t memory[32];
    struct writer w = writer_over(memory, sizeof(memory));
    struct cw_slice out;

    writer_u8(&w, 0xab);
    writer_be16(&w, 0x0102);
    writer_be32(&w, 0x03040506);
    writer_be64(&w, 0x0708090a0b0c0d0eULL);
    ck_assert_int_eq(writer_finish(&w, &out), CW_OK);
    ck_assert_uint_eq(memory[1], 1);

    struct reader r = reader_over(out);
    ck_assert_uint_eq(reader_u8(&r), 0xab);
    ck_assert_uint_eq(reader_be16(&r), 0x0102);
    ck_assert_uint_eq(reader_be32(&r), 0x03040506);
    ck_assert_uint_eq(reader_be64(&r), 0x0708090a0b0c0d0eULL);
    ck_assert_int_eq(reader_finish(&r), CW_OK);
}
END_TEST

START_TEST(hexadecimal_is_lower_case_and_of_exact_length)
{
    uint8_t out[2] = {5, 5};
    char text[5];

    hex_of(slice((const uint8_t[]){0x0f, 0xa9}, 2), text);
    ck_assert_str_eq(text, "0fa9");
    ck_assert_int_eq(hex_parse("0fA9", out, 2), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(hex_parse("0fa", out, 2), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(hex_parse("0fa9b", out, 2), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(hex_parse("0fag", out, 2), CW_REFUSED_MALFORMED);
    ck_assert_uint_eq(out[0], 5);
    ck_assert_int_eq(hex_parse("0fa9", out, 2), CW_OK);
    ck_assert_uint_eq(out[1], 0xa9);
}
END_TEST

START_TEST(a_buf_grows_and_refuses_an_impossible_size)
{
    CW_AUTO(buf_done) struct buf b = {0};

    for (uint32_t i = 0; i < 1000; i++)
        ck_assert_int_eq(buf_add_be32(&b, i), CW_OK);
    ck_assert_uint_eq(b.len, 4000);
    ck_assert_uint_eq(b.data[3999], 999 & 0xff);
    ck_assert_int_eq(buf_reserve(&b, SIZE_MAX - 10), CW_LOCAL_MEMORY);
    ck_assert_uint_eq(b.len, 4000);
    buf_clear(&b);
    ck_assert_uint_eq(buf_slice(&b).len, 0);
    buf_done(NULL);
}
END_TEST

Suite *suite_bytes(void)
{
    Suite *s = suite_create("bytes");
    TCase *t = tcase_create("bytes");

    tcase_add_test(t, slices_compare_by_bytes_then_by_length);
    tcase_add_test(t, a_writer_that_overflowed_stays_failed_and_wrote_nothing_beyond);
    tcase_add_test(t, numbers_come_back_as_they_went);
    tcase_add_test(t, a_varint_cut_short_at_every_byte_fails);
    tcase_add_test(t, a_varint_has_one_spelling_only);
    tcase_add_test(t, a_reader_remembers_its_first_failure_and_gives_zeros);
    tcase_add_test(t, a_length_near_the_top_of_size_t_does_not_wrap);
    tcase_add_test(t, bytes_left_over_are_refused);
    tcase_add_test(t, big_endian_numbers_come_back);
    tcase_add_test(t, hexadecimal_is_lower_case_and_of_exact_length);
    tcase_add_test(t, a_buf_grows_and_refuses_an_impossible_size);
    suite_add_tcase(s, t);
    return s;
}
