/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_HOOK_H
#define CASEWIRE_TOOL_HOOK_H

/*
 * Programs that reach people when something is wrong. A file says which for what, a line each:
 *
 *     # KIND[:ROLE][,KIND...]  PROGRAM ARGUMENT...
 *     fork,key    /usr/bin/mail -s casewire ops@marlshire.example
 *     duty:INSP   /usr/local/bin/page inspector
 *     any         /usr/local/lib/casewire/pager
 *
 * No shell: words are parted by blanks and handed over as they stand. One runs at a time, for a limited time, in a process
 * group of its own; the text is on its standard input, the rest in its environment (CASEWIRE_ALERT_KIND, _EVENT,
 * _DIVISION, _PEER, _CODE, _CASE, _ROLES, _TEXT, _MORE). The same again (kind, event, peer, case) is held back for a while
 * and counted; of duties nothing is. Whoever calls never waits, and hears of each that failed. What it prints goes to
 * standard error, bounded (tool/hook_output.h).
 */

#include "tool/cli.h"
#include "tool/hook_output.h"

#include <sys/types.h>

enum hook_kind { HOOK_FORK, HOOK_KEY, HOOK_DISK, HOOK_LAG, HOOK_DUTY, HOOK_DAEMON, HOOK_ALARM, HOOK_KINDS };
extern const char *const hook_kinds[HOOK_KINDS]; /* "fork" ... */

#define HOOKS_MAX 32
#define HOOK_WORDS_MAX 16
#define HOOK_FILE_LEN_MAX 16384
#define HOOK_TEXT_LEN_MAX 600
#define HOOK_WORD_LEN_MAX 80
#define HOOK_ROLES_LEN_MAX 128
#define HOOK_WAITING_MAX 256
#define HOOK_AGAIN_MAX 256
#define HOOK_GRACE_MS 1000 /* from SIGTERM to SIGKILL */

struct hook {
    uint32_t kinds; /* bit for each */
    uint32_t roles; /* of a duty: only one that concerns these; R_ANY: all */
    const char *words[HOOK_WORDS_MAX + 1];
};

/* What happened; every text is clean. */
struct hook_news {
    enum hook_kind kind;
    char event[HOOK_WORD_LEN_MAX], division[HOOK_WORD_LEN_MAX], peer[HOOK_WORD_LEN_MAX], code[HOOK_WORD_LEN_MAX];
    char case_id[HOOK_WORD_LEN_MAX], roles[HOOK_ROLES_LEN_MAX]; /* "INSP,SUPT", or "anyone" */
    char text[HOOK_TEXT_LEN_MAX];
    uint32_t held_back; /* how often the same happened since it was told last */
};

typedef void hook_report(void *context, const char *sentence);

struct hooks {
    char file[HOOK_FILE_LEN_MAX + 1]; /* the words point into it */
    struct hook at[HOOKS_MAX];
    size_t count;
    int64_t limit_ms, again_ms;
    hook_report *report;
    void *context;

    struct hook_run {
        const struct hook *hook; /* NULL: free */
        struct hook_news news;
    } waiting[HOOK_WAITING_MAX];
    size_t waiting_count;
    struct hook_run running;
    pid_t pid;
    struct hook_output output;
    struct cw_mono until;
    bool ended; /* SIGTERM was sent: SIGKILL is next */

    struct hook_again {
        uint64_t what; /* hash of kind, event, peer, case */
        struct cw_mono told;
        uint32_t held_back;
    } again[HOOK_AGAIN_MAX];
    size_t again_count;
};

/* Reads text into out->at; *why (HOOK_TEXT_LEN_MAX) says which lines are wrong. CW_OK, CW_LOCAL_CONFIG. */
enum cw_err hooks_parse(struct cw_slice text, struct hooks *out, char why[static HOOK_TEXT_LEN_MAX]);
/* The kind of an event of the journal at a priority (syslog's); false: nobody is told of it. */
bool hook_kind_of(const char *event, int priority, enum hook_kind *out);
/* Starts, or lets wait, each hook that the news are for; the same again is counted only. */
void hooks_tell(struct hooks *h, const struct hook_news *news, struct cw_mono now);
/* Collects what ended, ends what took too long, starts what waited: on SIGCHLD, at hooks_until() and when output.fd is readable. */
void hooks_look(struct hooks *h, struct cw_mono now);
struct cw_mono hooks_until(const struct hooks *h);
void hooks_done(struct hooks *h); /* ends what runs */

#endif
