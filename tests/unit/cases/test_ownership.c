/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership and hand-over: DOMAIN §8. */
#include "tests/unit/cases/story.h"

#define SUP_ ROLE_MASK(SUP)
#define INSP_ ROLE_MASK(INSP)
#define SUPT_ ROLE_MASK(SUPT)
#define HIGH 4
#define MEDIUM 3

static uint32_t offer(struct story *s, const char *from, const char *to)
{
    uint32_t e = story_event(s, from, SUP_, EVENT_HANDOVER_OFFER);

    story_text(s, e, FIELD_TO_DIVISION, to);
    story_text(s, e, FIELD_REASON, "the child lives there");
    return e;
}

static void ck_assert_owner(const struct case_state *state, enum owner_state is, const char *division, uint64_t epoch)
{
    ck_assert_int_eq(state->owner.state, is);
    ck_assert(slice_eq(state->owner.division, slice_of(division)));
    ck_assert_uint_eq(state->owner.epoch, epoch);
}

START_TEST(the_opening_division_owns_the_case)
{
    ck_assert_owner(story_fold(story_open(KIND_CHILD, "NTH", SUP_)), OWNER_OWNED, "NTH", 1);
}
END_TEST

START_TEST(the_sender_owns_the_case_until_the_receiver_accepts)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t offered = offer(s, "NTH", "EST"), accepted;

    ck_assert_owner(story_fold(s), OWNER_OFFERED, "NTH", 1);
    accepted = story_event(s, "EST", SUP_, EVENT_HANDOVER_ACCEPT);
    story_after(s, accepted, offered);
    ck_assert_owner(story_fold(s), OWNER_OWNED, "EST", 2);
}
END_TEST

START_TEST(nobody_but_the_invited_division_can_accept)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t stranger;
    const struct case_state *state;

    offer(s, "NTH", "EST");
    stranger = story_event(s, "WST", SUP_, EVENT_HANDOVER_ACCEPT);
    state = story_fold(s);
    ck_assert_owner(state, OWNER_OFFERED, "NTH", 1);
    ck_assert(story_has_note(state, s, NOTE_OWNER_NO_EFFECT, stranger));
}
END_TEST

START_TEST(declining_and_withdrawing_leave_the_sender_the_owner)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);

    offer(s, "NTH", "EST");
    story_event(s, "EST", SUP_, EVENT_HANDOVER_DECLINE);
    ck_assert_owner(story_fold(s), OWNER_OWNED, "NTH", 1);
    offer(s, "NTH", "WST");
    story_event(s, "NTH", SUP_, EVENT_HANDOVER_WITHDRAW);
    ck_assert_owner(story_fold(s), OWNER_OWNED, "NTH", 1);
}
END_TEST

START_TEST(scenario_10_a_contested_case_has_both_duty_holders_and_one_open_conflict)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t claim = story_event(s, "EST", SUP_, EVENT_HANDOVER_CLAIM), decided;
    const struct case_state *state = story_fold(s);

    ck_assert_owner(state, OWNER_CONTESTED, "NTH", 1);
    ck_assert_uint_eq(state->owner.claimant_count, 1);
    ck_assert_uint_eq(state->conflict_count, 1);
    ck_assert_uint_eq(state->conflicts[0].field, FIELD_OWNER);
    ck_assert_uint_ne(state->conflicts[0].resolvers & SUPT_, 0);

    decided = story_event(s, "WST", SUPT_, EVENT_ARBITRATION);
    story_text(s, decided, FIELD_TO_DIVISION, "EST");
    story_after(s, decided, claim);
    state = story_fold(s);
    ck_assert_owner(state, OWNER_OWNED, "EST", 2);
    ck_assert_uint_eq(state->conflict_count, 0);
}
END_TEST

static uint32_t arbitrated(struct story *s, const char *division, const char *to)
{
    uint32_t e = story_event(s, division, SUPT_, EVENT_ARBITRATION);

    story_text(s, e, FIELD_TO_DIVISION, to);
    return e;
}

