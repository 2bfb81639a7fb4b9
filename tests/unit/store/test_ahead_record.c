/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ahead_file.h"

#include <check.h>

#define TWO_PAGES ((size_t)2 * AHEAD_PAGE_LEN)
static uint8_t bytes[3 * AHEAD_PAGE_LEN];
static struct ahead_position before = {41, {7, 7, 7}}, after;
static const struct ahead_filling filling = {AHEAD_VERSION, {5, 5}};

/* Three ops; the record spills into a second page. Returns the ops' length. */
static size_t make(void)
{
    static uint8_t value[5000];
    const struct ahead_op ops[] = {{false, 1, slice_of("key"), slice(value, sizeof value)},
                                   {true, 0, slice_of("gone"), slice(NULL, 0)},
                                   {false, STORE_TABLES_MAX, slice_of("own"), slice_of("x")}};
    struct ahead_op stored;
    size_t len = 0;

    memset(bytes, 0xee, sizeof bytes); /* what an earlier filling left */
    for (size_t i = 0; i < CW_COUNT(ops); i++) {
        ahead_op_encode(&ops[i], bytes + ahead_record_head_len(&filling) + len, &stored);
        ck_assert(slice_eq(stored.key, ops[i].key) && slice_eq(stored.value, ops[i].value));
        ck_assert(stored.key.data > bytes && stored.key.data < bytes + sizeof bytes);
        len += ahead_op_len(&ops[i]);
    }
    ahead_record_finish(&filling, bytes, len, &before, &after);
    return len;
}

static bool reads(struct cw_slice from, const struct ahead_position *position)
{
    struct ahead_position found;
    struct cw_slice ops;

    return ahead_record_read(&filling, from, position, &found, &ops);
}

static struct ahead_head some_head(void)
{
    struct ahead_head head = {.version = AHEAD_VERSION,
                              .segment_len = 32768,
                              .start = {9, {1}},
                              .life = {3},
                              .table_count = STORE_TABLES_MAX};

    memset(head.store_id, 0x31, sizeof head.store_id);
    for (uint32_t i = 0; i < STORE_TABLES_MAX; i++)
        memset(head.tables[i], 'a' + (int)i, AHEAD_TABLE_NAME_LEN_MAX);
    return head;
}

START_TEST(a_record_reads_back)
{
    size_t len = make();
    struct ahead_position found;
    struct cw_slice ops;
    struct reader in;
    struct ahead_op op;

    ck_assert_uint_eq(ahead_record_len(&filling, len), TWO_PAGES);
    ck_assert(ahead_record_read(&filling, slice(bytes, sizeof bytes), &before, &found, &ops));
    ck_assert_uint_eq(found.number, 42);
    ck_assert(ahead_position_eq(&found, &after));
    ck_assert_uint_eq(ahead_record_number(&filling, slice(bytes, sizeof bytes)), 42);
    in = reader_over(ops);
    ck_assert(ahead_op_next(&in, &op));
    ck_assert(!op.dead && op.table == 1 && op.value.len == 5000);
    ck_assert(ahead_op_next(&in, &op));
    ck_assert(op.dead && op.table == 0 && slice_eq(op.key, slice_of("gone")) && op.value.len == 0);
    ck_assert(ahead_op_next(&in, &op));
    ck_assert(op.table == STORE_TABLES_MAX);
    ck_assert(!ahead_op_next(&in, &op));
    ck_assert_int_eq(reader_finish(&in), CW_OK);
}
END_TEST

START_TEST(the_rest_of_the_last_page_is_zeros)
{
    size_t len = make();

    for (size_t i = ahead_record_head_len(&filling) + len; i < TWO_PAGES; i++)
        ck_assert_uint_eq(bytes[i], 0);
    ck_assert_uint_eq(bytes[TWO_PAGES], 0xee);
}
END_TEST

START_TEST(a_record_with_any_bit_changed_is_none)
{
    size_t len = ahead_record_head_len(&filling) + make();

    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 0x20;
        ck_assert_msg(!reads(slice(bytes, sizeof bytes), &before), "byte %zu", i);
        bytes[i] ^= 0x20;
    }
    ck_assert(reads(slice(bytes, sizeof bytes), &before));
}
END_TEST

START_TEST(a_record_that_is_cut_short_is_none)
{
    (void)make();
    for (size_t i = 0; i < TWO_PAGES; i++)
        ck_assert(!reads(slice(bytes, i), &before));
    ck_assert(reads(slice(bytes, TWO_PAGES), &before));
}
END_TEST

START_TEST(a_record_follows_one_position_only)
{
    struct ahead_position wrong = before;

    (void)make();
    wrong.chain[AHEAD_CHAIN_LEN - 1] ^= 1;
    ck_assert(!reads(slice(bytes, sizeof bytes), &wrong));
    wrong = before;
    wrong.number++;
    ck_assert(!reads(slice(bytes, sizeof bytes), &wrong));
    ck_assert(!reads(slice(bytes, sizeof bytes), &after)); /* nor itself */
}
END_TEST

