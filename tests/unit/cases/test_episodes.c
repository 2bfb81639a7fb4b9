/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same child reported missing by two divisions at once (DOMAIN §9.3): two episodes of its case, until a supervisor says
 * that they are one absence.
 */
#include "cases/machine.h"
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define SUP_ ROLE_MASK(SUP)
#define INSP_ ROLE_MASK(INSP)
#define PC_ ROLE_MASK(PC)
#define HIGH 4
#define MEDIUM 3
#define HOUR INT64_C(3600000)

Suite *suite_episodes(void);

static struct refusal refusal;

/* Home reports the child to NTH at 5 o'clock, its placement to EST at 4; EST writes it down later. Each assesses. */
struct twice {
    struct story *s;
    uint32_t east, north_risk, east_risk;
    struct hash east_id;
};

static uint32_t assess(struct story *s, const char *division, int64_t risk, const struct hash *episode)
{
    uint32_t op = story_event(s, division, MCET_, EVENT_RISK_ASSESSMENT);

    story_number(s, op, FIELD_MISSING_RISK, risk);
    if (episode != NULL)
        story_scope(s, op, episode);
    return op;
}

static struct twice reported_twice(void)
{
    struct twice t = {.s = story_open(KIND_CHILD, "NTH", MCET_ | ROLE_MASK(SYS))};

    story_at(t.s, 0)->head.author_time.ms = 5 * HOUR;
    story_interval(t.s, 0, FIELD_REPORTED_AT, 5 * HOUR, 5 * HOUR);
    t.s->now = 6 * HOUR;
    t.north_risk = assess(t.s, "NTH", MEDIUM, NULL);
    t.east = story_event(t.s, "EST", MCET_, EVENT_EPISODE_REPORTED);
    story_interval(t.s, t.east, FIELD_REPORTED_AT, 4 * HOUR, 4 * HOUR);
    t.east_id = story_event_id(t.s, t.east);
    t.east_risk = assess(t.s, "EST", HIGH, &t.east_id);
    return t;
}

static uint32_t merge(struct twice *t)
{
    uint32_t op = story_event(t->s, "NTH", SUP_, EVENT_EPISODE_MERGED);
    struct hash first;

    memcpy(first.b, t->s->case_id.b, ID_LEN);
    story_scope(t->s, op, &t->east_id);
    story_ref(t->s, op, FIELD_ABOUT, &first);
    story_text(t->s, op, FIELD_REASON, "home and placement reported the same evening");
    return op;
}

static uint32_t event_in(struct twice *t, const char *division, uint32_t roles, uint32_t event, bool east)
{
    uint32_t op = story_event(t->s, division, roles, event);

    if (east)
        story_scope(t->s, op, &t->east_id);
    return op;
}

static uint32_t episode_count(const struct case_state *state, uint32_t states)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->machine_count; i++)
        count += state->machines[i].machine == MACHINE_EPISODE && (states & (1u << state->machines[i].state)) != 0;
    return count;
}

static const struct case_clock *clock_of(const struct case_state *state, uint32_t clock, uint32_t *out_count)
{
    const struct case_clock *found = NULL;

    *out_count = 0;
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock != clock)
            continue;
        found = &state->clocks[i];
        ++*out_count;
    }
    return found;
}

/* --- until somebody says that they are one, and afterwards ----------------------------------------------------------- */

START_TEST(two_reports_at_once_run_side_by_side_until_a_person_says_they_are_one)
{
    struct twice t = reported_twice();
    const struct case_state *state = story_fold(t.s);
    uint32_t count;

    ck_assert_uint_eq(episode_count(state, EPISODE_LIVE_STATES), 2);
    clock_of(state, CLOCK_M3, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(episodes_at(state, &t.s->policy, (struct cw_wall){9 * HOUR}).count, 2);

    merge(&t);
    state = story_fold(t.s);
    ck_assert_uint_eq(episode_count(state, ~0u), 1);
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 2);
    ck_assert_uint_eq(episodes_at(state, &t.s->policy, (struct cw_wall){9 * HOUR}).count, 1);
}
END_TEST

