/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_ALERT_H
#define CASEWIRE_TOOL_ALERT_H

/*
 * Commands that are run when something new waits for a role: `--alert INSP=page-the-inspector`. Each runs in the
 * background, in a process group of its own, for a limited time; one that fails or is ended is reported, and nothing
 * waits for it. At most ALERTS_AT_ONCE run, ALERTS_WAITING_MAX wait for a place; what is beyond is reported as not run.
 *
 * The command is given to /bin/sh and finds what happened in its environment: CASEWIRE_ALERT_ROLE, _CLASS, _CASE,
 * _REFERENCE, _TITLE, _RISK, _TEXT, _NEXT. Its output goes to standard error, bounded (tool/hook_output.h).
 */

#include "tool/hook_output.h"
#include "tool/waiting.h"

#include <poll.h>
#include <sys/types.h>

#define ALERT_HOOKS_MAX 16
#define ALERTS_AT_ONCE 8
#define ALERTS_WAITING_MAX 256
#define ALERT_LIMIT_MS_DEFAULT 10000
#define ALERT_ENV_COUNT 8
#define ALERT_GRACE_MS 1000 /* from SIGTERM to SIGKILL */

struct alert_hook {
    char role[8]; /* "INSP", or "any" */
    uint32_t roles;
    const char *command;
};

struct alert {
    const struct alert_hook *hook;
    char *env[ALERT_ENV_COUNT]; /* "CASEWIRE_ALERT_...=...": owned */
    pid_t pid;                  /* 0: not running */
    struct hook_output output;
    struct cw_mono until;
    bool ended; /* SIGTERM was sent: SIGKILL is next */
};

/* One sentence for people: "the alert for INSP ended with 3: page-the-inspector". */
typedef void alert_report(void *context, const char *sentence);

struct alerts {
    struct alert_hook hooks[ALERT_HOOKS_MAX];
    size_t hook_count;
    int64_t limit_ms;
    alert_report *report;
    void *context;
    struct alert running[ALERTS_AT_ONCE];
    struct alert waiting[ALERTS_WAITING_MAX];
    size_t waiting_count;
};

/* Reads every --alert and --alert-time of the line. Complains. */
enum exit_code alerts_read(const struct cli *cli, struct alerts *out);
/* All roles that some hook is for. */
uint32_t alerts_roles(const struct alerts *a);
/* Starts the hooks whose role the item concerns. `concerns`: roles it waits for. */
void alerts_new(struct alerts *a, const struct waiting *item, uint32_t concerns, struct cw_mono now);
/* Collects what ended, ends what took too long, starts what waited. Call it on SIGCHLD and at alerts_until(). */
void alerts_look(struct alerts *a, struct cw_mono now);
/* What to wait for beside SIGCHLD: at most ALERTS_AT_ONCE. Returns how many. */
size_t alerts_wait(const struct alerts *a, struct pollfd out[static ALERTS_AT_ONCE]);
/* When alerts_look() has something to do although nothing ended; CW_NEVER. */
struct cw_mono alerts_until(const struct alerts *a);
/* Ends all that run. */
void alerts_done(struct alerts *a);

#endif
