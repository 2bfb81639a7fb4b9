/* SPDX-License-Identifier: Apache-2.0 */
/* Up to when was acted on a duty: what a case's row remembers of it. */
#include "node/case_work.h"

#include <check.h>

Suite *suite_duty_index(void);

#define ACTED 5000

/* A duty that runs and was due soon at 1000. */
static struct case_clock duty(uint8_t id)
{
    return (struct case_clock){.id = {{id}}, .soon_ms = 1000, .deadline_ms = 2000, .ack = UINT32_MAX};
}

static struct case_moments acted_on(struct case_clock *clocks, uint32_t count)
{
    const struct case_state state = {.clocks = clocks, .clock_count = count};
    struct case_moments m = {.next_ms = CASE_NO_MOMENT};

    case_acted_now(&state, (struct cw_wall){ACTED}, &m);
    return m;
}

START_TEST(what_was_acted_on_is_not_acted_on_again)
{
    struct case_clock known = duty(1), other = duty(2), moved = duty(1), early = duty(3);
    struct case_moments m = acted_on(&known, 1);

    ck_assert_int_eq(case_acted_until(&m, &known).ms, ACTED);
    ck_assert_int_eq(case_acted_until(&m, &other).ms, 0); /* came to be known later */
    moved.deadline_ms++;
    ck_assert_int_eq(case_acted_until(&m, &moved).ms, 0);
    early.soon_ms = ACTED + 1;
    m = acted_on(&early, 1);
    ck_assert_int_eq(case_acted_until(&m, &early).ms, 0); /* it was not due soon yet */
}
END_TEST

/* World 304460: while it was in hand it did not climb. */
START_TEST(a_duty_that_is_in_hand_no_more_is_acted_on_anew)
{
    struct case_clock clock = duty(1);
    struct case_moments m;

    clock.ack = 0;
    m = acted_on(&clock, 1);
    ck_assert_int_eq(case_acted_until(&m, &clock).ms, ACTED);
    clock.ack = UINT32_MAX;
    ck_assert_int_eq(case_acted_until(&m, &clock).ms, 0);
}
END_TEST

START_TEST(a_duty_that_somebody_takes_in_hand_is_not_told_again)
{
    struct case_clock clock = duty(1);
    struct case_moments m = acted_on(&clock, 1);

    clock.ack = 0;
    ck_assert_int_eq(case_acted_until(&m, &clock).ms, ACTED);
}
END_TEST

Suite *suite_duty_index(void)
{
    Suite *suite = suite_create("node/duty_index");
    TCase *all = tcase_create("all");

    tcase_add_test(all, what_was_acted_on_is_not_acted_on_again);
    tcase_add_test(all, a_duty_that_is_in_hand_no_more_is_acted_on_anew);
    tcase_add_test(all, a_duty_that_somebody_takes_in_hand_is_not_told_again);
    suite_add_tcase(suite, all);
    return suite;
}
