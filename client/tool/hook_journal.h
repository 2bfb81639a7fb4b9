/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_HOOK_JOURNAL_H
#define CASEWIRE_TOOL_HOOK_JOURNAL_H

/* Lines of a daemon's journal, in JSON, as they come; what is worth a hook is told to it. */

#include "tool/hook.h"

#define HOOK_JOURNAL_LINE_LEN_MAX 65536

struct hook_journal {
    struct hooks *hooks;
    const char *state; /* file of the journal's cursor; NULL: from now on each time */
    int fd;            /* -1: none, or what it had is read */
    pid_t reader;      /* journalctl; 0: a file is read */
    char line[HOOK_JOURNAL_LINE_LEN_MAX];
    size_t line_len;
    bool passing_over; /* the rest of a line that is too long */
};

/* Starts journalctl for casewired@NAME: `fd` and `reader` are set. */
bool hook_journal_start(struct hook_journal *j, const char *name);
/* Reads what is there. false: the journal has ended. */
bool hook_journal_read(struct hook_journal *j);
/* Ends the reader. */
void hook_journal_done(struct hook_journal *j);

#endif
