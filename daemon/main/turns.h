/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_TURNS_H
#define CASEWIRE_MAIN_TURNS_H

/* The runner, and what it tells: that something was said, that the node thread came round, that no turn comes any more. */

#include "main/daemon.h"

/* The node is open. From now on the gate is open too. Main thread; runner_stop ends it. */
enum cw_err turns_start(struct daemon *d);

#endif
