/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The totals that two published reports print, computed again from single signed events (DOMAIN §4.7): a week of action
 * and both phases of a knife operation. Divisions and places are invented.
 */
#include "tests/unit/cases/story.h"

#define PC_ ROLE_MASK(PC)

static const char *const divisions[] = {"NTH", "EST", "WST"};

static const struct case_tally *total(const struct case_state *state, uint32_t event, int64_t subtype)
{
    return state_tally(state, event, subtype, false, TALLY_TOTAL, slice("", 0));
}

static uint32_t result(struct story *s, int who, uint32_t event, int64_t count)
{
    uint32_t e = story_event(s, divisions[who % 3], PC_, event);

    if (count > 1)
        story_number(s, e, FIELD_COUNT, count);
    return e;
}

static uint32_t seizure(struct story *s, int who, int64_t kind, int64_t pence)
{
    uint32_t e = result(s, who, EVENT_SEIZURE, 1);

    story_number(s, e, FIELD_SEIZURE_KIND, kind);
    if (pence > 0)
        story_number(s, e, FIELD_PENCE, pence);
    return e;
}

enum { DRUG = 1, CASH = 2, BLADE = 3, CLASS_A = 3 };

static void record_week(struct story *s)
{
    for (int i = 0; i < 12; i++)
        result(s, i, EVENT_ARREST, 1);
    result(s, 0, EVENT_ARREST, 10);
    result(s, 1, EVENT_ARREST, 8);
    for (int i = 0; i < 12; i++)
        result(s, i, EVENT_WARRANT, 1);
    seizure(s, 0, BLADE, 0);
    seizure(s, 2, BLADE, 0);
    seizure(s, 0, CASH, 900000);
    seizure(s, 1, CASH, 600000);
    for (int i = 0; i < 3; i++)
        story_number(s, seizure(s, i, DRUG, 700000), FIELD_DRUG_CLASS, CLASS_A);
}

START_TEST(the_week_of_action_adds_up_to_the_printed_totals)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(CLC));
    const struct case_state *state;
    uint64_t by_division = 0;

    record_week(s);
    state = story_fold(s);
    ck_assert_uint_eq(total(state, EVENT_ARREST, -1)->count, 30);
    ck_assert_uint_eq(total(state, EVENT_WARRANT, -1)->count, 12);
    ck_assert_uint_eq(total(state, EVENT_SEIZURE, BLADE)->count, 2);
    ck_assert_uint_eq(total(state, EVENT_SEIZURE, CASH)->pence, 1500000);
    ck_assert_uint_eq(total(state, EVENT_SEIZURE, DRUG)->pence, 2100000);
    ck_assert_uint_eq(state_tally(state, EVENT_SEIZURE, DRUG, false, FIELD_DRUG_CLASS, slice_of("A"))->pence, 2100000);
    for (int i = 0; i < 3; i++)
        by_division += state_tally(state, EVENT_ARREST, -1, false, TALLY_DIVISION, slice_of(divisions[i]))->count;
    ck_assert_uint_eq(by_division, 30);
}
END_TEST

START_TEST(the_totals_fail_when_one_event_is_missing)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(CLC));

    record_week(s);
    story_at(s, 1)->head.verdict = VERDICT_VOID;
    ck_assert_uint_eq(total(story_fold(s), EVENT_ARREST, -1)->count, 29);
}
END_TEST

static void in_phase(struct story *s, uint32_t e, const char *phase, const char *place)
{
    story_text(s, e, FIELD_IN_PHASE, phase);
    story_text(s, e, FIELD_PLACE, place);
}