START_TEST(one_absence_has_the_earlier_report_the_greater_risk_and_every_sighting)
{
    struct twice t = reported_twice();
    uint32_t home = event_in(&t, "NTH", PC_, EVENT_SIGHTING, false);
    uint32_t away = event_in(&t, "EST", PC_, EVENT_SIGHTING, true), sightings = 0;
    const struct case_state *state;
    const struct case_value *reported;

    merge(&t);
    state = story_fold(t.s);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), HIGH);
    reported = state_value(state, &scope_none, FIELD_REPORTED_AT);
    ck_assert_int_eq(reported->value.number, 4 * HOUR);
    ck_assert_uint_eq(state_cell(state, &scope_none, FIELD_REPORTED_AT)->value_count, 2); /* the later is kept */
    for (uint32_t i = 0; i < state->event_count; i++) {
        const struct case_event *e = &state->events[i];

        if (ID_EQ(&e->dot.op, &t.s->ops[home].head.op_id) || ID_EQ(&e->dot.op, &t.s->ops[away].head.op_id))
            sightings += ID_IS_ZERO(&e->scope);
    }
    ck_assert_uint_eq(sightings, 2);
}
END_TEST

/* Who reports again has the first report on the screen, and the tool names what it shows. */
START_TEST(a_later_report_that_names_the_first_does_not_take_its_place)
{
    struct twice t = {.s = story_open(KIND_CHILD, "NTH", MCET_)};
    uint32_t named = story_interval(t.s, 0, FIELD_REPORTED_AT, 4 * HOUR, 4 * HOUR), at;
    const struct case_clock *clock;
    const struct case_state *state;
    uint32_t count;

    story_at(t.s, 0)->head.author_time.ms = 6 * HOUR;
    t.s->now = 6 * HOUR;
    assess(t.s, "NTH", HIGH, NULL);
    t.east = story_event(t.s, "EST", ROLE_MASK(INSP), EVENT_EPISODE_REPORTED);
    at = story_interval(t.s, t.east, FIELD_REPORTED_AT, 5 * HOUR, 5 * HOUR);
    story_names(t.s, t.east, at, 0, named);
    at = story_number(t.s, t.east, FIELD_MISSING_RISK, MEDIUM);
    story_names(t.s, t.east, at, 1, 0);
    t.east_id = story_event_id(t.s, t.east);
    merge(&t);
    state = story_fold(t.s);
    ck_assert_int_eq(state_value(state, &scope_none, FIELD_REPORTED_AT)->value.number, 4 * HOUR);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), HIGH);
    clock = clock_of(state, CLOCK_M3, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(clock->started_ms, 4 * HOUR);
}
END_TEST

START_TEST(its_duties_count_from_the_earlier_report)
{
    struct twice t = reported_twice();
    const struct case_clock *clock;
    uint32_t count;

    merge(&t);
    clock = clock_of(story_fold(t.s), CLOCK_M3, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(clock->started_ms, 4 * HOUR);
    ck_assert(ID_IS_ZERO(&clock->scope));
    clock = clock_of(story_fold(t.s), CLOCK_M1, &count); /* whichever division assessed first */
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(clock->end, CLOCK_END_MET);
    ck_assert(ID_EQ(&clock->end_op, &t.s->ops[t.north_risk].head.op_id));
}
END_TEST

START_TEST(coming_back_ends_it_whichever_report_the_return_names)
{
    for (int east = 0; east < 2; east++) {
        struct twice t = reported_twice();
        uint32_t back;

        merge(&t);
        back = event_in(&t, "EST", PC_, EVENT_RETURNED, east == 1);
        story_number(t.s, back, FIELD_HOW_KNOWN, 5);
        ck_assert_uint_eq(story_state_of(story_fold(t.s), MACHINE_EPISODE), EPISODE_RETURNED);
        ck_assert_uint_eq(episode_count(story_fold(t.s), EPISODE_LIVE_STATES), 0);
    }
}
END_TEST

START_TEST(taking_the_merge_back_leaves_the_case_as_it_would_have_been)
{
    struct twice t = reported_twice();
    uint32_t merged = merge(&t), taken;
    const struct case_state *state;
    uint32_t count;

    taken = story_event(t.s, "EST", SUP_, EVENT_EPISODE_UNMERGED);
    story_text(t.s, taken, FIELD_REASON, "two evenings");
    story_corrects(t.s, taken, merged);
    state = story_fold(t.s);
    ck_assert_uint_eq(episode_count(state, EPISODE_LIVE_STATES), 2);
    clock_of(state, CLOCK_M3, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(state_value(state, &scope_none, FIELD_MISSING_RISK)->value.number, MEDIUM);
    ck_assert_int_eq(state_value(state, &t.east_id, FIELD_MISSING_RISK)->value.number, HIGH);
}
END_TEST

/* --- what may not be merged -------------------------------------------------------------------------------------------- */

/* The evening's report and the return at noon: who merged did not know that the child had been back in between. */
START_TEST(an_absence_that_had_ended_before_swallows_no_later_one)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_ | SUP_ | INSP_);
    struct twice t = {.s = s};
    const struct case_state *state;
    uint32_t back, merged;

    assess(s, "NTH", MEDIUM, NULL);
    back = event_in(&t, "NTH", PC_, EVENT_RETURNED, false);
    story_number(s, back, FIELD_HOW_KNOWN, 5);
    t.east = story_event(s, "EST", MCET_, EVENT_EPISODE_REPORTED);
    t.east_id = story_event_id(s, t.east);
    t.east_risk = assess(s, "EST", HIGH, &t.east_id);
    merged = merge(&t);
    state = story_fold(s);
    ck_assert_uint_eq(episode_count(state, EPISODE_LIVE_STATES), 1); /* the later one is looked for */
    ck_assert_int_eq(state_value(state, &t.east_id, FIELD_MISSING_RISK)->value.number, HIGH);
    ck_assert(story_has_note(state, s, NOTE_EPISODES_APART, merged));
}
END_TEST

