/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_DOORS_H
#define CASEWIRE_MAIN_DOORS_H

/*
 * Where frames come in: from the network by way of the net process, from administrators by way of their
 * socket. Each door has a thread, which waits at the gate until there is a runner. Main thread.
 */

#include "main/daemon.h"

/* The net process gets its orders; nothing comes in yet. The keeper runs. */
enum cw_err doors_open_driver(struct daemon *d);
/*
 * Lets the network in. The doors are tried before they open: a net process that does not keep strangers out,
 * or says nothing within half a minute, ends the start. CW_LOCAL_CONFIG: it cannot listen where the settings say, and
 * will not until somebody acts; CW_LOCAL_SELF_TEST, CW_LOCAL_MEMORY. Blocks.
 */
enum cw_err doors_open_net(struct daemon *d, struct refusal *why);
/* Lets the administrators in, whose frames do not wait: the runner runs. */
enum cw_err doors_open_admin(struct daemon *d, struct refusal *why);

/* Nothing comes in any more when it returns. What was never opened is passed over. */
void doors_shut(struct daemon *d);
/* After the last that sends has ended. */
void doors_close(struct daemon *d);

#endif
