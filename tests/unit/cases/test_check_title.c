/* SPDX-License-Identifier: Apache-2.0 */
/* A child's title holds none of its names. */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)

static struct refusal refusal;
static struct story *s;

static enum admission checked(uint32_t op)
{
    const struct case_state *state = NULL;
    uint32_t count = s->count;

    s->count = op; /* what was there before it */
    if (op > 0)
        state = story_fold(s);
    s->count = count;
    memset(&refusal, 0, sizeof(refusal));
    return story_check(s, state, op, &refusal);
}

static bool is_refused(uint32_t op, const char *where)
{
    bool refused = checked(op) == ADMIT_REFUSED;

    if (refused) {
        ck_assert_int_eq(refusal.code, CW_REFUSED_VALUE);
        ck_assert_str_eq(refusal.where, where);
        ck_assert_msg(strstr(refusal.text, "Child M") != NULL, "%s", refusal.text);
    }
    return refused;
}

/* A child that is opened with all three. */
static bool opens_refused(const char *title, const char *given, const char *family)
{
    s = story_open(KIND_CHILD, "NTH", MCET_);
    story_text(s, 0, FIELD_TITLE, title);
    story_text(s, 0, FIELD_GIVEN_NAMES, given);
    story_text(s, 0, FIELD_FAMILY_NAME, family);
    return is_refused(0, "title");
}

START_TEST(a_title_with_a_name_in_it_is_refused)
{
    ck_assert(opens_refused("Quillan, missing again", "Quillan", "Ostrabel"));
    ck_assert(opens_refused("QUILLAN missing", "Quillan", "Ostrabel"));
    ck_assert(opens_refused("Missing: ostrabel", "Quillan", "Ostrabel"));
    ck_assert(opens_refused("Child Fentho", "Mara Fentho", "Ostrabel"));
    ck_assert(opens_refused("Child Ostra", "Quillan", "Ostra-Bel"));
    ck_assert(opens_refused("Child Zoretta", "Zor\xc3\xa9tta", "Ostrabel"));
    ck_assert(!opens_refused("Child M, repeat missing", "Quillan", "Ostrabel"));
    ck_assert(!opens_refused("Quillanworth Road", "Quillan", "Ostrabel")); /* a word, whole */
    ck_assert(!opens_refused("Al at the station", "Al", "Bo"));            /* too short to tell from words */
}
END_TEST

START_TEST(a_title_is_looked_at_beside_the_names_that_are_known)
{
    uint32_t op;

    s = story_open(KIND_CHILD, "NTH", MCET_);
    story_text(s, 0, FIELD_TITLE, "Child M");
    story_set_text(s, "NTH", MCET_, FIELD_FAMILY_NAME, "Ostrabel");
    ck_assert(is_refused(story_set_text(s, "NTH", MCET_, FIELD_TITLE, "Ostrabel girl"), "title"));
    s->count--;
    op = story_set_text(s, "NTH", MCET_, FIELD_TITLE, "Ostrabel girl");
    story_text(s, op, FIELD_FAMILY_NAME, "Fenthogrove"); /* and another name is said with it */
    ck_assert(!is_refused(op, "title"));
    s->count--;
    ck_assert(!is_refused(story_set_text(s, "NTH", MCET_, FIELD_TITLE, "Child N"), "title"));
}
END_TEST

START_TEST(a_name_that_stands_in_the_title_is_refused)
{
    uint32_t op;

    s = story_open(KIND_CHILD, "NTH", MCET_);
    story_text(s, 0, FIELD_TITLE, "Quillan at Dunmarsh");
    ck_assert(is_refused(story_set_text(s, "NTH", MCET_, FIELD_GIVEN_NAMES, "Quillan"), "given_names"));
    s->count--;
    op = story_set_text(s, "NTH", MCET_, FIELD_GIVEN_NAMES, "Quillan");
    story_text(s, op, FIELD_TITLE, "Child M");
    ck_assert(!is_refused(op, "title"));
    s->count--; /* the title is the owner's, and what others know of the child is not kept out for it */
    ck_assert(!is_refused(story_set_text(s, "WST", MCET_, FIELD_GIVEN_NAMES, "Quillan"), "given_names"));
}
END_TEST

START_TEST(titles_of_other_records_are_as_they_are)
{
    s = story_open(KIND_LINE, "NTH", MCET_);
    story_text(s, 0, FIELD_TITLE, "Line Quillan");
    ck_assert(!is_refused(story_set_text(s, "NTH", MCET_, FIELD_TITLE, "Line Ostrabel"), "title"));
}
END_TEST

Suite *suite_check_title(void);
Suite *suite_check_title(void)
{
    Suite *suite = suite_create("cases/check_title");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_title_with_a_name_in_it_is_refused);
    tcase_add_test(all, a_title_is_looked_at_beside_the_names_that_are_known);
    tcase_add_test(all, a_name_that_stands_in_the_title_is_refused);
    tcase_add_test(all, titles_of_other_records_are_as_they_are);
    suite_add_tcase(suite, all);
    return suite;
}
