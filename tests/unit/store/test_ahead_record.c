/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ahead_file.h"

#include <check.h>

#define TWO_PAGES ((size_t)2 * AHEAD_PAGE_LEN)
static uint8_t bytes[3 * AHEAD_PAGE_LEN];
static struct ahead_position before = {41, {7, 7, 7}}, after;

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
        ahead_op_encode(&ops[i], bytes + AHEAD_RECORD_HEAD_LEN + len, &stored);
        ck_assert(slice_eq(stored.key, ops[i].key) && slice_eq(stored.value, ops[i].value));
        ck_assert(stored.key.data > bytes && stored.key.data < bytes + sizeof bytes);
        len += ahead_op_len(&ops[i]);
    }
    ahead_record_finish(bytes, len, &before, &after);
    return len;
}

static bool reads(struct cw_slice from, const struct ahead_position *position)
{
    struct ahead_position found;
    struct cw_slice ops;

    return ahead_record_read(from, position, &found, &ops);
}

START_TEST(a_record_reads_back)
{
    size_t len = make();
    struct ahead_position found;
    struct cw_slice ops;
    struct reader in;
    struct ahead_op op;

    ck_assert_uint_eq(ahead_record_len(len), TWO_PAGES);
    ck_assert(ahead_record_read(slice(bytes, sizeof bytes), &before, &found, &ops));
    ck_assert_uint_eq(found.number, 42);
    ck_assert(ahead_position_eq(&found, &after));
    ck_assert_uint_eq(ahead_record_number(slice(bytes, sizeof bytes)), 42);
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

    for (size_t i = AHEAD_RECORD_HEAD_LEN + len; i < TWO_PAGES; i++)
        ck_assert_uint_eq(bytes[i], 0);
    ck_assert_uint_eq(bytes[TWO_PAGES], 0xee);
}
END_TEST

START_TEST(a_record_with_any_bit_changed_is_none)
{
    size_t len = AHEAD_RECORD_HEAD_LEN + make();

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

static struct ahead_head some_head(void)
{
    struct ahead_head head = {.segment_len = 32768, .start = {9, {1}}, .table_count = STORE_TABLES_MAX};

    memset(head.store_id, 0x31, sizeof head.store_id);
    for (uint32_t i = 0; i < STORE_TABLES_MAX; i++)
        memset(head.tables[i], 'a' + (int)i, AHEAD_TABLE_NAME_LEN_MAX);
    return head;
}

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
    const size_t tables_at = 8 + 4 + STORE_ID_LEN + 8 + 8 + AHEAD_CHAIN_LEN;

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
    tcase_add_test(t, an_op_out_of_bounds_ends_the_reading);
    tcase_add_test(t, a_head_reads_back_and_with_any_bit_changed_does_not);
    tcase_add_test(t, a_head_with_a_right_check_and_wrong_fields_is_none);
    tcase_add_test(t, a_files_length_gives_its_segments);
    suite_add_tcase(suite, t);
    return suite;
}
