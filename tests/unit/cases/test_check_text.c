/* SPDX-License-Identifier: Apache-2.0 */
/* Texts at the door: too long, not clean, not of their form, marked above what this system holds, or showing nothing. */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define CLC_ ROLE_MASK(CLC)

START_TEST(a_text_that_is_too_long_or_not_clean_is_refused)
{
    const struct case_state *state;
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    static const char turned[] = {'a', (char)0xe2, (char)0x80, (char)0xae, 'b', '\0'}; /* U+202E */
    char text[82];

    story_text(s, 0, FIELD_TITLE, "episode north 1");
    state = story_fold(s);
    memset(text, 'a', sizeof(text));
    text[81] = '\0';
    ck_assert_int_eq(story_check(s, state, story_set_text(s, "NTH", MCET_, FIELD_TITLE, text), &story_refusal),
                     ADMIT_REFUSED);
    text[80] = '\0';
    ck_assert_int_eq(story_check(s, state, story_set_text(s, "NTH", MCET_, FIELD_TITLE, text), &story_refusal), ADMIT);
    ck_assert_int_eq(story_check(s, state, story_set_text(s, "NTH", MCET_, FIELD_TITLE, "two\nlines"), &story_refusal),
                     ADMIT_REFUSED);
    ck_assert_int_eq(
        story_check(s, state, story_set_text(s, "NTH", MCET_, FIELD_SUMMARY, "two\nlines"), &story_refusal), ADMIT);
    ck_assert_int_eq(story_check(s, state, story_set_text(s, "NTH", MCET_, FIELD_SUMMARY, "\xff\xfe"), &story_refusal),
                     ADMIT_REFUSED);
    ck_assert_int_eq(story_check(s, state, story_set_text(s, "NTH", MCET_, FIELD_SUMMARY, turned), &story_refusal),
                     ADMIT_REFUSED);
}
END_TEST

START_TEST(forms_are_kept)
{
    const struct case_state *state;
    struct story *s = story_open(KIND_LINE, "NTH", CLC_);

    state = story_fold(s);
    ck_story_refused(s, state, story_add_text(s, "NTH", CLC_, FIELD_DEAL_NUMBERS, "call me"), CW_REFUSED_VALUE,
                     "deal_numbers");
    ck_assert_int_eq(
        story_check(s, state, story_add_text(s, "NTH", CLC_, FIELD_DEAL_NUMBERS, "+44 7700 900123"), &story_refusal),
        ADMIT);
    ck_story_refused(s, state, story_add_text(s, "NTH", CLC_, FIELD_EXTERNAL_REFS, "PARISH 12"), CW_REFUSED_VALUE,
                     "external_refs");
    ck_story_refused(s, state, story_add_text(s, "NTH", CLC_, FIELD_EXTERNAL_REFS, "CRIME zz/1"), CW_REFUSED_VALUE,
                     "external_refs");
    ck_story_refused(s, state, story_add_text(s, "NTH", CLC_, FIELD_EXTERNAL_REFS, "CRIME"), CW_REFUSED_VALUE,
                     "external_refs");
    ck_assert_int_eq(story_check(s, state, story_add_text(s, "NTH", CLC_, FIELD_EXTERNAL_REFS, "CRIME ZZ/012345/30"),
                                 &story_refusal),
                     ADMIT);
    ck_story_refused(s, state, story_add_text(s, "NTH", CLC_, FIELD_TAGS, ""), CW_REFUSED_VALUE, "tags");
}
END_TEST

