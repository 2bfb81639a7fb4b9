/* SPDX-License-Identifier: Apache-2.0 */
/* When a daemon looks at a duty again: before each rung of the ladder, whoever stands on it. */
#include "tests/unit/cases/story.h"

#include "cases/view.h"

static const struct case_clock *clock_of(const struct case_state *state, uint32_t clock)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].clock == clock)
            return &state->clocks[i];
    }
    ck_abort_msg("no such clock");
    return NULL;
}

/* How often a daemon that sleeps until it is woken finds that somebody new was told. */
static uint32_t told_by_waking(const struct case_state *state, const struct case_clock *clock, uint32_t *out_roles)
{
    struct cw_wall now = {clock->started_ms};
    uint32_t level = 0, times = 0;

    *out_roles = 0;
    for (uint32_t turn = 0; turn < 16; turn++) {
        struct clock_reach reach = clock_reach_at(state, clock, now);
        int64_t next = clock_wakes_at(state, clock, now);

        times += reach.level > level && (reach.told & ~*out_roles) != 0;
        level = reach.level;
        *out_roles |= reach.told;
        if (next == INT64_MAX)
            return times;
        ck_assert_int_gt(next, now.ms);
        now.ms = next;
    }
    ck_abort_msg("woken without end");
    return 0;
}

START_TEST(a_duty_climbs_past_a_rung_on_which_nobody_stands)
{
    struct story *s = story_open(KIND_CHILD, "NTH", ROLE_MASK(FCR));
    const struct case_state *state;
    uint32_t roles, whole;

    state = story_fold(s);
    whole = told_by_waking(state, clock_of(state, CLOCK_M4), &roles);
    ck_assert_uint_gt(whole, 2);
    ck_assert_uint_ne(roles & ROLE_MASK(SUPT), 0);
    ck_assert_int_eq(case_policy_apply(&s->policy, slice_of("ladder.2"), slice_of("none"), NULL), CW_OK);
    ck_assert_int_eq(case_policy_apply(&s->policy, slice_of("ladder.beside"), slice_of("none"), NULL), CW_OK);
    state = story_fold(s);
    ck_assert_uint_eq(told_by_waking(state, clock_of(state, CLOCK_M4), &roles), whole - 1);
    ck_assert_uint_ne(roles & ROLE_MASK(SUPT), 0);
}
END_TEST

Suite *suite_clock_wakes(void);
Suite *suite_clock_wakes(void)
{
    Suite *suite = suite_create("cases/clock_wakes");
    TCase *t = tcase_create("ladder");

    tcase_add_test(t, a_duty_climbs_past_a_rung_on_which_nobody_stands);
    suite_add_tcase(suite, t);
    return suite;
}
