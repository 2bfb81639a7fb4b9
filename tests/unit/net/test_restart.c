/* The net process may die: nothing but the links is lost. And it refuses to begin badly. */
#include "tests/unit/net/world.h"
#include "tests/unit/runner.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

START_TEST(a_killed_net_process_is_replaced_and_told_the_same)
{
    struct person officer = person_of(1, SUBJECT_PERSON);
    struct world *w = world_new(&officer, 1);
    void *before = knock(w, &officer, w->clients);

    say_to(before, "hello");
    uint64_t first = world_wait(w, NET_UP)->is.link;
    ck_assert_int_eq(kill(driver_net_pid(w->driver), SIGKILL), 0);

    const struct world_event *down = world_wait(w, NET_DOWN);
    ck_assert_uint_eq(down->is.link, first);
    ck_assert_ptr_nonnull(strstr(down->text, "net process ended"));
    const struct world_event *lost = world_wait(w, NET_LOST);
    ck_assert_ptr_nonnull(strstr(lost->text, "signal 9"));
    ck_assert_uint_eq(lost->is.count, 1);

    world_wait_ready(w); /* other ports: these were left to the system to choose */
    void *after = knock(w, &officer, w->clients);
    say_to(after, "hello again");
    uint64_t second = world_wait(w, NET_UP)->is.link;
    ck_assert_uint_ne(second, first);
    (void)world_wait(w, NET_RECEIVED);
    driver_send(w->driver, second, slice_of("good day"));
    driver_flush(w->driver);
    hear(after, "good day");
    zsocket_close(before);
    zsocket_close(after);
    world_free(w);
}
END_TEST

START_TEST(a_frame_for_a_link_of_a_dead_process_goes_nowhere)
{
    struct person officer = person_of(1, SUBJECT_PERSON);
    struct world *w = world_new(&officer, 1);
    void *before = knock(w, &officer, w->clients);

    say_to(before, "hello");
    uint64_t old = world_wait(w, NET_UP)->is.link;
    ck_assert_int_eq(kill(driver_net_pid(w->driver), SIGKILL), 0);
    (void)world_wait(w, NET_LOST);
    world_wait_ready(w);

    void *after = knock(w, &officer, w->clients); /* the first of its process, as the old one was */
    say_to(after, "hello");
    uint64_t link = world_wait(w, NET_UP)->is.link;
    driver_send(w->driver, old, slice_of("for somebody else"));
    driver_send(w->driver, link, slice_of("for you"));
    driver_flush(w->driver);
    hear(after, "for you");
    zsocket_close(before);
    zsocket_close(after);
    world_free(w);
}
END_TEST

START_TEST(it_dies_with_the_core)
{
    struct world *w = world_new(NULL, 0);
    pid_t net = driver_net_pid(w->driver);

    ck_assert_int_eq(kill(net, 0), 0);
    world_free(w); /* waits for the keeper, which waits for it */
    ck_assert_int_eq(kill(net, 0), -1);
}
END_TEST

START_TEST(a_taken_port_is_said_and_ends_the_start)
{
    struct world *first = world_new(NULL, 0);
    struct world *second = world_start(WORLD_SEED, first->peers, "tcp://127.0.0.1:*", NULL, 0);

    ck_assert_ptr_nonnull(strstr(world_wait(second, NET_FAILED)->text, "in use"));
    (void)pthread_join(second->thread, NULL);
    ck_assert(second->over);
    ck_assert(!world_has(second, NET_READY));
    driver_close(second->driver);
    keeper_stop(&second->keeper);
    free(second);
    world_free(first);
}
END_TEST

START_TEST(only_tcp_is_listened_on)
{
    struct world *w = world_start(WORLD_SEED, "ipc:///tmp/nowhere", "tcp://127.0.0.1:*", NULL, 0);

    ck_assert_ptr_nonnull(strstr(world_wait(w, NET_FAILED)->text, "tcp://"));
    world_free(w);
}
END_TEST

START_TEST(the_net_process_has_given_up_what_it_does_not_need)
{
    struct world *w = world_new(NULL, 0);
    pid_t pid = driver_net_pid(w->driver);

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(CW_COVERAGE)
    ck_assert_uint_eq(world_process_status(pid, "Seccomp:", 10), 2);
#endif
    ck_assert_uint_eq(world_process_status(pid, "NoNewPrivs:", 10), 1);
    ck_assert_uint_eq(world_process_status(pid, "CapEff:", 16), 0);
    world_free(w);
}
END_TEST

Suite *suite_restart(void)
{
    Suite *s = suite_create("restart");
    TCase *t = tcase_create("restart");

    tcase_add_test(t, a_killed_net_process_is_replaced_and_told_the_same);
    tcase_add_test(t, a_frame_for_a_link_of_a_dead_process_goes_nowhere);
    tcase_add_test(t, it_dies_with_the_core);
    tcase_add_test(t, a_taken_port_is_said_and_ends_the_start);
    tcase_add_test(t, only_tcp_is_listened_on);
    tcase_add_test(t, the_net_process_has_given_up_what_it_does_not_need);
    suite_add_tcase(s, t);
    return s;
}
