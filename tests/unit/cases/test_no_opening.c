/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child's case whose opening is not here, or is void because its author's certificate was cut off (docs/fold.md §4.7): what
 * counts says that a child is missing, so somebody holds the duties, and they run.
 */
#include "cases/duties.h"
#include "cases/machine.h"
#include "cases/view.h"
#include "tests/unit/cases/story.h"

#define FCR_ ROLE_MASK(FCR)
#define INSP_ ROLE_MASK(INSP)
#define PC_ ROLE_MASK(PC)
#define SUP_ ROLE_MASK(SUP)
#define MEDIUM 3
#define HIGH 4

Suite *suite_no_opening(void);

static void at(struct story *s, uint32_t op, int64_t minutes)
{
    s->ops[op].head.author_time.ms = NOON + minutes * MINUTE_MS;
    s->ops[op].head.hlc = (uint64_t)(NOON + minutes * MINUTE_MS) << 16;
}

static uint32_t said(struct story *s, const char *division, uint32_t roles, uint32_t event, int64_t minutes)
{
    uint32_t e = story_event(s, division, roles, event);

    at(s, e, minutes);
    return e;
}

/* Its opening, by NTH, has this verdict. */
static struct story *child_whose_opening_is(enum case_verdict verdict)
{
    struct story *s = story_open(KIND_CHILD, "NTH", FCR_);

    at(s, 0, 0);
    s->ops[0].head.verdict = verdict;
    return s;
}

static const struct case_clock no_clock;

static const struct case_clock *clock_of(const struct case_state *state, uint32_t number, const struct hash *scope)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock == number && ID_EQ(&state->clocks[i].scope, scope))
            return &state->clocks[i];
    }
    return &no_clock;
}

static bool has_clock(const struct case_state *state, uint32_t number, const struct hash *scope)
{
    return clock_of(state, number, scope)->row != NULL;
}

static void ck_held_by(const struct case_state *state, const char *division)
{
    ck_assert_uint_eq(state->kind, KIND_CHILD);
    ck_assert((state->flags & STATE_NO_OPENING) != 0);
    ck_assert_int_eq(state->owner.state, OWNER_OWNED);
    ck_assert(slice_eq(state->owner.division, slice_of(division)));
    ck_assert(duty_is_held_by(state, slice_of(division)));
}

START_TEST(a_sighting_says_that_it_is_a_childs_case_and_its_division_holds_it)
{
    struct story *s = child_whose_opening_is(VERDICT_PENDING);
    uint32_t seen = said(s, "EST", PC_, EVENT_SIGHTING, 10);
    const struct case_state *state;
    const struct case_clock *first;
    struct case_summary row;

    story_number(s, seen, FIELD_CONFIDENCE, 1);
    state = story_fold(s);
    ck_held_by(state, "EST");
    ck_assert(story_has_note(state, s, NOTE_OPENING_MISSING, seen));
    ck_assert_uint_eq(story_state_of(state, MACHINE_CHILD), 1);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 1);
    first = clock_of(state, CLOCK_M1, &scope_none);
    ck_assert_ptr_nonnull(first->row);
    ck_assert_int_eq(first->started_ms, NOON + 10 * MINUTE_MS);
    ck_assert_int_eq(first->end, CLOCK_RUNS);
    ck_assert(duty_was_missed(first, (struct cw_wall){NOON + 100 * MINUTE_MS}));
    state_summary(state, &row);
    ck_assert_str_eq(row.kind, "missing_child");
    ck_assert_str_eq(row.status, "open");
    ck_assert_str_eq(row.risk, "not assessed");
}
END_TEST

START_TEST(an_opening_by_a_certificate_that_was_cut_off_still_says_that_a_child_is_missing)
{
    struct story *s = child_whose_opening_is(VERDICT_VOID_FLOOR);
    const struct case_state *state = story_fold(s);

    ck_held_by(state, "NTH");
    ck_assert(story_has_note(state, s, NOTE_OPENING_MISSING, 0));
    ck_assert(has_clock(state, CLOCK_M1, &scope_none));
    ck_assert(!state->synthetic); /* nothing else of it counts */
}
END_TEST

START_TEST(an_opening_of_another_kind_or_by_nobody_says_nothing)
{
    struct story *s = child_whose_opening_is(VERDICT_VOID_FLOOR);
    const struct case_state *state;

    s->ops[0].op.kind = KIND_OCG;
    state = story_fold(s);
    ck_assert_uint_eq(state->kind, KIND_NONE);
    ck_assert_int_eq(state->owner.state, OWNER_NONE);
    s = child_whose_opening_is(VERDICT_VOID);
    ck_assert_uint_eq(story_fold(s)->kind, KIND_NONE);
}
END_TEST

