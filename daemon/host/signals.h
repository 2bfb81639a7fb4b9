/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_SIGNALS_H
#define CASEWIRE_HOST_SIGNALS_H

/* Signals as bytes to read beside everything else: no handler ever runs. */

#include "proto/base.h"

enum signal_word { SIGNAL_NONE, SIGNAL_STOP, SIGNAL_RELOAD };

/*
 * Before the first thread, which inherits the mask: TERM and INT become SIGNAL_STOP, HUP becomes SIGNAL_RELOAD; PIPE and XFSZ
 * are ignored, so that a closed socket or a file limit is an error of the call. The descriptor does not block.
 */
enum cw_err signals_open(int *out_fd);
enum signal_word signals_read(int fd); /* SIGNAL_NONE when there is none */
/* In a child, before it starts another program: masks are inherited. */
void signals_restore(void);

#endif
