/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_REASONS_H
#define CASEWIRE_NODE_REASONS_H

/* Why a daemon is not in sync, from its status: for whoever asks it, and for the service manager's one line. Pure. */

#include "node/node.h"

#define REASON_LEN_MAX 240

/* brief: the same, in a few words. Both end with the call. */
typedef void reason_said(void *ctx, const char *sentence, const char *brief);
/* Every reason, peers first. None: it is in sync. */
void node_reasons(const struct node_status *status, reason_said *said, void *ctx);

/* "NTH: in sync with 2 divisions", or "NTH: not in sync: EST is down, 1 case in conflict, and 2 more". Cut at room, which is not 0. */
void node_headline(const struct node_status *status, const char *division, char *out, size_t room);

#endif
