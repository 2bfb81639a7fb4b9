/* SPDX-License-Identifier: Apache-2.0 */
/* Identifiers: hostile texts first, then every way in which people write the same one. */
#include "proto/identifier.h"
#include "tests/unit/runner.h"

#include <check.h>

typedef bool (*reading)(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX]);

/* The canonical form, or "refused". */
static const char *read_as(reading read, const char *raw)
{
    static char out[IDENTIFIER_LEN_MAX];

    return read(slice_of(raw), out) ? out : "refused";
}

START_TEST(any_bytes_of_any_length_are_answered)
{
    static const reading all[] = {identifier_phone, identifier_imei,     identifier_imsi, identifier_iccid,
                                  identifier_plate, identifier_postcode, identifier_uprn};
    static uint8_t long_text[4096];
    char out[IDENTIFIER_LEN_MAX] = "kept";

    memset(long_text, '1', sizeof(long_text));
    for (size_t i = 0; i < CW_COUNT(all); i++) {
        ck_assert(!all[i](slice(NULL, 0), out));
        ck_assert(!all[i](slice(long_text, sizeof(long_text)), out));
        ck_assert(!all[i](slice("07700\0900123", 12), out));
        ck_assert(!all[i](slice_of("\xc3\xa9\xc3\xa9"), out));
        ck_assert(!all[i](slice_of("+(0)"), out));
        ck_assert_str_eq(out, "kept");
    }
}
END_TEST

START_TEST(one_phone_number_has_one_form)
{
    static const char *const same[] = {"07700 900123",    "+44 7700 900123", "+44 (0)7700-900123", "00447700900123",
                                       "(07700) 900.123", "447700900123",    " 07700900123"};

    for (size_t i = 0; i < CW_COUNT(same); i++)
        ck_assert_str_eq(read_as(identifier_phone, same[i]), "+447700900123");
    ck_assert_str_eq(read_as(identifier_phone, "020 7946 0123"), "+442079460123");
    ck_assert_str_eq(read_as(identifier_phone, "+353 20 912 3456"), "+353209123456");
}
END_TEST

START_TEST(a_number_that_rings_nowhere_is_refused)
{
    static const char *const none[] = {"999",
                                       "7700900123",
                                       "07700 9001234",
                                       "077009",
                                       "+44 0 7700900123",
                                       "+1234567890123456",
                                       "+0447700900123",
                                       "07700 90012x",
                                       "++447700900123"};

    for (size_t i = 0; i < CW_COUNT(none); i++)
        ck_assert_msg(strcmp(read_as(identifier_phone, none[i]), "refused") == 0, "%s", none[i]);
}
END_TEST

START_TEST(handsets_and_cards_are_compared_without_what_changes)
{
    ck_assert_str_eq(read_as(identifier_imei, "00000000-123456-7"), "00000000123456");
    ck_assert_str_eq(read_as(identifier_imei, "0000000012345699"), "00000000123456");
    ck_assert_str_eq(read_as(identifier_imei, "0000000012345"), "refused");
    ck_assert_str_eq(read_as(identifier_imsi, "001 01 0000000001"), "001010000000001");
    ck_assert_str_eq(read_as(identifier_imsi, "00101000000001"), "refused");
    ck_assert_str_eq(read_as(identifier_iccid, "8900000000000000004"), "refused");
    ck_assert_str_eq(read_as(identifier_iccid, "8900000000000000003"), "8900000000000000003");
}
END_TEST

START_TEST(a_plate_is_read_as_it_is_painted)
{
    ck_assert_str_eq(read_as(identifier_plate, "kx01 abc"), "KX01ABC");
    ck_assert_str_eq(read_as(identifier_plate, "KX01-ABC"), "KX01ABC");
    ck_assert_str_eq(read_as(identifier_plate, "IX01 ABC"), "refused");
    ck_assert_str_eq(read_as(identifier_plate, "KX01 ABQ"), "refused");
    ck_assert_str_eq(read_as(identifier_plate, "Q123 KXA"), "Q123KXA");
    ck_assert_str_eq(read_as(identifier_plate, "KXIZ 1"), "KXIZ1");
    ck_assert_str_eq(read_as(identifier_plate, "ABC"), "refused");
    ck_assert_str_eq(read_as(identifier_plate, "KX01 ABCDE"), "refused");
}
END_TEST

START_TEST(a_postcode_has_the_letters_that_postcodes_have)
{
    ck_assert_str_eq(read_as(identifier_postcode, "kx1 2ab"), "KX12AB");
    ck_assert_str_eq(read_as(identifier_postcode, "JX12 3DE"), "JX123DE");
    ck_assert_str_eq(read_as(identifier_postcode, "KX1 2IB"), "refused");
    ck_assert_str_eq(read_as(identifier_postcode, "QX1 2AB"), "refused");
    ck_assert_str_eq(read_as(identifier_postcode, "KX12"), "refused");
    ck_assert_str_eq(read_as(identifier_postcode, "ZZ99 3VZ"), ""); /* no address: matches nothing */
    ck_assert_str_eq(read_as(identifier_uprn, "009999000001"), "9999000001");
    ck_assert_str_eq(read_as(identifier_uprn, "0000"), "refused");
}
END_TEST

Suite *suite_identifier(void);
Suite *suite_identifier(void)
{
    Suite *suite = suite_create("proto/identifier");
    TCase *all = tcase_create("all");

    tcase_add_test(all, any_bytes_of_any_length_are_answered);
    tcase_add_test(all, one_phone_number_has_one_form);
    tcase_add_test(all, a_number_that_rings_nowhere_is_refused);
    tcase_add_test(all, handsets_and_cards_are_compared_without_what_changes);
    tcase_add_test(all, a_plate_is_read_as_it_is_painted);
    tcase_add_test(all, a_postcode_has_the_letters_that_postcodes_have);
    suite_add_tcase(suite, all);
    return suite;
}
