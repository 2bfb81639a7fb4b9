/* SPDX-License-Identifier: Apache-2.0 */
/* The acceptance scenarios of DOMAIN §15 that the fold decides, told as stories. */
#include "cases/machine.h"
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define INSP_ ROLE_MASK(INSP)
#define SUP_ ROLE_MASK(SUP)
#define CLC_ ROLE_MASK(CLC)
#define FCR_ ROLE_MASK(FCR)

enum { LOW = 2, MEDIUM = 3, HIGH = 4 };

/* --- 1: lower/raise race keeps high -------------------------------------------------------------------------- */

START_TEST(scenario_01_a_lowering_that_did_not_see_a_raise_does_not_lower)
{
    struct story *s = story_open(KIND_CHILD, "NTH", FCR_);
    uint32_t first = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, MEDIUM);
    uint32_t raised = story_set_number(s, "EST", MCET_, FIELD_MISSING_RISK, HIGH);
    uint32_t lowered = story_set_number(s, "NTH", INSP_, FIELD_MISSING_RISK, LOW);
    const struct case_state *state;

    story_names(s, lowered, 0, first, 0); /* cut off: knew only the first */
    state = story_fold(s);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), HIGH);
    ck_assert_int_eq(story_fate(state, s, first), FATE_SUPERSEDED);
    ck_assert_int_eq(story_fate(state, s, raised), FATE_CURRENT);
    ck_assert_int_eq(story_fate(state, s, lowered), FATE_OUTRANKED);
    ck_assert(story_has_note(state, s, NOTE_LOWER_UNAWARE, lowered));

    uint32_t again = story_set_number(s, "NTH", INSP_, FIELD_MISSING_RISK, MEDIUM);
    story_names(s, again, 0, raised, 0);
    story_names(s, again, 0, lowered, 0);
    state = story_fold(s);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), MEDIUM);
    ck_assert(!story_has_note(state, s, NOTE_LOWER_UNAWARE, lowered));
}
END_TEST

/* --- 27: rank ------------------------------------------------------------------------------------------------- */

START_TEST(scenario_27_a_sergeant_raises_high_risk_but_cannot_lower_it)
{
    struct story *s = story_open(KIND_CHILD, "NTH", FCR_);
    uint32_t raised = story_set_number(s, "NTH", SUP_, FIELD_MISSING_RISK, HIGH);
    uint32_t lowered = story_set_number(s, "NTH", SUP_, FIELD_MISSING_RISK, LOW);
    const struct case_state *state;
    struct refusal refusal;

    s->count--;
    state = story_fold(s);
    s->count++;
    story_names(s, lowered, 0, raised, 0);
    ck_assert_int_eq(story_check(s, state, raised, &refusal), ADMIT);
    ck_assert_int_eq(story_check(s, state, lowered, &refusal), ADMIT_PROPOSAL);
    ck_assert_str_eq(refusal.where, "missing_risk");
    ck_assert_ptr_nonnull(strstr(refusal.text, "INSP, SUPT"));

    state = story_fold(s);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), HIGH);
    ck_assert_int_eq(story_fate(state, s, lowered), FATE_PROPOSAL);
    ck_assert_uint_eq(state->proposal_count, 1);

    story_at(s, lowered)->head.roles = INSP_;
    state = story_fold(s);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), LOW);
}
END_TEST

/* --- 5: two nodes create the same line number ------------------------------------------------------------------ */

START_TEST(the_same_number_entered_by_two_divisions_is_one_entry_that_both_made)
{
    struct story *s = story_open(KIND_LINE, "NTH", CLC_);
    const struct case_cell *cell;

    story_add_text(s, "NTH", CLC_, FIELD_DEAL_NUMBERS, "07700 900123");
    story_add_text(s, "EST", CLC_, FIELD_DEAL_NUMBERS, "07700 900123");
    cell = state_cell(story_fold(s), &scope_none, FIELD_DEAL_NUMBERS);
    ck_assert_ptr_nonnull(cell);
    ck_assert_uint_eq(cell->value_count, 1);
    ck_assert_uint_eq(cell->values[0].add_count, 2);
    ck_assert(!cell->in_conflict);
}
END_TEST

/* --- 6: a type 2 closure is reversed by a live number ------------------------------------------------------------ */

static struct story *active_line(uint32_t *assessed)
{
    struct story *s = story_open(KIND_LINE, "NTH", CLC_);

    *assessed = story_event(s, "NTH", CLC_, EVENT_LINE_ASSESSED);
    return s;
}

