/* SPDX-License-Identifier: Apache-2.0 */
/* Each merge rule alone, in the words of DOMAIN §0. */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define CLC_ ROLE_MASK(CLC)
#define LRO_ ROLE_MASK(LRO)
#define INSP_ ROLE_MASK(INSP)
#define PC_ ROLE_MASK(PC)

static const struct case_cell *cell_of(const struct case_state *state, uint32_t field)
{
    const struct case_cell *cell = state_cell(state, &scope_none, field);

    ck_assert_ptr_nonnull(cell);
    return cell;
}

/* --- MVR ------------------------------------------------------------------------------------------------------- */

START_TEST(two_values_set_apart_stand_in_conflict_until_one_write_names_both)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t a = story_set_number(s, "NTH", MCET_, FIELD_CARE_STATUS, 2);
    uint32_t b = story_set_number(s, "EST", MCET_, FIELD_CARE_STATUS, 3);
    const struct case_state *state = story_fold(s);
    const struct case_conflict *conflict;
    uint32_t c;

    ck_assert(cell_of(state, FIELD_CARE_STATUS)->in_conflict);
    ck_assert_uint_eq(cell_of(state, FIELD_CARE_STATUS)->value_count, 2);
    ck_assert_uint_eq(state->conflict_count, 1);
    conflict = &state->conflicts[0];
    ck_assert_uint_eq(conflict->field, FIELD_CARE_STATUS);
    ck_assert_uint_eq(conflict->candidate_count, 2);
    ck_assert_uint_ne(conflict->resolvers & ROLE_MASK(CRU), 0);
    ck_assert_int_eq(story_shown(state, FIELD_CARE_STATUS), 2); /* the owner's value first */

    c = story_set_number(s, "EST", MCET_, FIELD_CARE_STATUS, 4);
    story_names(s, c, 0, a, 0);
    ck_assert(cell_of(story_fold(s), FIELD_CARE_STATUS)->in_conflict);
    story_names(s, c, 0, b, 0);
    state = story_fold(s);
    ck_assert(!cell_of(state, FIELD_CARE_STATUS)->in_conflict);
    ck_assert_int_eq(story_shown(state, FIELD_CARE_STATUS), 4);
    ck_assert_uint_eq(state->conflict_count, 0);
    ck_assert_uint_eq(cell_of(state, FIELD_CARE_STATUS)->superseded_count, 2);
}
END_TEST

/* Two divisions say two places; LRO sets one, and is no role that decides which. */
static struct story *two_places(uint32_t *a, uint32_t *b)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);

    *a = story_set_text(s, "NTH", LRO_, FIELD_LAST_SEEN_PLACE, "the pier");
    *b = story_set_text(s, "EST", LRO_, FIELD_LAST_SEEN_PLACE, "the station");
    return s;
}

static uint32_t said_instead(struct story *s, uint32_t roles, const char *text, uint32_t of)
{
    uint32_t op = story_set_text(s, "EST", roles, FIELD_LAST_SEEN_PLACE, text);

    story_names(s, op, 0, of, 0);
    return op;
}

START_TEST(who_lacks_the_rank_ends_a_conflict_neither_in_one_step_nor_in_two)
{
    uint32_t a, b, one, two;
    struct story *s = two_places(&a, &b);

    one = said_instead(s, LRO_, "the station", a); /* the other's word for one's own */
    ck_assert_int_eq(story_fate(story_fold(s), s, one), FATE_PROPOSAL);
    ck_assert(cell_of(story_fold(s), FIELD_LAST_SEEN_PLACE)->in_conflict);
    s = two_places(&a, &b);
    one = said_instead(s, LRO_, "the market", a);
    ck_assert_int_eq(story_fate(story_fold(s), s, one), FATE_CONFLICT); /* one of two is put right */
    two = said_instead(s, LRO_, "the market", b);
    ck_assert_int_eq(story_fate(story_fold(s), s, two), FATE_PROPOSAL);
    ck_assert(cell_of(story_fold(s), FIELD_LAST_SEEN_PLACE)->in_conflict);
    story_at(s, two)->head.roles = MCET_;
    ck_assert_int_eq(story_fate(story_fold(s), s, two), FATE_CURRENT);
    ck_assert(!cell_of(story_fold(s), FIELD_LAST_SEEN_PLACE)->in_conflict);
}
END_TEST

