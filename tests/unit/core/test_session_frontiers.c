/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peers.h"
#include "tests/unit/core/solo.h"

#include <check.h>

/* What a peer may have us do by its frontiers, and by what it says of ours. */

static struct solo s;

static void make(void)
{
    solo_init(&s);
}

static void unmake(void)
{
    solo_done(&s);
}

static struct frontier_item items[64];

static uint32_t make_items(uint32_t count, uint64_t seq)
{
    memset(items, 0, sizeof items);
    for (uint32_t i = 0; i < count; i++) {
        items[i].log.b[0] = (uint8_t)(i + 1);
        items[i].seq = items[i].blob_seq = seq;
        items[i].seal.b[0] = (uint8_t)seq;
    }
    return count;
}

/* --- wholes ---------------------------------------------------------------------------------------------------- */

START_TEST(a_whole_frontier_comes_first_in_a_session_and_again_only_when_asked_for)
{
    solo_meet(&s);
    solo_hear_whole(&s, items, make_items(3, 1), 1);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_PUT_PEER, 0));
    solo_hear_whole(&s, items, make_items(3, 2), 2);
    solo_ck_refused(&s, CW_PEER_CREDIT);
    ck_assert_ptr_null(solo_find(&s, EFFECT_PUT_PEER, 0));
}
END_TEST

START_TEST(a_whole_frontier_that_was_asked_for_is_taken_once)
{
    solo_meet(&s);
    solo_hear_whole(&s, items, make_items(3, 1), 1);
    solo_hear_change(&s, items, make_items(3, 2), 9); /* since 8: nothing that was shown */
    ck_assert_ptr_nonnull(solo_said(&s, PEER_WANT));
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.credit, 0);
    solo_hear_whole(&s, items, make_items(3, 3), 10);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_PUT_PEER, 0));
    solo_hear_whole(&s, items, make_items(3, 4), 11);
    solo_ck_refused(&s, CW_PEER_CREDIT);
}
END_TEST

START_TEST(more_logs_than_there_is_room_for_end_the_session)
{
    solo_meet(&s);
    solo_hear_whole(&s, items, make_items(s.limits.logs_max + 1, 1), 1);
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_LIMIT));
    solo_ck_refused(&s, CW_PEER_CREDIT);
}
END_TEST

/* --- how many -------------------------------------------------------------------------------------------------- */

/* In a second, n frontiers in which everything changed. How many were taken. */
static uint32_t flood(uint32_t n)
{
    uint32_t taken = 0;

    for (uint32_t i = 0; i < n; i++) {
        s.now = mono_after(s.now, i % (n / 1000) == 0);
        s.made.used = 0;
        if (s.shown)
            solo_hear_frontier(&s, items, make_items(s.limits.logs_max, 2 + i), s.shown_at + 1);
        else
            solo_hear_whole(&s, items, make_items(s.limits.logs_max, 2 + i), s.shown_at + 1);
        taken += solo_find(&s, EFFECT_PUT_PEER, 0) != NULL;
        const struct peer_message *want = solo_said(&s, PEER_WANT);

        if (want != NULL && want->as.want.log_count == 0 && want->as.want.credit == 0)
            s.shown = false;
    }
    return taken;
}

START_TEST(what_frontiers_make_us_write_is_bounded)
{
    uint32_t taken;

    solo_meet(&s);
    solo_hear_whole(&s, items, make_items(s.limits.logs_max, 1), 1);
    taken = flood(3000);
    ck_assert_uint_ge(taken, 10);
    /* A second's worth, what is lent, and each first one of what was given up and asked for anew. */
    ck_assert_uint_le(taken, (2 * (1000 + FRONTIER_AHEAD_MS + s.limits.logs_max) + 1000) / s.limits.logs_max);
    ck_assert_int_ne(solo_state(&s), PEER_STATE_REFUSED);
}
END_TEST

