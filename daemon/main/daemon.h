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
#include "main/gate.h"
#include "net/keeper.h"
#include "node/ports.h"

struct admin;
struct anchor_file;
struct driver;
struct journal;
struct keyring_file;
struct node;
struct runner;
struct store;

struct daemon {
    struct settings settings;
    struct identity identity;
    struct journal *journal; /* NULL until settings are read: then problems go to standard error */
    struct keeper keeper;
    struct store *store;
    struct anchor_file *anchor;
    struct keyring_file *keyring;
    struct driver *driver;
    struct admin *admin;
    struct node *node;
    struct runner *runner;
    struct ports ports;
    int lock_fd, signal_fd;
    int ended_fd; /* an eventfd: any thread writes to it when something that we cannot do without has ended */
    pthread_t driver_thread, admin_thread;
    bool driver_runs, admin_runs;
    struct gate gate;
    struct cw_mono alive_at, tend_at; /* node thread: when to tell the service manager, and the store, next */
};

#endif
