/* SPDX-License-Identifier: Apache-2.0 */
/* What a child's record holds beside its episodes (DOMAIN §4.3, §4.5, §5.1, §11.2): warnings, grades, a photograph. */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define PC_ ROLE_MASK(PC)

static void ck_assert_admitted(struct story *s, const struct case_state *state, uint32_t op)
{
    memset(&story_refusal, 0, sizeof(story_refusal));
    ck_assert_msg(story_check(s, state, op, &story_refusal) == ADMIT, "%s: %s", story_refusal.where,
                  story_refusal.text);
}

static struct story *a_record(uint32_t kind, const struct case_state **state)
{
    struct story *s = story_open(kind, "NTH", MCET_ | PC_);

    *state = story_fold(s);
    return s;
}

static uint32_t flag(struct story *s, uint32_t field, int64_t code)
{
    uint32_t op = story_event(s, "NTH", PC_, EVENT_FLAGGED);

    story_write(s, op, field, VERB_ADD, (struct op_value){.type = VALUE_NUMBER, .number = code});
    return op;
}

START_TEST(a_warning_is_a_code_of_the_kind_of_record_it_stands_on)
{
    const struct case_state *state;
    struct story *s = a_record(KIND_CHILD, &state);

    ck_assert_admitted(s, state, flag(s, FIELD_VULNERABILITY, 22));
    ck_story_refused(s, state, flag(s, FIELD_VULNERABILITY, 99), CW_REFUSED_VALUE, "vulnerability");
    ck_story_refused(s, state, story_event(s, "NTH", PC_, EVENT_FLAGGED), CW_REFUSED_MISSING, "vulnerability");
    s = a_record(KIND_ADDRESS, &state);
    ck_assert_admitted(s, state, flag(s, FIELD_PREMISES_WARNINGS, 8));
    ck_story_refused(s, state, flag(s, FIELD_VULNERABILITY, 1), CW_REFUSED_MISSING, "premises_warnings");
    s = a_record(KIND_NOMINAL, &state);
    ck_assert_admitted(s, state, flag(s, FIELD_WARNINGS, 19));
}
END_TEST

START_TEST(a_warning_sets_the_flag_and_says_how_sure_it_is)
{
    const struct case_state *state;
    struct story *s = a_record(KIND_CHILD, &state);
    uint32_t op = flag(s, FIELD_VULNERABILITY, 2);

    story_number(s, op, FIELD_DEGREE, 2);
    story_number(s, op, FIELD_SOURCE_GRADE, 2);
    story_number(s, op, FIELD_INFORMATION_GRADE, 1);
    story_number(s, op, FIELD_HANDLING_CODE, 1);
    story_interval(s, op, FIELD_REVIEW_DUE, 5000, 5000);
    ck_assert_admitted(s, state, op);
    state = story_fold(s);
    ck_assert_uint_eq(state_cell(state, &scope_none, FIELD_VULNERABILITY)->value_count, 1);
    ck_assert_int_eq(story_fate(state, s, op), FATE_CURRENT);
}
END_TEST

START_TEST(what_is_graded_unreliable_or_false_is_no_warnings_only_basis)
{
    const struct case_state *state;
    struct story *s = a_record(KIND_CHILD, &state);
    uint32_t op = flag(s, FIELD_VULNERABILITY, 1);

    story_number(s, op, FIELD_SOURCE_GRADE, 3);
    story_number(s, op, FIELD_INFORMATION_GRADE, 1);
    story_number(s, op, FIELD_HANDLING_CODE, 1);
    ck_story_refused(s, state, op, CW_REFUSED_MISSING, "basis");
    story_ref(s, op, FIELD_BASIS, &(struct hash){.b = {7}});
    ck_assert_admitted(s, state, op);
}
END_TEST

START_TEST(an_older_grade_is_kept_as_it_was_written)
{
    const struct case_state *state;
    struct story *s = a_record(KIND_CHILD, &state);
    uint32_t op = story_event(s, "NTH", PC_, EVENT_INTEL_ITEM);

    story_number(s, op, FIELD_GRADE_SCHEME, 2);
    ck_story_refused(s, state, op, CW_REFUSED_MISSING, "old_grade");
    story_text(s, op, FIELD_OLD_GRADE, "B24");
    ck_assert_admitted(s, state, op);
    op = story_event(s, "NTH", PC_, EVENT_INTEL_ITEM);
    story_text(s, op, FIELD_OLD_GRADE, "B24");
    ck_story_refused(s, state, op, CW_REFUSED_VALUE, "old_grade");
}
END_TEST

START_TEST(an_order_ends_after_it_began_and_not_while_it_runs_until_further_order)
{
    const struct case_state *state;
    struct story *s = a_record(KIND_CHILD, &state);
    uint32_t op = story_event(s, "NTH", PC_, EVENT_ORDER_MADE);

    story_number(s, op, FIELD_ORDER_KIND, 9);
    story_interval(s, op, FIELD_VALID_FROM, 5000, 5000);
    story_interval(s, op, FIELD_VALID_TO, 4000, 4000);
    ck_story_refused(s, state, op, CW_REFUSED_VALUE, "valid_to");
    op = story_event(s, "NTH", PC_, EVENT_ORDER_VARIED);
    story_number(s, op, FIELD_ORDER_KIND, 9);
    story_interval(s, op, FIELD_VALID_TO, 9000, 9000);
    ck_assert_admitted(s, state, op);
    story_number(s, op, FIELD_VALID_OPEN, 1);
    ck_story_refused(s, state, op, CW_REFUSED_VALUE, "valid_open");
}
END_TEST

