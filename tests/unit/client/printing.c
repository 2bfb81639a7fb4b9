/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/printing.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char printed[65536];
static int into, was;

void printing_begin(void)
{
    char path[] = "/tmp/casewire-test.XXXXXX";

    into = mkstemp(path);
    was = dup(STDOUT_FILENO);
    ck_assert(into >= 0 && was >= 0);
    unlink(path);
    fflush(stdout);
    dup2(into, STDOUT_FILENO);
}

char *printing_end(void)
{
    ssize_t len;

    fflush(stdout);
    dup2(was, STDOUT_FILENO);
    close(was);
    len = pread(into, printed, sizeof(printed) - 1, 0);
    printed[len > 0 ? len : 0] = '\0';
    close(into);
    return printed;
}
