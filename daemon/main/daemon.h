/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_DAEMON_H
#define CASEWIRE_MAIN_DAEMON_H

/*
 * Everything that one daemon process holds. The rooms of this folder are the only code that sees the drivers
 * and the node together; each works on this struct, and nothing outside main.c and this folder includes them.
 *
 *   files    lock, store, anchor and keyring: what must be ours before anything else
 *   plug     the drivers plugged into the node's ports
 *   doors    the net process's driver and the admin socket: where frames come in
 *   gate     frames wait at it until there is a runner to take them
 *   turns    the runner, and what it tells
 *   health   what programs that watch this machine are answered
 *   start    all of the above in the order that safety asks for, and back
 *   serve    a life: start, wait for a signal, stop
 *   inspect  what is looked at without serving: settings, store
 *   say      problems in words, and the process's exit code
 *
 * Owned by main.c, one per process. Written by the main thread while it starts and stops; what other threads
 * write is said where it stands.
 */

#include "conf/identity.h"
#include "conf/settings.h"
#include "host/quiet.h"
#include "main/gate.h"
#include "net/allow.h"
#include "net/keeper.h"
#include "net/misframed.h"
#include "node/ports.h"
#include "proto/link_end.h"

#include <stdatomic.h>

struct admin;
struct anchor_file;
struct driver;
struct health;
struct journal;
struct keyring_file;
struct node;
struct runner;
struct store;

/* What other rooms saw happen, for whoever asks how we are: written where it happens, read by the health room's thread. */
#define FIGURES_DUTIES 4 /* by enum duty_event, from its first */
struct figures {
    _Atomic uint64_t duties[FIGURES_DUTIES];
    atomic_bool listening;     /* the net process tried its doors and listens */
    atomic_bool serving;       /* started: node, runner and doors are there until the health room is shut */
    atomic_bool reload_failed; /* the settings were wrong when last read */
    _Atomic int64_t reload_ms; /* wall time at which right ones were read */
    _Atomic int64_t beat_ms;   /* monotonic time at which the node thread came round last */
    _Atomic uint64_t net_lost; /* how often */
    _Atomic uint64_t link_ends[LINK_END_COUNT];    /* by enum link_end */
    _Atomic uint64_t misframed[MISFRAMED_COUNT];   /* by enum misframed */
    _Atomic uint64_t refused_keys[ALLOW_VERDICTS]; /* by enum allow_verdict, as the net process tells of them */
    int64_t start_ms;                              /* wall time; before any thread */
};

struct daemon {
    struct settings settings;
    struct identity identity;
    struct journal *journal; /* NULL until settings are read: then problems go to standard error */
    struct keeper keeper;
    struct store *store;
    struct anchor_file *anchor;
    struct keyring_file *keyring;
    struct driver *driver;
    struct quiet quiet; /* the driver's thread: what ended and was said already */
    struct admin *admin;
    struct health *health; /* NULL: nobody may ask */
    struct node *node;
    struct runner *runner;
    struct ports ports;
    int lock_fd, signal_fd;
    int ended_fd; /* an eventfd: any thread writes to it when something that we cannot do without has ended */
    pthread_t driver_thread, admin_thread, health_thread;
    bool driver_runs, admin_runs, health_runs;
    struct gate gate;
    struct refusal net_why; /* why the net process is gone. Driver thread, until the gate tells of it */
    struct figures figures;
    /* Node thread: when to tell the service manager that we live, and how we are, and when to tend the store, next. */
    struct cw_mono alive_at, status_at, tend_at;
    char status_line[240]; /* what the service manager was told last */
};

#endif
