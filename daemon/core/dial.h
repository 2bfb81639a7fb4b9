/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_DIAL_H
#define CASEWIRE_CORE_DIAL_H

/*
 * When to dial a peer again. DESIGN.md §4: "Reconnect back-off: jittered, at most 2 s when unreachable, 5 min
 * after a revoked-key refusal." Pure; one per configured peer, held by the node.
 */

#include "proto/base.h"

#define DIAL_UNREACHABLE_MS_MIN 100
#define DIAL_UNREACHABLE_MS_MAX 2000
#define DIAL_REFUSED_MS 300000

enum dial_outcome {
    DIAL_UNREACHABLE, /* no answer, link lost, session over for a passing reason */
    DIAL_REFUSED,     /* our key is not wanted there, or theirs not here: somebody must act first */
};

struct dial {
    uint32_t failures;   /* in a row */
    struct cw_mono next; /* not before; CW_NEVER while dialling or linked */
};

void dial_init(struct dial *d, struct cw_mono now); /* may dial at once */
bool dial_due(const struct dial *d, struct cw_mono now);
void dial_started(struct dial *d);
void dial_linked(struct dial *d); /* a session came up: failures are forgotten */
/* jitter: any random number; spreads the wait over its upper half. */
void dial_failed(struct dial *d, enum dial_outcome outcome, struct cw_mono now, uint64_t jitter);

#endif
