/* SPDX-License-Identifier: Apache-2.0 */
/* A lab's daemons as processes: a number in a file is believed only while it is this lab's daemon. */
#include "tests/unit/client/history.h"

#include "tool/lab.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_lab(void);

static char dir[64];
static struct lab one, two;

static void path_in(char out[static PATH_LEN_MAX], const char *name)
{
    ck_assert(path_join(out, dir, "%s", name));
}

static void make_lab(struct lab *lab, const char *name)
{
    char path[PATH_LEN_MAX];

    *lab = (struct lab){.division_count = 1, .divisions = {{.name = "north", .code = "NTH"}}};
    path_in(lab->dir, name);
    ck_assert(path_join(lab->run_dir, lab->dir, "run"));
    ck_assert(path_join(path, lab->dir, "divisions/north"));
    ck_assert_int_eq(folder_make(path, 0700), CW_OK);
}

/* A daemon that says that it has begun, and does nothing until it is ended: it waits for somebody at a pipe. */
static void begin(void)
{
    char program[PATH_LEN_MAX], pipe_path[PATH_LEN_MAX], begun[PATH_LEN_MAX], text[3 * PATH_LEN_MAX];

    snprintf(dir, sizeof(dir), "/tmp/casewire-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    path_in(program, "casewired");
    path_in(pipe_path, "pipe");
    path_in(begun, "begun");
    ck_assert_int_eq(mkfifo(pipe_path, 0600), 0);
    ck_assert_int_eq(mkfifo(begun, 0600), 0);
    snprintf(text, sizeof(text), "#!/bin/sh\nread nothing <%s\nread nothing <%s\n", begun, pipe_path);
    ck_assert_int_eq(file_write(program, slice_of(text), 0700), CW_OK);
    ck_assert_int_eq(setenv("CASEWIRED", program, 1), 0);
    /* As the tool is called, whose name a child has until it is the daemon. */
    ck_assert_int_eq(prctl(PR_SET_NAME, "casewire"), 0);
    make_lab(&one, "one");
    make_lab(&two, "one-more");
}

static void end(void)
{
    unsetenv("CASEWIRED");
    folder_remove(dir);
}

/* By another process, as a command before. Its program has begun when it opens the pipe. */
static pid_t start(const struct lab *lab)
{
    char path[PATH_LEN_MAX];
    struct cw_fault fault;
    int status, fd;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(lab_spawn(lab, &lab->divisions[0], &fault) == CW_OK ? 0 : 1);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    path_in(path, "begun");
    fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    close(fd);
    pid = lab_pid(lab, &lab->divisions[0]);
    ck_assert_int_gt(pid, 1);
    return pid;
}

START_TEST(a_lab_s_daemon_is_known_from_its_start_to_its_end)
{
    start(&one);
    lab_end(&one, &one.divisions[0], SIGTERM);
    ck_assert_int_eq(lab_pid(&one, &one.divisions[0]), 0);
}
END_TEST

/* Also while it still is what this process is. */
START_TEST(a_daemon_is_known_to_who_started_it_at_once)
{
    struct cw_fault fault;

    ck_assert_int_eq(lab_spawn(&one, &one.divisions[0], &fault), CW_OK);
    ck_assert_int_gt(lab_pid(&one, &one.divisions[0]), 1);
    lab_end(&one, &one.divisions[0], SIGKILL);
    ck_assert_int_eq(lab_pid(&one, &one.divisions[0]), 0);
}
END_TEST

/* A make, or a lock, whose descriptors its command has would wait for the daemon's end. */
START_TEST(a_daemon_holds_nothing_of_who_started_it)
{
    struct pollfd end = {.events = POLLIN};
    int pipe_ends[2];

    ck_assert_int_eq(pipe(pipe_ends), 0);
    start(&one);
    close(pipe_ends[1]);
    end.fd = pipe_ends[0];
    ck_assert_int_eq(poll(&end, 1, 0), 1);
    ck_assert_int_eq(end.revents, POLLHUP);
    close(pipe_ends[0]);
    lab_end(&one, &one.divisions[0], SIGTERM);
}
END_TEST

/* After a reboot the number may be anybody's: another lab's daemon, or the one that the station works with. */
START_TEST(another_s_daemon_of_the_same_number_is_let_alone)
{
    pid_t pid = start(&two);
    char path[PATH_LEN_MAX], text[24];

    ck_assert(path_join(path, one.dir, "divisions/north/pid"));
    snprintf(text, sizeof(text), "%d\n", (int)pid);
    ck_assert_int_eq(file_write(path, slice_of(text), 0644), CW_OK);
    ck_assert_int_eq(lab_pid(&one, &one.divisions[0]), 0);
    lab_end(&one, &one.divisions[0], SIGTERM);
    ck_assert_int_eq(lab_pid(&two, &two.divisions[0]), pid);
    lab_end(&two, &two.divisions[0], SIGTERM);
}
END_TEST

Suite *suite_lab(void)
{
    Suite *s = suite_create("lab");
    TCase *t = tcase_create("lab");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_lab_s_daemon_is_known_from_its_start_to_its_end);
    tcase_add_test(t, a_daemon_is_known_to_who_started_it_at_once);
    tcase_add_test(t, a_daemon_holds_nothing_of_who_started_it);
    tcase_add_test(t, another_s_daemon_of_the_same_number_is_let_alone);
    suite_add_tcase(s, t);
    return s;
}
