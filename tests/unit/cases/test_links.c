/* SPDX-License-Identifier: Apache-2.0 */
/* Links (DOMAIN §6.2): dated, graded, and taken back by nobody but who made them. */
#include "cases/links.h"
#include "tests/unit/cases/story.h"

#define PC_ ROLE_MASK(PC)
#define INT_ ROLE_MASK(INT)

enum { USED_BY = 13, HOLDER_OF = 12, CODE_P = 1, CODE_C = 2 };

static const struct hash phone = {{7}};

static uint32_t link(struct story *s, const char *division, uint32_t type)
{
    uint32_t op = story_event(s, division, PC_, EVENT_LINK);

    story_number(s, op, FIELD_LINK_TYPE, type);
    story_ref(s, op, FIELD_LINK_TO, &phone);
    story_number(s, op, FIELD_LINK_CONFIDENCE, 2);
    return op;
}

static uint32_t take_back(struct story *s, const char *division, uint32_t made)
{
    uint32_t op = story_event(s, division, PC_, EVENT_LINK_WITHDRAWN);

    story_text(s, op, FIELD_REASON, "mistaken");
    story_corrects(s, op, made);
    return op;
}

static bool stands(const struct case_state *state, const struct story *s, uint32_t op)
{
    for (uint32_t i = 0; i < state->event_count; i++) {
        if (ID_EQ(&state->events[i].dot.op, &s->ops[op].head.op_id))
            return state->events[i].authorised && !state->events[i].withdrawn && !state->events[i].corrected;
    }
    return false;
}

static const char *refused(struct story *s, uint32_t op)
{
    static struct refusal why;

    memset(&why, 0, sizeof(why));
    return story_check(s, story_fold(s), op, &why) == ADMIT_REFUSED ? why.where : "";
}

START_TEST(a_withdrawal_takes_back_its_own_sides_assertion_and_no_others)
{
    struct story *s = story_open(KIND_NOMINAL, "NTH", PC_);
    uint32_t north = link(s, "NTH", USED_BY), east = link(s, "EST", USED_BY);
    const struct case_state *state;

    take_back(s, "NTH", north);
    take_back(s, "NTH", east); /* signed elsewhere, so it is folded and not refused */
    state = story_fold(s);
    ck_assert(!stands(state, s, north));
    ck_assert(state->events[0].withdrawn && !state->events[0].corrected);
    ck_assert(stands(state, s, east));
    take_back(s, "EST", east);
    ck_assert(!stands(story_fold(s), s, east));
}
END_TEST

START_TEST(a_withdrawal_that_repeats_the_details_is_no_link)
{
    struct story *s = story_open(KIND_NOMINAL, "NTH", PC_);
    uint32_t made = link(s, "NTH", USED_BY), back = link(s, "NTH", USED_BY);
    struct case_link links[2];

    story_corrects(s, back, made);
    story_at(s, back)->op.withdraws = true;
    ck_assert_uint_eq(state_links(story_fold(s), links, 2), 1);
    ck_assert(!links[0].stands);
}
END_TEST

/* The general withdrawal and a correction are no way round it. */
START_TEST(nobody_elses_correction_touches_an_assertion)
{
    struct story *s = story_open(KIND_NOMINAL, "NTH", PC_);
    uint32_t north = link(s, "NTH", USED_BY);
    uint32_t corrected = link(s, "EST", HOLDER_OF), plain = story_event(s, "EST", PC_, EVENT_NOTE);

    story_corrects(s, corrected, north);
    story_corrects(s, plain, north);
    story_at(s, plain)->op.withdraws = true;
    ck_assert(stands(story_fold(s), s, north));
}
END_TEST

START_TEST(of_an_add_and_a_concurrent_withdrawal_the_add_wins)
{
    struct story *s = story_open(KIND_NOMINAL, "NTH", PC_);
    uint32_t first = link(s, "NTH", USED_BY), again;

    take_back(s, "NTH", first);
    again = link(s, "NTH", USED_BY);
    ck_assert(!stands(story_fold(s), s, first));
    ck_assert(stands(story_fold(s), s, again));
}
END_TEST

START_TEST(a_link_is_not_an_attribute_any_kind_may_have)
{
    struct story *s = story_open(KIND_VEHICLE, "NTH", PC_);

    ck_assert_str_eq(refused(s, link(s, "NTH", USED_BY)), "link_type");
    s = story_open(KIND_NOMINAL, "NTH", PC_);
    ck_assert_str_eq(refused(s, link(s, "NTH", USED_BY)), "");
}
END_TEST

