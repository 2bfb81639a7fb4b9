/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is put right later (docs/fold.md §9.2, §10, §19.4): a correction or a withdrawal moves no duty later, ends none that
 * stands, and takes with it no more than what it names.
 */
#include "tests/unit/cases/story.h"

#define MINUTE_MS INT64_C(60000)
#define NOON INT64_C(1795867200000) /* Saturday 28 November 2026, 12:00 UTC */
#define FCR_ ROLE_MASK(FCR)
#define INSP_ ROLE_MASK(INSP)
#define SUP_ ROLE_MASK(SUP)
#define SUPT_ ROLE_MASK(SUPT)
#define HIGH 4

Suite *suite_corrections(void);

static uint32_t at(struct story *s, uint32_t op, int64_t minutes)
{
    s->ops[op].head.author_time.ms = NOON + minutes * MINUTE_MS;
    return op;
}

static struct story *child_missing(void)
{
    struct story *s = story_open(KIND_CHILD, "NTH", FCR_);

    at(s, 0, 0);
    return s;
}

static uint32_t said(struct story *s, const char *division, uint32_t roles, uint32_t event, int64_t minutes)
{
    return at(s, story_event(s, division, roles, event), minutes);
}

static uint32_t assessed(struct story *s, uint32_t roles, int64_t minutes, int64_t risk)
{
    uint32_t e = said(s, "NTH", roles, EVENT_RISK_ASSESSMENT, minutes);

    story_number(s, e, FIELD_MISSING_RISK, risk);
    return e;
}

static uint32_t offered(struct story *s, int64_t minutes)
{
    uint32_t e = said(s, "NTH", SUP_, EVENT_HANDOVER_OFFER, minutes);

    story_text(s, e, FIELD_TO_DIVISION, "EST");
    return e;
}

/* The first of that row that runs, else the first. */
static const struct case_clock *duty(const struct case_state *state, uint32_t clock)
{
    const struct case_clock *first = NULL;

    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock != clock)
            continue;
        if (state->clocks[i].end == CLOCK_RUNS)
            return &state->clocks[i];
        if (first == NULL)
            first = &state->clocks[i];
    }
    ck_assert_msg(first != NULL, "there is no such duty");
    return first;
}

static void ck_due(const struct case_state *state, uint32_t clock, int64_t minutes)
{
    ck_assert_int_eq(duty(state, clock)->end, CLOCK_RUNS);
    ck_assert_int_eq((duty(state, clock)->deadline_ms - NOON) / MINUTE_MS, minutes);
}

/* --- steps of the ownership --------------------------------------------------------------------------------------- */

START_TEST(a_corrected_offer_stands_and_so_does_its_duty)
{
    struct story *s = child_missing();
    uint32_t first, again;
    const struct case_state *state;

    assessed(s, INSP_, 5, HIGH);
    first = offered(s, 10);
    again = offered(s, 12);
    story_corrects(s, again, first);
    state = story_fold(s);
    ck_assert_int_eq(state->owner.state, OWNER_OFFERED);
    ck_assert(!story_has_note(state, s, NOTE_OWNER_NO_EFFECT, again));
    ck_due(state, CLOCK_W1, 40);
}
END_TEST

START_TEST(the_correction_of_a_declined_offer_offers_nothing)
{
    struct story *s = child_missing();
    uint32_t first = offered(s, 10), again;

    said(s, "EST", SUP_, EVENT_HANDOVER_DECLINE, 20);
    again = offered(s, 30);
    story_corrects(s, again, first);
    ck_assert_int_eq(story_fold(s)->owner.state, OWNER_OWNED);
}
END_TEST

START_TEST(a_corrected_claim_is_arbitrated_in_the_same_time)
{
    struct story *s = child_missing();
    uint32_t claimed;
    const struct case_state *state;

    assessed(s, INSP_, 5, HIGH);
    claimed = said(s, "EST", SUP_, EVENT_HANDOVER_CLAIM, 10);
    story_corrects(s, said(s, "EST", SUP_, EVENT_HANDOVER_CLAIM, 12), claimed);
    state = story_fold(s);
    ck_assert_int_eq(state->owner.state, OWNER_CONTESTED);
    ck_due(state, CLOCK_W2, 70);
}
END_TEST

START_TEST(the_correction_of_a_claim_that_was_decided_claims_nothing)
{
    struct story *s = child_missing();
    uint32_t claimed = said(s, "EST", SUP_, EVENT_HANDOVER_CLAIM, 10);

    story_text(s, said(s, "NTH", SUPT_, EVENT_ARBITRATION, 20), FIELD_TO_DIVISION, "NTH");
    story_corrects(s, said(s, "EST", SUP_, EVENT_HANDOVER_CLAIM, 30), claimed);
    ck_assert_int_eq(story_fold(s)->owner.state, OWNER_OWNED);
}
END_TEST

START_TEST(a_note_about_an_offer_or_a_claim_ends_no_duty)
{
    struct story *s = child_missing();
    uint32_t first;

    assessed(s, INSP_, 5, HIGH);
    first = offered(s, 10);
    story_corrects(s, said(s, "NTH", R_ANY, EVENT_NOTE, 12), first);
    ck_due(story_fold(s), CLOCK_W1, 40);
    first = said(s, "WST", SUP_, EVENT_HANDOVER_CLAIM, 14);
    story_corrects(s, said(s, "NTH", R_ANY, EVENT_NOTE, 16), first);
    ck_due(story_fold(s), CLOCK_W2, 74);
}
END_TEST

Suite *suite_corrections(void)
{
    Suite *suite = suite_create("cases/corrections");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_corrected_offer_stands_and_so_does_its_duty);
    tcase_add_test(all, the_correction_of_a_declined_offer_offers_nothing);
    tcase_add_test(all, a_corrected_claim_is_arbitrated_in_the_same_time);
    tcase_add_test(all, the_correction_of_a_claim_that_was_decided_claims_nothing);
    tcase_add_test(all, a_note_about_an_offer_or_a_claim_ends_no_duty);
    suite_add_tcase(suite, all);
    return suite;
}
