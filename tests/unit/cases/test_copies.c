/* SPDX-License-Identifier: Apache-2.0 */
/* One op in several entries is one op (docs/fold.md §2), and what nobody could record sets nothing (§5.7). */
#include "tests/unit/cases/story.h"

#define MCET_ ROLE_MASK(MCET)

/* A second entry of op `of`, to be changed by the test. */
static uint32_t copy_of(struct story *s, uint32_t of)
{
    uint32_t copy = s->count++;

    s->ops[copy].head = s->ops[of].head;
    return copy;
}

START_TEST(one_effective_entry_makes_an_op_effective)
{
    static const enum case_verdict weaker[] = {VERDICT_VOID, VERDICT_PENDING, VERDICT_VOID_FLOOR};

    for (size_t i = 0; i < CW_COUNT(weaker); i++) {
        struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
        uint32_t op = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
        uint32_t copy = copy_of(s, op);
        const struct case_state *state;

        story_at(s, copy)->head.verdict = weaker[i];
        story_at(s, copy)->head.hlc = 1; /* comes first among the copies */
        state = story_fold(s);
        ck_assert_uint_eq(state->op_count, 2);
        ck_assert_uint_eq(state->effective_count, 2);
        ck_assert_int_eq(story_fate(state, s, op), FATE_CURRENT);
    }
}
END_TEST

START_TEST(a_floor_outweighs_an_entry_that_is_only_void)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t op = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t copy = copy_of(s, op);

    story_at(s, op)->head.verdict = VERDICT_VOID_FLOOR;
    story_at(s, copy)->head.verdict = VERDICT_VOID;
    ck_assert_int_eq(story_fate(story_fold(s), s, op), FATE_FLOOR);
    story_at(s, copy)->head.verdict = VERDICT_PENDING;
    ck_assert_int_eq(story_fate(story_fold(s), s, op), FATE_FLOOR);
}
END_TEST

START_TEST(roles_come_from_the_entries_that_decide_and_from_no_others)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t high = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t low = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 2);
    uint32_t copy = copy_of(s, low);

    story_names(s, low, 0, high, 0);
    story_at(s, copy)->head.roles = ROLE_MASK(INSP);
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 2);
    story_at(s, copy)->head.verdict = VERDICT_VOID;
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 4);
    story_at(s, copy)->head.hlc = 1;
    ck_assert_int_eq(story_shown(story_fold(s), FIELD_MISSING_RISK), 4);
}
END_TEST

START_TEST(the_least_time_and_log_and_all_flags_are_kept)
{
    struct story *s = story_open(KIND_CHILD, "NTH", MCET_);
    uint32_t op = story_set_number(s, "NTH", MCET_, FIELD_MISSING_RISK, 4);
    uint32_t copy = copy_of(s, op);
    const struct case_op *joined;

    story_at(s, op)->head.hlc = STORY_HLC + 5000;
    story_at(s, op)->head.flags = CASE_OP_FORK;
    story_at(s, op)->head.op = NULL;
    story_at(s, copy)->head.hlc = STORY_HLC + 5000;
    story_at(s, copy)->head.log.b[0] = 1;
    story_at(s, copy)->head.flags = CASE_OP_REUSED_ID;
    joined = state_op(story_fold(s), &story_at(s, op)->head.op_id);
    ck_assert_uint_eq(joined->hlc, STORY_HLC + 5000);
    ck_assert_uint_eq(joined->log.b[0], 1);
    ck_assert_uint_eq(joined->flags, CASE_OP_FORK | CASE_OP_REUSED_ID);
    ck_assert_ptr_nonnull(joined->op);
}
END_TEST

START_TEST(a_field_set_by_an_event_that_its_author_may_not_record_is_a_proposal)
{
    struct story *s = story_open(KIND_OCG, "NTH", ROLE_MASK(OCGC));
    uint32_t op = story_event(s, "NTH", ROLE_MASK(PC), EVENT_SCORE);
    const struct case_state *state;

    story_number(s, op, FIELD_WEAPONS, 1); /* anyone may set it, but only a coordinator records a score */
    state = story_fold(s);
    ck_assert_int_eq(story_fate(state, s, op), FATE_PROPOSAL);
    ck_assert_uint_eq(state->proposal_count, 2); /* the event and its write */
    story_at(s, op)->op.event = 9999;            /* a newer event's fields speak for themselves */
    ck_assert_int_eq(story_fate(story_fold(s), s, op), FATE_CURRENT);
}
END_TEST

Suite *suite_copies(void)
{
    Suite *suite = suite_create("cases/copies");
    TCase *all = tcase_create("one op, once");

    tcase_add_test(all, one_effective_entry_makes_an_op_effective);
    tcase_add_test(all, a_floor_outweighs_an_entry_that_is_only_void);
    tcase_add_test(all, roles_come_from_the_entries_that_decide_and_from_no_others);
    tcase_add_test(all, the_least_time_and_log_and_all_flags_are_kept);
    tcase_add_test(all, a_field_set_by_an_event_that_its_author_may_not_record_is_a_proposal);
    suite_add_tcase(suite, all);
    return suite;
}
