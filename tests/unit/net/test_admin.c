/* SPDX-License-Identifier: Apache-2.0 */
#include "net/admin.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The administrators' sockets: the daemon's own, and the one that was passed. */

struct heard {
    struct admin *admin;
    uint64_t up, down;
};

static char folder[32], own[64], passed[64];

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/casewire-admin-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(own, sizeof own, "%s/own", folder);
    snprintf(passed, sizeof passed, "%s/passed", folder);
}

static void end(void)
{
    (void)unlink(passed);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else is left */
}

static void on_up(void *ctx, uint64_t connection)
{
    ((struct heard *)ctx)->up = connection;
}

static void on_frame(void *ctx, uint64_t connection, struct cw_slice frame)
{
    admin_send(((struct heard *)ctx)->admin, connection, frame);
}

static void on_down(void *ctx, uint64_t connection)
{
    ((struct heard *)ctx)->down = connection;
    admin_stop(((struct heard *)ctx)->admin);
}

static void *run_admin(void *ctx)
{
    admin_run(((struct heard *)ctx)->admin);
    return NULL;
}

/* In place of the system's: as often as `refusals` says there is no descriptor left. */
static int refusals;
static struct timespec refused_at, taken_at;

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the system names them with underscores */
int accept4(int fd, __SOCKADDR_ARG from, socklen_t *restrict len, int flags)
{
    if (refusals > 0) {
        if (refused_at.tv_sec == 0)
            (void)clock_gettime(CLOCK_MONOTONIC, &refused_at);
        refusals--;
        errno = EMFILE;
        return -1;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &taken_at);
    return (int)syscall(SYS_accept4, fd, from.__sockaddr__, len, flags);
}

static int open_door(int type, mode_t mode, bool listens)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type, 0);

    snprintf(at.sun_path, sizeof at.sun_path, "%s", passed);
    (void)unlink(passed);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(chmod(passed, mode), 0);
    if (listens)
        ck_assert_int_eq(listen(fd, 4), 0);
    return fd;
}

static void speak_at(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const uint8_t word[9] = {0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};
    uint8_t got[9];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    ck_assert_int_eq(send(fd, word, sizeof word, 0), sizeof word);
    ck_assert_int_eq(recv(fd, got, sizeof got, MSG_WAITALL), sizeof got);
    ck_assert_mem_eq(got, word, sizeof word);
    (void)close(fd);
}

static void expect_an_answer(int door, const char *path)
{
    struct heard h = {0};
    struct admin_handler handler = {&h, on_up, on_frame, on_down};
    pthread_t thread;

    ck_assert_int_eq(admin_open(own, door, &handler, &h.admin, NULL), CW_OK);
    ck_assert_int_eq(pthread_create(&thread, NULL, run_admin, &h), 0);
    speak_at(path);
    (void)pthread_join(thread, NULL);
    ck_assert_uint_eq(h.up, 1);
    ck_assert_uint_eq(h.down, 1);
    admin_close(h.admin);
}

START_TEST(both_doors_are_answered)
{
    expect_an_answer(-1, own);
    expect_an_answer(open_door(SOCK_STREAM, 0660, true), own);
    expect_an_answer(open_door(SOCK_STREAM, 0660, true), passed);
}
END_TEST

/* Who waits at the door keeps it readable: without a rest the thread would ask again at once, for ever. */
START_TEST(a_door_without_descriptors_rests)
{
    refused_at.tv_sec = 0;
    refusals = 3;
    expect_an_answer(-1, own);
    ck_assert_int_eq(refusals, 0);
    ck_assert_int_ge((taken_at.tv_sec - refused_at.tv_sec) * 1000 + (taken_at.tv_nsec - refused_at.tv_nsec) / 1000000,
                     200);
}
END_TEST

START_TEST(what_a_killed_daemon_left_is_replaced)
{
    struct admin_handler handler = {0};
    struct admin *first, *second;

    ck_assert_int_eq(admin_open(own, -1, &handler, &first, NULL), CW_OK);
    ck_assert_int_eq(admin_open(own, -1, &handler, &second, NULL), CW_OK);
    admin_close(first);
    admin_close(second);
}
END_TEST

