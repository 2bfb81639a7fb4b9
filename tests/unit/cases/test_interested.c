/* SPDX-License-Identifier: Apache-2.0 */
/* Interested divisions (DOMAIN §8.8): divisions that there are, and none is dropped in silence. */
#include "tests/unit/cases/story.h"

#define SUP_ ROLE_MASK(SUP)

Suite *suite_interested(void);

static struct story *s;
static uint32_t added;

static void begin(void)
{
    static struct cw_slice network[3];

    network[0] = slice_of("EST");
    network[1] = slice_of("NTH");
    network[2] = slice_of("WST");
    s = story_open(KIND_CHILD, "NTH", SUP_);
    s->divisions = network;
    s->division_count = CW_COUNT(network);
    added = story_add_text(s, "EST", SUP_, FIELD_INTERESTED, "WST");
}

/* A decision by which it goes, with its reason; not folded. */
static uint32_t decision(const char *division)
{
    uint32_t op = story_event(s, division, SUP_, EVENT_DECISION);

    story_text(s, op, FIELD_DECISION, "WST is off the list");
    story_text(s, op, FIELD_RATIONALE, "sells nothing there any more");
    story_write(s, op, FIELD_INTERESTED, VERB_REMOVE, (struct op_value){.type = VALUE_NONE});
    story_names(s, op, 2, added, 0);
    s->count--;
    return op;
}

START_TEST(a_division_that_there_is_not_is_not_put_on_the_list)
{
    uint32_t op;

    begin();
    ck_assert_int_eq(story_check(s, story_fold(s), added, &story_refusal), ADMIT);
    op = story_add_text(s, "EST", SUP_, FIELD_INTERESTED, "XYZ");
    ck_story_refused(s, story_fold(s), op, CW_REFUSED_VALUE, "interested");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "EST, NTH, WST"));
}
END_TEST

START_TEST(the_owner_alone_takes_one_off_and_says_why)
{
    uint32_t op;

    begin();
    ck_story_refused(s, story_fold(s), decision("EST"), CW_REFUSED_DIVISION, "interested");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "NTH"));
    ck_assert_int_eq(story_check(s, story_fold(s), decision("NTH"), &story_refusal), ADMIT);
    op = story_remove(s, "NTH", SUP_, FIELD_INTERESTED, added);
    ck_story_refused(s, story_fold(s), op, CW_REFUSED_MISSING, "interested");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "--why"));
}
END_TEST

/* An add that names what it replaces takes that off as well. */
START_TEST(nobody_takes_one_off_by_adding_another)
{
    uint32_t op;

    begin();
    op = story_add_text(s, "NTH", SUP_, FIELD_INTERESTED, "EST");
    story_names(s, op, 0, added, 0);
    ck_story_refused(s, story_fold(s), op, CW_REFUSED_MISSING, "interested");
    op = story_add_text(s, "EST", SUP_, FIELD_INTERESTED, "WST"); /* the same again */
    story_names(s, op, 0, added, 0);
    ck_assert_int_eq(story_check(s, story_fold(s), op, &story_refusal), ADMIT);
}
END_TEST

START_TEST(a_division_stays_while_a_duty_that_it_began_runs)
{
    uint32_t assessed;

    begin();
    assessed = story_event(s, "WST", SUP_, EVENT_RISK_ASSESSMENT); /* it is looked at again, says M2 */
    story_number(s, assessed, FIELD_MISSING_RISK, 3);
    ck_story_refused(s, story_fold(s), decision("NTH"), CW_REFUSED_TRANSITION, "interested");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "WST"));
    story_at(s, assessed)->head.division = slice_of("EST");
    ck_assert_int_eq(story_check(s, story_fold(s), decision("NTH"), &story_refusal), ADMIT);
}
END_TEST

Suite *suite_interested(void)
{
    Suite *suite = suite_create("cases/interested");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_division_that_there_is_not_is_not_put_on_the_list);
    tcase_add_test(all, the_owner_alone_takes_one_off_and_says_why);
    tcase_add_test(all, nobody_takes_one_off_by_adding_another);
    tcase_add_test(all, a_division_stays_while_a_duty_that_it_began_runs);
    suite_add_tcase(suite, all);
    return suite;
}
