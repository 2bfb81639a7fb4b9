/* SPDX-License-Identifier: Apache-2.0 */
/* What was recorded is said otherwise: by whom, by what, and what is undone by a step of its own. */
#include "tests/unit/cases/story.h"

#define PC_ ROLE_MASK(PC)
#define SUP_ ROLE_MASK(SUP)
#define INSP_ ROLE_MASK(INSP)

enum { SEEN_BY_POLICE = 5, POSSIBLE = 1, REFUTED = 4, HIGH = 4 };

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

/* --- sightings ---------------------------------------------------------------------------------------------------- */

static uint32_t sighting(const char *division, uint32_t roles, int64_t confidence)
{
    uint32_t op = story_event(s, division, roles, EVENT_SIGHTING);

    story_number(s, op, FIELD_CONFIDENCE, confidence);
    story_interval(s, op, FIELD_OCCURRED, (int64_t)s->now, (int64_t)s->now);
    return op;
}

static uint32_t disputed(void)
{
    uint32_t risk, back;

    begin();
    risk = story_event(s, "NTH", INSP_, EVENT_RISK_ASSESSMENT);
    story_number(s, risk, FIELD_MISSING_RISK, HIGH);
    back = story_event(s, "NTH", PC_, EVENT_RETURNED);
    story_number(s, back, FIELD_HOW_KNOWN, SEEN_BY_POLICE);
    story_interval(s, back, FIELD_OCCURRED, (int64_t)s->now, (int64_t)s->now);
    return sighting("EST", PC_, POSSIBLE);
}

static uint32_t refuted(const char *division, uint32_t roles, uint32_t seen, bool withdraws)
{
    uint32_t op = withdraws ? story_event(s, division, roles, EVENT_SIGHTING) : sighting(division, roles, REFUTED);

    story_at(s, op)->op.withdraws = withdraws;
    story_corrects(s, op, seen);
    return op;
}

START_TEST(a_sighting_that_disputes_a_return_is_its_own_sides_or_an_inspectors_to_unsay)
{
    uint32_t seen = disputed();

    ck_assert_refused(refuted("NTH", PC_, seen, true), CW_REFUSED_ROLE, "sighting", "officers of EST, or by INSP");
    ck_assert_refused(refuted("NTH", PC_, seen, false), CW_REFUSED_ROLE, "sighting", "disputed");
    ck_assert_refused(note("NTH", PC_, seen), CW_REFUSED_ROLE, "sighting", "disputed");
    ck_assert_int_eq(checked(refuted("NTH", INSP_, seen, true)), ADMIT);
    s->count = seen + 1;
    ck_assert_int_eq(checked(refuted("EST", PC_, seen, false)), ADMIT);
}
END_TEST

START_TEST(a_sighting_that_holds_a_close_is_not_the_closing_sides_to_unsay)
{
    uint32_t back, seen, close;

    (void)disputed();
    back = --s->count - 1;
    seen = sighting("EST", PC_, POSSIBLE);
    story_interval(s, seen, FIELD_OCCURRED, 0, 0); /* before the return: it disputes nothing */
    story_at(s, seen)->op.write_count = 1;
    story_interval(s, seen, FIELD_OCCURRED, 0, 0);
    close = story_event(s, "NTH", INSP_, EVENT_EPISODE_CLOSED);
    story_after(s, close, back);
    ck_assert(story_has_note(story_fold(s), s, NOTE_STEP_HELD, close));
    ck_assert_refused(refuted("NTH", PC_, seen, true), CW_REFUSED_ROLE, "sighting", "held");
    ck_assert_int_eq(checked(refuted("EST", PC_, seen, true)), ADMIT);
}
END_TEST

START_TEST(nor_is_any_other_that_the_close_did_not_know)
{
    uint32_t back, seen[2], close;

    (void)disputed();
    back = --s->count - 1;
    for (uint32_t i = 0; i < 2; i++) {
        seen[i] = story_event(s, "EST", PC_, EVENT_SIGHTING);
        story_number(s, seen[i], FIELD_CONFIDENCE, POSSIBLE);
        story_interval(s, seen[i], FIELD_OCCURRED, 0, 0);
    }
    close = story_event(s, "NTH", INSP_, EVENT_EPISODE_CLOSED);
    story_after(s, close, back);
    for (uint32_t i = 0; i < 2; i++)
        ck_assert_refused(refuted("NTH", PC_, seen[i], true), CW_REFUSED_ROLE, "sighting", "held");
    story_after(s, close, seen[0]); /* it was read: the other alone holds the close */
    ck_assert_int_eq(checked(refuted("NTH", PC_, seen[0], true)), ADMIT);
}
END_TEST

