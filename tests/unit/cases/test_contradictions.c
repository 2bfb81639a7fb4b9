/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What contradicts what (docs/fold.md §12.6, §12.9, §19.10): a return and a sighting, a close and a report, a waiver and a duty that
 * began after it.
 */
#include "cases/machine.h"
#include "cases/view.h"
#include "tests/unit/cases/story.h"

#define MINUTE_MS INT64_C(60000)
#define NOON INT64_C(1795867200000) /* Saturday 28 November 2026, 12:00 UTC */
#define FCR_ ROLE_MASK(FCR)
#define INSP_ ROLE_MASK(INSP)
#define PC_ ROLE_MASK(PC)
#define SUP_ ROLE_MASK(SUP)
#define MEDIUM 3

Suite *suite_contradictions(void);

static uint32_t said(struct story *s, const char *division, uint32_t roles, uint32_t event, int64_t minutes)
{
    uint32_t e = story_event(s, division, roles, event);

    s->ops[e].head.author_time.ms = NOON + minutes * MINUTE_MS;
    return e;
}

static struct story *child_missing(int64_t risk)
{
    struct story *s = story_open(KIND_CHILD, "NTH", FCR_);

    s->ops[0].head.author_time.ms = NOON;
    story_number(s, said(s, "NTH", INSP_, EVENT_RISK_ASSESSMENT, 5), FIELD_MISSING_RISK, risk);
    return s;
}

static void happened(struct story *s, uint32_t e, int64_t from, int64_t to)
{
    story_interval(s, e, FIELD_OCCURRED, NOON + from * MINUTE_MS, NOON + to * MINUTE_MS);
}

static uint32_t came_back(struct story *s, int64_t minutes)
{
    uint32_t e = said(s, "NTH", PC_, EVENT_RETURNED, minutes);

    story_number(s, e, FIELD_HOW_KNOWN, 5);
    happened(s, e, minutes - 10, minutes - 5);
    return e;
}

static uint32_t seen(struct story *s, int64_t minutes, int64_t from, int64_t to)
{
    uint32_t e = said(s, "EST", PC_, EVENT_SIGHTING, minutes);

    story_number(s, e, FIELD_CONFIDENCE, 1);
    happened(s, e, from, to);
    return e;
}

/* --- a close and a report ----------------------------------------------------------------------------------------- */

/* A child that was back, and whose episode is closed. */
static struct story *child_settled(void)
{
    struct story *s = child_missing(MEDIUM);

    came_back(s, 100);
    said(s, "NTH", SUP_, EVENT_EPISODE_CLOSED, 110);
    return s;
}

START_TEST(no_case_is_closed_over_a_child_that_was_reported_beside_it)
{
    static const uint32_t ends[] = {EVENT_CHILD_CLOSED, EVENT_MONITORED};

    for (uint32_t i = 0; i < CW_COUNT(ends); i++) {
        struct story *s = child_settled();
        uint32_t closed;
        const struct case_state *state;

        said(s, "EST", FCR_, EVENT_EPISODE_REPORTED, 120);
        closed = said(s, "NTH", R_ANY, ends[i], 121);
        state = story_fold(s);
        ck_assert_uint_eq(story_state_of(state, MACHINE_CHILD), 1);
        ck_assert(story_has_note(state, s, NOTE_CASE_OPEN, closed));
    }
}
END_TEST

START_TEST(a_sighting_that_disputes_the_return_opens_the_case)
{
    struct story *s = child_missing(MEDIUM);
    uint32_t monitored;

    came_back(s, 100);
    monitored = said(s, "NTH", R_ANY, EVENT_MONITORED, 110);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_CHILD), 2);
    seen(s, 120, 96, 97);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_CHILD), 1);
    ck_assert(story_has_note(story_fold(s), s, NOTE_CASE_OPEN, monitored));
}
END_TEST

START_TEST(the_case_of_a_child_that_is_back_is_closed)
{
    struct story *s = child_settled();

    said(s, "NTH", SUP_, EVENT_CHILD_CLOSED, 120);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_CHILD), 3);
}
END_TEST

/* --- returns and sightings ---------------------------------------------------------------------------------------- */

START_TEST(the_interview_of_a_first_return_verifies_no_second)
{
    struct story *s = child_missing(MEDIUM);

    came_back(s, 100);
    said(s, "NTH", PC_, EVENT_PREVENTION_INTERVIEW, 110);
    said(s, "NTH", INSP_, EVENT_STILL_MISSING, 200);
    came_back(s, 400);
    seen(s, 420, 410, 415);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5);
    said(s, "NTH", PC_, EVENT_PREVENTION_INTERVIEW, 430);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 4);
}
END_TEST

Suite *suite_contradictions(void)
{
    Suite *suite = suite_create("cases/contradictions");
    TCase *all = tcase_create("all");

    tcase_add_test(all, no_case_is_closed_over_a_child_that_was_reported_beside_it);
    tcase_add_test(all, a_sighting_that_disputes_the_return_opens_the_case);
    tcase_add_test(all, the_case_of_a_child_that_is_back_is_closed);
    tcase_add_test(all, the_interview_of_a_first_return_verifies_no_second);
    suite_add_tcase(suite, all);
    return suite;
}
