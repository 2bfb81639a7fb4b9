/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a frame that stand for the whole op, at the door (docs/protocol.md §5.1). */
#include "tests/unit/cases/story.h"

#define CLC_ ROLE_MASK(CLC)

static struct story *s;

static void begin(void)
{
    s = story_open(KIND_LINE, "NTH", CLC_);
    story_text(s, 0, FIELD_TITLE, "a line");
    story_text(s, 0, FIELD_BRAND, "Juniper");
}

static void ck_taken(const struct case_state *state, uint32_t op)
{
    ck_assert_msg(story_check(s, state, op, &story_refusal) == ADMIT, "%s: %s", story_refusal.where,
                  story_refusal.text);
}

/* Of an ownership that never was its title would be a proposal for ever: a case without one. */
START_TEST(an_opening_is_of_the_first_ownership)
{
    static const uint64_t wrong[] = {2, UINT64_C(1) << 63, UINT64_MAX};

    for (size_t i = 0; i < CW_COUNT(wrong); i++) {
        story_at(s, 0)->op.epoch = wrong[i];
        ck_story_refused(s, NULL, 0, CW_REFUSED_VALUE, "epoch");
    }
    for (uint64_t epoch = 0; epoch < 2; epoch++) {
        story_at(s, 0)->op.epoch = epoch;
        ck_taken(NULL, 0);
        ck_assert_str_eq(story_shown_text(story_fold(s), FIELD_TITLE), "a line");
    }
}
END_TEST

/* Its author may have seen a hand-over that has not come here. */
START_TEST(what_is_of_a_later_ownership_is_a_proposal_within_bounds)
{
    const struct case_state *state = story_fold(s);
    uint32_t op = story_set_text(s, "NTH", CLC_, FIELD_TITLE, "another line");

    story_at(s, op)->op.epoch = 1;
    ck_taken(state, op);
    story_at(s, op)->op.epoch = UINT32_MAX;
    ck_assert_int_eq(story_check(s, state, op, &story_refusal), ADMIT_PROPOSAL);
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "not known here"));
    story_at(s, op)->op.epoch = (uint64_t)UINT32_MAX + 1;
    ck_story_refused(s, state, op, CW_REFUSED_VALUE, "epoch");
}
END_TEST

START_TEST(a_grade_is_three_that_there_are)
{
    static const uint32_t wrong[] = {UINT32_MAX, 0x000001, 0x040101, 0x010601, 0x010103, 0x010100, 0x1010101};
    static const uint32_t right[] = {0, 0x010101, 0x030502};

    for (size_t i = 0; i < CW_COUNT(wrong); i++) {
        story_at(s, 0)->op.grade = wrong[i];
        ck_story_refused(s, NULL, 0, CW_REFUSED_VALUE, "grade");
    }
    for (size_t i = 0; i < CW_COUNT(right); i++) {
        story_at(s, 0)->op.grade = right[i];
        ck_taken(NULL, 0);
    }
}
END_TEST

START_TEST(a_nature_is_one_of_its_scale)
{
    for (uint32_t nature = 0; nature < 4; nature++) {
        story_at(s, 0)->op.nature = nature;
        ck_taken(NULL, 0);
    }
    story_at(s, 0)->op.nature = 4;
    ck_story_refused(s, NULL, 0, CW_REFUSED_VALUE, "nature");
    story_at(s, 0)->op.nature = 777;
    ck_story_refused(s, NULL, 0, CW_REFUSED_VALUE, "nature");
}
END_TEST

/* A program that is newer than its daemon may say what both know. */
START_TEST(a_newer_field_table_is_taken_within_bounds)
{
    story_at(s, 0)->op.schema = SCHEMA_VERSION + 1;
    ck_taken(NULL, 0);
    story_at(s, 0)->op.schema = 65535;
    ck_taken(NULL, 0);
    story_at(s, 0)->op.schema = UINT32_C(4000000000);
    ck_story_refused(s, NULL, 0, CW_REFUSED_VALUE, "schema");
}
END_TEST

Suite *suite_check_frame(void);
Suite *suite_check_frame(void)
{
    Suite *suite = suite_create("cases/check_frame");
    TCase *all = tcase_create("check_frame");

    tcase_add_checked_fixture(all, begin, NULL);
    tcase_add_test(all, an_opening_is_of_the_first_ownership);
    tcase_add_test(all, what_is_of_a_later_ownership_is_a_proposal_within_bounds);
    tcase_add_test(all, a_grade_is_three_that_there_are);
    tcase_add_test(all, a_nature_is_one_of_its_scale);
    tcase_add_test(all, a_newer_field_table_is_taken_within_bounds);
    suite_add_tcase(suite, all);
    return suite;
}