START_TEST(a_photograph_is_the_hash_of_what_is_kept_elsewhere)
{
    const struct case_state *state;
    struct story *s = a_record(KIND_CHILD, &state);

    ck_story_refused(s, state, story_set_text(s, "NTH", MCET_, FIELD_PHOTO, "holiday.jpg"), CW_REFUSED_VALUE, "photo");
    ck_assert_admitted(s, state,
                       story_set_text(s, "NTH", MCET_, FIELD_PHOTO,
                                      "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"));
    ck_assert((schema_field(FIELD_PHOTO)->flags & FIELD_PERSONAL) != 0);
}
END_TEST

START_TEST(a_professional_is_named_with_what_they_are)
{
    const struct case_state *state;
    struct story *s = a_record(KIND_CHILD, &state);

    ck_assert_admitted(s, state, story_add_text(s, "NTH", PC_, FIELD_PROFESSIONALS, "social_worker A. Example"));
    ck_story_refused(s, state, story_add_text(s, "NTH", PC_, FIELD_PROFESSIONALS, "A. Example"), CW_REFUSED_VALUE,
                     "professionals");
}
END_TEST

/* --- how often (DOMAIN §4.3): episode_count, episode_count_90d, REPEAT_MISSING ------------------------------------------ */

#define DAY_MS INT64_C(86400000)

static uint32_t on_day(struct story *s, uint32_t op, int64_t day)
{
    s->ops[op].head.author_time.ms = NOON + day * DAY_MS;
    return op;
}

static struct case_episodes counted(struct story *s, const struct case_state *state, int64_t day)
{
    return episodes_at(state, &s->policy, (struct cw_wall){NOON + day * DAY_MS});
}

START_TEST(episodes_of_all_divisions_are_counted_and_three_in_ninety_days_are_a_repeat)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    const struct case_state *state;

    on_day(s, 0, 0);
    on_day(s, story_event(s, "EST", PC_, EVENT_EPISODE_REPORTED), 10);
    state = story_fold(s);
    ck_assert_uint_eq(counted(s, state, 20).count, 2);
    ck_assert_uint_eq(counted(s, state, 20).recent, 2);
    ck_assert(!counted(s, state, 20).repeat);
    ck_assert_int_eq(episodes_repeat_until(state, &s->policy), 0);
    on_day(s, story_event(s, "WST", PC_, EVENT_EPISODE_REPORTED), 40);
    state = story_fold(s);
    ck_assert(counted(s, state, 40).repeat);
    ck_assert_int_eq(counted(s, state, 40).window_days, 90);
    ck_assert_int_eq(counted(s, state, 40).changes_ms, NOON + 90 * DAY_MS + 1);
    ck_assert_int_eq(episodes_repeat_until(state, &s->policy), NOON + 90 * DAY_MS + 1);
    ck_assert(counted(s, state, 90).repeat);
    ck_assert(!counted(s, state, 91).repeat);
    ck_assert_uint_eq(counted(s, state, 91).recent, 2);
    ck_assert_uint_eq(counted(s, state, 500).recent, 0);
    ck_assert_uint_eq(counted(s, state, 500).count, 3);
}
END_TEST

START_TEST(what_was_reported_in_error_is_no_episode_of_the_count)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t error;
    const struct case_state *state;

    on_day(s, 0, 0);
    error = on_day(s, story_event(s, "NTH", ROLE_MASK(SUP), EVENT_EPISODE_CANCELLED), 1);
    story_text(s, error, FIELD_REASON, "at football");
    on_day(s, story_event(s, "NTH", PC_, EVENT_EPISODE_REPORTED), 2);
    on_day(s, story_event(s, "NTH", PC_, EVENT_EPISODE_REPORTED), 3);
    state = story_fold(s);
    ck_assert_uint_eq(counted(s, state, 4).count, 2);
    ck_assert(!counted(s, state, 4).repeat);
}
END_TEST

Suite *suite_record(void);
Suite *suite_record(void)
{
    Suite *suite = suite_create("cases/record");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_warning_is_a_code_of_the_kind_of_record_it_stands_on);
    tcase_add_test(all, a_warning_sets_the_flag_and_says_how_sure_it_is);
    tcase_add_test(all, what_is_graded_unreliable_or_false_is_no_warnings_only_basis);
    tcase_add_test(all, an_older_grade_is_kept_as_it_was_written);
    tcase_add_test(all, an_order_ends_after_it_began_and_not_while_it_runs_until_further_order);
    tcase_add_test(all, a_photograph_is_the_hash_of_what_is_kept_elsewhere);
    tcase_add_test(all, a_professional_is_named_with_what_they_are);
    tcase_add_test(all, episodes_of_all_divisions_are_counted_and_three_in_ninety_days_are_a_repeat);
    tcase_add_test(all, what_was_reported_in_error_is_no_episode_of_the_count);
    suite_add_tcase(suite, all);
    return suite;
}
