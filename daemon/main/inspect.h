/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_INSPECT_H
#define CASEWIRE_MAIN_INSPECT_H

/* What can be looked at without serving. Settings are read. All print and return the process's exit code. */

#include "main/daemon.h"

/* Everything that is wrong with the settings and the files that they name. EXIT_SUCCESS, EXIT_CONFIG. */
int inspect_config(struct daemon *d);
/*
 * What a start would meet beyond the settings: the lock, the doors' addresses, the store's file system and format, room on the
 * disk. For a daemon that is down; changes nothing. EXIT_SUCCESS, EXIT_CONFIG.
 */
int inspect_start(struct daemon *d);
/* Walks the whole store, read-only, and names the first thing that is wrong. EXIT_SUCCESS, EXIT_FAILURE. */
int inspect_store(struct daemon *d);

#endif