/* Each turn of a busy daemon says one, and its logs grow by turns. */
START_TEST(a_busy_daemon_is_never_passed_over)
{
    solo_meet(&s);
    for (uint32_t i = 1; i <= 5000; i++) { /* five hundred a second, two logs each */
        s.now = mono_after(s.now, 2);
        s.made.used = 0;
        solo_hear_frontier(&s, items, make_items(2, i), i);
        ck_assert_ptr_nonnull(solo_find(&s, EFFECT_PUT_PEER, 0));
    }
}
END_TEST

START_TEST(what_was_passed_over_is_asked_for_as_a_whole_and_heard)
{
    uint64_t counter;

    solo_meet(&s);
    solo_hear_whole(&s, items, make_items(s.limits.logs_max, 1), 1);
    (void)flood(3000);
    counter = s.shown_at + 1;
    for (int i = 0; i < 4 && s.shown; i++) {
        const struct peer_message *want;

        solo_tick(&s, 1000);
        want = solo_said(&s, PEER_WANT);
        s.shown = !(want != NULL && want->as.want.log_count == 0 && want->as.want.credit == 0);
    }
    ck_assert(!s.shown);
    solo_hear_whole(&s, items, make_items(s.limits.logs_max, 5000), counter);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_PUT_PEER, 0));
}
END_TEST

/* --- a new start ----------------------------------------------------------------------------------------------- */

static uint32_t starts;
static uint8_t last[16];

static void count_start(void)
{
    struct frontier_head head;

    replica_frontier(s.replica, &head);
    starts += memcmp(head.start, last, sizeof last) != 0;
    memcpy(last, head.start, sizeof last);
}

static void say_it_goes_back(void)
{
    struct peer_message reset = {.kind = PEER_RESET, .as.reset.code = CW_PEER_FRONTIER};

    solo_hear(&s, &reset, 60);
    count_start();
}

static void greet_anew(uint32_t name)
{
    struct peer_message hello = solo_hello(&s);

    memcpy(s.mine.b, &name, sizeof name);
    memset(&s.theirs, 0, sizeof s.theirs);
    solo_hear(&s, &hello, 200);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_HELLO));
    s.theirs = solo_said(&s, PEER_HELLO)->from;
}

static void submit_one(void)
{
    struct entry_header draft = {.kind = CLASS_CASE, .part_count = 1};
    struct event submit = {.kind = EVENT_SUBMIT, .as.submit = {.tag = 1, .draft = &draft}};

    solo_turn(&s, &submit);
    count_start();
    starts = 0;
}

START_TEST(a_peer_cannot_make_us_take_new_starts_without_end)
{
    submit_one();
    solo_link_up(&s);
    for (uint32_t i = 1; i <= 1000; i++) {
        greet_anew(i);
        say_it_goes_back();
    }
    ck_assert_uint_eq(starts, 1);
    solo_tick(&s, START_RENEW_MS);
    greet_anew(2000);
    say_it_goes_back();
    ck_assert_uint_eq(starts, 2);
}
END_TEST

START_TEST(what_was_not_shown_cannot_have_gone_back)
{
    submit_one();
    solo_link_up(&s);
    say_it_goes_back(); /* before any greeting of its own */
    ck_assert_uint_eq(starts, 0);
}
END_TEST

Suite *suite_session_frontiers(void);
Suite *suite_session_frontiers(void)
{
    Suite *suite = suite_create("core/session frontiers");
    TCase *c = tcase_create("frontiers");

    tcase_add_checked_fixture(c, make, unmake);
    tcase_add_test(c, a_whole_frontier_comes_first_in_a_session_and_again_only_when_asked_for);
    tcase_add_test(c, a_whole_frontier_that_was_asked_for_is_taken_once);
    tcase_add_test(c, more_logs_than_there_is_room_for_end_the_session);
    tcase_add_test(c, what_frontiers_make_us_write_is_bounded);
    tcase_add_test(c, a_busy_daemon_is_never_passed_over);
    tcase_add_test(c, what_was_passed_over_is_asked_for_as_a_whole_and_heard);
    tcase_add_test(c, a_peer_cannot_make_us_take_new_starts_without_end);
    tcase_add_test(c, what_was_not_shown_cannot_have_gone_back);
    suite_add_tcase(suite, c);
    return suite;
}
