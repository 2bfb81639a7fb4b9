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

START_TEST(a_phone_is_seen_however_it_is_parted)
{
    ck_assert(may_be_real(FIELD_TEXT, number("rang 0 7 7 0 0 8", " 0 0 1 2 3 twice")));
    ck_assert(may_be_real(FIELD_TEXT, number("07700.8", "00.123")));
    ck_assert(may_be_real(FIELD_TEXT, number("07-700-8", "00-123")));
    ck_assert(may_be_real(FIELD_TEXT, number("07 70 08 ", "00 12 3")));
    ck_assert(may_be_real(FIELD_TEXT, number("0 7700 8", "00123")));
    ck_assert(may_be_real(FIELD_TEXT, number("4477008", "00123")));
    ck_assert(is_invented(FIELD_TEXT, "0 7 7 0 0 9 0 0 1 2 3"));
    ck_assert(is_invented(FIELD_TEXT, "447700900123"));
    ck_assert(is_invented(FIELD_NUMBER, "447700900123"));
    ck_assert(may_be_real(FIELD_NUMBER, number("0.7.7.0.0.8", ".0.0.1.2.3")));
    ck_assert(may_be_real(FIELD_NUMBER, number("0   7700   8", "00123")));
    ck_assert(is_neither(FIELD_TEXT, "01.02.2030 123, 01-02-2030 915, 08.15 09.30 123, 08:15-09:30 12"));
    ck_assert(is_neither(FIELD_TEXT, "0.123 456 789, 0 1 2 3 4 5 6 7 8 9 10, 01 02 03 04 05 06 07"));
    ck_assert(is_neither(FIELD_EXTERNAL_REFS, "CRIME ZZ/012345/30"));
}
END_TEST

/* DOMAIN §12.1; put together, so that no plate that was issued stands in the sources. */
START_TEST(a_plate_of_any_format_is_seen_in_its_field)
{
    static const char *const tails[] = {"AB1", "A12", "K12", "Q12", "AIZ 123", "KX-5", "kx5", "K.X5"};
    static const char *const rests[] = {"234", "3 BCD", "3BCD", "3 ABC", "4", "1-ABC", "1abc", "1ABC"};

    for (size_t i = 0; i < CW_COUNT(tails); i++)
        ck_assert_msg(may_be_real(FIELD_PLATE, number(tails[i], rests[i])), "%s%s", tails[i], rests[i]);
    ck_assert(may_be_real(FIELD_PLATE, number("ABC 1", "23D")));
    ck_assert(may_be_real(FIELD_PLATE, number("12", "34 AB")));
    ck_assert(is_invented(FIELD_PLATE, "KX01 ABC"));
    ck_assert(is_invented(FIELD_PLATE, "kx01abc"));
    ck_assert(is_invented(FIELD_PLATE, "KX-01-ABC"));
    ck_assert(is_neither(FIELD_PLATE, ""));
}
END_TEST

START_TEST(a_plate_of_an_older_format_is_seen_in_any_text)
{
    ck_assert(may_be_real(FIELD_TEXT, number("a van, P12", "3 ABC, went by")));
    ck_assert(may_be_real(FIELD_TEXT, number("P12", "3ABC")));
    ck_assert(may_be_real(FIELD_TEXT, number("p12", "3abc")));
    ck_assert(may_be_real(FIELD_TEXT, number("Q12", "3 ABC")));
    ck_assert(may_be_real(FIELD_TEXT, number("ABC 1", "23D")));
    ck_assert(may_be_real(FIELD_TEXT, number("xbc1", "23d")));
    ck_assert(may_be_real(FIELD_TEXT, number("kx5", "1abc")));
    ck_assert(may_be_real(FIELD_TEXT, number("KX-5", "1-ABC")));
    ck_assert(may_be_real(FIELD_TEXT, number("kx-5", "1-abc")));
    ck_assert(may_be_real(FIELD_TEXT, number("KX 5", "1 ABC")));
    ck_assert(is_invented(FIELD_TEXT, "kx01abc"));
}
END_TEST

START_TEST(ordinary_words_and_numbers_are_no_plates)
{
    static const char *const said[] = {
        "on the M25 car park, off the A12 CID had it, by the A127 bus lane",
        "PC 1234 SAW HIM, collar 12 NTH, PC 12 SAW HER",
        "flat 12b, bus 12a, BUS 12A, row 4c, at 10 pm the man left",
        "in 12 day care, on 12 may, aged 15 and 16",
        "event b12fed and 3f9ac2, K7Q2M4X, MC/NTH/2026/K7Q2M4X-C",
        "cat5e cable, CAT5E, mp3s, H2O, covid19, 4x4, KX1 2AB, N1 1AA",
        "CSE 2, G20 2030, 2nd of 3, exhibit ABC/1, 30/0123456Q",
    };

    for (size_t i = 0; i < CW_COUNT(said); i++)
        ck_assert_msg(is_neither(FIELD_TEXT, said[i]), "%s", said[i]);
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
    tcase_add_test(t, a_phone_is_seen_however_it_is_parted);
    tcase_add_test(t, a_plate_of_any_format_is_seen_in_its_field);
    tcase_add_test(t, a_plate_of_an_older_format_is_seen_in_any_text);
    tcase_add_test(t, ordinary_words_and_numbers_are_no_plates);
    tcase_add_test(t, a_text_may_end_anywhere);
    suite_add_tcase(suite, t);
    return suite;
}
