/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the suites of one floor, or those named on the command line.
 *
 * Check forks for each test, so a crash or an assertion of ours fails that test alone.
 */
#include "tests/unit/runner.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_wanted(const char *suite, int name_count, char **names)
{
    for (int i = 0; i < name_count; i++) {
        if (strcmp(names[i], suite) == 0)
            return true;
    }
    return name_count == 0;
}

/*
 * Check writes down each assertion that holds, to say after which a crash came, and reads it all back: half the processor time of a
 * test with a loop, and three quarters under the address sanitizer. Each assertion is written down once here, when it is first met, and
 * none by a process that a test started: it may be killed in the middle, and Check takes what is there for the test's own.
 */
#define MARKS_MAX 1024

static int forks_before_here, forks_before_a_test;

static void count_fork(void)
{
    forks_before_here++;
}

void __real__mark_point(const char *file, int line);
void __wrap__mark_point(const char *file, int line);

void __wrap__mark_point(const char *file, int line)
{
    static _Thread_local struct {
        const char *file;
        int line;
    } last[MARKS_MAX]; /* of those that share a place, the last one */
    size_t at = ((uintptr_t)file / 8 * 31 + (uintptr_t)line) % MARKS_MAX;

    if ((last[at].file == file && last[at].line == line) || forks_before_here > forks_before_a_test)
        return;
    last[at].file = file;
    last[at].line = line;
    __real__mark_point(file, line);
}

static SRunner *gather(int name_count, char **names)
{
    SRunner *runner = srunner_create(NULL);

    for (const struct unit_suite *s = unit_suites; s->name != NULL; s++) {
        if (is_wanted(s->name, name_count, names))
            srunner_add_suite(runner, s->make());
    }
    return runner;
}

int main(int argc, char **argv)
{
    /* Check's four seconds are too short on a busy machine. Read when a suite is made, so set first. */
    if (setenv("CK_DEFAULT_TIMEOUT", "60", 0) != 0)
        return EXIT_FAILURE;

    SRunner *runner = gather(argc - 1, argv + 1);
    forks_before_a_test = srunner_fork_status(runner) == CK_FORK;
    if (pthread_atfork(NULL, NULL, count_fork) != 0)
        return EXIT_FAILURE;
    srunner_run_all(runner, CK_ENV);
    int run_count = srunner_ntests_run(runner);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);

    if (run_count == 0) {
        fputs("no test was run: is the suite's name right?\n", stderr);
        return EXIT_FAILURE;
    }
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
