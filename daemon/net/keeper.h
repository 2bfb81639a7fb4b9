/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_KEEPER_H
#define CASEWIRE_NET_KEEPER_H

/*
 * The process that can start net processes. It is forked at the very start, before any key is read, any
 * thread runs or any ZeroMQ context exists, and does nothing but fork again when asked: so a net process
 * that died is replaced by one as clean as the first, and the core, which by then has threads and secrets,
 * never forks.
 *
 *   core --"one"--> keeper --fork--> net process
 *        <--socket of the new process--
 *        <--"gone", when it ended--
 */

#include "proto/base.h"

#include <sys/types.h>

struct keeper_options {
    size_t memory_max; /* of a net process, bytes of RLIMIT_DATA; 0: no cap */
};

struct keeper {
    pid_t pid;
    int fd; /* readable: the net process ended (one byte), or the keeper itself did (end of file) */
};

/* Call with one thread and nothing secret in memory. */
enum cw_err keeper_start(const struct keeper_options *options, struct keeper *out);
/* Asks for a net process; its socket and pid. CW_LOCAL_IO: the keeper is gone. Blocks for the fork. */
enum cw_err keeper_ask(struct keeper *k, int *out_fd, pid_t *out_pid);
/* After the descriptor became readable: true when it was the net process that ended (ask again). */
bool keeper_heard(struct keeper *k, int *out_status);
/* The net process's socket was closed before. Waits for both to end. */
void keeper_stop(struct keeper *k);

#endif
