/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_FILES_H
#define CASEWIRE_MAIN_FILES_H

/* What this process must have for itself on the disk: the lock, the store, the anchor, the keyring. Main thread. */

#include "main/daemon.h"

/*
 * Makes state_dir and run_dir where they are missing, takes the lock, then opens the rest. *why says what is
 * in the way. On failure what was opened stays open, for files_close. Blocks up to two seconds for the lock.
 */
enum cw_err files_open(struct daemon *d, struct refusal *why);
/* The store alone, below state_dir. Read-only it takes no lock: a running daemon's store can be looked at. */
enum cw_err files_open_store(struct daemon *d, bool read_only, struct refusal *why);
void files_close(struct daemon *d); /* what was never opened is passed over */

#endif
