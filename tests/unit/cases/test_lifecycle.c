/* SPDX-License-Identifier: Apache-2.0 */
/* From a claim that a child is back to the end of the case (DOMAIN §7.3, §7.4): what is owed, and what nobody may skip. */
#include "tests/unit/cases/story.h"

#include "cases/view.h"

#define HOUR_MS (60 * MINUTE_MS)
#define PC_ ROLE_MASK(PC)
#define SUP_ ROLE_MASK(SUP)
#define INSP_ ROLE_MASK(INSP)
#define CRU_ ROLE_MASK(CRU)

static struct story *child_missing(void)
{
    struct story *s = story_open(KIND_CHILD, "NTH", ROLE_MASK(FCR));

    s->ops[0].head.author_time.ms = NOON;
    return s;
}

/* Each event knows the one before, as at one desk. */
static uint32_t happens(struct story *s, uint32_t roles, uint32_t event, int64_t minutes)
{
    uint32_t e = story_event(s, "NTH", roles, event);

    s->ops[e].head.author_time.ms = NOON + minutes * MINUTE_MS;
    story_after(s, e, e - 1);
    return e;
}

static uint32_t assessed(struct story *s, int64_t minutes, int64_t risk)
{
    uint32_t e = happens(s, ROLE_MASK(MCET), EVENT_RISK_ASSESSMENT, minutes);

    story_number(s, e, FIELD_MISSING_RISK, risk);
    return e;
}

static uint32_t claimed(struct story *s, int64_t minutes, int64_t back)
{
    uint32_t e = happens(s, PC_, EVENT_RETURN_CLAIM, minutes);

    story_number(s, e, FIELD_HOW_KNOWN, 2);
    story_interval(s, e, FIELD_OCCURRED, NOON + back * MINUTE_MS, NOON + back * MINUTE_MS);
    return e;
}

static uint32_t came_back(struct story *s, int64_t minutes)
{
    uint32_t e = happens(s, PC_, EVENT_RETURNED, minutes);

    story_number(s, e, FIELD_HOW_KNOWN, 5);
    story_interval(s, e, FIELD_OCCURRED, NOON + minutes * MINUTE_MS, NOON + minutes * MINUTE_MS);
    return e;
}

static uint32_t count_of(const struct case_state *state, uint32_t clock)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->clock_count; i++)
        count += state->clocks[i].clock == clock;
    return count;
}

static const struct case_clock *only(const struct case_state *state, uint32_t clock)
{
    ck_assert_uint_eq(count_of(state, clock), 1);
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock == clock)
            return &state->clocks[i];
    }
    return NULL;
}

/* --- the return-home interview ------------------------------------------------------------------------------ */

START_TEST(a_claim_that_an_inspector_confirms_owes_the_interview_from_when_the_child_was_back)
{
    struct story *s = child_missing();
    const struct case_clock *clock;

    assessed(s, 10, 3);
    claimed(s, 100, 90);
    ck_assert_uint_eq(count_of(story_fold(s), CLOCK_M8), 0); /* so far somebody says so */
    happens(s, INSP_, EVENT_RETURN_CONFIRMED, 300);
    clock = only(story_fold(s), CLOCK_M8);
    ck_assert_int_eq(clock->end, CLOCK_RUNS);
    ck_assert_int_eq(clock->started_ms, NOON + 90 * MINUTE_MS);
    ck_assert_int_eq(clock->deadline_ms, NOON + 90 * MINUTE_MS + 72 * HOUR_MS);
    happens(s, INSP_, EVENT_EPISODE_CLOSED, 310);
    ck_assert_int_eq(only(story_fold(s), CLOCK_M8)->end, CLOCK_RUNS);
}
END_TEST

START_TEST(an_inspector_who_confirms_may_say_better_when_the_child_was_back)
{
    struct story *s = child_missing();
    uint32_t e;

    assessed(s, 10, 3);
    claimed(s, 100, 90);
    e = happens(s, INSP_, EVENT_RETURN_CONFIRMED, 300);
    story_interval(s, e, FIELD_OCCURRED, NOON + 120 * MINUTE_MS, NOON + 130 * MINUTE_MS);
    ck_assert_int_eq(only(story_fold(s), CLOCK_M8)->started_ms, NOON + 120 * MINUTE_MS);
}
END_TEST

