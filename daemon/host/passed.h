/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_PASSED_H
#define CASEWIRE_HOST_PASSED_H

/*
 * A descriptor that the service manager opened for us (sd_listen_fds(3)): $LISTEN_PID, $LISTEN_FDS and $LISTEN_FDNAMES.
 * Read like the words to it (notify.h), without a library.
 */

/* The one of this name, closed for every program that is run; -1: none was passed to this process. */
int passed_descriptor(const char *name);

#endif
