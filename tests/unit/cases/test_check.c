/* SPDX-License-Identifier: Apache-2.0 */
/* The door: hostile and mistaken input first, each refused with its code and a place. */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)
#define CLC_ ROLE_MASK(CLC)
#define PC_ ROLE_MASK(PC)

static struct story *child(const struct case_state **state)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);

    story_text(s, 0, FIELD_TITLE, "episode north 1");
    *state = story_fold(s);
    return s;
}

START_TEST(an_unknown_field_is_refused)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t op = story_op(s, "NTH", MCET_, OP_SET);

    story_write(s, op, 6543, VERB_SET, (struct op_value){.type = VALUE_NUMBER});
    ck_story_refused(s, state, op, CW_REFUSED_UNKNOWN_FIELD, "");
}
END_TEST

START_TEST(a_field_of_another_kind_is_refused)
{
    const struct case_state *state;
    struct story *s = child(&state);

    ck_story_refused(s, state, story_set_text(s, "NTH", R_ANY, FIELD_BRAND, "Juniper"), CW_REFUSED_UNKNOWN_FIELD,
                     "brand");
}
END_TEST

START_TEST(a_computed_field_is_refused)
{
    const struct case_state *state;
    struct story *s = child(&state);

    ck_story_refused(s, state, story_set_number(s, "NTH", R_ANY, FIELD_CHILD_STATUS, 1), CW_REFUSED_VALUE, "status");
}
END_TEST

START_TEST(an_unknown_op_event_or_verb_is_refused)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t verb = story_set_text(s, "NTH", MCET_, FIELD_SUMMARY, "x");

    ck_story_refused(s, state, story_op(s, "NTH", MCET_, 42), CW_REFUSED_UNKNOWN_OP, "type");
    ck_story_refused(s, state, story_event(s, "NTH", MCET_, 9999), CW_REFUSED_UNKNOWN_OP, "event");
    ck_story_refused(s, state, story_event(s, "NTH", MCET_, EVENT_SCORE), CW_REFUSED_UNKNOWN_OP, "score");
    story_at(s, verb)->writes[0].verb = (enum write_verb)77;
    ck_story_refused(s, state, verb, CW_REFUSED_VALUE, "summary");
}
END_TEST

START_TEST(a_number_outside_its_scale_or_bound_is_refused)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t pence;

    ck_story_refused(s, state, story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 5), CW_REFUSED_VALUE,
                     "missing_risk");
    ck_story_refused(s, state, story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 0), CW_REFUSED_VALUE,
                     "missing_risk");
    ck_story_refused(s, state, story_set_number(s, "NTH", MCET_, FIELD_HEIGHT_CM, 251), CW_REFUSED_VALUE, "height_cm");
    ck_story_refused(s, state, story_set_number(s, "NTH", MCET_, FIELD_HEIGHT_CM, -1), CW_REFUSED_VALUE, "height_cm");
    ck_story_refused(s, state, story_set_number(s, "NTH", MCET_, FIELD_HEIGHT_CM, 0), CW_REFUSED_VALUE, "height_cm");
    ck_story_refused(s, state, story_set_number(s, "NTH", MCET_, FIELD_PHOTO_PUBLICITY, 2), CW_REFUSED_VALUE,
                     "photo_publicity");
    pence = story_event(s, "NTH", MCET_, EVENT_SEIZURE);
    story_number(s, pence, FIELD_SEIZURE_KIND, 2);
    story_number(s, pence, FIELD_PENCE, -1);
    ck_story_refused(s, state, pence, CW_REFUSED_VALUE, "pence");
}
END_TEST

START_TEST(an_interval_that_ends_before_it_begins_is_refused)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t op = story_op(s, "NTH", MCET_, OP_SET);

    story_interval(s, op, FIELD_LAST_SEEN, 9, 8);
    ck_story_refused(s, state, op, CW_REFUSED_VALUE, "last_seen");
    op = story_op(s, "NTH", MCET_, OP_SET);
    story_interval(s, op, FIELD_NEXT_REVIEW, 8, 9);
    ck_story_refused(s, state, op, CW_REFUSED_VALUE, "next_review");
}
END_TEST

