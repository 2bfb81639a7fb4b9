/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peers.h"
#include "tests/unit/core/solo.h"

#include <check.h>

/*
 * A peer that shows what it does not send. It may make us wait, and does not keep it from us: whoever else shows it is
 * asked.
 */

static struct solo h, p;          /* the one that withholds, and whoever has the log */
static uint32_t to_h, to_p;       /* asked for p's log */
static uint32_t parts_h, parts_p; /* asked for its contents */

static void make(void)
{
    solo_init(&h);
    solo_beside(&p, &h, 0x44);
    to_h = to_p = parts_h = parts_p = 0;
}

static void unmake(void)
{
    solo_done(&h);
    solo_done(&p);
}

static bool asks_for(const struct peer_message *m, const struct log_id *log)
{
    if (m->kind != PEER_WANT)
        return false;
    for (uint32_t i = 0; i < m->as.want.log_count; i++) {
        if (ID_EQ(&m->as.want.logs[i].log, log))
            return true;
    }
    return false;
}

static void look(const struct solo *s)
{
    for (uint32_t i = 0; i < s->effects.count; i++) {
        const struct effect *e = &s->effects.at[i];

        if (e->kind != EFFECT_SEND)
            continue;
        bool log = asks_for(e->as.send.message, &p.log), parts = e->as.send.message->kind == PEER_WANT_BLOBS;

        to_h += log && e->as.send.link == h.link;
        to_p += log && e->as.send.link == p.link;
        parts_h += parts && e->as.send.link == h.link;
        parts_p += parts && e->as.send.link == p.link;
    }
}

static void shows(struct solo *s, const struct frontier_item *item)
{
    struct frontier_item copy = *item;

    p.now = h.now = s->now;
    solo_hear_frontier(s, &copy, 1, s->shown_at + 1);
    look(s);
}

static void wait_ms(int64_t ms)
{
    solo_tick(&h, ms);
    p.now = h.now;
    look(&h);
}

static void meet(struct solo *s)
{
    struct peer_message hello = solo_hello(s);

    s->now = h.now;
    solo_link_up(s);
    look(s);
    hello.as.hello.reply = true;
    solo_hear(s, &hello, 200);
    look(s);
}

/* On the link that is there, under a new id: its session is forgotten, and what it was asked for with it. */
static void greet_anew(struct solo *s)
{
    struct peer_message hello = solo_hello(s);

    s->mine.b[0]++;
    memset(&s->theirs, 0, sizeof s->theirs);
    s->shown = false;
    solo_hear(s, &hello, 200);
    look(s);
    s->theirs = solo_said(s, PEER_HELLO)->from;
}

/* For so long, and both say now and then that they are there. */
static void live_ms(int64_t ms, const struct frontier_item *of_h, const struct frontier_item *of_p)
{
    for (int64_t at = 0; at < ms; at += 10000) {
        wait_ms(10000);
        shows(&h, of_h);
        if (of_p != NULL)
            shows(&p, of_p);
    }
}

/* h pushes one more of its own log. */
static void push_own(void)
{
    struct sealed_batch batch = solo_batch(&h, 1);

    solo_hear_batches(&h, &batch, 1, true, true, true, 500);
    look(&h);
}

static struct frontier_item invented(uint64_t seq)
{
    return (struct frontier_item){.log = p.log, .seq = seq, .seal = {{9}}, .blob_seq = seq};
}

/* h shows more of p's log than there is, and p has three entries. */
static void h_shows_more(void)
{
    struct frontier_item item = invented(1000000);

    solo_meet(&h);
    shows(&h, &item);
    ck_assert_uint_eq(to_h, 1);
    solo_meet(&p);
    (void)solo_batch(&p, 3);
    item = solo_item(&p);
    shows(&p, &item);
}

