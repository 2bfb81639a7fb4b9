/* SPDX-License-Identifier: Apache-2.0 */
#include "host/passed.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Descriptors that the service manager opened for us, by their names. */

static void say(const char *pid, const char *count, const char *names)
{
    char own[24];

    snprintf(own, sizeof own, "%ld", (long)getpid());
    ck_assert_int_eq(setenv("LISTEN_PID", pid != NULL ? pid : own, 1), 0);
    ck_assert_int_eq(setenv("LISTEN_FDS", count, 1), 0);
    ck_assert_int_eq(names == NULL ? unsetenv("LISTEN_FDNAMES") : setenv("LISTEN_FDNAMES", names, 1), 0);
}

/* Something open at 3 and 4, as a service manager leaves it. */
static void begin(void)
{
    for (int fd = 3; fd <= 4; fd++) {
        int null = open("/dev/null", O_RDONLY);

        ck_assert_int_ge(null, 0);
        if (null != fd) {
            ck_assert_int_eq(dup2(null, fd), fd);
            (void)close(null);
        }
    }
}

START_TEST(the_one_of_that_name_is_ours_and_no_other_programs)
{
    say(NULL, "2", "metrics:admin");
    ck_assert_int_eq(fcntl(4, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert_int_eq(passed_descriptor("admin"), 4);
    ck_assert_int_eq(fcntl(4, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    ck_assert_int_eq(passed_descriptor("metrics"), 3);
    ck_assert_int_eq(passed_descriptor("adm"), -1);
    ck_assert_int_eq(passed_descriptor("admin2"), -1);
}
END_TEST

START_TEST(what_was_passed_to_another_process_is_not_ours)
{
    say("1", "2", "admin:metrics");
    ck_assert_int_eq(passed_descriptor("admin"), -1);
}
END_TEST

START_TEST(what_nobody_can_have_meant_is_nothing)
{
    const char *counts[] = {"0", "-1", "", "1x", "65", "99999999999999999999"};

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        say(NULL, counts[i], "admin");
        ck_assert_int_eq(passed_descriptor("admin"), -1);
    }
    say(NULL, "1", NULL);
    ck_assert_int_eq(passed_descriptor("admin"), -1);
    say(NULL, "1", "metrics:admin"); /* fewer than are named */
    ck_assert_int_eq(passed_descriptor("admin"), -1);
    say(NULL, "60", "a:b:c:d:e:f:g:h:i:j:k:l:m:n:o:p:q:r:s:t:admin"); /* named, and not open */
    ck_assert_int_eq(passed_descriptor("admin"), -1);
}
END_TEST

Suite *suite_passed(void);
Suite *suite_passed(void)
{
    Suite *suite = suite_create("host/passed");
    TCase *t = tcase_create("passed");

    tcase_add_checked_fixture(t, begin, NULL);
    tcase_add_test(t, the_one_of_that_name_is_ours_and_no_other_programs);
    tcase_add_test(t, what_was_passed_to_another_process_is_not_ours);
    tcase_add_test(t, what_nobody_can_have_meant_is_nothing);
    suite_add_tcase(suite, t);
    return suite;
}