START_TEST(a_date_that_is_not_one_is_refused)
{
    static const char *const wrong[] = {"2015-02-29", "2015-13-01",  "2015-00-01", "2015-1-1",   "15-01-01",
                                        "2015-01-",   "2015-01-01x", "~",          "2015/01/01", "2015-04-31"};
    static const char *const right[] = {"2016-02-29", "2015", "2015-01", "~2015-06-01", "~2015"};
    const struct case_state *state;
    struct story *s = child(&state);

    s->now = UINT64_C(1795780800000); /* in November 2026 */
    for (size_t i = 0; i < CW_COUNT(wrong); i++) {
        ck_assert_int_eq(
            story_check(s, state, story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, wrong[i]), &story_refusal),
            ADMIT_REFUSED);
    }
    for (size_t i = 0; i < CW_COUNT(right); i++) {
        ck_assert_int_eq(
            story_check(s, state, story_set_text(s, "NTH", MCET_, FIELD_BIRTH_DATE, right[i]), &story_refusal), ADMIT);
    }
}
END_TEST

START_TEST(a_max_field_must_say_its_value_in_the_frame)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t op = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 3);

    story_at(s, op)->writes[0].has_max = false;
    ck_story_refused(s, state, op, CW_REFUSED_MISSING, "missing_risk");
    story_at(s, op)->writes[0].has_max = true;
    story_at(s, op)->writes[0].max_value = 2;
    ck_story_refused(s, state, op, CW_REFUSED_VALUE, "missing_risk");
    story_at(s, op)->writes[0].max_value = UINT64_MAX;
    story_at(s, op)->writes[0].has_value = false;
    ck_story_refused(s, state, op, CW_REFUSED_VALUE, "missing_risk");
}
END_TEST

START_TEST(a_value_that_is_not_there_is_refused)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t op = story_set_text(s, "NTH", MCET_, FIELD_SUMMARY, "x");

    story_at(s, op)->writes[0].has_value = false;
    ck_story_refused(s, state, op, CW_REFUSED_MISSING, "summary");
    story_at(s, op)->writes[0].withheld = true;
    ck_story_refused(s, state, op, CW_REFUSED_MISSING, "summary");
    ck_story_refused(s, state, story_op(s, "NTH", MCET_, OP_SET), CW_REFUSED_MISSING, "writes");
}
END_TEST

START_TEST(a_remove_must_name_what_it_takes_back)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t op = story_op(s, "NTH", MCET_, OP_SET);

    story_write(s, op, FIELD_TAGS, VERB_REMOVE, (struct op_value){.type = VALUE_NONE});
    ck_story_refused(s, state, op, CW_REFUSED_MISSING, "tags");
}
END_TEST

START_TEST(an_opening_needs_a_known_kind_its_required_fields_and_the_right_marker)
{
    struct story *s = story_open(KIND_LINE, "NTH", CLC_);

    ck_story_refused(s, NULL, 0, CW_REFUSED_MISSING, "title");
    story_text(s, 0, FIELD_TITLE, "a line");
    ck_story_refused(s, NULL, 0, CW_REFUSED_MISSING, "brand");
    story_text(s, 0, FIELD_BRAND, "Juniper");
    ck_assert_int_eq(story_check(s, NULL, 0, &story_refusal), ADMIT);
    story_at(s, 0)->op.synthetic = false;
    ck_story_refused(s, NULL, 0, CW_REFUSED_SYNTHETIC, "synthetic");
    story_at(s, 0)->op.kind = 77;
    ck_story_refused(s, NULL, 0, CW_REFUSED_VALUE, "kind");
}
END_TEST