START_TEST(a_return_that_was_seen_owes_one_interview_however_often_it_is_confirmed)
{
    struct story *s = child_missing();
    uint32_t rhi;

    assessed(s, 10, 3);
    came_back(s, 100);
    rhi = happens(s, CRU_, EVENT_RHI, 200);
    story_number(s, rhi, FIELD_RHI_STEP, 5);
    happens(s, INSP_, EVENT_RETURN_CONFIRMED, 300);
    ck_assert_int_eq(only(story_fold(s), CLOCK_M8)->end, CLOCK_END_MET);
}
END_TEST

START_TEST(a_confirmation_that_was_wrong_owes_no_interview_until_the_child_is_back)
{
    struct story *s = child_missing();

    assessed(s, 10, 3);
    claimed(s, 100, 90);
    happens(s, INSP_, EVENT_RETURN_CONFIRMED, 300);
    happens(s, INSP_, EVENT_STILL_MISSING, 400);
    ck_assert_int_eq(only(story_fold(s), CLOCK_M8)->end, CLOCK_END_OVER);
    came_back(s, 500);
    ck_assert_uint_eq(count_of(story_fold(s), CLOCK_M8), 2);
}
END_TEST

/* --- a step without the rank ------------------------------------------------------------------------------------ */

static const struct case_conflict *state_conflict(const struct case_state *state)
{
    for (uint32_t i = 0; i < state->conflict_count; i++) {
        if (state->conflicts[i].field == FIELD_EPISODE_STATE)
            return &state->conflicts[i];
    }
    return NULL;
}

/* DOMAIN §9.3: "closed by A" pending. The sergeant could not know that the other side had raised the risk. */
START_TEST(a_sergeants_close_that_met_a_high_risk_waits_for_an_inspector)
{
    struct story *s = child_missing();
    const struct case_conflict *conflict;
    uint32_t closed, high;

    assessed(s, 10, 2);
    came_back(s, 100);
    closed = happens(s, SUP_, EVENT_EPISODE_CLOSED, 200);
    ck_assert_ptr_null(state_conflict(story_fold(s)));
    high = story_event(s, "WST", SUP_, EVENT_RISK_ASSESSMENT);
    story_number(s, high, FIELD_MISSING_RISK, 4);

    conflict = state_conflict(story_fold(s));
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
    ck_assert_ptr_nonnull(conflict);
    ck_assert_uint_eq(conflict->resolvers, R_INSP_UP);
    ck_assert_uint_eq(conflict->candidate_count, 2);
    ck_assert(ID_EQ(&conflict->candidates[0].op, &s->ops[closed].head.op_id) ||
              ID_EQ(&conflict->candidates[1].op, &s->ops[closed].head.op_id));

    story_after(s, happens(s, INSP_, EVENT_EPISODE_CLOSED, 300), closed);
    ck_assert_ptr_null(state_conflict(story_fold(s)));
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 6);
}
END_TEST

/* --- at the door ------------------------------------------------------------------------------------------------ */

/* What the door says to an event that is taken away again: the code, or CW_OK. */
static enum cw_err refused(struct story *s, uint32_t roles, uint32_t event, const char *why)
{
    struct refusal refusal = {0};
    uint32_t e = happens(s, roles, event, 600);
    enum admission said;

    s->count--;
    said = story_check(s, story_fold(s), e, &refusal);
    if (said != ADMIT_REFUSED)
        return CW_OK;
    ck_assert_msg(strstr(refusal.text, why) != NULL, "%s", refusal.text);
    return refusal.code;
}

