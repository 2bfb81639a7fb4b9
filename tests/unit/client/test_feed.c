/* SPDX-License-Identifier: Apache-2.0 */
/* A feed over daemons that die, hang, lie and fall behind. */
#include "lib/feed.h"
#include "tests/unit/client/fake.h"

#include "proto/wire.h"

#include <check.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_feed(void);

#define PATIENT_MS 60000
#define CURSOR_TEXT_LEN 16

/* --- a daemon that tells messages, one for each request about the feed -------------------------------------------- */

enum trick { TRICK_NONE, TRICK_DIE, TRICK_GARBAGE, TRICK_GAP, TRICK_HANG, TRICK_NO_CURSOR, TRICK_END };

/* The nth message is the nth of the network: its cursor is "cursor n", its item's id begins with n. */
struct teller {
    enum trick trick;
    unsigned at;     /* the message at which the trick is played */
    uint32_t refuse; /* this code, to each Subscribe */
    const char *refuse_where;
    unsigned items; /* per message; 0: one */
    /* what was asked */
    atomic_uint subscribed, credited, start;
    atomic_uint case_lens[2]; /* of the first names of cases */
    unsigned next;
    char cursor[CURSOR_TEXT_LEN];
    char text[CURSOR_TEXT_LEN];
    struct hash before, said; /* of the next message; in the one being sent */
    uint8_t ids[8][CW_ID_LEN];
    Cw__FeedItems feed;
    Cw__FeedItem item[8], *list[8];
    Cw__FeedEnd end;
};

static struct cw_slice cursor_of(unsigned n, char out[static CURSOR_TEXT_LEN])
{
    snprintf(out, CURSOR_TEXT_LEN, "cursor %u", n);
    return slice_of(out);
}

static void hear_subscribe(struct teller *t, const Cw__Subscribe *ask)
{
    char text[CURSOR_TEXT_LEN] = "";

    if (ask->cursor.len > 0 && ask->cursor.len < sizeof text)
        memcpy(text, ask->cursor.data, ask->cursor.len);
    t->next = ask->start == CW_FEED_CURSOR ? (unsigned)strtoul(text + 7, NULL, 10) + 1 : 1;
    memset(&t->before, 0, sizeof t->before);
    if (ask->start == CW_FEED_CURSOR)
        cursor_hash(slice_of(text), &t->before);
    for (size_t i = 0; ask->filter != NULL && i < ask->filter->n_cases && i < 2; i++)
        atomic_store(&t->case_lens[i], (unsigned)ask->filter->cases[i].len);
    atomic_store(&t->start, ask->start);
    atomic_fetch_add(&t->subscribed, 1);
}

static void fill_items(struct teller *t)
{
    t->feed.n_items = t->items == 0 ? 1 : t->items;
    t->feed.items = t->list;
    for (unsigned i = 0; i < t->feed.n_items; i++) {
        cw__feed_item__init(&t->item[i]);
        t->list[i] = &t->item[i];
        memset(t->ids[i], 0, CW_ID_LEN);
        t->ids[i][0] = (uint8_t)t->next;
        t->ids[i][1] = (uint8_t)i;
        t->item[i].has_id = t->item[i].has_why = 1;
        t->item[i].id = wire_bytes(slice(t->ids[i], CW_ID_LEN));
        t->item[i].why = CW_FEED_OP;
    }
}

static enum fake_act tell(struct teller *t, Cw__Answer *out)
{
    cw__feed_items__init(&t->feed);
    fill_items(t);
    if (t->trick == TRICK_GAP && t->next == t->at)
        t->before.b[0] ^= 1;
    t->feed.has_before = t->feed.has_cursor = t->feed.has_level = 1;
    t->said = t->before;
    t->feed.before = wire_bytes(ID_SLICE(&t->said));
    t->feed.cursor = wire_bytes(cursor_of(t->next, t->text));
    t->feed.has_cursor = t->trick != TRICK_NO_CURSOR;
    t->feed.level = 1;
    cursor_hash(slice_of(t->text), &t->before);
    out->feed = &t->feed;
    t->next++;
    return FAKE_ANSWER;
}

static enum fake_act end_with(struct teller *t, uint32_t code, Cw__Answer *out)
{
    cw__feed_end__init(&t->end);
    out->has_code = 1;
    out->code = code;
    out->has_where = t->refuse_where != NULL;
    if (t->refuse_where != NULL)
        out->where = wire_bytes(slice_of(t->refuse_where));
    out->feed_end = &t->end;
    return FAKE_ANSWER;
}