START_TEST(who_lacks_the_rank_goes_back_to_what_was_said_before)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t a = story_set_text(s, "NTH", LRO_, FIELD_LAST_SEEN_PLACE, "the pier");
    uint32_t b = said_instead(s, LRO_, "the station", a), c = said_instead(s, LRO_, "the pier", b);

    ck_assert_int_eq(story_fate(story_fold(s), s, c), FATE_CURRENT);
    ck_assert_str_eq(story_shown_text(story_fold(s), FIELD_LAST_SEEN_PLACE), "the pier");
}
END_TEST

START_TEST(equal_values_set_apart_are_no_conflict)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);

    story_set_number(s, "NTH", MCET_, FIELD_CARE_STATUS, 2);
    story_set_number(s, "EST", MCET_, FIELD_CARE_STATUS, 2);
    ck_assert(!cell_of(story_fold(s), FIELD_CARE_STATUS)->in_conflict);
}
END_TEST

START_TEST(two_resolutions_apart_are_again_a_conflict)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t a = story_set_number(s, "NTH", MCET_, FIELD_CARE_STATUS, 2);
    uint32_t b = story_set_number(s, "EST", MCET_, FIELD_CARE_STATUS, 3);
    uint32_t c = story_set_number(s, "NTH", MCET_, FIELD_CARE_STATUS, 2);
    uint32_t d = story_set_number(s, "EST", MCET_, FIELD_CARE_STATUS, 3);

    story_names(s, c, 0, a, 0);
    story_names(s, c, 0, b, 0);
    story_names(s, d, 0, a, 0);
    story_names(s, d, 0, b, 0);
    ck_assert(cell_of(story_fold(s), FIELD_CARE_STATUS)->in_conflict);
}
END_TEST

START_TEST(while_permission_is_in_conflict_the_answer_is_no)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);

    story_set_number(s, "EST", MCET_, FIELD_PHOTO_PUBLICITY, 0);
    story_set_number(s, "NTH", MCET_, FIELD_PHOTO_PUBLICITY, 1);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_PHOTO_PUBLICITY), 0);
}
END_TEST

START_TEST(a_set_author_without_resolving_role_only_proposes_a_resolution)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t a = story_set_number(s, "NTH", MCET_, FIELD_CARE_STATUS, 2);
    uint32_t b = story_set_number(s, "EST", MCET_, FIELD_CARE_STATUS, 3);
    uint32_t c = story_set_number(s, "EST", PC_, FIELD_CARE_STATUS, 3);
    const struct case_state *state;

    story_names(s, c, 0, a, 0);
    story_names(s, c, 0, b, 0);
    state = story_fold(s);
    ck_assert_int_eq(story_fate(state, s, c), FATE_PROPOSAL);
    ck_assert(cell_of(state, FIELD_CARE_STATUS)->in_conflict);
}
END_TEST

/* --- LWW --------------------------------------------------------------------------------------------------------- */

START_TEST(the_last_writer_wins_by_what_it_knew_before_what_its_clock_said)
{
    struct story *s = story_open(KIND_LINE, "NTH", CLC_);
    uint32_t a = story_set_text(s, "NTH", CLC_, FIELD_BRAND, "Juniper");
    uint32_t b = story_set_text(s, "EST", CLC_, FIELD_BRAND, "Sorrel");
    const struct case_state *state;

    story_at(s, a)->head.hlc = STORY_HLC + 9000;
    state = story_fold(s);
    ck_assert_str_eq(story_shown_text(state, FIELD_BRAND), "Juniper");
    ck_assert_int_eq(story_fate(state, s, b), FATE_OUTRANKED);
    story_after(s, b, a); /* b's clock is behind, but its author had seen a */
    ck_assert_str_eq(story_shown_text(story_fold(s), FIELD_BRAND), "Sorrel");
}
END_TEST

/* --- MIN --------------------------------------------------------------------------------------------------------- */

START_TEST(of_two_review_times_the_earlier_counts_and_moving_it_later_names_it)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t early = story_set_number(s, "NTH", MCET_, FIELD_NEXT_REVIEW, 5000);
    uint32_t late = story_set_number(s, "EST", MCET_, FIELD_NEXT_REVIEW, 9000);
    uint32_t partner;
    const struct case_state *state = story_fold(s);

    ck_assert_int_eq(story_shown(state, FIELD_NEXT_REVIEW), 5000);
    ck_assert_int_eq(story_fate(state, s, late), FATE_OUTRANKED);
    partner = story_set_number(s, "EST", ROLE_MASK(LRO), FIELD_NEXT_REVIEW, 9500);
    story_names(s, partner, 0, early, 0);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_NEXT_REVIEW), 5000);
    story_at(s, partner)->head.roles = MCET_;
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_NEXT_REVIEW), 9000);
}
END_TEST

