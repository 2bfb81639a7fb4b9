/* SPDX-License-Identifier: Apache-2.0 */
#include "host/quiet.h"
#include "proto/bytes.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

Suite *suite_quiet(void);

static struct quiet q;

static bool lets(const char *place, enum link_end end, int64_t at_ms, uint32_t *out_held_back)
{
    return quiet_lets(&q, slice_of(place), end, (struct cw_mono){at_ms}, out_held_back);
}

/* How many of the attempts of these hours, one each second, are written. */
static unsigned written(int64_t from_ms, int64_t to_ms, enum link_end end)
{
    unsigned count = 0;
    uint32_t held_back;

    for (int64_t at = from_ms; at < to_ms; at += 1000)
        count += lets("tcp://192.0.2.1:4700", end, at, &held_back);
    return count;
}

START_TEST(the_same_is_written_at_growing_pauses)
{
    memset(&q, 0, sizeof q);
    ck_assert_uint_eq(written(5000, 64000, LINK_END_NO_LISTENER), 1);
    ck_assert_uint_eq(written(64000, 3605000, LINK_END_NO_LISTENER), 5); /* after 1, 2, 4, 8, 16 minutes */
    ck_assert_uint_eq(written(3605000, 36050000, LINK_END_NO_LISTENER), 9);
}
END_TEST

START_TEST(it_is_counted_what_was_not_written)
{
    uint32_t held_back = 9;

    memset(&q, 0, sizeof q);
    ck_assert(lets("a", LINK_END_NO_LISTENER, 0, &held_back) && held_back == 0);
    ck_assert(!lets("a", LINK_END_NO_LISTENER, 1000, &held_back));
    ck_assert(!lets("a", LINK_END_NO_LISTENER, 2000, &held_back));
    ck_assert(lets("a", LINK_END_NO_LISTENER, QUIET_PAUSE_MS_MIN, &held_back) && held_back == 2);
}
END_TEST

START_TEST(another_reason_another_place_and_the_end_of_a_link_are_new)
{
    uint32_t held_back;

    memset(&q, 0, sizeof q);
    ck_assert(lets("a", LINK_END_NO_LISTENER, 0, &held_back));
    ck_assert(lets("a", LINK_END_SILENT, 1000, &held_back));
    ck_assert(!lets("a", LINK_END_NO_LISTENER, 2000, &held_back)); /* they take turns */
    ck_assert(lets("b", LINK_END_NO_LISTENER, 3000, &held_back));
    ck_assert(lets("a", LINK_END_CLOSED, 4000, &held_back) && lets("a", LINK_END_CLOSED, 4000, &held_back));
    ck_assert(lets("a", LINK_END_NO_LISTENER, 5000, &held_back) && held_back == 0);
}
END_TEST

START_TEST(nothing_is_held_back_when_there_is_no_room)
{
    uint32_t held_back;
    char place[16];

    memset(&q, 0, sizeof q);
    for (int i = 0; i < QUIET_PLACES_MAX + 1; i++) {
        (void)snprintf(place, sizeof place, "%d", i);
        ck_assert(lets(place, LINK_END_NO_LISTENER, 0, &held_back));
    }
    ck_assert(lets(place, LINK_END_NO_LISTENER, 0, &held_back));
}
END_TEST

Suite *suite_quiet(void)
{
    Suite *s = suite_create("host/quiet");
    TCase *t = tcase_create("quiet");

    tcase_add_test(t, the_same_is_written_at_growing_pauses);
    tcase_add_test(t, it_is_counted_what_was_not_written);
    tcase_add_test(t, another_reason_another_place_and_the_end_of_a_link_are_new);
    tcase_add_test(t, nothing_is_held_back_when_there_is_no_room);
    suite_add_tcase(s, t);
    return s;
}