START_TEST(a_sighting_that_contradicts_nothing_is_anybodys_to_put_right)
{
    uint32_t seen;

    begin();
    seen = sighting("EST", PC_, POSSIBLE);
    ck_assert_int_eq(checked(refuted("NTH", PC_, seen, false)), ADMIT);
}
END_TEST

/* --- assessments -------------------------------------------------------------------------------------------------- */

static uint32_t assess(uint32_t roles, int64_t risk, uint8_t author)
{
    uint32_t op = story_event(s, "NTH", roles, EVENT_RISK_ASSESSMENT);
    uint32_t write = story_number(s, op, FIELD_MISSING_RISK, risk);

    story_at(s, op)->writes[write].has_max = true;
    story_at(s, op)->writes[write].max_value = (uint64_t)risk;
    story_text(s, op, FIELD_RATIONALE, "No coat");
    story_at(s, op)->head.author.b[0] = author;
    return op;
}

static uint32_t assess_again(uint32_t roles, uint8_t author, uint32_t was, bool withdraws)
{
    uint32_t op = assess(roles, HIGH, author);

    story_corrects(s, op, was);
    story_at(s, op)->op.withdraws = withdraws;
    story_at(s, op)->op.write_count = withdraws ? 0 : 2;
    return op;
}

START_TEST(an_assessment_is_its_authors_to_say_anew_or_theirs_who_may_lower_the_risk)
{
    uint32_t was;

    begin();
    was = assess(PC_, HIGH, 1);
    for (int withdraws = 0; withdraws < 2; withdraws++) {
        ck_assert_refused(assess_again(PC_, 2, was, withdraws != 0), CW_REFUSED_ROLE, "risk_assessment", "INSP, SUPT");
        ck_assert_int_eq(checked(assess_again(INSP_, 2, was, withdraws != 0)), ADMIT);
        s->count = was + 1;
        ck_assert_int_eq(checked(assess_again(PC_, 1, was, withdraws != 0)), ADMIT);
        s->count = was + 1;
    }
}
END_TEST

START_TEST(who_may_lower_the_risk_is_what_the_policy_says)
{
    uint32_t was;

    begin();
    ck_assert_int_eq(case_policy_apply(&s->policy, slice_of("role.lower.missing_risk"), slice_of("SUP,INSP"), NULL),
                     CW_OK);
    was = assess(PC_, HIGH, 1);
    ck_assert_int_eq(checked(assess_again(SUP_, 2, was, true)), ADMIT);
}
END_TEST

START_TEST(an_assessment_is_not_unsaid_by_a_note)
{
    uint32_t was;

    begin();
    was = assess(PC_, HIGH, 1);
    ck_assert_refused(note("NTH", INSP_, was), CW_REFUSED_VALUE, "risk_assessment", "risk_assessment");
}
END_TEST

/* --- episodes ----------------------------------------------------------------------------------------------------- */

static uint32_t report(const char *division)
{
    return story_event(s, division, R_ANY, EVENT_EPISODE_REPORTED);
}

START_TEST(a_report_is_not_reported_again_by_a_correction)
{
    uint32_t was, again;

    begin();
    was = report("EST");
    again = report("EST");
    story_corrects(s, again, was);
    ck_assert_refused(again, CW_REFUSED_TRANSITION, "episode_reported", "episode_cancelled");
    ck_assert_refused(note("EST", R_ANY, was), CW_REFUSED_TRANSITION, "episode_reported", "episode_cancelled");
}
END_TEST

static uint32_t merge(const struct hash *about)
{
    uint32_t op = story_event(s, "NTH", SUP_, EVENT_EPISODE_MERGED);

    story_ref(s, op, FIELD_ABOUT, about);
    story_text(s, op, FIELD_REASON, "one absence");
    return op;
}