START_TEST(a_test_network_takes_no_plate_that_may_be_somebodys)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t op = story_event(s, "NTH", MCET_, EVENT_NOTE);

    story_text(s, op, FIELD_TEXT, "left in a grey van, KX01 ABC");
    ck_assert_int_eq(story_check(s, state, op, &story_refusal), ADMIT);
    op = story_event(s, "NTH", MCET_, EVENT_NOTE);
    story_text(s, op, FIELD_TEXT,
               "left in a grey van, KX0"
               "2 ABC");
    ck_story_refused(s, state, op, CW_REFUSED_SYNTHETIC, "text");
}
END_TEST

START_TEST(an_event_needs_its_required_fields_and_carries_no_others)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t op = story_event(s, "NTH", MCET_, EVENT_SIGHTING);

    ck_story_refused(s, state, op, CW_REFUSED_MISSING, "confidence");
    story_number(s, op, FIELD_CONFIDENCE, 2);
    story_interval(s, op, FIELD_OCCURRED, 1, 2);
    ck_assert_int_eq(story_check(s, state, op, &story_refusal), ADMIT);
    story_number(s, op, FIELD_PENCE, 5);
    ck_story_refused(s, state, op, CW_REFUSED_UNKNOWN_FIELD, "pence");
    op = story_set_text(s, "NTH", MCET_, FIELD_PLACE, "Harrowby");
    ck_story_refused(s, state, op, CW_REFUSED_UNKNOWN_FIELD, "place");
}
END_TEST

START_TEST(a_detail_that_is_said_twice_is_refused_but_for_conditions)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t seen = story_event(s, "NTH", PC_, EVENT_SIGHTING);
    const struct case_state *state;

    story_number(s, seen, FIELD_CONFIDENCE, 1);
    story_interval(s, seen, FIELD_OCCURRED, 1, 1);
    story_number(s, seen, FIELD_SOURCE_GRADE, 1);
    story_number(s, seen, FIELD_INFORMATION_GRADE, 1);
    story_number(s, seen, FIELD_HANDLING_CODE, 2);
    story_text(s, seen, FIELD_CONDITION, "covert source");
    story_text(s, seen, FIELD_CONDITION, "recipients NTH");
    s->count--;
    state = story_fold(s);
    ck_assert_msg(story_check(s, state, seen, &story_refusal) == ADMIT, "%s: %s", story_refusal.where,
                  story_refusal.text);
    story_number(s, seen, FIELD_CONFIDENCE, 3);
    ck_story_refused(s, state, seen, CW_REFUSED_VALUE, "confidence");
}
END_TEST

START_TEST(an_illegal_step_is_refused_with_what_is_allowed)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t closed = story_event(s, "NTH", ROLE_MASK(INSP), EVENT_EPISODE_CLOSED);

    ck_story_refused(s, state, closed, CW_REFUSED_TRANSITION, "episode_closed");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "reported"));
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "returned"));
}
END_TEST

START_TEST(a_return_that_nobody_saw_is_refused_as_a_return)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t assessed = story_event(s, "NTH", MCET_, EVENT_RISK_ASSESSMENT), back;

    story_number(s, assessed, FIELD_MISSING_RISK, 3);
    state = story_fold(s);
    back = story_event(s, "NTH", MCET_, EVENT_RETURNED);
    story_number(s, back, FIELD_HOW_KNOWN, 2);
    story_interval(s, back, FIELD_OCCURRED, 1, 2);
    ck_story_refused(s, state, back, CW_REFUSED_TRANSITION, "returned");
}
END_TEST

START_TEST(who_may_not_write_at_all_is_refused_and_a_partner_only_proposes)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t op = story_set_text(s, "NTH", ROLE_MASK(AUD), FIELD_SUMMARY, "x");

    ck_story_refused(s, state, op, CW_REFUSED_ROLE, "");
    story_at(s, op)->head.roles = 0;
    ck_story_refused(s, state, op, CW_REFUSED_ROLE, "");
    story_at(s, op)->head.roles = ROLE_MASK(PARTNER);
    ck_assert_int_eq(story_check(s, state, op, &story_refusal), ADMIT_PROPOSAL);
    story_at(s, 0)->head.roles = ROLE_MASK(PARTNER);
    ck_story_refused(s, NULL, 0, CW_REFUSED_ROLE, "");
}
END_TEST