START_TEST(a_marking_is_refused_and_the_word_is_not)
{
    static const char *const marked[] = {"SECRET",
                                         "TOP SECRET",
                                         "secret",
                                         "Top Secret",
                                         "  SECRET  ",
                                         "*** SECRET ***",
                                         "[TOP SECRET]",
                                         "UK SECRET",
                                         "SECRET - UK EYES ONLY",
                                         "SECRET UK EYES ONLY",
                                         "TOP SECRET STRAP1",
                                         "Classification: SECRET",
                                         "NATO SECRET",
                                         "SECRET//REL TO",
                                         "text\n\nTOP SECRET\nmore",
                                         "MARKING: TOP SECRET",
                                         "SECRET // NOFORN",
                                         "SECRET - LOCSEN",
                                         "SECRET - LOCSEN // REL GBR",
                                         "SECRET LOCSEN UK",
                                         "Marked: SECRET",
                                         "Markings: SECRET",
                                         "Classified SECRET",
                                         "CONFIDENTIAL",
                                         "UK CONFIDENTIAL",
                                         "Marked: CONFIDENTIAL",
                                         "Marking: Secret",
                                         "Protectively marked: Secret",
                                         "PROTECTIVELY MARKED - SECRET UK EYES ONLY",
                                         "S E C R E T",
                                         "T O P  S E C R E T",
                                         "S.E.C.R.E.T - UK EYES ONLY",
                                         "Protectively marked: s e c r e t",
                                         "SE\u200dCRET",
                                         "SE\u00adCRET",
                                         "\ufeffSECRET",
                                         "S\u0336E\u0336CRET",
                                         "\uff33\uff25\uff23\uff32\uff25\uff34",
                                         "\uff34\uff2f\uff30\u3000\uff33\uff25\uff23\uff32\uff25\uff34",
                                         "\u0405\u0415\u0421R\u0415\u0422",
                                         "\U0001d412\U0001d404\U0001d402\U0001d411\U0001d404\U0001d413",
                                         "\u00a0\u2014 SECRET \u2014",
                                         "SECRET \u2013 UK EYES ONLY"};
    static const char *const spoken[] = {"a secret",
                                         "SECRETARY",
                                         "Secret: he told his sister",
                                         "It is top secret, she said",
                                         "The SECRET place by the canal",
                                         "SECRET SANTA",
                                         "Confidential",
                                         "PRIVATE AND CONFIDENTIAL",
                                         "CONFIDENTIAL HELPLINE",
                                         "SECRET - HE TOLD NOBODY",
                                         "marked as no secret",
                                         "OFFICIAL-SENSITIVE",
                                         "",
                                         "secret admirer",
                                         "TOP OF THE HILL",
                                         "it is a secret place",
                                         "Protectively marked: no secret",
                                         "Protectively marked: Secret place",
                                         "S E C R E T A R Y",
                                         "SECRET \u2013 he told his sister",
                                         "SECRET\u0141",
                                         "Secr\u00e8te",
                                         "\u0421\u0435\u043a\u0440\u0435\u0442",
                                         "A B C D",
                                         "no longer secret"};

    for (size_t i = 0; i < CW_COUNT(marked); i++)
        ck_assert_msg(text_is_marked_secret(slice_of(marked[i])), "%s", marked[i]);
    for (size_t i = 0; i < CW_COUNT(spoken); i++)
        ck_assert_msg(!text_is_marked_secret(slice_of(spoken[i])), "%s", spoken[i]);
}
END_TEST

/* At the door only: what was signed and sequenced with one is kept, relayed and folded as ever (text_check has no opinion). */
START_TEST(an_invisible_character_is_refused_at_the_door_and_is_no_fault_of_a_record)
{
    static const char *const hidden[] = {"a\u200bb", "a\u00adb", "\ufeffab", "a\u180eb",     "a\ufff9b",   "a\ufffbb",
                                         "a\u2060b", "a\u3164b", "a\u115fb", "a\U000e0041b", "\U000e007f", "\uffa0"};
    static const char *const blank[] = {" ", "\u200d", "\u00a0\u3000", "\u200c \ufe0f", "\u2800"};
    static const char *const good[] = {"\u0646\u06cc\u200c\u0646", "\u2764\ufe0f", "\U0001f469\u200d\U0001f467", "x"};
    const struct schema_field *field = schema_field(FIELD_SUMMARY);
    struct op_value value = {.type = (enum value_type)schema_value_type(field->type)};

    for (size_t i = 0; i < CW_COUNT(hidden); i++) {
        value.text = slice_of(hidden[i]);
        ck_assert_msg(cases_check_value(field, &value, NULL) == CW_REFUSED_TEXT, "%zu", i);
        ck_assert_msg(text_check(value.text, 80, true, "", NULL) == CW_OK, "%zu", i);
    }
    for (size_t i = 0; i < CW_COUNT(blank); i++) {
        value.text = slice_of(blank[i]);
        ck_assert_msg(cases_check_value(field, &value, NULL) == CW_REFUSED_VALUE, "%zu", i);
    }
    for (size_t i = 0; i < CW_COUNT(good); i++) {
        value.text = slice_of(good[i]);
        ck_assert_msg(cases_check_value(field, &value, NULL) == CW_OK, "%zu", i);
    }
}
END_TEST

Suite *suite_check_text(void);

Suite *suite_check_text(void)
{
    Suite *suite = suite_create("cases/check_text");
    TCase *t = tcase_create("texts");

    tcase_add_test(t, a_text_that_is_too_long_or_not_clean_is_refused);
    tcase_add_test(t, forms_are_kept);
    tcase_add_test(t, a_marking_is_refused_and_the_word_is_not);
    tcase_add_test(t, an_invisible_character_is_refused_at_the_door_and_is_no_fault_of_a_record);
    suite_add_tcase(suite, t);
    return suite;
}
