/* SPDX-License-Identifier: Apache-2.0 */
/* What a board leaves out: reports that were cancelled, and returns that were none. */
#include "tests/unit/client/board_page.h"

#include "proto/wire.h"

#include <check.h>

Suite *suite_board_undone(void);

/* DOMAIN 7.3: reported in error. Nobody was missing, so it is no third time either. */
START_TEST(an_episode_that_was_cancelled_is_none)
{
    page_begin(FROM);
    page_state(page_event(EVENT_EPISODE_REPORTED, FROM + DAY, 0), "cancelled");
    (void)page_event(EVENT_EPISODE_CANCELLED, FROM + DAY + HOUR, 0);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM + 2 * DAY, 0);
    page_look();
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 2);
    ck_assert_uint_eq(page_count(BOARD_REPEAT), 0);
    page_begin(FROM);
    page_state(NULL, "cancelled");
    page_look();
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 0);
    ck_assert_uint_eq(page_count(BOARD_CHILDREN), 0);
    page_end();
}
END_TEST

/* The placement reported in error, and again while the home still looks for the child: that is the home's absence. */
START_TEST(a_cancelled_report_ends_no_absence_of_another_record)
{
    struct page *home;

    page_begin(FROM);
    home = page_another(FROM + HOUR);
    page_state(NULL, "cancelled");
    (void)page_event(EVENT_EPISODE_CANCELLED, FROM + 2 * HOUR, 0);
    (void)page_event(EVENT_EPISODE_REPORTED, FROM + 3 * HOUR, 0);
    page_look_with(home);
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 1);
    page_end();
}
END_TEST

START_TEST(a_return_that_was_none_does_not_count)
{
    static const uint32_t undoing[] = {EVENT_STILL_MISSING, EVENT_FOUND_DEAD_CONFIRMED};

    for (size_t i = 0; i < CW_COUNT(undoing); i++) {
        page_begin(FROM);
        (void)page_event(EVENT_RETURNED, FROM + DAY, 0);
        (void)page_event(undoing[i], FROM + DAY + HOUR, 0);
        page_look();
        ck_assert_uint_eq(page_count(BOARD_RETURNS), 0);
        ck_assert_uint_eq(page_count(BOARD_NOT_ASKED), 0);
    }
    (void)page_event(EVENT_RETURNED, FROM + 2 * DAY, 0); /* the child came back after all */
    page_look();
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 1);
    page_end();
}
END_TEST

/* Only by what took effect: what was taken back, proposed or refused undoes nothing, nor does another episode's. */
START_TEST(a_return_stands_when_what_said_otherwise_does_not)
{
    page_begin(FROM);
    (void)page_event(EVENT_RETURNED, FROM + DAY, 0);
    page_event(EVENT_STILL_MISSING, FROM + DAY, 0)->withdrawn_by = wire_bytes(slice_of("op"));
    page_event(EVENT_STILL_MISSING, FROM + DAY, 0)->proposal = 1;
    page_event(EVENT_STILL_MISSING, FROM + DAY, 0)->refused_transition = 1;
    page_event(EVENT_STILL_MISSING, FROM + DAY, 0)->withdraws = 1;
    page_event(EVENT_STILL_MISSING, FROM + DAY, 0)->episode = wire_bytes(slice_of("another"));
    page_put_right(page_event(EVENT_STILL_MISSING, FROM + DAY, 0), page_event(EVENT_RETURN_CONFIRMED, FROM + DAY, 0));
    page_look();
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 1);
    page_end();
}
END_TEST

/* docs/fold.md 12.2: a step is taken where it was said first. */
START_TEST(a_return_that_was_put_right_later_is_undone_as_it_was)
{
    page_begin(FROM);
    Cw__ViewEvent *returned = page_event(EVENT_RETURNED, FROM + DAY, 0);
    Cw__ViewEvent *missing = page_event(EVENT_STILL_MISSING, FROM + DAY + HOUR, 0);

    page_put_right(returned, page_event(EVENT_RETURNED, FROM + DAY + 1, 0));
    page_look();
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 0);
    (void)page_event(EVENT_RETURNED, FROM + 2 * DAY, 0);
    page_put_right(missing, page_event(EVENT_STILL_MISSING, FROM + DAY + HOUR, 0)); /* it undoes no more than it did */
    page_look();
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 1);
    page_end();
}
END_TEST

START_TEST(a_claim_that_was_refuted_says_nothing_of_when_the_child_was_back)
{
    page_begin(FROM);
    (void)page_event(EVENT_RETURN_CLAIM, FROM + 3 * DAY, 0);
    (void)page_event(EVENT_CLAIM_REFUTED, FROM + 3 * DAY, 0);
    (void)page_event(EVENT_RETURN_CLAIM, FROM + 2 * DAY, 0);
    page_event(EVENT_RETURN_CONFIRMED, FROM + 4 * DAY, 0)->n_fields = 0;
    page_look();
    ck_assert_uint_eq(page_count(BOARD_RETURNS), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(page_board.traces[BOARD_RETURNS], 0), "at_ms")),
                     FROM + 2 * DAY);
    page_end();
}
END_TEST

/* The home's return was none, so the placement's report of later the same day is of the same absence. */
START_TEST(a_return_that_was_none_ends_no_absence_of_another_record)
{
    struct page *home;

    page_begin(FROM);
    (void)page_event(EVENT_RETURNED, FROM + HOUR, 0);
    (void)page_event(EVENT_STILL_MISSING, FROM + 2 * HOUR, 0);
    home = page_another(FROM + 3 * HOUR);
    page_look_with(home);
    ck_assert_uint_eq(page_count(BOARD_EPISODES), 1);
    page_end();
}
END_TEST

Suite *suite_board_undone(void)
{
    Suite *s = suite_create("board_undone");
    TCase *t = tcase_create("undone");

    tcase_add_test(t, an_episode_that_was_cancelled_is_none);
    tcase_add_test(t, a_cancelled_report_ends_no_absence_of_another_record);
    tcase_add_test(t, a_return_that_was_none_does_not_count);
    tcase_add_test(t, a_return_stands_when_what_said_otherwise_does_not);
    tcase_add_test(t, a_return_that_was_put_right_later_is_undone_as_it_was);
    tcase_add_test(t, a_claim_that_was_refuted_says_nothing_of_when_the_child_was_back);
    tcase_add_test(t, a_return_that_was_none_ends_no_absence_of_another_record);
    suite_add_tcase(s, t);
    return s;
}