START_TEST(a_live_number_after_a_type_2_closure_makes_the_line_active)
{
    uint32_t assessed, closed, live;
    struct story *s = active_line(&assessed);

    closed = story_event(s, "NTH", CLC_, EVENT_CLOSE_TYPE2);
    story_after(s, closed, assessed);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_LINE), 7);
    live = story_event(s, "EST", ROLE_MASK(PC), EVENT_NUMBER_LIVE);
    story_after(s, live, closed);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_LINE), 2);
}
END_TEST

START_TEST(a_live_number_recorded_while_another_division_closes_holds_the_closure_back)
{
    uint32_t assessed, closed, live;
    struct story *s = active_line(&assessed);
    const struct case_state *state;

    live = story_event(s, "EST", ROLE_MASK(PC), EVENT_NUMBER_LIVE);
    closed = story_event(s, "NTH", CLC_, EVENT_CLOSE_TYPE2);
    story_after(s, closed, assessed);
    (void)live;
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_LINE), 2);
    ck_assert(story_has_note(state, s, NOTE_STEP_HELD, closed));
    ck_assert_uint_eq(state->conflict_count, 1);
    ck_assert_uint_eq(state->conflicts[0].field, FIELD_LINE_STATUS);

    uint32_t again = story_event(s, "NTH", CLC_, EVENT_CLOSE_TYPE2);
    story_after(s, again, live);
    story_after(s, again, closed);
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_LINE), 7);
    ck_assert_uint_eq(state->conflict_count, 0);
}
END_TEST

START_TEST(activity_recorded_in_knowledge_of_the_closure_does_not_hold_it_back)
{
    uint32_t assessed, closed, later;
    struct story *s = active_line(&assessed);

    closed = story_event(s, "NTH", CLC_, EVENT_CLOSE_TYPE2);
    story_after(s, closed, assessed);
    later = story_event(s, "EST", ROLE_MASK(PC), EVENT_ACTIVITY);
    story_after(s, later, closed);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_LINE), 7);
}
END_TEST

/* --- 7: a joint warrant recorded twice ---------------------------------------------------------------------------- */

static const struct case_tally *total(const struct case_state *state, uint32_t event)
{
    return state_tally(state, event, -1, false, TALLY_TOTAL, slice("", 0));
}

START_TEST(a_joint_warrant_with_one_exhibit_counts_once)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", CLC_);
    uint32_t a = story_event(s, "NTH", ROLE_MASK(PC), EVENT_WARRANT);
    uint32_t b = story_event(s, "EST", ROLE_MASK(PC), EVENT_WARRANT);
    const struct case_state *state;
    const struct case_tally *north;

    story_text(s, a, FIELD_EXHIBIT, "ABC/1");
    story_text(s, b, FIELD_EXHIBIT, "ABC/1");
    state = story_fold(s);
    ck_assert_uint_eq(total(state, EVENT_WARRANT)->count, 1);
    ck_assert_uint_eq(total(state, EVENT_WARRANT)->happenings, 1);
    north = state_tally(state, EVENT_WARRANT, -1, false, TALLY_DIVISION, slice_of("NTH"));
    ck_assert_uint_eq(north->count, 1);
    ck_assert(north->overlapping);
}
END_TEST

START_TEST(without_an_exhibit_they_are_two_until_somebody_says_they_are_the_same)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", CLC_);
    uint32_t a = story_event(s, "NTH", ROLE_MASK(PC), EVENT_WARRANT);
    uint32_t b = story_event(s, "EST", ROLE_MASK(PC), EVENT_WARRANT);
    uint32_t said, withdrawn;

    ck_assert_uint_eq(total(story_fold(s), EVENT_WARRANT)->count, 2);
    story_same_as(s, b, a);
    ck_assert_uint_eq(total(story_fold(s), EVENT_WARRANT)->count, 1);

    said = b;
    withdrawn = story_event(s, "NTH", ROLE_MASK(PC), EVENT_NOTE);
    story_at(s, withdrawn)->op.withdraws = true;
    story_corrects(s, withdrawn, said);
    story_same_as(s, withdrawn, a);
    ck_assert_uint_eq(total(story_fold(s), EVENT_WARRANT)->count, 2);
}
END_TEST

/* --- 28: a disruption by three agencies ---------------------------------------------------------------------------- */

