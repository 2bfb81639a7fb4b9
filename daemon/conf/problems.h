/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CONF_PROBLEMS_H
#define CASEWIRE_CONF_PROBLEMS_H

/* Everything that is wrong, not only the first: a person corrects a file once. */

#include "proto/base.h"

#define PROBLEMS_MAX 32
#define PROBLEM_TEXT_LEN_MAX 400

struct problems {
    uint32_t count;                                /* kept */
    uint32_t more;                                 /* beyond PROBLEMS_MAX */
    char text[PROBLEMS_MAX][PROBLEM_TEXT_LEN_MAX]; /* "north.conf:12: map_size: ..." */
};

/* line 0: about the file as a whole. */
void problem_add(struct problems *p, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
