/* SPDX-License-Identifier: Apache-2.0 */
/* What was recorded is said otherwise: by whom, by what, and what is undone by a step of its own. */
#include "tests/unit/cases/story.h"

#define PC_ ROLE_MASK(PC)
#define SUP_ ROLE_MASK(SUP)

static struct story *s;

static void begin(void)
{
    s = story_open(KIND_CHILD, "NTH", R_ANY);
}

static uint32_t note(const char *division, uint32_t roles, uint32_t event)
{
    uint32_t op = story_event(s, division, roles, EVENT_NOTE);

    story_text(s, op, FIELD_TEXT, "It was not so");
    story_corrects(s, op, event);
    return op;
}

/* The last op, asked about where all before it stands. */
static enum admission checked(uint32_t op)
{
    uint32_t count = s->count;
    const struct case_state *state;

    s->count = op;
    state = story_fold(s);
    s->count = count;
    memset(&story_refusal, 0, sizeof story_refusal);
    return story_check(s, state, op, &story_refusal);
}

static void ck_assert_refused(uint32_t op, enum cw_err code, const char *where, const char *says)
{
    ck_assert_int_eq(checked(op), ADMIT_REFUSED);
    ck_assert_str_eq(cw_err_name(story_refusal.code), cw_err_name(code));
    ck_assert_str_eq(story_refusal.where, where);
    ck_assert_msg(strstr(story_refusal.text, says) != NULL, "%s", story_refusal.text);
    s->count = op; /* it leaves nothing behind */
}

/* --- hand-overs --------------------------------------------------------------------------------------------------- */

static uint32_t offer(void)
{
    uint32_t op = story_event(s, "NTH", SUP_, EVENT_HANDOVER_OFFER);

    story_text(s, op, FIELD_TO_DIVISION, "EST");
    story_text(s, op, FIELD_REASON, "lives there");
    return op;
}

static uint32_t claim(void)
{
    uint32_t op = story_event(s, "EST", SUP_, EVENT_HANDOVER_CLAIM);

    story_text(s, op, FIELD_REASON, "lives here");
    return op;
}

START_TEST(a_step_of_a_hand_over_is_neither_said_anew_nor_unsaid_by_a_note)
{
    uint32_t first, again;

    begin();
    first = offer();
    again = offer();
    story_corrects(s, again, first);
    ck_assert_refused(again, CW_REFUSED_TRANSITION, "handover_offer", "offer the case again");
    ck_assert_refused(note("NTH", SUP_, first), CW_REFUSED_TRANSITION, "handover_offer", "note");
    begin();
    first = claim();
    again = claim();
    story_corrects(s, again, first);
    ck_assert_refused(again, CW_REFUSED_TRANSITION, "handover_claim", "claim it");
    ck_assert_refused(note("NTH", SUP_, first), CW_REFUSED_TRANSITION, "handover_claim", "note");
}
END_TEST

START_TEST(an_offer_that_was_only_proposed_is_taken_up)
{
    uint32_t proposed, taken;

    begin();
    proposed = offer();
    story_at(s, proposed)->head.roles = PC_;
    taken = offer();
    story_corrects(s, taken, proposed);
    ck_assert_msg(checked(taken) == ADMIT, "%s", story_refusal.text);
}
END_TEST

START_TEST(a_word_about_a_duty_is_not_unsaid_by_a_note)
{
    const struct case_state *state;
    uint32_t waived;

    begin();
    state = story_fold(s);
    waived = story_event(s, "NTH", SUP_, EVENT_CLOCK_WAIVED);
    story_ref(s, waived, FIELD_CLOCK, &state->clocks[0].id);
    story_text(s, waived, FIELD_REASON, "told by telephone");
    ck_assert_refused(note("NTH", SUP_, waived), CW_REFUSED_TRANSITION, "clock_waived", "record it again");
}
END_TEST

Suite *suite_check_correct(void);
Suite *suite_check_correct(void)
{
    Suite *suite = suite_create("cases/check_correct");
    TCase *t = tcase_create("corrections");

    tcase_add_test(t, a_step_of_a_hand_over_is_neither_said_anew_nor_unsaid_by_a_note);
    tcase_add_test(t, an_offer_that_was_only_proposed_is_taken_up);
    tcase_add_test(t, a_word_about_a_duty_is_not_unsaid_by_a_note);
    suite_add_tcase(suite, t);
    return suite;
}
