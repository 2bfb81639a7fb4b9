/* SPDX-License-Identifier: Apache-2.0 */
/* What lives on a handle beside its requests. */
#include "lib/attached.h"

#include <check.h>

struct visitor {
    struct attached on;         /* first */
    struct visitor *takes_away; /* in its turn: that one */
    struct cw_mono wakes_at;
    uint32_t turns;
    bool *stops;
};

static struct attached_list list;
static struct visitor visitors[3]; /* the last attached is the first to be tended */
static bool stop;

static void tend(struct attached *on, struct cw_mono now)
{
    struct visitor *v = (struct visitor *)on;

    (void)now;
    v->turns++;
    if (v->takes_away != NULL)
        attached_remove(&list, &v->takes_away->on);
    v->takes_away = NULL;
    if (v->stops != NULL)
        *v->stops = true;
}

static struct cw_mono wake_at(const struct attached *on)
{
    return ((const struct visitor *)on)->wakes_at;
}

static void leave(struct attached *on)
{
    attached_remove(&list, on);
}

static const struct attached_ops ops = {.tend = tend, .wake_at = wake_at, .leave = leave};

static void set_up(void)
{
    list = (struct attached_list){0};
    stop = false;
    for (size_t i = 0; i < CW_COUNT(visitors); i++) {
        visitors[i] = (struct visitor){.on.ops = &ops, .wakes_at = CW_NEVER};
        attached_add(&list, &visitors[i].on);
    }
}

static void expect_turns(uint32_t last, uint32_t middle, uint32_t first)
{
    attached_tend(&list, (struct cw_mono){1}, &stop);
    ck_assert_uint_eq(visitors[2].turns, last);
    ck_assert_uint_eq(visitors[1].turns, middle);
    ck_assert_uint_eq(visitors[0].turns, first);
}

START_TEST(each_has_its_turn_in_every_round)
{
    expect_turns(1, 1, 1);
    expect_turns(2, 2, 2);
}
END_TEST

START_TEST(who_is_taken_away_in_a_round_has_no_turn_any_more)
{
    visitors[2].takes_away = &visitors[1];
    expect_turns(1, 0, 1);
    expect_turns(2, 0, 2);
}
END_TEST

START_TEST(who_takes_itself_away_is_not_followed_by_nobody)
{
    visitors[1].takes_away = &visitors[1];
    expect_turns(1, 1, 1);
    expect_turns(2, 1, 2);
}
END_TEST

START_TEST(a_handle_that_closes_in_a_round_ends_it)
{
    visitors[1].stops = &stop;
    expect_turns(1, 1, 0);
}
END_TEST

START_TEST(the_earliest_wakes_the_handle)
{
    ck_assert_int_eq(attached_wake_at(&list).ms, CW_NEVER.ms);
    visitors[0].wakes_at = (struct cw_mono){70};
    visitors[1].wakes_at = (struct cw_mono){50};
    ck_assert_int_eq(attached_wake_at(&list).ms, 50);
}
END_TEST

START_TEST(all_leave_with_the_handle)
{
    attached_leave(&list);
    ck_assert_ptr_null(list.first);
    expect_turns(0, 0, 0);
}
END_TEST

Suite *suite_attached(void);
Suite *suite_attached(void)
{
    Suite *s = suite_create("lib/attached");
    TCase *c = tcase_create("rounds");

    tcase_add_checked_fixture(c, set_up, NULL);
    tcase_add_test(c, each_has_its_turn_in_every_round);
    tcase_add_test(c, who_is_taken_away_in_a_round_has_no_turn_any_more);
    tcase_add_test(c, who_takes_itself_away_is_not_followed_by_nobody);
    tcase_add_test(c, a_handle_that_closes_in_a_round_ends_it);
    tcase_add_test(c, the_earliest_wakes_the_handle);
    tcase_add_test(c, all_leave_with_the_handle);
    suite_add_tcase(s, c);
    return s;
}
