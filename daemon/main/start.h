/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_START_H
#define CASEWIRE_MAIN_START_H

/*
 * A daemon brought up, in the order that safety asks for, and taken down again:
 *
 *   the keeper of net processes (before any key is in memory, before any thread) -> keys -> store -> anchor ->
 *   how we are, for whoever asks -> node -> the doors, tried before they open -> turns -> the admin socket
 */

#include "main/daemon.h"

/*
 * Settings are read, signals and limits are set. What is wrong was said, and stands in *why for who says the last word. On
 * failure: stop_daemon all the same.
 */
enum cw_err start_daemon(struct daemon *d, struct refusal *why);
/* What brings work first, then what does it, then what it stands on. */
void stop_daemon(struct daemon *d);

#endif
