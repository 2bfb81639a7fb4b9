/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/core/solo.h"

#include <check.h>

/* A peer that lies, repeats, invents or wants too much. The replica stands, and no accepted entry is lost. */

static struct solo s;

static void make(void)
{
    solo_init(&s);
}

static void unmake(void)
{
    solo_done(&s);
}

static void greet(struct peer_message *hello)
{
    solo_link_up(&s);
    solo_hear(&s, hello, 200);
}

/* --- greeting ------------------------------------------------------------------------------------------ */

START_TEST(a_hello_for_another_network_is_refused)
{
    struct peer_message hello = solo_hello(&s);

    hello.as.hello.network.b[3] ^= 1;
    greet(&hello);
    solo_ck_refused(&s, CW_PEER_NETWORK);
}
END_TEST

START_TEST(a_hello_without_a_common_version_is_refused)
{
    struct peer_message hello = solo_hello(&s);

    hello.as.hello.v_min = hello.as.hello.v_max = PROTOCOL_VERSION + 1;
    greet(&hello);
    solo_ck_refused(&s, CW_PEER_VERSION);
}
END_TEST

START_TEST(a_hello_in_another_certificates_name_is_refused)
{
    struct peer_message hello = solo_hello(&s);

    hello.as.hello.cert.b[0] ^= 1;
    greet(&hello);
    solo_ck_refused(&s, CW_PEER_SESSION);
}
END_TEST

START_TEST(a_refused_peer_is_not_heard_until_a_new_link_comes)
{
    struct peer_message hello = solo_hello(&s);

    hello.as.hello.network.b[3] ^= 1;
    greet(&hello);
    hello = solo_hello(&s);
    solo_hear(&s, &hello, 200);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_REFUSED);
    solo_meet(&s);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_COMPARING);
}
END_TEST

START_TEST(what_comes_before_hello_is_answered_by_one_reset)
{
    struct peer_message want = {.kind = PEER_WANT};

    solo_link_up(&s);
    solo_hear(&s, &want, 100);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_RESET));
    ck_assert(memcmp(solo_said(&s, PEER_RESET)->to.b, s.mine.b, SESSION_ID_LEN) == 0);
    solo_hear(&s, &want, 100);
    ck_assert_ptr_null(solo_said(&s, PEER_RESET));
    ck_assert_int_eq(solo_state(&s), PEER_STATE_GREETING);
}
END_TEST

START_TEST(a_message_of_another_session_ends_this_one_and_greets_again)
{
    struct peer_message want = {.kind = PEER_WANT};

    solo_meet(&s);
    s.theirs.b[0] ^= 1;
    solo_hear(&s, &want, 100);
    ck_assert_int_eq(solo_said(&s, PEER_RESET)->as.reset.code, CW_PEER_SESSION);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_HELLO));
    ck_assert_int_eq(solo_state(&s), PEER_STATE_GREETING);
}
END_TEST

START_TEST(a_counter_that_does_not_rise_ends_the_session)
{
    struct peer_message want = {.kind = PEER_WANT};

    solo_meet(&s);
    solo_hear(&s, &want, 100);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_COMPARING);
    s.counter--;
    solo_hear(&s, &want, 100);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_GREETING);
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_PEER_SESSION_ENDED));
}
END_TEST

START_TEST(a_reset_of_another_session_is_not_heard)
{
    struct peer_message reset = {.kind = PEER_RESET};

    solo_meet(&s);
    s.theirs.b[0] ^= 1;
    solo_hear(&s, &reset, 100);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_COMPARING);
    s.theirs.b[0] ^= 1;
    solo_hear(&s, &reset, 100);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_GREETING);
}
END_TEST

START_TEST(resets_do_not_make_two_daemons_greet_without_end)
{
    struct peer_message reset = {.kind = PEER_RESET};

    solo_meet(&s);
    for (int i = 0; i < 10; i++) {
        solo_hear(&s, &reset, 100);
        ck_assert_ptr_null(solo_said(&s, PEER_HELLO));
    }
    solo_tick(&s, 5000);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_HELLO));
}
END_TEST