START_TEST(a_disruption_recorded_by_three_agencies_counts_once)
{
    struct story *s = story_open(KIND_OCG, "NTH", ROLE_MASK(LRO));
    static const char *const divisions[] = {"NTH", "EST", "WST"};
    uint32_t first = 0;
    const struct case_state *state;

    for (int i = 0; i < 3; i++) {
        uint32_t e = story_event(s, divisions[i], ROLE_MASK(LRO), EVENT_DISRUPTION);

        story_number(s, e, FIELD_PILLAR, 1);
        story_number(s, e, FIELD_GRADED_LEVEL, 3);
        if (i > 0)
            story_same_as(s, e, first);
        first = i == 0 ? e : first;
    }
    state = story_fold(s);
    ck_assert_uint_eq(state_tally(state, EVENT_DISRUPTION, 1, false, TALLY_TOTAL, slice("", 0))->count, 1);
    ck_assert_uint_eq(state_tally(state, EVENT_DISRUPTION, 1, false, FIELD_GRADED_LEVEL, slice_of("moderate"))->count,
                      1);
}
END_TEST

/* --- 23: an unknown enum value, field and op are kept and shown -------------------------------------------------------- */

START_TEST(scenario_23_values_and_fields_of_a_newer_version_are_kept_and_shown)
{
    struct story *s = story_open(KIND_CHILD, "NTH", FCR_);
    uint32_t risk = story_set_number(s, "EST", MCET_, FIELD_MISSING_RISK, 9);
    uint32_t care = story_set_number(s, "EST", MCET_, FIELD_CARE_STATUS, 77);
    uint32_t field = story_op(s, "EST", MCET_, OP_SET);
    uint32_t op = story_op(s, "EST", MCET_, 99);
    const struct case_state *state;

    story_write(s, field, 6543, VERB_SET, (struct op_value){.type = VALUE_NUMBER, .number = 1});
    story_number(s, op, FIELD_MISSING_RISK, 1);
    state = story_fold(s);
    ck_assert((state->flags & STATE_NEWER) != 0);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), 9);
    ck_assert((state_value(state, &scope_none, FIELD_MISSING_RISK)->flags & VALUE_UNRECOGNISED) != 0);
    ck_assert_str_eq(story_shown_text(state, FIELD_CARE_STATUS), "unrecognised (77)");
    ck_assert_int_eq(story_fate(state, s, risk), FATE_CURRENT);
    ck_assert_int_eq(story_fate(state, s, care), FATE_CURRENT);
    ck_assert_int_eq(story_fate(state, s, field), FATE_UNKNOWN);
    ck_assert_int_eq(story_fate(state, s, op), FATE_UNKNOWN);
}
END_TEST

/* --- 25: markings --------------------------------------------------------------------------------------------------- */

START_TEST(a_text_with_a_secret_marking_line_is_refused)
{
    struct story *s = story_open(KIND_LINE, "NTH", CLC_);
    const struct case_state *state = story_fold(s);
    uint32_t marked = story_set_text(s, "NTH", CLC_, FIELD_SUMMARY, "first line\nUK TOP SECRET - UK EYES ONLY\nlast");
    uint32_t spoken = story_set_text(s, "NTH", CLC_, FIELD_SUMMARY, "It was a top secret between the two of them.");
    struct refusal refusal;

    ck_assert_int_eq(story_check(s, state, marked, &refusal), ADMIT_REFUSED);
    ck_assert_int_eq(refusal.code, CW_REFUSED_MARKING);
    ck_assert_str_eq(refusal.where, "summary");
    ck_assert_int_eq(story_check(s, state, spoken, &refusal), ADMIT);
}
END_TEST

/* --- 2, 3, 24: returns, sightings, deaths ------------------------------------------------------------------------------ */

static struct story *live_episode(uint32_t *assessed)
{
    struct story *s = story_open(KIND_CHILD, "NTH", FCR_);

    *assessed = story_event(s, "NTH", MCET_, EVENT_RISK_ASSESSMENT);
    story_number(s, *assessed, FIELD_MISSING_RISK, MEDIUM);
    return s;
}

static uint32_t returned(struct story *s, uint32_t assessed, int64_t from, int64_t to, bool interviewed)
{
    uint32_t e = story_event(s, "NTH", MCET_, EVENT_RETURNED);

    story_number(s, e, FIELD_HOW_KNOWN, 5);
    story_interval(s, e, FIELD_OCCURRED, from, to);
    if (interviewed)
        story_number(s, e, FIELD_INTERVIEWED, 1);
    story_after(s, e, assessed);
    return e;
}

