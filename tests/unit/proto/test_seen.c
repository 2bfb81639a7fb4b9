/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/seen.h"
#include "tests/unit/proto/samples.h"

#include <check.h>

#define LOGS 5

static uint8_t made[SEEN_LEN_MAX + 64], changed[SEEN_LEN_MAX + 64], again[SEEN_LEN_MAX + 64];
static uint8_t item_bytes[SEEN_LEN_MAX + 4096], arena_memory[1 << 20];
static struct cw_slice items[SEEN_ITEMS_MAX];

static void fill_item(uint32_t i, uint8_t first)
{
    struct frontier_item item = {.seq = 1000 + i, .blob_seq = 990 + i};
    struct writer w = writer_over(item_bytes + i * (size_t)94, 94);

    sample_fill(&item.log, ID_LEN, 1);
    item.log.b[0] = (uint8_t)(first + (i >> 8));
    item.log.b[1] = (uint8_t)i;
    sample_fill(&item.seal, ID_LEN, 2);
    if (i == 1) {
        item.hole_count = 1;
        item.holes[0] = 17;
    }
    frontier_item_encode(&item, &w);
    ck_assert(!w.failed);
    items[i] = slice(w.data, w.len);
}

static struct seen sample(uint32_t count)
{
    struct seen s = {.counter = 77, .item_count = count, .items = items};

    for (uint32_t i = 0; i < count; i++)
        fill_item(i, 0);
    sample_fill(&s.network, ID_LEN, 3);
    sample_fill(s.start, 16, 4);
    return s;
}

static struct cw_slice encode(const struct seen *s)
{
    struct writer w = writer_over(made, sizeof made);

    seen_encode(s, &w);
    ck_assert(!w.failed);
    return slice(made, w.len);
}

static enum cw_err parse(struct cw_slice bytes, struct seen *out)
{
    struct arena arena = arena_over(arena_memory, sizeof arena_memory);

    return seen_parse(bytes, &arena, out);
}

START_TEST(a_token_cut_anywhere_is_refused)
{
    struct seen s = sample(LOGS), back;
    struct cw_slice whole = encode(&s);

    for (size_t cut = 0; cut < whole.len; cut++)
        ck_assert_int_ne(parse(slice(whole.data, cut), &back), CW_OK);
}
END_TEST

START_TEST(a_token_with_any_bit_turned_is_refused)
{
    struct seen s = sample(LOGS), back;
    struct cw_slice whole = encode(&s);

    memcpy(changed, whole.data, whole.len);
    for (size_t bit = 0; bit < 8 * whole.len; bit++) {
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_int_ne(parse(slice(changed, whole.len), &back), CW_OK);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}
END_TEST

START_TEST(a_newer_version_and_too_much_are_told_apart)
{
    const uint8_t newer[] = {0x08, 0x02, 0xfa, 0x01, 0x03, 'n', 'e', 'w'};
    struct seen back;

    ck_assert_int_eq(parse(slice(newer, sizeof newer), &back), CW_REFUSED_VERSION);
    memset(changed, 0, sizeof changed);
    ck_assert_int_eq(parse(slice(NULL, 0), &back), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(parse(slice(changed, SEEN_LEN_MAX + 1), &back), CW_REFUSED_SIZE);
}
END_TEST

START_TEST(logs_out_of_order_or_twice_and_items_that_are_none_are_refused)
{
    struct seen s = sample(LOGS), back;

    items[3] = items[2];
    ck_assert_int_eq(parse(encode(&s), &back), CW_REFUSED_MALFORMED);
    s = sample(LOGS);
    fill_item(0, 9);
    ck_assert_int_eq(parse(encode(&s), &back), CW_REFUSED_MALFORMED);
    s = sample(LOGS);
    items[4] = slice_of("no item");
    ck_assert_int_eq(parse(encode(&s), &back), CW_REFUSED_MALFORMED);
}
END_TEST

START_TEST(a_token_comes_back)
{
    struct seen s = sample(LOGS), back;
    struct writer w = writer_over(again, sizeof again);
    struct cw_slice bytes = encode(&s);

    ck_assert_int_eq(parse(bytes, &back), CW_OK);
    ck_assert(ID_EQ(&back.network, &s.network));
    ck_assert_mem_eq(back.start, s.start, 16);
    ck_assert_uint_eq(back.counter, 77);
    ck_assert_uint_eq(back.item_count, LOGS);
    for (uint32_t i = 0; i < LOGS; i++)
        ck_assert(slice_eq(back.items[i], items[i]));
    seen_encode(&back, &w);
    ck_assert(slice_eq(slice(again, w.len), bytes));
}
END_TEST

/* As many as a daemon lists, of the length that items without holes have after many years. */
START_TEST(what_a_daemon_lists_fits)
{
    struct seen s = sample(SEEN_ITEMS_MAX);
    struct cw_slice bytes = encode(&s);
    struct writer w = writer_over(again, bytes.len - 1);
    struct seen back;

    ck_assert_int_eq(parse(bytes, &back), CW_OK);
    ck_assert_uint_eq(back.item_count, SEEN_ITEMS_MAX);
    seen_encode(&s, &w);
    ck_assert(w.failed);
}
END_TEST

Suite *suite_seen(void);
Suite *suite_seen(void)
{
    Suite *suite = suite_create("proto/seen");
    TCase *hostile = tcase_create("hostile"), *plain = tcase_create("plain");

    tcase_add_test(hostile, a_token_cut_anywhere_is_refused);
    tcase_add_test(hostile, a_token_with_any_bit_turned_is_refused);
    tcase_add_test(hostile, a_newer_version_and_too_much_are_told_apart);
    tcase_add_test(hostile, logs_out_of_order_or_twice_and_items_that_are_none_are_refused);
    suite_add_tcase(suite, hostile);
    tcase_add_test(plain, a_token_comes_back);
    tcase_add_test(plain, what_a_daemon_lists_fits);
    suite_add_tcase(suite, plain);
    return suite;
}