START_TEST(a_log_that_one_shows_and_does_not_send_is_asked_for_from_another)
{
    h_shows_more();
    for (int64_t ms = 0; ms < FETCH_STALL_MS; ms += 5000) {
        ck_assert_uint_eq(to_p, 0);
        wait_ms(5000);
        push_own(); /* what it sends meanwhile is nothing that was asked for */
    }
    ck_assert_uint_eq(to_h, 1);
    ck_assert_uint_eq(to_p, 1);
    ck_assert_int_eq(solo_state(&h), PEER_STATE_FETCHING);
}
END_TEST

START_TEST(greeting_anew_does_not_keep_a_log_for_oneself)
{
    struct frontier_item item = invented(1000000);

    h_shows_more();
    for (int i = 0; i < 5 && to_p == 0; i++) {
        wait_ms(9000);
        greet_anew(&h);
        shows(&h, &item);
    }
    ck_assert_uint_eq(to_p, 1);
}
END_TEST

/* A position below our head that our chain does not have: what would prove it is asked for, again and again. */
START_TEST(a_dispute_does_not_keep_others_from_being_asked)
{
    struct sealed_batch first = solo_batch(&p, 3);
    struct frontier_item item = solo_item(&p);

    solo_meet(&p);
    shows(&p, &item);
    solo_hear_batches(&p, &first, 1, true, false, true, 900);
    solo_meet(&h);
    item = invented(3);
    shows(&h, &item);
    ck_assert_uint_eq(to_h, 1);
    to_p = 0;
    (void)solo_batch(&p, 1);
    item = solo_item(&p);
    shows(&p, &item);
    ck_assert_uint_eq(to_p, 1);
}
END_TEST

/* --- whose signer is said to be unknown -------------------------------------------------------------------------- */

/* h sends bytes in the name of p's log of which nobody here can say who signed them. */
static void invent(bool pushed, bool end)
{
    struct batch_verdict unknown = {0};
    struct event event = {.as.message = {.frame_len = 500, .batches = &unknown}};
    struct peer_message m = {.kind = PEER_ENTRIES, .from = h.mine, .to = h.theirs, .counter = ++h.counter};
    struct sealed_batch batch = solo_batch(&h, 1);

    m.as.entries =
        (struct peer_entries){.log = p.log, .batch_count = 1, .batches = &batch, .pushed = pushed, .last = end};
    solo_hear_event(&h, &event, &m);
    look(&h);
}

START_TEST(who_pushes_what_nobody_knows_keeps_no_log_away)
{
    struct frontier_item item;

    solo_meet(&h);
    invent(true, false);
    solo_meet(&p);
    (void)solo_batch(&p, 3);
    item = solo_item(&p);
    shows(&p, &item);
    ck_assert_uint_eq(to_p, 1);
}
END_TEST

START_TEST(who_sends_what_nobody_knows_gives_way_to_others)
{
    h_shows_more();
    for (int i = 0; i < 60 && to_p == 0; i++) {
        if (to_h > (uint32_t)i)
            invent(false, true);
        wait_ms(1000);
    }
    ck_assert_uint_eq(to_h, 1);
    ck_assert_uint_eq(to_p, 1);
}
END_TEST

START_TEST(who_alone_shows_a_log_is_asked_for_it_again)
{
    struct frontier_item item = invented(4);

    solo_meet(&h);
    shows(&h, &item);
    live_ms(600000, &item, NULL);
    ck_assert_uint_ge(to_h, 20);
}
END_TEST

/* A slow line: the first of two logs is on its way, and the second is asked for once and waits its turn. */
START_TEST(what_waits_behind_another_log_is_not_asked_for_again)
{
    struct frontier_item items[2] = {invented(4)};
    struct sealed_batch batch;

    solo_meet(&h);
    (void)solo_batch(&h, 20);
    items[1] = solo_item(&h);
    h.seq = 0;
    memcpy(h.head.b, h.log.b, ID_LEN);
    solo_hear_frontier(&h, items, 2, 1);
    look(&h);
    for (int i = 0; i < 20; i++) {
        wait_ms(5000);
        batch = solo_batch(&h, 1);
        solo_hear_batches(&h, &batch, 1, true, false, false, 900);
        look(&h);
    }
    ck_assert_uint_eq(to_h, 1);
}
END_TEST