START_TEST(an_owners_field_from_elsewhere_is_taken_as_a_proposal)
{
    const struct case_state *state;
    struct story *s = child(&state);

    ck_assert_int_eq(story_check(s, state, story_set_text(s, "EST", MCET_, FIELD_TITLE, "x"), &story_refusal),
                     ADMIT_PROPOSAL);
    ck_assert_int_eq(story_refusal.code, CW_REFUSED_DIVISION);
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "NTH"));
}
END_TEST

START_TEST(naming_a_write_of_another_episode_lowers_nothing_and_needs_no_rank)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t high = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t second = story_event(s, "NTH", MCET_, EVENT_EPISODE_REPORTED), low;
    struct hash id = story_event_id(s, second);

    state = story_fold(s);
    low = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 2);
    story_names(s, low, 0, high, 0);
    ck_assert_int_eq(story_check(s, state, low, &story_refusal), ADMIT_PROPOSAL);
    story_scope(s, low, &id);
    ck_assert_int_eq(story_check(s, state, low, &story_refusal), ADMIT);
    ck_assert_int_eq(story_fate(story_fold(s), s, low), FATE_CURRENT);
}
END_TEST

START_TEST(a_set_on_a_case_that_is_not_known_is_refused)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);

    ck_story_refused(s, NULL, story_set_text(s, "NTH", MCET_, FIELD_TITLE, "x"), CW_REFUSED_UNKNOWN_CASE, "");
}
END_TEST

START_TEST(a_marking_in_the_frame_above_sensitive_is_refused)
{
    const struct case_state *state;
    struct story *s = child(&state);
    uint32_t op = story_set_text(s, "NTH", MCET_, FIELD_SUMMARY, "x");

    story_at(s, op)->op.marking = 2;
    ck_story_refused(s, state, op, CW_REFUSED_MARKING, "marking");
}
END_TEST

/* What the door admits takes effect in the fold, and what it calls a proposal is one: the two never disagree alone. */
START_TEST(door_and_fold_agree_on_who_may)
{
    static const uint32_t fields[] = {FIELD_MISSING_RISK, FIELD_CARE_STATUS, FIELD_TITLE,      FIELD_TAGS,
                                      FIELD_NEXT_REVIEW,  FIELD_RELOCATION,  FIELD_MOPI_GROUP, FIELD_FOUND_BY};
    uint32_t admitted = 0, proposed = 0;

    for (uint64_t seed = 0; seed < 600; seed++) {
        struct draw d = {seed};
        struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
        const struct schema_field *row = schema_field(fields[draw_below(&d, CW_COUNT(fields))]);
        const struct case_state *state;
        struct op_ref heads[8];
        size_t head_count;
        uint32_t op;
        enum admission admission;

        for (int i = 0; i < 2; i++) {
            if (row->type == TYPE_TEXT)
                story_set_text(s, "NTH", R_ANY, row->number, "x");
            else
                story_set_number(s, "NTH", R_ANY, row->number, 1 + draw_below(&d, row->type == TYPE_FLAG ? 1 : 3));
        }
        state = story_fold(s);
        head_count = state_heads(state, &scope_none, row->number, NULL, heads, 8);
        op =
            row->type == TYPE_TEXT
                ? story_set_text(s, draw_below(&d, 2) ? "NTH" : "EST", 1u << (1 + draw_below(&d, 17)), row->number, "y")
                : story_set_number(s, draw_below(&d, 2) ? "NTH" : "EST", 1u << (1 + draw_below(&d, 17)), row->number,
                                   1 + draw_below(&d, row->type == TYPE_FLAG ? 1 : 3));
        for (size_t i = 0; i < head_count && draw_below(&d, 3) != 0; i++) {
            story_at(s, op)->named[0][i] = heads[i];
            story_at(s, op)->writes[0].supersede_count++;
        }
        admission = story_check(s, state, op, &story_refusal);
        if (admission == ADMIT_REFUSED)
            continue;
        state = story_fold(s);
        ck_assert_int_eq(admission == ADMIT_PROPOSAL, story_fate(state, s, op) == FATE_PROPOSAL);
        admitted += admission == ADMIT;
        proposed += admission == ADMIT_PROPOSAL;
    }
    ck_assert_uint_gt(admitted, 50);
    ck_assert_uint_gt(proposed, 50);
}
END_TEST

