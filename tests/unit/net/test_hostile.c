/* What somebody with a stolen key may try, byte by byte. */
#include "tests/unit/net/raw.h"
#include "tests/unit/net/world.h"
#include "tests/unit/runner.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAME_LEN 60000

/* Who is let in, and the raw socket of whoever of them knocks. */
static struct person officer, colleague, peer;
static struct world *w;
static struct raw *r;

static void nobody_knocks(void)
{
    struct person people[] = {person_of(1, SUBJECT_PERSON), person_of(2, SUBJECT_PERSON), person_of(3, SUBJECT_DAEMON)};

    officer = people[0];
    colleague = people[1];
    peer = people[2];
    w = world_new(people, CW_COUNT(people));
    r = NULL;
}

static void an_officer_knocks(void)
{
    nobody_knocks();
    r = raw_knock(w, &officer, w->clients, "");
}

static void a_daemon_knocks(void)
{
    nobody_knocks();
    r = raw_knock(w, &peer, w->peers, "");
}

static void end(void)
{
    if (r != NULL)
        raw_free(r);
    world_free(w);
}

START_TEST(a_message_that_never_ends_is_cut_before_it_fills_memory)
{
    uint8_t *frame = calloc(1, FRAME_LEN);
    pid_t pid = driver_net_pid(w->driver);
    uint64_t sent = 0;

    ck_assert(raw_send(r, "first", 5, false));
    (void)world_wait(w, NET_UP);
    while (raw_send(r, frame, FRAME_LEN, true))
        sent += FRAME_LEN;
    const struct world_event *down = world_wait(w, NET_DOWN);
    ck_assert_ptr_nonnull(strstr(down->text, "never ends"));
    ck_assert_int_eq(driver_net_pid(w->driver), pid);                                   /* cut, not crashed */
    ck_assert_uint_lt(world_process_status(pid, "RssAnon:", 10), UINT64_C(190) * 1024); /* KiB of data */
    ck_assert_uint_gt(sent, 4 << 20);
    free(frame);
}
END_TEST

START_TEST(a_connection_that_never_said_a_whole_word_is_cut_too)
{
    uint8_t *frame = calloc(1, FRAME_LEN);

    while (raw_send(r, frame, FRAME_LEN, true))
        continue;
    ck_assert(raw_is_cut(r));
    ck_assert(!world_has(w, NET_LOST));

    void *s = knock(w, &officer, w->clients);
    say_to(s, "still there?");
    (void)world_wait(w, NET_RECEIVED);
    free(frame);
    zsocket_close(s);
}
END_TEST

START_TEST(many_large_honest_messages_are_not_taken_for_an_attack)
{
    uint8_t *frame = calloc(1, MESSAGE_LEN_MAX);

    for (int i = 0; i < 64; i++)
        ck_assert(raw_send(r, frame, MESSAGE_LEN_MAX, false));
    for (int i = 0; i < 64; i++)
        ck_assert_uint_eq(world_wait(w, NET_RECEIVED)->frame_len, MESSAGE_LEN_MAX);
    ck_assert(!world_has(w, NET_DOWN));
    free(frame);
}
END_TEST

START_TEST(a_message_of_two_frames_ends_the_link)
{
    ck_assert(raw_send(r, "hello", 5, false));
    (void)world_wait(w, NET_RECEIVED);
    ck_assert(raw_send(r, "one", 3, true));
    ck_assert(raw_send(r, "two", 3, false));
    ck_assert_ptr_nonnull(strstr(world_wait(w, NET_DOWN)->text, "one frame"));
    ck_assert(raw_is_cut(r));
}
END_TEST

START_TEST(two_frames_as_the_first_word_never_become_a_link)
{
    ck_assert(raw_send(r, "", 0, true));
    ck_assert(raw_send(r, "two", 3, false));
    ck_assert(raw_is_cut(r));
    ck_assert(!world_has(w, NET_UP));
}
END_TEST

START_TEST(a_frame_over_the_limit_ends_the_connection)
{
    size_t len = MESSAGE_LEN_MAX + 65;
    uint8_t *frame = calloc(1, len);

    ck_assert(raw_send(r, "hello", 5, false));
    (void)world_wait(w, NET_RECEIVED);
    (void)raw_send(r, frame, len, false);
    (void)world_wait(w, NET_DOWN);
    ck_assert(raw_is_cut(r));
    free(frame);
}
END_TEST

