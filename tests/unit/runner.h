/* SPDX-License-Identifier: Apache-2.0 */
/* What the generated list of suites and the runner agree on. */
#ifndef CASEWIRE_TESTS_UNIT_RUNNER_H
#define CASEWIRE_TESTS_UNIT_RUNNER_H

#include <check.h>

struct unit_suite {
    const char *name;
    Suite *(*make)(void);
};

/* Written by the Makefile from the names of the test_*.c files; ends with a NULL name. */
extern const struct unit_suite unit_suites[];

#endif
