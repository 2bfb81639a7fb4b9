/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/core/solo.h"

#include <check.h>
#include <stdlib.h>

/* The table of peers is bounded, and certificates are renewed for ever: whose slot a new one takes; and who counts as a holder. */

static struct solo s;
static struct cert_id no_reader[2];

static bool all_but_some_read(void *ctx, const struct cert_id *cert)
{
    (void)ctx;
    return !ID_EQ(cert, &no_reader[0]) && !ID_EQ(cert, &no_reader[1]);
}

static void make(void)
{
    solo_init(&s);
    memset(no_reader, 0, sizeof no_reader);
}

static void unmake(void)
{
    solo_done(&s);
}

static struct cert_id cert_of(uint8_t number)
{
    struct cert_id cert;

    memset(&cert, number, sizeof cert);
    return cert;
}

/* false: it was dropped. */
static bool meets(uint8_t number, const char *division)
{
    struct event up = {.kind = EVENT_LINK_UP, .as.link_up = {.link = number}};

    memcpy(up.as.link_up.division, division, strlen(division));
    up.as.link_up.cert = cert_of(number);
    solo_turn(&s, &up);
    return solo_find(&s, EFFECT_DROP_LINK, 0) == NULL;
}

static void leaves(uint8_t number)
{
    struct event down = {.kind = EVENT_LINK_DOWN, .as.link_down = {.link = number}};

    solo_turn(&s, &down);
    s.now = mono_after(s.now, 86400000);
}

static bool is_there(uint8_t number)
{
    struct cert_id cert = cert_of(number);
    struct peer_status status;

    for (uint32_t i = 0; i < replica_peer_count(s.replica); i++) {
        replica_peer_at(s.replica, i, &status);
        if (ID_EQ(&status.cert, &cert))
            return true;
    }
    return false;
}

START_TEST(a_certificate_that_is_renewed_each_year_is_never_shut_out)
{
    for (uint8_t year = 1; year <= 9; year++) { /* two slots */
        ck_assert(meets(year, "EST"));
        leaves(year);
    }
    ck_assert_uint_eq(replica_peer_count(s.replica), 2);
    ck_assert(is_there(9) && is_there(8));
}
END_TEST

START_TEST(the_slot_of_a_peer_with_a_link_is_never_taken)
{
    ck_assert(meets(1, "EST"));
    ck_assert(meets(2, "WST"));
    ck_assert(!meets(3, "STH"));
    leaves(2);
    ck_assert(meets(3, "STH"));
    ck_assert(is_there(1) && is_there(3));
}
END_TEST

START_TEST(who_may_read_no_more_makes_room_before_who_was_away_longer)
{
    static const struct replica_view view = {.may_read = all_but_some_read};

    ck_assert(meets(1, "EST"));
    leaves(1);
    ck_assert(meets(2, "WST"));
    leaves(2);
    s.view = &view;
    no_reader[0] = cert_of(2);
    ck_assert(meets(3, "STH"));
    ck_assert(is_there(1) && is_there(3));
}
END_TEST

/* What is cut stays cut, whoever comes. */
START_TEST(a_peer_that_is_cut_keeps_its_slot)
{
    struct event cut = {.kind = EVENT_CUT, .as.cut = {.on = true}};

    cut.as.cut.cert = cert_of(1);
    solo_turn(&s, &cut);
    ck_assert(meets(2, "EST"));
    leaves(2);
    ck_assert(meets(3, "WST"));
    ck_assert(!meets(1, "NTH"));
    ck_assert(is_there(1) && is_there(3));
}
END_TEST

static struct frontier_item own_item(struct log_id *out_log)
{
    static struct entry_header draft = {.kind = CLASS_CASE, .part_count = 1};
    const struct event submit = {.kind = EVENT_SUBMIT, .as.submit = {.tag = 1, .draft = &draft}};
    struct frontier_item item;

    solo_turn(&s, &submit);
    *out_log = replica_own_log(s.replica)->log;
    ck_assert_uint_eq(replica_frontier_items(s.replica, &item, 1), 1);
    return item;
}

/* The next certificate in the slot knows nothing of what the one before it held. */
START_TEST(a_slot_taken_over_says_nothing_of_what_its_last_peer_held)
{
    struct log_id log;
    struct frontier_item item = own_item(&log);

    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 2);
    leaves((uint8_t)s.link);
    ck_assert(meets(8, "WST"));
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 2);
    leaves(8);
    ck_assert(meets(9, "STH"));
    ck_assert(is_there(8) && is_there(9));
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 1);
}
END_TEST

/* DESIGN P1: held by k divisions able to read it. */
START_TEST(a_holder_that_may_not_read_does_not_count)
{
    static const struct replica_view view = {.may_read = all_but_some_read};
    struct log_id log;
    struct frontier_item item = own_item(&log);

    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    s.view = &view;
    solo_tick(&s, 1);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 2);
    no_reader[0] = s.peer;
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 1);
}
END_TEST

/* A revoked certificate of a division does not stand before the one that took its place. */
START_TEST(a_division_whose_first_certificate_may_not_read_counts_by_its_second)
{
    static const struct replica_view view = {.may_read = all_but_some_read};
    struct log_id log;
    struct frontier_item item = own_item(&log);

    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    leaves((uint8_t)s.link);
    no_reader[0] = s.peer;
    s.view = &view;
    memset(&s.peer, 0x23, sizeof s.peer);
    s.link = 50;
    solo_meet(&s);
    solo_hear_frontier(&s, &item, 1, 1);
    ck_assert_uint_eq(replica_held_by(s.replica, s.view, &log, 1, NULL, 0), 2);
}
END_TEST

Suite *suite_peers(void)
{
    Suite *suite = suite_create("core/peers");
    TCase *c = tcase_create("peers");

    tcase_add_checked_fixture(c, make, unmake);
    tcase_add_test(c, a_certificate_that_is_renewed_each_year_is_never_shut_out);
    tcase_add_test(c, the_slot_of_a_peer_with_a_link_is_never_taken);
    tcase_add_test(c, who_may_read_no_more_makes_room_before_who_was_away_longer);
    tcase_add_test(c, a_peer_that_is_cut_keeps_its_slot);
    tcase_add_test(c, a_slot_taken_over_says_nothing_of_what_its_last_peer_held);
    tcase_add_test(c, a_holder_that_may_not_read_does_not_count);
    tcase_add_test(c, a_division_whose_first_certificate_may_not_read_counts_by_its_second);
    suite_add_tcase(suite, c);
    return suite;
}