START_TEST(a_child_missing_at_high_risk_is_not_a_sergeants_to_accept)
{
    struct story *s = story_open(KIND_CHILD, "NTH", ROLE_MASK(SUP));
    uint32_t offered, accepted;
    const struct case_state *state;

    story_set_number(s, "NTH", ROLE_MASK(SUP), FIELD_MISSING_RISK, 4);
    offered = story_event(s, "NTH", ROLE_MASK(SUP), EVENT_HANDOVER_OFFER);
    story_text(s, offered, FIELD_TO_DIVISION, "EST");
    story_text(s, offered, FIELD_REASON, "placed there");
    state = story_fold(s);

    accepted = story_event(s, "EST", ROLE_MASK(SUP), EVENT_HANDOVER_ACCEPT);
    ck_story_refused(s, state, accepted, CW_REFUSED_ROLE, "handover_accept");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "missing_risk"));
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "INSP, SUPT"));
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "NTH"));
    accepted = story_event(s, "EST", ROLE_MASK(INSP), EVENT_HANDOVER_ACCEPT);
    ck_assert_int_eq(story_check(s, state, accepted, &story_refusal), ADMIT);
}
END_TEST

/* The days of one statement; of an earlier placement nothing is known here. */
START_TEST(a_placement_does_not_end_before_it_begins)
{
    static const struct {
        const char *from, *to;
        bool taken;
    } said[] = {
        {"2026-05-02", "2026-05-01", false}, {"2026-05-01", "2026-05-01", true}, {"2026-05", "2026", true},
        {"2026-06", "2026-05", false},       {"2026-05-01", "", true},
    };

    for (size_t i = 0; i < CW_COUNT(said); i++) {
        struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
        uint32_t op = story_set_text(s, "NTH", MCET_, FIELD_PLACEMENT_FROM, said[i].from);

        story_text(s, op, FIELD_PLACEMENT_TO, said[i].to);
        if (said[i].taken)
            ck_assert_int_eq(story_check(s, story_fold(s), op, &story_refusal), ADMIT);
        else
            ck_story_refused(s, story_fold(s), op, CW_REFUSED_VALUE, "placement_to");
    }
}
END_TEST

START_TEST(a_condition_says_what_its_word_needs)
{
    static const struct {
        const char *text;
        bool taken;
    } said[] = {
        {"no_further_dissemination", true},
        {"consult_originator", true},
        {"overt only here", true},
        {"expires 2027-01-31", true},
        {"expires 2027-01 then ask", true},
        {"expires banana", false},
        {"expires", false},
        {"recipients", false},
        {"recipients EST, WST", true},
        {"banana", false},
    };

    for (size_t i = 0; i < CW_COUNT(said); i++) {
        struct op_value value = {.type = VALUE_TEXT, .text = slice_of(said[i].text)};
        struct refusal why = {0};

        ck_assert_msg((cases_check_value(schema_field(FIELD_CONDITION), &value, &why) == CW_OK) == said[i].taken,
                      "%s: %s", said[i].text, why.text);
    }
}
END_TEST