START_TEST(a_link_leads_to_something_else)
{
    struct story *s = story_open(KIND_NOMINAL, "NTH", PC_);
    uint32_t op = story_event(s, "NTH", PC_, EVENT_LINK);
    struct hash self;

    memcpy(self.b, s->case_id.b, ID_LEN);
    story_number(s, op, FIELD_LINK_TYPE, 8);
    story_ref(s, op, FIELD_LINK_TO, &self);
    story_number(s, op, FIELD_LINK_CONFIDENCE, 1);
    ck_assert_str_eq(refused(s, op), "to");
}
END_TEST

START_TEST(a_period_ends_after_it_began)
{
    struct story *s = story_open(KIND_NOMINAL, "NTH", PC_);
    uint32_t op = link(s, "NTH", USED_BY);

    story_interval(s, op, FIELD_VALID_FROM, 2000, 2000);
    story_interval(s, op, FIELD_VALID_TO, 1000, 1000);
    ck_assert_str_eq(refused(s, op), "valid_to");
}
END_TEST

static const char *graded(uint32_t event, int64_t source, int64_t code, const char *condition)
{
    struct story *s = story_open(KIND_NOMINAL, "NTH", PC_);
    uint32_t op = event == EVENT_LINK ? link(s, "NTH", USED_BY) : story_event(s, "NTH", PC_, event);

    if (source != 0)
        story_number(s, op, FIELD_SOURCE_GRADE, source);
    story_number(s, op, FIELD_INFORMATION_GRADE, 2);
    story_number(s, op, FIELD_HANDLING_CODE, code);
    if (condition != NULL)
        story_text(s, op, FIELD_CONDITION, condition);
    return refused(s, op);
}

START_TEST(conditions_stand_with_code_c_and_only_with_it)
{
    static const uint32_t events[] = {EVENT_LINK, EVENT_INTEL_ITEM};

    for (size_t i = 0; i < CW_COUNT(events); i++) {
        ck_assert_str_eq(graded(events[i], 2, CODE_P, NULL), "");
        ck_assert_str_eq(graded(events[i], 2, CODE_C, "consult_originator before action"), "");
        ck_assert_str_eq(graded(events[i], 2, CODE_C, NULL), "condition");
        ck_assert_str_eq(graded(events[i], 2, CODE_P, "consult_originator before action"), "condition");
        ck_assert_str_eq(graded(events[i], 0, CODE_P, NULL), "source_grade");
        ck_assert_str_eq(graded(events[i], 4, CODE_P, NULL), "source_grade");
    }
}
END_TEST

START_TEST(another_sides_assertion_is_not_taken_back_at_the_door_either)
{
    struct story *s = story_open(KIND_NOMINAL, "NTH", PC_);
    uint32_t east = link(s, "EST", USED_BY), back = take_back(s, "NTH", east);
    struct refusal why = {0};

    ck_assert_int_eq(story_check(s, story_fold(s), back, &why), ADMIT_REFUSED);
    ck_assert_int_eq(why.code, CW_REFUSED_DIVISION);
    ck_assert_str_eq(refused(s, take_back(s, "EST", east)), "");
    ck_assert_str_eq(refused(s, take_back(s, "EST", 0)), "link_withdrawn");
}
END_TEST

START_TEST(every_type_of_link_says_between_what_it_leads)
{
    for (uint32_t type = 1; schema_value_name(SCALE_LINK_TYPE, type) != NULL; type++) {
        const struct schema_link *row = schema_link(type);

        ck_assert_msg(row != NULL && row->from != 0 && row->to != 0, "%s", schema_value_name(SCALE_LINK_TYPE, type));
    }
}
END_TEST

Suite *suite_links(void);
Suite *suite_links(void)
{
    Suite *suite = suite_create("cases/links");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_withdrawal_takes_back_its_own_sides_assertion_and_no_others);
    tcase_add_test(all, a_withdrawal_that_repeats_the_details_is_no_link);
    tcase_add_test(all, nobody_elses_correction_touches_an_assertion);
    tcase_add_test(all, of_an_add_and_a_concurrent_withdrawal_the_add_wins);
    tcase_add_test(all, a_link_is_not_an_attribute_any_kind_may_have);
    tcase_add_test(all, a_link_leads_to_something_else);
    tcase_add_test(all, a_period_ends_after_it_began);
    tcase_add_test(all, conditions_stand_with_code_c_and_only_with_it);
    tcase_add_test(all, another_sides_assertion_is_not_taken_back_at_the_door_either);
    tcase_add_test(all, every_type_of_link_says_between_what_it_leads);
    suite_add_tcase(suite, all);
    return suite;
}
