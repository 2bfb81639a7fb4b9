/* Messages that are not one frame of at most a mebibyte: whose they are is told, and nobody else notices. */
#include "tests/unit/net/raw.h"
#include "tests/unit/net/world.h"

#include <stdlib.h>

static struct person officer, peer;
static struct world *w;
static struct raw *r;
static uint8_t *large;

#define LARGE_LEN ((size_t)6 << 20)

static void an_officer_knocks(void)
{
    struct person people[] = {person_of(1, SUBJECT_PERSON), person_of(2, SUBJECT_DAEMON)};

    officer = people[0];
    peer = people[1];
    w = world_new(people, CW_COUNT(people));
    r = raw_knock(w, &officer, w->clients, "");
    large = calloc(1, LARGE_LEN);
    ck_assert_ptr_nonnull(large);
}

static void end(void)
{
    free(large);
    raw_free(r);
    world_free(w);
}

/* Others go on: the net process is the same, and answers. */
static void nobody_else_notices(pid_t before)
{
    void *s = knock(w, &officer, w->clients);

    say_to(s, "still there?");
    (void)world_wait(w, NET_UP);
    ck_assert_int_eq(driver_net_pid(w->driver), before);
    ck_assert(!world_has(w, NET_LOST));
    zsocket_close(s);
}

/* The whole story of one sender: what is told of him, in a word and with his name. */
static void told_of(enum misframed what, const struct person *who, const char *door)
{
    const struct world_event *told = world_wait(w, NET_MISFRAMED);

    ck_assert_int_eq(told->is.misframed, what);
    ck_assert_int_eq(told->is.known, who != NULL);
    if (who != NULL)
        ck_assert(ID_EQ(&told->is.cert, &who->cert));
    ck_assert_ptr_nonnull(strstr(told->text, door));
    ck_assert_ptr_nonnull(strstr(told->text, "at 127.0.0.1"));
    ck_assert_ptr_nonnull(strstr(told->text, misframed_sentence(what)));
    ck_assert(raw_is_cut(r));
}

START_TEST(a_frame_one_byte_over_the_limit_costs_its_own_link_only)
{
    pid_t pid = driver_net_pid(w->driver);

    ck_assert(raw_send(r, "hello", 5, false));
    (void)world_wait(w, NET_RECEIVED);
    (void)raw_send(r, large, MESSAGE_LEN_MAX + 1, false);
    told_of(MISFRAMED_TOO_LONG, &officer, "a client, certificate ");
    (void)world_wait(w, NET_DOWN);
    nobody_else_notices(pid);
}
END_TEST

START_TEST(the_longest_frame_is_a_message)
{
    ck_assert(raw_send(r, large, MESSAGE_LEN_MAX, false));
    ck_assert_uint_eq(world_wait(w, NET_RECEIVED)->frame_len, MESSAGE_LEN_MAX);
    ck_assert(!world_has(w, NET_MISFRAMED));
}
END_TEST

START_TEST(a_first_word_that_is_too_long_has_a_sender_too)
{
    (void)raw_send(r, large, (size_t)MISFRAMED_TAKEN_LEN_MAX, false);
    told_of(MISFRAMED_TOO_LONG, &officer, "a client, certificate ");
    ck_assert(!world_has(w, NET_UP));
}
END_TEST

START_TEST(a_message_in_two_frames_is_told_of_once)
{
    for (int i = 0; i < 3; i++) {
        ck_assert(raw_send(r, "one", 3, true));
        (void)raw_send(r, "two", 3, false);
    }
    told_of(MISFRAMED_SEVERAL, &officer, "a client, certificate ");
    nobody_else_notices(driver_net_pid(w->driver));
    ck_assert_uint_eq(world_count(w, NET_MISFRAMED), 1);
}
END_TEST

/* libzmq hangs up without a word: what it left unread says why. */
START_TEST(a_frame_far_over_the_limit_is_told_of_as_well)
{
    ck_assert(raw_send(r, "hello", 5, false));
    (void)world_wait(w, NET_RECEIVED);
    (void)raw_send(r, large, LARGE_LEN, false);
    told_of(MISFRAMED_UNREAD, &officer, "a client, certificate ");
    nobody_else_notices(driver_net_pid(w->driver));
}
END_TEST

START_TEST(who_never_said_a_word_is_told_of_by_address)
{
    (void)raw_send(r, large, LARGE_LEN, false);
    told_of(MISFRAMED_UNREAD, NULL, "a client that had not said a whole word");
}
END_TEST

START_TEST(a_daemon_is_told_of_as_one)
{
    raw_free(r);
    r = raw_knock(w, &peer, w->peers, "");
    (void)raw_send(r, large, MESSAGE_LEN_MAX + 1, false);
    told_of(MISFRAMED_TOO_LONG, &peer, "a daemon, certificate ");
}
END_TEST

START_TEST(whoever_says_goodbye_or_is_hung_up_on_is_not_told_of)
{
    ck_assert(raw_send(r, "hello", 5, false));
    uint64_t link = world_wait(w, NET_UP)->is.link;

    driver_hang(w->driver, link);
    driver_flush(w->driver);
    ck_assert(raw_is_cut(r));
    raw_free(r);
    r = raw_knock(w, &officer, w->clients, "");
    ck_assert(raw_send(r, large, MESSAGE_LEN_MAX, false));
    (void)world_wait(w, NET_UP);
    raw_free(r);
    (void)world_wait(w, NET_DOWN);
    r = raw_knock(w, &officer, w->clients, "");
    ck_assert(!world_has(w, NET_MISFRAMED));
}
END_TEST

Suite *suite_misframed(void);
Suite *suite_misframed(void)
{
    Suite *suite = suite_create("net/misframed");
    TCase *t = tcase_create("frames");

    tcase_add_checked_fixture(t, an_officer_knocks, end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_frame_one_byte_over_the_limit_costs_its_own_link_only);
    tcase_add_test(t, the_longest_frame_is_a_message);
    tcase_add_test(t, a_first_word_that_is_too_long_has_a_sender_too);
    tcase_add_test(t, a_message_in_two_frames_is_told_of_once);
    tcase_add_test(t, a_frame_far_over_the_limit_is_told_of_as_well);
    tcase_add_test(t, who_never_said_a_word_is_told_of_by_address);
    tcase_add_test(t, a_daemon_is_told_of_as_one);
    tcase_add_test(t, whoever_says_goodbye_or_is_hung_up_on_is_not_told_of);
    suite_add_tcase(suite, t);
    return suite;
}