/* What a close must say, said before it. */
static void told_of(struct story *s)
{
    uint32_t op = story_op(s, "NTH", R_ANY, OP_SET);

    story_write(s, op, FIELD_HARM, VERB_ADD, (struct op_value){.type = VALUE_NUMBER, .number = 1});
    story_number(s, op, FIELD_OUTCOME, 1);
    story_number(s, op, FIELD_FOUND_BY, 1);
}

START_TEST(an_episode_is_closed_when_it_is_said_what_became_of_the_child)
{
    struct story *s = child_missing();
    const struct case_state *state;
    uint32_t closed;

    assessed(s, 10, 3);
    came_back(s, 100);
    happens(s, PC_, EVENT_PREVENTION_INTERVIEW, 200);
    ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, "is required for episode_closed"), CW_REFUSED_MISSING);
    closed = happens(s, SUP_, EVENT_EPISODE_CLOSED, 600);
    story_write(s, closed, FIELD_HARM, VERB_ADD, (struct op_value){.type = VALUE_NUMBER, .number = 1});
    s->count--;
    state = story_fold(s);
    ck_story_refused(s, state, closed, CW_REFUSED_MISSING, "outcome");
    story_number(s, closed, FIELD_OUTCOME, 1);
    ck_story_refused(s, state, closed, CW_REFUSED_MISSING, "found_by");
    story_number(s, closed, FIELD_FOUND_BY, 1);
    ck_assert_int_eq(story_check(s, state, closed, &story_refusal), ADMIT);
    told_of(s);
    ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, ""), CW_OK);
}
END_TEST

/* docs/fold.md §12.6: who typed the sighting before the return has not explained it away. */
START_TEST(a_sighting_later_than_the_return_disputes_it_in_whichever_order_they_were_typed)
{
    struct story *s = child_missing();
    uint32_t seen, back;

    assessed(s, 10, 3);
    seen = happens(s, PC_, EVENT_SIGHTING, 130);
    story_number(s, seen, FIELD_CONFIDENCE, 3);
    story_interval(s, seen, FIELD_OCCURRED, NOON + 120 * MINUTE_MS, NOON + 120 * MINUTE_MS);
    (void)came_back(s, 140);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4); /* seen before it came back */
    s->count--;
    back = came_back(s, 100);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5);
    ck_assert(story_has_note(story_fold(s), s, NOTE_RETURN_DISPUTED, seen));
    story_number(s, back, FIELD_INTERVIEWED, 1); /* police spoke to the child: then it may have gone again */
    story_at(s, seen)->writes[0].value.number = 2;
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
    ck_assert(story_has_note(story_fold(s), s, NOTE_NEW_EPISODE, seen));
}
END_TEST

/* --- what is put right ---------------------------------------------------------------------------------------- */

/* The event again by somebody with these roles, as a correction of that one. */
static uint32_t corrected(struct story *s, uint32_t roles, uint32_t event)
{
    uint32_t e = happens(s, roles, story_at(s, event)->op.event, 400);

    story_corrects(s, e, event);
    return e;
}

START_TEST(a_return_that_was_seen_is_not_made_hearsay_by_a_correction)
{
    struct story *s = child_missing();
    const struct case_state *state;
    uint32_t back, again;

    assessed(s, 10, 3);
    back = came_back(s, 100);
    state = story_fold(s);
    again = corrected(s, PC_, back);
    story_number(s, again, FIELD_HOW_KNOWN, 2);
    story_interval(s, again, FIELD_OCCURRED, NOON + 90 * MINUTE_MS, NOON + 90 * MINUTE_MS);
    ck_story_refused(s, state, again, CW_REFUSED_TRANSITION, "how_known");
    s->count--;
    again = corrected(s, PC_, back);
    story_number(s, again, FIELD_HOW_KNOWN, 5); /* by another professional, at another time */
    story_interval(s, again, FIELD_OCCURRED, NOON + 90 * MINUTE_MS, NOON + 90 * MINUTE_MS);
    ck_assert_msg(story_check(s, state, again, &story_refusal) == ADMIT, "%s", story_refusal.text);
}
END_TEST