static uint32_t arbitrations_due(const struct case_state *state)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->clock_count; i++)
        count += state->clocks[i].clock == CLOCK_W2 && state->clocks[i].end == CLOCK_RUNS;
    return count;
}

/* DOMAIN §9.1: two resolutions that did not know of each other are a conflict again. */
START_TEST(two_arbitrations_beside_each_other_are_contested_until_one_knows_both)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t claim = story_event(s, "EST", SUP_, EVENT_HANDOVER_CLAIM), first, second, third;
    const struct case_state *state;

    first = arbitrated(s, "NTH", "NTH");
    second = arbitrated(s, "WST", "EST");
    story_after(s, first, claim);
    story_after(s, second, claim);
    state = story_fold(s);
    ck_assert_owner(state, OWNER_CONTESTED, "NTH", 2);
    ck_assert_uint_eq(state->owner.claimant_count, 1);
    ck_assert(slice_eq(state->owner.claimants[0], slice_of("EST")));
    ck_assert_uint_eq(state->conflict_count, 1);
    ck_assert(ID_EQ(&state->conflicts[0].shown.op, &s->ops[first].head.op_id));
    ck_assert(ID_EQ(&state->conflicts[0].candidates[0].op, &s->ops[second].head.op_id));
    ck_assert_uint_eq(arbitrations_due(state), 1);
    third = arbitrated(s, "NTH", "WST");
    story_after(s, third, second); /* and does not know of the first */
    state = story_fold(s);
    ck_assert_owner(state, OWNER_CONTESTED, "NTH", 2);
    ck_assert_uint_eq(state->owner.claimant_count, 2);
    story_after(s, third, first);
    state = story_fold(s);
    ck_assert_owner(state, OWNER_OWNED, "WST", 3);
    ck_assert_uint_eq(state->conflict_count, 0);
    ck_assert_uint_eq(arbitrations_due(state), 0);
}
END_TEST

START_TEST(two_arbitrations_that_say_the_same_are_one)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t claim = story_event(s, "EST", SUP_, EVENT_HANDOVER_CLAIM);

    story_after(s, arbitrated(s, "NTH", "EST"), claim);
    story_after(s, arbitrated(s, "WST", "EST"), claim);
    ck_assert_owner(story_fold(s), OWNER_OWNED, "EST", 2);
    ck_assert_uint_eq(story_fold(s)->conflict_count, 0);
}
END_TEST

START_TEST(an_arbitration_of_what_was_decided_and_handed_on_has_no_effect)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t claim = story_event(s, "EST", SUP_, EVENT_HANDOVER_CLAIM), first, late;

    first = arbitrated(s, "NTH", "EST");
    story_after(s, first, claim);
    story_after(s, offer(s, "EST", "WST"), first);
    story_event(s, "WST", SUP_, EVENT_HANDOVER_ACCEPT);
    late = arbitrated(s, "NTH", "NTH");
    story_after(s, late, claim);
    ck_assert_owner(story_fold(s), OWNER_OWNED, "WST", 3);
    ck_assert(story_has_note(story_fold(s), s, NOTE_OWNER_NO_EFFECT, late));
}
END_TEST

START_TEST(only_the_owner_sets_an_owners_field_others_propose)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t own, other;
    const struct case_state *state;

    own = story_set_text(s, "NTH", SUP_, FIELD_OIC, "DS Example");
    other = story_set_text(s, "EST", SUP_, FIELD_OIC, "DS Sample");
    state = story_fold(s);
    ck_assert_str_eq(story_shown_text(state, FIELD_OIC), "DS Example");
    ck_assert_int_eq(story_fate(state, s, own), FATE_CURRENT);
    ck_assert_int_eq(story_fate(state, s, other), FATE_PROPOSAL);
}
END_TEST

