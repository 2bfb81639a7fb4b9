/* SPDX-License-Identifier: Apache-2.0 */
/* The door: what ends the search for a child, and what is taken back. */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define PC_ ROLE_MASK(PC)

/* --- deaths --------------------------------------------------------------------------------------------------------- */

static const struct op_value FOUND_DECEASED = {.type = VALUE_NUMBER, .number = 4};
static const struct op_value DEATH = {.type = VALUE_NUMBER, .number = 9};

/* An episode that is active; times of what follows do not matter. */
static struct story *active_child(void)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t assessed = story_event(s, "NTH", MCET_, EVENT_RISK_ASSESSMENT);

    story_number(s, assessed, FIELD_MISSING_RISK, 4);
    story_text(s, assessed, FIELD_RATIONALE, "no coat");
    return s;
}

static uint32_t inspector(struct story *s, uint8_t who, uint32_t event)
{
    uint32_t op = story_event(s, "NTH", ROLE_MASK(INSP), event);

    memset(story_at(s, op)->head.author.b, who, ID_LEN);
    if (event == EVENT_FOUND_DEAD)
        story_interval(s, op, FIELD_OCCURRED, 5, 6);
    return op;
}

START_TEST(a_death_is_confirmed_by_somebody_else_than_who_reported_it)
{
    struct story *s = active_child();
    uint32_t early = inspector(s, 2, EVENT_FOUND_DEAD_CONFIRMED);
    const struct case_state *state;

    story_at(s, early)->head.verdict = VERDICT_VOID;
    ck_story_refused(s, story_fold(s), early, CW_REFUSED_TRANSITION, "found_dead_confirmed");
    inspector(s, 1, EVENT_FOUND_DEAD);
    uint32_t same = inspector(s, 1, EVENT_FOUND_DEAD_CONFIRMED), other = inspector(s, 2, EVENT_FOUND_DEAD_CONFIRMED);
    story_at(s, same)->head.verdict = story_at(s, other)->head.verdict = VERDICT_VOID;
    state = story_fold(s);
    ck_story_refused(s, state, same, CW_REFUSED_ROLE, "found_dead_confirmed");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "another inspector"));
    ck_assert_int_eq(story_check(s, state, other, &story_refusal), ADMIT);
}
END_TEST

START_TEST(nothing_else_ends_an_episode_in_which_a_death_is_reported)
{
    static const uint32_t ends[] = {EVENT_EPISODE_CANCELLED, EVENT_RETURNED, EVENT_RETURN_CONFIRMED,
                                    EVENT_EPISODE_CLOSED};
    struct story *s = active_child();
    uint32_t confirmed, count;

    inspector(s, 1, EVENT_FOUND_DEAD);
    count = s->count;
    for (size_t i = 0; i < CW_COUNT(ends); i++) {
        uint32_t op = inspector(s, 1, ends[i]);

        s->count = count;
        if (ends[i] == EVENT_RETURNED) {
            story_number(s, op, FIELD_HOW_KNOWN, 5);
            story_interval(s, op, FIELD_OCCURRED, 7, 8);
        } else if (ends[i] != EVENT_EPISODE_CLOSED) {
            story_text(s, op, FIELD_REASON, "seen at school");
        }
        ck_story_refused(s, story_fold(s), op, CW_REFUSED_TRANSITION, schema_event(ends[i])->name);
        ck_assert_ptr_nonnull(strstr(story_refusal.text, "confirm-death"));
        ck_assert_ptr_nonnull(strstr(story_refusal.text, "takes the report back"));
    }
    /* a return that a sighting disputes: the death that is reported then can be confirmed */
    s = active_child();
    story_number(s, inspector(s, 1, EVENT_RETURNED), FIELD_HOW_KNOWN, 5);
    story_event(s, "EST", PC_, EVENT_SIGHTING);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5);
    inspector(s, 1, EVENT_FOUND_DEAD);
    count = s->count;
    confirmed = inspector(s, 2, EVENT_FOUND_DEAD_CONFIRMED);
    s->count = count;
    ck_assert_int_eq(story_check(s, story_fold(s), confirmed, &story_refusal), ADMIT);
    s->count++;
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 8);
}
END_TEST

START_TEST(no_outcome_or_harm_says_that_a_child_is_dead_before_it_is_confirmed)
{
    struct story *s = active_child();
    uint32_t outcome = story_op(s, "NTH", ROLE_MASK(SUP), OP_SET), harm = story_op(s, "NTH", MCET_, OP_SET);
    const struct case_state *state;

    story_write(s, outcome, FIELD_OUTCOME, VERB_SET, FOUND_DECEASED);
    story_write(s, harm, FIELD_HARM, VERB_ADD, DEATH);
    story_at(s, outcome)->head.verdict = story_at(s, harm)->head.verdict = VERDICT_VOID;
    state = story_fold(s);
    ck_story_refused(s, state, outcome, CW_REFUSED_TRANSITION, "outcome");
    ck_story_refused(s, state, harm, CW_REFUSED_TRANSITION, "harm");
    inspector(s, 1, EVENT_FOUND_DEAD);
    ck_story_refused(s, story_fold(s), harm, CW_REFUSED_TRANSITION, "harm");
    inspector(s, 2, EVENT_FOUND_DEAD_CONFIRMED);
    state = story_fold(s);
    ck_assert_int_eq(story_check(s, state, outcome, &story_refusal), ADMIT);
    ck_assert_int_eq(story_check(s, state, harm, &story_refusal), ADMIT);
}
END_TEST