/* --- contents -------------------------------------------------------------------------------------------------- */

static struct frontier_item whole; /* p's log, with all parts */

/* p's log as h relays it, without a part; both say that they have them. */
static void headers_only(void)
{
    struct sealed_batch batch = solo_batch(&p, 3);
    struct solo relay;

    whole = solo_item(&p);
    meet(&h);
    meet(&p);
    shows(&h, &whole);
    for (uint32_t i = 0; i < 3; i++)
        memset(&batch.entries[i].blobs, 0, sizeof batch.entries[i].blobs);
    relay = h;
    relay.effects.arena = &relay.arena;
    relay.log = p.log;
    relay.genesis = p.genesis;
    relay.genesis_bytes = p.genesis_bytes;
    solo_hear_batches(&relay, &batch, 1, true, false, true, 2000);
    look(&relay);
    h.counter = relay.counter;
    shows(&p, &whole);
    ck_assert_uint_eq(replica_log_find(h.replica, &p.log)->seq, 3);
}

START_TEST(contents_that_one_shows_and_does_not_send_are_asked_for_from_another)
{
    headers_only();
    ck_assert_uint_eq(parts_h + parts_p, 1);
    wait_ms(10000);
    ck_assert_uint_eq(parts_h, 1);
    ck_assert_uint_eq(parts_p, 1);
}
END_TEST

static void p_sends(uint64_t seq)
{
    struct blobs_of item = {.log = p.log, .seq = seq};
    struct peer_message m = {.kind = PEER_BLOBS, .as.blobs = {.count = 1, .items = &item}};
    struct event held = {.kind = EVENT_BLOBS, .as.blobs = {.log = p.log, .seq = seq, .held = true}};

    solo_hear(&p, &m, 100);
    look(&p);
    solo_turn(&p, &held);
    look(&p);
}

START_TEST(who_sends_contents_is_asked_for_more_and_who_does_not_ever_more_seldom)
{
    headers_only();
    for (uint64_t seq = 1, s = 0; s < 3600; s += 10) {
        uint32_t before = parts_p;

        live_ms(10000, &whole, &whole);
        if (parts_p > before && seq < 3)
            p_sends(seq++); /* the third never comes: what is asked of h then is what p, too, does not send */
    }
    ck_assert_uint_eq(replica_log_find(h.replica, &p.log)->blob_seq, 2);
    ck_assert_uint_ge(parts_p, 8);
    ck_assert_uint_le(parts_h, 20);
}
END_TEST

Suite *suite_session_withheld(void);
Suite *suite_session_withheld(void)
{
    Suite *suite = suite_create("core/session withheld");
    TCase *c = tcase_create("withheld");

    tcase_add_checked_fixture(c, make, unmake);
    tcase_add_test(c, a_log_that_one_shows_and_does_not_send_is_asked_for_from_another);
    tcase_add_test(c, greeting_anew_does_not_keep_a_log_for_oneself);
    tcase_add_test(c, a_dispute_does_not_keep_others_from_being_asked);
    tcase_add_test(c, who_pushes_what_nobody_knows_keeps_no_log_away);
    tcase_add_test(c, who_sends_what_nobody_knows_gives_way_to_others);
    tcase_add_test(c, who_alone_shows_a_log_is_asked_for_it_again);
    tcase_add_test(c, what_waits_behind_another_log_is_not_asked_for_again);
    tcase_add_test(c, contents_that_one_shows_and_does_not_send_are_asked_for_from_another);
    tcase_add_test(c, who_sends_contents_is_asked_for_more_and_who_does_not_ever_more_seldom);
    suite_add_tcase(suite, c);
    return suite;
}