/* --- MAX --------------------------------------------------------------------------------------------------------- */

START_TEST(a_name_in_another_field_lowers_nothing)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t high = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t other = story_set_number(s, "NTH", INSP_, FIELD_MARKING, 0);

    story_names(s, other, 0, high, 0);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 4);
}
END_TEST

START_TEST(a_name_from_another_episode_lowers_nothing)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t high = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t second = story_event(s, "NTH", MCET_, EVENT_EPISODE_REPORTED);
    uint32_t low = story_set_number(s, "NTH", INSP_, FIELD_MISSING_RISK, 1);
    struct hash id = story_event_id(s, second);
    const struct case_state *state;

    story_scope(s, low, &id);
    story_names(s, low, 0, high, 0);
    state = story_fold(s);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), 4);
    ck_assert_int_eq(state_value(state, &id, FIELD_MISSING_RISK)->value.number, 1);
}
END_TEST

START_TEST(erasing_the_text_of_an_assessment_does_not_lower_it)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t high = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    const struct case_state *state;

    story_at(s, high)->writes[0].has_value = false;
    story_at(s, high)->writes[0].withheld = true;
    state = story_fold(s);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), 4);
    ck_assert((state->flags & STATE_INCOMPLETE) != 0);
}
END_TEST

START_TEST(naming_an_op_that_arrives_later_takes_effect_when_it_does)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t low = story_set_number(s, "NTH", INSP_, FIELD_MISSING_RISK, 2);
    uint32_t high = story_set_number(s, "EST", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t only[] = {0, low}, both[] = {0, low, high};
    static uint8_t memory[1 << 20];
    struct arena arena = arena_over(memory, sizeof(memory));
    const struct case_state *state;

    story_names(s, low, 0, high, 0);
    state = story_fold_in(s, only, 2, &arena);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), 2);
    state = story_fold_in(s, both, 3, &arena);
    ck_assert_int_eq(story_shown(state, FIELD_MISSING_RISK), 2);
    ck_assert_int_eq(story_fate(state, s, high), FATE_SUPERSEDED);
}
END_TEST

START_TEST(when_the_lowering_turns_void_what_it_named_stands_again)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t high = story_set_number(s, "EST", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t low = story_set_number(s, "NTH", INSP_, FIELD_MISSING_RISK, 2);

    story_names(s, low, 0, high, 0);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 2);
    story_at(s, low)->head.verdict = VERDICT_VOID;
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 4);
}
END_TEST

/* --- ORS, GOS ------------------------------------------------------------------------------------------------------ */

START_TEST(an_add_wins_over_a_remove_that_did_not_see_it_and_is_flagged)
{
    struct story *s = story_open(KIND_OCG, "NTH", LRO_);
    uint32_t a = story_add_text(s, "NTH", LRO_, FIELD_MEMBERS, "runner A. Example");
    uint32_t b = story_add_text(s, "EST", LRO_, FIELD_MEMBERS, "runner A. Example");
    uint32_t removed = story_remove(s, "NTH", LRO_, FIELD_MEMBERS, a);
    const struct case_state *state = story_fold(s);
    const struct case_cell *cell = cell_of(state, FIELD_MEMBERS);

    ck_assert_uint_eq(cell->value_count, 1);
    ck_assert_uint_ne(cell->values[0].flags & VALUE_REMOVED_ONCE, 0);
    ck_assert_int_eq(story_fate(state, s, a), FATE_SUPERSEDED);
    ck_assert_int_eq(story_fate(state, s, removed), FATE_ACT);
    ck_assert(story_has_note(state, s, NOTE_REMOVE_UNAWARE, b));
    story_after(s, b, removed); /* added again, knowing of the removal */
    cell = cell_of(story_fold(s), FIELD_MEMBERS);
    ck_assert_uint_eq(cell->values[0].flags, 0);
}
END_TEST

START_TEST(a_remove_that_names_every_add_empties_the_element)
{
    struct story *s = story_open(KIND_OCG, "NTH", LRO_);
    uint32_t a = story_add_text(s, "NTH", LRO_, FIELD_MEMBERS, "runner A. Example");
    uint32_t b = story_add_text(s, "EST", LRO_, FIELD_MEMBERS, "runner A. Example");
    struct op_value element = story_at(s, a)->writes[0].value;
    struct op_ref heads[4];
    uint32_t removed;

    ck_assert_uint_eq(state_heads(story_fold(s), &scope_none, FIELD_MEMBERS, &element, heads, 4), 2);
    removed = story_remove(s, "NTH", LRO_, FIELD_MEMBERS, a);
    story_names(s, removed, 0, b, 0);
    ck_assert_uint_eq(cell_of(story_fold(s), FIELD_MEMBERS)->value_count, 0);
}
END_TEST

