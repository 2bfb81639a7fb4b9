/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_CURSOR_H
#define CASEWIRE_PROTO_CURSOR_H

/*
 * A feed's cursor: how far one reader read, the same at every daemon of the network (docs/protocol.md §7.2). Opaque to
 * the reader, who may hold it damaged, forged or for years: everything is bounded and checked, and the worst it can
 * do is to make its own reader's feed repeat or leave out.
 */

#include "proto/message.h"

#define CURSOR_LEN_MAX 65536
#define CURSOR_AUTHORITY_MAX 64
#define CURSOR_LOGS_MAX 1024

struct cursor {
    struct network_id network;
    struct cert_id reader; /* zero: the administrator's socket */
    uint32_t authority_count, log_count;
    const struct position *authority; /* root and authority logs, ascending */
    const struct position *logs;      /* divisions' logs, ascending; what is implied is left out (core/feed_place.h) */
    bool has_sweep;
    struct cw_case_id sweep; /* a snapshot under way: cases up to this id were told */
    uint8_t check[16];       /* of all bytes before it; the encoder fills it */
};

/* Arrays live in the arena (at most 80 KiB). CW_REFUSED_SIZE, CW_REFUSED_VERSION, CW_REFUSED_MALFORMED, CW_LOCAL_MEMORY. */
enum cw_err cursor_parse(struct cw_slice bytes, struct arena *arena, struct cursor *out);
/* `check` of `in` is ignored. Does not fit CURSOR_LEN_MAX, or what is left of the writer: its failed flag is set. */
void cursor_encode(const struct cursor *in, struct writer *out);
/* What FeedItems.before holds; of no cursor at all: zero. */
void cursor_hash(struct cw_slice bytes, struct hash *out);

#endif
