/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the suites of one floor, or those named on the command line.
 *
 * Check forks for each test, so a crash or an assertion of ours fails that test alone.
 */
#include "tests/unit/runner.h"

#include <stdbool.h>
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