START_TEST(a_link_beyond_the_table_of_peers_is_dropped)
{
    struct event up = {.kind = EVENT_LINK_UP, .as.link_up = {.link = 100, .division = "WST"}};

    solo_meet(&s);
    up.as.link_up.cert.b[0] = 1;
    solo_turn(&s, &up);
    up.as.link_up.link++;
    up.as.link_up.cert.b[0] = 2;
    solo_turn(&s, &up);
    ck_assert_ptr_nonnull(solo_note(&s, NOTE_LIMIT));
    ck_assert_uint_eq(solo_find(&s, EFFECT_DROP_LINK, 0)->as.drop_link.link, 101);
    ck_assert_uint_eq(replica_peer_count(s.replica), 2);
}
END_TEST

START_TEST(a_daemon_does_not_talk_to_itself)
{
    struct event up = {.kind = EVENT_LINK_UP, .as.link_up = {.link = 100, .division = "NTH"}};

    memset(&up.as.link_up.cert, 0x11, sizeof up.as.link_up.cert);
    solo_turn(&s, &up);
    ck_assert_ptr_nonnull(solo_find(&s, EFFECT_DROP_LINK, 0));
    ck_assert_uint_eq(replica_peer_count(s.replica), 0);
}
END_TEST

START_TEST(a_peer_that_only_says_it_knows_more_of_our_log_is_believed_once)
{
    struct entry_header draft = {.kind = CLASS_CASE, .part_count = 1};
    struct event submit = {.kind = EVENT_SUBMIT, .as.submit = {.tag = 1, .draft = &draft}};
    uint32_t forks = 0;

    solo_turn(&s, &submit);
    for (int i = 0; i < 20; i++) {
        struct peer_message hello = solo_hello(&s);
        struct position more = {replica_own_log(s.replica)->log, 1000, {{1}}};

        solo_tick(&s, 6000);

        solo_link_up(&s);
        hello.as.hello.your_count = 1;
        hello.as.hello.your = &more;
        hello.as.hello.reply = true;
        solo_hear(&s, &hello, 200);
        forks += solo_note(&s, NOTE_OWN_FORK) != NULL;
        ck_assert_int_eq(solo_turn(&s, &submit), CW_OK);
    }
    ck_assert_uint_eq(forks, 1);
    ck_assert_uint_eq(replica_log_count(s.replica), 2);
}
END_TEST

/* --- frontier ------------------------------------------------------------------------------------------ */

START_TEST(a_frontier_whose_signature_does_not_verify_ends_the_session)
{
    struct peer_message m = {.kind = PEER_FRONTIER};
    struct event event = {.as.message = {.frame_len = 100}};

    solo_meet(&s);
    m.as.frontier.head.signer = s.peer;
    m.from = s.mine;
    m.to = s.theirs;
    m.counter = ++s.counter;
    solo_hear_event(&s, &event, &m);
    solo_ck_refused(&s, CW_PEER_FRONTIER);
}
END_TEST

START_TEST(a_replayed_frontier_ends_the_session)
{
    solo_meet(&s);
    solo_batch(&s, 1);
    solo_offer(&s, 7);
    solo_offer(&s, 8);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_FETCHING);
    solo_offer(&s, 6);
    ck_assert_int_eq(solo_state(&s), PEER_STATE_GREETING);
    ck_assert_uint_eq(solo_said(&s, PEER_RESET)->as.reset.code, CW_PEER_FRONTIER);
    ck_assert_int_eq(solo_note(&s, NOTE_PEER_SESSION_ENDED)->as.note.err, CW_PEER_FRONTIER);
}
END_TEST

