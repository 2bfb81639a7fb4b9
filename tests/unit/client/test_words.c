/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/words.h"

#include <check.h>
#include <ctype.h>
#include <string.h>

Suite *suite_words(void);

static struct hash counting(void)
{
    struct hash h;

    for (size_t i = 0; i < ID_LEN; i++)
        h.b[i] = (uint8_t)(i * 21);
    return h;
}

START_TEST(no_two_words_begin_alike)
{
    for (int i = 0; i < 256; i++) {
        const char *word = word_of((uint8_t)i);

        ck_assert_uint_ge(strlen(word), 4);
        ck_assert_uint_le(strlen(word), 10);
        for (const char *c = word; *c != '\0'; c++)
            ck_assert(islower((unsigned char)*c));
        for (int k = 0; k < i; k++)
            ck_assert_msg(strncmp(word, word_of((uint8_t)k), 4) != 0, "%s and %s", word, word_of((uint8_t)k));
    }
}
END_TEST

START_TEST(words_fit_and_are_one_for_each_byte)
{
    struct hash h = counting();
    char text[WORDS_LEN_MAX];
    size_t spaces = 0;

    words_of(&h, text);
    for (const char *c = text; *c != '\0'; c++)
        spaces += *c == ' ';
    ck_assert_uint_eq(spaces, WORDS_COUNT - 1);
    ck_assert_uint_lt((size_t)WORDS_COUNT * 11, WORDS_LEN_MAX); /* the longest word has ten letters */
    ck_assert_int_eq(strncmp(text, word_of(0), strlen(word_of(0))), 0);
}
END_TEST

START_TEST(words_are_the_same_however_they_are_typed)
{
    struct hash h = counting();
    char text[WORDS_LEN_MAX + 8], *c;

    words_of(&h, text);
    ck_assert_uint_eq(words_differ(text, &h), 0);
    for (c = text; *c != '\0'; c++)
        *c = (char)(*c == ' ' ? '-' : toupper((unsigned char)*c));
    memcpy(c, " \n", 3);
    ck_assert_uint_eq(words_differ(text, &h), 0);
}
END_TEST

START_TEST(the_first_word_that_differs_is_named)
{
    struct hash h = counting(), other;
    char text[WORDS_LEN_MAX + 8];

    words_of(&h, text);
    for (size_t i = 0; i < WORDS_COUNT; i++) {
        other = h;
        other.b[i] ^= 1;
        ck_assert_uint_eq(words_differ(text, &other), i + 1);
    }
    *strrchr(text, ' ') = '\0';
    ck_assert_uint_eq(words_differ(text, &h), WORDS_COUNT); /* one is missing */
    words_of(&h, text);
    memcpy(text + strlen(text), " acorn", 7);
    ck_assert_uint_eq(words_differ(text, &h), WORDS_COUNT + 1);
    ck_assert_uint_eq(words_differ("", &h), 1);
}
END_TEST

Suite *suite_words(void)
{
    Suite *s = suite_create("words");
    TCase *t = tcase_create("words");

    tcase_add_test(t, no_two_words_begin_alike);
    tcase_add_test(t, words_fit_and_are_one_for_each_byte);
    tcase_add_test(t, words_are_the_same_however_they_are_typed);
    tcase_add_test(t, the_first_word_that_differs_is_named);
    suite_add_tcase(s, t);
    return s;
}