START_TEST(a_record_belongs_to_one_filling_only)
{
    const struct ahead_filling another = {AHEAD_VERSION, {5, 6}}, older = {1, {5, 5}};
    struct ahead_position found;
    struct cw_slice all = slice(bytes, sizeof bytes), ops;

    (void)make();
    ck_assert_uint_eq(ahead_record_number(&another, all), 0);
    ck_assert(!ahead_record_read(&another, all, &before, &found, &ops));
    ck_assert_uint_eq(ahead_record_number(&older, all), 0);
    ck_assert(!ahead_record_read(&older, all, &before, &found, &ops));
}
END_TEST

/* When the rest of it is not whole, a head still says which record was here; when it is not itself, it says nothing. */
START_TEST(a_records_head_is_known_without_the_rest_and_with_any_bit_changed_is_not)
{
    size_t head_len = ahead_record_head_len(&filling);

    (void)make();
    ck_assert_uint_eq(ahead_record_number(&filling, slice(bytes, head_len)), 42);
    ck_assert_uint_eq(ahead_record_number(&filling, slice(bytes, head_len - 1)), 0);
    for (size_t i = 0; i < head_len; i++) {
        bytes[i] ^= 0x01;
        ck_assert_msg(ahead_record_number(&filling, slice(bytes, sizeof bytes)) == 0, "byte %zu", i);
        bytes[i] ^= 0x01;
    }
}
END_TEST

/* As the versions before wrote it: position {41, 7 7 7 0...}, put of "key" and "value" into table 1. */
START_TEST(a_record_of_version_1_reads_back_and_is_written_as_it_was)
{
    static const uint8_t written[] = {
        0x63, 0x77, 0x72, 0x31, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2a,
        0xe9, 0x55, 0x00, 0xf1, 0xa8, 0x89, 0x66, 0xde, 0x68, 0xa2, 0xb7, 0xec, 0xb0, 0x19, 0xf4, 0x28,
        0x58, 0xf2, 0x78, 0xca, 0x04, 0x69, 0xa8, 0xad, 0x8d, 0x90, 0xcb, 0x27, 0xf5, 0x84, 0x6f, 0x8c,
        0x01, 0x01, 0x00, 0x03, 0x00, 0x00, 0x00, 0x05, 0x6b, 0x65, 0x79, 0x76, 0x61, 0x6c, 0x75, 0x65,
    };
    const struct ahead_filling older = {1, {0}};
    static uint8_t page[AHEAD_PAGE_LEN], again[AHEAD_PAGE_LEN];
    struct ahead_position found;
    struct cw_slice ops;

    memcpy(page, written, sizeof written);
    ck_assert(ahead_record_read(&older, slice(page, sizeof page), &before, &found, &ops));
    ck_assert_uint_eq(found.number, 42);
    ck_assert_uint_eq(ops.len, sizeof written - ahead_record_head_len(&older));
    memcpy(again + ahead_record_head_len(&older), ops.data, ops.len);
    ahead_record_finish(&older, again, ops.len, &before, &after);
    ck_assert_mem_eq(again, page, sizeof page);
}
END_TEST

/* The check that version 1 wrote under such a head. */
START_TEST(a_head_of_version_1_reads_back_and_is_written_as_it_was)
{
    static const uint8_t check[] = {
        0xa5, 0x0a, 0xbd, 0x74, 0x9a, 0x43, 0xc3, 0xcf, 0x93, 0xb6, 0xdf, 0x66, 0x8e, 0x60, 0x7c, 0xbb,
        0x97, 0xa5, 0xbe, 0xb3, 0x30, 0x60, 0x44, 0xdb, 0x37, 0xa5, 0xcf, 0xda, 0x3e, 0xd5, 0x53, 0x40,
    };
    struct ahead_head head = {.version = 1, .segment_len = 32768, .start = before, .table_count = 2}, found;

    memset(head.store_id, 0x31, sizeof head.store_id);
    memcpy(head.tables[0], "rows", 4);
    memcpy(head.tables[1], "more", 4);
    ahead_head_encode(&head, bytes);
    ck_assert_mem_eq(bytes + AHEAD_PAGE_LEN - sizeof check, check, sizeof check);
    ck_assert_int_eq(ahead_head_parse(bytes, &found), CW_OK);
    ck_assert_mem_eq(&head, &found, sizeof head);
}
END_TEST

START_TEST(fillings_that_begin_elsewhere_have_other_keys)
{
    struct ahead_head head = some_head();
    struct ahead_filling one, two;

    ahead_filling_of(&head, &one);
    head.start.chain[9] ^= 1;
    ahead_filling_of(&head, &two);
    ck_assert_mem_ne(one.key, two.key, sizeof one.key);
    head.start.chain[9] ^= 1;
    head.store_id[0] ^= 1;
    ahead_filling_of(&head, &two);
    ck_assert_mem_ne(one.key, two.key, sizeof one.key);
    head.store_id[0] ^= 1;
    ahead_filling_of(&head, &two);
    ck_assert_mem_eq(one.key, two.key, sizeof one.key);
}
END_TEST

