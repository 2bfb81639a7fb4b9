/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_PUSH_H
#define CASEWIRE_CORE_PUSH_H

/*
 * Own new batches go to peers in step without being asked for, within a fixed window outside credit, which
 * opens again when the peer's frontier shows what was pushed. A peer that is not in step asks by WANT.
 */

#include "core/frontier.h"

#define PUSH_WINDOW_LEN 262144
/* The receiver's view of the sender's window: it may have reopened while our frontier was under way, and the last frame
 * of each may exceed it. */
#define PUSH_HEARD_LEN_MAX (UINT64_C(2) * (PUSH_WINDOW_LEN + MESSAGE_LEN_MAX))

struct push {
    struct log_id log; /* what `upto` is about */
    uint64_t upto;     /* pushed or known to be held; the next push continues here */
    uint64_t out;      /* bytes pushed and not yet shown by the peer's frontier */
    uint64_t counter;  /* of the EFFECT_SEND_ENTRIES whose EVENT_SENT is awaited; 0: none */
    uint64_t heard;    /* receiving side: bytes pushed to us since our frontier last went out */
};

/* Bytes that may be pushed now so that the peer's copy continues without a gap; 0: none. *out_after: from where. */
uint64_t push_room(struct push *push, const struct known_frontier *peer, const struct log_head *own, uint64_t turn_seq,
                   uint64_t *out_after);
void push_sent(struct push *push, uint64_t upto, uint64_t bytes);

#endif