START_TEST(a_write_from_a_stale_epoch_is_a_proposal_and_an_earlier_one_stays_until_replaced)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t early = story_set_text(s, "NTH", SUP_, FIELD_OIC, "DS Example");
    uint32_t offered = offer(s, "NTH", "EST");
    uint32_t accepted = story_event(s, "EST", SUP_, EVENT_HANDOVER_ACCEPT);
    uint32_t stale, fresh;
    const struct case_state *state;

    story_after(s, accepted, offered);
    stale = story_set_text(s, "NTH", SUP_, FIELD_OIC, "DS Late");
    story_at(s, stale)->op.epoch = 1;
    state = story_fold(s);
    ck_assert_str_eq(story_shown_text(state, FIELD_OIC), "DS Example");
    ck_assert_int_eq(story_fate(state, s, stale), FATE_PROPOSAL);

    fresh = story_set_text(s, "EST", SUP_, FIELD_OIC, "DS Sample");
    story_at(s, fresh)->op.epoch = 2;
    state = story_fold(s);
    ck_assert_str_eq(story_shown_text(state, FIELD_OIC), "DS Sample");
    ck_assert_int_eq(story_fate(state, s, early), FATE_OUTRANKED);
}
END_TEST

START_TEST(two_officers_of_the_owner_who_did_not_see_each_other_are_a_conflict)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    const struct case_state *state;

    story_set_text(s, "NTH", SUP_, FIELD_OIC, "DS Example");
    story_set_text(s, "NTH", SUP_, FIELD_OIC, "DS Sample");
    state = story_fold(s);
    ck_assert_uint_eq(state->conflict_count, 1);
    ck_assert_uint_eq(state->conflicts[0].candidate_count, 2);
}
END_TEST

START_TEST(while_contested_writes_of_owners_fields_are_proposals_of_both)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t claim = story_event(s, "EST", SUP_, EVENT_HANDOVER_CLAIM);
    uint32_t a = story_set_text(s, "NTH", SUP_, FIELD_OIC, "DS Example");
    uint32_t b = story_set_text(s, "EST", SUP_, FIELD_OIC, "DS Sample");
    const struct case_state *state;

    story_after(s, a, claim);
    state = story_fold(s);
    ck_assert_int_eq(story_fate(state, s, a), FATE_PROPOSAL);
    ck_assert_int_eq(story_fate(state, s, b), FATE_PROPOSAL);
    ck_assert_uint_eq(state->proposal_count, 2);
}
END_TEST

/* --- silence is no acceptance ------------------------------------------------------------------------------------ */

#define W1_INDEX (65536 + CLOCK_W1)

/* A daemon says that the time for an answer to this offer is over. */
static uint32_t lapse(struct story *s, const char *division, uint32_t roles, uint32_t offered, int64_t before_ms)
{
    uint32_t e = story_event(s, division, roles, EVENT_CLOCK_BREACHED);
    struct hash id;

    thing_id_of(&story_at(s, offered)->head.op_id, W1_INDEX, &id);
    story_ref(s, e, FIELD_CLOCK, &id);
    story_number(s, e, FIELD_DUE, story_at(s, e)->head.author_time.ms - before_ms);
    return e;
}

START_TEST(an_offer_lapses_when_a_daemon_says_that_its_time_is_over)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t offered = offer(s, "NTH", "EST"), accepted;

    lapse(s, "WST", ROLE_MASK(SYS), offered, 1);
    ck_assert_owner(story_fold(s), OWNER_OWNED, "NTH", 1);
    accepted = story_event(s, "EST", SUP_, EVENT_HANDOVER_ACCEPT);
    story_after(s, accepted, accepted - 1); /* it knew */
    ck_assert_owner(story_fold(s), OWNER_OWNED, "NTH", 1);
    ck_assert(story_has_note(story_fold(s), s, NOTE_OWNER_NO_EFFECT, accepted));
    offer(s, "NTH", "EST"); /* another offer stands until its own time is over */
    lapse(s, "NTH", ROLE_MASK(SYS), offered, 1);
    ck_assert_owner(story_fold(s), OWNER_OFFERED, "NTH", 1);
}
END_TEST