static enum fake_act play(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    struct teller *t = context;
    bool now;

    (void)nth;
    if (request->unsubscribe != NULL)
        return FAKE_SILENCE;
    if (request->subscribe != NULL)
        hear_subscribe(t, request->subscribe);
    else
        atomic_fetch_add(&t->credited, request->credit->items);
    if (t->refuse != 0)
        return end_with(t, t->refuse, out);
    if (t->trick == TRICK_END && request->credit != NULL)
        return end_with(t, CW_LOCAL_CORRUPT, out);
    now = t->next == t->at;
    if (now && (t->trick == TRICK_DIE || t->trick == TRICK_GARBAGE || t->trick == TRICK_HANG))
        return t->trick == TRICK_DIE ? FAKE_DIE : t->trick == TRICK_GARBAGE ? FAKE_GARBAGE : FAKE_SILENCE;
    return tell(t, out);
}

/* --- a world --------------------------------------------------------------------------------------------------------- */

static struct cw_identity *identity;
static struct teller tellers[2];
static struct fake *daemons[2];
static struct cw_client *client;
static struct cw_feed *feed;
static char first_cursor[CURSOR_TEXT_LEN];

static void begin_with(size_t count, const struct cw_feed_options *options)
{
    identity = fake_identity();
    for (size_t i = 0; i < count; i++)
        daemons[i] = fake_start(0, play, &tellers[i]);
    client = fake_client(identity, 1000, count, daemons);
    ck_assert_int_eq(cw_feed_open(client, options, &feed), CW_OK);
}

static struct cw_feed_options options_of(enum cw_feed_start start)
{
    return (struct cw_feed_options){.size = sizeof(struct cw_feed_options), .start = start, .window_items = 1};
}

static void begin(size_t count)
{
    struct cw_feed_options o = options_of(CW_FEED_BEGINNING);

    begin_with(count, &o);
}

static void set_up(void)
{
    memset(tellers, 0, sizeof tellers);
    daemons[0] = daemons[1] = NULL;
    client = NULL;
    feed = NULL;
}

static void tear_down(void)
{
    cw_feed_close(feed);
    cw_client_close(client);
    fake_stop(daemons[0]);
    fake_stop(daemons[1]);
    cw_identity_close(identity);
}

/* The next message is the nth of the network. */
static void expect(unsigned n)
{
    struct cw_answer *answer = NULL;
    struct cw_feed_item item = {.size = sizeof item};
    char text[CURSOR_TEXT_LEN];
    enum cw_err err = cw_feed_next(feed, PATIENT_MS, &answer);

    ck_assert_msg(err == CW_OK, "message %u: %s, %s", n, cw_err_name(err), cw_feed_fault(feed)->text);
    ck_assert(slice_eq(cw_feed_answer_cursor(answer), cursor_of(n, text)));
    ck_assert_int_eq(cw_feed_item(answer, 0, &item), CW_OK);
    ck_assert_uint_eq(item.id.b[0], n);
    ck_assert_int_eq(item.why, CW_FEED_OP);
    cw_answer_close(answer);
}

/* --- tests ------------------------------------------------------------------------------------------------------------ */

START_TEST(messages_come_one_after_the_other_as_room_is_given_back)
{
    struct cw_answer *answer = NULL;
    struct cw_feed_progress progress = {.size = sizeof progress};

    begin(1);
    expect(1);
    ck_assert_uint_eq(atomic_load(&tellers[0].credited), 0);
    expect(2);
    expect(3);
    ck_assert_uint_ge(atomic_load(&tellers[0].credited), 2);
    ck_assert_uint_eq(cw_feed_daemon(feed), 0);
    ck_assert_int_eq(cw_feed_next(feed, PATIENT_MS, &answer), CW_OK);
    ck_assert_int_eq(cw_feed_answer_progress(answer, &progress), CW_OK);
    ck_assert_int_eq(progress.level, 1);
    cw_answer_close(answer);
}
END_TEST

/* It dies, lies, hangs in the middle or begins each time and cannot go on: the next one goes on from the cursor of the last message that was heard. */
static const enum trick tricks[] = {TRICK_DIE, TRICK_GARBAGE, TRICK_GAP, TRICK_HANG, TRICK_END};

START_TEST(a_daemon_that_fails_is_left_and_nothing_is_missed)
{
    struct cw_feed_options o = options_of(CW_FEED_BEGINNING);

    o.silence_ms = 400;
    tellers[0].trick = tricks[_i];
    tellers[0].at = 3;
    begin_with(2, &o);
    for (unsigned n = 1; n <= 5; n++)
        expect(n);
    ck_assert_uint_eq(atomic_load(&tellers[1].start), CW_FEED_CURSOR);
    ck_assert_uint_eq(cw_feed_daemon(feed), 1);
}
END_TEST