START_TEST(who_may_add_but_not_remove_only_proposes_a_removal)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t flag = story_set_number(s, "NTH", PC_, FIELD_VULNERABILITY, 2);
    uint32_t removed = story_remove(s, "NTH", PC_, FIELD_VULNERABILITY, flag);
    const struct case_state *state = story_fold(s);

    ck_assert_uint_eq(cell_of(state, FIELD_VULNERABILITY)->value_count, 1);
    ck_assert_int_eq(story_fate(state, s, removed), FATE_PROPOSAL);
}
END_TEST

START_TEST(an_external_reference_is_struck_out_and_never_gone)
{
    struct story *s = story_open(KIND_OCG, "NTH", LRO_);
    uint32_t a = story_add_text(s, "NTH", LRO_, FIELD_EXTERNAL_REFS, "CRIME ZZ/012345/30");
    const struct case_cell *cell;

    story_remove(s, "NTH", LRO_, FIELD_EXTERNAL_REFS, a);
    cell = cell_of(story_fold(s), FIELD_EXTERNAL_REFS);
    ck_assert_uint_eq(cell->value_count, 1);
    ck_assert_uint_ne(cell->values[0].flags & VALUE_STRUCK, 0);
}
END_TEST

/* --- IMM ------------------------------------------------------------------------------------------------------------ */

START_TEST(what_the_opening_fixed_stays_and_later_attempts_are_proposals)
{
    struct story *s = story_open(KIND_OPERATION, "NTH", CLC_);
    struct hash one = {{1}}, two = {{2}};
    uint32_t later = story_op(s, "NTH", CLC_, OP_SET);
    const struct case_state *state;

    story_ref(s, 0, FIELD_TEMPLATE_OF, &one);
    story_ref(s, later, FIELD_TEMPLATE_OF, &two);
    state = story_fold(s);
    ck_assert(ID_EQ(&state_value(state, &scope_none, FIELD_TEMPLATE_OF)->value.id, &one));
    ck_assert_int_eq(story_fate(state, s, later), FATE_PROPOSAL);
}
END_TEST

Suite *suite_rules(void)
{
    Suite *suite = suite_create("cases/rules");
    TCase *all = tcase_create("one rule at a time");

    tcase_add_test(all, two_values_set_apart_stand_in_conflict_until_one_write_names_both);
    tcase_add_test(all, who_lacks_the_rank_ends_a_conflict_neither_in_one_step_nor_in_two);
    tcase_add_test(all, who_lacks_the_rank_goes_back_to_what_was_said_before);
    tcase_add_test(all, equal_values_set_apart_are_no_conflict);
    tcase_add_test(all, two_resolutions_apart_are_again_a_conflict);
    tcase_add_test(all, while_permission_is_in_conflict_the_answer_is_no);
    tcase_add_test(all, a_set_author_without_resolving_role_only_proposes_a_resolution);
    tcase_add_test(all, the_last_writer_wins_by_what_it_knew_before_what_its_clock_said);
    tcase_add_test(all, of_two_review_times_the_earlier_counts_and_moving_it_later_names_it);
    tcase_add_test(all, a_name_in_another_field_lowers_nothing);
    tcase_add_test(all, a_name_from_another_episode_lowers_nothing);
    tcase_add_test(all, erasing_the_text_of_an_assessment_does_not_lower_it);
    tcase_add_test(all, naming_an_op_that_arrives_later_takes_effect_when_it_does);
    tcase_add_test(all, when_the_lowering_turns_void_what_it_named_stands_again);
    tcase_add_test(all, an_add_wins_over_a_remove_that_did_not_see_it_and_is_flagged);
    tcase_add_test(all, a_remove_that_names_every_add_empties_the_element);
    tcase_add_test(all, who_may_add_but_not_remove_only_proposes_a_removal);
    tcase_add_test(all, an_external_reference_is_struck_out_and_never_gone);
    tcase_add_test(all, what_the_opening_fixed_stays_and_later_attempts_are_proposals);
    suite_add_tcase(suite, all);
    return suite;
}