START_TEST(a_merging_is_undone_by_its_own_step)
{
    struct hash first, second;
    uint32_t was, again;

    begin();
    first = story_event_id(s, report("EST"));
    second = story_event_id(s, report("WST"));
    was = merge(&first);
    again = merge(&second);
    story_corrects(s, again, was);
    ck_assert_refused(again, CW_REFUSED_TRANSITION, "episode_merged", "casewire episode unmerge");
    ck_assert_refused(note("NTH", SUP_, was), CW_REFUSED_TRANSITION, "episode_merged", "episode_unmerged");
    again = story_event(s, "NTH", SUP_, EVENT_EPISODE_UNMERGED);
    story_text(s, again, FIELD_REASON, "two evenings");
    story_corrects(s, again, was);
    ck_assert_int_eq(checked(again), ADMIT);
}
END_TEST

START_TEST(a_merged_identity_is_undone_by_its_own_step)
{
    static const struct hash other = {{9}}, third = {{8}};
    const struct hash *to[] = {&other, &third};
    uint32_t merged[2];

    begin();
    for (uint32_t i = 0; i < 2; i++) {
        merged[i] = story_event(s, "NTH", INSP_, EVENT_IDENTITY_MERGED);
        story_ref(s, merged[i], FIELD_SURVIVOR, to[i]);
        story_number(s, merged[i], FIELD_IDENTIFIER, 1);
        story_number(s, merged[i], FIELD_SECOND_IDENTIFIER, 2);
        story_text(s, merged[i], FIELD_REASON, "the same girl");
    }
    story_corrects(s, merged[1], merged[0]);
    ck_assert_refused(merged[1], CW_REFUSED_TRANSITION, "identity_merged", "casewire child unmerge");
}
END_TEST

START_TEST(what_is_corrected_is_corrected_in_its_own_episode)
{
    struct hash second;
    uint32_t seen, again;

    begin();
    second = story_event_id(s, report("EST"));
    seen = sighting("NTH", PC_, POSSIBLE);
    again = sighting("NTH", PC_, REFUTED);
    story_corrects(s, again, seen);
    story_scope(s, again, &second);
    ck_assert_refused(again, CW_REFUSED_VALUE, "sighting", "another episode");
    again = sighting("NTH", PC_, REFUTED);
    story_corrects(s, again, seen);
    ck_assert_int_eq(checked(again), ADMIT);
}
END_TEST

/* Two reports of one absence are one episode, whichever of them is named. */
START_TEST(what_is_corrected_in_a_merged_episode_is_in_its_own)
{
    struct hash second;
    uint32_t seen, again;

    begin();
    second = story_event_id(s, report("EST"));
    seen = sighting("EST", PC_, POSSIBLE);
    story_scope(s, seen, &second);
    (void)merge(&second);
    again = sighting("NTH", PC_, REFUTED);
    story_corrects(s, again, seen);
    ck_assert_msg(checked(again) == ADMIT, "%s", story_refusal.text);
    story_scope(s, again, &second);
    ck_assert_msg(checked(again) == ADMIT, "%s", story_refusal.text);
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
    tcase_add_test(t, a_sighting_that_disputes_a_return_is_its_own_sides_or_an_inspectors_to_unsay);
    tcase_add_test(t, a_sighting_that_holds_a_close_is_not_the_closing_sides_to_unsay);
    tcase_add_test(t, nor_is_any_other_that_the_close_did_not_know);
    tcase_add_test(t, a_sighting_that_contradicts_nothing_is_anybodys_to_put_right);
    tcase_add_test(t, an_assessment_is_its_authors_to_say_anew_or_theirs_who_may_lower_the_risk);
    tcase_add_test(t, who_may_lower_the_risk_is_what_the_policy_says);
    tcase_add_test(t, an_assessment_is_not_unsaid_by_a_note);
    tcase_add_test(t, a_report_is_not_reported_again_by_a_correction);
    tcase_add_test(t, a_merging_is_undone_by_its_own_step);
    tcase_add_test(t, a_merged_identity_is_undone_by_its_own_step);
    tcase_add_test(t, what_is_corrected_is_corrected_in_its_own_episode);
    tcase_add_test(t, what_is_corrected_in_a_merged_episode_is_in_its_own);
    suite_add_tcase(suite, t);
    return suite;
}