START_TEST(a_message_without_a_cursor_is_not_believed)
{
    tellers[0].trick = TRICK_NO_CURSOR;
    begin(2);
    expect(1);
    ck_assert_uint_eq(cw_feed_daemon(feed), 1);
}
END_TEST

START_TEST(a_daemon_that_sends_more_than_it_was_granted_is_left)
{
    tellers[0].items = 8;
    begin(2);
    expect(1);
    ck_assert_uint_eq(cw_feed_daemon(feed), 1);
}
END_TEST

static const uint32_t refusals[] = {CW_REFUSED_MALFORMED, CW_REFUSED_READER, CW_REFUSED_NETWORK, CW_REFUSED_VERSION};

START_TEST(a_refusal_ends_the_feed_and_says_so_again)
{
    struct cw_answer *answer = NULL;

    tellers[0].refuse = refusals[_i];
    begin(1);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(cw_feed_next(feed, PATIENT_MS, &answer), (enum cw_err)refusals[_i]);
        ck_assert_int_eq(cw_client_fault(client)->code, (enum cw_err)refusals[_i]);
    }
    ck_assert_uint_eq(atomic_load(&tellers[0].subscribed), 1);
}
END_TEST

/* What is wrong is the reader's, and another daemon would say the same: the daemon is as good as before. */
START_TEST(a_refused_cursor_is_held_against_no_daemon)
{
    struct cw_feed_options o = options_of(CW_FEED_CURSOR);
    struct cw_daemon_view view = {.size = sizeof(view)};
    struct cw_answer *answer = NULL;

    o.cursor = cursor_of(7, first_cursor);
    tellers[0].refuse = tellers[1].refuse = refusals[_i];
    tellers[0].refuse_where = tellers[1].refuse_where = "cursor";
    begin_with(2, &o);
    ck_assert_int_eq(cw_feed_next(feed, PATIENT_MS, &answer), (enum cw_err)refusals[_i]);
    ck_assert_str_eq(cw_client_fault(client)->where, "cursor");
    ck_assert_int_eq(cw_client_daemon(client, 0, &view), CW_OK);
    ck_assert_int_eq(view.state, CW_DAEMON_READY);
    ck_assert_uint_eq(view.failures, 0);
    ck_assert_uint_eq(atomic_load(&tellers[1].subscribed), 0);
}
END_TEST

/* As a newer daemon's, which has more words for it. */
START_TEST(a_refusal_of_an_unknown_number_is_a_refusal)
{
    struct cw_answer *answer = NULL;

    tellers[0].refuse = 197;
    begin(1);
    ck_assert_int_eq(cw_feed_next(feed, PATIENT_MS, &answer), 197);
    ck_assert_int_eq(cw_err_class_of((enum cw_err)197), CW_CLASS_REFUSED);
    ck_assert_uint_eq(atomic_load(&tellers[0].subscribed), 1);
}
END_TEST

START_TEST(a_daemon_behind_the_cursor_is_passed_over)
{
    struct cw_feed_options o = options_of(CW_FEED_CURSOR);

    o.cursor = cursor_of(7, first_cursor);
    tellers[0].refuse = CW_AGAIN_BEHIND;
    begin_with(2, &o);
    expect(8);
    ck_assert_uint_ge(atomic_load(&tellers[0].subscribed), 1);
    ck_assert_uint_eq(cw_feed_daemon(feed), 1);
}
END_TEST

START_TEST(when_all_are_behind_the_reader_hears_so_and_may_wait)
{
    struct cw_feed_options o = options_of(CW_FEED_CURSOR);
    struct cw_answer *answer = NULL;
    enum cw_err err = CW_LOCAL_NOT_FOUND;

    o.cursor = cursor_of(7, first_cursor);
    tellers[0].refuse = CW_AGAIN_BEHIND;
    begin_with(1, &o);
    for (int i = 0; i < 100 && err != CW_AGAIN_BEHIND; i++)
        err = cw_feed_next(feed, 100, &answer);
    ck_assert_int_eq(err, CW_AGAIN_BEHIND);
    tellers[0].refuse = 0;
    expect(8);
}
END_TEST