START_TEST(an_op_out_of_bounds_ends_the_reading)
{
    static const struct {
        uint8_t head[8];
        const char *what;
    } bad[] = {
        {{0, 1, 0, 1, 0, 0, 0, 0}, "no kind"},
        {{3, 1, 0, 1, 0, 0, 0, 0}, "an unknown kind"},
        {{1, STORE_TABLES_MAX + 1, 0, 1, 0, 0, 0, 0}, "a table that cannot be"},
        {{1, 1, 0, 0, 0, 0, 0, 1}, "an empty key"},
        {{1, 1, 0x01, 0xf5, 0, 0, 0, 0}, "a key of 501 bytes"},
        {{2, 1, 0, 1, 0, 0, 0, 1}, "a deletion with a value"},
        {{1, 1, 0, 1, 0xff, 0xff, 0xff, 0xff}, "a value beyond the end"},
    };

    for (size_t i = 0; i < CW_COUNT(bad); i++) {
        static uint8_t ops[600];
        struct reader in;
        struct ahead_op op;

        memcpy(ops, bad[i].head, sizeof bad[i].head);
        in = reader_over(slice(ops, sizeof ops));
        ck_assert_msg(!ahead_op_next(&in, &op), "%s", bad[i].what);
        ck_assert_int_ne(reader_finish(&in), CW_OK);
    }
}
END_TEST

START_TEST(a_head_reads_back_and_with_any_bit_changed_does_not)
{
    struct ahead_head head = some_head(), found;

    ahead_head_encode(&head, bytes);
    ck_assert_int_eq(ahead_head_parse(bytes, &found), CW_OK);
    ck_assert_mem_eq(&head, &found, sizeof head);
    for (size_t i = 0; i < AHEAD_PAGE_LEN; i++) {
        bytes[i] ^= 0x04;
        ck_assert_int_eq(ahead_head_parse(bytes, &found), CW_LOCAL_CORRUPT);
        bytes[i] ^= 0x04;
    }
}
END_TEST

START_TEST(a_head_with_a_right_check_and_wrong_fields_is_none)
{
    struct ahead_head head = some_head(), found;
    const size_t tables_at = 8 + 4 + STORE_ID_LEN + 8 + 8 + 2 * AHEAD_CHAIN_LEN;

    ahead_head_encode(&head, bytes);
    bytes[tables_at]++; /* one table too many */
    ahead_head_seal(bytes);
    ck_assert_int_eq(ahead_head_parse(bytes, &found), CW_LOCAL_CORRUPT);
    ahead_head_encode(&head, bytes);
    bytes[tables_at + 1 + AHEAD_TABLE_NAME_LEN_MAX] = 'x'; /* a name without an end */
    ahead_head_seal(bytes);
    ck_assert_int_eq(ahead_head_parse(bytes, &found), CW_LOCAL_CORRUPT);
    ahead_head_encode(&head, bytes);
    bytes[11]++;
    ahead_head_seal(bytes);
    ck_assert_int_eq(ahead_head_parse(bytes, &found), CW_LOCAL_FORMAT);
}
END_TEST

START_TEST(a_files_length_gives_its_segments)
{
    ck_assert_uint_eq(ahead_segment_len(0), 0);
    ck_assert_uint_eq(ahead_segment_len(2 * AHEAD_SEGMENT_LEN_MIN - 1), 0);
    ck_assert_uint_eq(ahead_segment_len(2 * AHEAD_SEGMENT_LEN_MIN), AHEAD_SEGMENT_LEN_MIN);
    ck_assert_uint_eq(ahead_segment_len(16U << 20), 8U << 20);
    ck_assert_uint_eq(ahead_segment_len((16U << 20) + 9000), (8U << 20) + 4096);
    ck_assert_uint_eq(ahead_segment_len(UINT64_MAX), AHEAD_SEGMENT_LEN_MAX);
}
END_TEST

Suite *suite_ahead_record(void)
{
    Suite *suite = suite_create("ahead_record");
    TCase *t = tcase_create("ahead_record");

    tcase_add_test(t, a_record_reads_back);
    tcase_add_test(t, the_rest_of_the_last_page_is_zeros);
    tcase_add_test(t, a_record_with_any_bit_changed_is_none);
    tcase_add_test(t, a_record_that_is_cut_short_is_none);
    tcase_add_test(t, a_record_follows_one_position_only);
    tcase_add_test(t, a_record_belongs_to_one_filling_only);
    tcase_add_test(t, a_records_head_is_known_without_the_rest_and_with_any_bit_changed_is_not);
    tcase_add_test(t, a_record_of_version_1_reads_back_and_is_written_as_it_was);
    tcase_add_test(t, a_head_of_version_1_reads_back_and_is_written_as_it_was);
    tcase_add_test(t, fillings_that_begin_elsewhere_have_other_keys);
    tcase_add_test(t, an_op_out_of_bounds_ends_the_reading);
    tcase_add_test(t, a_head_reads_back_and_with_any_bit_changed_does_not);
    tcase_add_test(t, a_head_with_a_right_check_and_wrong_fields_is_none);
    tcase_add_test(t, a_files_length_gives_its_segments);
    suite_add_tcase(suite, t);
    return suite;
}
