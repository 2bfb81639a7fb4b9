/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_AGENT_H
#define CASEWIRE_TOOL_AGENT_H

/*
 * The process behind `casewire login`: it keeps one officer's keys in locked memory for a limited time, signs
 * what that officer's programs ask it to sign, and ends. What it says to whom: lib/agent.h.
 */

#include "lib/agent.h"

#include "proto/buf.h"
#include "proto/keyfile.h"

#include <sys/types.h>

#define AGENT_HOLD_MS_MAX INT64_C(86400000)     /* a day */
#define AGENT_HOLD_MS_DEFAULT INT64_C(36000000) /* a shift: ten hours */
#define PASSPHRASE_LEN_MAX 1024

/* --- agent_keep.c: keys and answers; no socket ----------------------------------------------------------- */

struct agent_order {
    struct cw_slice certificate, key_file, passphrase;
    int64_t hold_ms;
};

struct agent {
    struct key_bundle *keys; /* locked, out of reach but while it signs; NULL once forgotten */
    struct buf certificate_bytes;
    struct certificate certificate;
    struct cert_id id;
    struct cw_mono deadline;
    uint64_t signed_count;
};

/*
 * Opens the keys into locked memory. CW_LOCAL_KEY: damaged, wrong passphrase, another certificate's;
 * CW_LOCAL_MEMORY: the memory could not be locked (the fault says what to do). Blocks about a second.
 */
enum cw_err agent_open(const struct agent_order *order, struct cw_mono now, struct agent *out, struct cw_fault *fault);
/* Wipes the keys; everything asked later is refused. */
void agent_forget(struct agent *a);
void agent_close(struct agent *a);
/*
 * One packet in, one packet out. false: the packet is no request, and nothing is said. Signs submission headers
 * of its own author, and bundle heads when the certificate allows bundles; nothing else. Past the deadline the
 * keys are forgotten first.
 */
bool agent_answer(struct agent *a, struct cw_mono now, struct cw_slice packet, struct writer *out);

/* --- agent_serve.c: the socket ---------------------------------------------------------------------------- */

struct agent_seat {
    const char *run_dir; /* NULL: below $XDG_RUNTIME_DIR */
    uid_t owner;         /* the only user who is answered */
    int folder, listener, signals;
    char name[AGENT_NAME_LEN_MAX];
    dev_t device; /* of the socket's file: whether it still is ours */
    ino_t inode;
};

/* Time that also passes while the machine sleeps. */
struct cw_mono agent_now(void);
/* Listens in the place of whoever listened there before, who is told to stop. run_dir and owner are given. */
enum cw_err agent_seat_take(struct agent_seat *seat, const struct cert_id *cert, struct cw_fault *fault);
void agent_seat_leave(struct agent_seat *seat);
/* Answers until the deadline, a stop, SIGTERM, SIGINT or SIGHUP, or until its socket's file is gone. */
void agent_serve(struct agent *a, const struct agent_seat *seat);

/* --- agent_start.c: the process ---------------------------------------------------------------------------- */

/* Starts this program again as the agent, hands it the order, and waits until it serves or says why not. */
enum cw_err agent_start(const struct agent_order *order, struct cw_fault *fault);
/* What that process does: no core dumps, no tracing; the order from standard input. */
enum cw_err agent_main(void);

#endif