START_TEST(the_knife_operation_keeps_unknown_unknown_and_counts_the_knife_arrest_once)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(SUP));
    struct hash first_arrest;
    const struct case_state *state;
    const struct case_tally *row;
    uint32_t e;

    in_phase(s, result(s, 0, EVENT_WEAPON_SWEEP, 9), "2017-10", "Harrowby");
    in_phase(s, result(s, 1, EVENT_WEAPON_SWEEP, 7), "2018-02", "Eastmere");
    e = result(s, 0, EVENT_SURRENDER, 6);
    story_number(s, e, FIELD_SEIZURE_KIND, BLADE);
    for (int i = 0; i < 5; i++) {
        e = result(s, i, EVENT_ARREST, 1);
        in_phase(s, e, i < 3 ? "2017-10" : "2018-02", "Harrowby");
        if (i == 0)
            first_arrest = story_event_id(s, e);
    }
    e = result(s, 0, EVENT_ARREST, 1);
    story_text(s, e, FIELD_CATEGORY, "knife");
    story_ref(s, e, FIELD_WITHIN, &first_arrest);
    e = result(s, 1, EVENT_STOP_SEARCH, 1);
    story_number(s, e, FIELD_NOT_COUNTED, 1);
    result(s, 1, EVENT_ENGAGEMENT, 27);
    result(s, 2, EVENT_OTHER_ACTIVITY, 29);

    state = story_fold(s);
    ck_assert_uint_eq(total(state, EVENT_WEAPON_SWEEP, -1)->count, 16);
    ck_assert_uint_eq(total(state, EVENT_SURRENDER, BLADE)->count, 6);
    ck_assert_uint_eq(total(state, EVENT_ARREST, -1)->count, 5);
    row = state_tally(state, EVENT_ARREST, -1, true, FIELD_CATEGORY, slice_of("knife"));
    ck_assert_uint_eq(row->count, 1);
    row = total(state, EVENT_STOP_SEARCH, -1);
    ck_assert(row->unknown);
    ck_assert_uint_eq(row->count, 0);
    ck_assert_uint_eq(total(state, EVENT_ENGAGEMENT, -1)->count, 27);
    ck_assert_uint_eq(total(state, EVENT_OTHER_ACTIVITY, -1)->count, 29);
    ck_assert_uint_eq(state_tally(state, EVENT_WEAPON_SWEEP, -1, false, FIELD_IN_PHASE, slice_of("2017-10"))->count, 9);
    ck_assert_uint_eq(state_tally(state, EVENT_WEAPON_SWEEP, -1, false, FIELD_PLACE, slice_of("Eastmere"))->count, 7);
    ck_assert_uint_eq(state_tally(state, EVENT_ARREST, -1, false, FIELD_IN_PHASE, slice_of("2018-02"))->count, 2);
}
END_TEST

/* --- corrections, withdrawals, repeats ------------------------------------------------------------------------------ */

START_TEST(a_correction_replaces_the_value_and_the_newest_counts)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(CLC));
    uint32_t wrong = seizure(s, 0, CASH, 150000), right = seizure(s, 0, CASH, 1500000);
    const struct case_tally *row;

    ck_assert_uint_eq(total(story_fold(s), EVENT_SEIZURE, CASH)->pence, 1650000);
    story_corrects(s, right, wrong);
    row = total(story_fold(s), EVENT_SEIZURE, CASH);
    ck_assert_uint_eq(row->pence, 1500000);
    ck_assert_uint_eq(row->happenings, 1);
}
END_TEST

START_TEST(a_correction_stays_the_same_happening_as_what_it_corrects)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(CLC));
    uint32_t a = seizure(s, 0, CASH, 100), b = seizure(s, 1, CASH, 200), fixed = seizure(s, 1, CASH, 300);
    const struct case_tally *row;

    story_same_as(s, b, a);
    story_corrects(s, fixed, b);
    row = total(story_fold(s), EVENT_SEIZURE, CASH);
    ck_assert_uint_eq(row->happenings, 1);
    ck_assert_uint_eq(row->pence, 300);
}
END_TEST

START_TEST(a_correction_to_another_type_moves_the_count)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(CLC));
    uint32_t wrong = result(s, 0, EVENT_ARREST, 1), right = result(s, 0, EVENT_STOP_SEARCH, 1);
    const struct case_state *state;

    story_corrects(s, right, wrong);
    state = story_fold(s);
    ck_assert_ptr_null(total(state, EVENT_ARREST, -1));
    ck_assert_uint_eq(total(state, EVENT_STOP_SEARCH, -1)->count, 1);
}
END_TEST

START_TEST(a_withdrawn_event_is_kept_and_not_counted)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(CLC));
    uint32_t arrest = result(s, 0, EVENT_ARREST, 1), taken_back = story_event(s, "NTH", PC_, EVENT_NOTE);
    const struct case_state *state;

    story_at(s, taken_back)->op.withdraws = true;
    story_corrects(s, taken_back, arrest);
    state = story_fold(s);
    ck_assert_ptr_null(total(state, EVENT_ARREST, -1));
    ck_assert_uint_eq(state->event_count, 2);
    ck_assert(state->events[0].withdrawn);
}
END_TEST