START_TEST(nothing_in_time_is_no_error_of_the_feed)
{
    struct cw_answer *answer = NULL;

    tellers[0].trick = TRICK_HANG;
    tellers[0].at = 2;
    begin(1);
    ck_assert_int_ne(cw_feed_next(feed, 0, &answer), CW_OK);
    expect(1);
    ck_assert_int_eq(cw_feed_next(feed, 50, &answer), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(cw_feed_next(feed, 0, &answer), CW_LOCAL_NOT_FOUND);
    ck_assert_ptr_null(answer);
}
END_TEST

START_TEST(the_descriptor_alone_carries_a_feed)
{
    struct cw_answer *answer = NULL;
    unsigned heard = 0;

    begin(1);
    while (heard < 5) {
        struct pollfd p = {.fd = cw_client_fd(client), .events = POLLIN};

        ck_assert_int_ge(poll(&p, 1, PATIENT_MS), 1);
        ck_assert_int_eq(cw_client_dispatch(client), CW_OK);
        while (cw_feed_next(feed, 0, &answer) == CW_OK) {
            heard++;
            cw_answer_close(answer);
        }
    }
}
END_TEST

START_TEST(a_feed_outlives_its_handle_as_a_thing_to_close)
{
    struct cw_answer *answer = NULL;

    begin(1);
    expect(1);
    cw_client_close(client);
    client = NULL;
    ck_assert_int_eq(cw_feed_next(feed, 10, &answer), CW_USAGE_ORDER);
}
END_TEST

START_TEST(an_id_in_digits_is_asked_for_as_the_id)
{
    struct cw_feed_options o = options_of(CW_FEED_BEGINNING);
    const struct cw_slice names[] = {slice_of("1ae0cf56924e15bb026e6fc51ba90044f8b987e14ee775142f1fe6b023749668"),
                                     slice_of("MC/NTH/2026/3BGCYNM-V")};

    o.cases = (struct cw_names){names, CW_COUNT(names)};
    begin_with(1, &o);
    expect(1);
    ck_assert_uint_eq(atomic_load(&tellers[0].case_lens[0]), CW_ID_LEN);
    ck_assert_uint_eq(atomic_load(&tellers[0].case_lens[1]), names[1].len);
}
END_TEST

START_TEST(options_that_mean_nothing_are_refused)
{
    struct cw_feed_options o = options_of(CW_FEED_CURSOR);
    static const struct cw_slice names[CW_FEED_NAMES_MAX + 1];
    static const uint32_t kinds[CW_FEED_NAMES_MAX + 1];
    struct cw_feed *other = NULL;

    begin(1);
    ck_assert_int_eq(cw_feed_open(client, &o, &other), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(cw_client_fault(client)->where, "cursor");
    o = options_of((enum cw_feed_start)9);
    ck_assert_int_eq(cw_feed_open(client, &o, &other), CW_USAGE_ARGUMENT);
    o = options_of(CW_FEED_NOW);
    o.tags = (struct cw_names){names, CW_COUNT(names)};
    ck_assert_int_eq(cw_feed_open(client, &o, &other), CW_USAGE_ARGUMENT);
    o = options_of(CW_FEED_NOW);
    o.kind_count = 2; /* and no array */
    ck_assert_int_eq(cw_feed_open(client, &o, &other), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(cw_client_fault(client)->where, "kinds");
    o.kinds = kinds;
    o.kind_count = CW_COUNT(kinds);
    ck_assert_int_eq(cw_feed_open(client, &o, &other), CW_USAGE_ARGUMENT);
    o = options_of(CW_FEED_NOW);
    o.size--;
    ck_assert_int_eq(cw_feed_open(client, &o, &other), CW_USAGE_ARGUMENT);
    ck_assert_ptr_null(other);
}
END_TEST

Suite *suite_feed(void)
{
    Suite *suite = suite_create("client/feed");
    TCase *c = tcase_create("feed");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, messages_come_one_after_the_other_as_room_is_given_back);
    tcase_add_loop_test(c, a_daemon_that_fails_is_left_and_nothing_is_missed, 0, CW_COUNT(tricks));
    tcase_add_test(c, a_message_without_a_cursor_is_not_believed);
    tcase_add_test(c, a_daemon_that_sends_more_than_it_was_granted_is_left);
    tcase_add_loop_test(c, a_refusal_ends_the_feed_and_says_so_again, 0, CW_COUNT(refusals));
    tcase_add_loop_test(c, a_refused_cursor_is_held_against_no_daemon, 0, CW_COUNT(refusals));
    tcase_add_test(c, a_refusal_of_an_unknown_number_is_a_refusal);
    tcase_add_test(c, a_daemon_behind_the_cursor_is_passed_over);
    tcase_add_test(c, when_all_are_behind_the_reader_hears_so_and_may_wait);
    tcase_add_test(c, nothing_in_time_is_no_error_of_the_feed);
    tcase_add_test(c, the_descriptor_alone_carries_a_feed);
    tcase_add_test(c, a_feed_outlives_its_handle_as_a_thing_to_close);
    tcase_add_test(c, an_id_in_digits_is_asked_for_as_the_id);
    tcase_add_test(c, options_that_mean_nothing_are_refused);
    suite_add_tcase(suite, c);
    return suite;
}