START_TEST(nobody_but_a_daemon_and_not_before_its_time_ends_an_offer)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t offered = offer(s, "NTH", "EST");

    lapse(s, "NTH", SUPT_, offered, 1);
    ck_assert_owner(story_fold(s), OWNER_OFFERED, "NTH", 1);
    lapse(s, "NTH", ROLE_MASK(SYS), offered, 0);
    ck_assert_owner(story_fold(s), OWNER_OFFERED, "NTH", 1);
    lapse(s, "NTH", ROLE_MASK(SYS), offered, 1);
    ck_assert_owner(story_fold(s), OWNER_OWNED, "NTH", 1);
}
END_TEST

START_TEST(who_accepts_without_knowing_of_the_lapse_holds_the_duties_too)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t offered = offer(s, "NTH", "EST"), accepted, again;
    const struct case_state *state;

    lapse(s, "NTH", ROLE_MASK(SYS), offered, 1);
    story_event(s, "WST", SUP_, EVENT_HANDOVER_ACCEPT); /* was not asked */
    ck_assert_owner(story_fold(s), OWNER_OWNED, "NTH", 1);
    accepted = story_event(s, "EST", SUP_, EVENT_HANDOVER_ACCEPT);
    story_after(s, accepted, offered);
    state = story_fold(s);
    ck_assert_owner(state, OWNER_CONTESTED, "NTH", 1);
    ck_assert_uint_eq(state->owner.claimant_count, 1);
    ck_assert(slice_eq(state->owner.claimants[0], slice_of("EST")));
    again = story_event(s, "EST", SUP_, EVENT_HANDOVER_ACCEPT);
    ck_assert(story_has_note(story_fold(s), s, NOTE_OWNER_NO_EFFECT, again));
}
END_TEST

START_TEST(what_was_accepted_before_it_lapsed_stays_accepted)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t offered = offer(s, "NTH", "EST");

    story_event(s, "EST", SUP_, EVENT_HANDOVER_ACCEPT);
    lapse(s, "NTH", ROLE_MASK(SYS), offered, 1);
    ck_assert_owner(story_fold(s), OWNER_OWNED, "EST", 2);
}
END_TEST

/* --- a child missing at high risk: DOMAIN §8, docs/fold.md §9.6 -------------------------------------------------- */

static uint32_t accept_it(struct story *s, uint32_t roles, uint32_t offered)
{
    uint32_t e = story_event(s, "EST", roles, EVENT_HANDOVER_ACCEPT);

    story_after(s, e, offered);
    return e;
}

static struct story *offered_child(int64_t risk, uint32_t *out_offered)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);

    story_set_number(s, "NTH", SUP_, FIELD_MISSING_RISK, risk);
    *out_offered = offer(s, "NTH", "EST");
    return s;
}

/* What the sender's and the receiver's daemons make of it: the ops in either order of arrival. */
static void ck_assert_owner_in_both_orders(struct story *s, enum owner_state is, const char *division, uint64_t epoch)
{
    uint32_t back[16];

    ck_assert_uint_le(s->count, CW_COUNT(back));
    for (uint32_t i = 0; i < s->count; i++)
        back[i] = s->count - 1 - i;
    ck_assert_owner(story_fold(s), is, division, epoch);
    ck_assert_owner(story_fold_in(s, back, s->count, &s->folding), is, division, epoch);
}

START_TEST(a_child_missing_at_high_risk_stays_the_senders_until_an_inspector_accepts)
{
    uint32_t offered;
    struct story *s = offered_child(HIGH, &offered);
    uint32_t sergeant = accept_it(s, SUP_, offered), inspector;
    const struct case_state *state;

    ck_assert_owner_in_both_orders(s, OWNER_OFFERED, "NTH", 1);
    state = story_fold(s);
    ck_assert(story_has_note(state, s, NOTE_STEP_ROLE, sergeant));
    ck_assert(!story_has_note(state, s, NOTE_OWNER_NO_EFFECT, sergeant));

    inspector = accept_it(s, INSP_, offered);
    ck_assert_owner_in_both_orders(s, OWNER_OWNED, "EST", 2);
    ck_assert(!story_has_note(story_fold(s), s, NOTE_STEP_ROLE, inspector));
}
END_TEST

