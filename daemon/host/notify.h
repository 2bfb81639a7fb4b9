/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_NOTIFY_H
#define CASEWIRE_HOST_NOTIFY_H

/*
 * Words to the service manager: one datagram to $NOTIFY_SOCKET. Thirty lines instead of a library, so that
 * the daemon also runs where there is none (ECOSYSTEM.md §1.4). Without the variable nothing is sent.
 */

#include "proto/base.h"

/* "READY=1\nSTATUS=...": CW_OK also when nobody listens. CW_LOCAL_IO, CW_LOCAL_CONFIG. */
enum cw_err notify_send(const char *state);
/* STATUS=, one line: what `systemctl status` shows first, and goes on to show when the daemon is gone. */
enum cw_err notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* READY=1, STOPPING=1, WATCHDOG=1; RELOADING=1 with the time that newer managers ask for. */
enum cw_err notify_ready(void);
enum cw_err notify_reloading(void);
enum cw_err notify_stopping(void);
enum cw_err notify_alive(void);
/* Somebody listens: $NOTIFY_SOCKET is set. */
bool notify_is_heard(void);
/* How often to say that we are alive: half of what was asked of us; 0 when nobody asked. */
int64_t notify_interval_ms(void);

#endif