/* --- what is taken back, and when a child's case closes ----------------------------------------------------------- */

static uint32_t take_back(struct story *s, uint32_t roles, uint32_t event)
{
    uint32_t e = story_event(s, "NTH", roles, story_at(s, event)->op.event);

    story_corrects(s, e, event);
    story_at(s, e)->op.withdraws = true;
    return e;
}

START_TEST(an_event_is_taken_back_once_and_by_who_might_have_recorded_it)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t sighting = story_event(s, "NTH", PC_, EVENT_SIGHTING), back, publicity;
    const struct case_state *state;

    story_number(s, sighting, FIELD_CONFIDENCE, 1);
    story_interval(s, sighting, FIELD_OCCURRED, 5, 6);
    publicity = story_event(s, "NTH", ROLE_MASK(SUPT), EVENT_PUBLICITY);
    story_text(s, publicity, FIELD_DECISION, "released");
    state = story_fold(s);
    back = take_back(s, PC_, sighting);
    ck_assert(cases_check_needs_state(&story_at(s, back)->op));
    ck_assert_int_eq(story_check(s, state, back, &story_refusal), ADMIT);
    ck_assert_int_eq(story_check(s, state, take_back(s, PC_, publicity), &story_refusal), ADMIT_PROPOSAL);
    state = story_fold(s);
    ck_story_refused(s, state, take_back(s, PC_, sighting), CW_REFUSED_TRANSITION, "sighting"); /* already */
    ck_story_refused(s, state, take_back(s, PC_, back), CW_REFUSED_TRANSITION, "sighting"); /* a withdrawal itself */
    back = story_event(s, "NTH", PC_, EVENT_NOTE);
    story_corrects(s, back, publicity);
    story_at(s, back)->op.withdraws = true;
    ck_story_refused(s, state, back, CW_REFUSED_VALUE, "note"); /* that is no note */
}
END_TEST

START_TEST(what_a_step_of_its_own_undoes_is_not_taken_back)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t reported = story_event(s, "NTH", R_ANY, EVENT_EPISODE_REPORTED);
    uint32_t offered = story_event(s, "NTH", R_ANY, EVENT_HANDOVER_OFFER);
    const struct case_state *state;

    story_text(s, offered, FIELD_TO_DIVISION, "EST");
    state = story_fold(s);
    ck_story_refused(s, state, take_back(s, R_ANY, reported), CW_REFUSED_TRANSITION, "episode_reported");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "episode_cancelled"));
    ck_story_refused(s, state, take_back(s, R_ANY, offered), CW_REFUSED_TRANSITION, "handover_offer");
}
END_TEST

START_TEST(a_childs_case_closes_when_no_episode_is_live_and_the_interview_is_settled)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t assessed = story_event(s, "NTH", R_ANY, EVENT_RISK_ASSESSMENT), back, closed, rhi;
    const struct case_state *state;

    story_number(s, assessed, FIELD_MISSING_RISK, 3);
    state = story_fold(s);
    ck_story_refused(s, state, story_event(s, "NTH", R_ANY, EVENT_CHILD_CLOSED), CW_REFUSED_TRANSITION, "child_closed");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "an episode is active"));
    s->count--;
    back = story_event(s, "NTH", R_ANY, EVENT_RETURNED);
    story_number(s, back, FIELD_HOW_KNOWN, 5);
    story_interval(s, back, FIELD_OCCURRED, (int64_t)s->now, (int64_t)s->now);
    closed = story_event(s, "NTH", R_ANY, EVENT_EPISODE_CLOSED);
    story_after(s, closed, back);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 6);
    state = story_fold(s);
    ck_story_refused(s, state, story_event(s, "NTH", R_ANY, EVENT_CHILD_CLOSED), CW_REFUSED_TRANSITION, "child_closed");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "return-home interview"));
    s->count--;
    rhi = story_event(s, "NTH", R_ANY, EVENT_RHI);
    story_number(s, rhi, FIELD_RHI_STEP, 5);
    state = story_fold(s);
    ck_assert_int_eq(story_check(s, state, story_event(s, "NTH", R_ANY, EVENT_CHILD_CLOSED), &story_refusal), ADMIT);
}
END_TEST

Suite *suite_check_child(void);
Suite *suite_check_child(void)
{
    Suite *suite = suite_create("cases/check_child");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_death_is_confirmed_by_somebody_else_than_who_reported_it);
    tcase_add_test(all, nothing_else_ends_an_episode_in_which_a_death_is_reported);
    tcase_add_test(all, no_outcome_or_harm_says_that_a_child_is_dead_before_it_is_confirmed);
    tcase_add_test(all, an_event_is_taken_back_once_and_by_who_might_have_recorded_it);
    tcase_add_test(all, what_a_step_of_its_own_undoes_is_not_taken_back);
    tcase_add_test(all, a_childs_case_closes_when_no_episode_is_live_and_the_interview_is_settled);
    suite_add_tcase(suite, all);
    return suite;
}
