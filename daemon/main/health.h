/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_HEALTH_H
#define CASEWIRE_MAIN_HEALTH_H

/*
 * What programs that watch this machine are answered (docs/decisions/0015): /metrics, everything of host/metrics.h that
 * can be known; /healthz, whether turns are taken; /readyz, whether somebody who comes now is served. The two say why
 * not, as JSON, and never wait: a daemon that hangs still says that it hangs.
 */

#include "main/daemon.h"

#define HEALTH_SILENT_MS 30000 /* the node thread comes round at least each 10 s; the unit's watchdog waits as long */

/* Settings, files and ports are there. CW_OK also when the settings say "off". Main thread. */
enum cw_err health_room_open(struct daemon *d, struct refusal *why);
/* Before anything that it asks is taken down; what was never opened is passed over. Main thread. */
void health_room_shut(struct daemon *d);

/* What /readyz says. Any thread. */
bool health_is_ready(const struct daemon *d);
/* metrics.c: the text of /metrics; false: it did not fit. The answerer's thread. */
bool metrics_page(struct daemon *d, char *body, size_t room, size_t *out_len);

#endif
