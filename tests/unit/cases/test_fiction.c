/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/check_parts.h"
#include "proto/schema.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Invented and real phones and plates never share a network (DOMAIN.md, scenario 26). */

Suite *suite_fiction(void);

static bool is_taken(uint32_t field, const char *text, bool synthetic)
{
    struct refusal why = {0};
    enum cw_err err = cases_check_fiction(schema_field(field), slice_of(text), synthetic, &why);

    ck_assert(err == CW_OK || err == CW_REFUSED_SYNTHETIC);
    ck_assert(err == CW_OK || why.text[0] != '\0');
    return err == CW_OK;
}

/* Belongs to a test network alone, to any other alone, or to both. */
static bool is_invented(uint32_t field, const char *text)
{
    return is_taken(field, text, true) && !is_taken(field, text, false);
}

static bool may_be_real(uint32_t field, const char *text)
{
    return !is_taken(field, text, true) && is_taken(field, text, false);
}

static bool is_neither(uint32_t field, const char *text)
{
    return is_taken(field, text, true) && is_taken(field, text, false);
}

/* Real-looking numbers are put together here, so that none stands in the sources. */
static const char *number(const char *head, const char *tail)
{
    static char text[64];

    snprintf(text, sizeof text, "%s%s", head, tail);
    return text;
}

START_TEST(a_phone_is_invented_or_may_be_somebodys)
{
    ck_assert(is_invented(FIELD_PHONE, "07700 900123"));
    ck_assert(is_invented(FIELD_PHONE, "+44 7700 900999"));
    ck_assert(is_invented(FIELD_PHONE, "0044 7700 900000"));
    ck_assert(is_invented(FIELD_PHONE, "020 7946 0123"));
    ck_assert(is_invented(FIELD_PHONE, "0808 157 0123"));
    ck_assert(is_invented(FIELD_DEAL_NUMBERS, "01632 960123"));
    ck_assert(may_be_real(FIELD_PHONE, number("07700 9", "01000")));
    ck_assert(may_be_real(FIELD_PHONE, number("077009", "0012")));
    ck_assert(may_be_real(FIELD_PHONE, number("+1 202 ", "555 0123")));
    ck_assert(may_be_real(FIELD_PHONE, number("+44 7700 9", "0012")));
    ck_assert(is_neither(FIELD_PHONE, "101"));
}
END_TEST

START_TEST(a_phone_is_seen_in_any_text)
{
    ck_assert(is_invented(FIELD_TEXT, "rang from 07700 900123, then left"));
    ck_assert(is_invented(FIELD_TEXT, "(07700900123)"));
    ck_assert(is_invented(FIELD_SUBJECT, "M. Example +44 (0)7700 900-123"));
    ck_assert(is_invented(FIELD_TEXT, "07700 900123 2 calls"));
    ck_assert(may_be_real(FIELD_TEXT, number("rang from 07700 8", "00123 twice")));
    ck_assert(!is_taken(FIELD_TEXT, number("07700 900123 and 0044 7700 8", "00123"), true));
    ck_assert(is_invented(FIELD_TEXT, "ring 01632 960123 or 020 7946 0123"));
    ck_assert(is_invented(FIELD_TEXT, "(01632) 960123"));
    ck_assert(may_be_real(FIELD_TEXT, number("ring 0162", "2 690690")));
    ck_assert(may_be_real(FIELD_TEXT, number("ring +44 20 7", "000 0000")));
    ck_assert(
        is_neither(FIELD_TEXT, "on 01-02-2026 123, 01 02 2026 123, ZZ/012345/30, CAD 30-0142-0987, 012345678901"));
    ck_assert(is_neither(FIELD_TEXT, "at 07:30 on 07-05-2026, 123456789 pence"));
    ck_assert(is_neither(FIELD_TEXT, "x07700 800 of 1077008001234"));
    ck_assert(is_neither(FIELD_TEXT, "0770080"));
    ck_assert(is_neither(FIELD_TEXT, ""));
}
END_TEST

START_TEST(a_plate_is_seen_in_any_text)
{
    ck_assert(is_invented(FIELD_TEXT, "a grey van, KX01 ABC"));
    ck_assert(is_invented(FIELD_TEXT, "KX01ABC."));
    ck_assert(may_be_real(FIELD_TEXT, number("a grey van, KX", "51 ABC")));
    ck_assert(may_be_real(FIELD_PLACE, number("KX", "51ABC")));
    ck_assert(is_neither(FIELD_TEXT, "KX51 AB, KX5 1ABC, AKX51 ABC, KX51 ABCD, kx51 abc, KI51 ABC, ZZ26/0001"));
    ck_assert(is_neither(FIELD_TEXT, "KX51"));
}
END_TEST

/* Every beginning of such a text: nothing is read behind its end. */
START_TEST(a_text_may_end_anywhere)
{
    static const char text[] = "+44 (0)7700 900123 KX01 ABC 0044 7700 900-123";
    struct refusal why;

    for (size_t len = 0; len < sizeof text; len++) {
        char *copy = malloc(len + 1);

        memcpy(copy, text, len);
        ck_assert_int_eq(cases_check_fiction(schema_field(FIELD_TEXT), slice(copy, len), true, &why), CW_OK);
        (void)cases_check_fiction(schema_field(FIELD_PHONE), slice(copy, len), true, &why);
        free(copy);
    }
}
END_TEST

Suite *suite_fiction(void)
{
    Suite *suite = suite_create("fiction");
    TCase *t = tcase_create("fiction");

    tcase_add_test(t, a_phone_is_invented_or_may_be_somebodys);
    tcase_add_test(t, a_phone_is_seen_in_any_text);
    tcase_add_test(t, a_plate_is_seen_in_any_text);
    tcase_add_test(t, a_text_may_end_anywhere);
    suite_add_tcase(suite, t);
    return suite;
}
