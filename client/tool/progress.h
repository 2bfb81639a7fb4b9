/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_PROGRESS_H
#define CASEWIRE_TOOL_PROGRESS_H

/*
 * How far long work is: a bar on standard error, on a terminal only, never with --quiet or --json, and only once the
 * work has taken PROGRESS_AFTER_MS. It is gone when the work ends.
 */

#include "tool/cli.h"

#define PROGRESS_AFTER_MS 300
#define PROGRESS_EVERY_MS 100

struct progress {
    const char *what; /* "cases", "records" */
    bool wanted, drawn;
    struct cw_mono began, drawn_at;
};

void progress_begin(struct progress *p, const struct cli *cli, const char *what);
/* `done` of `total`; total 0: not known. */
void progress_at(struct progress *p, uint64_t done, uint64_t total);
/* Work whose end is not known: what it waits for, in words. */
void progress_say(struct progress *p, const char *what);
void progress_end(struct progress *p);

/* The line itself, for CLI_WIDTH columns: "cases  [#####     ]  52 %  26 of 50, 120/s, 1 s left". Pure. */
void progress_line(const char *what, uint64_t done, uint64_t total, int64_t took_ms, char out[static CLI_WIDTH + 1]);

#endif
