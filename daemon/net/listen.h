/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_LISTEN_H
#define CASEWIRE_NET_LISTEN_H

/* An address where a door should be and cannot: what is said of it, also before a daemon is started. */

#include "proto/base.h"

#define LISTEN_TEXT_LEN_MAX 512

/*
 * number: of the attempt, as zmq_errno() told it. Returns whether somebody must act; else it may come by itself, as a late
 * interface does.
 */
bool listen_explain(const char *setting, const char *address, int number, char out[static LISTEN_TEXT_LEN_MAX]);
/*
 * Whether something that listens can be there now: it is for a moment, and lets nobody in. Not while a daemon has it.
 * CW_OK, CW_LOCAL_CONFIG: *why says what and where; CW_LOCAL_MEMORY.
 */
enum cw_err listen_try(const char *setting, const char *address, struct refusal *why);

#endif