START_TEST(a_frontier_whose_root_is_not_that_of_its_items_ends_the_session)
{
    struct peer_message m = {.kind = PEER_FRONTIER};
    struct frontier_item item;
    struct cw_slice bytes = slice_of("other bytes");

    solo_meet(&s);
    solo_batch(&s, 1);
    item = solo_item(&s);
    m.as.frontier = (struct peer_frontier){.full = true, .item_count = 1, .items = &item, .item_bytes = &bytes};
    m.as.frontier.head = (struct frontier_head){.signer = s.peer, .counter = 1, .item_count = 1};
    solo_hear(&s, &m, 100);
    solo_ck_refused(&s, CW_PEER_FRONTIER);
}
END_TEST

START_TEST(a_delta_from_a_state_we_do_not_have_is_answered_by_asking_for_the_whole_once)
{
    struct peer_message m = {.kind = PEER_FRONTIER};

    solo_meet(&s);
    m.as.frontier.since = 4;
    m.as.frontier.head = (struct frontier_head){.signer = s.peer, .counter = 5};
    solo_hear(&s, &m, 100);
    ck_assert_ptr_nonnull(solo_said(&s, PEER_WANT));
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.log_count, 0);
    ck_assert_uint_eq(solo_said(&s, PEER_WANT)->as.want.credit, 0);
    solo_hear(&s, &m, 100);
    ck_assert_ptr_null(solo_said(&s, PEER_WANT));
    ck_assert_int_eq(solo_state(&s), PEER_STATE_COMPARING);
}
END_TEST

START_TEST(the_whole_frontier_is_sent_at_most_once_a_second)
{
    struct peer_message ask = {.kind = PEER_WANT};
    uint32_t sent = 0;

    solo_meet(&s);
    for (int i = 0; i < 20; i++) {
        solo_hear(&s, &ask, 100);
        const struct effect *e = solo_find(&s, EFFECT_SEND_FRONTIER, 0);

        sent += e != NULL && e->as.send_frontier.full;
    }
    ck_assert_uint_eq(sent, 0);
    solo_tick(&s, 1000);
    ck_assert(solo_find(&s, EFFECT_SEND_FRONTIER, 0)->as.send_frontier.full);
}
END_TEST

/* --- blobs, want --------------------------------------------------------------------------------------- */

START_TEST(blobs_nobody_asked_for_end_the_session)
{
    struct peer_message m = {.kind = PEER_BLOBS};

    solo_meet(&s);
    solo_hear(&s, &m, 100);
    solo_ck_refused(&s, CW_PEER_CREDIT);
}
END_TEST

START_TEST(a_want_for_a_log_we_do_not_hold_sends_nothing)
{
    struct log_want want = {.log = s.log};
    struct peer_message m = {.kind = PEER_WANT, .as.want = {.log_count = 1, .logs = &want, .credit = 1000000}};

    solo_meet(&s);
    solo_hear(&s, &m, 100);
    ck_assert_ptr_null(solo_find(&s, EFFECT_SEND_ENTRIES, 0));
}
END_TEST

START_TEST(nothing_is_sent_beyond_the_grant)
{
    struct entry_header draft = {.kind = CLASS_CASE, .part_count = 1};
    struct event submit = {.kind = EVENT_SUBMIT, .as.submit = {.tag = 1, .draft = &draft}};
    struct log_want want = {{{0}}, 0};
    struct peer_message m = {.kind = PEER_WANT, .as.want = {.log_count = 1, .logs = &want, .credit = 5000}};
    struct event sent = {.kind = EVENT_SENT};
    const struct effect *e;

    solo_turn(&s, &submit);
    solo_meet(&s);
    want.log = replica_own_log(s.replica)->log;
    solo_hear(&s, &m, 100);
    e = solo_find(&s, EFFECT_SEND_ENTRIES, 0);
    ck_assert_ptr_nonnull(e);
    ck_assert_uint_eq(e->as.send_entries.bytes, 5000);
    sent.as.sent.link = s.link;
    sent.as.sent.from = e->as.send_entries.from;
    sent.as.sent.counter = e->as.send_entries.counter;
    sent.as.sent.log = want.log;
    sent.as.sent.upto = 0;
    sent.as.sent.bytes = 4000;
    sent.as.sent.more = true;
    solo_turn(&s, &sent);
    e = solo_find(&s, EFFECT_SEND_ENTRIES, 0);
    ck_assert_uint_eq(e->as.send_entries.bytes, 1000);
    sent.as.sent.counter = e->as.send_entries.counter;
    sent.as.sent.bytes = 0; /* the next batch does not fit */
    solo_turn(&s, &sent);
    ck_assert_ptr_null(solo_find(&s, EFFECT_SEND_ENTRIES, 0));
}
END_TEST