START_TEST(a_length_that_asks_for_all_memory_is_refused_before_any_is_taken)
{
    uint8_t greeting[64] = {0xff, [9] = 0x7f, [10] = 3, [11] = 1, [12] = 'C', 'U', 'R', 'V', 'E'};
    uint8_t huge[9] = {6, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    r = raw_tcp(w->clients);
    ck_assert(raw_send_bytes(r, greeting, sizeof greeting));
    ck_assert(raw_send_bytes(r, huge, sizeof huge));
    ck_assert(raw_is_cut(r));
    ck_assert(!world_has(w, NET_LOST));
}
END_TEST

START_TEST(garbage_ends_its_own_connection_only)
{
    uint8_t noise[4096];

    for (int i = 0; i < 20; i++) {
        struct raw *noisy = raw_tcp(i % 2 == 0 ? w->clients : w->peers);

        randombytes_buf_deterministic(noise, sizeof noise, (uint8_t[32]){(uint8_t)i});
        (void)raw_send_bytes(noisy, noise, sizeof noise);
        raw_free(noisy);
    }
    void *s = knock(w, &officer, w->clients);
    say_to(s, "hello");
    (void)world_wait(w, NET_RECEIVED);
    ck_assert(!world_has(w, NET_LOST));
    zsocket_close(s);
}
END_TEST

START_TEST(whoever_names_itself_is_cut)
{
    r = raw_knock(w, &officer, w->clients, "somebody");
    ck_assert(raw_send(r, "hello", 5, false));
    ck_assert(raw_is_cut(r));
    ck_assert(!world_has(w, NET_UP));
}
END_TEST

START_TEST(two_of_one_name_do_not_displace_a_third)
{
    struct raw *a = raw_knock(w, &colleague, w->clients, "twin");
    struct raw *b = raw_knock(w, &colleague, w->clients, "twin");

    ck_assert(raw_send(a, "hello", 5, false));
    ck_assert(raw_is_cut(a));
    ck_assert(raw_send(r, "hello", 5, false));
    ck_assert(ID_EQ(&world_wait(w, NET_UP)->is.cert, &officer.cert));
    raw_free(a);
    raw_free(b);
}
END_TEST

START_TEST(a_reader_that_does_not_read_is_dropped_with_a_reason)
{
    uint8_t *frame = calloc(1, MESSAGE_LEN_MAX);

    ck_assert(raw_send(r, "hello", 5, false));
    uint64_t link = world_wait(w, NET_UP)->is.link;
    /* The pipe takes 32, the kernel some, the waiting list 4 MiB: well under this. */
    for (int i = 0; i < 120; i++) {
        driver_send(w->driver, link, slice(frame, MESSAGE_LEN_MAX / 2));
        driver_flush(w->driver);
    }
    const struct world_event *down = world_wait(w, NET_DOWN);
    ck_assert_uint_eq(down->is.link, link);
    ck_assert_msg(strstr(down->text, "does not take") != NULL || strstr(down->text, "waiting for it") != NULL, "%s",
                  down->text);
    ck_assert(!world_has(w, NET_LOST));
    free(frame);
}
END_TEST

Suite *suite_hostile(void)
{
    Suite *s = suite_create("hostile");
    TCase *by_daemons = tcase_create("by daemons");
    TCase *by_officers = tcase_create("by officers");
    TCase *by_anybody = tcase_create("by anybody");

    tcase_add_checked_fixture(by_daemons, a_daemon_knocks, end);
    tcase_add_test(by_daemons, a_message_that_never_ends_is_cut_before_it_fills_memory);
    tcase_add_test(by_daemons, a_connection_that_never_said_a_whole_word_is_cut_too);
    tcase_add_test(by_daemons, many_large_honest_messages_are_not_taken_for_an_attack);
    suite_add_tcase(s, by_daemons);

    tcase_add_checked_fixture(by_officers, an_officer_knocks, end);
    tcase_add_test(by_officers, a_message_of_two_frames_ends_the_link);
    tcase_add_test(by_officers, two_frames_as_the_first_word_never_become_a_link);
    tcase_add_test(by_officers, a_frame_over_the_limit_ends_the_connection);
    tcase_add_test(by_officers, two_of_one_name_do_not_displace_a_third);
    tcase_add_test(by_officers, a_reader_that_does_not_read_is_dropped_with_a_reason);
    suite_add_tcase(s, by_officers);

    tcase_add_checked_fixture(by_anybody, nobody_knocks, end);
    tcase_add_test(by_anybody, a_length_that_asks_for_all_memory_is_refused_before_any_is_taken);
    tcase_add_test(by_anybody, garbage_ends_its_own_connection_only);
    tcase_add_test(by_anybody, whoever_names_itself_is_cut);
    suite_add_tcase(s, by_anybody);
    return s;
}
