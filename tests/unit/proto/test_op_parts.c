/* SPDX-License-Identifier: Apache-2.0 */
/* What a submission holds and no write of it names. */
#include "proto/op_parts.h"

#include <check.h>

Suite *suite_op_parts(void);

#define WRITE_OF(part, index) "\x2a\x08\x08\x07\x10\x01\x18" part "\x20" index

static struct refusal why;

/* A frame with these writes, and as many parts more. */
static enum cw_err check(struct cw_slice frame, struct cw_slice one, struct cw_slice two, uint32_t count)
{
    static uint8_t memory[1 << 14];
    struct cw_slice payloads[] = {frame, one, two};
    struct arena arena = arena_over(memory, sizeof memory);
    struct op op;
    enum cw_err err;

    memset(&why, 0, sizeof why);
    ck_assert_int_eq(op_decode(payloads, count, &arena, &op, NULL), CW_OK);
    arena = arena_over(memory, sizeof memory);
    err = op_check_parts(payloads, count, &arena, &why);
    ck_assert_uint_eq(arena.used, 0);
    return err;
}

#define BYTES(text) slice((const uint8_t *)(text), sizeof(text) - 1)
#define SETS "\x08\x02"
#define SEEN "\x0a\x06\x0a\x04seen"
#define SECRET "\x0a\x08\x0a\x06SECRET"
static const struct cw_slice none = {NULL, 0};

START_TEST(what_writes_name_is_taken)
{
    ck_assert_int_eq(check(BYTES(SETS), none, none, 1), CW_OK);
    ck_assert_int_eq(check(BYTES(SETS WRITE_OF("\x01", "\x00")), BYTES(SEEN), none, 2), CW_OK);
    ck_assert_int_eq(check(BYTES(SETS WRITE_OF("\x01", "\x01") WRITE_OF("\x01", "\x00")), BYTES(SEEN SECRET), none, 2),
                     CW_OK);
    ck_assert_int_eq(check(BYTES(SETS WRITE_OF("\x02", "\x00") WRITE_OF("\x01", "\x00")), BYTES(SEEN), BYTES(SEEN), 3),
                     CW_OK);
    ck_assert_int_eq(check(BYTES(SETS WRITE_OF("\x01", "\x00") WRITE_OF("\x01", "\x00")), BYTES(SEEN), none, 2), CW_OK);
}
END_TEST

START_TEST(a_value_that_no_write_names_is_refused)
{
    ck_assert_int_eq(check(BYTES(SETS WRITE_OF("\x01", "\x00")), BYTES(SEEN SECRET), none, 2), CW_REFUSED_MALFORMED);
    ck_assert_str_eq(why.where, "parts[1]");
    ck_assert_ptr_nonnull(strstr(why.text, "value 1"));
    ck_assert_int_eq(check(BYTES(SETS WRITE_OF("\x01", "\x01")), BYTES(SECRET SEEN), none, 2), CW_REFUSED_MALFORMED);
    ck_assert_ptr_nonnull(strstr(why.text, "value 0"));
}
END_TEST

START_TEST(a_part_that_no_write_names_is_refused_whatever_it_holds)
{
    const struct cw_slice frame = BYTES(SETS WRITE_OF("\x01", "\x00"));

    ck_assert_int_eq(check(frame, BYTES(SEEN), BYTES("\xff\xfe anything"), 3), CW_REFUSED_MALFORMED);
    ck_assert_str_eq(why.where, "parts[2]");
    ck_assert_uint_gt(strlen(why.text), 0);
    ck_assert_int_eq(check(frame, BYTES(SEEN), BYTES(SECRET), 3), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(check(frame, BYTES(SEEN), none, 3), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(check(BYTES(SETS), BYTES(""), none, 2), CW_REFUSED_MALFORMED);
}
END_TEST

/* It is refused for that elsewhere. */
START_TEST(a_part_that_is_not_here_is_not_judged)
{
    ck_assert_int_eq(check(BYTES(SETS WRITE_OF("\x01", "\x00")), none, none, 2), CW_OK);
}
END_TEST

START_TEST(the_check_needs_memory_and_says_so)
{
    const struct cw_slice payloads[] = {BYTES(SETS WRITE_OF("\x01", "\x00")), BYTES(SEEN)};
    struct arena arena = arena_over(NULL, 0);

    ck_assert_int_eq(op_check_parts(payloads, 2, &arena, NULL), CW_LOCAL_MEMORY);
}
END_TEST

Suite *suite_op_parts(void)
{
    Suite *suite = suite_create("proto/op_parts");
    TCase *all = tcase_create("op_parts");

    tcase_add_test(all, what_writes_name_is_taken);
    tcase_add_test(all, a_value_that_no_write_names_is_refused);
    tcase_add_test(all, a_part_that_no_write_names_is_refused_whatever_it_holds);
    tcase_add_test(all, a_part_that_is_not_here_is_not_judged);
    tcase_add_test(all, the_check_needs_memory_and_says_so);
    suite_add_tcase(suite, all);
    return suite;
}