START_TEST(the_door_merges_two_live_episodes_of_the_case_and_nothing_else)
{
    struct twice t = reported_twice();
    const struct case_state *state = story_fold(t.s);
    uint32_t op = merge(&t), strange, back;

    ck_assert_msg(story_check(t.s, state, op, &refusal) == ADMIT, "%s: %s", refusal.where, refusal.text);
    story_at(t.s, op)->head.roles = PC_;
    ck_assert_int_ne(story_check(t.s, state, op, &refusal), ADMIT); /* a constable proposes */
    story_at(t.s, op)->head.roles = SUP_;

    strange = merge(&t);
    story_at(t.s, strange)->writes[0].value.id = t.east_id; /* with itself */
    ck_assert_int_eq(story_check(t.s, state, strange, &refusal), ADMIT_REFUSED);
    ck_assert_str_eq(refusal.where, "about");
    story_at(t.s, strange)->writes[0].value.id = (struct hash){{7}};
    ck_assert_int_eq(story_check(t.s, state, strange, &refusal), ADMIT_REFUSED);
    ck_assert_str_eq(refusal.where, "about");
    story_at(t.s, op)->head.verdict = VERDICT_VOID; /* nothing of this was said */
    story_at(t.s, strange)->head.verdict = VERDICT_VOID;

    back = event_in(&t, "EST", PC_, EVENT_RETURNED, true);
    story_number(t.s, back, FIELD_HOW_KNOWN, 5);
    state = story_fold(t.s);
    ck_assert_int_eq(story_check(t.s, state, merge(&t), &refusal), ADMIT_REFUSED);
    ck_assert_int_eq(refusal.code, CW_REFUSED_TRANSITION);
}
END_TEST

START_TEST(a_note_that_names_the_merged_report_is_of_the_one_episode_also_when_it_is_appended)
{
    struct twice t = reported_twice();
    uint32_t checked;
    const struct case_state *state;

    merge(&t);
    checked = event_in(&t, "EST", MCET_, EVENT_RECORDS_CHECK, true);
    state = story_fold(t.s);
    for (uint32_t i = 0; i < state->event_count; i++) {
        if (ID_EQ(&state->events[i].dot.op, &t.s->ops[checked].head.op_id))
            ck_assert(ID_IS_ZERO(&state->events[i].scope));
    }
    ck_assert(ID_IS_ZERO(state_episode(state, &t.east_id)));
}
END_TEST

Suite *suite_episodes(void)
{
    Suite *suite = suite_create("cases/episodes");
    TCase *one = tcase_create("one"), *apart = tcase_create("apart");

    tcase_add_test(one, two_reports_at_once_run_side_by_side_until_a_person_says_they_are_one);
    tcase_add_test(one, one_absence_has_the_earlier_report_the_greater_risk_and_every_sighting);
    tcase_add_test(one, a_later_report_that_names_the_first_does_not_take_its_place);
    tcase_add_test(one, its_duties_count_from_the_earlier_report);
    tcase_add_test(one, coming_back_ends_it_whichever_report_the_return_names);
    tcase_add_test(one, taking_the_merge_back_leaves_the_case_as_it_would_have_been);
    tcase_add_test(one, a_note_that_names_the_merged_report_is_of_the_one_episode_also_when_it_is_appended);
    tcase_add_test(apart, an_absence_that_had_ended_before_swallows_no_later_one);
    tcase_add_test(apart, the_door_merges_two_live_episodes_of_the_case_and_nothing_else);
    suite_add_tcase(suite, one);
    suite_add_tcase(suite, apart);
    return suite;
}
