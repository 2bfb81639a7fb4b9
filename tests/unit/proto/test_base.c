/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base.h"
#include "proto/id.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>

START_TEST(an_arena_gives_null_when_full_and_stays_usable)
{
    uint8_t memory[64];
    struct arena a = arena_over(memory, sizeof(memory));

    ck_assert_ptr_nonnull(arena_take(&a, 60, 1));
    ck_assert_ptr_null(arena_take(&a, 5, 1));
    ck_assert_ptr_nonnull(arena_take(&a, 4, 1));
    ck_assert_ptr_null(arena_take(&a, 1, 1));
    ck_assert_ptr_nonnull(arena_take(&a, 0, 1));
}
END_TEST

START_TEST(an_arena_aligns_the_address_even_over_unaligned_memory)
{
    alignas(16) uint8_t memory[80];
    struct arena a = arena_over(memory + 3, sizeof(memory) - 3);

    for (size_t align = 1; align <= 16; align *= 2) {
        uint8_t *p = arena_take(&a, 1, align);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % align, 0);
    }
}
END_TEST

START_TEST(arena_memory_is_zeroed_also_after_a_release)
{
    uint8_t memory[32];
    struct arena a = arena_over(memory, sizeof(memory));
    size_t mark = arena_mark(&a);
    uint8_t *first = arena_take(&a, 32, 1);

    memset(first, 0xff, 32);
    arena_release(&a, mark);

    uint8_t *second = arena_take(&a, 32, 1);
    for (size_t i = 0; i < 32; i++)
        ck_assert_uint_eq(second[i], 0);
}
END_TEST

START_TEST(an_array_whose_size_overflows_is_refused)
{
    uint8_t memory[64];
    struct arena a = arena_over(memory, sizeof(memory));

    ck_assert_ptr_null(arena_array(&a, SIZE_MAX / 2 + 1, 2, 1));
    ck_assert_ptr_null(arena_array(&a, SIZE_MAX, SIZE_MAX, 8));
    ck_assert_ptr_null(arena_take(&a, SIZE_MAX, 8));
    ck_assert_uint_eq(a.used, 0);
}
END_TEST

START_TEST(an_arena_over_nothing_gives_nothing)
{
    struct arena a = arena_over(NULL, 0);

    ck_assert_ptr_null(arena_take(&a, 1, 8));
    ck_assert_ptr_null(arena_take(&a, 0, 8));
}
END_TEST

START_TEST(a_refusal_is_cut_to_its_bounds_and_gives_back_its_code)
{
    struct refusal r;
    char long_text[2 * REFUSAL_TEXT_LEN_MAX];

    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    ck_assert_int_eq(refuse(&r, CW_REFUSED_VALUE, long_text, "%s", long_text), CW_REFUSED_VALUE);
    ck_assert_uint_eq(strlen(r.text), REFUSAL_TEXT_LEN_MAX - 1);
    ck_assert_uint_eq(strlen(r.where), REFUSAL_WHERE_LEN_MAX - 1);
    ck_assert_int_eq(refuse(NULL, CW_REFUSED_SIZE, NULL, "unheard"), CW_REFUSED_SIZE);
}
END_TEST

START_TEST(time_saturates_instead_of_wrapping)
{
    struct cw_mono late = {INT64_MAX - 5};

    ck_assert_int_eq(mono_after(late, 10).ms, INT64_MAX);
    ck_assert(!mono_reached(late, CW_NEVER));
    ck_assert_int_eq(mono_earlier(late, CW_NEVER).ms, late.ms);
}
END_TEST

START_TEST(a_false_assertion_aborts)
{
    CW_ASSERT(1 + 1 == 3);
}
END_TEST

START_TEST(every_error_has_its_name_class_and_sentence)
{
#define KNOWN(name, number, class, sentence)                   \
    ck_assert_str_eq(cw_err_name(name), #name);                \
    ck_assert_str_eq(cw_err_sentence(name), sentence);         \
    ck_assert_int_eq(cw_err_class_of(name), CW_CLASS_##class); \
    ck_assert_int_eq(name, number);
    CW_ERR_TABLE(KNOWN)
#undef KNOWN
}
END_TEST

/* docs/protocol.md, for strangers. */
static const char *protocol_page(void)
{
    static char page[131072];
    FILE *in = fopen("docs/protocol.md", "r");

    ck_assert_ptr_nonnull(in);
    size_t len = fread(page, 1, sizeof page - 1, in);
    ck_assert_int_eq(fclose(in), 0);
    ck_assert_uint_lt(len, sizeof page - 1);
    page[len] = '\0';
    return page;
}

START_TEST(the_protocol_page_lists_every_error)
{
    const char *page = protocol_page();
    char row[160];

#define LISTED(name, number, class, sentence)                                     \
    snprintf(row, sizeof row, "\n| %d | `%s` | %s |\n", number, #name, sentence); \
    ck_assert_msg(strstr(page, row) != NULL, "docs/protocol.md lacks the row%s", row);
    CW_ERR_TABLE(LISTED)
#undef LISTED
}
END_TEST

START_TEST(the_protocol_page_lists_every_label)
{
    const char *page = protocol_page();

#define LISTED(name, text) ck_assert_msg(strstr(page, "`" text "`") != NULL, "docs/protocol.md lacks the label " text);
    LABEL_TABLE(LISTED)
#undef LISTED
}
END_TEST

START_TEST(an_error_number_from_elsewhere_is_of_its_hundred_and_named_unknown)
{
    enum cw_err odd = (enum cw_err)12345;

    ck_assert_str_eq(cw_err_name(odd), "CW_UNKNOWN");
    ck_assert_str_eq(cw_err_sentence(odd), "unknown error");
    ck_assert_int_eq(cw_err_class_of(odd), CW_CLASS_LOCAL);
    ck_assert_int_eq(cw_err_class_of((enum cw_err)(-1)), CW_CLASS_LOCAL);
    ck_assert_int_eq(cw_err_class_of((enum cw_err)199), CW_CLASS_REFUSED);
    ck_assert_int_eq(cw_err_class_of((enum cw_err)299), CW_CLASS_PEER);
    ck_assert_int_eq(cw_err_class_of((enum cw_err)399), CW_CLASS_AGAIN);
}
END_TEST

Suite *suite_base(void)
{
    Suite *s = suite_create("base");
    TCase *t = tcase_create("base");

    tcase_add_test(t, an_arena_gives_null_when_full_and_stays_usable);
    tcase_add_test(t, an_arena_aligns_the_address_even_over_unaligned_memory);
    tcase_add_test(t, arena_memory_is_zeroed_also_after_a_release);
    tcase_add_test(t, an_array_whose_size_overflows_is_refused);
    tcase_add_test(t, an_arena_over_nothing_gives_nothing);
    tcase_add_test(t, a_refusal_is_cut_to_its_bounds_and_gives_back_its_code);
    tcase_add_test(t, time_saturates_instead_of_wrapping);
    tcase_add_test_raise_signal(t, a_false_assertion_aborts, SIGABRT);
    tcase_add_test(t, every_error_has_its_name_class_and_sentence);
    tcase_add_test(t, the_protocol_page_lists_every_error);
    tcase_add_test(t, the_protocol_page_lists_every_label);
    tcase_add_test(t, an_error_number_from_elsewhere_is_of_its_hundred_and_named_unknown);
    suite_add_tcase(s, t);
    return s;
}
