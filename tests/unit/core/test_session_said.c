/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"
#include "tests/unit/core/solo.h"

#include <check.h>

/* What a peer says of itself: its version, and what time it has. */

static struct solo s;

static void begin(void)
{
    solo_init(&s);
    s.wall = (struct cw_wall){1893456000000};
}

static void end(void)
{
    solo_done(&s);
}

static struct peer_status status(void)
{
    struct peer_status out;

    ck_assert_uint_eq(replica_peer_count(s.replica), 1);
    replica_peer_at(s.replica, 0, &out);
    return out;
}

/* A session that begins with these words. */
static void meet(const char *software, uint64_t now_ms)
{
    struct peer_message hello = solo_hello(&s);

    solo_link_up(&s);
    s.theirs = solo_said(&s, PEER_HELLO)->from;
    hello.as.hello.software = slice_of(software);
    hello.as.hello.now_ms = now_ms;
    solo_hear(&s, &hello, 200);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_COMPARING);
}

static uint64_t ahead(int64_t ms)
{
    return (uint64_t)(s.wall.ms + ms);
}

static void hear_frontier(uint64_t says_ms)
{
    static uint64_t counter;

    s.says_ms = says_ms;
    solo_hear_frontier(&s, NULL, 0, ++counter);
    ck_assert_int_ne(solo_state(&s), PEER_STATE_REFUSED);
}

START_TEST(what_it_says_of_itself_is_shown)
{
    meet("1.2.3", ahead(1500));
    ck_assert_str_eq(status().software, "1.2.3");
    ck_assert(status().says_time);
    ck_assert_int_eq(status().clock_ahead_ms, 1500);
}
END_TEST

START_TEST(an_older_daemon_says_nothing_and_nothing_is_made_up)
{
    meet("", 0);
    ck_assert_str_eq(status().software, "");
    ck_assert(!status().says_time);
    hear_frontier(0);
    ck_assert(!status().says_time);
}
END_TEST

START_TEST(who_goes_back_to_an_older_one_says_nothing_any_more)
{
    struct peer_message hello;

    meet("1.2.3", ahead(1500));
    hello = solo_hello(&s);
    solo_hear(&s, &hello, 200);
    ck_assert_str_eq(status().software, "");
    ck_assert(!status().says_time);
}
END_TEST

START_TEST(the_clock_is_said_with_each_frontier)
{
    meet("1.2.3", 0);
    hear_frontier(ahead(-7000));
    ck_assert(status().says_time);
    ck_assert_int_eq(status().clock_ahead_ms, -7000);
}
END_TEST

START_TEST(a_slow_message_is_not_taken_for_a_slow_clock)
{
    meet("1.2.3", ahead(-20));
    hear_frontier(ahead(-9000)); /* nine seconds on its way */
    ck_assert_int_eq(status().clock_ahead_ms, -20);
    hear_frontier(ahead(10));
    ck_assert_int_eq(status().clock_ahead_ms, 10);
}
END_TEST

START_TEST(a_clock_that_was_set_back_is_seen_after_a_while)
{
    meet("1.2.3", ahead(60000));
    for (int64_t ms = 0; ms < CLOCK_AHEAD_KEPT_MS;
         ms += 10000) { /* as long as that a message may just have been slow */
        ck_assert_int_eq(status().clock_ahead_ms, 60000);
        solo_tick(&s, 10000);
        hear_frontier(ahead(-20));
    }
    ck_assert_int_eq(status().clock_ahead_ms, -20);
}
END_TEST

START_TEST(no_number_is_too_large_to_be_wrong)
{
    meet("1.2.3", UINT64_MAX);
    ck_assert_int_eq(status().clock_ahead_ms, CLOCK_SAID_MS_MAX - s.wall.ms);
}
END_TEST

START_TEST(a_text_as_long_as_may_be_is_kept_whole)
{
    char longest[SOFTWARE_LEN_MAX + 1];

    memset(longest, 'v', SOFTWARE_LEN_MAX);
    longest[SOFTWARE_LEN_MAX] = '\0';
    meet(longest, 0);
    ck_assert_str_eq(status().software, longest);
}
END_TEST

START_TEST(we_say_it_too)
{
    solo_link_up(&s);
    const struct peer_hello *said = &solo_said(&s, PEER_HELLO)->as.hello;

    ck_assert(slice_eq(said->software, slice_of("0.0.7")));
    ck_assert_uint_eq(said->now_ms, (uint64_t)s.wall.ms);
}
END_TEST

START_TEST(blobs_of_one_entry_count_once_in_a_frame)
{
    struct sealed_batch batch = solo_batch(&s, 1);
    struct frontier_item item = solo_item(&s);
    struct blobs_of items[2] = {{.log = s.log, .seq = 1}, {.log = s.log, .seq = 1}};
    struct peer_message m = {.kind = PEER_BLOBS, .as.blobs = {.count = 2, .items = items}};

    batch.entries[0].blobs.part_count = 0;
    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    solo_hear_batches(&s, &batch, 1, true, false, true, 900);
    solo_hear(&s, &m, 100);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_STORE_BLOBS, 0));
    ck_assert_ptr_null(solo_find(&s, EFFECT_STORE_BLOBS, 1));
}
END_TEST

Suite *suite_session_said(void);
Suite *suite_session_said(void)
{
    Suite *suite = suite_create("core/session_said");
    TCase *t = tcase_create("said");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, what_it_says_of_itself_is_shown);
    tcase_add_test(t, an_older_daemon_says_nothing_and_nothing_is_made_up);
    tcase_add_test(t, who_goes_back_to_an_older_one_says_nothing_any_more);
    tcase_add_test(t, the_clock_is_said_with_each_frontier);
    tcase_add_test(t, a_slow_message_is_not_taken_for_a_slow_clock);
    tcase_add_test(t, a_clock_that_was_set_back_is_seen_after_a_while);
    tcase_add_test(t, no_number_is_too_large_to_be_wrong);
    tcase_add_test(t, a_text_as_long_as_may_be_is_kept_whole);
    tcase_add_test(t, we_say_it_too);
    tcase_add_test(t, blobs_of_one_entry_count_once_in_a_frame);
    suite_add_tcase(suite, t);
    return suite;
}