/* DOMAIN §7.3: "by a named professional". */
START_TEST(a_return_that_a_professional_saw_says_which)
{
    struct story *s = child_missing();
    const struct case_state *state;
    uint32_t back;

    assessed(s, 10, 3);
    state = story_fold(s);
    back = happens(s, PC_, EVENT_RETURNED, 100);
    story_number(s, back, FIELD_HOW_KNOWN, 4);
    story_interval(s, back, FIELD_OCCURRED, NOON + 100 * MINUTE_MS, NOON + 100 * MINUTE_MS);
    ck_story_refused(s, state, back, CW_REFUSED_MISSING, "source");
    story_text(s, back, FIELD_SOURCE, "Ward nurse");
    ck_assert_int_eq(story_check(s, state, back, &story_refusal), ADMIT);
}
END_TEST

START_TEST(a_claim_is_not_made_a_return_by_a_correction)
{
    struct story *s = child_missing();
    const struct case_state *state;
    uint32_t said, again;

    assessed(s, 10, 3);
    said = claimed(s, 100, 90);
    state = story_fold(s);
    again = corrected(s, PC_, said);
    story_number(s, again, FIELD_HOW_KNOWN, 4);
    ck_story_refused(s, state, again, CW_REFUSED_TRANSITION, "how_known");
}
END_TEST

START_TEST(what_was_taken_back_is_not_put_right)
{
    struct story *s = child_missing();
    uint32_t seen = happens(s, PC_, EVENT_SIGHTING, 20), back = corrected(s, PC_, seen), again;
    const struct case_state *state;

    story_number(s, seen, FIELD_CONFIDENCE, 1);
    story_at(s, back)->op.withdraws = true;
    state = story_fold(s);
    again = corrected(s, PC_, seen);
    story_number(s, again, FIELD_CONFIDENCE, 3);
    story_interval(s, again, FIELD_OCCURRED, NOON + 20 * MINUTE_MS, NOON + 20 * MINUTE_MS);
    ck_story_refused(s, state, again, CW_REFUSED_TRANSITION, "sighting");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "taken back"));
}
END_TEST

START_TEST(a_review_is_put_right_or_taken_back_by_who_might_have_held_it)
{
    struct story *s = child_missing();
    uint32_t review = happens(s, ROLE_MASK(SUPT), EVENT_REVIEW, 30), again;
    const struct case_state *state;

    story_number(s, review, FIELD_LEVEL, 3); /* supt */
    story_text(s, review, FIELD_DECISION, "Search");
    state = story_fold(s);
    again = corrected(s, PC_, review);
    story_number(s, again, FIELD_LEVEL, 3);
    story_text(s, again, FIELD_DECISION, "Do not search");
    ck_story_refused(s, state, again, CW_REFUSED_ROLE, "level");
    story_at(s, again)->op.withdraws = true;
    story_at(s, again)->op.write_count = 0;
    ck_story_refused(s, state, again, CW_REFUSED_ROLE, "level");
    s->count--;
    again = corrected(s, ROLE_MASK(SUPT), review);
    story_number(s, again, FIELD_LEVEL, 3);
    story_text(s, again, FIELD_DECISION, "Search the pier");
    ck_assert_int_eq(story_check(s, state, again, &story_refusal), ADMIT);
}
END_TEST

START_TEST(an_episode_is_closed_after_the_prevention_interview)
{
    struct story *s = child_missing();
    uint32_t e;

    assessed(s, 10, 3);
    told_of(s);
    came_back(s, 100);
    ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, "the prevention interview comes first"),
                     CW_REFUSED_TRANSITION);
    happens(s, PC_, EVENT_PREVENTION_INTERVIEW, 200);
    ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, ""), CW_OK);

    s = child_missing();
    assessed(s, 10, 3);
    told_of(s);
    e = came_back(s, 100);
    story_number(s, e, FIELD_INTERVIEWED, 1); /* in one breath */
    ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, ""), CW_OK);

    s = child_missing();
    assessed(s, 10, 3);
    told_of(s);
    came_back(s, 100);
    e = happens(s, INSP_, EVENT_CLOCK_WAIVED, 200);
    story_ref(s, e, FIELD_CLOCK, &only(story_fold(s), CLOCK_M7)->id);
    ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, ""), CW_OK);
}
END_TEST

