/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/cursor.h"
#include "tests/unit/proto/samples.h"

#include <check.h>

#define LOGS 5

static uint8_t made[CURSOR_LEN_MAX + 64], changed[CURSOR_LEN_MAX + 64], again[CURSOR_LEN_MAX + 64];
static uint8_t arena_memory[1 << 20];
static struct position logs[CURSOR_LOGS_MAX], authority[2];

static void fill_positions(struct position *at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sample_fill(&at[i].log, ID_LEN, 1);
        at[i].log.b[0] = (uint8_t)(i >> 8);
        at[i].log.b[1] = (uint8_t)i;
        at[i].seq = 1000 + i;
        sample_fill(&at[i].seal, ID_LEN, 2);
    }
}

static struct cursor sample(uint32_t log_count)
{
    struct cursor c = {.authority_count = 2, .authority = authority, .log_count = log_count, .logs = logs};

    fill_positions(logs, log_count);
    fill_positions(authority, 2);
    sample_fill(&c.network, ID_LEN, 3);
    sample_fill(&c.reader, ID_LEN, 4);
    return c;
}

static struct cw_slice encode(const struct cursor *c)
{
    struct writer w = writer_over(made, sizeof made);

    cursor_encode(c, &w);
    ck_assert(!w.failed);
    return slice(made, w.len);
}

static enum cw_err parse(struct cw_slice bytes, struct cursor *out)
{
    struct arena arena = arena_over(arena_memory, sizeof arena_memory);

    return cursor_parse(bytes, &arena, out);
}

START_TEST(a_cursor_cut_anywhere_is_refused)
{
    struct cursor c = sample(LOGS), back;
    struct cw_slice whole = encode(&c);

    for (size_t cut = 0; cut < whole.len; cut++)
        ck_assert_int_ne(parse(slice(whole.data, cut), &back), CW_OK);
}
END_TEST

/* The check covers everything: no turned bit passes, a version bit least of all silently. */
START_TEST(a_cursor_with_any_bit_turned_is_refused)
{
    struct cursor c = sample(LOGS), back;
    struct cw_slice whole = encode(&c);

    memcpy(changed, whole.data, whole.len);
    for (size_t bit = 0; bit < 8 * whole.len; bit++) {
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_int_ne(parse(slice(changed, whole.len), &back), CW_OK);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}
END_TEST

START_TEST(a_cursor_of_a_newer_version_says_so_whatever_else_it_holds)
{
    const uint8_t newer[] = {0x08, 0x02, 0xfa, 0x01, 0x03, 'n', 'e', 'w'};
    struct cursor back;

    ck_assert_int_eq(parse(slice(newer, sizeof newer), &back), CW_REFUSED_VERSION);
}
END_TEST

START_TEST(nothing_and_too_much_are_refused)
{
    struct cursor back;

    memset(changed, 0, sizeof changed);
    ck_assert_int_eq(parse(slice(NULL, 0), &back), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(parse(slice(changed, CURSOR_LEN_MAX + 1), &back), CW_REFUSED_SIZE);
}
END_TEST

/* Two places in one log would make it a matter of taste which one counts. */
START_TEST(logs_out_of_order_or_twice_are_refused)
{
    struct cursor c = sample(LOGS), back;

    logs[3] = logs[2];
    ck_assert_int_eq(parse(encode(&c), &back), CW_REFUSED_MALFORMED);
    c = sample(LOGS);
    logs[0].log.b[0] = 0xff;
    ck_assert_int_eq(parse(encode(&c), &back), CW_REFUSED_MALFORMED);
    c = sample(LOGS);
    authority[1] = authority[0];
    ck_assert_int_eq(parse(encode(&c), &back), CW_REFUSED_MALFORMED);
}
END_TEST

START_TEST(a_cursor_comes_back)
{
    struct cursor c = sample(LOGS), back;
    struct writer w = writer_over(again, sizeof again);

    c.has_sweep = _i == 1;
    if (c.has_sweep)
        sample_fill(&c.sweep, ID_LEN, 5);
    logs[1].seq = 0;
    memset(&logs[1].seal, 0, ID_LEN);
    struct cw_slice bytes = encode(&c);
    ck_assert_int_eq(parse(bytes, &back), CW_OK);
    ck_assert(ID_EQ(&back.network, &c.network) && ID_EQ(&back.reader, &c.reader));
    ck_assert_uint_eq(back.log_count, LOGS);
    ck_assert_mem_eq(back.logs, logs, sizeof *logs * LOGS);
    ck_assert_mem_eq(back.authority, authority, sizeof *authority * 2);
    ck_assert(back.has_sweep == c.has_sweep && ID_EQ(&back.sweep, &c.sweep));
    cursor_encode(&back, &w);
    ck_assert(slice_eq(slice(again, w.len), bytes));
}
END_TEST

START_TEST(what_does_not_fit_fails_the_writer)
{
    struct cursor c = sample(CURSOR_LOGS_MAX);
    struct writer w = writer_over(made, sizeof made);

    cursor_encode(&c, &w);
    ck_assert(w.failed);
    c.log_count = 800;
    w = writer_over(made, sizeof made);
    cursor_encode(&c, &w);
    ck_assert(!w.failed && w.len < CURSOR_LEN_MAX);
}
END_TEST

START_TEST(no_cursor_hashes_to_zero_and_others_do_not)
{
    struct cursor c = sample(LOGS);
    struct hash hash;

    cursor_hash(slice(NULL, 0), &hash);
    ck_assert(ID_IS_ZERO(&hash));
    cursor_hash(encode(&c), &hash);
    ck_assert(!ID_IS_ZERO(&hash));
}
END_TEST

Suite *suite_cursor(void);
Suite *suite_cursor(void)
{
    Suite *suite = suite_create("proto/cursor");
    TCase *hostile = tcase_create("hostile"), *plain = tcase_create("plain");

    tcase_add_test(hostile, a_cursor_cut_anywhere_is_refused);
    tcase_add_test(hostile, a_cursor_with_any_bit_turned_is_refused);
    tcase_add_test(hostile, a_cursor_of_a_newer_version_says_so_whatever_else_it_holds);
    tcase_add_test(hostile, nothing_and_too_much_are_refused);
    tcase_add_test(hostile, logs_out_of_order_or_twice_are_refused);
    suite_add_tcase(suite, hostile);
    tcase_add_loop_test(plain, a_cursor_comes_back, 0, 2);
    tcase_add_test(plain, what_does_not_fit_fails_the_writer);
    tcase_add_test(plain, no_cursor_hashes_to_zero_and_others_do_not);
    suite_add_tcase(suite, plain);
    return suite;
}
