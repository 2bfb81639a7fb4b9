/* SPDX-License-Identifier: Apache-2.0 */
/* DOMAIN §16: what a naive developer gets wrong about a child, where no other test has its name. */
#include "tests/unit/cases/story.h"

#define PC_ ROLE_MASK(PC)

enum { MEMBER_OF = 5, EXPLOITED_BY = 6, SUSPECT = 1, VICTIM = 3, CASH = 2, CCE = 2 };

Suite *suite_mistakes(void);

static const struct hash group = {{7}};

static uint32_t link(struct story *s, const char *division, uint32_t type, uint32_t category)
{
    uint32_t op = story_event(s, division, PC_, EVENT_LINK);

    story_number(s, op, FIELD_LINK_TYPE, type);
    story_ref(s, op, FIELD_LINK_TO, &group);
    story_number(s, op, FIELD_LINK_CONFIDENCE, 2);
    story_number(s, op, FIELD_LINK_CATEGORY, category);
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

/* --- 7: children as gang members ------------------------------------------------------------------------------------ */

START_TEST(a_child_is_never_a_member_of_the_group_that_exploits_it)
{
    struct story *s = story_open(KIND_CHILD, "NTH", PC_);
    const struct case_state *state = story_fold(s);
    struct refusal why = {0};

    ck_assert_int_eq(story_check(s, state, link(s, "NTH", MEMBER_OF, SUSPECT), &why), ADMIT_REFUSED);
    ck_assert_str_eq(cw_err_name(why.code), cw_err_name(CW_REFUSED_VALUE));
    ck_assert_str_eq(why.where, "link_type");
    ck_assert_ptr_nonnull(strstr(why.text, "member_of"));
    ck_assert_int_eq(story_check(s, state, link(s, "NTH", EXPLOITED_BY, VICTIM), &why), ADMIT);
}
END_TEST

START_TEST(a_child_is_suspect_and_victim_at_once_and_neither_word_unsays_the_other)
{
    struct story *s = story_open(KIND_CHILD, "NTH", PC_);
    uint32_t victim = link(s, "NTH", EXPLOITED_BY, VICTIM), suspect = link(s, "EST", EXPLOITED_BY, SUSPECT), taken;
    const struct case_state *state = story_fold(s);

    ck_assert(stands(state, s, victim) && stands(state, s, suspect));
    taken = story_event(s, "EST", PC_, EVENT_LINK_WITHDRAWN);
    story_text(s, taken, FIELD_REASON, "not charged");
    story_corrects(s, taken, suspect);
    state = story_fold(s);
    ck_assert(stands(state, s, victim) && !stands(state, s, suspect));
}
END_TEST

START_TEST(an_arrest_of_a_child_leaves_what_is_known_of_its_exploitation)
{
    struct story *s = story_open(KIND_CHILD, "NTH", R_ANY);
    uint32_t grade = story_set_number(s, "NTH", ROLE_MASK(CSET), FIELD_EXPLOITATION_CRIMINAL, 4), arrest, seizure;
    uint32_t flag = story_op(s, "NTH", R_ANY, OP_SET);
    const struct case_state *state;

    story_write(s, flag, FIELD_VULNERABILITY, VERB_ADD, (struct op_value){.type = VALUE_NUMBER, .number = CCE});
    arrest = story_event(s, "EST", PC_, EVENT_ARREST);
    story_number(s, arrest, FIELD_UNDER_18, 1);
    story_text(s, arrest, FIELD_OFFENCE, "possession with intent to supply");
    seizure = story_event(s, "EST", PC_, EVENT_SEIZURE);
    story_number(s, seizure, FIELD_SEIZURE_KIND, CASH);
    state = story_fold(s);
    ck_assert_int_eq(state_value(state, &scope_none, FIELD_EXPLOITATION_CRIMINAL)->value.number, 4);
    ck_assert_int_eq(story_fate(state, s, grade), FATE_CURRENT);
    ck_assert_uint_eq(state_cell(state, &scope_none, FIELD_VULNERABILITY)->value_count, 1);
    /* And the child's own duties run on: the arrest ends no episode. */
    ck_assert_uint_eq(story_state_of(state, MACHINE_EPISODE), 1);
}
END_TEST

Suite *suite_mistakes(void)
{
    Suite *suite = suite_create("cases/mistakes");
    TCase *t = tcase_create("of a naive developer");

    tcase_add_test(t, a_child_is_never_a_member_of_the_group_that_exploits_it);
    tcase_add_test(t, a_child_is_suspect_and_victim_at_once_and_neither_word_unsays_the_other);
    tcase_add_test(t, an_arrest_of_a_child_leaves_what_is_known_of_its_exploitation);
    suite_add_tcase(suite, t);
    return suite;
}