static uint32_t sighted(struct story *s, int64_t from, int64_t to)
{
    uint32_t e = story_event(s, "EST", ROLE_MASK(PC), EVENT_SIGHTING);

    story_number(s, e, FIELD_CONFIDENCE, 2);
    story_interval(s, e, FIELD_OCCURRED, from, to);
    return e;
}

START_TEST(scenario_02_a_sighting_after_a_verified_return_only_asks_a_question)
{
    uint32_t assessed;
    struct story *s = live_episode(&assessed);
    const struct case_state *state;
    uint32_t seen;

    returned(s, assessed, 5000, 5001, true);
    seen = sighted(s, 6000, 6100);
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 4);
    ck_assert(story_has_note(state, s, NOTE_NEW_EPISODE, seen));
    ck_assert_uint_eq(state->conflict_count, 0);
}
END_TEST

START_TEST(a_sighting_that_overlaps_even_a_verified_return_disputes_it)
{
    uint32_t assessed;
    struct story *s = live_episode(&assessed);

    returned(s, assessed, 5000, 6000, true);
    sighted(s, 5500, 7000);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5);
}
END_TEST

/* The duty to look at the risk again: on while the child counts as missing. */
static bool review_runs(const struct case_state *state)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock == CLOCK_M2 && state->clocks[i].end == CLOCK_RUNS)
            return true;
    }
    return false;
}

START_TEST(scenario_03_a_sighting_that_overlaps_an_unverified_return_disputes_it)
{
    uint32_t assessed, seen, back, decided;
    struct story *s = live_episode(&assessed);
    const struct case_state *state;

    back = returned(s, assessed, 5000, 5001, false);
    ck_assert(!review_runs(story_fold(s)));
    seen = sighted(s, 4000, 6100);
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 5);
    ck_assert(review_runs(state)); /* counted as missing, with its clocks */
    ck_assert(story_has_note(state, s, NOTE_RETURN_DISPUTED, seen));
    ck_assert_uint_eq(state->conflict_count, 1);
    ck_assert_uint_eq(state->conflicts[0].resolvers, R_INSP_UP);

    decided = story_event(s, "NTH", INSP_, EVENT_RETURN_CONFIRMED);
    story_after(s, decided, back);
    story_after(s, decided, seen);
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 4);
    ck_assert_uint_eq(state->conflict_count, 0);
}
END_TEST

START_TEST(a_sighting_before_the_return_is_history)
{
    uint32_t assessed;
    struct story *s = live_episode(&assessed);
    const struct case_state *state;

    returned(s, assessed, 5000, 5001, false);
    sighted(s, 4000, 4100);
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 4);
    ck_assert_uint_eq(state->note_count, 0);
}
END_TEST

START_TEST(a_close_that_did_not_know_of_a_sighting_is_held_back)
{
    uint32_t assessed, back, seen, closed;
    struct story *s = live_episode(&assessed);
    const struct case_state *state;

    back = returned(s, assessed, 5000, 5001, true);
    seen = sighted(s, 4000, 4100);
    closed = story_event(s, "NTH", SUP_, EVENT_EPISODE_CLOSED);
    story_after(s, closed, back);
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 4);
    ck_assert(story_has_note(state, s, NOTE_STEP_HELD, closed));
    story_after(s, closed, seen);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 6);
}
END_TEST

START_TEST(a_high_risk_episode_is_closed_by_an_inspector_only)
{
    uint32_t assessed, back, closed;
    struct story *s = live_episode(&assessed);
    const struct case_state *state;

    story_at(s, assessed)->writes[0].max_value = HIGH;
    back = returned(s, assessed, 5000, 5001, true);
    closed = story_event(s, "NTH", SUP_, EVENT_EPISODE_CLOSED);
    story_after(s, closed, back);
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 4);
    ck_assert(story_has_note(state, s, NOTE_STEP_ROLE, closed));
    story_at(s, closed)->head.roles = INSP_;
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 6);
}
END_TEST

START_TEST(a_reported_death_keeps_the_episode_live_until_it_is_confirmed)
{
    uint32_t assessed, dead, confirmed;
    struct story *s = live_episode(&assessed);
    const struct case_state *state;

    dead = story_event(s, "EST", INSP_, EVENT_FOUND_DEAD);
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 2);
    ck_assert(story_has_note(state, s, NOTE_DEATH_UNCONFIRMED, dead));
    confirmed = story_event(s, "NTH", INSP_, EVENT_FOUND_DEAD_CONFIRMED);
    story_after(s, confirmed, dead);
    state = story_fold(s);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 8);
    ck_assert(!story_has_note(state, s, NOTE_DEATH_UNCONFIRMED, dead));
}
END_TEST

