/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CLIENT_OVERHEARD_H
#define TESTS_UNIT_CLIENT_OVERHEARD_H

/* What goes to standard error between two points, kept in a file "overheard" of the folder. */

#include "tool/files.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* The real one; to be given back. */
static inline int overhear_begin(const char *dir)
{
    char path[PATH_LEN_MAX];
    int kept = dup(STDERR_FILENO), file;

    ck_assert(path_join(path, dir, "overheard"));
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_ge(kept, 0);
    fflush(stderr);
    ck_assert_int_eq(dup2(file, STDERR_FILENO), STDERR_FILENO);
    close(file);
    return kept;
}

static inline void overhear_end(const char *dir, int kept, struct buf *out)
{
    char path[PATH_LEN_MAX];

    fflush(stderr);
    ck_assert_int_eq(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    close(kept);
    ck_assert(path_join(path, dir, "overheard"));
    ck_assert_int_eq(file_read(path, (size_t)16 << 20, out), CW_OK);
}

#endif