START_TEST(a_step_that_does_not_fit_changes_nothing)
{
    struct entry_header draft = {.kind = CLASS_CASE, .part_count = 1};
    struct event submit = {.kind = EVENT_SUBMIT, .as.submit = {.tag = 1, .draft = &draft}};
    uint32_t max = s.effects.max, taken = 0;
    static const struct replica_view view;

    s.effects.max = 200;
    s.effects.count = 0;
    replica_begin_turn(s.replica, &view, &s.effects);
    while (replica_step(s.replica, &submit) == CW_OK)
        taken++;
    ck_assert_uint_gt(taken, 10);
    ck_assert_uint_lt(taken, 200);
    ck_assert_uint_eq(s.effects.count, 0);
    ck_assert_int_eq(replica_step(s.replica, &submit), CW_AGAIN_BUSY);
    ck_assert_int_eq(replica_end_turn(s.replica, s.now, s.wall), CW_OK);
    ck_assert_uint_eq(solo_count(&s, EFFECT_PUT_ENTRY), taken);
    s.effects.max = max;
}
END_TEST

Suite *suite_session_hostile(void)
{
    Suite *suite = suite_create("core/session hostile");
    TCase *c = tcase_create("hostile");

    tcase_add_checked_fixture(c, make, unmake);
    tcase_add_test(c, a_hello_for_another_network_is_refused);
    tcase_add_test(c, a_hello_without_a_common_version_is_refused);
    tcase_add_test(c, a_hello_in_another_certificates_name_is_refused);
    tcase_add_test(c, a_refused_peer_is_not_heard_until_a_new_link_comes);
    tcase_add_test(c, what_comes_before_hello_is_answered_by_one_reset);
    tcase_add_test(c, a_message_of_another_session_ends_this_one_and_greets_again);
    tcase_add_test(c, a_counter_that_does_not_rise_ends_the_session);
    tcase_add_test(c, a_reset_of_another_session_is_not_heard);
    tcase_add_test(c, resets_do_not_make_two_daemons_greet_without_end);
    tcase_add_test(c, a_link_beyond_the_table_of_peers_is_dropped);
    tcase_add_test(c, a_daemon_does_not_talk_to_itself);
    tcase_add_test(c, a_peer_that_only_says_it_knows_more_of_our_log_is_believed_once);
    tcase_add_test(c, a_frontier_whose_signature_does_not_verify_ends_the_session);
    tcase_add_test(c, a_replayed_frontier_ends_the_session);
    tcase_add_test(c, a_frontier_whose_root_is_not_that_of_its_items_ends_the_session);
    tcase_add_test(c, a_delta_from_a_state_we_do_not_have_is_answered_by_asking_for_the_whole_once);
    tcase_add_test(c, the_whole_frontier_is_sent_at_most_once_a_second);
    tcase_add_test(c, blobs_nobody_asked_for_end_the_session);
    tcase_add_test(c, a_want_for_a_log_we_do_not_hold_sends_nothing);
    tcase_add_test(c, nothing_is_sent_beyond_the_grant);
    tcase_add_test(c, a_step_that_does_not_fit_changes_nothing);
    suite_add_tcase(suite, c);
    return suite;
}
