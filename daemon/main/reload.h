/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_RELOAD_H
#define CASEWIRE_MAIN_RELOAD_H

/* The settings' file read again while the daemon runs: whole and right, or nothing changes. */

#include "conf/changes.h"
#include "main/daemon.h"

/*
 * The log level takes effect here; with_peers: the list of peers in d->settings too, which the caller hands to the node.
 * *out_changes (may be NULL) says what changed, the journal says it in any case.
 *
 * Returns   CW_OK, or
 *           CW_LOCAL_CONFIG  *why: file, line, what was expected; nothing changed
 *           CW_LOCAL_MEMORY
 * Threads: any; one at a time.
 */
enum cw_err reload_settings(struct daemon *d, bool with_peers, struct settings_changes *out_changes,
                            struct refusal *why);
/* The same for the node, which asks for it when an administrator does. */
struct settings_port reload_port(struct daemon *d);
/* As the node wants them: s->peer_count of them. */
void peers_of_settings(const struct settings *s, struct node_peer *out);

#endif
