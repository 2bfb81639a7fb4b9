/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_DOCTOR_H
#define CASEWIRE_TOOL_DOCTOR_H

/*
 * What an administrator would look at on a machine that behaves strangely, looked at in one go: each finding is ok,
 * warn or fail, and says what to do. Judging is pure and apart from asking, so that each finding can be tried.
 */

#include "tool/out.h"

enum doctor_state { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };
extern const char *const doctor_words[]; /* by state */

#define DOCTOR_FINDINGS_MAX 400
struct finding {
    enum doctor_state state;
    const char *check; /* static: "clock", "keys", "doors" ... */
    char text[300];
    char fix[200]; /* what to type or change; "" when it is ok */
};

/* What another division's daemon says of itself. */
#define DOCTOR_PEERS_MAX 320
struct doctor_peer {
    char division[24], version[60]; /* version "": not said */
    bool says_time;
    int64_t clock_ahead_ms;
};

struct findings {
    struct finding at[DOCTOR_FINDINGS_MAX];
    size_t count;
    struct doctor_peer peers[DOCTOR_PEERS_MAX];
    size_t peer_count;
};

/* The text is filled by the format; fix may be NULL. One that does not fit is left out. */
void finding_add(struct findings *f, enum doctor_state state, const char *check, const char *fix, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));
enum doctor_state findings_worst(const struct findings *f);

/* /metrics: doors, disk, map, readers, descriptors, memory for keys, certificate. */
void doctor_judge_metrics(struct findings *f, struct cw_slice text, struct cw_wall now);
/* Alarms, and clocks as the daemon met them. */
void doctor_judge_status(struct findings *f, const Cw__Status *status);
/* Each other division: in step, or why not; what it runs, and how far its clock is from this daemon's. */
void doctor_judge_peers(struct findings *f, const Cw__Peers *peers, struct cw_wall now);
/* Whether this machine's clock follows another one. */
void doctor_judge_clock(struct findings *f, bool follows);
/* What `casewired --check-start` printed: what a daemon that is down would meet. Lines that are there already are left out.
 * running: it answers, but is not watched, and has its lock, ports and store for itself.
 */
void doctor_judge_start(struct findings *f, bool running, struct cw_slice said);
/* What `casewired --check-config` printed, a line for each problem, and ended with. */
void doctor_judge_config(struct findings *f, const char *config, int ended_with, struct cw_slice said);

/* Runs it (doctor_config.c). run: /run, or what plays it. false: the program is not there. Blocks. */
bool doctor_ask_config(struct findings *f, const char *config, const char *run);

#endif
