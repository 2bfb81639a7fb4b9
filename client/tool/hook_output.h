/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_HOOK_OUTPUT_H
#define CASEWIRE_TOOL_HOOK_OUTPUT_H

/*
 * What a program prints that tells people: the first HOOK_OUTPUT_LEN_MAX bytes of each run go to our standard error, the
 * rest is read and left out, so that one which prints without end fills no journal, and is not stopped by a full pipe.
 */

#include "proto/base.h"

#define HOOK_OUTPUT_LEN_MAX 4096

struct hook_output {
    bool open;
    int fd;
    size_t len;     /* handed on */
    bool cut;       /* something was left out */
    bool in_a_line; /* what was handed on does not end one */
};

/* What the program writes to: to be closed once it runs. -1: there is none. */
int hook_output_open(struct hook_output *out);
/* Reads what is there; never waits. */
void hook_output_take(struct hook_output *out);
/* The program has ended: takes what is there, ends the line, closes. */
void hook_output_end(struct hook_output *out);

#endif