START_TEST(a_door_that_was_passed_stays_where_it_was)
{
    struct heard h = {0};
    struct admin_handler handler = {&h, on_up, on_frame, on_down};

    ck_assert_int_eq(admin_open(own, open_door(SOCK_STREAM, 0600, true), &handler, &h.admin, NULL), CW_OK);
    admin_close(h.admin);
    ck_assert_int_eq(access(own, F_OK), -1);
    ck_assert_int_eq(access(passed, F_OK), 0); /* its unit removes it */
}
END_TEST

static void expect_refusal(int door, const char *word)
{
    struct admin_handler handler = {0};
    struct refusal why = {0};
    struct admin *admin = NULL;

    ck_assert_int_eq(admin_open(own, door, &handler, &admin, &why), CW_LOCAL_CONFIG);
    ck_assert_ptr_nonnull(strstr(why.text, word));
    ck_assert_ptr_null(admin);
    ck_assert_int_eq(access(own, F_OK), -1);
    ck_assert_int_eq(close(door), -1); /* it was taken, and closed */
}

START_TEST(a_door_that_everybody_could_use_is_refused)
{
    expect_refusal(open_door(SOCK_STREAM, 0666, true), "SocketMode=0660");
    expect_refusal(open_door(SOCK_STREAM, 0662, true), passed);
    int gone = open_door(SOCK_STREAM, 0660, true);

    ck_assert_int_eq(unlink(passed), 0);
    expect_refusal(gone, "gone");
}
END_TEST

START_TEST(what_is_no_such_door_is_refused)
{
    struct sockaddr_un nowhere = {.sun_family = AF_UNIX};
    int file = open_door(SOCK_STREAM, 0660, false), other;

    expect_refusal(file, "no Unix stream socket");
    expect_refusal(open_door(SOCK_DGRAM, 0660, false), "no Unix stream socket");
    expect_refusal(open_door(SOCK_SEQPACKET, 0660, true), "no Unix stream socket");
    expect_refusal(dup(STDERR_FILENO), "no Unix stream socket");
    other = socket(AF_UNIX, SOCK_STREAM, 0); /* named by the kernel, in no folder: open to all */
    ck_assert_int_eq(bind(other, (struct sockaddr *)&nowhere, sizeof nowhere.sun_family), 0);
    ck_assert_int_eq(listen(other, 4), 0);
    expect_refusal(other, "no Unix stream socket");
    other = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(listen(other, 4), 0);
    expect_refusal(other, "no Unix stream socket");
}
END_TEST

START_TEST(a_path_that_no_socket_can_have_is_said)
{
    char path[200];
    struct refusal why = {0};
    struct admin *admin = NULL;
    struct admin_handler handler = {0};

    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    ck_assert_int_eq(admin_open(path, -1, &handler, &admin, &why), CW_LOCAL_CONFIG);
    ck_assert_ptr_nonnull(strstr(why.text, "107"));
    ck_assert_int_eq(admin_open("/nowhere/at/all", -1, &handler, &admin, &why), CW_LOCAL_CONFIG);
    ck_assert_ptr_null(admin);
}
END_TEST

Suite *suite_admin(void);
Suite *suite_admin(void)
{
    Suite *s = suite_create("admin");
    TCase *t = tcase_create("admin");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, both_doors_are_answered);
    tcase_add_test(t, a_door_without_descriptors_rests);
    tcase_add_test(t, what_a_killed_daemon_left_is_replaced);
    tcase_add_test(t, a_door_that_was_passed_stays_where_it_was);
    tcase_add_test(t, a_door_that_everybody_could_use_is_refused);
    tcase_add_test(t, what_is_no_such_door_is_refused);
    tcase_add_test(t, a_path_that_no_socket_can_have_is_said);
    suite_add_tcase(s, t);
    return s;
}