START_TEST(the_interview_of_an_earlier_return_closes_nothing_after_a_later_one)
{
    for (uint32_t in_one_breath = 0; in_one_breath < 2; in_one_breath++) {
        struct story *s = child_missing();
        uint32_t back;

        assessed(s, 10, 3);
        told_of(s);
        back = came_back(s, 100);
        if (in_one_breath != 0)
            story_number(s, back, FIELD_INTERVIEWED, 1);
        else
            happens(s, PC_, EVENT_PREVENTION_INTERVIEW, 110);
        ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, ""), CW_OK);
        happens(s, INSP_, EVENT_STILL_MISSING, 200);
        came_back(s, 300);
        ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, "the prevention interview comes first"),
                         CW_REFUSED_TRANSITION);
        happens(s, PC_, EVENT_PREVENTION_INTERVIEW, 310);
        ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, ""), CW_OK);
    }
}
END_TEST

/* Claimed, spoken to, and seen to be back: it is one return. */
START_TEST(the_interview_after_a_claim_is_of_the_return_that_it_claims)
{
    struct story *s = child_missing();

    assessed(s, 10, 3);
    told_of(s);
    happens(s, PC_, EVENT_RETURN_CLAIM, 100);
    happens(s, PC_, EVENT_PREVENTION_INTERVIEW, 110);
    came_back(s, 120);
    ck_assert_int_eq(refused(s, SUP_, EVENT_EPISODE_CLOSED, ""), CW_OK);
}
END_TEST

START_TEST(nobody_only_watches_a_child_that_is_missing)
{
    struct story *s = child_missing();

    assessed(s, 10, 3);
    ck_assert_int_eq(refused(s, SUP_, EVENT_MONITORED, "an episode is active"), CW_REFUSED_TRANSITION);
    came_back(s, 100);
    ck_assert_int_eq(refused(s, SUP_, EVENT_MONITORED, ""), CW_OK);
}
END_TEST

/* --- reviews ------------------------------------------------------------------------------------------------------ */

static void reviewed(struct story *s, uint32_t roles, int64_t level)
{
    uint32_t e = happens(s, roles, EVENT_REVIEW, 60);

    story_number(s, e, FIELD_LEVEL, level);
    story_text(s, e, FIELD_DECISION, "Search the yards");
}

static uint32_t commands_met(struct story *s)
{
    const struct case_state *state = story_fold(s);
    uint32_t met = 0;

    for (uint32_t i = 0; i < state->clock_count; i++)
        met += (state->clocks[i].row->flags & CLOCK_COMMAND) != 0 && state->clocks[i].end == CLOCK_END_MET;
    return met;
}

START_TEST(a_constable_holds_no_superintendents_review)
{
    struct story *s = child_missing();

    assessed(s, 10, 3);
    reviewed(s, PC_ | ROLE_MASK(MCET), 3);
    ck_assert_uint_eq(commands_met(s), 0);
    ck_assert_uint_eq(count_of(story_fold(s), CLOCK_M3Q), 0);
    reviewed(s, ROLE_MASK(SUPT), 3);
    ck_assert_uint_eq(commands_met(s), 1);
    ck_assert_uint_eq(count_of(story_fold(s), CLOCK_M3Q), 1);
}
END_TEST