START_TEST(a_risk_of_a_missing_child_says_so_in_whatever_form_it_comes)
{
    for (uint32_t form = 0; form < 2; form++) {
        struct story *s = child_whose_opening_is(VERDICT_PENDING);
        uint32_t e = form == 0 ? said(s, "WST", SUP_, EVENT_RISK_ASSESSMENT, 5) : story_op(s, "WST", SUP_, OP_SET);
        const struct case_state *state;

        at(s, e, 5);
        story_number(s, e, FIELD_MISSING_RISK, HIGH);
        state = story_fold(s);
        ck_held_by(state, "WST");
        ck_assert(has_clock(state, CLOCK_M2, &scope_none));
        /* what was assessed first answers for the report that nobody has */
        ck_assert_int_eq(clock_of(state, CLOCK_M1, &scope_none)->end, form == 0 ? CLOCK_END_MET : CLOCK_RUNS);
    }
}
END_TEST

START_TEST(who_may_not_say_it_makes_no_case_a_childs)
{
    struct story *s = child_whose_opening_is(VERDICT_PENDING);
    const struct case_state *state;

    said(s, "EST", ROLE_MASK(AUD), EVENT_SIGHTING, 10);
    said(s, "EST", PC_, EVENT_NOTE, 11);
    state = story_fold(s);
    ck_assert_uint_eq(state->kind, KIND_NONE);
    ck_assert_int_eq(state->owner.state, OWNER_NONE);
}
END_TEST

START_TEST(the_earliest_that_says_so_is_asked_first_and_a_report_has_an_episode_of_its_own)
{
    struct story *s = child_whose_opening_is(VERDICT_PENDING);
    uint32_t report = said(s, "EST", FCR_, EVENT_EPISODE_REPORTED, 10), later = said(s, "WST", PC_, EVENT_SIGHTING, 20);
    struct hash episode = story_event_id(s, report);
    const struct case_state *state;

    story_scope(s, later, &episode);
    state = story_fold(s);
    ck_held_by(state, "EST");
    ck_assert_ptr_nonnull(state_machine(state, MACHINE_EPISODE, &episode));
    ck_assert_ptr_null(state_machine(state, MACHINE_EPISODE, &scope_none)); /* nobody speaks of another */
    ck_assert(has_clock(state, CLOCK_M1, &episode));
    ck_assert(!has_clock(state, CLOCK_M1, &scope_none));
}
END_TEST

START_TEST(whose_case_it_is_is_claimed_and_handed_over_as_any)
{
    struct story *s = child_whose_opening_is(VERDICT_PENDING);
    uint32_t offer, claim;
    const struct case_state *state;

    said(s, "EST", PC_, EVENT_SIGHTING, 10);
    claim = said(s, "WST", INSP_, EVENT_HANDOVER_CLAIM, 20);
    state = story_fold(s);
    ck_assert_int_eq(state->owner.state, OWNER_CONTESTED);
    ck_assert_uint_eq(state->conflict_count, 1);
    ck_assert(ID_EQ(&state->conflicts[0].candidates[0].op, &s->ops[claim].head.op_id));
    s = child_whose_opening_is(VERDICT_PENDING);
    said(s, "EST", PC_, EVENT_SIGHTING, 10);
    offer = said(s, "EST", INSP_, EVENT_HANDOVER_OFFER, 20);
    story_text(s, offer, FIELD_TO_DIVISION, "WST");
    said(s, "WST", INSP_, EVENT_HANDOVER_ACCEPT, 30);
    ck_held_by(story_fold(s), "WST");
}
END_TEST

START_TEST(an_opening_that_comes_later_takes_its_place_and_hides_nothing)
{
    struct story *s = child_whose_opening_is(VERDICT_PENDING);
    const struct case_state *state;

    said(s, "EST", PC_, EVENT_SIGHTING, 10);
    ck_held_by(story_fold(s), "EST");
    s->ops[0].head.verdict = VERDICT_EFFECTIVE;
    state = story_fold(s);
    ck_assert((state->flags & STATE_NO_OPENING) == 0);
    ck_assert(slice_eq(state->owner.division, slice_of("NTH")));
    ck_assert(!story_has_note(state, s, NOTE_OPENING_MISSING, 1));
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 1);
}
END_TEST

Suite *suite_no_opening(void)
{
    Suite *suite = suite_create("cases/no_opening");
    TCase *all = tcase_create("no_opening");

    tcase_add_test(all, a_sighting_says_that_it_is_a_childs_case_and_its_division_holds_it);
    tcase_add_test(all, an_opening_by_a_certificate_that_was_cut_off_still_says_that_a_child_is_missing);
    tcase_add_test(all, an_opening_of_another_kind_or_by_nobody_says_nothing);
    tcase_add_test(all, a_risk_of_a_missing_child_says_so_in_whatever_form_it_comes);
    tcase_add_test(all, who_may_not_say_it_makes_no_case_a_childs);
    tcase_add_test(all, the_earliest_that_says_so_is_asked_first_and_a_report_has_an_episode_of_its_own);
    tcase_add_test(all, whose_case_it_is_is_claimed_and_handed_over_as_any);
    tcase_add_test(all, an_opening_that_comes_later_takes_its_place_and_hides_nothing);
    suite_add_tcase(suite, all);
    return suite;
}
