/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership and hand-over: DOMAIN §8. */
#include "tests/unit/cases/story.h"

#define SUP_ ROLE_MASK(SUP)
#define SUPT_ ROLE_MASK(SUPT)

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

START_TEST(a_contested_case_has_both_duty_holders_and_one_open_conflict)
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

Suite *suite_ownership(void)
{
    Suite *suite = suite_create("cases/ownership");
    TCase *all = tcase_create("hand-over");

    tcase_add_test(all, the_opening_division_owns_the_case);
    tcase_add_test(all, the_sender_owns_the_case_until_the_receiver_accepts);
    tcase_add_test(all, nobody_but_the_invited_division_can_accept);
    tcase_add_test(all, declining_and_withdrawing_leave_the_sender_the_owner);
    tcase_add_test(all, a_contested_case_has_both_duty_holders_and_one_open_conflict);
    tcase_add_test(all, only_the_owner_sets_an_owners_field_others_propose);
    tcase_add_test(all, a_write_from_a_stale_epoch_is_a_proposal_and_an_earlier_one_stays_until_replaced);
    tcase_add_test(all, two_officers_of_the_owner_who_did_not_see_each_other_are_a_conflict);
    tcase_add_test(all, while_contested_writes_of_owners_fields_are_proposals_of_both);
    suite_add_tcase(suite, all);
    return suite;
}
