/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor and a key that is encrypted on the disk: what was decrypted for the check is there no longer than the check. */
#include "tests/unit/client/history.h"

#include "tool/doctor.h"
#include "tool/files.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_doctor_key(void);

static char dir[64], run[PATH_LEN_MAX], config[PATH_LEN_MAX];
static char path_before[4096];
static struct findings found;

static const char *in_dir(const char *name)
{
    static char path[PATH_LEN_MAX];

    ck_assert(path_join(path, dir, "%s", name));
    return path;
}

static void put(const char *name, const char *text, unsigned mode)
{
    ck_assert_int_eq(file_write(in_dir(name), slice_of(text), mode), CW_OK);
}

static void begin(void)
{
    char path[sizeof(path_before) + PATH_LEN_MAX];

    snprintf(dir, sizeof(dir), "/tmp/casewire-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(run, sizeof(run), "%s", in_dir("run"));
    snprintf(config, sizeof(config), "%s", in_dir("north/casewire.conf"));
    ck_assert_int_eq(folder_make(run, 0755), CW_OK);
    ck_assert_int_eq(folder_make(in_dir("north"), 0755), CW_OK);
    put("north/casewire.conf", "", 0644);
    put("north/key.cred", "the key", 0600);
    put("systemd-creds", "#!/bin/sh\nexec cat\n", 0755);
    put("casewired", "#!/bin/sh\nexit 0\n", 0755);
    snprintf(path_before, sizeof(path_before), "%s", getenv("PATH"));
    snprintf(path, sizeof(path), "%s:%s", dir, path_before);
    ck_assert_int_eq(setenv("PATH", path, 1), 0);
    ck_assert_int_eq(setenv("CASEWIRED", in_dir("casewired"), 1), 0);
    memset(&found, 0, sizeof(found));
}

static void end(void)
{
    ck_assert_int_eq(setenv("PATH", path_before, 1), 0);
    unsetenv("CASEWIRED");
    folder_remove(dir);
}

/* The daemon's program, when it has seen the key, sends its caller this signal. What the caller ended with. */
static int ended_by(int number)
{
    char text[200];
    int status;
    pid_t pid;

    snprintf(text, sizeof(text),
             "#!/bin/sh\ntest \"$(cat \"$CREDENTIALS_DIRECTORY/key\")\" = 'the key' && kill -%d $PPID\n", number);
    put("casewired", text, 0755);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        signal(number, SIG_DFL);
        _exit(doctor_ask_config(&found, config, run) ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

START_TEST(no_signal_leaves_a_decrypted_key_behind)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    for (size_t i = 0; i < CW_COUNT(numbers); i++) {
        ck_assert_int_eq(ended_by(numbers[i]), numbers[i]); /* later, and not never */
        ck_assert_msg(folder_is_empty(run), "signal %d", numbers[i]);
    }
}
END_TEST

/* Whoever wants the check to end, ends the program that makes it. */
START_TEST(the_program_that_is_asked_can_be_interrupted)
{
    put("casewired", "#!/bin/sh\nkill -INT $$\nexit 0\n", 0755);
    ck_assert(doctor_ask_config(&found, config, run));
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(found.at[0].state, DOCTOR_FAIL);
    ck_assert(folder_is_empty(run));
}
END_TEST

static void leave(const char *name)
{
    char key[PATH_LEN_MAX];

    ck_assert_int_eq(folder_make(in_dir(name), 0700), CW_OK);
    ck_assert(path_join(key, in_dir(name), "key"));
    ck_assert_int_eq(file_write(key, slice_of("the key"), 0600), CW_OK);
}

START_TEST(what_a_killed_doctor_left_is_removed_by_the_next)
{
    int running;

    leave("run/casewire-doctor.killed");
    put("run/casewire-doctor.killed/key.new", "the k", 0600);
    leave("run/casewire-doctor.begun");
    leave("run/casewire-other.killed");
    leave("elsewhere");
    ck_assert_int_eq(symlink("../elsewhere", in_dir("run/casewire-doctor.linked")), 0);
    running = open(in_dir("run/casewire-doctor.begun"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(running, 0);
    ck_assert_int_eq(flock(running, LOCK_EX | LOCK_NB), 0);
    ck_assert(doctor_ask_config(&found, config, run));
    ck_assert(!file_exists(in_dir("run/casewire-doctor.killed")));
    ck_assert(file_exists(in_dir("run/casewire-doctor.begun/key")));
    ck_assert(file_exists(in_dir("run/casewire-other.killed/key")));
    ck_assert(file_exists(in_dir("elsewhere/key")));
    close(running);
    ck_assert(doctor_ask_config(&found, config, run));
    ck_assert(!file_exists(in_dir("run/casewire-doctor.begun")));
}
END_TEST

/* Only root can give a folder away; anybody else finds its own gone. */
START_TEST(a_folder_of_another_user_is_let_alone)
{
    bool given;

    leave("run/casewire-doctor.theirs");
    given = chown(in_dir("run/casewire-doctor.theirs"), 65534, 65534) == 0;
    ck_assert(doctor_ask_config(&found, config, run));
    ck_assert(file_exists(in_dir("run/casewire-doctor.theirs/key")) == given);
}
END_TEST

Suite *suite_doctor_key(void)
{
    Suite *s = suite_create("doctor_key");
    TCase *t = tcase_create("key");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, no_signal_leaves_a_decrypted_key_behind);
    tcase_add_test(t, the_program_that_is_asked_can_be_interrupted);
    tcase_add_test(t, what_a_killed_doctor_left_is_removed_by_the_next);
    tcase_add_test(t, a_folder_of_another_user_is_let_alone);
    suite_add_tcase(s, t);
    return s;
}
