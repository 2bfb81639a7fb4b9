/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_LOCK_FILE_H
#define CASEWIRE_HOST_LOCK_FILE_H

/*
 * One daemon per state folder: an flock held for the life of the process, on a file that stays. The kernel lets go when the
 * process ends, however it ends, so nothing stale is ever left behind. The file holds the process's number, for people.
 */

#include "proto/base.h"

/* CW_LOCAL_LOCKED names the process that holds it. The descriptor is not inherited by programs that are started. */
enum cw_err lock_file_take(const char *path, int *out_fd, struct refusal *why);
/* Takes the lock on a descriptor of the caller's. CW_LOCAL_LOCKED, CW_LOCAL_IO. */
enum cw_err lock_file_hold(int fd);
/* Whether lock_file_take would have it now: CW_OK, also where there is no such file; CW_LOCAL_LOCKED. Changes nothing. */
enum cw_err lock_file_look(const char *path, struct refusal *why);
void lock_file_drop(int fd); /* -1 allowed */

#endif