/* Who did not know of the report has cancelled, or brought the child back: the search goes on, and an inspector decides. */
START_TEST(a_reported_death_disputes_whatever_else_ended_the_episode)
{
    static const uint32_t ends[] = {EVENT_EPISODE_CANCELLED, EVENT_RETURNED};

    for (size_t i = 0; i < CW_COUNT(ends); i++) {
        uint32_t assessed, dead, over, confirmed, taken;
        struct story *s = live_episode(&assessed);
        const struct case_state *state;

        dead = story_event(s, "EST", INSP_, EVENT_FOUND_DEAD);
        over = story_event(s, "NTH", INSP_, ends[i]);
        story_number(s, over, FIELD_HOW_KNOWN, 5);
        state = story_fold(s);
        ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), EPISODE_IN_DISPUTE);
        ck_assert_uint_eq(state->conflict_count, 1);
        ck_assert_uint_eq(state->conflicts[0].candidate_count, 2);
        ck_assert(ID_EQ(&state->conflicts[0].shown.op, &story_at(s, over)->head.op_id));
        ck_assert(story_has_note(state, s, NOTE_DEATH_UNCONFIRMED, dead));
        confirmed = story_event(s, "NTH", INSP_, EVENT_FOUND_DEAD_CONFIRMED);
        story_after(s, confirmed, dead);
        story_after(s, confirmed, over);
        ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), EPISODE_DECEASED);
        taken = story_event(s, "NTH", INSP_, EVENT_FOUND_DEAD);
        story_at(s, taken)->op.withdraws = true;
        story_corrects(s, taken, dead);
        story_at(s, confirmed)->head.verdict = VERDICT_VOID; /* it was not the child */
        state = story_fold(s);
        ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), ends[i] == EVENT_RETURNED ? EPISODE_RETURNED : 7);
        ck_assert_uint_eq(state->conflict_count, 0);
        story_at(s, confirmed)->head.verdict = VERDICT_EFFECTIVE; /* no report stands: it ends nothing */
        ck_assert(story_has_note(story_fold(s), s, NOTE_STEP_NO_EFFECT, confirmed));
    }
}
END_TEST

Suite *suite_scenarios(void)
{
    Suite *suite = suite_create("cases/scenarios");
    TCase *all = tcase_create("DOMAIN 15");

    tcase_add_test(all, scenario_01_a_lowering_that_did_not_see_a_raise_does_not_lower);
    tcase_add_test(all, scenario_27_a_sergeant_raises_high_risk_but_cannot_lower_it);
    tcase_add_test(all, the_same_number_entered_by_two_divisions_is_one_entry_that_both_made);
    tcase_add_test(all, a_live_number_after_a_type_2_closure_makes_the_line_active);
    tcase_add_test(all, a_live_number_recorded_while_another_division_closes_holds_the_closure_back);
    tcase_add_test(all, activity_recorded_in_knowledge_of_the_closure_does_not_hold_it_back);
    tcase_add_test(all, a_joint_warrant_with_one_exhibit_counts_once);
    tcase_add_test(all, without_an_exhibit_they_are_two_until_somebody_says_they_are_the_same);
    tcase_add_test(all, a_disruption_recorded_by_three_agencies_counts_once);
    tcase_add_test(all, scenario_23_values_and_fields_of_a_newer_version_are_kept_and_shown);
    tcase_add_test(all, a_text_with_a_secret_marking_line_is_refused);
    tcase_add_test(all, scenario_02_a_sighting_after_a_verified_return_only_asks_a_question);
    tcase_add_test(all, a_sighting_that_overlaps_even_a_verified_return_disputes_it);
    tcase_add_test(all, scenario_03_a_sighting_that_overlaps_an_unverified_return_disputes_it);
    tcase_add_test(all, a_sighting_before_the_return_is_history);
    tcase_add_test(all, a_close_that_did_not_know_of_a_sighting_is_held_back);
    tcase_add_test(all, a_high_risk_episode_is_closed_by_an_inspector_only);
    tcase_add_test(all, a_reported_death_disputes_whatever_else_ended_the_episode);
    tcase_add_test(all, a_reported_death_keeps_the_episode_live_until_it_is_confirmed);
    suite_add_tcase(suite, all);
    return suite;
}