START_TEST(who_may_not_record_an_event_may_not_take_it_back)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(CLC));
    uint32_t arrest = result(s, 0, EVENT_ARREST, 1);
    uint32_t taken_back = story_event(s, "NTH", ROLE_MASK(PARTNER), EVENT_NOTE);

    story_at(s, taken_back)->op.withdraws = true;
    story_corrects(s, taken_back, arrest);
    ck_assert_uint_eq(total(story_fold(s), EVENT_ARREST, -1)->count, 1);
}
END_TEST

START_TEST(a_note_by_somebody_without_the_events_role_takes_nothing_back)
{
    struct story *s = story_open(KIND_CHILD, "NTH", ROLE_MASK(MCET));
    uint32_t meeting = story_event(s, "NTH", ROLE_MASK(CRU), EVENT_STRATEGY_MEETING);
    uint32_t taken_back = story_event(s, "NTH", PC_, EVENT_NOTE);

    story_at(s, taken_back)->op.withdraws = true;
    story_corrects(s, taken_back, meeting);
    ck_assert_uint_eq(total(story_fold(s), EVENT_STRATEGY_MEETING, -1)->count, 1);
    story_at(s, taken_back)->head.roles = ROLE_MASK(CRU);
    ck_assert_ptr_null(total(story_fold(s), EVENT_STRATEGY_MEETING, -1));
}
END_TEST

START_TEST(records_of_one_happening_that_differ_say_so_and_the_later_counts)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(CLC));
    uint32_t a = seizure(s, 0, CASH, 100), b = seizure(s, 1, CASH, 200);
    const struct case_tally *row;

    story_same_as(s, a, b); /* either way round */
    row = total(story_fold(s), EVENT_SEIZURE, CASH);
    ck_assert_uint_eq(row->pence, 200);
    ck_assert(row->differs);
}
END_TEST

START_TEST(the_same_declared_across_types_joins_nothing_and_is_noted)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", ROLE_MASK(CLC));
    uint32_t a = result(s, 0, EVENT_ARREST, 1), b = result(s, 1, EVENT_WARRANT, 1);
    const struct case_state *state;

    story_same_as(s, b, a);
    state = story_fold(s);
    ck_assert_uint_eq(total(state, EVENT_ARREST, -1)->count, 1);
    ck_assert_uint_eq(total(state, EVENT_WARRANT, -1)->count, 1);
    ck_assert(story_has_note(state, s, NOTE_SAME_OTHER_TYPE, b));
}
END_TEST

START_TEST(wraps_and_weight_are_never_turned_into_each_other)
{
    struct story *s = story_open(KIND_LINE, "NTH", ROLE_MASK(CLC));
    const struct case_tally *row;

    story_number(s, seizure(s, 0, DRUG, 0), FIELD_WRAPS, 2053);
    story_number(s, seizure(s, 1, DRUG, 0), FIELD_MG, 12500);
    row = total(story_fold(s), EVENT_SEIZURE, DRUG);
    ck_assert_uint_eq(row->wraps, 2053);
    ck_assert_uint_eq(row->mg, 12500);
    ck_assert_uint_eq(row->count, 2);
}
END_TEST

Suite *suite_week(void)
{
    Suite *suite = suite_create("cases/week");
    TCase *all = tcase_create("totals");

    tcase_add_test(all, the_week_of_action_adds_up_to_the_printed_totals);
    tcase_add_test(all, the_totals_fail_when_one_event_is_missing);
    tcase_add_test(all, the_knife_operation_keeps_unknown_unknown_and_counts_the_knife_arrest_once);
    tcase_add_test(all, a_correction_replaces_the_value_and_the_newest_counts);
    tcase_add_test(all, a_correction_stays_the_same_happening_as_what_it_corrects);
    tcase_add_test(all, a_correction_to_another_type_moves_the_count);
    tcase_add_test(all, a_withdrawn_event_is_kept_and_not_counted);
    tcase_add_test(all, who_may_not_record_an_event_may_not_take_it_back);
    tcase_add_test(all, a_note_by_somebody_without_the_events_role_takes_nothing_back);
    tcase_add_test(all, records_of_one_happening_that_differ_say_so_and_the_later_counts);
    tcase_add_test(all, the_same_declared_across_types_joins_nothing_and_is_noted);
    tcase_add_test(all, wraps_and_weight_are_never_turned_into_each_other);
    suite_add_tcase(suite, all);
    return suite;
}
