/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_JAIL_H
#define CASEWIRE_NET_JAIL_H

/*
 * What the net process gives up before it reads a byte from a stranger: privileges, descriptors, most of its
 * memory allowance, and every system call it has no use for. What breaks out of ZeroMQ finds a process that
 * can talk to the network and to its core, and nothing else.
 */

#include <stdbool.h>
#include <stddef.h>

struct jail_options {
    size_t memory_max; /* RLIMIT_DATA in bytes; 0: none (sanitizers) */
    int keep_fd;       /* the only descriptor kept beside stdin, stdout and stderr */
};

/* *why: what did not work, when false. */
bool jail_enter(const struct jail_options *options, const char **why);

/* Closes everything but stdin, stdout, stderr and one more. */
bool jail_close_descriptors(int keep);

#endif