START_TEST(at_less_than_high_a_sergeant_accepts)
{
    uint32_t offered;
    struct story *s = offered_child(MEDIUM, &offered);

    accept_it(s, SUP_, offered);
    ck_assert_owner_in_both_orders(s, OWNER_OWNED, "EST", 2);
}
END_TEST

/* The sender raised it while the receiver, cut off, accepted what it saw as medium. */
START_TEST(a_risk_raised_before_an_acceptance_that_did_not_see_it_keeps_the_child_with_the_sender)
{
    uint32_t offered;
    struct story *s = offered_child(MEDIUM, &offered);
    uint32_t accepted;

    story_set_number(s, "NTH", SUP_, FIELD_MISSING_RISK, HIGH);
    accepted = accept_it(s, SUP_, offered);
    ck_assert_owner_in_both_orders(s, OWNER_OFFERED, "NTH", 1);
    ck_assert(story_has_note(story_fold(s), s, NOTE_STEP_ROLE, accepted));
}
END_TEST

START_TEST(a_risk_raised_after_an_acceptance_takes_it_back_in_no_order_of_arrival)
{
    uint32_t offered;
    struct story *s = offered_child(MEDIUM, &offered);

    accept_it(s, SUP_, offered);
    story_set_number(s, "NTH", SUP_, FIELD_MISSING_RISK, HIGH);
    ck_assert_owner_in_both_orders(s, OWNER_OWNED, "EST", 2);
}
END_TEST

START_TEST(a_lowering_that_names_the_raise_lets_a_sergeant_accept_only_what_comes_after_it)
{
    uint32_t offered;
    struct story *s = offered_child(HIGH, &offered);
    uint32_t before = accept_it(s, SUP_, offered),
             lowered = story_set_number(s, "NTH", INSP_, FIELD_MISSING_RISK, MEDIUM);

    story_names(s, lowered, 0, 1, 0);
    ck_assert_owner_in_both_orders(s, OWNER_OFFERED, "NTH", 1);
    ck_assert(story_has_note(story_fold(s), s, NOTE_STEP_ROLE, before));
    accept_it(s, SUP_, offered);
    ck_assert_owner_in_both_orders(s, OWNER_OWNED, "EST", 2);
}
END_TEST

static uint32_t assess_high(struct story *s)
{
    uint32_t e = story_event(s, "NTH", SUP_, EVENT_RISK_ASSESSMENT);

    story_number(s, e, FIELD_MISSING_RISK, HIGH);
    story_text(s, e, FIELD_RATIONALE, "no coat");
    return e;
}

static uint32_t come_back(struct story *s)
{
    uint32_t e = story_event(s, "NTH", SUP_, EVENT_RETURNED);
    int64_t at = (int64_t)s->now;

    story_number(s, e, FIELD_HOW_KNOWN, 5);
    story_interval(s, e, FIELD_OCCURRED, at, at);
    return e;
}

START_TEST(a_child_that_is_back_is_accepted_by_a_sergeant_and_what_happens_later_takes_nothing_back)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t offered, again;

    assess_high(s);
    come_back(s);
    offered = offer(s, "NTH", "EST");
    accept_it(s, SUP_, offered);
    ck_assert_owner_in_both_orders(s, OWNER_OWNED, "EST", 2);
    again = story_event(s, "EST", INSP_, EVENT_STILL_MISSING);
    story_after(s, again, again - 1);
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 2);
    ck_assert_owner_in_both_orders(s, OWNER_OWNED, "EST", 2);
}
END_TEST

