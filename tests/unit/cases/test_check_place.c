/* SPDX-License-Identifier: Apache-2.0 */
/* What names no episode is of the first, and is not taken for it while that is over and another goes on. */
#include "tests/unit/cases/story.h"

#define PC_ ROLE_MASK(PC)
#define SUP_ ROLE_MASK(SUP)
#define MCET_ ROLE_MASK(MCET)

enum { HIGH = 4, PROBABLE = 2, NONE_KNOWN = 1 };

static struct refusal refusal;
static struct story *s;
static uint32_t cancelled, report;
static struct hash second;

/* The first episode was cancelled, and the child reported missing again. */
static void begin(void)
{
    s = story_child_missing();
    cancelled = story_said(s, "NTH", SUP_, EVENT_EPISODE_CANCELLED, 30);
    report = story_said(s, "NTH", MCET_, EVENT_EPISODE_REPORTED, 60);
    second = story_event_id(s, report);
}

/* The newest op, by what was there before it; it is not kept. */
static enum admission checked(uint32_t op)
{
    const struct case_state *state;
    enum admission admission;

    s->count = op;
    state = story_fold(s);
    s->count = op + 1;
    memset(&refusal, 0, sizeof(refusal));
    admission = story_check(s, state, op, &refusal);
    s->count = op;
    return admission;
}

static void ck_assert_placed(uint32_t op, const char *where)
{
    char report_digits[9];

    hex_of(slice(second.b, 4), report_digits);
    ck_assert_int_eq(checked(op), ADMIT_REFUSED);
    ck_assert_msg(refusal.code == CW_REFUSED_TRANSITION, "%s: %s", refusal.where, refusal.text);
    ck_assert_str_eq(refusal.where, where);
    ck_assert_msg(strstr(refusal.text, report_digits) != NULL && strstr(refusal.text, "cancelled") != NULL &&
                      strstr(refusal.text, "reported") != NULL,
                  "%s", refusal.text);
}

static void ck_assert_admitted(uint32_t op)
{
    ck_assert_msg(checked(op) == ADMIT, "%s: %s", refusal.where, refusal.text);
}

static uint32_t assess(void)
{
    uint32_t op = story_said(s, "NTH", PC_, EVENT_RISK_ASSESSMENT, 61),
             write = story_number(s, op, FIELD_MISSING_RISK, HIGH);

    story_at(s, op)->writes[write].has_max = true;
    story_at(s, op)->writes[write].max_value = HIGH;
    story_text(s, op, FIELD_RATIONALE, "No coat");
    return op;
}

static uint32_t sight(int64_t minutes)
{
    uint32_t op = story_said(s, "NTH", PC_, EVENT_SIGHTING, 61);
    int64_t at = NOON + minutes * MINUTE_MS;

    story_number(s, op, FIELD_CONFIDENCE, PROBABLE);
    story_interval(s, op, FIELD_OCCURRED, at, at);
    return op;
}

START_TEST(nothing_of_a_search_is_said_of_an_episode_that_is_over_unawares)
{
    uint32_t op, worn;

    begin();
    ck_assert_placed(assess(), "risk_assessment");
    ck_assert_placed(sight(60), "sighting");
    op = story_said(s, "NTH", SUP_, EVENT_HYPOTHESIS, 61);
    story_text(s, op, FIELD_TEXT, "With friends at the coast");
    ck_assert_placed(op, "hypothesis");
    op = story_dated(s, story_set_text(s, "NTH", PC_, FIELD_CLOTHING, "Red coat"), 61);
    ck_assert_placed(op, "clothing");
    worn = story_dated(s, story_set_text(s, "NTH", PC_, FIELD_CLOTHING, "Blue coat"), 1); /* of the first, in time */
    op = story_dated(s, story_set_text(s, "NTH", PC_, FIELD_CLOTHING, "Red coat"), 61);
    story_names(s, op, 0, worn, 0);
    ck_assert_placed(op, "clothing");
}
END_TEST

START_TEST(what_names_the_episode_that_goes_on_is_taken)
{
    uint32_t op;

    begin();
    op = assess();
    story_scope(s, op, &second);
    ck_assert_admitted(op);
    op = story_dated(s, story_set_text(s, "NTH", PC_, FIELD_CLOTHING, "Red coat"), 61);
    story_scope(s, op, &second);
    ck_assert_admitted(op);
}
END_TEST

START_TEST(what_is_told_of_an_ended_episode_is_taken_for_it)
{
    uint32_t op, seen;

    s = story_child_missing();
    seen = sight(10);
    story_at(s, seen)->head.author_time.ms = NOON + 11 * MINUTE_MS;
    cancelled = story_said(s, "NTH", SUP_, EVENT_EPISODE_CANCELLED, 30);
    report = story_said(s, "NTH", MCET_, EVENT_EPISODE_REPORTED, 60);
    second = story_event_id(s, report);
    ck_assert_admitted(sight(10)); /* told late */
    op = sight(10);
    story_corrects(s, op, seen);
    ck_assert_admitted(op);
    op = story_op(s, "NTH", MCET_, OP_SET);
    story_write(s, op, FIELD_HARM, VERB_ADD, (struct op_value){.type = VALUE_NUMBER, .number = NONE_KNOWN});
    ck_assert_admitted(story_dated(s, op, 61));
    op = story_said(s, "NTH", PC_, EVENT_NOTE, 61); /* of the case */
    story_text(s, op, FIELD_TEXT, "Gone again");
    ck_assert_admitted(op);
}
END_TEST

START_TEST(the_first_is_meant_while_it_is_live_or_no_other_is)
{
    s = story_child_missing();
    report = story_said(s, "NTH", MCET_, EVENT_EPISODE_REPORTED, 60);
    ck_assert_admitted(assess());
    s = story_child_missing();
    cancelled = story_said(s, "NTH", SUP_, EVENT_EPISODE_CANCELLED, 30);
    ck_assert_admitted(sight(60));
}
END_TEST

Suite *suite_check_place(void);
Suite *suite_check_place(void)
{
    Suite *suite = suite_create("cases/check_place");
    TCase *all = tcase_create("all");

    tcase_add_test(all, nothing_of_a_search_is_said_of_an_episode_that_is_over_unawares);
    tcase_add_test(all, what_names_the_episode_that_goes_on_is_taken);
    tcase_add_test(all, what_is_told_of_an_ended_episode_is_taken_for_it);
    tcase_add_test(all, the_first_is_meant_while_it_is_live_or_no_other_is);
    suite_add_tcase(suite, all);
    return suite;
}