/* Whoever it were given to would hear of nothing (DOMAIN.md §8). */
START_TEST(a_case_goes_only_to_a_division_that_there_is)
{
    const struct cw_slice divisions[] = {slice_of("EST"), slice_of("NTH")};
    struct story *s = story_open(KIND_CHILD, "NTH", ROLE_MASK(SUP));
    const struct case_state *state = story_fold(s);
    uint32_t offered, decided;

    s->divisions = divisions;
    s->division_count = CW_COUNT(divisions);
    offered = story_event(s, "NTH", ROLE_MASK(SUP), EVENT_HANDOVER_OFFER);
    story_text(s, offered, FIELD_TO_DIVISION, "ESX");
    story_text(s, offered, FIELD_REASON, "placed there");
    ck_story_refused(s, state, offered, CW_REFUSED_VALUE, "to_division");
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "ESX"));
    ck_assert_ptr_nonnull(strstr(story_refusal.text, "EST, NTH"));
    story_at(s, offered)->writes[0].value.text = slice_of("EST");
    ck_assert_int_eq(story_check(s, state, offered, &story_refusal), ADMIT);
    story_text(s, story_event(s, "EST", ROLE_MASK(SUP), EVENT_HANDOVER_CLAIM), FIELD_REASON, "ours");
    state = story_fold(s);
    decided = story_event(s, "NTH", ROLE_MASK(SUPT), EVENT_ARBITRATION);
    story_text(s, decided, FIELD_TO_DIVISION, "ESX");
    story_text(s, decided, FIELD_REASON, "lives there");
    ck_story_refused(s, state, decided, CW_REFUSED_VALUE, "to_division");
}
END_TEST

Suite *suite_check(void)
{
    Suite *suite = suite_create("cases/check");
    TCase *hostile = tcase_create("hostile");

    tcase_add_test(hostile, an_unknown_field_is_refused);
    tcase_add_test(hostile, a_field_of_another_kind_is_refused);
    tcase_add_test(hostile, a_computed_field_is_refused);
    tcase_add_test(hostile, an_unknown_op_event_or_verb_is_refused);
    tcase_add_test(hostile, a_number_outside_its_scale_or_bound_is_refused);
    tcase_add_test(hostile, an_interval_that_ends_before_it_begins_is_refused);
    tcase_add_test(hostile, a_date_that_is_not_one_is_refused);
    tcase_add_test(hostile, a_max_field_must_say_its_value_in_the_frame);
    tcase_add_test(hostile, a_value_that_is_not_there_is_refused);
    tcase_add_test(hostile, a_remove_must_name_what_it_takes_back);
    tcase_add_test(hostile, an_opening_needs_a_known_kind_its_required_fields_and_the_right_marker);
    tcase_add_test(hostile, a_test_network_takes_no_plate_that_may_be_somebodys);
    tcase_add_test(hostile, an_event_needs_its_required_fields_and_carries_no_others);
    tcase_add_test(hostile, a_detail_that_is_said_twice_is_refused_but_for_conditions);
    tcase_add_test(hostile, an_illegal_step_is_refused_with_what_is_allowed);
    tcase_add_test(hostile, a_return_that_nobody_saw_is_refused_as_a_return);
    tcase_add_test(hostile, who_may_not_write_at_all_is_refused_and_a_partner_only_proposes);
    tcase_add_test(hostile, an_owners_field_from_elsewhere_is_taken_as_a_proposal);
    tcase_add_test(hostile, naming_a_write_of_another_episode_lowers_nothing_and_needs_no_rank);
    tcase_add_test(hostile, a_set_on_a_case_that_is_not_known_is_refused);
    tcase_add_test(hostile, a_marking_in_the_frame_above_sensitive_is_refused);
    tcase_add_test(hostile, door_and_fold_agree_on_who_may);
    tcase_add_test(hostile, a_case_goes_only_to_a_division_that_there_is);
    tcase_add_test(hostile, a_placement_does_not_end_before_it_begins);
    tcase_add_test(hostile, a_condition_says_what_its_word_needs);
    tcase_add_test(hostile, a_child_missing_at_high_risk_is_not_a_sergeants_to_accept);
    suite_add_tcase(suite, hostile);
    return suite;
}