START_TEST(a_disputed_return_counts_as_missing_for_who_accepts)
{
    struct story *s = story_open(KIND_CHILD, "NTH", SUP_);
    uint32_t offered, seen;
    int64_t at;

    assess_high(s);
    seen = story_event(s, "WST", SUP_, EVENT_SIGHTING);
    at = (int64_t)s->now + 10;
    story_number(s, seen, FIELD_CONFIDENCE, 1);
    story_interval(s, seen, FIELD_OCCURRED, at, at);
    come_back(s);
    offered = offer(s, "NTH", "EST");
    ck_assert_uint_eq(story_state_of(story_fold(s), MACHINE_EPISODE), 5);
    accept_it(s, SUP_, offered);
    ck_assert_owner_in_both_orders(s, OWNER_OFFERED, "NTH", 1);
}
END_TEST

START_TEST(an_unranked_acceptance_gives_its_division_no_say_over_the_owners_fields)
{
    uint32_t offered;
    struct story *s = offered_child(HIGH, &offered);
    uint32_t written;

    accept_it(s, SUP_, offered);
    written = story_set_text(s, "EST", SUP_, FIELD_OIC, "DS Sample");
    ck_assert_int_eq(story_fate(story_fold(s), s, written), FATE_PROPOSAL);
}
END_TEST

Suite *suite_ownership(void)
{
    Suite *suite = suite_create("cases/ownership");
    TCase *all = tcase_create("hand-over");

    tcase_add_test(all, the_opening_division_owns_the_case);
    tcase_add_test(all, the_sender_owns_the_case_until_the_receiver_accepts);
    tcase_add_test(all, nobody_but_the_invited_division_can_accept);
    tcase_add_test(all, declining_and_withdrawing_leave_the_sender_the_owner);
    tcase_add_test(all, scenario_10_a_contested_case_has_both_duty_holders_and_one_open_conflict);
    tcase_add_test(all, two_arbitrations_beside_each_other_are_contested_until_one_knows_both);
    tcase_add_test(all, two_arbitrations_that_say_the_same_are_one);
    tcase_add_test(all, an_arbitration_of_what_was_decided_and_handed_on_has_no_effect);
    tcase_add_test(all, only_the_owner_sets_an_owners_field_others_propose);
    tcase_add_test(all, a_write_from_a_stale_epoch_is_a_proposal_and_an_earlier_one_stays_until_replaced);
    tcase_add_test(all, two_officers_of_the_owner_who_did_not_see_each_other_are_a_conflict);
    tcase_add_test(all, while_contested_writes_of_owners_fields_are_proposals_of_both);
    tcase_add_test(all, an_offer_lapses_when_a_daemon_says_that_its_time_is_over);
    tcase_add_test(all, nobody_but_a_daemon_and_not_before_its_time_ends_an_offer);
    tcase_add_test(all, who_accepts_without_knowing_of_the_lapse_holds_the_duties_too);
    tcase_add_test(all, what_was_accepted_before_it_lapsed_stays_accepted);
    tcase_add_test(all, a_child_missing_at_high_risk_stays_the_senders_until_an_inspector_accepts);
    tcase_add_test(all, at_less_than_high_a_sergeant_accepts);
    tcase_add_test(all, a_risk_raised_before_an_acceptance_that_did_not_see_it_keeps_the_child_with_the_sender);
    tcase_add_test(all, a_risk_raised_after_an_acceptance_takes_it_back_in_no_order_of_arrival);
    tcase_add_test(all, a_lowering_that_names_the_raise_lets_a_sergeant_accept_only_what_comes_after_it);
    tcase_add_test(all, a_child_that_is_back_is_accepted_by_a_sergeant_and_what_happens_later_takes_nothing_back);
    tcase_add_test(all, a_disputed_return_counts_as_missing_for_who_accepts);
    tcase_add_test(all, an_unranked_acceptance_gives_its_division_no_say_over_the_owners_fields);
    suite_add_tcase(suite, all);
    return suite;
}