START_TEST(a_review_is_of_the_level_of_whoever_holds_it)
{
    static const struct {
        uint32_t roles;
        int64_t level;
        enum admission said;
    } rows[] = {{PC_, 1, ADMIT_REFUSED},     {SUP_, 1, ADMIT},         {SUP_, 2, ADMIT_REFUSED},
                {INSP_, 2, ADMIT},           {INSP_, 1, ADMIT},        {INSP_, 3, ADMIT_REFUSED},
                {ROLE_MASK(SUPT), 3, ADMIT}, {SUP_, 4, ADMIT_REFUSED}, {PC_, 4, ADMIT_REFUSED},
                {ROLE_MASK(SUPT), 4, ADMIT}};

    for (size_t i = 0; i < CW_COUNT(rows); i++) {
        struct story *s = child_missing();
        struct refusal refusal = {0};
        uint32_t e = assessed(s, 10, 3) + 1;

        reviewed(s, rows[i].roles, rows[i].level);
        s->count--;
        ck_assert_int_eq(story_check(s, story_fold(s), e, &refusal), rows[i].said);
        if (rows[i].said == ADMIT_REFUSED)
            ck_assert_int_eq(refusal.code, CW_REFUSED_ROLE);
    }
}
END_TEST

/* --- the national mechanism ----------------------------------------------------------------------------------- */

START_TEST(a_child_whose_exploitation_risk_is_significant_is_to_be_referred_within_a_day)
{
    static const uint32_t fields[] = {FIELD_EXPLOITATION_SEXUAL, FIELD_EXPLOITATION_CRIMINAL};

    for (size_t i = 0; i < CW_COUNT(fields); i++) {
        struct story *s = child_missing();
        uint32_t e;

        (void)story_set_number(s, "NTH", ROLE_MASK(MCET), fields[i], 3);
        ck_assert_uint_eq(count_of(story_fold(s), CLOCK_N1E), 0);
        e = story_set_number(s, "NTH", ROLE_MASK(MCET), fields[i], 4);
        s->ops[e].head.author_time.ms = NOON;
        ck_assert_int_eq(only(story_fold(s), CLOCK_N1E)->deadline_ms, NOON + 24 * HOUR_MS);
        e = happens(s, CRU_, EVENT_NRM_STEP, 60);
        story_number(s, e, FIELD_STEP, 2);
        ck_assert_int_eq(only(story_fold(s), CLOCK_N1E)->end, CLOCK_END_MET);
    }
}
END_TEST

Suite *suite_lifecycle(void)
{
    Suite *suite = suite_create("cases/lifecycle");
    TCase *t = tcase_create("children");

    tcase_add_test(t, a_claim_that_an_inspector_confirms_owes_the_interview_from_when_the_child_was_back);
    tcase_add_test(t, an_inspector_who_confirms_may_say_better_when_the_child_was_back);
    tcase_add_test(t, a_sighting_later_than_the_return_disputes_it_in_whichever_order_they_were_typed);
    tcase_add_test(t, a_return_that_was_seen_owes_one_interview_however_often_it_is_confirmed);
    tcase_add_test(t, a_confirmation_that_was_wrong_owes_no_interview_until_the_child_is_back);
    tcase_add_test(t, a_sergeants_close_that_met_a_high_risk_waits_for_an_inspector);
    tcase_add_test(t, an_episode_is_closed_after_the_prevention_interview);
    tcase_add_test(t, the_interview_of_an_earlier_return_closes_nothing_after_a_later_one);
    tcase_add_test(t, the_interview_after_a_claim_is_of_the_return_that_it_claims);
    tcase_add_test(t, an_episode_is_closed_when_it_is_said_what_became_of_the_child);
    tcase_add_test(t, a_return_that_was_seen_is_not_made_hearsay_by_a_correction);
    tcase_add_test(t, a_return_that_a_professional_saw_says_which);
    tcase_add_test(t, a_claim_is_not_made_a_return_by_a_correction);
    tcase_add_test(t, what_was_taken_back_is_not_put_right);
    tcase_add_test(t, a_review_is_put_right_or_taken_back_by_who_might_have_held_it);
    tcase_add_test(t, nobody_only_watches_a_child_that_is_missing);
    tcase_add_test(t, a_constable_holds_no_superintendents_review);
    tcase_add_test(t, a_review_is_of_the_level_of_whoever_holds_it);
    tcase_add_test(t, a_child_whose_exploitation_risk_is_significant_is_to_be_referred_within_a_day);
    suite_add_tcase(suite, t);
    return suite;
}
