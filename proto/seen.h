/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SEEN_H
#define CASEWIRE_PROTO_SEEN_H

/*
 * What a session has seen: the token that a daemon gives with an answer, and that the session shows to the next daemon
 * (docs/protocol.md §7.3). Opaque to the session, which may hold it damaged, forged or for years; the worst it can do is
 * to make its own questions be refused.
 *
 * Of two tokens with one start the one with the higher counter has seen all that the other has.
 */

#include "proto/message.h"

#define SEEN_LEN_MAX 65536
#define SEEN_ITEMS_MAX 700
#define SEEN_TOKENS_MAX 4 /* in one request: of several daemons that answered at once */

struct seen {
    struct network_id network;
    uint8_t start[16]; /* of the frontier of the daemon that wrote it, with its counter */
    uint64_t counter;
    uint32_t item_count;
    const struct cw_slice
        *items;        /* frontier items as encoded, log ascending; what is implied is left out (core/seen.h) */
    uint8_t check[16]; /* of all bytes before it; the encoder fills it */
};

/* The list lives in the arena, items borrow from bytes. CW_REFUSED_SIZE, _VERSION, _MALFORMED, CW_LOCAL_MEMORY. */
enum cw_err seen_parse(struct cw_slice bytes, struct arena *arena, struct seen *out);
/* `check` of `in` is ignored. Does not fit SEEN_LEN_MAX, or what is left of the writer: its failed flag is set. */
void seen_encode(const struct seen *in, struct writer *out);

#endif
